/*
 * Signing in to a protected site on another host, which the session cookie does not reach. The
 * browser takes a ticket there and exchanges it, once, for a token of that site. The token is
 * valid at the gate of its site only, and only while its session is valid and has not been
 * elevated since.
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
	struct str nonce;  /* that the site gave the browser, which must present it again */
	unsigned char token_hash[SHA256_SIZE];
	unsigned char session_hash[SHA256_SIZE]; /* of the session's token at that time */
	int64_t created_at;
	int64_t expires_at; /* of the ticket */
};

/* Makes a ticket for a session at a site, and its text in the arena. */
struct site_token site_ticket_make(struct arena *a, const struct token *session, struct str origin,
    struct str nonce, int64_t now, struct secret *text);

#endif
