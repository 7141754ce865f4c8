/*
 * A semaphore, in memory that all workers share, that limits how many password hashes run at
 * once, so that a flood of sign-ins cannot take the processors from everything else. Each slot
 * records the process that holds it, so that the supervisor can free the slot of a dead worker.
 */
#ifndef CRYPTO_HASH_SEMAPHORE_H
#define CRYPTO_HASH_SEMAPHORE_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define HASH_SEMAPHORE_MAX 256

struct hash_semaphore {
	uint32_t slots;
	uint32_t queue;
	_Atomic pid_t holder[HASH_SEMAPHORE_MAX]; /* by slot; 0: free */
	_Atomic pid_t waiter[HASH_SEMAPHORE_MAX]; /* by position in the queue; 0: free */
};

/*
 * Makes a semaphore of 1 to HASH_SEMAPHORE_MAX slots, for which up to `queue` processes may wait,
 * before the workers are forked; without memory the process ends. A queue shorter than the number
 * of remaining workers keeps some of them free for other requests.
 */
struct hash_semaphore *hash_semaphore_new(uint32_t slots, uint32_t queue);

/*
 * Acquires a slot, waiting at most `wait_ms` for one. ERR_BUSY when none became free, or at once
 * when the queue is full.
 */
enum err hash_semaphore_acquire(struct hash_semaphore *s, int64_t wait_ms) MUST_CHECK;

/* Releases the slot that the calling process holds. */
void hash_semaphore_release(struct hash_semaphore *s);

/* Frees the slot, or the position in the queue, of a dead process. */
void hash_semaphore_reclaim(struct hash_semaphore *s, pid_t dead);

#endif
