/* Reading an audit event back from the line of JSON that domain/audit_line.h wrote. */
#ifndef CTL_LINE_H
#define CTL_LINE_H

#include <stdbool.h>

#include "domain/audit_line.h"

/*
 * The event of a line. False for one that audit_line_json() would not have written so,
 * to the byte.
 */
bool line_parse(struct arena *a, struct str text, struct audit_record *r, unsigned char previous[SHA256_SIZE]);

#endif
