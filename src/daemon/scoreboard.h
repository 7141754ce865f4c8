/*
 * The scoreboard: memory that the supervisor and its children share, a row a child. The child
 * writes what it is doing, the supervisor reads it.
 */
#ifndef DAEMON_SCOREBOARD_H
#define DAEMON_SCOREBOARD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct scoreboard {
	_Atomic pid_t pid;             /* 0: nobody */
	_Atomic bool ready;            /* has finished its start */
	_Atomic int64_t started_ms;    /* monotonic clock, as all times here */
	_Atomic int64_t busy_since_ms; /* 0: idle */
	_Atomic int64_t alive_ms;      /* the last sign of life while idle */
	_Atomic uint64_t answered;     /* requests, or rounds of a janitor */
};

/* `count` rows, all zero, shared with every child forked later. Without memory the process ends. */
struct scoreboard *scoreboard_new(uint32_t count);
void scoreboard_free(struct scoreboard *s, uint32_t count);

/* Makes the row ready for a new child, before it is forked. */
void scoreboard_start(struct scoreboard *s, int64_t now_ms);

/* By the child: it has work, it is done with it, it waits. */
void scoreboard_busy(struct scoreboard *s, int64_t now_ms);
void scoreboard_idle(struct scoreboard *s, int64_t now_ms);
void scoreboard_alive(struct scoreboard *s, int64_t now_ms);

/*
 * True when the child has been busy for more than `busy_ms`, or ready and idle without a sign
 * of life for more than `quiet_ms` (it was stopped, say).
 */
bool scoreboard_is_stuck(const struct scoreboard *s, int64_t now_ms, int64_t busy_ms,
    int64_t quiet_ms);

#endif
