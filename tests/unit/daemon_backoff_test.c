/* The waits before dead children are replaced. */
#include "unit.h"

#include "base/array.h"
#include "daemon/backoff.h"

static void
young_deaths_wait_ever_longer(void **state)
{
	static const int64_t waits[] = {0, 100, 200, 400, 800, 1600, 3200, 5000, 5000};
	struct backoff b = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(waits); i++)
		assert_int_equal(backoff_record(&b, 10), waits[i]);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(backoff_record(&b, 0), BACKOFF_MAX_MS);
}

static void
a_long_life_resets_the_wait(void **state)
{
	struct backoff b = {0};

	(void)state;
	for (int i = 0; i < 5; i++)
		(void)backoff_record(&b, 0);
	assert_int_equal(backoff_record(&b, BACKOFF_YOUNG_MS), 0);
	assert_int_equal(backoff_record(&b, BACKOFF_YOUNG_MS - 1), 0);
	assert_int_equal(backoff_record(&b, BACKOFF_YOUNG_MS - 1), BACKOFF_FIRST_MS);
}

static void
the_count_does_not_wrap(void **state)
{
	struct backoff b = {.deaths = UINT32_MAX};

	(void)state;
	assert_int_equal(backoff_record(&b, 0), BACKOFF_MAX_MS);
	assert_int_equal(backoff_record(&b, 0), BACKOFF_MAX_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(young_deaths_wait_ever_longer),
	    cmocka_unit_test(a_long_life_resets_the_wait),
	    cmocka_unit_test(the_count_does_not_wrap),
	};

	return cmocka_run_group_tests_name("daemon_backoff", tests, NULL, NULL);
}
