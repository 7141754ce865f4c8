/* The life of one child. Times are milliseconds of the monotonic clock. */
#ifndef DAEMON_SLOT_H
#define DAEMON_SLOT_H

#include "daemon/pool.h"

/* Forks a child for the slot. When that fails, the slot waits for the next try. */
void slot_start(struct pool *p, struct slot *s, int64_t now);

/* Asks the child to end. */
void slot_stop(struct pool *p, struct slot *s, int64_t now);

/*
 * Frees what a dead child held, given its wait status, and decides when the slot is filled again.
 * True when it was a successor, whose death ends the reload.
 */
bool slot_reap(struct pool *p, struct slot *s, int wait_status, int64_t now) MUST_CHECK;

/* Detects that the child is ready, and starts or kills it when that is due. */
void slot_tick(struct pool *p, struct slot *s, int64_t now);

/* Kills the child when it is stuck. */
void slot_kill_stuck(struct pool *p, struct slot *s, int64_t now);

#endif
