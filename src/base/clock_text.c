/* The functions of clock.h that format and parse dates. */
#include "base/clock.h"

#include <time.h>

static const char *const month_names[] = {"January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December"};

static bool parse_digits(struct str text, size_t from, size_t n, int64_t max, int64_t *out);
static bool parse_fraction(struct str *rest, int64_t *us);
static bool parse_zone(struct str text, int64_t *us);
static struct tm split_utc(int64_t us);

struct str
clock_rfc3339(struct arena *a, int64_t us)
{
	struct tm tm = split_utc(us);

	return str_printf(a, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

struct str
clock_text(struct arena *a, int64_t us)
{
	struct tm tm = split_utc(us);

	return str_printf(a, "%d %s %d, %02d:%02d UTC", tm.tm_mday, month_names[tm.tm_mon],
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min);
}

bool
clock_parse_day(struct str text, int64_t *us)
{
	struct tm tm = {0}, day;
	int64_t y, m, d;

	if (text.n != STR("YYYY-MM-DD").n || text.p[4] != '-' || text.p[7] != '-' ||
	    !parse_digits(text, 0, 4, 9999, &y) || !parse_digits(text, 5, 2, 12, &m) ||
	    !parse_digits(text, 8, 2, 31, &d) || y < 1971)
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

	if (!clock_parse_day(str_slice(text, 0, 10), us))
		return false;
	if (text.n == 10)
		return true;
	if (text.n < 20 || (text.p[10] != 'T' && text.p[10] != 't') || text.p[13] != ':' ||
	    text.p[16] != ':' || !parse_digits(text, 11, 2, 23, &hour) ||
	    !parse_digits(text, 14, 2, 59, &minute) || !parse_digits(text, 17, 2, 59, &second) ||
	    !parse_fraction(&rest, &part) || !parse_zone(rest, &offset))
		return false;
	*us += hour * CLOCK_HOUR + minute * CLOCK_MINUTE + second * CLOCK_SECOND + part - offset;
	return true;
}

/* Parses exactly `n` digits at `from`, without sign or space, to a number up to `max`. */
static bool
parse_digits(struct str text, size_t from, size_t n, int64_t max, int64_t *out)
{
	struct str digits = str_slice(text, from, n);

	for (size_t i = 0; i < digits.n; i++)
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
	return digits.n == n && str_to_int64(digits, out) && *out <= max;
}

/* Parses ".5" off the start of `rest`; digits finer than a microsecond are dropped. */
static bool
parse_fraction(struct str *rest, int64_t *us)
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

/* Parses "Z" or an offset such as "+01:00". */
static bool
parse_zone(struct str text, int64_t *us)
{
	int64_t hour, minute;

	*us = 0;
	if (text.n == 1)
		return text.p[0] == 'Z' || text.p[0] == 'z';
	if (text.n != 6 || (text.p[0] != '+' && text.p[0] != '-') || text.p[3] != ':' ||
	    !parse_digits(text, 1, 2, 23, &hour) || !parse_digits(text, 4, 2, 59, &minute))
		return false;
	*us = (hour * CLOCK_HOUR + minute * CLOCK_MINUTE) * (text.p[0] == '-' ? -1 : 1);
	return true;
}

/* Splits a time into its UTC fields, rounded down to a second before 1970 as well. */
static struct tm
split_utc(int64_t us)
{
	time_t seconds = (time_t)(us / CLOCK_SECOND - (us % CLOCK_SECOND < 0 ? 1 : 0));
	struct tm tm = {0};

	gmtime_r(&seconds, &tm);
	return tm;
}
