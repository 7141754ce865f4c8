/*
 * Time-based one-time passwords (RFC 6238): SHA-1, 6 digits, 30 seconds, a secret of 20 random
 * bytes (RFC 4226, R6). Other parameters fail silently in common apps, so there are none.
 */
#ifndef DOMAIN_FACTOR_TOTP_H
#define DOMAIN_FACTOR_TOTP_H

#include "domain/factor.h"

#define TOTP_SECRET_SIZE 20
#define TOTP_DIGITS 6
#define TOTP_PERIOD 30

extern const struct factor_kind factor_totp;

#endif
