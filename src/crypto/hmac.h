/*
 * HMAC and SHA-256 (RFC 2104, FIPS 180-4) by OpenSSL. Each algorithm is fetched once per
 * process, which OpenSSL's one-shot calls do every time.
 */
#ifndef CRYPTO_HMAC_H
#define CRYPTO_HMAC_H

#include <stddef.h>

#define SHA256_SIZE 32

enum hash { HASH_SHA1, HASH_SHA256, HASH_SHA512 };

/*
 * Writes the MAC of `data` under `key` to `out` and returns its size: 20, 32 or 64 bytes. A
 * failure of the library ends the process.
 */
size_t hmac(enum hash h, const unsigned char *key, size_t key_n, const void *data, size_t n,
    unsigned char out[64]);

/* Hashes `data`. A failure of the library ends the process. */
void sha256(const void *data, size_t n, unsigned char out[SHA256_SIZE]);

#endif
