/*
 * Text forms of bytes: base32 and base64url (RFC 4648 sections 6 and 5, without padding),
 * hexadecimal, percent-encoding (RFC 3986 section 2.1).
 */
#ifndef BASE_CODEC_H
#define BASE_CODEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Upper case, no padding. */
struct str base32_encode(struct arena *a, const unsigned char *p, size_t n);
/*
 * Either case; spaces and dashes are skipped, complete padding is allowed at the end, unused
 * bits are ignored (keys made elsewhere have them). False when malformed.
 */
bool base32_decode(struct arena *a, struct str text, unsigned char **out, size_t *n);

struct str base64url_encode(struct arena *a, const unsigned char *p, size_t n);
/* Strict: no padding, no other characters, unused bits zero. False when malformed. */
bool base64url_decode(struct arena *a, struct str text, unsigned char **out, size_t *n);

/* Lower case. */
struct str hex_encode(struct arena *a, const unsigned char *p, size_t n);
/* Either case. False when malformed. */
bool hex_decode(struct arena *a, struct str text, unsigned char **out, size_t *n);

/*
 * The first character of `rest` as it stands inside a JSON string, and in `step` how many bytes
 * it took; what is no UTF-8 becomes U+FFFD. The result is in `out` or `rest`.
 */
struct str json_step(struct str rest, char out[8], size_t *step);
/* `s` as a JSON string, with its quotes (RFC 8259 section 7). */
struct str json_quote(struct arena *a, struct str s);

/*
 * Adds one cell of CSV (RFC 4180), in quotes where it has to be. What a spreadsheet would take
 * for a formula has an apostrophe before it: texts come from strangers.
 */
void csv_add(struct buf *b, struct str cell);

/* Everything but unreserved characters and those in `keep` (may be NULL) becomes %XX. */
struct str percent_encode(struct arena *a, struct str s, const char *keep);
/* Decodes %XX once, and '+' to a space when `plus`. False on a malformed escape. */
bool percent_decode(struct arena *a, struct str s, bool plus, struct str *out);

#endif
