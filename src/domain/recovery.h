/*
 * Recovery codes such as "abc12-def34", ten in a set, each usable once. The alphabet is
 * Crockford's base32 in lower case (no i, l, o, u), so that two groups of five characters have 50
 * bits and three have 75. An HMAC under a key outside the database is stored: whoever has that
 * key could open the sealed secrets too, so that a slow hash would protect nothing more, and the
 * HMAC allows a direct look-up.
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
/* People with fewer codes left than this are asked to make new ones. */
#define RECOVERY_LOW 4

/* New recovery codes in plain text, which are shown once and stored nowhere. */
struct recovery_codes {
	struct str list[RECOVERY_CODES];
	int count; /* 0: none were made */
};

/* The MACs of one code under every key of the keyring: its set may be older than the active key. */
struct code_macs {
	const unsigned char *bytes; /* SHA256_SIZE each, end to end */
	size_t count;               /* 0: what was typed cannot be a recovery code */
};

/* The set an account has. */
struct recovery_set {
	struct uuid id; /* nil: none */
	int64_t created_at;
	int64_t acknowledged_at; /* 0: the owner has not confirmed that it is saved */
	int32_t left;
};

/* Makes a random code of `groups` groups, in the arena. */
struct str recovery_code_make(struct arena *a, int groups);

/*
 * Normalises what a person typed to the form that is hashed: lower case, without spaces and
 * dashes, o as 0, i and l as 1. False when it cannot be a recovery code.
 */
bool recovery_code_parse(struct arena *a, struct str typed, struct str *code);

/* Computes the MAC of a parsed code under a key of the use KEY_USE_RECOVERY. */
void recovery_code_mac(const unsigned char *key, struct uuid account, struct str code,
    unsigned char out[SHA256_SIZE]);

#endif
