/* The arithmetic of replacing dead children. */
#include "daemon/backoff.h"

int64_t
backoff_record(struct backoff *t, int64_t lived_ms)
{
	int64_t wait = BACKOFF_FIRST_MS;

	if (lived_ms >= BACKOFF_YOUNG_MS) {
		t->deaths = 0;
		return 0;
	}
	if (t->deaths < UINT32_MAX)
		t->deaths++;
	if (t->deaths == 1)
		return 0;
	for (uint32_t i = 2; i < t->deaths && wait < BACKOFF_MAX_MS; i++)
		wait *= 2;
	return wait < BACKOFF_MAX_MS ? wait : BACKOFF_MAX_MS;
}
