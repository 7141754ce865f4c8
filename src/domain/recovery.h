/*
 * Recovery codes: "abc12-def34", ten in a set, each good once. The alphabet is Crockford's
 * base32 in lower case (no i, l, o, u): 50 bits for two groups of five, 75 for three. Stored is
 * an HMAC under a key outside the database: who has that key could open the sealed secrets too,
 * so a slow hash would protect nothing more, and one look-up serves.
 */
#ifndef DOMAIN_RECOVERY_H
#define DOMAIN_RECOVERY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/secret.h"
#include "base/str.h"
#include "base/uuid.h"
#include "crypto/hmac.h"
#include "crypto/keyring.h"

#define RECOVERY_CODES 10
#define RECOVERY_GROUP 5
#define RECOVERY_GROUPS_MAX 3
/* With fewer codes left than this, people are asked to make new ones. */
#define RECOVERY_LOW 4

/* New recovery codes as their owner reads them: shown once and kept nowhere. */
struct recovery_codes {
	struct str list[RECOVERY_CODES];
	int count; /* 0: none were made */
};

/* The set an account has. */
struct recovery_set {
	struct uuid id; /* nil: none */
	int64_t created_at;
	int64_t acknowledged_at; /* 0: its owner has not said that it is saved */
	int32_t left;
};

/* A new random code of `groups` groups, in the arena. */
struct str recovery_code_make(struct arena *a, int groups);

/*
 * What a person typed, as it is hashed: any case, without spaces and dashes, o read as 0, i and
 * l as 1. False when it cannot be a recovery code.
 */
bool recovery_code_read(struct arena *a, struct str typed, struct str *code);

/*
 * The MAC of a code as read, under the recovery key of one version: `keyring_key(…,
 * KEY_USE_RECOVERY)`.
 */
void recovery_code_mac(const unsigned char *key, struct uuid account, struct str code,
    unsigned char out[SHA256_SIZE]);

#endif
