/* The kind `totp`. */
#include "domain/factor_totp.h"

#include "base/array.h"
#include "base/codec.h"
#include "base/log.h"
#include "base/rand.h"
#include "crypto/hotp.h"

/* Key URIs grow beyond what phones read from a QR code above these, in bytes. */
#define ISSUER_MAX 64
#define ACCOUNT_MAX 128

/* A state with parameters of its own is "totp1:SHA256:8:60:" and the key in base32. */
#define STATE_PREFIX "totp1:"

static const struct str hash_names[] = {
    [HASH_SHA1] = STR_INIT("SHA1"),
    [HASH_SHA256] = STR_INIT("SHA256"),
    [HASH_SHA512] = STR_INIT("SHA512"),
};

static struct factor_begin_result totp_begin(struct arena *a, const struct factor_ceremony *c,
    struct secret state);
static struct factor_finish_result totp_finish(struct arena *a, const struct factor_ceremony *c,
    const struct factor_attempt *attempt);
static bool params_are_default(const struct totp_params *p);
static bool params_are_valid(const struct totp_params *p);
static bool hash_parse(struct str name, enum hash *hash);
static bool number_parse(struct str text, int *n);
static struct totp_params params_of(struct arena *a, struct secret state);
static struct secret key_uri(struct arena *a, const struct factor_ceremony *c,
    const struct totp_params *p, struct str key);
static bool read_digits(struct str response, int count, char digits[TOTP_DIGITS_MAX + 1]);

const struct factor_kind factor_totp = {
    .name = "totp",
    .title = "Authenticator app",
    .begin = totp_begin,
    .finish = totp_finish,
};

bool
totp_state_encode(struct arena *a, const struct totp_params *p, struct secret *state)
{
	struct str key, text;

	if (!params_are_valid(p))
		return false;
	if (params_are_default(p)) {
		*state = p->key;
		return true;
	}
	key = base32_encode(a, p->key.p, p->key.n);
	text = str_printf(a, STATE_PREFIX "%.*s:%d:%d:%.*s", STR_FMT(hash_names[p->hash]),
	    p->digits, p->period, STR_FMT(key));
	*state = secret_copy(a, text);
	return true;
}

/* A bare key has a length that no text has: the shortest text is longer. */
bool
totp_state_decode(struct arena *a, struct secret state, struct totp_params *p)
{
	struct str rest = secret_reveal(state);

	*p = (struct totp_params){
	    .hash = HASH_SHA1,
	    .digits = TOTP_DIGITS,
	    .period = TOTP_PERIOD,
	    .key = state,
	};
	if (state.n == TOTP_SECRET_SIZE)
		return true;
	if (!str_starts(rest, STR(STATE_PREFIX)))
		return false;
	rest = str_slice(rest, STR(STATE_PREFIX).n, rest.n);
	if (!hash_parse(str_cut(&rest, ':'), &p->hash) ||
	    !number_parse(str_cut(&rest, ':'), &p->digits) ||
	    !number_parse(str_cut(&rest, ':'), &p->period) ||
	    !base32_decode(a, rest, &p->key.p, &p->key.n))
		return false;
	return params_are_valid(p);
}

static struct factor_begin_result
totp_begin(struct arena *a, const struct factor_ceremony *c, struct secret state)
{
	struct factor_begin_result r = {.state = state};
	struct totp_params p;
	struct str key;

	if (c->purpose == FACTOR_VERIFY)
		return r; /* The app has all it needs. */
	if (r.state.p == NULL) {
		r.state = secret_alloc(a, TOTP_SECRET_SIZE);
		rand_bytes(r.state.p, r.state.n);
	}
	p = params_of(a, r.state);
	key = base32_encode(a, p.key.p, p.key.n);
	r.prompt = (struct factor_prompt){
	    .uri = key_uri(a, c, &p, key),
	    .key = secret_copy(a, key),
	};
	return r;
}

/*
 * Every step of the window is computed and compared, whatever matched before, so that the time
 * shows nothing. The highest match counts: nothing at or below it is accepted again.
 */
static struct factor_finish_result
totp_finish(struct arena *a, const struct factor_ceremony *c, const struct factor_attempt *attempt)
{
	struct totp_params p = params_of(a, attempt->state);
	struct factor_finish_result r = {.verdict = FACTOR_REFUSED};
	int64_t current = totp_step(attempt->now, p.period), step;
	char given[TOTP_DIGITS_MAX + 1], code[HOTP_DIGITS_MAX + 1];

	if (!read_digits(secret_reveal(attempt->response), p.digits, given))
		return r;
	for (step = current - c->rules->window; step <= current + c->rules->window; step++) {
		hotp_code(p.hash, p.key.p, p.key.n, (uint64_t)step, p.digits, code);
		if (secret_eq_bytes(code, given, (size_t)p.digits))
			r.counter = step;
	}
	if (r.counter > 0)
		r.verdict = r.counter > attempt->last_counter ? FACTOR_ACCEPTED : FACTOR_REPLAYED;
	secret_wipe(code, sizeof(code));
	secret_wipe(given, sizeof(given));
	return r;
}

static bool
params_are_default(const struct totp_params *p)
{
	return p->hash == HASH_SHA1 && p->digits == TOTP_DIGITS && p->period == TOTP_PERIOD &&
	       p->key.n == TOTP_SECRET_SIZE;
}

static bool
params_are_valid(const struct totp_params *p)
{
	return p->digits >= TOTP_DIGITS && p->digits <= TOTP_DIGITS_MAX &&
	       p->period >= TOTP_PERIOD_MIN && p->period <= TOTP_PERIOD_MAX &&
	       p->key.n >= TOTP_SECRET_MIN && p->key.n <= TOTP_SECRET_MAX;
}

static bool
hash_parse(struct str name, enum hash *hash)
{
	for (size_t i = 0; i < ARRAY_SIZE(hash_names); i++) {
		*hash = (enum hash)i;
		if (str_eq(name, hash_names[i]))
			return true;
	}
	return false;
}

static bool
number_parse(struct str text, int *n)
{
	int64_t value;

	if (!str_to_int64(text, &value) || value < 0 || value > TOTP_PERIOD_MAX)
		return false;
	*n = (int)value;
	return true;
}

/* What we sealed is well-formed: anything else is our fault, and nothing may be granted. */
static struct totp_params
params_of(struct arena *a, struct secret state)
{
	struct totp_params p;

	if (!totp_state_decode(a, state, &p))
		log_fatal("totp.state", "the state of an authenticator app is malformed");
	return p;
}

/*
 * The Key URI form that all common apps read alike: the issuer as prefix and as parameter, both
 * equal; only unreserved characters and '@' bare; parameters with default values left out.
 */
static struct secret
key_uri(struct arena *a, const struct factor_ceremony *c, const struct totp_params *p,
    struct str key)
{
	struct str issuer = percent_encode(a, str_slice(c->rules->issuer, 0, ISSUER_MAX), "@");
	struct str account = percent_encode(a, str_slice(c->account, 0, ACCOUNT_MAX), "@");
	struct buf b = {.arena = a};

	buf_printf(&b, "otpauth://totp/%.*s:%.*s?secret=%.*s&issuer=%.*s", STR_FMT(issuer),
	    STR_FMT(account), STR_FMT(key), STR_FMT(issuer));
	if (p->hash != HASH_SHA1)
		buf_printf(&b, "&algorithm=%.*s", STR_FMT(hash_names[p->hash]));
	if (p->digits != TOTP_DIGITS)
		buf_printf(&b, "&digits=%d", p->digits);
	if (p->period != TOTP_PERIOD)
		buf_printf(&b, "&period=%d", p->period);
	return secret_copy(a, buf_str(&b));
}

/*
 * Reads exactly `count` ASCII digits; spaces and dashes, as apps show them and people paste
 * them, do not count.
 */
static bool
read_digits(struct str response, int count, char digits[TOTP_DIGITS_MAX + 1])
{
	int n = 0;
	size_t i;

	for (i = 0; i < response.n; i++) {
		char c = response.p[i];

		if (c == ' ' || c == '-')
			continue;
		if (c < '0' || c > '9' || n == count)
			return false;
		digits[n++] = c;
	}
	digits[n] = '\0';
	return n == count;
}
