/*
 * Text forms of bytes: base32 and base64url (RFC 4648 sections 6 and 5, without padding),
 * hexadecimal, percent-encoding (RFC 3986 section 2.1).
 */
#ifndef BASE_CODEC_H
#define BASE_CODEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Encodes in upper case without padding, into the arena. */
struct str base32_encode(struct arena *a, const unsigned char *p, size_t n);
/*
 * Decodes either case into the arena. Spaces and dashes are skipped, complete padding is allowed
 * at the end, and unused bits are ignored, as keys made elsewhere have them. False when
 * malformed.
 */
bool base32_decode(struct arena *a, struct str text, unsigned char **out, size_t *n);

/* Encodes without padding, into the arena. */
struct str base64url_encode(struct arena *a, const unsigned char *p, size_t n);
/*
 * Decodes strictly into the arena: no padding, no other characters, unused bits zero. False when
 * malformed.
 */
bool base64url_decode(struct arena *a, struct str text, unsigned char **out, size_t *n);

/* Encodes in lower case, into the arena. */
struct str hex_encode(struct arena *a, const unsigned char *p, size_t n);
/* Decodes either case into the arena. False when malformed. */
bool hex_decode(struct arena *a, struct str text, unsigned char **out, size_t *n);

/* Formats `s` as a JSON string with its quotes (RFC 8259 section 7). */
struct str json_quote(struct arena *a, struct str s);

/*
 * Appends one cell of CSV (RFC 4180), quoted where needed. A cell that a spreadsheet would take
 * for a formula gets an apostrophe before it, as texts come from strangers.
 */
void csv_append(struct buf *b, struct str cell);

/* Encodes all but unreserved characters and those in `keep`, which may be NULL, as %XX. */
struct str percent_encode(struct arena *a, struct str s, const char *keep);
/* Decodes %XX once, and '+' to a space when `plus` is true. False on a malformed escape. */
bool percent_decode(struct arena *a, struct str s, bool plus, struct str *out);

#endif
