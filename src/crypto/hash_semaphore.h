/*
 * The hashing lanes: a semaphore in memory that all workers share, so that at most as many
 * password hashes run at once as there are lanes, and a flood of sign-ins cannot take the
 * processors from everything else. A lane remembers who holds it, so that the supervisor can
 * free the lane of a dead worker.
 */
#ifndef CRYPTO_HASH_SEMAPHORE_H
#define CRYPTO_HASH_SEMAPHORE_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define LANES_MAX 256

struct hash_semaphore {
	uint32_t count;
	uint32_t queue;
	_Atomic pid_t holder[LANES_MAX]; /* 0: free */
	_Atomic pid_t waiter[LANES_MAX]; /* 0: free */
};

/*
 * Shared memory for `count` lanes and at most `queue` (up to LANES_MAX) processes waiting for
 * one, made before the workers are forked; ends the process without memory. A queue shorter
 * than the workers that are left over keeps the rest of them free for other requests.
 */
struct hash_semaphore *hash_semaphore_new(uint32_t count, uint32_t queue);

/*
 * Takes a lane, waiting at most `wait_ms`. ERR_BUSY when none became free, at once when the
 * queue is full.
 */
enum err hash_semaphore_acquire(struct hash_semaphore *l, int64_t wait_ms) MUST_CHECK;

/* Gives the caller's lane back. */
void hash_semaphore_release(struct hash_semaphore *l);

/* Frees what a dead process held. */
void hash_semaphore_reclaim(struct hash_semaphore *l, pid_t dead);

#endif
