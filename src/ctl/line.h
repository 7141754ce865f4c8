/*
 * An audit event as text: a line of JSON that holds all that its MAC covers, and
 * the MAC before it, to the byte; or a line of CSV, for people and spreadsheets.
 */
#ifndef CTL_LINE_H
#define CTL_LINE_H

#include <stdbool.h>

#include "domain/audit.h"

/* One JSON object without a newline. `details` is a string: the JSON text as it is stored. */
struct str line_json(struct arena *a, const struct audit_record *r, const unsigned char previous[SHA256_SIZE]);

/*
 * The event of a line. False for one that line_json() would not have written so,
 * to the byte.
 */
bool line_parse(struct arena *a, struct str text, struct audit_record *r, unsigned char previous[SHA256_SIZE]);

/* The names of the columns, and one event, by RFC 4180, with line ends. */
struct str line_csv_head(void);
struct str line_csv(struct arena *a, const struct audit_record *r);

/* "2026-11-23T09:15:02.000001Z" */
struct str line_time(struct arena *a, int64_t us);

#endif
