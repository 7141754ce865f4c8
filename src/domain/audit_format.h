/*
 * An audit event as text: a line of JSON that holds all that its MAC covers, and the MAC before
 * it, to the byte; or a line of CSV, for people and spreadsheets.
 */
#ifndef DOMAIN_AUDIT_FORMAT_H
#define DOMAIN_AUDIT_FORMAT_H

#include "domain/audit.h"

/* One JSON object without a newline. `details` is a string: the JSON text as it is stored. */
struct str audit_format_json(struct arena *a, const struct audit_row *r,
    const unsigned char previous[SHA256_SIZE]);

/* The names of the columns, and one event, by RFC 4180, with line ends. */
struct str audit_format_csv_header(void);
struct str audit_format_csv(struct arena *a, const struct audit_row *r);

/* "2026-11-23T09:15:02.000001Z" */
struct str audit_format_time(struct arena *a, int64_t us);

#endif
