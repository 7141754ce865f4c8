/*
 * A process tries the slots one after the other: there are few, a hash takes tens of
 * milliseconds, and all that a worker can leave behind when it dies is its pid.
 */
#include "crypto/hash_semaphore.h"

#include <stdbool.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

/* Between two tries to acquire a slot. */
#define PAUSE_NS 2000000L

static enum err wait_for_slot(struct hash_semaphore *s, pid_t self, int64_t deadline) MUST_CHECK;
static bool claim_entry(_Atomic pid_t *pids, uint32_t count, pid_t self);
static void free_entries(_Atomic pid_t *pids, uint32_t count, pid_t pid);

struct hash_semaphore *
hash_semaphore_new(uint32_t slots, uint32_t queue)
{
	struct hash_semaphore *s;

	if (slots < 1 || slots > HASH_SEMAPHORE_MAX || queue > HASH_SEMAPHORE_MAX)
		log_fatal("hash_semaphore.size",
		    "there can be 1 to 256 slots and up to 256 waiters");
	s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED)
		log_fatal("hash_semaphore.memory", "no shared memory for the semaphore");
	s->slots = slots;
	s->queue = queue;
	return s;
}

enum err
hash_semaphore_acquire(struct hash_semaphore *s, int64_t wait_ms)
{
	pid_t self = getpid();
	enum err e;

	if (claim_entry(s->holder, s->slots, self))
		return OK;
	if (!claim_entry(s->waiter, s->queue, self))
		return ERR_BUSY;
	e = wait_for_slot(s, self, clock_mono_ms() + wait_ms);
	free_entries(s->waiter, s->queue, self);
	return e;
}

void
hash_semaphore_release(struct hash_semaphore *s)
{
	hash_semaphore_reclaim(s, getpid());
}

void
hash_semaphore_reclaim(struct hash_semaphore *s, pid_t dead)
{
	free_entries(s->holder, s->slots, dead);
	free_entries(s->waiter, s->queue, dead);
}

static enum err
wait_for_slot(struct hash_semaphore *s, pid_t self, int64_t deadline)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};

	while (!claim_entry(s->holder, s->slots, self)) {
		if (clock_mono_ms() >= deadline)
			return ERR_BUSY;
		nanosleep(&pause, NULL);
	}
	return OK;
}

/*
 * Claims a free entry of `pids`. One that holds our own pid was left by a dead process that had
 * the same pid, and is ours now.
 */
static bool
claim_entry(_Atomic pid_t *pids, uint32_t count, pid_t self)
{
	for (uint32_t i = 0; i < count; i++)
		if (atomic_load(&pids[i]) == self)
			return true;
	for (uint32_t i = 0; i < count; i++) {
		pid_t holder = 0;

		if (atomic_compare_exchange_strong(&pids[i], &holder, self))
			return true;
	}
	return false;
}

/* Frees every entry of `pids` that holds `pid`. */
static void
free_entries(_Atomic pid_t *pids, uint32_t count, pid_t pid)
{
	for (uint32_t i = 0; i < count; i++) {
		pid_t holder = pid;

		atomic_compare_exchange_strong(&pids[i], &holder, 0);
	}
}
