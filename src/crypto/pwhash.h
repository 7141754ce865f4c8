/*
 * Password hashes: Argon2id (RFC 9106) by libsodium, in the PHC string format
 * "$argon2id$v=19$m=19456,t=2,p=1$salt$hash".
 */
#ifndef CRYPTO_PWHASH_H
#define CRYPTO_PWHASH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/secret.h"

struct pwhash_params {
	uint32_t memory_kib; /* at least 8 */
	uint32_t passes;     /* at least 1 */
};

/* Hashes a password into the arena. Without memory the process ends. */
struct str pwhash_make(struct arena *a, const struct pwhash_params *p, struct secret password);

/*
 * True when the password matches the hash. For an absent hash (an unknown account) or a
 * malformed one it takes as long as for a hash made with `p`, and returns false.
 */
bool pwhash_verify(const struct pwhash_params *p, struct str hash, struct secret password);

/* True when the hash was made with other parameters than `p`, or is malformed. */
bool pwhash_outdated(const struct pwhash_params *p, struct str hash);

#endif
