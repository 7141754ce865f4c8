/*
 * Verifying that an address belongs to the account, by a link with a token of 256 random bits that
 * is sent there and works once. The token names account and link; its SHA-256 is stored.
 */
#ifndef DOMAIN_EMAIL_H
#define DOMAIN_EMAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/uuid.h"
#include "crypto/token.h"

#define EMAIL_LINK_LIFETIME CLOCK_DAY
/* The shortest time between two messages to one account. */
#define EMAIL_LINK_INTERVAL CLOCK_MINUTE

struct email_link {
	struct uuid account;
	struct uuid id;
	struct str address;
	unsigned char token_hash[SHA256_SIZE];
	int64_t created_at;
	int64_t expires_at;
	int64_t used_at; /* 0: not used */
};

/* Makes a link for an address, and the text of its token in the arena. */
struct email_link email_link_make(struct arena *a, struct uuid account, struct str address,
    int64_t now, struct secret *text);

/* True when the token is the link's, and the link can be used at `now`. */
bool email_link_is_valid(const struct email_link *link, const struct token *token, int64_t now);

/* Whole seconds until another message may be sent after the one of `last_at` (0: none). */
int64_t email_link_wait(int64_t last_at, int64_t now);

#endif
