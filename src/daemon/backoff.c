/* Exponential backoff. */
#include "daemon/backoff.h"

int64_t
backoff_record(struct backoff *b, int64_t lived_ms)
{
	int64_t wait = BACKOFF_FIRST_MS;

	if (lived_ms >= BACKOFF_YOUNG_MS) {
		b->deaths = 0;
		return 0;
	}
	if (b->deaths < UINT32_MAX)
		b->deaths++;
	if (b->deaths == 1)
		return 0;
	for (uint32_t i = 2; i < b->deaths && wait < BACKOFF_MAX_MS; i++)
		wait *= 2;
	return wait < BACKOFF_MAX_MS ? wait : BACKOFF_MAX_MS;
}
