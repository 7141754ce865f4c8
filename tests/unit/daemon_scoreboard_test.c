/* The scoreboard, and when a child counts as stuck. */
#include "unit.h"

#include "daemon/scoreboard.h"

static void
busy_and_silent_children_are_stuck(void **state)
{
	struct scoreboard_row *s = scoreboard_new(2);

	(void)state;
	scoreboard_start(s, 1000);
	/* Not ready yet: starting has a limit of its own. */
	assert_false(scoreboard_is_stuck(s, 100000, 10, 10));
	atomic_store(&s->ready, true);
	assert_false(scoreboard_is_stuck(s, 1010, 10, 10));
	assert_true(scoreboard_is_stuck(s, 1011, 10, 10));
	scoreboard_alive(s, 1005);
	assert_false(scoreboard_is_stuck(s, 1011, 10, 10));
	scoreboard_busy(s, 2000);
	assert_false(scoreboard_is_stuck(s, 2010, 10, 1));
	assert_true(scoreboard_is_stuck(s, 2011, 10, 100));
	scoreboard_idle(s, 2020);
	assert_false(scoreboard_is_stuck(s, 2030, 10, 10));
	assert_int_equal(atomic_load(&s->answered), 1);
	scoreboard_start(s, 3000);
	assert_int_equal(atomic_load(&s->answered), 0);
	assert_false(atomic_load(&s->ready));
	scoreboard_free(s, 2);
}

static void
rows_are_shared_with_children(void **state)
{
	struct scoreboard_row *s = scoreboard_new(300);
	int status = 0;
	pid_t child;

	(void)state;
	scoreboard_start(&s[299], 1);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		scoreboard_busy(&s[299], 77);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(atomic_load(&s[299].busy_since_ms), 77);
	assert_int_equal(atomic_load(&s[298].busy_since_ms), 0);
	scoreboard_free(s, 300);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(busy_and_silent_children_are_stuck),
	    cmocka_unit_test(rows_are_shared_with_children),
	};

	return cmocka_run_group_tests_name("daemon_scoreboard", tests, NULL, NULL);
}
