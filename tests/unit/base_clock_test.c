/* The clocks, the test clock, and dates as text. */
#include "unit.h"

#include <time.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"

static void
offset_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* How far clock_now() is ahead of the system's time, in whole seconds. */
static int64_t
distance(void)
{
	int64_t us = clock_now() - (int64_t)time(NULL) * CLOCK_SECOND;

	return (us + 2 * CLOCK_HOUR * 1000000) / CLOCK_SECOND - 2 * 3600 * (int64_t)1000000;
}

static void
now_is_the_systems_time(void **state)
{
	(void)state;
	unsetenv("COUNTERSIGN_CLOCK_OFFSET");
	assert_in_range(distance() + 2, 1, 4);
}

static void
the_offset_moves_a_test_build_only(void **state)
{
	char path[] = "/tmp/clock-XXXXXX";
	int fd = mkstemp(path);
	int64_t movable = clock_is_movable();

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	setenv("COUNTERSIGN_CLOCK_OFFSET", path, 1);
	offset_write(path, "86400\n");
	assert_in_range(distance() - movable * 86400 + 2, 1, 4);
	offset_write(path, "-86400");
	assert_in_range(distance() + movable * 86400 + 2, 1, 4);
	unlink(path);
	assert_in_range(distance() + 2, 1, 4);
	unsetenv("COUNTERSIGN_CLOCK_OFFSET");
}

static void
read_the_clock(void *unused)
{
	(void)unused;
	clock_now();
}

static void
a_malformed_offset_ends_a_test_build(void **state)
{
	static const char *const bad[] = {"", "soon", "1.5", "99999999999999999999",
	    "9999999999999999"};
	char path[] = "/tmp/clock-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	setenv("COUNTERSIGN_CLOCK_OFFSET", path, 1);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		offset_write(path, bad[i]);
		assert_int_equal(unit_aborts(read_the_clock, NULL), clock_is_movable());
	}
	unsetenv("COUNTERSIGN_CLOCK_OFFSET");
	unlink(path);
}

static void
the_monotonic_clock_runs(void **state)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	int64_t start = clock_mono_ms();

	(void)state;
	nanosleep(&pause, NULL);
	assert_in_range(clock_mono_ms() - start, 19, 5000);
}

static void
dates_as_text(void **state)
{
	static const struct {
		int64_t seconds;
		const char *rfc3339;
		const char *text;
	} rows[] = {
	    {0, "1970-01-01T00:00:00Z", "1 January 1970, 00:00 UTC"},
	    {-1, "1969-12-31T23:59:59Z", "31 December 1969, 23:59 UTC"},
	    {951827696, "2000-02-29T12:34:56Z", "29 February 2000, 12:34 UTC"},
	    {1795425302, "2026-11-23T09:15:02Z", "23 November 2026, 09:15 UTC"},
	    {20000000000, "2603-10-11T11:33:20Z", "11 October 2603, 11:33 UTC"},
	};
	struct arena *a = arena_new(10000);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int64_t us = rows[i].seconds * CLOCK_SECOND;

		assert_string_equal(str_c(a, clock_rfc3339(a, us)), rows[i].rfc3339);
		assert_string_equal(str_c(a, clock_rfc3339(a, us + 999999)), rows[i].rfc3339);
		assert_string_equal(str_c(a, clock_text(a, us)), rows[i].text);
	}
	assert_str(clock_rfc3339(a, -1), "1969-12-31T23:59:59Z");
	arena_free(a);
}

static void
days_and_times_are_parsed(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
	} right[] = {
	    {"2026-11-23", 1795392000000000},
	    {"2028-02-29", 1835395200000000},
	    {"2026-11-23T08:55:02Z", 1795424102000000},
	    {"2026-11-23t08:55:02.000001z", 1795424102000001},
	    {"2026-11-23T08:55:02.1234567Z", 1795424102123456},
	    {"2026-11-23T09:55:02+01:00", 1795424102000000},
	    {"2026-11-22T23:25:02-09:30", 1795424102000000},
	};
	static const char *const wrong[] = {"", "2026-11-2", "2026-11-231", "2026-02-29",
	    "2026-13-01", "2026-00-10", "2026-01-00", "2026/01/01", "-026-01-01", "2026-1 -01",
	    "1970-01-01", "2026-01--1", "2026-11-23T08:55:02", "2026-11-23 08:55:02Z",
	    "2026-11-23T24:00:00Z", "2026-11-23T08:60:02Z", "2026-11-23T08:55:60Z",
	    "2026-11-23T08:55Z", "2026-11-23T08:55:02.Z", "2026-11-23T08:55:02+0100",
	    "2026-11-23T08:55:02+1:00", "2026-11-23T08:55:02ZZ", "2026-11-23T+8:55:02Z",
	    "2026-11-23Z", "tomorrow"};
	int64_t us;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		assert_true(clock_parse(str_of(right[i].text), &us));
		assert_int_equal(us, right[i].us);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		if (clock_parse(str_of(wrong[i]), &us))
			fail_msg("%s is a time", wrong[i]);
	assert_true(clock_parse_day(STR("2026-11-23"), &us));
	assert_false(clock_parse_day(STR("2026-11-23T08:55:02Z"), &us));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(now_is_the_systems_time),
	    cmocka_unit_test(the_offset_moves_a_test_build_only),
	    cmocka_unit_test(a_malformed_offset_ends_a_test_build),
	    cmocka_unit_test(the_monotonic_clock_runs),
	    cmocka_unit_test(dates_as_text),
	    cmocka_unit_test(days_and_times_are_parsed),
	};

	return cmocka_run_group_tests_name("base_clock", tests, NULL, NULL);
}
