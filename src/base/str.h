/*
 * Strings that carry their length. A `struct str` is a view: it owns nothing, may hold any
 * byte, and is not NUL-terminated unless a comment says so.
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

/* A string that is not there, which an empty one is not. */
#define STR_ABSENT ((struct str){0})
/* The same as a constant initialiser. */
#define STR_INIT(literal)                                    \
	{                                                    \
		.p = "" literal, .n = sizeof("" literal) - 1 \
	}
/* For printf-like functions: "%.*s", STR_FMT(s). */
#define STR_FMT(s) ((int)(s).n), ((s).p != NULL ? (s).p : "")

/* A view of a NUL-terminated string; NULL gives the absent string. */
struct str str_of(const char *c);

/* True when there is no string at all (p is NULL); the empty string is present. */
bool str_is_absent(struct str s);

/* The same bytes; the absent string has none, like the empty one. */
bool str_eq(struct str a, struct str b);
/* Equal but for the case of ASCII letters. */
bool str_eq_nocase(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_has(struct str s, char c);

/* Without leading and trailing spaces, tabs, CR and LF. */
struct str str_trim(struct str s);

/*
 * Cuts the part before the first `sep` off `rest` and returns it; `rest` moves behind the
 * separator, and becomes absent when there was none.
 */
struct str str_cut(struct str *rest, char sep);

/* From byte `from` on, at most `n` bytes; clipped to the string. */
struct str str_slice(struct str s, size_t from, size_t n);

/* A copy in the arena, NUL-terminated behind its end; of the absent string the absent string. */
struct str str_copy(struct arena *a, struct str s);

/*
 * A NUL-terminated copy; NULL for the absent string. A NUL inside the string ends the process:
 * refuse it at the edge.
 */
const char *str_c(struct arena *a, struct str s);

/* ASCII lower case copy. */
struct str str_lower(struct arena *a, struct str s);

/* printf into the arena; NUL-terminated behind its end. */
struct str str_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Decimal digits only, optional '-', no spaces, no overflow; false leaves `out` alone. */
bool str_to_int64(struct str s, int64_t *out);

/* Valid UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool str_is_utf8(struct str s);

/* How many bytes the first character takes by the same rule: 1 to 4, or 0 when it is none. */
size_t str_utf8_step(struct str s);

/* True when a control character (U+0000 to U+001F, U+007F) is in it. */
bool str_has_control(struct str s);

/* A string that grows in an arena. Zero-initialise with .arena set. */
struct buf {
	struct arena *arena;
	char *p;
	size_t n;
	size_t size;
};

void buf_add(struct buf *b, struct str s);
void buf_addc(struct buf *b, char c);
void buf_bytes(struct buf *b, const void *p, size_t n);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* What is in it so far; valid until the next addition. */
struct str buf_str(const struct buf *b);

#endif
