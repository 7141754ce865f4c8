/* The supervisor with real child processes that run a service of this test. */
#include "unit.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "daemon/supervisor.h"

#define WORKERS 3
#define DEADLINE_MS 8000

/* Memory that the test shares with every child. */
struct shared {
	_Atomic int starts;
	_Atomic int ends;   /* of children that were asked to end */
	_Atomic bool deaf;  /* children do not end when asked */
	_Atomic bool quiet; /* children give no heartbeat */
	_Atomic bool short_lived;
};

struct fixture {
	struct arena *a;
	struct conf conf;
	struct hash_semaphore *hash_semaphore;
	struct pidfile pidfile;
	struct supervisor_params params;
	char conf_path[40];
	char log_path[40];
	pid_t pid;
};

static struct shared *shared;

/*
 * Runs a child. Its issuer decides what it does: "wrong" finds the configuration wrong, "slow"
 * never gets ready, any other works.
 */
static int
run_service(const struct service_context *context)
{
	struct pollfd p = {.fd = service_term_fd(), .events = POLLIN};

	atomic_fetch_add(&shared->starts, 1);
	if (strcmp(context->conf->issuer, "wrong") == 0)
		return SERVICE_EXIT_CONFIG;
	if (strcmp(context->conf->issuer, "slow") != 0)
		service_report_ready(context);
	if (atomic_load(&shared->short_lived))
		return 3;
	while (poll(&p, 1, 20) == 0 || atomic_load(&shared->deaf)) {
		if (!atomic_load(&shared->quiet))
			scoreboard_alive(context->scoreboard, clock_mono_ms());
		if (atomic_load(&shared->deaf))
			(void)poll(NULL, 0, 20);
	}
	atomic_fetch_add(&shared->ends, 1);
	return 0;
}

static const struct service services[] = {
    {"worker", WORKERS, true, 10000, run_service},
    {"janitor", 1, false, 10000, run_service},
};

static void
write_conf(const struct fixture *f, const char *issuer)
{
	FILE *out = fopen(f->conf_path, "w");

	assert_non_null(out);
	assert_true(fprintf(out, "issuer = %s\n", issuer) > 0);
	assert_int_equal(fclose(out), 0);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct str why = {0};

	if (f == NULL)
		return 1;
	f->a = arena_new((size_t)1024 * 1024);
	if (snprintf(f->conf_path, sizeof(f->conf_path), "/tmp/supervisor.%ld.conf",
		(long)getpid()) < 0 ||
	    snprintf(f->log_path, sizeof(f->log_path), "/tmp/supervisor.%ld.log", (long)getpid()) <
		0)
		return 1;
	shared =
	    mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	write_conf(f, "one");
	if (conf_load(f->a, f->conf_path, &f->conf, &why) != OK)
		return 1;
	f->hash_semaphore = hash_semaphore_new(2, 2);
	f->pidfile.fd = -1;
	f->params = (struct supervisor_params){
	    .services = services,
	    .service_count = ARRAY_SIZE(services),
	    .conf_path = f->conf_path,
	    .conf = &f->conf,
	    .hash_semaphore = f->hash_semaphore,
	    .listen_fd = -1,
	    .pidfile = &f->pidfile,
	    .limits = {.drain = 500, .start = 1000, .successor = 500, .quiet = 5000},
	};
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	if (f->pid > 0) {
		kill(f->pid, SIGKILL);
		waitpid(f->pid, NULL, 0);
	}
	unlink(f->conf_path);
	unlink(f->log_path);
	munmap(shared, sizeof(*shared));
	munmap(f->hash_semaphore, sizeof(*f->hash_semaphore));
	arena_free(f->a);
	free(f);
	return 0;
}

static void
start_supervisor(struct fixture *f)
{
	fflush(NULL);
	f->pid = fork();
	assert_true(f->pid >= 0);
	if (f->pid == 0) {
		int log = open(f->log_path, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);

		if (log < 0 || dup2(log, STDERR_FILENO) < 0 ||
		    prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
			_exit(99);
		_exit(supervisor_run(&f->params));
	}
}

/* Counts how often `text` is in the log. */
static int
count_logged(const struct fixture *f, const char *text)
{
	char *all = calloc(1, 65536);
	FILE *in = fopen(f->log_path, "r");
	int n = 0;

	assert_non_null(all);
	if (in != NULL) {
		assert_in_range(fread(all, 1, 65535, in), 0, 65534);
		fclose(in);
	}
	for (const char *at = all; (at = strstr(at, text)) != NULL; at++)
		n++;
	free(all);
	return n;
}

static void
await_log(const struct fixture *f, const char *text, int times)
{
	int64_t until = clock_mono_ms() + DEADLINE_MS;

	while (count_logged(f, text) < times) {
		if (clock_mono_ms() > until)
			fail_msg("not logged %d times: %s", times, text);
		(void)poll(NULL, 0, 5);
	}
}

static void
await_count(_Atomic int *count, int want)
{
	int64_t until = clock_mono_ms() + DEADLINE_MS;

	while (atomic_load(count) < want) {
		if (clock_mono_ms() > until)
			fail_msg("%d is not %d", atomic_load(count), want);
		(void)poll(NULL, 0, 5);
	}
}

/* Waits for the supervisor to end by itself, and returns its exit status. */
static int
wait_for_end(struct fixture *f)
{
	int64_t until = clock_mono_ms() + DEADLINE_MS;
	int status = 0;

	while (waitpid(f->pid, &status, WNOHANG) == 0) {
		assert_true(clock_mono_ms() < until);
		(void)poll(NULL, 0, 5);
	}
	f->pid = 0;
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The first child of the supervisor. */
static pid_t
first_child(const struct fixture *f)
{
	struct str path =
	    str_printf(f->a, "/proc/%ld/task/%ld/children", (long)f->pid, (long)f->pid);
	FILE *in = fopen(path.p, "r");
	char text[256] = "";
	long pid;

	assert_non_null(in);
	assert_non_null(fgets(text, sizeof(text), in));
	fclose(in);
	pid = strtol(text, NULL, 10);
	assert_true(pid > 1);
	return (pid_t)pid;
}

static void
children_start_and_end(void **state)
{
	struct fixture *f = *state;

	start_supervisor(f);
	await_log(f, "\"event\":\"ready\"", 1);
	await_count(&shared->starts, WORKERS + 1);
	kill(f->pid, SIGTERM);
	assert_int_equal(wait_for_end(f), 0);
	assert_int_equal(atomic_load(&shared->starts), WORKERS + 1);
	assert_int_equal(atomic_load(&shared->ends), WORKERS + 1);
	assert_int_equal(count_logged(f, "\"event\":\"stopping\""), 1);
	assert_int_equal(count_logged(f, "child.died"), 0);
}

static void
sigint_ends_the_pool(void **state)
{
	struct fixture *f = *state;

	start_supervisor(f);
	await_log(f, "\"event\":\"ready\"", 1);
	kill(f->pid, SIGINT);
	assert_int_equal(wait_for_end(f), 0);
}

static void
dead_children_are_replaced(void **state)
{
	struct fixture *f = *state;
	pid_t dead;

	start_supervisor(f);
	await_log(f, "\"event\":\"ready\"", 1);
	await_count(&shared->starts, WORKERS + 1);
	dead = first_child(f);
	/* The slot of the semaphore that it held is freed. */
	atomic_store(&f->hash_semaphore->holder[1], dead);
	kill(dead, SIGKILL);
	await_count(&shared->starts, WORKERS + 2);
	await_log(f, "\"signal\":9,\"replaced_in_ms\":0", 1);
	assert_int_equal(atomic_load(&f->hash_semaphore->holder[1]), 0);
	kill(f->pid, SIGTERM);
	assert_int_equal(wait_for_end(f), 0);
}

static void
a_crash_loop_is_slowed_and_never_fatal(void **state)
{
	struct fixture *f = *state;

	atomic_store(&shared->short_lived, true);
	start_supervisor(f);
	await_log(f, "\"status\":3,\"replaced_in_ms\":200", 4);
	assert_int_equal(count_logged(f, "\"replaced_in_ms\":0}"), WORKERS + 1);
	assert_int_equal(count_logged(f, "\"replaced_in_ms\":100}"), WORKERS + 1);
	assert_int_equal(kill(f->pid, 0), 0);
	atomic_store(&shared->short_lived, false);
	await_log(f, "\"event\":\"ready\"", 1);
	kill(f->pid, SIGTERM);
	assert_int_equal(wait_for_end(f), 0);
}

static void
a_wrong_configuration_ends_the_first_start(void **state)
{
	struct fixture *f = *state;

	f->conf.issuer = "wrong";
	start_supervisor(f);
	assert_int_equal(wait_for_end(f), SERVICE_EXIT_CONFIG);
	assert_int_equal(count_logged(f, "\"event\":\"ready\""), 0);
}

static void
a_child_that_does_not_end_is_killed(void **state)
{
	struct fixture *f = *state;
	int64_t asked_ms;

	atomic_store(&shared->deaf, true);
	start_supervisor(f);
	await_log(f, "\"event\":\"ready\"", 1);
	asked_ms = clock_mono_ms();
	kill(f->pid, SIGTERM);
	assert_int_equal(wait_for_end(f), 0);
	assert_in_range(clock_mono_ms() - asked_ms, 450, 4000);
	assert_int_equal(count_logged(f, "\"why\":\"did not end\""), WORKERS + 1);
	assert_int_equal(atomic_load(&shared->ends), 0);
}

static void
a_child_without_heartbeat_is_replaced(void **state)
{
	struct fixture *f = *state;

	f->params.limits.quiet = 300;
	atomic_store(&shared->quiet, true);
	start_supervisor(f);
	await_log(f, "\"why\":\"stuck\"", 1);
	atomic_store(&shared->quiet, false);
	await_count(&shared->starts, WORKERS + 2);
	kill(f->pid, SIGTERM);
	assert_int_equal(wait_for_end(f), 0);
}

static void
a_child_that_does_not_get_ready_is_replaced(void **state)
{
	struct fixture *f = *state;

	f->params.limits.start = 100;
	f->conf.issuer = "slow";
	start_supervisor(f);
	await_log(f, "\"why\":\"did not get ready\"", WORKERS + 1);
	await_count(&shared->starts, WORKERS + 2);
	assert_int_equal(count_logged(f, "\"event\":\"ready\""), 0);
	kill(f->pid, SIGTERM);
	assert_int_equal(wait_for_end(f), 0);
}

static void
a_reload_replaces_all_children(void **state)
{
	struct fixture *f = *state;

	start_supervisor(f);
	await_log(f, "\"event\":\"ready\"", 1);
	await_count(&shared->starts, WORKERS + 1);
	write_conf(f, "two\nworkers = 9");
	kill(f->pid, SIGHUP);
	await_log(f, "\"event\":\"reloaded\"", 1);
	assert_int_equal(count_logged(f, "\"options\":\"workers\""), 1);
	await_count(&shared->starts, 2 * (WORKERS + 1));
	assert_int_equal(count_logged(f, "child.died"), 0);
	assert_int_equal(atomic_load(&shared->ends), WORKERS + 1);
	/* A second SIGHUP after the end of a reload starts another one. */
	kill(f->pid, SIGHUP);
	await_log(f, "\"event\":\"reloaded\"", 2);
	kill(f->pid, SIGTERM);
	assert_int_equal(wait_for_end(f), 0);
}

static void
a_broken_file_changes_nothing(void **state)
{
	struct fixture *f = *state;

	start_supervisor(f);
	await_log(f, "\"event\":\"ready\"", 1);
	await_count(&shared->starts, WORKERS + 1);
	write_conf(f, "two\nnonsense = 1");
	kill(f->pid, SIGHUP);
	await_log(f, ":2: unknown option", 1);
	write_conf(f, "three");
	assert_int_equal(atomic_load(&shared->starts), WORKERS + 1);
	assert_int_equal(atomic_load(&shared->ends), 0);
	kill(f->pid, SIGTERM);
	assert_int_equal(wait_for_end(f), 0);
}

/*
 * Asserts that a reload fails whose configuration is read without error and does not work, and
 * that the old children and the old configuration stay.
 */
static void
assert_reload_fails(struct fixture *f, const char *issuer)
{
	start_supervisor(f);
	await_log(f, "\"event\":\"ready\"", 1);
	await_count(&shared->starts, WORKERS + 1);
	write_conf(f, issuer);
	kill(f->pid, SIGHUP);
	await_log(f, "reload.failed", 1);
	assert_int_equal(atomic_load(&shared->ends), 0);
	assert_int_equal(atomic_load(&shared->starts), WORKERS + 2);
	kill(first_child(f), SIGKILL);
	await_count(&shared->starts, WORKERS + 3);
	(void)poll(NULL, 0, 50);
	/* Its replacement works, so it has the old configuration. */
	assert_int_equal(atomic_load(&shared->starts), WORKERS + 3);
	write_conf(f, "good");
	kill(f->pid, SIGHUP);
	await_log(f, "\"event\":\"reloaded\"", 1);
	kill(f->pid, SIGTERM);
	assert_int_equal(wait_for_end(f), 0);
}

static void
a_misconfigured_successor_replaces_no_child(void **state)
{
	assert_reload_fails(*state, "wrong");
}

static void
a_slow_successor_replaces_no_child(void **state)
{
	assert_reload_fails(*state, "slow");
}

static void
children_end_with_their_parent(void **state)
{
	struct fixture *f = *state;

	start_supervisor(f);
	await_log(f, "\"event\":\"ready\"", 1);
	await_count(&shared->starts, WORKERS + 1);
	kill(f->pid, SIGKILL);
	await_count(&shared->ends, WORKERS + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(children_start_and_end, setup, teardown),
	    cmocka_unit_test_setup_teardown(sigint_ends_the_pool, setup, teardown),
	    cmocka_unit_test_setup_teardown(dead_children_are_replaced, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_crash_loop_is_slowed_and_never_fatal, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(a_wrong_configuration_ends_the_first_start, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(a_child_that_does_not_end_is_killed, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_child_without_heartbeat_is_replaced, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_child_that_does_not_get_ready_is_replaced, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(a_reload_replaces_all_children, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_broken_file_changes_nothing, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_misconfigured_successor_replaces_no_child, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(a_slow_successor_replaces_no_child, setup, teardown),
	    cmocka_unit_test_setup_teardown(children_end_with_their_parent, setup, teardown),
	};

	return cmocka_run_group_tests_name("daemon_supervisor", tests, NULL, NULL);
}
