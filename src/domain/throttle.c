/* The attempt limit. */
#include "domain/throttle.h"

#include "base/clock.h"

enum err
throttle_check(const struct throttle *t, int64_t now)
{
	if (t->failures >= THROTTLE_LOCK)
		return ERR_LOCKED;
	return now < t->blocked_until ? ERR_THROTTLED : OK;
}

struct throttle
throttle_after_failure(const struct throttle *t, int64_t now)
{
	struct throttle after = {.failures = t->failures + 1};
	int64_t wait = THROTTLE_WAIT_FIRST;
	int32_t over;

	for (over = after.failures - THROTTLE_FREE; over > 0 && wait < THROTTLE_WAIT_MAX; over--)
		wait *= 2;
	if (wait > THROTTLE_WAIT_MAX)
		wait = THROTTLE_WAIT_MAX;
	if (after.failures >= THROTTLE_FREE)
		after.blocked_until = now + wait * CLOCK_SECOND;
	return after;
}

int64_t
throttle_wait(const struct throttle *t, int64_t now)
{
	if (now >= t->blocked_until)
		return 0;
	return (t->blocked_until - now + CLOCK_SECOND - 1) / CLOCK_SECOND;
}
