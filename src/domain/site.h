/*
 * Being signed in at a site on another host, where the session's cookie does not reach: a
 * ticket takes the browser there and is exchanged, once, for a token of that site alone. The
 * token opens nothing but the gate of its site, and only while its session stands and has not
 * risen since.
 */
#ifndef DOMAIN_SITE_H
#define DOMAIN_SITE_H

#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/uuid.h"
#include "crypto/token.h"

#define SITE_TICKET_LIFETIME CLOCK_MINUTE

struct site_token {
	struct uuid account;
	struct uuid id;
	struct uuid session;
	struct str origin; /* of the site */
	/* what the browser was given when the site sent it away: it must bring it back */
	struct str nonce;
	unsigned char token_hash[SHA256_SIZE];
	/* of the session's token when the ticket was made */
	unsigned char session_hash[SHA256_SIZE];
	int64_t created_at;
	int64_t expires_at; /* of the ticket */
};

/* A new ticket for a session at a site, and its text. */
struct site_token site_ticket_make(struct arena *a, const struct token *session, struct str origin,
    struct str nonce, int64_t now, struct secret *text);

#endif
