/*
 * Authenticator apps: time-based one-time passwords (RFC 6238). What we set up uses SHA-1, 6
 * digits, 30 seconds and a secret of 20 random bytes (RFC 4226, R6), since many apps silently
 * ignore anything else. A secret that comes from another system may have other parameters; they
 * belong to the state of the factor.
 */
#ifndef DOMAIN_FACTOR_TOTP_H
#define DOMAIN_FACTOR_TOTP_H

#include "crypto/hmac.h"
#include "domain/factor.h"

#define TOTP_SECRET_SIZE 20
#define TOTP_DIGITS 6
#define TOTP_PERIOD 30

/* Limits of the parameters: digits as HOTP has them (RFC 4226 section 5.3), the rest is ours. */
#define TOTP_DIGITS_MAX 8
#define TOTP_PERIOD_MIN 5
#define TOTP_PERIOD_MAX 300
#define TOTP_SECRET_MIN 10
#define TOTP_SECRET_MAX 128

struct totp_params {
	enum hash hash;
	int digits;
	int period; /* seconds */
	struct secret key;
};

extern const struct factor_kind factor_totp;

/*
 * The state of a factor with these parameters, in the arena: the bare key where all of them are
 * the default ones, else a text that names them. False when a parameter is out of its limits.
 */
bool totp_state_encode(struct arena *a, const struct totp_params *p, struct secret *state);

/* The parameters of a state; the key points into it or the arena. False when it is malformed. */
bool totp_state_decode(struct arena *a, struct secret state, struct totp_params *p);

#endif
