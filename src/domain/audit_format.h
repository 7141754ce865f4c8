/*
 * Formatting audit events: as JSON, which holds exactly what the MAC covers and the previous MAC,
 * or as CSV, for people and spreadsheets.
 */
#ifndef DOMAIN_AUDIT_FORMAT_H
#define DOMAIN_AUDIT_FORMAT_H

#include "domain/audit.h"

/* Formats one JSON object without a newline. Its `details` is a string of the stored JSON text. */
struct str audit_format_json(struct arena *a, const struct audit_row *r,
    const unsigned char previous[SHA256_SIZE]);

/* Format the header line, and the line of one event, by RFC 4180. */
struct str audit_format_csv_header(void);
struct str audit_format_csv(struct arena *a, const struct audit_row *r);

/* Formats a time as "2026-11-23T09:15:02.000001Z". */
struct str audit_format_time(struct arena *a, int64_t us);

#endif
