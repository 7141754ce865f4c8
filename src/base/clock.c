/* Reading the clocks, and dates as text. */
#include "base/clock.h"

#include <time.h>

#ifdef COUNTERSIGN_TEST_CLOCK
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#endif

static const char *const month_names[] = {"January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December"};

static int64_t offset_us(void);
static struct tm parts(int64_t us);

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

struct str
clock_rfc3339(struct arena *a, int64_t us)
{
	struct tm tm = parts(us);

	return str_printf(a, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

struct str
clock_text(struct arena *a, int64_t us)
{
	struct tm tm = parts(us);

	return str_printf(a, "%d %s %d, %02d:%02d UTC", tm.tm_mday, month_names[tm.tm_mon],
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min);
}

/* A second that has begun counts, before 1970 as well. */
static struct tm
parts(int64_t us)
{
	time_t seconds = (time_t)(us / CLOCK_SECOND - (us % CLOCK_SECOND < 0 ? 1 : 0));
	struct tm tm = {0};

	gmtime_r(&seconds, &tm);
	return tm;
}

#ifdef COUNTERSIGN_TEST_CLOCK

int
clock_is_movable(void)
{
	return 1;
}

/*
 * Read anew each time: a test moves the clock under a running process. A file
 * that cannot be understood ends the process without a log line, which would
 * have to ask for the time itself.
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
