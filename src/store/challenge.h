/* Challenges that wait for the response of a factor. */
#ifndef STORE_CHALLENGE_H
#define STORE_CHALLENGE_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"
#include "domain/factor.h"

struct store;

/* A challenge of one session to the factors of a kind. */
struct challenge {
	struct uuid account;
	struct uuid id;
	struct uuid session;
	const struct factor_kind *kind;
	enum factor_purpose purpose;
};

/* Stores a challenge (`bytes`, 16 to 64 of them) that can be answered before `expires_at`. */
enum err store_challenge_insert(struct store *st, const struct challenge *c, struct str bytes,
    int64_t now, int64_t expires_at) MUST_CHECK;

/*
 * Consumes a challenge: the bytes come out once, however many responses arrive at the same time.
 * ERR_NOT_FOUND when it was consumed before, has expired, or is not of this session, kind and
 * purpose.
 */
enum err store_challenge_consume(struct store *st, const struct challenge *c, int64_t now,
    struct str *bytes) MUST_CHECK;

#endif
