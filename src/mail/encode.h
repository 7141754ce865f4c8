/* The forms that text takes within a message: header words, dates, quoted-printable. */
#ifndef MAIL_ENCODE_H
#define MAIL_ENCODE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

/*
 * A text for a header whose name takes `column` bytes of the first line: as it is when it is
 * short and plain, else in encoded words (RFC 2047) on folded lines of at most 76 bytes.
 * Control characters become blanks; what is no UTF-8 becomes U+FFFD.
 */
void encode_header(struct buf *out, struct str text, size_t column);

/*
 * The same in encoded words always: for a name before an address, whose marks have a meaning
 * there.
 */
void encode_words(struct buf *out, struct str text, size_t column);

/* "Mon, 23 Nov 2026 09:15:02 +0000" (RFC 5322 section 3.3). */
struct str encode_date(struct arena *a, int64_t us);

/* Quoted-printable (RFC 2045 section 6.7), lines ended by CRLF whatever `text` has. */
void encode_body(struct buf *out, struct str text);

#endif
