/*
 * The hashing lanes: a semaphore in memory that all workers share, so that at
 * most as many password hashes run at once as there are lanes, and a flood of
 * sign-ins cannot take the processors from everything else. A lane remembers
 * who holds it, so that the supervisor can free the lane of a dead worker.
 */
#ifndef CRYPTO_LANE_H
#define CRYPTO_LANE_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define LANES_MAX 256

struct lanes {
	uint32_t count;
	uint32_t queue;
	_Atomic pid_t holder[LANES_MAX]; /* 0: free */
	_Atomic pid_t waiter[LANES_MAX]; /* 0: free */
};

/*
 * Shared memory for `count` lanes and at most `queue` (up to LANES_MAX) processes waiting for one, made
 * before the workers are forked; ends the process without memory. A queue shorter
 * than the workers that are left over keeps the rest of them free for other requests.
 */
struct lanes *lanes_new(uint32_t count, uint32_t queue);

/* Takes a lane, waiting at most `wait_ms`. ERR_BUSY when none became free, at once when the queue is full. */
enum err lanes_enter(struct lanes *l, int64_t wait_ms) MUST_CHECK;

/* Gives the caller's lane back. */
void lanes_leave(struct lanes *l);

/* Frees what a dead process held. */
void lanes_release(struct lanes *l, pid_t dead);

#endif
