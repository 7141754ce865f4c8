/*
 * One-time passwords: the codes of HOTP (RFC 4226 section 5.3) and the time steps of TOTP (RFC
 * 6238 section 4.2).
 */
#ifndef CRYPTO_HOTP_H
#define CRYPTO_HOTP_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/hmac.h"

#define HOTP_DIGITS_MAX 8

/*
 * Writes the code for `counter` to `out`: `digits` (6 to 8) decimal digits with leading zeros,
 * NUL-terminated.
 */
void hotp_code(enum hash h, const unsigned char *key, size_t key_n, uint64_t counter, int digits,
    char out[HOTP_DIGITS_MAX + 1]);

/* The number of the time step that `now_us` (microseconds since 1970) is in. */
int64_t totp_step(int64_t now_us, int period_s);

#endif
