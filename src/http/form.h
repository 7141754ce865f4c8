/* Forms: application/x-www-form-urlencoded (WHATWG URL section 5.1), strictly. */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include "base/arena.h"
#include "base/err.h"
#include "base/field.h"
#include "base/str.h"

#define FORM_PAIRS_MAX 32

/*
 * Decodes `text` (a body or a query) and offers each pair to `fs`. ERR_BAD_REQUEST for a
 * malformed escape, a NUL, invalid UTF-8, an unknown or a repeated name, or more than
 * FORM_PAIRS_MAX pairs. Does not call field_check().
 */
enum err form_parse(struct arena *a, struct str text, struct fields *fs) MUST_CHECK;

#endif
