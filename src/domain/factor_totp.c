/* The kind `totp`. */
#include "domain/factor_totp.h"

#include "base/codec.h"
#include "base/rand.h"
#include "crypto/hotp.h"

/* Key URIs grow beyond what phones read from a QR code above these, in bytes. */
#define ISSUER_MAX 64
#define ACCOUNT_MAX 128

static struct secret totp_enroll(struct arena *a);
static struct factor_offer totp_offer(struct arena *a, struct secret state,
    const struct factor_rules *rules, struct str account);
static int64_t totp_check(struct secret state, const struct factor_rules *rules,
    int64_t last_counter, int64_t now, struct str response);
static bool read_digits(struct str response, char digits[TOTP_DIGITS + 1]);

const struct factor_kind factor_totp = {
    .name = "totp",
    .title = "Authenticator app",
    .enroll = totp_enroll,
    .offer = totp_offer,
    .check = totp_check,
};

static struct secret
totp_enroll(struct arena *a)
{
	struct secret state = secret_alloc(a, TOTP_SECRET_SIZE);

	rand_bytes(state.p, state.n);
	return state;
}

/*
 * The Key URI form that all common apps read alike: the issuer as prefix and as the last
 * parameter, both equal; only unreserved characters and '@' bare; parameters with default
 * values left out.
 */
static struct factor_offer
totp_offer(struct arena *a, struct secret state, const struct factor_rules *rules,
    struct str account)
{
	struct str key = base32_encode(a, state.p, state.n);
	struct str issuer = percent_encode(a, str_slice(rules->issuer, 0, ISSUER_MAX), "@");
	struct str label = percent_encode(a, str_slice(account, 0, ACCOUNT_MAX), "@");
	struct str uri = str_printf(a, "otpauth://totp/%.*s:%.*s?secret=%.*s&issuer=%.*s",
	    STR_FMT(issuer), STR_FMT(label), STR_FMT(key), STR_FMT(issuer));

	return (struct factor_offer){.uri = secret_copy(a, uri), .key = secret_copy(a, key)};
}

/*
 * All steps of the window are computed and compared, whatever matched before: the time tells
 * nothing. The highest match counts, so that nothing at or below it is ever accepted again.
 */
static int64_t
totp_check(struct secret state, const struct factor_rules *rules, int64_t last_counter, int64_t now,
    struct str response)
{
	int64_t current = totp_step(now, TOTP_PERIOD), found = 0, step;
	char digits[TOTP_DIGITS + 1], code[HOTP_DIGITS_MAX + 1];

	if (!read_digits(response, digits))
		return 0;
	for (step = current - rules->window; step <= current + rules->window; step++) {
		hotp_code(HASH_SHA1, state.p, state.n, (uint64_t)step, TOTP_DIGITS, code);
		if (secret_eq_bytes(code, digits, TOTP_DIGITS) && step > last_counter)
			found = step;
	}
	secret_wipe(code, sizeof(code));
	secret_wipe(digits, sizeof(digits));
	return found;
}

/*
 * Exactly six ASCII digits; spaces and dashes, as apps show them and people paste them, do not
 * count.
 */
static bool
read_digits(struct str response, char digits[TOTP_DIGITS + 1])
{
	size_t n = 0, i;

	for (i = 0; i < response.n; i++) {
		char c = response.p[i];

		if (c == ' ' || c == '-')
			continue;
		if (c < '0' || c > '9' || n == TOTP_DIGITS)
			return false;
		digits[n++] = c;
	}
	digits[n] = '\0';
	return n == TOTP_DIGITS;
}
