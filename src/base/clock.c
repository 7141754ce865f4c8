/* Reading the clocks. */
#include "base/clock.h"

#include <time.h>

#ifdef COUNTERSIGN_TEST_CLOCK
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#endif

static int64_t offset_us(void);

int64_t
clock_now(void)
{
	struct timespec t = {0};

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * CLOCK_SECOND + t.tv_nsec / 1000 + offset_us();
}

int64_t
clock_mono_ms(void)
{
	struct timespec t = {0};

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#ifdef COUNTERSIGN_TEST_CLOCK

int
clock_is_movable(void)
{
	return 1;
}

/*
 * Reads the offset file at every call, as a test moves the clock under a running process. A file
 * that cannot be parsed ends the process without a log line, which would itself need the time.
 */
static int64_t
offset_us(void)
{
	const char *path = getenv("COUNTERSIGN_CLOCK_OFFSET");
	char text[32];
	ssize_t n;
	int64_t seconds = 0;
	int64_t us;
	int fd;

	if (path == NULL || path[0] == '\0')
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0;
	n = fd >= 0 ? read(fd, text, sizeof(text)) : -1;
	if (n < 0 || !str_to_int64(str_trim((struct str){.p = text, .n = (size_t)n}), &seconds) ||
	    __builtin_mul_overflow(seconds, CLOCK_SECOND, &us))
		abort();
	close(fd);
	return us;
}

#else

int
clock_is_movable(void)
{
	return 0;
}

static int64_t
offset_us(void)
{
	return 0;
}

#endif
