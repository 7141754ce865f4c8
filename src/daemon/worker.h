/* A worker: a child that answers one request after the other. */
#ifndef DAEMON_WORKER_H
#define DAEMON_WORKER_H

#include "daemon/service.h"

/* How long one request may take, from its first byte to the response. */
#define WORKER_DEADLINE_MS 3000

/* Runs in the child (see struct service); returns its exit status. */
int worker_run(const struct service_context *context);

#endif
