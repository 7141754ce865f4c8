/* Randomness by getrandom(2). */
#include "base/rand.h"

#include <errno.h>
#include <sys/random.h>

#include "base/log.h"

void
rand_bytes(void *p, size_t n)
{
	unsigned char *at = p;

	while (n > 0) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			log_fatal("rand.failed", "the system provides no random bytes");
		at += got;
		n -= (size_t)got;
	}
}

uint32_t
rand_below(uint32_t limit)
{
	uint32_t skip;
	uint32_t value;

	if (limit == 0)
		log_fatal("rand.limit", "there is no number below 0");
	/* Skips the lowest 2^32 mod limit values, whose remainders would be too likely. */
	skip = (uint32_t)(((uint64_t)UINT32_MAX + 1) % limit);
	do
		rand_bytes(&value, sizeof(value));
	while (value < skip);
	return value % limit;
}
