/* The state of the supervisor, private to supervisor.c, slot.c and reload.c. */
#ifndef DAEMON_POOL_H
#define DAEMON_POOL_H

#include "base/arena.h"
#include "daemon/backoff.h"
#include "daemon/supervisor_params.h"

enum slot_state {
	SLOT_EMPTY,
	SLOT_WAITING, /* to be filled at `due_ms` */
	SLOT_RUNNING, /* until it is ready: to be killed at `due_ms` */
	SLOT_STOPPING /* asked to end: to be killed at `due_ms` */
};

/*
 * Holds one child. A rolling service has one slot more than it needs, for the successor at a
 * reload.
 */
struct slot {
	const struct service *service;
	struct scoreboard_row *scoreboard;
	enum slot_state state;
	pid_t pid;
	int64_t due_ms; /* INT64_MAX: never */
	int64_t started_ms;
	uint64_t generation; /* of the configuration that it was started with */
	bool ready;
	bool successor; /* started by a reload, not ready yet */
	bool misconfigured;
	struct backoff backoff;
};

struct pool {
	const struct supervisor_params *params;
	struct slot *slots;
	size_t slot_count;
	struct scoreboard_row *scoreboard;
	const struct conf *conf;     /* for the next child */
	struct arena *conf_arena;    /* NULL: as read at the start */
	const struct conf *old_conf; /* during a reload: what to return to */
	struct arena *old_conf_arena;
	uint64_t generation;
	bool reloading;
	bool reload_requested; /* once more after the current one */
	bool was_ready;        /* some child was ready */
	bool announced;        /* all were ready, and the service manager was notified */
	bool stopping;
	int status;
	int signal_fd;
	int ready_fd;
	int64_t ticked_ms;
};

#endif
