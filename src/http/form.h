/* Forms and queries: application/x-www-form-urlencoded (WHATWG URL section 5.1), strictly. */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define FORM_PAIRS_MAX 32

/* Takes one pair, decoded; a pair without '=' has an empty value. False refuses the form. */
typedef bool form_pair(void *arg, struct str name, struct str value);

/*
 * Decodes a body or a query and calls `pair` for each pair. ERR_BAD_REQUEST for a malformed escape,
 * a NUL, invalid UTF-8, a pair that is refused, or more than FORM_PAIRS_MAX pairs.
 */
enum err form_parse(struct arena *a, struct str text, form_pair *pair, void *arg) MUST_CHECK;

#endif
