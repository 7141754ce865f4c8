/*
 * Secrets at rest: AES-256-GCM (NIST SP 800-38D) under a key of the keyring, with a fresh
 * random 96-bit nonce, bound to where they belong by associated data: a sealed secret moved to
 * another row does not open.
 *
 * Sealed form: 1 byte version (1), 2 bytes key id (big endian), 12 bytes nonce, the ciphertext,
 * 16 bytes tag.
 */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include "base/err.h"
#include "base/secret.h"
#include "base/uuid.h"
#include "crypto/keyring.h"

#define SEAL_OVERHEAD 31

/* Seals `plain` for an account and one of its factors under the active key, into the arena. */
struct str seal_make(struct arena *a, const struct keyring *k, struct uuid account,
    struct uuid factor, struct secret plain);

/*
 * Opens it into the arena. ERR_INTERNAL (logged) when the key is not there or the bytes were
 * changed or belong to another account or factor.
 */
enum err seal_open(struct arena *a, const struct keyring *k, struct uuid account,
    struct uuid factor, struct str sealed, struct secret *plain) MUST_CHECK;

#endif
