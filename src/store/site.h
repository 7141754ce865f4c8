/* Tickets and tokens of sites on other hosts. */
#ifndef STORE_SITE_H
#define STORE_SITE_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "crypto/hmac.h"

struct site_token;
struct store;
struct token;

/* ERR_UNAUTHENTICATED when the session is gone or has another token by now. */
enum err store_site_ticket_insert(struct store *st, const struct site_token *t) MUST_CHECK;
/* Exchanges the ticket for a token with `hash`. ERR_NOT_FOUND when the ticket does not count. */
enum err store_site_ticket_exchange(struct store *st, const struct token *ticket, struct str origin,
    struct str nonce, const unsigned char hash[SHA256_SIZE], int64_t now) MUST_CHECK;

#endif
