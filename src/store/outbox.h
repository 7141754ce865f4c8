/* The outbox: messages are written with the change they are about, and claimed by the mailer. */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"

struct mail;
struct store;

enum err store_outbox_insert(struct store *st, const struct mail *m) MUST_CHECK;
/*
 * Inserts a message to each owner and admin of an organization, at most 100, but not to `actor`
 * (nil: no account) and `member`; `values` lacks their names.
 */
enum err store_outbox_insert_admins(struct store *st, struct uuid organization, struct uuid member,
    struct uuid actor, struct str values, int64_t now) MUST_CHECK;

/* Claims up to `batch` messages that are due at `now`, until `lost_at`. */
enum err store_outbox_claim(struct store *st, int64_t now, int64_t lost_at, int batch,
    struct mail **list, size_t *count) MUST_CHECK;
/* Records that a message was sent. */
enum err store_outbox_sent(struct store *st, const struct mail *m, int64_t now) MUST_CHECK;
/* Records a failed attempt and when the next one is due; 0: the message is given up. */
enum err store_outbox_failed(struct store *st, const struct mail *m, int64_t next,
    struct str error) MUST_CHECK;

#endif
