/* The mailer: one child that sends what is in the outbox. */
#ifndef DAEMON_MAILER_H
#define DAEMON_MAILER_H

#include "daemon/service.h"

/* The child's work (struct service); returns its exit status. */
int mailer_run(const struct service_context *context);

#endif
