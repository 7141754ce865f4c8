/*
 * Session tokens: base64url of 16 bytes account id, 16 bytes session id and 32 random bytes (86
 * characters). The ids find the row without a look-up table; only the SHA-256 of the random
 * part is stored.
 */
#ifndef CRYPTO_TOKEN_H
#define CRYPTO_TOKEN_H

#include <stdbool.h>

#include "base/secret.h"
#include "base/uuid.h"
#include "crypto/hmac.h"

#define TOKEN_SECRET_SIZE 32

struct token {
	struct uuid account;
	struct uuid session;
	unsigned char hash[SHA256_SIZE];
};

/* A new secret for a session: its hash into `t`, the text to give the client into `text`. */
void token_issue(struct arena *a, struct uuid account, struct uuid session, struct token *t,
    struct secret *text);

/* Strict; false when it is not a token. */
bool token_parse(struct arena *a, struct str text, struct token *t);

#endif
