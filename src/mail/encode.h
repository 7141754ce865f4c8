/* Encoding text for a message: header words, dates, quoted-printable. */
#ifndef MAIL_ENCODE_H
#define MAIL_ENCODE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/*
 * Appends the value of a header whose name takes `column` bytes of the first line: unchanged
 * when it is short and plain, else as encoded words (RFC 2047) on folded lines of at most 76
 * bytes. Control characters become spaces, and bytes that are not UTF-8 become U+FFFD.
 */
void encode_header(struct buf *out, struct str text, size_t column);

/*
 * Appends it always as encoded words, for a name before an address, where punctuation has a
 * meaning.
 */
void encode_words(struct buf *out, struct str text, size_t column);

/* Formats a time as "Mon, 23 Nov 2026 09:15:02 +0000" (RFC 5322 section 3.3). */
struct str encode_date(struct arena *a, int64_t us);

/* Appends quoted-printable (RFC 2045 section 6.7); every line ends in CRLF, as `text` may not. */
void encode_body(struct buf *out, struct str text);

#endif
