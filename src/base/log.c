/*
 * A log line is built on the stack, so that it can be written even without memory, and goes out
 * by one write(), so that the lines of several processes do not mix.
 */
#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json_escape.h"

#define LINE_MAX_SIZE ((size_t)4096)
/* A longer text is cut, so that the fields after it still fit. */
#define TEXT_MAX_SIZE ((size_t)1024)

#define ELLIPSIS "\xe2\x80\xa6"
#define LINE_END "}\n"
#define LINE_END_CUT ",\"cut\":true}\n"

/* LINE_END_CUT always fits behind the `n` bytes. */
struct line {
	char p[LINE_MAX_SIZE];
	size_t n;
};

static const char *const level_names[] = {
    [LOG_LEVEL_INFO] = "info",
    [LOG_LEVEL_WARNING] = "warning",
    [LOG_LEVEL_ERROR] = "error",
};

static bool add_time(struct line *l);
static bool add_field(struct line *l, const struct log_field *f);
static bool add_member(struct line *l, const char *key, struct str text);
static bool add_string(struct line *l, struct str text);
static bool add_raw(struct line *l, struct str s);
static void write_line(const struct line *l);

void
log_write(enum log_level level, const char *event, const struct log_field *fields, size_t count)
{
	struct line l;
	int saved = errno;
	bool whole;
	struct str end;

	l.n = 0;
	whole = add_time(&l) && add_member(&l, "level", str_of(level_names[level])) &&
		add_member(&l, "event", str_of(event));
	for (size_t i = 0; i < count; i++) {
		size_t before = l.n;

		if (!add_field(&l, &fields[i])) {
			l.n = before;
			whole = false;
		}
	}
	end = whole ? STR(LINE_END) : STR(LINE_END_CUT);
	memcpy(l.p + l.n, end.p, end.n);
	l.n += end.n;
	write_line(&l);
	errno = saved;
}

_Noreturn void
log_fatal(const char *event, const char *what)
{
	log_error(event, LOG_CSTR("what", what));
	abort();
}

static bool
add_time(struct line *l)
{
	int64_t now = clock_now();
	time_t seconds = (time_t)(now / CLOCK_SECOND);
	struct tm tm = {0};
	char text[80];
	int n;

	gmtime_r(&seconds, &tm);
	n = snprintf(text, sizeof(text), "{\"ts\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
	    (int)(now % CLOCK_SECOND / 1000));
	return n > 0 && (size_t)n < sizeof(text) && add_raw(l, str_of(text));
}

static bool
add_field(struct line *l, const struct log_field *f)
{
	char number[24];

	if (!str_is_absent(f->text))
		return add_member(l, f->key, f->text);
	snprintf(number, sizeof(number), ":%" PRId64, f->number);
	return add_raw(l, STR(",")) && add_string(l, str_of(f->key)) && add_raw(l, str_of(number));
}

static bool
add_member(struct line *l, const char *key, struct str text)
{
	return add_raw(l, STR(",")) && add_string(l, str_of(key)) && add_raw(l, STR(":")) &&
	       add_string(l, text);
}

/* Adds a JSON string, cut between two characters when it exceeds TEXT_MAX_SIZE. */
static bool
add_string(struct line *l, struct str text)
{
	size_t start = l->n;
	char room[8];

	if (!add_raw(l, STR("\"")))
		return false;
	while (text.n > 0) {
		size_t step;
		struct str escaped = json_escape_char(text, room, &step);

		if (l->n - start + escaped.n > TEXT_MAX_SIZE)
			return add_raw(l, STR(ELLIPSIS "\""));
		if (!add_raw(l, escaped))
			return false;
		text = str_slice(text, step, SIZE_MAX);
	}
	return add_raw(l, STR("\""));
}

static bool
add_raw(struct line *l, struct str s)
{
	if (s.n > LINE_MAX_SIZE - (sizeof(LINE_END_CUT) - 1) - l->n)
		return false;
	memcpy(l->p + l->n, s.p, s.n);
	l->n += s.n;
	return true;
}

/* Deliberately ignores a failure: there is nowhere left to report it. */
static void
write_line(const struct line *l)
{
	ssize_t n;

	do
		n = write(STDERR_FILENO, l->p, l->n);
	while (n < 0 && errno == EINTR);
}
