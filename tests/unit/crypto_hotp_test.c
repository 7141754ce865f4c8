/* One-time passwords by the vectors of RFC 4226 appendix D and RFC 6238 appendix B. */
#include "unit.h"

#include "base/array.h"
#include "base/clock.h"
#include "crypto/hotp.h"

static const unsigned char seed[] =
    "1234567890123456789012345678901234567890123456789012345678901234";

static void
rfc4226(void **state)
{
	static const char *const want[] = {"755224", "287082", "359152", "969429", "338314",
	    "254676", "287922", "162583", "399871", "520489"};
	char code[HOTP_DIGITS_MAX + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		hotp_code(HASH_SHA1, seed, 20, i, 6, code);
		assert_string_equal(code, want[i]);
	}
}

/* Each hash has a seed as long as its output. */
static void
rfc6238(void **state)
{
	static const struct {
		int64_t time;
		const char *sha1;
		const char *sha256;
		const char *sha512;
	} rows[] = {
	    {59, "94287082", "46119246", "90693936"},
	    {1111111109, "07081804", "68084774", "25091201"},
	    {1111111111, "14050471", "67062674", "99943326"},
	    {1234567890, "89005924", "91819424", "93441116"},
	    {2000000000, "69279037", "90698825", "38618901"},
	    {20000000000, "65353130", "77737706", "47863826"},
	};
	char code[HOTP_DIGITS_MAX + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t step = (uint64_t)totp_step(rows[i].time * CLOCK_SECOND, 30);

		hotp_code(HASH_SHA1, seed, 20, step, 8, code);
		assert_string_equal(code, rows[i].sha1);
		hotp_code(HASH_SHA256, seed, 32, step, 8, code);
		assert_string_equal(code, rows[i].sha256);
		hotp_code(HASH_SHA512, seed, 64, step, 8, code);
		assert_string_equal(code, rows[i].sha512);
	}
}

static void
fewer_digits_are_the_last_ones(void **state)
{
	char code[HOTP_DIGITS_MAX + 1];

	(void)state;
	hotp_code(HASH_SHA1, seed, 20, 37037036, 8, code);
	assert_string_equal(code, "07081804");
	hotp_code(HASH_SHA1, seed, 20, 37037036, 7, code);
	assert_string_equal(code, "7081804");
	hotp_code(HASH_SHA1, seed, 20, 37037036, 6, code);
	assert_string_equal(code, "081804");
}

static void
time_steps(void **state)
{
	(void)state;
	assert_int_equal(totp_step(0, 30), 0);
	assert_int_equal(totp_step(30 * CLOCK_SECOND - 1, 30), 0);
	assert_int_equal(totp_step(30 * CLOCK_SECOND, 30), 1);
	assert_int_equal(totp_step(59 * CLOCK_SECOND, 60), 0);
	assert_int_equal(totp_step(-1, 30), -1);
	assert_int_equal(totp_step(-30 * CLOCK_SECOND, 30), -1);
	assert_true(totp_step(20000000000 * CLOCK_SECOND, 30) == 0x27bc86aa);
}

static void
code_with_digits(void *digits)
{
	char code[HOTP_DIGITS_MAX + 1];

	hotp_code(HASH_SHA1, seed, 20, 0, *(const int *)digits, code);
}

static void
step_of_period(void *seconds)
{
	totp_step(0, *(const int *)seconds);
}

static void
impossible_arguments_end_the_process(void **state)
{
	int wrong[] = {-1, 0, 1, 5, 9};
	int periods[] = {0, -30};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_true(unit_aborts(code_with_digits, &wrong[i]));
	for (size_t i = 0; i < ARRAY_SIZE(periods); i++)
		assert_true(unit_aborts(step_of_period, &periods[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc4226),
	    cmocka_unit_test(rfc6238),
	    cmocka_unit_test(fewer_digits_are_the_last_ones),
	    cmocka_unit_test(time_steps),
	    cmocka_unit_test(impossible_arguments_end_the_process),
	};

	return cmocka_run_group_tests_name("crypto_hotp", tests, NULL, NULL);
}
