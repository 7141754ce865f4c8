/* What the supervisor is started with. */
#ifndef DAEMON_SUPERVISOR_PARAMS_H
#define DAEMON_SUPERVISOR_PARAMS_H

#include <stddef.h>

#include "daemon/pidfile.h"
#include "daemon/service.h"

/* Limits in milliseconds. A child that exceeds one is killed. */
struct supervisor_limits {
	int64_t drain;     /* to end when asked */
	int64_t start;     /* to get ready */
	int64_t successor; /* to get ready, when it replaces another at a reload */
	int64_t quiet;     /* without a heartbeat while idle */
};

#define SUPERVISOR_LIMITS                                                          \
	{                                                                          \
		.drain = 10000, .start = 30000, .successor = 10000, .quiet = 10000 \
	}

struct supervisor_params {
	const struct service *services;
	size_t service_count;
	const char *conf_path;   /* read again at a reload; NULL: the defaults */
	const struct conf *conf; /* as read at the start */
	struct hash_semaphore *hash_semaphore;
	int listen_fd;
	struct pidfile *pidfile; /* closed in children */
	struct supervisor_limits limits;
};

#endif
