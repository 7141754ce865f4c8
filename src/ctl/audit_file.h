/* Verifying exported audit events with the keyring, without a database. */
#ifndef CTL_AUDIT_FILE_H
#define CTL_AUDIT_FILE_H

#include "base/err.h"
#include "flow/audit.h"

/*
 * Verifies the chains in a file of JSON lines ("-": standard input), each from its first event
 * there. In a file with the newest events first, as an organization exports it, each event is
 * verified on its own. A malformed line is reported with a nil account and the number of the line.
 * Returns an exit status, after printing the message of any but EX_OK.
 */
int audit_file_verify(const char *path, const struct keyring *keys, audit_report *report, void *arg,
    struct audit_tally *tally) MUST_CHECK;

#endif
