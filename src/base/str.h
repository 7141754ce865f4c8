/*
 * Strings that carry their length. A `struct str` is a view: it owns nothing, may hold any byte,
 * and is not NUL-terminated unless a comment says so.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct str {
	const char *p;
	size_t n;
};

/* A view of a string literal. */
#define STR(literal) ((struct str){.p = "" literal, .n = sizeof("" literal) - 1})

/* The absent string, which differs from the empty one. */
#define STR_ABSENT ((struct str){0})
/* The same as STR(), as a constant initialiser. */
#define STR_INIT(literal)                                    \
	{                                                    \
		.p = "" literal, .n = sizeof("" literal) - 1 \
	}
/* For printf-like functions: "%.*s", STR_FMT(s). */
#define STR_FMT(s) ((int)(s).n), ((s).p != NULL ? (s).p : "")

/* Views a NUL-terminated string; NULL gives the absent string. */
struct str str_of(const char *c);

/* True for the absent string (p is NULL); the empty string is present. */
bool str_is_absent(struct str s);

/* Compares bytes; the absent string equals the empty one. */
bool str_eq(struct str a, struct str b);
/* Compares without regard to the case of ASCII letters. */
bool str_eq_nocase(struct str a, struct str b);
/* The lower case of an ASCII letter; any other character as it is. */
char str_lower_char(char c);
/* True for an ASCII letter or digit. */
bool str_is_alnum(char c);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_has(struct str s, char c);

/* Strips leading and trailing spaces, tabs, CR and LF. */
struct str str_trim(struct str s);

/*
 * Cuts the part before the first `sep` off `rest` and returns it. `rest` moves behind the
 * separator, or becomes absent when there is none.
 */
struct str str_cut(struct str *rest, char sep);

/* Views at most `n` bytes from byte `from` on, clipped to the string. */
struct str str_slice(struct str s, size_t from, size_t n);

/* Copies a string into the arena, with a NUL behind its end. The absent string stays absent. */
struct str str_copy(struct arena *a, struct str s);

/*
 * Copies a string as a C string; NULL for the absent string. A NUL inside it ends the process:
 * input must have been checked for it.
 */
const char *str_c(struct arena *a, struct str s);

/* Copies a string with its ASCII letters in lower case. */
struct str str_lower(struct arena *a, struct str s);

/* Formats like printf into the arena, with a NUL behind its end. */
struct str str_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Parses decimal digits with an optional '-'. False, and `out` is left alone, for anything else
 * or a number outside the range.
 */
bool str_to_int64(struct str s, int64_t *out);

/* Checks UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool str_is_utf8(struct str s);

/* The size of the first UTF-8 character, 1 to 4 bytes; 0 when it is not valid or `s` is empty. */
size_t str_utf8_step(struct str s);

/* True for at most `max` bytes of UTF-8 without NUL, which C interfaces can take. */
bool str_is_text(struct str s, size_t max);

/* True when `s` contains a control character (U+0000 to U+001F, U+007F). */
bool str_has_control(struct str s);

/* A string that grows in an arena. Zero-initialise it with .arena set. */
struct buf {
	struct arena *arena;
	char *p;
	size_t n;
	size_t size;
};

/* Each appends to the buffer. */
void buf_add(struct buf *b, struct str s);
void buf_addc(struct buf *b, char c);
void buf_bytes(struct buf *b, const void *p, size_t n);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Views what the buffer holds; valid until the next append. Never absent. */
struct str buf_str(const struct buf *b);

#endif
