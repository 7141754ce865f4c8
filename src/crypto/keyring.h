/*
 * The keyring is a file of versioned 32-byte master keys, kept outside the database. A key for
 * each use is derived from a master key by HKDF-SHA-256 (RFC 5869) with the name of the use, so
 * that no key serves two purposes.
 *
 * The file has one line per key, "<id> <state> <base64url of 32 bytes>". Ids are 1 to 65535 and
 * ascend. The state is `active` for exactly one key, which seals new secrets, and `readable` for
 * the others; '#' begins a comment.
 */
#ifndef CRYPTO_KEYRING_H
#define CRYPTO_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define KEYRING_KEYS_MAX 16
#define KEYRING_KEY_SIZE 32

enum key_use { KEY_USE_SEAL, KEY_USE_RECOVERY, KEY_USE_AUDIT, KEY_USES };

struct keyring;

/*
 * Reads the file and derives all keys into locked memory that core dumps leave out. ERR_CONFIG
 * for a malformed file, or one that group or others can access; `why`, in `a`, then names the
 * fault and its line and never quotes a key. Free the keyring with keyring_free().
 */
enum err keyring_load(struct arena *a, const char *path, struct keyring **out,
    struct str *why) MUST_CHECK;

/* Wipes and frees the keyring; `k` may be NULL. */
void keyring_free(struct keyring *k);

/* The id of the active key. */
uint16_t keyring_active(const struct keyring *k);

/* Writes the ids of all keys, ascending, to `ids` and returns how many there are. */
size_t keyring_ids(const struct keyring *k, uint16_t ids[KEYRING_KEYS_MAX]);

/* The key of KEYRING_KEY_SIZE bytes for one use; NULL when the keyring has no such id. */
const unsigned char *keyring_key(const struct keyring *k, uint16_t id, enum key_use use);

/*
 * Creates the file, mode 0400, with one active random key. It is written and synced under
 * another name, then renamed, and never replaces a file: ERR_CONFLICT when `path` exists.
 * ERR_CONFIG with `why` on any other failure.
 */
enum err keyring_create(struct arena *a, const char *path, struct str *why) MUST_CHECK;

#endif
