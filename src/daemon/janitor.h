/* The janitor: one child that deletes what has expired, about once a minute. */
#ifndef DAEMON_JANITOR_H
#define DAEMON_JANITOR_H

#include "daemon/service.h"

/* Runs in the child (see struct service); returns its exit status. */
int janitor_run(const struct service_context *context);

#endif
