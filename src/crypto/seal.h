/*
 * Encrypting secrets at rest by AES-256-GCM (NIST SP 800-38D) under a key of the keyring, with a
 * fresh random 96-bit nonce. Account and factor are associated data, so that a sealed secret
 * that was moved to another row does not open.
 *
 * The sealed form is 1 byte version (1), 2 bytes key id (big endian), 12 bytes nonce, the
 * ciphertext and 16 bytes tag.
 */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include "base/err.h"
#include "base/secret.h"
#include "base/uuid.h"
#include "crypto/keyring.h"

#define SEAL_OVERHEAD 31

/* Seals `plain` for a factor of an account under the active key, into the arena. */
struct str seal_make(struct arena *a, const struct keyring *k, struct uuid account,
    struct uuid factor, struct secret plain);

/*
 * Opens a sealed secret into the arena. ERR_INTERNAL, which is logged, when the keyring does not
 * have its key, or its bytes were changed or belong to another account or factor.
 */
enum err seal_open(struct arena *a, const struct keyring *k, struct uuid account,
    struct uuid factor, struct str sealed, struct secret *plain) MUST_CHECK;

#endif
