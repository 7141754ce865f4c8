/* The supervisor's own state, for supervisor.c, seat.c and reload.c. */
#ifndef DAEMON_POOL_H
#define DAEMON_POOL_H

#include "base/arena.h"
#include "daemon/supervisor.h"
#include "daemon/backoff.h"

enum seat_state {
	SEAT_EMPTY,
	SEAT_WAITING, /* to be filled at `due_ms` */
	SEAT_RUNNING, /* until it is ready: to be killed at `due_ms` */
	SEAT_ENDING   /* asked to end; to be killed at `due_ms` */
};

/*
 * A place for one child. A rolling service has one more than it needs, for the successor at a
 * reload.
 */
struct seat {
	const struct service *service;
	struct score *score;
	enum seat_state state;
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
	struct seat *seats;
	size_t seat_count;
	struct score *scores;
	const struct conf *conf; /* for the next child */
	struct arena *conf_arena; /* NULL: as read at the start */
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
	int64_t looked_ms;
};

/* Forks a child for the seat; when that fails the seat waits. */
void seat_start(struct pool *p, struct seat *s, int64_t now);

/* Asks the child to end. */
void seat_end(struct pool *p, struct seat *s, int64_t now);

/*
 * The child is gone, with the wait status `how`: frees what it held and decides what becomes of the
 * seat.
 */
void seat_reap(struct pool *p, struct seat *s, int how, int64_t now);

/* What is due: notes readiness, starts, kills. */
void seat_look(struct pool *p, struct seat *s, int64_t now);

/* Kills the child when it is stuck. */
void seat_watch(struct pool *p, struct seat *s, int64_t now);

/* SIGHUP: reads the configuration and begins to replace; a broken file changes nothing. */
void reload_begin(struct pool *p, int64_t now);

/* The next step of a reload, if one is under way and can go on. */
void reload_step(struct pool *p, int64_t now);

/* The successor did not make it: back to the old configuration. */
void reload_fail(struct pool *p, const char *why);

#endif
