/*
 * The keyring: a file of versioned 32-byte master keys outside the database. Every use has a
 * key of its own, derived by HKDF-SHA-256 (RFC 5869) from one master key and the name of the
 * use, so that a key never serves two purposes.
 *
 * The file has a line a key, "<id> <state> <base64url of 32 bytes>", with id 1 … 65535
 * ascending and state `active` (exactly one: it seals what is new) or `readable`; '#' begins a
 * comment.
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
 * Reads the file and derives all keys into locked memory that core dumps leave out. Refuses a
 * file that group or others can touch. On ERR_CONFIG `why` says what is wrong, with the line,
 * and never quotes a key; it lives in `a`.
 */
enum err keyring_load(struct arena *a, const char *path, struct keyring **out,
    struct str *why) MUST_CHECK;

/* Wipes and frees; NULL is allowed. */
void keyring_free(struct keyring *k);

/* The id of the active key. */
uint16_t keyring_active(const struct keyring *k);

/* The ids of all keys, ascending, into `ids`; returns how many. */
size_t keyring_ids(const struct keyring *k, uint16_t ids[KEYRING_KEYS_MAX]);

/*
 * The key of one version for one use, KEYRING_KEY_SIZE bytes; NULL when the version is not
 * there.
 */
const unsigned char *keyring_key(const struct keyring *k, uint16_t id, enum key_use use);

/*
 * Makes a new file (mode 0400, written beside its place, synced and renamed) with one active
 * key of random bytes. ERR_CONFLICT when the file exists; on another error `why` says what is
 * wrong.
 */
enum err keyring_create(struct arena *a, const char *path, struct str *why) MUST_CHECK;

#endif
