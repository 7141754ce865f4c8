/*
 * The supervisor keeps every service at its number of children. It parses no input from outside
 * and holds no key and no database connection.
 *
 * On SIGTERM and SIGINT the pool ends once the current requests are answered. On SIGHUP the
 * configuration is read again, and the children of rolling services are replaced one by one,
 * each only once its successor is ready.
 */
#ifndef DAEMON_SUPERVISOR_H
#define DAEMON_SUPERVISOR_H

#include <stddef.h>

#include "daemon/listen.h"
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

/*
 * Runs until it is asked to end. Returns the exit status: 0, or SERVICE_EXIT_CONFIG when every
 * child of the rolling services found the configuration wrong before any was ready.
 */
int supervisor_run(const struct supervisor_params *params);

#endif
