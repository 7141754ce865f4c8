/* Reminders of a policy. */
#ifndef STORE_REMINDER_H
#define STORE_REMINDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct mail;
struct reminder;
struct reminder_member;
struct store;

/* Scans up to 500 members of one policy that has changed; `scanned` is false when none has. */
enum err store_reminder_scan(struct store *st, int64_t now, bool *scanned) MUST_CHECK;
/* Claims some members who are due at `now`, until `taken_until`. */
enum err store_reminder_claim(struct store *st, int64_t now, int64_t taken_until,
    struct reminder_member **list, size_t *count) MUST_CHECK;
/*
 * Records what was decided on a claimed member, with the message where there is one to send. Writes
 * nothing when the member has changed since the claim: then they are due again. `sent` is whether a
 * message was written.
 */
enum err store_reminder_record(struct store *st, const struct reminder_member *m,
    int64_t taken_until, const struct reminder *n, const struct mail *mail, bool *sent) MUST_CHECK;

#endif
