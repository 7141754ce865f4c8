/* The pid file and its lock. */
#include "unit.h"

#include <sys/stat.h>

#include "base/arena.h"
#include "daemon/pidfile.h"

struct fixture {
	struct arena *a;
	struct str why;
	char path[40];
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return 1;
	f->a = arena_new((size_t)1024 * 1024);
	if (snprintf(f->path, sizeof(f->path), "/tmp/daemon_pidfile.%ld", (long)getpid()) < 0)
		return 1;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	unlink(f->path);
	arena_free(f->a);
	free(f);
	return 0;
}

static void
the_file_holds_our_pid(void **state)
{
	struct fixture *f = *state;
	struct pidfile p, second;
	char text[32] = "", want[32];
	FILE *in;

	assert_int_equal(pidfile_open(f->a, f->path, &p, &f->why), OK);
	in = fopen(f->path, "r");
	assert_non_null(in);
	assert_non_null(fgets(text, sizeof(text), in));
	fclose(in);
	assert_true(snprintf(want, sizeof(want), "%ld\n", (long)getpid()) > 0);
	assert_string_equal(text, want);

	assert_int_equal(pidfile_open(f->a, f->path, &second, &f->why), ERR_CONFLICT);
	assert_true(str_eq(f->why, str_printf(f->a, "already running as process %ld (pid file %s)",
				       (long)getpid(), f->path)));
	assert_null(second.path);
	pidfile_close(&second);
	assert_int_equal(access(f->path, F_OK), 0);

	pidfile_close(&p);
	assert_int_not_equal(access(f->path, F_OK), 0);
}

static void
a_stale_file_is_replaced(void **state)
{
	struct fixture *f = *state;
	struct pidfile p;
	struct stat st;
	FILE *out = fopen(f->path, "w");

	assert_non_null(out);
	assert_true(fputs("12345678901234567890 and much more\n", out) >= 0);
	fclose(out);
	assert_int_equal(pidfile_open(f->a, f->path, &p, &f->why), OK);
	assert_int_equal(stat(f->path, &st), 0);
	assert_in_range(st.st_size, 2, 12);
	pidfile_close(&p);
}

static void
the_lock_ends_with_its_process(void **state)
{
	struct fixture *f = *state;
	struct pidfile p;
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(pidfile_open(f->a, f->path, &p, &f->why) == OK ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(access(f->path, F_OK), 0);
	assert_int_equal(pidfile_open(f->a, f->path, &p, &f->why), OK);
	pidfile_close(&p);
}

static void
a_child_does_not_release_the_lock(void **state)
{
	struct fixture *f = *state;
	struct pidfile p, second;
	int status = 0;
	pid_t child;

	assert_int_equal(pidfile_open(f->a, f->path, &p, &f->why), OK);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		pidfile_forget(&p);
		pidfile_close(&p);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(pidfile_open(f->a, f->path, &second, &f->why), ERR_CONFLICT);
	pidfile_close(&p);
}

static void
impossible_paths_are_refused(void **state)
{
	struct fixture *f = *state;
	struct pidfile p;

	assert_int_equal(pidfile_open(f->a, "", &p, &f->why), OK);
	assert_null(p.path);
	pidfile_close(&p);
	assert_int_equal(pidfile_open(f->a, "/nowhere/pid", &p, &f->why), ERR_INTERNAL);
	assert_str(f->why, "pid file /nowhere/pid: No such file or directory");
	assert_int_equal(symlink("/tmp/elsewhere", f->path), 0);
	assert_int_equal(pidfile_open(f->a, f->path, &p, &f->why), ERR_INTERNAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(the_file_holds_our_pid, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_stale_file_is_replaced, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_lock_ends_with_its_process, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_child_does_not_release_the_lock, setup, teardown),
	    cmocka_unit_test_setup_teardown(impossible_paths_are_refused, setup, teardown),
	};

	return cmocka_run_group_tests_name("daemon_pidfile", tests, NULL, NULL);
}
