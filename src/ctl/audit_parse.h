/* Reading an audit event back from the line of JSON that domain/audit_line.h wrote. */
#ifndef CTL_AUDIT_PARSE_H
#define CTL_AUDIT_PARSE_H

#include <stdbool.h>

#include "domain/audit_format.h"

/*
 * The event of a line. False for one that audit_format_json() would not have written so, to the
 * byte.
 */
bool audit_parse(struct arena *a, struct str text, struct audit_row *r,
    unsigned char previous[SHA256_SIZE]);

#endif
