/* The attempt limit: when a code may be verified, how long waits are, and the lock. */
#include "unit.h"

#include "base/array.h"
#include "base/clock.h"
#include "domain/throttle.h"

#define NOW (INT64_C(1800000000) * CLOCK_SECOND)

static void
five_wrong_codes_are_free(void **state)
{
	struct throttle t = {0};
	int i;

	(void)state;
	for (i = 0; i < THROTTLE_FREE; i++) {
		assert_int_equal(throttle_check(&t, NOW), OK);
		t = throttle_after_failure(&t, NOW);
	}
	assert_int_equal(t.failures, 5);
	assert_int_equal(throttle_check(&t, NOW), ERR_THROTTLED);
}

static void
waits_double_from_half_a_minute_to_a_quarter_hour(void **state)
{
	static const int64_t waits[] = {30, 60, 120, 240, 480, 900, 900, 900};
	struct throttle t = {.failures = THROTTLE_FREE - 1};
	int64_t now = NOW;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(waits); i++) {
		t = throttle_after_failure(&t, now);
		assert_int_equal(throttle_wait(&t, now), waits[i]);
		assert_int_equal(throttle_check(&t, now + waits[i] * CLOCK_SECOND - 1),
		    ERR_THROTTLED);
		now += waits[i] * CLOCK_SECOND;
		assert_int_equal(throttle_check(&t, now), OK);
	}
}

static void
a_hundred_wrong_codes_lock(void **state)
{
	struct throttle t = {.failures = THROTTLE_LOCK - 1};

	(void)state;
	assert_int_equal(throttle_check(&t, NOW), OK);
	t = throttle_after_failure(&t, NOW);
	assert_int_equal(throttle_check(&t, NOW), ERR_LOCKED);
	assert_int_equal(throttle_check(&t, NOW + 3650 * CLOCK_DAY), ERR_LOCKED);
}

static void
the_wait_is_rounded_up_to_seconds(void **state)
{
	struct throttle t = {.failures = 5, .blocked_until = NOW + CLOCK_SECOND};

	(void)state;
	assert_int_equal(throttle_wait(&t, NOW), 1);
	assert_int_equal(throttle_wait(&t, NOW + 1), 1);
	assert_int_equal(throttle_wait(&t, NOW - 1), 2);
	assert_int_equal(throttle_wait(&t, NOW + CLOCK_SECOND), 0);
	t.blocked_until = 0;
	assert_int_equal(throttle_wait(&t, NOW), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(five_wrong_codes_are_free),
	    cmocka_unit_test(waits_double_from_half_a_minute_to_a_quarter_hour),
	    cmocka_unit_test(a_hundred_wrong_codes_lock),
	    cmocka_unit_test(the_wait_is_rounded_up_to_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
