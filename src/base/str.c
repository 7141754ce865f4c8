/* String views, and strings that grow in an arena. */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"

#define BUF_FIRST_SIZE ((size_t)128)

static bool is_space(char c);
static char lower(char c);
static bool utf8_second_fits(unsigned char first, unsigned char second);
static void buf_reserve(struct buf *b, size_t n);
static void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

struct str
str_of(const char *c)
{
	return (struct str){.p = c, .n = c != NULL ? strlen(c) : 0};
}

bool
str_is_absent(struct str s)
{
	return s.p == NULL;
}

bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
str_eq_nocase(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

bool
str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_slice(s, 0, prefix.n), prefix);
}

bool
str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq(str_slice(s, s.n - suffix.n, suffix.n), suffix);
}

bool
str_has(struct str s, char c)
{
	return s.n > 0 && memchr(s.p, c, s.n) != NULL;
}

struct str
str_trim(struct str s)
{
	while (s.n > 0 && is_space(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str
str_cut(struct str *rest, char sep)
{
	struct str part = *rest;
	const char *at = part.n > 0 ? memchr(part.p, sep, part.n) : NULL;

	if (at == NULL) {
		*rest = STR_ABSENT;
		return part;
	}
	part.n = (size_t)(at - part.p);
	*rest = str_slice(*rest, part.n + 1, SIZE_MAX);
	return part;
}

struct str
str_slice(struct str s, size_t from, size_t n)
{
	if (s.p == NULL)
		return s;
	if (from > s.n)
		from = s.n;
	if (n > s.n - from)
		n = s.n - from;
	return (struct str){.p = s.p + from, .n = n};
}

struct str
str_copy(struct arena *a, struct str s)
{
	char *p;

	if (s.p == NULL)
		return s;
	p = arena_alloc(a, s.n + 1);
	memcpy(p, s.p, s.n);
	return (struct str){.p = p, .n = s.n};
}

const char *
str_c(struct arena *a, struct str s)
{
	if (str_has(s, '\0'))
		log_fatal("str.nul", "a string with a NUL was to become a C string");
	return str_copy(a, s).p;
}

struct str
str_lower(struct arena *a, struct str s)
{
	char *p;

	if (s.p == NULL)
		return s;
	p = arena_alloc(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		p[i] = lower(s.p[i]);
	return (struct str){.p = p, .n = s.n};
}

struct str
str_printf(struct arena *a, const char *fmt, ...)
{
	struct buf b = {.arena = a};
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	return buf_str(&b);
}

bool
str_to_int64(struct str s, int64_t *out)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	int64_t value = 0;
	size_t i = negative ? 1 : 0;

	if (i == s.n)
		return false;
	for (; i < s.n; i++) {
		int digit = s.p[i] - '0';

		if (digit < 0 || digit > 9)
			return false;
		/* Downwards when negative: the range reaches one further on that side. */
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, negative ? -digit : digit, &value))
			return false;
	}
	*out = value;
	return true;
}

bool
str_is_utf8(struct str s)
{
	while (s.n > 0) {
		size_t step = str_utf8_step(s);

		if (step == 0)
			return false;
		s.p += step;
		s.n -= step;
	}
	return true;
}

size_t
str_utf8_step(struct str s)
{
	unsigned char first = s.n > 0 ? (unsigned char)s.p[0] : 0x80;
	size_t size;

	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (s.n < size || !utf8_second_fits(first, (unsigned char)s.p[1]))
		return 0;
	for (size_t i = 2; i < size; i++)
		if (((unsigned char)s.p[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

bool
str_has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

void
buf_add(struct buf *b, struct str s)
{
	buf_bytes(b, s.p, s.n);
}

void
buf_addc(struct buf *b, char c)
{
	buf_bytes(b, &c, 1);
}

void
buf_bytes(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	buf_reserve(b, n);
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

struct str
buf_str(const struct buf *b)
{
	return (struct str){.p = b->p != NULL ? b->p : "", .n = b->n};
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* The second byte is where overlong forms, surrogates and too large values show. */
static bool
utf8_second_fits(unsigned char first, unsigned char second)
{
	unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

	return second >= low && second <= high;
}

/* Room for `n` bytes more and a NUL behind them, which the zero-filled arena provides. */
static void
buf_reserve(struct buf *b, size_t n)
{
	size_t need;
	size_t size = b->size > 0 ? b->size : BUF_FIRST_SIZE;
	char *p;

	if (__builtin_add_overflow(b->n, n, &need) || need >= SIZE_MAX / 2)
		log_fatal("str.limit", "the size of a string overflows");
	if (need < b->size)
		return;
	while (size <= need)
		size *= 2;
	p = arena_alloc(b->arena, size);
	if (b->n > 0)
		memcpy(p, b->p, b->n);
	b->p = p;
	b->size = size;
}

static void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		log_fatal("str.format", "a text cannot be formatted");
	buf_reserve(b, (size_t)n);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	b->n += (size_t)n;
}
