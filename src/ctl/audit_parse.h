/* Parsing the JSON lines that audit_format_json() writes. */
#ifndef CTL_AUDIT_PARSE_H
#define CTL_AUDIT_PARSE_H

#include <stdbool.h>

#include "domain/audit_format.h"

/*
 * Parses an event, and the previous MAC that it states. False for a line that audit_format_json()
 * would not have written byte for byte.
 */
bool audit_parse(struct arena *a, struct str text, struct audit_row *r,
    unsigned char previous[SHA256_SIZE]);

#endif
