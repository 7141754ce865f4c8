/* Shared rows of what each child is doing. */
#include "daemon/score.h"

#include <sys/mman.h>

#include "base/log.h"

struct score *
score_new(uint32_t count)
{
	void *p = mmap(NULL, count * sizeof(struct score), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		log_fatal("score.new", "no shared memory");
	return p;
}

void
score_free(struct score *s, uint32_t count)
{
	(void)munmap(s, count * sizeof(struct score));
}

void
score_start(struct score *s, int64_t now_ms)
{
	atomic_store(&s->ready, false);
	atomic_store(&s->busy_since_ms, 0);
	atomic_store(&s->answered, 0);
	atomic_store(&s->started_ms, now_ms);
	atomic_store(&s->alive_ms, now_ms);
	atomic_store(&s->pid, 0);
}

void
score_busy(struct score *s, int64_t now_ms)
{
	atomic_store(&s->busy_since_ms, now_ms);
}

void
score_done(struct score *s, int64_t now_ms)
{
	atomic_store(&s->alive_ms, now_ms);
	atomic_store(&s->busy_since_ms, 0);
	atomic_fetch_add(&s->answered, 1);
}

void
score_alive(struct score *s, int64_t now_ms)
{
	atomic_store(&s->alive_ms, now_ms);
}

bool
score_is_stuck(const struct score *s, int64_t now_ms, int64_t busy_ms, int64_t quiet_ms)
{
	int64_t busy = atomic_load(&s->busy_since_ms);

	if (busy != 0)
		return now_ms - busy > busy_ms;
	return atomic_load(&s->ready) && now_ms - atomic_load(&s->alive_ms) > quiet_ms;
}
