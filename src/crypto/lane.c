/*
 * The lanes are found by trying: there are few, a hash lasts tens of
 * milliseconds, and a worker that dies leaves nothing behind but its pid.
 */
#include "crypto/lane.h"

#include <stdbool.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define PAUSE_NS 2000000L

static bool enter_now(struct lanes *l, pid_t self);

struct lanes *
lanes_new(uint32_t count)
{
	struct lanes *l;

	if (count < 1 || count > LANES_MAX)
		log_fatal("lane.count", "there are 1 to 256 lanes");
	l = mmap(NULL, sizeof(*l), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (l == MAP_FAILED)
		log_fatal("lane.memory", "no shared memory for the lanes");
	l->count = count;
	return l;
}

enum err
lanes_enter(struct lanes *l, int64_t wait_ms)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	int64_t deadline = clock_mono_ms() + wait_ms;
	pid_t self = getpid();

	while (!enter_now(l, self)) {
		if (clock_mono_ms() >= deadline)
			return ERR_BUSY;
		nanosleep(&pause, NULL);
	}
	return OK;
}

void
lanes_leave(struct lanes *l)
{
	lanes_release(l, getpid());
}

void
lanes_release(struct lanes *l, pid_t dead)
{
	for (uint32_t i = 0; i < l->count; i++) {
		pid_t holder = dead;

		atomic_compare_exchange_strong(&l->holder[i], &holder, 0);
	}
}

/* A lane under our own pid was left by a dead process that had it before: it is ours now. */
static bool
enter_now(struct lanes *l, pid_t self)
{
	for (uint32_t i = 0; i < l->count; i++)
		if (atomic_load(&l->holder[i]) == self)
			return true;
	for (uint32_t i = 0; i < l->count; i++) {
		pid_t holder = 0;

		if (atomic_compare_exchange_strong(&l->holder[i], &holder, self))
			return true;
	}
	return false;
}
