/* The supervisor's own state, for supervisor.c, seat.c and reload.c. */
#ifndef DAEMON_POOL_H
#define DAEMON_POOL_H

#include "base/arena.h"
#include "daemon/backoff.h"
#include "daemon/supervisor.h"

enum slot_state {
	SLOT_EMPTY,
	SLOT_WAITING, /* to be filled at `due_ms` */
	SLOT_RUNNING, /* until it is ready: to be killed at `due_ms` */
	SLOT_ENDING   /* asked to end; to be killed at `due_ms` */
};

/*
 * A place for one child. A rolling service has one more than it needs, for the successor at a
 * reload.
 */
struct slot {
	const struct service *service;
	struct scoreboard *scoreboard;
	enum slot_state state;
	pid_t pid;
	int64_t due_ms; /* INT64_MAX: never */
	int64_t started_ms;
	uint64_t generation; /* of the configuration it was started with */
	bool ready;
	bool successor; /* started by a reload, not ready yet */
	bool misconfigured;
	struct backoff backoff;
};

struct pool {
	const struct supervision *setup;
	struct slot *slots;
	size_t slot_count;
	struct scoreboard *scoreboard_rows;
	const struct conf *conf;     /* for the next child */
	struct arena *conf_arena;    /* NULL: as read at the start */
	const struct conf *old_conf; /* while reloading: what to return to */
	struct arena *old_conf_arena;
	uint64_t generation;
	bool reloading;
	bool reload_asked;
	bool was_ready; /* some child was */
	bool announced; /* all were */
	bool stopping;
	int status;
	int signal_fd;
	int ready_fd;
	int64_t ticked_ms;
};

/* Forks a child for the seat; when that fails the seat waits. */
void slot_start(struct pool *p, struct slot *s, int64_t now);

/* Asks the child to end. */
void slot_end(struct pool *p, struct slot *s, int64_t now);

/*
 * The child is gone, with the wait status `how`: frees what it held and decides what becomes of
 * the seat.
 */
void slot_reap(struct pool *p, struct slot *s, int how, int64_t now);

/* What is due: notes readiness, starts, kills. */
void slot_tick(struct pool *p, struct slot *s, int64_t now);

/* Kills the child when it is stuck. */
void slot_watch(struct pool *p, struct slot *s, int64_t now);

/* SIGHUP: reads the configuration and begins to replace; a broken file changes nothing. */
void reload_begin(struct pool *p, int64_t now);

/* The next step of a reload, if one is under way and can go on. */
void reload_step(struct pool *p, int64_t now);

/* The successor did not make it: back to the old configuration. */
void reload_fail(struct pool *p, const char *why);

#endif
