/* Escaping text for JSON strings (RFC 8259 section 7), without allocating. */
#ifndef BASE_JSON_ESCAPE_H
#define BASE_JSON_ESCAPE_H

#include <stddef.h>

#include "base/str.h"

/*
 * Escapes the first character of `rest`, which must not be empty, and sets `step` to how many
 * bytes it takes there. A byte that is not UTF-8 becomes U+FFFD. The result points into `rest`
 * or into `room`.
 */
struct str json_escape_char(struct str rest, char room[8], size_t *step);

#endif
