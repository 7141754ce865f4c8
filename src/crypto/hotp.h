/*
 * One-time passwords: HOTP (RFC 4226 section 5.3) and the time steps of TOTP (RFC 6238 section
 * 4.2).
 */
#ifndef CRYPTO_HOTP_H
#define CRYPTO_HOTP_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/hmac.h"

#define HOTP_DIGITS_MAX 8

/*
 * The code for `counter`, `digits` (6 to 8) decimal digits with leading zeros, NUL-terminated,
 * into `out`.
 */
void hotp_code(enum hash h, const unsigned char *key, size_t key_n, uint64_t counter, int digits,
    char out[HOTP_DIGITS_MAX + 1]);

/* The time step of `now_us` (microseconds since 1970) with steps of `period_s` seconds. */
int64_t totp_step(int64_t now_us, int period_s);

#endif
