/* The kind `totp`: RFC 6238's values in its ceremony, window, replay, input, state, Key URI. */
#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/codec.h"
#include "crypto/hotp.h"
#include "domain/factor.h"
#include "domain/factor_totp.h"

/* RFC 6238 appendix B, the seed for SHA-1. */
static unsigned char seed[] = "12345678901234567890";
static const struct secret state_rfc = {seed, 20};
static const struct factor_rules rules = {.window = 1, .issuer = STR_INIT("Countersign")};
static const struct factor_rules strict = {.window = 0, .issuer = STR_INIT("Countersign")};

/* The verdict on a response to a factor with this state; its counter if accepted, else 0. */
static int64_t
finish(struct secret factor, const struct factor_rules *r, int64_t last_counter, int64_t seconds,
    struct str response, enum factor_verdict *verdict)
{
	struct arena *a = arena_new(1000000);
	struct factor_ceremony ceremony = {.rules = r, .purpose = FACTOR_VERIFY};
	struct factor_attempt attempt = {
	    .state = factor,
	    .last_counter = last_counter,
	    .response = secret_copy(a, response),
	    .now = seconds * CLOCK_SECOND,
	};
	struct factor_finish_result result = factor_totp.finish(a, &ceremony, &attempt);

	assert_null(result.state.p);
	*verdict = result.verdict;
	arena_free(a);
	return result.verdict == FACTOR_ACCEPTED ? result.counter : 0;
}

static int64_t
check(const struct factor_rules *r, int64_t last_counter, int64_t seconds, const char *response)
{
	enum factor_verdict verdict;

	return finish(state_rfc, r, last_counter, seconds, str_of(response), &verdict);
}

static void
accepts_the_values_of_rfc_6238(void **state)
{
	/* The last six of the eight digits: truncation is modulo a power of ten. */
	static const struct {
		int64_t time;
		const char *code;
	} rows[] = {
	    {59, "287082"},
	    {1111111109, "081804"},
	    {1111111111, "050471"},
	    {1234567890, "005924"},
	    {2000000000, "279037"},
	    {20000000000, "353130"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(check(&strict, 0, rows[i].time, rows[i].code), rows[i].time / 30);
}

static void
takes_one_step_either_side_and_no_more(void **state)
{
	const int64_t now = 1111111109;
	char code[HOTP_DIGITS_MAX + 1];
	int64_t offset;

	(void)state;
	for (offset = -3; offset <= 3; offset++) {
		int64_t step = now / 30 + offset;
		bool near = offset >= -1 && offset <= 1;

		hotp_code(HASH_SHA1, seed, 20, (uint64_t)step, 6, code);
		assert_int_equal(check(&rules, 0, now, code), near ? step : 0);
		assert_int_equal(check(&strict, 0, now, code), offset == 0 ? step : 0);
	}
}

static void
nothing_at_or_below_the_last_counter_counts(void **state)
{
	const int64_t now = 1111111109, step = now / 30;
	char code[HOTP_DIGITS_MAX + 1];

	(void)state;
	hotp_code(HASH_SHA1, seed, 20, (uint64_t)step, 6, code);
	assert_int_equal(check(&rules, step - 1, now, code), step);
	assert_int_equal(check(&rules, step, now, code), 0);
	assert_int_equal(check(&rules, step + 1, now, code), 0);
	hotp_code(HASH_SHA1, seed, 20, (uint64_t)step - 1, 6, code);
	assert_int_equal(check(&rules, step - 1, now, code), 0);
}

static void
reads_what_people_type_and_paste(void **state)
{
	(void)state;
	assert_int_not_equal(check(&rules, 0, 59, "287 082"), 0);
	assert_int_not_equal(check(&rules, 0, 59, " 287-082 "), 0);
	assert_int_not_equal(check(&rules, 0, 59, "2 8 7 0 8 2"), 0);
}

static void
refuses_everything_but_six_digits(void **state)
{
	static const char *const bad[] = {"", " ", "2", "28708", "2870820", "0287082", "28708a",
	    "287.082", "-287082x", "+28708", "287082\n",
	    "\xd9\xa2\xd9\xa8\xd9\xa7\xd9\xa0\xd9\xa8\xd9\xa2", "000000"};
	size_t i;
	enum factor_verdict verdict;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(check(&rules, 0, 59, bad[i]), 0);
	assert_int_equal(finish(state_rfc, &rules, 0, 59, STR("287082\0"), &verdict), 0);
	assert_int_equal(verdict, FACTOR_REFUSED);
}

static void
distinguishes_a_replay_from_a_wrong_code(void **state)
{
	enum factor_verdict verdict;

	(void)state;
	(void)finish(state_rfc, &rules, 1, 59, STR("287082"), &verdict);
	assert_int_equal(verdict, FACTOR_REPLAYED);
	(void)finish(state_rfc, &rules, 1, 59, STR("287083"), &verdict);
	assert_int_equal(verdict, FACTOR_REFUSED);
	(void)finish(state_rfc, &rules, 0, 59, STR("287082"), &verdict);
	assert_int_equal(verdict, FACTOR_ACCEPTED);
}

static void
secrets_are_twenty_bytes_and_differ(void **state)
{
	static const struct factor_ceremony enroll = {.rules = &rules, .purpose = FACTOR_ENROLL};
	struct arena *a = arena_new(1000000);
	struct secret none = {0}, one = factor_totp.begin(a, &enroll, none).state,
		      two = factor_totp.begin(a, &enroll, none).state;

	(void)state;
	assert_int_equal(one.n, 20);
	assert_memory_not_equal(one.p, two.p, 20);
	/* A repeat shows the same factor again. */
	assert_ptr_equal(factor_totp.begin(a, &enroll, one).state.p, one.p);
	arena_free(a);
}

static struct str
uri_of(struct arena *a, const struct factor_rules *r, const char *account, struct secret factor)
{
	struct factor_ceremony c = {
	    .rules = r,
	    .purpose = FACTOR_ENROLL,
	    .account = str_of(account),
	};
	struct factor_begin_result result = factor_totp.begin(a, &c, factor);

	assert_true(str_is_absent(result.challenge));
	return secret_reveal(result.prompt.uri);
}

static void
shows_the_key_uri_that_all_apps_read(void **state)
{
	const struct factor_rules umlaut = {.issuer = STR_INIT("ACME & Söhne")};
	const struct factor_ceremony c = {.rules = &rules, .purpose = FACTOR_ENROLL};
	struct arena *a = arena_new(1000000);

	(void)state;
	assert_str(secret_reveal(factor_totp.begin(a, &c, state_rfc).prompt.key),
	    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	assert_str(uri_of(a, &rules, "you.com", state_rfc),
	    "otpauth://totp/Countersign:you.com?"
	    "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Countersign");
	assert_str(uri_of(a, &umlaut, "a+b:c.com", state_rfc),
	    "otpauth://totp/ACME%20%26%20S%C3%B6hne:a%2Bb%3Ac.com?"
	    "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=ACME%20%26%20S%C3%B6hne");
	arena_free(a);
}

static void
verification_shows_nothing(void **state)
{
	const struct factor_ceremony c = {.rules = &rules, .purpose = FACTOR_VERIFY};
	struct arena *a = arena_new(1000000);
	struct factor_begin_result result = factor_totp.begin(a, &c, state_rfc);

	(void)state;
	assert_null(result.prompt.uri.p);
	assert_null(result.prompt.key.p);
	assert_true(str_is_absent(result.challenge));
	arena_free(a);
}

/* RFC 6238 appendix B: the seed repeated to the length of the hash, eight digits. */
static void
other_parameters_belong_to_the_state(void **state)
{
	static const struct {
		enum hash hash;
		size_t key_n;
		int64_t time;
		const char *code;
	} rows[] = {
	    {HASH_SHA1, 20, 59, "94287082"},
	    {HASH_SHA256, 32, 59, "46119246"},
	    {HASH_SHA512, 64, 59, "90693936"},
	    {HASH_SHA256, 32, 20000000000, "77737706"},
	    {HASH_SHA512, 64, 20000000000, "47863826"},
	};
	struct arena *a = arena_new(1000000);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct secret key = secret_alloc(a, rows[i].key_n), factor;
		struct totp_params p = {rows[i].hash, 8, 30, key}, back;
		enum factor_verdict verdict;

		for (size_t k = 0; k < key.n; k++)
			key.p[k] = seed[k % 20];
		assert_true(totp_state_encode(a, &p, &factor));
		assert_true(totp_state_decode(a, factor, &back));
		assert_int_equal(back.hash, p.hash);
		assert_int_equal(back.digits, 8);
		assert_int_equal(back.period, 30);
		assert_true(secret_eq(back.key, key));
		assert_int_equal(finish(factor, &strict, 0, rows[i].time, str_of(rows[i].code),
				     &verdict),
		    rows[i].time / 30);
		/* Six digits of the same are no code of this factor. */
		assert_int_equal(finish(factor, &strict, 0, rows[i].time, str_of(rows[i].code + 2),
				     &verdict),
		    0);
	}
	arena_free(a);
}

static void
other_parameters_stand_in_the_uri(void **state)
{
	struct totp_params p = {HASH_SHA256, 8, 60, {seed, 20}};
	struct arena *a = arena_new(1000000);
	struct secret factor;

	(void)state;
	assert_true(totp_state_encode(a, &p, &factor));
	assert_str(uri_of(a, &rules, "you.com", factor),
	    "otpauth://totp/Countersign:you.com?"
	    "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Countersign"
	    "&algorithm=SHA256&digits=8&period=60");
	arena_free(a);
}

static void
default_parameters_are_the_bare_key(void **state)
{
	struct totp_params p = {HASH_SHA1, 6, 30, {seed, 20}};
	struct arena *a = arena_new(1000000);
	struct secret factor;

	(void)state;
	assert_true(totp_state_encode(a, &p, &factor));
	assert_int_equal(factor.n, 20);
	assert_memory_equal(factor.p, seed, 20);
	/* A key of another length is not taken for one. */
	p.key.n = 16;
	assert_true(totp_state_encode(a, &p, &factor));
	assert_true(factor.n > 20);
	assert_true(totp_state_decode(a, factor, &p));
	assert_int_equal(p.key.n, 16);
	arena_free(a);
}

static void
parameters_out_of_their_limits_are_refused(void **state)
{
	static const struct totp_params bad[] = {
	    {HASH_SHA1, 5, 30, {seed, 20}},
	    {HASH_SHA1, 9, 30, {seed, 20}},
	    {HASH_SHA1, 6, 4, {seed, 20}},
	    {HASH_SHA1, 6, 301, {seed, 20}},
	    {HASH_SHA1, 6, 30, {seed, 9}},
	};
	static const char *const malformed[] = {"",
	    "totp1:", "totp1:SHA1:6:30:", "totp1:MD5:6:30:GEZDGNBVGY3TQOJQ",
	    "totp1:SHA1:5:30:GEZDGNBVGY3TQOJQ", "totp1:SHA1:6:x:GEZDGNBVGY3TQOJQ",
	    "totp1:SHA1:6:30:GEZDGNBVGY3TQO1Q", "totp2:SHA1:6:30:GEZDGNBVGY3TQOJQ"};
	struct arena *a = arena_new(1000000);
	struct totp_params p;
	struct secret factor;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(totp_state_encode(a, &bad[i], &factor));
	for (size_t i = 0; i < ARRAY_SIZE(malformed); i++)
		assert_false(totp_state_decode(a, secret_copy(a, str_of(malformed[i])), &p));
	arena_free(a);
}

static void
the_list_knows_the_kind(void **state)
{
	(void)state;
	assert_ptr_equal(factor_kind_find(STR("totp")), &factor_totp);
	assert_null(factor_kind_find(STR("TOTP")));
	assert_null(factor_kind_find(STR("")));
	assert_null(factor_kind_find(STR("recovery_code")));
	assert_ptr_equal(factor_kind_default(), &factor_totp);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(accepts_the_values_of_rfc_6238),
	    cmocka_unit_test(takes_one_step_either_side_and_no_more),
	    cmocka_unit_test(nothing_at_or_below_the_last_counter_counts),
	    cmocka_unit_test(reads_what_people_type_and_paste),
	    cmocka_unit_test(refuses_everything_but_six_digits),
	    cmocka_unit_test(distinguishes_a_replay_from_a_wrong_code),
	    cmocka_unit_test(secrets_are_twenty_bytes_and_differ),
	    cmocka_unit_test(shows_the_key_uri_that_all_apps_read),
	    cmocka_unit_test(verification_shows_nothing),
	    cmocka_unit_test(other_parameters_belong_to_the_state),
	    cmocka_unit_test(other_parameters_stand_in_the_uri),
	    cmocka_unit_test(default_parameters_are_the_bare_key),
	    cmocka_unit_test(parameters_out_of_their_limits_are_refused),
	    cmocka_unit_test(the_list_knows_the_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
