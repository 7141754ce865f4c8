/*
 * The supervisor: keeps every service at its number of children. It parses nothing that comes
 * from outside, holds no key and no database connection.
 *
 * SIGTERM and SIGINT end the pool after the requests under way; SIGHUP reads the configuration
 * again and replaces the children of rolling services one by one, each only when its successor
 * is ready.
 */
#ifndef DAEMON_SUPERVISOR_H
#define DAEMON_SUPERVISOR_H

#include <stddef.h>

#include "daemon/listen.h"
#include "daemon/pidfile.h"
#include "daemon/service.h"

/* Waits in milliseconds. */
struct supervisor_limits {
	int64_t drain;     /* for a child to end, then it is killed */
	int64_t start;     /* for a child to get ready, then it is killed and replaced */
	int64_t successor; /* the same for one that is to replace another at a reload */
	int64_t quiet; /* without a sign of life of an idle child, then it is killed and replaced */
};

#define SUPERVISOR_LIMITS                                                          \
	{                                                                          \
		.drain = 10000, .start = 30000, .successor = 10000, .quiet = 10000 \
	}

struct supervision {
	const struct service *services;
	size_t service_count;
	const char *conf_path;   /* read again at a reload; NULL: defaults */
	const struct conf *conf; /* as read at the start */
	struct hash_semaphore *hash_semaphore;
	int listen_fd;
	struct pidfile *pidfile; /* children let go of it */
	struct supervisor_limits limits;
};

/*
 * Runs until it is asked to end; returns the exit status: 0, or 78 when at the first start
 * every child of every rolling service says that the configuration is wrong.
 */
int supervisor_run(const struct supervision *s);

#endif
