/* The kind `totp`: RFC 6238's values through its own check, window, watermark, input, Key URI. */
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

static int64_t
check(const struct factor_rules *r, int64_t last_counter, int64_t seconds, const char *response)
{
	return factor_totp.check(state_rfc, r, last_counter, seconds * CLOCK_SECOND,
	    str_of(response));
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
nothing_at_or_below_the_watermark_counts(void **state)
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

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(check(&rules, 0, 59, bad[i]), 0);
	assert_int_equal(factor_totp.check(state_rfc, &rules, 0, 59 * CLOCK_SECOND,
			     STR("287082\0")),
	    0);
}

static void
secrets_are_twenty_bytes_and_differ(void **state)
{
	struct arena *a = arena_new(1000000);
	struct secret one = factor_totp.enroll(a), two = factor_totp.enroll(a);

	(void)state;
	assert_int_equal(one.n, 20);
	assert_memory_not_equal(one.p, two.p, 20);
	arena_free(a);
}

static void
offers_the_key_uri_that_all_apps_read(void **state)
{
	const struct factor_rules malformed = {.issuer = STR_INIT("ACME & Söhne")};
	struct arena *a = arena_new(1000000);
	struct factor_offer offer = factor_totp.offer(a, state_rfc, &rules, STR("you@example.com"));

	(void)state;
	assert_str(secret_reveal(offer.key), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	assert_str(secret_reveal(offer.uri),
	    "otpauth://totp/Countersign:you@example.com?"
	    "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Countersign");
	offer = factor_totp.offer(a, state_rfc, &malformed, STR("a+b:c@example.com"));
	assert_str(secret_reveal(offer.uri),
	    "otpauth://totp/ACME%20%26%20S%C3%B6hne:a%2Bb%3Ac@example.com?"
	    "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=ACME%20%26%20S%C3%B6hne");
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
	    cmocka_unit_test(nothing_at_or_below_the_watermark_counts),
	    cmocka_unit_test(reads_what_people_type_and_paste),
	    cmocka_unit_test(refuses_everything_but_six_digits),
	    cmocka_unit_test(secrets_are_twenty_bytes_and_differ),
	    cmocka_unit_test(offers_the_key_uri_that_all_apps_read),
	    cmocka_unit_test(the_list_knows_the_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
