/* E-mail addresses: their verification, and the links that verify them. */
#ifndef STORE_EMAIL_H
#define STORE_EMAIL_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"

struct email_link;
struct store;

/* ERR_NOT_FOUND when the account has no such address or it was verified before. */
enum err store_email_verify(struct store *st, struct uuid account, struct str address,
    int64_t now) MUST_CHECK;

/* Inserts the link, or replaces the one before for that address. */
enum err store_email_link_put(struct store *st, const struct email_link *link) MUST_CHECK;
/* When the account's last link was made; 0: never. */
enum err store_email_link_last(struct store *st, struct uuid account, int64_t *at) MUST_CHECK;
/* ERR_NOT_FOUND when there is no such link or its address cannot be verified any more. */
enum err store_email_link_find(struct store *st, struct uuid account, struct uuid id,
    struct email_link *link) MUST_CHECK;
/* Consumes the link. ERR_NOT_FOUND when it was used or replaced, or has expired. */
enum err store_email_link_use(struct store *st, const struct email_link *link,
    int64_t now) MUST_CHECK;

#endif
