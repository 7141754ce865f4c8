/* A worker: answers one request after the other, until it is asked to end. */
#ifndef DAEMON_WORKER_H
#define DAEMON_WORKER_H

#include "daemon/service.h"

/* How long one request may take, from its first byte to the answer. */
#define WORKER_DEADLINE_MS 3000

/* The child's work (struct service); returns its exit status. */
int worker_run(const struct service_context *context);

#endif
