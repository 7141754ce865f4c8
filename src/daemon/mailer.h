/* The mailer: one child that sends the messages in the outbox. */
#ifndef DAEMON_MAILER_H
#define DAEMON_MAILER_H

#include "daemon/service.h"

/* Runs in the child (see struct service); returns its exit status. */
int mailer_run(const struct service_context *context);

#endif
