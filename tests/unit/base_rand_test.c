/* Random numbers are in range and evenly distributed. */
#include "unit.h"

#include "base/rand.h"

static void
bytes_differ_and_stay_in_bounds(void **state)
{
	unsigned char x[66] = {0};
	unsigned char y[66] = {0};
	unsigned char drawn[256] = {0};
	unsigned char many[65536];
	int values = 0;

	(void)state;
	rand_bytes(x + 1, 64);
	rand_bytes(y + 1, 64);
	assert_memory_not_equal(x, y, 66);
	assert_int_equal(x[0] | x[65] | y[0] | y[65], 0);
	rand_bytes(many, sizeof(many));
	for (size_t i = 0; i < sizeof(many); i++)
		drawn[many[i]] = 1;
	for (size_t i = 0; i < 256; i++)
		values += drawn[i];
	assert_int_equal(values, 256);
	rand_bytes(NULL, 0);
}

/* Each of 7 values is expected 2000 times; 300 off is more than seven standard deviations. */
static void
numbers_are_uniform(void **state)
{
	int counts[7] = {0};

	(void)state;
	for (int i = 0; i < 14000; i++) {
		uint32_t value = rand_below(7);

		assert_true(value < 7);
		counts[value]++;
	}
	for (int i = 0; i < 7; i++)
		assert_in_range(counts[i], 1700, 2300);
	assert_int_equal(rand_below(1), 0);
}

/* By a plain remainder the lowest third of 3 * 2^30 would come up twice as often as the others. */
static void
large_limits_have_no_bias(void **state)
{
	const uint32_t limit = 3221225472U;
	int low = 0;

	(void)state;
	for (int i = 0; i < 3000; i++)
		low += rand_below(limit) < 1073741824U;
	assert_in_range(low, 800, 1200);
}

static void
draw_below_zero(void *unused)
{
	(void)unused;
	rand_below(0);
}

static void
a_limit_of_zero_ends_the_process(void **state)
{
	(void)state;
	assert_true(unit_aborts(draw_below_zero, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bytes_differ_and_stay_in_bounds),
	    cmocka_unit_test(numbers_are_uniform),
	    cmocka_unit_test(large_limits_have_no_bias),
	    cmocka_unit_test(a_limit_of_zero_ends_the_process),
	};

	return cmocka_run_group_tests_name("base_rand", tests, NULL, NULL);
}
