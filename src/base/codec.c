/*
 * Text forms of bytes. Base32, base64 and hexadecimal share one encoder and one decoder: they
 * carry 5, 6 or 4 bits per character.
 */
#include "base/codec.h"

#include <string.h>

#include "base/arena.h"
#include "base/json_escape.h"

struct code {
	unsigned int bits; /* per character */
	const char *alphabet;
	int (*value)(char c); /* of a character; -1: it is not in the alphabet */
};

static int base32_value(char c);
static int base64url_value(char c);
static int hex_value(char c);
static struct str encode(struct arena *a, const struct code *code, const unsigned char *p,
    size_t n);
static bool decode(const struct code *code, struct str text, unsigned char *out, size_t *n,
    unsigned int *unused);
static bool decode_strict(struct arena *a, const struct code *code, struct str text,
    unsigned char **out, size_t *n);
static bool is_unreserved(char c);

static const struct code base32 = {5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", base32_value};
static const struct code base64url = {6,
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", base64url_value};
static const struct code hex = {4, "0123456789abcdef", hex_value};

struct str
base32_encode(struct arena *a, const unsigned char *p, size_t n)
{
	return encode(a, &base32, p, n);
}

bool
base32_decode(struct arena *a, struct str text, unsigned char **out, size_t *n)
{
	char *kept = arena_alloc(a, text.n + 1);
	size_t count = 0;
	size_t padding = 0;
	unsigned int unused;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == ' ' || text.p[i] == '-')
			continue;
		if (text.p[i] == '=')
			padding++;
		else if (padding > 0)
			return false;
		else
			kept[count++] = text.p[i];
	}
	if (padding > 0 && (padding > 6 || (count + padding) % 8 != 0))
		return false;
	*out = arena_alloc(a, count);
	return decode(&base32, (struct str){.p = kept, .n = count}, *out, n, &unused);
}

struct str
base64url_encode(struct arena *a, const unsigned char *p, size_t n)
{
	return encode(a, &base64url, p, n);
}

bool
base64url_decode(struct arena *a, struct str text, unsigned char **out, size_t *n)
{
	return decode_strict(a, &base64url, text, out, n);
}

struct str
hex_encode(struct arena *a, const unsigned char *p, size_t n)
{
	return encode(a, &hex, p, n);
}

bool
hex_decode(struct arena *a, struct str text, unsigned char **out, size_t *n)
{
	return decode_strict(a, &hex, text, out, n);
}

struct str
json_quote(struct arena *a, struct str s)
{
	struct buf b = {.arena = a};
	char room[8];
	size_t at, step;

	buf_addc(&b, '"');
	for (at = 0; at < s.n; at += step)
		buf_add(&b, json_escape_char(str_slice(s, at, s.n), room, &step));
	buf_addc(&b, '"');
	return buf_str(&b);
}

void
csv_append(struct buf *b, struct str cell)
{
	bool formula = cell.n > 0 && memchr("=+-@\t\r", cell.p[0], 6) != NULL;
	bool quoted =
	    str_has(cell, ',') || str_has(cell, '"') || str_has(cell, '\n') || str_has(cell, '\r');

	if (quoted)
		buf_addc(b, '"');
	if (formula)
		buf_addc(b, '\'');
	for (size_t i = 0; i < cell.n; i++) {
		if (cell.p[i] == '"')
			buf_addc(b, '"');
		buf_addc(b, cell.p[i]);
	}
	if (quoted)
		buf_addc(b, '"');
}

struct str
percent_encode(struct arena *a, struct str s, const char *keep)
{
	static const char digits[] = "0123456789ABCDEF";
	struct str also = str_of(keep);
	struct buf b = {.arena = a};

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (is_unreserved(s.p[i]) || str_has(also, s.p[i])) {
			buf_addc(&b, s.p[i]);
		} else {
			buf_addc(&b, '%');
			buf_addc(&b, digits[c >> 4]);
			buf_addc(&b, digits[c & 0x0f]);
		}
	}
	return buf_str(&b);
}

bool
percent_decode(struct arena *a, struct str s, bool plus, struct str *out)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		int high;
		int low;

		if (s.p[i] != '%') {
			p[n++] = plus && s.p[i] == '+' ? ' ' : s.p[i];
			continue;
		}
		if (s.n - i < 3)
			return false;
		high = hex_value(s.p[++i]);
		low = hex_value(s.p[++i]);
		if (high < 0 || low < 0)
			return false;
		p[n++] = (char)(high << 4 | low);
	}
	*out = (struct str){.p = p, .n = n};
	return true;
}

static struct str
encode(struct arena *a, const struct code *code, const unsigned char *p, size_t n)
{
	unsigned int mask = (1U << code->bits) - 1;
	char *out = arena_alloc(a, (n * 8 + code->bits - 1) / code->bits + 1);
	unsigned int hold = 0;
	unsigned int have = 0;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		hold = (hold << 8 | p[i]) & 0xffff;
		have += 8;
		while (have >= code->bits) {
			have -= code->bits;
			out[count++] = code->alphabet[hold >> have & mask];
		}
	}
	if (have > 0)
		out[count++] = code->alphabet[hold << (code->bits - have) & mask];
	return (struct str){.p = out, .n = count};
}

/*
 * Decodes into `out`, which must have room for text.n bytes. The bits of the last character that
 * do not fill a byte go to `unused`; a whole character of them makes the text malformed.
 */
static bool
decode(const struct code *code, struct str text, unsigned char *out, size_t *n,
    unsigned int *unused)
{
	unsigned int hold = 0;
	unsigned int have = 0;
	size_t count = 0;

	for (size_t i = 0; i < text.n; i++) {
		int value = code->value(text.p[i]);

		if (value < 0)
			return false;
		hold = (hold << code->bits | (unsigned int)value) & 0xffff;
		have += code->bits;
		if (have >= 8) {
			have -= 8;
			out[count++] = (unsigned char)(hold >> have & 0xff);
		}
	}
	*n = count;
	*unused = hold & ((1U << have) - 1);
	return have < code->bits;
}

static bool
decode_strict(struct arena *a, const struct code *code, struct str text, unsigned char **out,
    size_t *n)
{
	unsigned int unused = 0;

	*out = arena_alloc(a, text.n);
	return decode(code, text, *out, n, &unused) && unused == 0;
}

static int
base32_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

static int
base64url_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
is_unreserved(char c)
{
	return str_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}
