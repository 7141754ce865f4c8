/*
 * Tokens of sessions, links and tickets: base64url of 16 bytes account id, 16 bytes session id
 * and 32 random bytes, which makes 86 characters. The ids are the key of the row; only the
 * SHA-256 of the random bytes is stored.
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

/* Issues a token: `t` is to be stored, `text` (in the arena) is for the client. */
void token_issue(struct arena *a, struct uuid account, struct uuid session, struct token *t,
    struct secret *text);

/* Parses a token. False when it is malformed; the caller compares its hash. */
bool token_parse(struct arena *a, struct str text, struct token *t);

#endif
