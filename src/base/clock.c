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
static bool number_at(struct str text, size_t from, size_t n, int64_t max, int64_t *out);
static bool fraction(struct str *rest, int64_t *us);
static bool zone(struct str text, int64_t *us);
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

bool
clock_day(struct str text, int64_t *us)
{
	struct tm tm = {0}, day;
	int64_t y, m, d;

	if (text.n != STR("YYYY-MM-DD").n || text.p[4] != '-' || text.p[7] != '-' ||
	    !number_at(text, 0, 4, 9999, &y) || !number_at(text, 5, 2, 12, &m) ||
	    !number_at(text, 8, 2, 31, &d) || y < 1971)
		return false;
	day = tm = (struct tm){.tm_year = (int)y - 1900, .tm_mon = (int)m - 1, .tm_mday = (int)d};
	*us = (int64_t)timegm(&tm) * CLOCK_SECOND;
	return tm.tm_mon == day.tm_mon && tm.tm_mday == day.tm_mday;
}

bool
clock_parse(struct str text, int64_t *us)
{
	struct str rest = str_slice(text, 19, text.n);
	int64_t hour, minute, second, part = 0, offset;

	if (!clock_day(str_slice(text, 0, 10), us))
		return false;
	if (text.n == 10)
		return true;
	if (text.n < 20 || (text.p[10] != 'T' && text.p[10] != 't') || text.p[13] != ':' ||
	    text.p[16] != ':' || !number_at(text, 11, 2, 23, &hour) ||
	    !number_at(text, 14, 2, 59, &minute) || !number_at(text, 17, 2, 59, &second) ||
	    !fraction(&rest, &part) || !zone(rest, &offset))
		return false;
	*us += hour * CLOCK_HOUR + minute * CLOCK_MINUTE + second * CLOCK_SECOND + part - offset;
	return true;
}

/* Digits alone: no sign, no space. */
static bool
number_at(struct str text, size_t from, size_t n, int64_t max, int64_t *out)
{
	struct str digits = str_slice(text, from, n);

	for (size_t i = 0; i < digits.n; i++)
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
	return digits.n == n && str_to_int64(digits, out) && *out <= max;
}

/* ".5": what is finer than a microsecond is dropped. */
static bool
fraction(struct str *rest, int64_t *us)
{
	int64_t unit = CLOCK_SECOND / 10;
	size_t i = 1;

	if (rest->n == 0 || rest->p[0] != '.')
		return true;
	for (; i < rest->n && rest->p[i] >= '0' && rest->p[i] <= '9'; i++, unit /= 10)
		*us += (rest->p[i] - '0') * unit;
	*rest = str_slice(*rest, i, rest->n);
	return i > 1;
}

static bool
zone(struct str text, int64_t *us)
{
	int64_t hour, minute;

	*us = 0;
	if (text.n == 1)
		return text.p[0] == 'Z' || text.p[0] == 'z';
	if (text.n != 6 || (text.p[0] != '+' && text.p[0] != '-') || text.p[3] != ':' ||
	    !number_at(text, 1, 2, 23, &hour) || !number_at(text, 4, 2, 59, &minute))
		return false;
	*us = (hour * CLOCK_HOUR + minute * CLOCK_MINUTE) * (text.p[0] == '-' ? -1 : 1);
	return true;
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
 * Read anew each time: a test moves the clock under a running process. A file that cannot be
 * understood ends the process without a log line, which would have to ask for the time itself.
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
