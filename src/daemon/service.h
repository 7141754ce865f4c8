/*
 * Services, each a number of identical child processes that the supervisor keeps running, and
 * what all children have in common.
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

/* What a child works with. The supervisor owns all of it. */
struct service_context {
	const struct conf *conf;
	struct hash_semaphore *hash_semaphore;
	int listen_fd;
	struct scoreboard_row *scoreboard; /* the child's own row */
	int ready_fd; /* eventfd that notifies the supervisor that a child is ready */
};

struct service {
	const char *name;
	uint32_t count;
	/* a reload replaces its children one by one; the pool is ready when all of them are */
	bool rolling;
	int64_t busy_limit_ms; /* a child that is busy for longer is killed and replaced */
	/*
	 * Runs in the child, with all signals of the supervisor blocked, and returns its exit
	 * status. On SIGTERM it must finish its current work and return.
	 */
	int (*run)(const struct service_context *context);
};

/* Opens a descriptor that becomes readable on SIGTERM; -1 with errno. */
int service_term_fd(void);

/* Waits for `ms`, reporting heartbeats; false when the child must end. */
bool service_wait(const struct service_context *context, int term_fd, int64_t ms);

/* Reports to the supervisor that the child has finished starting. */
void service_report_ready(const struct service_context *context);

#endif
