/* The functions of str.h that allocate in an arena. */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"

#define BUF_FIRST_SIZE ((size_t)128)

static void buf_reserve(struct buf *b, size_t n);
static void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

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
		log_fatal("str.nul", "a string with a NUL cannot become a C string");
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
		p[i] = str_lower_char(s.p[i]);
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

/* Makes room for `n` more bytes and the NUL behind them, which the zero-filled arena provides. */
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
		log_fatal("str.format", "a string cannot be formatted");
	buf_reserve(b, (size_t)n);
	vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	b->n += (size_t)n;
}
