/*
 * The JSON check: one pass over the text, byte by byte, with the open arrays and objects on a
 * stack of fixed size. Nothing is built; keys are remembered as they stand in the text and
 * compared character by character.
 */
#include "http/json.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* An array or object that is open. */
struct level {
	char closer;
	size_t items;
	struct str *keys; /* as written between the quotes; made with the first object here */
};

struct scan {
	struct arena *arena;
	struct str text;
	size_t at; /* the next byte */
	int depth;
	int open; /* levels in use */
	struct level levels[JSON_DEPTH_MAX];
	struct json_fault *fault;
};

/* The letters behind a backslash, and what they stand for. */
static const char escape_letters[] = "\"\\/bfnrt";
static const char escape_values[] = "\"\\/\b\f\n\r\t";

static bool scan_document(struct scan *s);
static bool scan_value(struct scan *s);
static bool scan_item(struct scan *s, struct level *l);
static bool scan_open(struct scan *s, char closer);
static bool scan_key(struct scan *s, struct level *l);
static bool scan_word(struct scan *s, struct str word);
static bool scan_number(struct scan *s);
static bool scan_integer(struct scan *s);
static bool scan_digits(struct scan *s);
static bool scan_string(struct scan *s);
static bool scan_character(struct scan *s);
static bool scan_escape(struct scan *s);
static bool scan_unicode(struct scan *s);
static bool scan_low_surrogate(struct scan *s, size_t high);
static bool scan_hex(struct scan *s, size_t at, uint32_t *unit);
static void scan_space(struct scan *s);
static bool scan_skip(struct scan *s, char c);
static int scan_byte(const struct scan *s, size_t at);
static bool scan_refuse(struct scan *s, size_t at, const char *what);
static bool number_is_finite(struct str number);
static bool key_same(struct str a, struct str b);
static uint32_t key_next(struct str *rest);
static uint32_t key_next_escape(struct str *rest);
static uint32_t key_unit(struct str *rest);
static bool is_digit(int c);
static int hex_value(int c);
static bool is_high_surrogate(uint32_t unit);
static bool is_low_surrogate(uint32_t unit);

enum err
json_check(struct arena *a, struct str text, int depth, struct json_fault *fault)
{
	struct scan s = {.arena = a, .text = text, .depth = depth, .fault = fault};

	if (depth < 0 || depth > JSON_DEPTH_MAX)
		log_fatal("json.depth", "a depth that the check has no room for");
	*fault = (struct json_fault){0};
	return scan_document(&s) ? OK : ERR_BAD_REQUEST;
}

static bool
scan_document(struct scan *s)
{
	if (str_starts(s->text, STR("\xef\xbb\xbf")))
		return scan_refuse(s, 0, "a byte order mark");
	if (!scan_value(s))
		return false;
	while (s->open > 0)
		if (!scan_item(s, &s->levels[s->open - 1]))
			return false;
	scan_space(s);
	if (s->at < s->text.n)
		return scan_refuse(s, s->at, "something behind the document");
	return true;
}

/* A whole plain value, or the opening of an array or object. */
static bool
scan_value(struct scan *s)
{
	scan_space(s);
	switch (scan_byte(s, s->at)) {
	case '{':
		return scan_open(s, '}');
	case '[':
		return scan_open(s, ']');
	case '"':
		return scan_string(s);
	case 't':
		return scan_word(s, STR("true"));
	case 'f':
		return scan_word(s, STR("false"));
	case 'n':
		return scan_word(s, STR("null"));
	default:
		return scan_number(s);
	}
}

/* The next item of the innermost level up to its value's end or opening, or the level's end. */
static bool
scan_item(struct scan *s, struct level *l)
{
	scan_space(s);
	if (scan_skip(s, l->closer)) {
		s->open--;
		return true;
	}
	if (l->items > 0 && !scan_skip(s, ','))
		return scan_refuse(s, s->at, "no comma or closing bracket");
	if (l->closer == '}' && !scan_key(s, l))
		return false;
	l->items++;
	return scan_value(s);
}

static bool
scan_open(struct scan *s, char closer)
{
	struct level *l;

	if (s->open == s->depth)
		return scan_refuse(s, s->at, "nested too deep");
	s->at++;
	l = &s->levels[s->open++];
	l->closer = closer;
	l->items = 0;
	if (closer == '}' && l->keys == NULL)
		l->keys = arena_array(s->arena, JSON_KEYS_MAX, sizeof(*l->keys));
	return true;
}

static bool
scan_key(struct scan *s, struct level *l)
{
	size_t start;
	struct str key;

	scan_space(s);
	start = s->at;
	if (scan_byte(s, start) != '"')
		return scan_refuse(s, start, "no key");
	if (!scan_string(s))
		return false;
	key = str_slice(s->text, start + 1, s->at - start - 2);
	if (l->items == JSON_KEYS_MAX)
		return scan_refuse(s, start, "too many keys");
	for (size_t i = 0; i < l->items; i++)
		if (key_same(l->keys[i], key))
			return scan_refuse(s, start, "a key twice");
	l->keys[l->items] = key;
	scan_space(s);
	if (!scan_skip(s, ':'))
		return scan_refuse(s, s->at, "no colon");
	return true;
}

static bool
scan_word(struct scan *s, struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (!scan_skip(s, word.p[i]))
			return scan_refuse(s, s->at, "an unknown word");
	return true;
}

static bool
scan_number(struct scan *s)
{
	size_t start = s->at;
	int c;

	if (!scan_integer(s) || (scan_skip(s, '.') && !scan_digits(s)))
		return false;
	c = scan_byte(s, s->at);
	if (c == 'e' || c == 'E') {
		s->at++;
		if (!scan_skip(s, '+'))
			(void)scan_skip(s, '-');
		if (!scan_digits(s))
			return false;
	}
	if (s->at - start > JSON_NUMBER_MAX)
		return scan_refuse(s, start, "a number too long");
	if (!number_is_finite(str_slice(s->text, start, s->at - start)))
		return scan_refuse(s, start, "a number too large");
	return true;
}

/* Also what stands where no value begins, since everything else has its own first byte. */
static bool
scan_integer(struct scan *s)
{
	bool minus = scan_skip(s, '-');

	if (!minus && !is_digit(scan_byte(s, s->at)))
		return scan_refuse(s, s->at, "no value");
	if (!scan_skip(s, '0'))
		return scan_digits(s);
	if (is_digit(scan_byte(s, s->at)))
		return scan_refuse(s, s->at, "a leading zero");
	return true;
}

static bool
scan_digits(struct scan *s)
{
	if (!is_digit(scan_byte(s, s->at)))
		return scan_refuse(s, s->at, "no digit");
	while (is_digit(scan_byte(s, s->at)))
		s->at++;
	return true;
}

static bool
scan_string(struct scan *s)
{
	s->at++;
	while (!scan_skip(s, '"'))
		if (!scan_character(s))
			return false;
	return true;
}

static bool
scan_character(struct scan *s)
{
	int c = scan_byte(s, s->at);
	size_t step;

	if (c == '\\')
		return scan_escape(s);
	if (c < 0x20)
		return scan_refuse(s, s->at, "a control character");
	step = str_utf8_step(str_slice(s->text, s->at, 4));
	if (step == 0)
		return scan_refuse(s, s->at, "not UTF-8");
	s->at += step;
	return true;
}

static bool
scan_escape(struct scan *s)
{
	int c = scan_byte(s, s->at + 1);

	if (c == 'u')
		return scan_unicode(s);
	if (c <= 0 || strchr(escape_letters, c) == NULL)
		return scan_refuse(s, s->at + 1, "an unknown escape");
	s->at += 2;
	return true;
}

static bool
scan_unicode(struct scan *s)
{
	size_t start = s->at;
	uint32_t unit;

	if (!scan_hex(s, start + 2, &unit))
		return false;
	if (unit == 0)
		return scan_refuse(s, start, "U+0000");
	if (is_low_surrogate(unit))
		return scan_refuse(s, start, "half a surrogate pair");
	s->at += 6;
	return !is_high_surrogate(unit) || scan_low_surrogate(s, start);
}

/* The second half of a pair whose first stands at `high`. */
static bool
scan_low_surrogate(struct scan *s, size_t high)
{
	static const char begin[] = {'\\', 'u'};
	uint32_t unit;

	for (size_t i = 0; i < sizeof(begin); i++) {
		int c = scan_byte(s, s->at + i);

		if (c != begin[i])
			return scan_refuse(s, c < 0 ? s->text.n : high, "half a surrogate pair");
	}
	if (!scan_hex(s, s->at + 2, &unit))
		return false;
	if (!is_low_surrogate(unit))
		return scan_refuse(s, high, "half a surrogate pair");
	s->at += 6;
	return true;
}

static bool
scan_hex(struct scan *s, size_t at, uint32_t *unit)
{
	*unit = 0;
	for (size_t end = at + 4; at < end; at++) {
		int digit = hex_value(scan_byte(s, at));

		if (digit < 0)
			return scan_refuse(s, at, "an unknown escape");
		*unit = *unit << 4 | (uint32_t)digit;
	}
	return true;
}

static void
scan_space(struct scan *s)
{
	int c = scan_byte(s, s->at);

	while (c == ' ' || c == '\t' || c == '\n' || c == '\r')
		c = scan_byte(s, ++s->at);
}

static bool
scan_skip(struct scan *s, char c)
{
	if (scan_byte(s, s->at) != c)
		return false;
	s->at++;
	return true;
}

/* -1 behind the end. */
static int
scan_byte(const struct scan *s, size_t at)
{
	return at < s->text.n ? (unsigned char)s->text.p[at] : -1;
}

/* Always false. Whatever was looked for, behind the end the fault is the end. */
static bool
scan_refuse(struct scan *s, size_t at, const char *what)
{
	s->fault->at = at;
	s->fault->what = at < s->text.n ? what : "the end too soon";
	return false;
}

/*
 * For a number of at most JSON_NUMBER_MAX bytes. Under a locale with another decimal point a
 * fraction is refused, not read as something else.
 */
static bool
number_is_finite(struct str number)
{
	char copy[JSON_NUMBER_MAX + 1] = {0};
	char *end;
	double value;

	memcpy(copy, number.p, number.n);
	value = strtod(copy, &end);
	return *end == '\0' && isfinite(value);
}

/* Both have passed scan_string(), so decoding cannot fail. */
static bool
key_same(struct str a, struct str b)
{
	while (a.n > 0 && b.n > 0)
		if (key_next(&a) != key_next(&b))
			return false;
	return a.n == b.n;
}

/* Takes one character off. */
static uint32_t
key_next(struct str *rest)
{
	size_t step;
	uint32_t c;

	if (rest->p[0] == '\\')
		return key_next_escape(rest);
	step = str_utf8_step(*rest);
	c = (unsigned char)rest->p[0];
	if (step > 1)
		c &= 0xffU >> (step + 1);
	for (size_t i = 1; i < step; i++)
		c = c << 6 | ((unsigned char)rest->p[i] & 0x3fU);
	*rest = str_slice(*rest, step, rest->n);
	return c;
}

static uint32_t
key_next_escape(struct str *rest)
{
	char letter = rest->p[1];
	uint32_t unit;

	if (letter != 'u') {
		*rest = str_slice(*rest, 2, rest->n);
		return (
		    unsigned char)escape_values[strchr(escape_letters, letter) - escape_letters];
	}
	unit = key_unit(rest);
	if (is_high_surrogate(unit))
		unit = 0x10000 + ((unit & 0x3ff) << 10) + (key_unit(rest) & 0x3ff);
	return unit;
}

/* Takes one "\uXXXX" off. */
static uint32_t
key_unit(struct str *rest)
{
	uint32_t unit = 0;

	for (size_t i = 2; i < 6; i++)
		unit = unit << 4 | (uint32_t)hex_value(rest->p[i]);
	*rest = str_slice(*rest, 6, rest->n);
	return unit;
}

static bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* -1 when it is none. */
static int
hex_value(int c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool
is_high_surrogate(uint32_t unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool
is_low_surrogate(uint32_t unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}
