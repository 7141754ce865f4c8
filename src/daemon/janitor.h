/* The janitor: one child that clears away what has run out, about once a minute. */
#ifndef DAEMON_JANITOR_H
#define DAEMON_JANITOR_H

#include "daemon/service.h"

/* The child's work (struct service); returns its exit status. */
int janitor_run(const struct service_context *context);

#endif
