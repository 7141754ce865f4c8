/*
 * HMAC and SHA-256 (RFC 2104, FIPS 180-4) by OpenSSL, with each algorithm fetched once:
 * OpenSSL's one-shot calls fetch it anew every time.
 */
#ifndef CRYPTO_HMAC_H
#define CRYPTO_HMAC_H

#include <stddef.h>

#define SHA256_SIZE 32

enum hash { HASH_SHA1, HASH_SHA256, HASH_SHA512 };

/*
 * The MAC of `data` under `key` into `out`, which has room for 64 bytes. Returns its length
 * (20, 32 or 64). A failure of the library ends the process.
 */
size_t hmac(enum hash h, const unsigned char *key, size_t key_n, const void *data, size_t n,
    unsigned char out[64]);

/* SHA-256 of `data`. */
void sha256(const void *data, size_t n, unsigned char out[SHA256_SIZE]);

#endif
