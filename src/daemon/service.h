/*
 * What the supervisor keeps running: services, each a number of equal child processes, and what
 * a child finds at its post.
 */
#ifndef DAEMON_SERVICE_H
#define DAEMON_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "crypto/hash_semaphore.h"
#include "daemon/scoreboard.h"

/* Exit statuses with a meaning for the supervisor (sysexits.h). */
#define SERVICE_EXIT_CONFIG 78
#define SERVICE_EXIT_FAILURE 70

/* What a child works with; all of it stays the supervisor's. */
struct service_context {
	const struct conf *conf;
	struct hash_semaphore *hash_semaphore;
	int listen_fd;
	struct scoreboard *scoreboard; /* its own row */
	int ready_fd;                  /* eventfd on which the supervisor hears of readiness */
};

struct service {
	const char *name;
	uint32_t count;
	bool rolling; /* a reload replaces its children one by one; the pool is ready when all of
			 them are */
	int64_t busy_limit_ms; /* busy for longer: killed and replaced */
	/*
	 * Runs in the child, with all signals of the supervisor blocked, and returns its exit
	 * status. SIGTERM asks it to end after what it is doing.
	 */
	int (*run)(const struct service_context *context);
};

/* A descriptor that becomes readable at SIGTERM; -1 with errno. */
int service_term_fd(void);

/* Waits so long, with signs of life for the supervisor; false when it is time to leave. */
bool service_wait(const struct service_context *context, int term_fd, int64_t ms);

/* Tells the supervisor that the start is done. */
void service_ready(const struct service_context *context);

#endif
