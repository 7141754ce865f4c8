/* Verifying an exported audit trail: with the keyring, without a database. */
#ifndef CTL_AUDIT_FILE_H
#define CTL_AUDIT_FILE_H

#include "base/err.h"
#include "flow/audit.h"

/*
 * Follows the chains in a file of lines of JSON ("-": standard input), each from its first
 * event there. In one with the last events first, an organization's, each event is checked for
 * itself. A line that is no event is reported with a nil account and the line's number. A
 * status from sysexits.h, after its message.
 */
int audit_file_verify(const char *path, const struct keyring *keys, audit_report *report, void *arg,
    struct audit_tally *tally) MUST_CHECK;

#endif
