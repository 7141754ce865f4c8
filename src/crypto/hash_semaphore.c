/*
 * The lanes are found by trying: there are few, a hash lasts tens of milliseconds, and a worker
 * that dies leaves nothing behind but its pid.
 */
#include "crypto/hash_semaphore.h"

#include <stdbool.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define PAUSE_NS 2000000L

static enum err wait_for(struct hash_semaphore *l, pid_t self, int64_t deadline) MUST_CHECK;
static bool take(_Atomic pid_t *places, uint32_t count, pid_t self);
static void give(_Atomic pid_t *places, uint32_t count, pid_t pid);

struct hash_semaphore *
hash_semaphore_new(uint32_t count, uint32_t queue)
{
	struct hash_semaphore *l;

	if (count < 1 || count > LANES_MAX || queue > LANES_MAX)
		log_fatal("lane.count", "there are 1 to 256 lanes, and at most 256 wait for one");
	l = mmap(NULL, sizeof(*l), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (l == MAP_FAILED)
		log_fatal("lane.memory", "no shared memory for the lanes");
	l->count = count;
	l->queue = queue;
	return l;
}

enum err
hash_semaphore_acquire(struct hash_semaphore *l, int64_t wait_ms)
{
	pid_t self = getpid();
	enum err e;

	if (take(l->holder, l->count, self))
		return OK;
	if (!take(l->waiter, l->queue, self))
		return ERR_BUSY;
	e = wait_for(l, self, clock_mono_ms() + wait_ms);
	give(l->waiter, l->queue, self);
	return e;
}

void
hash_semaphore_release(struct hash_semaphore *l)
{
	hash_semaphore_reclaim(l, getpid());
}

void
hash_semaphore_reclaim(struct hash_semaphore *l, pid_t dead)
{
	give(l->holder, l->count, dead);
	give(l->waiter, l->queue, dead);
}

static enum err
wait_for(struct hash_semaphore *l, pid_t self, int64_t deadline)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};

	while (!take(l->holder, l->count, self)) {
		if (clock_mono_ms() >= deadline)
			return ERR_BUSY;
		nanosleep(&pause, NULL);
	}
	return OK;
}

/* A place under our own pid was left by a dead process that had it before: it is ours now. */
static bool
take(_Atomic pid_t *places, uint32_t count, pid_t self)
{
	for (uint32_t i = 0; i < count; i++)
		if (atomic_load(&places[i]) == self)
			return true;
	for (uint32_t i = 0; i < count; i++) {
		pid_t holder = 0;

		if (atomic_compare_exchange_strong(&places[i], &holder, self))
			return true;
	}
	return false;
}

static void
give(_Atomic pid_t *places, uint32_t count, pid_t pid)
{
	for (uint32_t i = 0; i < count; i++) {
		pid_t holder = pid;

		atomic_compare_exchange_strong(&places[i], &holder, 0);
	}
}
