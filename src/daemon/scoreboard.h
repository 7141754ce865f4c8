/*
 * The scoreboard: memory that the supervisor shares with its children, with one row per child.
 * The child writes what it is doing, the supervisor reads it. Times are milliseconds of the
 * monotonic clock.
 */
#ifndef DAEMON_SCOREBOARD_H
#define DAEMON_SCOREBOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct scoreboard_row {
	_Atomic pid_t pid;  /* 0: no child */
	_Atomic bool ready; /* it has finished starting */
	_Atomic int64_t started_ms;
	_Atomic int64_t busy_since_ms; /* 0: idle */
	_Atomic int64_t alive_ms;      /* the last heartbeat while idle */
	_Atomic uint64_t answered;     /* requests or rounds */
};

/*
 * Makes `count` rows, all zero, which every child that is forked later shares. Without memory the
 * process ends. Free them with scoreboard_free().
 */
struct scoreboard_row *scoreboard_new(uint32_t count);
void scoreboard_free(struct scoreboard_row *s, uint32_t count);

/* Resets the row for a new child, before it is forked. */
void scoreboard_start(struct scoreboard_row *s, int64_t now_ms);

/* The child reports that it begins work, has finished it, or is alive while it waits. */
void scoreboard_busy(struct scoreboard_row *s, int64_t now_ms);
void scoreboard_idle(struct scoreboard_row *s, int64_t now_ms);
void scoreboard_alive(struct scoreboard_row *s, int64_t now_ms);

/*
 * True when the child has been busy for more than `busy_ms`, or ready and idle without a
 * heartbeat for more than `quiet_ms`, as when it was stopped by a signal.
 */
bool scoreboard_is_stuck(const struct scoreboard_row *s, int64_t now_ms, int64_t busy_ms,
    int64_t quiet_ms);

#endif
