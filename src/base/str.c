/* The functions of str.h that do not allocate. */
#include "base/str.h"

#include <string.h>

static bool is_space(char c);
static bool utf8_second_is_valid(unsigned char first, unsigned char second);

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
		if (str_lower_char(a.p[i]) != str_lower_char(b.p[i]))
			return false;
	return true;
}

char
str_lower_char(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool
str_is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
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
		/* Counts down when negative, as that range is larger by one. */
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
	if (s.n < size || !utf8_second_is_valid(first, (unsigned char)s.p[1]))
		return 0;
	for (size_t i = 2; i < size; i++)
		if (((unsigned char)s.p[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

bool
str_is_text(struct str s, size_t max)
{
	return s.n <= max && str_is_utf8(s) && !str_has(s, '\0');
}

bool
str_has_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return true;
	return false;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The second byte reveals overlong forms, surrogates and values that are too large. */
static bool
utf8_second_is_valid(unsigned char first, unsigned char second)
{
	unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

	return second >= low && second <= high;
}
