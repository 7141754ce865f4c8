/* Reading and writing the rows. */
#include "daemon/scoreboard.h"

#include <sys/mman.h>

#include "base/log.h"

struct scoreboard_row *
scoreboard_new(uint32_t count)
{
	void *p = mmap(NULL, count * sizeof(struct scoreboard_row), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		log_fatal("scoreboard.memory", "no shared memory");
	return p;
}

void
scoreboard_free(struct scoreboard_row *s, uint32_t count)
{
	(void)munmap(s, count * sizeof(struct scoreboard_row));
}

void
scoreboard_start(struct scoreboard_row *s, int64_t now_ms)
{
	atomic_store(&s->ready, false);
	atomic_store(&s->busy_since_ms, 0);
	atomic_store(&s->answered, 0);
	atomic_store(&s->started_ms, now_ms);
	atomic_store(&s->alive_ms, now_ms);
	atomic_store(&s->pid, 0);
}

void
scoreboard_busy(struct scoreboard_row *s, int64_t now_ms)
{
	atomic_store(&s->busy_since_ms, now_ms);
}

void
scoreboard_idle(struct scoreboard_row *s, int64_t now_ms)
{
	atomic_store(&s->alive_ms, now_ms);
	atomic_store(&s->busy_since_ms, 0);
	atomic_fetch_add(&s->answered, 1);
}

void
scoreboard_alive(struct scoreboard_row *s, int64_t now_ms)
{
	atomic_store(&s->alive_ms, now_ms);
}

bool
scoreboard_is_stuck(const struct scoreboard_row *s, int64_t now_ms, int64_t busy_ms,
    int64_t quiet_ms)
{
	int64_t busy = atomic_load(&s->busy_since_ms);

	if (busy != 0)
		return now_ms - busy > busy_ms;
	return atomic_load(&s->ready) && now_ms - atomic_load(&s->alive_ms) > quiet_ms;
}
