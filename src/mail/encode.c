/* Encoding by RFC 2045, 2047 and 5322. */
#include "mail/encode.h"

#include <stdbool.h>
#include <time.h>

#include "base/clock.h"
#include "base/codec.h"
#include "base/log.h"

/* The longest line of a header or body, without its CRLF. */
#define LINE_MAX_BYTES 76
#define WORD_BEGIN "=?utf-8?Q?"
#define WORD_END "?="

static bool is_plain(struct str text);
static struct str sanitize(struct arena *a, struct str text);
static void append_word_byte(struct buf *out, unsigned char c);
static size_t word_cost(struct str character);
static bool is_safe(unsigned char c);
static void append_body_line(struct buf *out, struct str line);

void
encode_header(struct buf *out, struct str text, size_t column)
{
	struct str sanitized = sanitize(out->arena, text);

	if (column + sanitized.n <= LINE_MAX_BYTES && is_plain(sanitized))
		buf_add(out, sanitized);
	else
		encode_words(out, sanitized, column);
}

void
encode_words(struct buf *out, struct str text, size_t column)
{
	struct str rest = sanitize(out->arena, text);
	size_t i;

	if (rest.n == 0)
		return;
	buf_add(out, STR(WORD_BEGIN));
	column += sizeof(WORD_BEGIN) - 1;
	while (rest.n > 0) {
		struct str character = str_slice(rest, 0, str_utf8_step(rest));
		size_t cost = word_cost(character);

		if (column + cost + sizeof(WORD_END) - 1 > LINE_MAX_BYTES - 1) {
			buf_add(out, STR(WORD_END "\r\n " WORD_BEGIN));
			column = sizeof(" " WORD_BEGIN) - 1;
		}
		for (i = 0; i < character.n; i++)
			append_word_byte(out, (unsigned char)character.p[i]);
		column += cost;
		rest = str_slice(rest, character.n, rest.n);
	}
	buf_add(out, STR(WORD_END));
}

/* The names are fixed, as strftime() would use those of the locale. */
struct str
encode_date(struct arena *a, int64_t us)
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
	    "Sep", "Oct", "Nov", "Dec"};
	time_t seconds = (time_t)(us / CLOCK_SECOND);
	struct tm t;

	if (gmtime_r(&seconds, &t) == NULL)
		log_fatal("mail.date", "the time cannot be converted");
	return str_printf(a, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[t.tm_wday], t.tm_mday,
	    months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

void
encode_body(struct buf *out, struct str text)
{
	struct str rest = text;

	while (rest.n > 0) {
		struct str line = str_cut(&rest, '\n');

		if (str_ends(line, STR("\r")))
			line.n--;
		append_body_line(out, line);
		buf_add(out, STR("\r\n"));
	}
}

/* True for printable ASCII that cannot be taken for an encoded word. */
static bool
is_plain(struct str text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] < ' ' || text.p[i] > '~' ||
		    (text.p[i] == '=' && i + 1 < text.n && text.p[i + 1] == '?'))
			return false;
	return true;
}

static struct str
sanitize(struct arena *a, struct str text)
{
	struct buf b = {.arena = a};

	while (text.n > 0) {
		size_t step = str_utf8_step(text);
		unsigned char c = (unsigned char)text.p[0];

		if (step == 0)
			buf_add(&b, STR("\xef\xbf\xbd"));
		else if (c < ' ' || c == 0x7f)
			buf_addc(&b, ' ');
		else
			buf_add(&b, str_slice(text, 0, step));
		text = str_slice(text, step > 0 ? step : 1, text.n);
	}
	return str_trim(buf_str(&b));
}

static void
append_word_byte(struct buf *out, unsigned char c)
{
	if (is_safe(c))
		buf_addc(out, (char)c);
	else if (c == ' ')
		buf_addc(out, '_');
	else
		buf_printf(out, "=%02X", c);
}

static size_t
word_cost(struct str character)
{
	unsigned char c = (unsigned char)character.p[0];

	return is_safe(c) || c == ' ' ? 1 : 3 * character.n;
}

/* True for a character that needs no encoding, even in the name before an address. */
static bool
is_safe(unsigned char c)
{
	return str_is_alnum((char)c);
}

/* Encodes a blank at the end, which transport could strip; never splits a character over lines. */
static void
append_body_line(struct buf *out, struct str line)
{
	size_t column = 0, i;

	for (i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];
		bool last = i + 1 == line.n;
		bool literal =
		    (c > ' ' && c <= '~' && c != '=') || ((c == ' ' || c == '\t') && !last);
		size_t cost = literal ? 1 : 3, k;
		bool begins = (c & 0xC0) != 0x80;
		size_t whole = cost;

		for (k = i + 1;
		     begins && !literal && k < line.n && ((unsigned char)line.p[k] & 0xC0) == 0x80;
		     k++)
			whole += 3;
		if (column + (begins ? whole : cost) > LINE_MAX_BYTES - 1) {
			buf_add(out, STR("=\r\n"));
			column = 0;
		}
		if (literal)
			buf_addc(out, (char)c);
		else
			buf_printf(out, "=%02X", c);
		column += cost;
	}
}
