/* The supervisor with real child processes, whose work is made up here. */
#include "unit.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "daemon/supervisor.h"

#define WORKERS 3
#define PATIENCE_MS 8000

/* Seen by the test and by every child. */
struct stage {
	_Atomic int starts;
	_Atomic int ends;   /* that were asked for */
	_Atomic bool deaf;  /* children do not end when asked */
	_Atomic bool quiet; /* children give no sign of life */
	_Atomic bool short_lived;
};

struct fixture {
	struct arena *a;
	struct conf conf;
	struct hash_semaphore *hash_semaphore;
	struct pidfile pidfile;
	struct supervision setup;
	char conf_path[40];
	char log_path[40];
	pid_t pid;
};

static struct stage *stage;

/*
 * A child. Its configuration says how it is: issuer "wrong" finds it wrong, "slow" never gets
 * ready, all others work.
 */
static int
work(const struct service_context *context)
{
	struct pollfd p = {.fd = service_term_fd(), .events = POLLIN};

	atomic_fetch_add(&stage->starts, 1);
	if (strcmp(context->conf->issuer, "wrong") == 0)
		return SERVICE_EXIT_CONFIG;
	if (strcmp(context->conf->issuer, "slow") != 0)
		service_ready(context);
	if (atomic_load(&stage->short_lived))
		return 3;
	while (poll(&p, 1, 20) == 0 || atomic_load(&stage->deaf)) {
		if (!atomic_load(&stage->quiet))
			scoreboard_alive(context->scoreboard, clock_mono_ms());
		if (atomic_load(&stage->deaf))
			(void)poll(NULL, 0, 20);
	}
	atomic_fetch_add(&stage->ends, 1);
	return 0;
}

static const struct service services[] = {
    {"worker", WORKERS, true, 10000, work},
    {"janitor", 1, false, 10000, work},
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
	stage =
	    mmap(NULL, sizeof(*stage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (stage == MAP_FAILED)
		return 1;
	write_conf(f, "one");
	if (conf_load(f->a, f->conf_path, &f->conf, &why) != OK)
		return 1;
	f->hash_semaphore = hash_semaphore_new(2, 2);
	f->pidfile.fd = -1;
	f->setup = (struct supervision){
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
	munmap(stage, sizeof(*stage));
	munmap(f->hash_semaphore, sizeof(*f->hash_semaphore));
	arena_free(f->a);
	free(f);
	return 0;
}

static void
start(struct fixture *f)
{
	fflush(NULL);
	f->pid = fork();
	assert_true(f->pid >= 0);
	if (f->pid == 0) {
		int log = open(f->log_path, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);

		if (log < 0 || dup2(log, STDERR_FILENO) < 0 ||
		    prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
			_exit(99);
		_exit(supervisor_run(&f->setup));
	}
}

/* How often `text` stands in the log. */
static int
logged(const struct fixture *f, const char *text)
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
	int64_t until = clock_mono_ms() + PATIENCE_MS;

	while (logged(f, text) < times) {
		if (clock_mono_ms() > until)
			fail_msg("not logged %d times: %s", times, text);
		(void)poll(NULL, 0, 5);
	}
}

static void
await_count(_Atomic int *count, int want)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS;

	while (atomic_load(count) < want) {
		if (clock_mono_ms() > until)
			fail_msg("%d is not %d", atomic_load(count), want);
		(void)poll(NULL, 0, 5);
	}
}

/* The exit status of the supervisor, which is to end by itself. */
static int
ended(struct fixture *f)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	int status = 0;

	while (waitpid(f->pid, &status, WNOHANG) == 0) {
		assert_true(clock_mono_ms() < until);
		(void)poll(NULL, 0, 5);
	}
	f->pid = 0;
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Some child of the supervisor. */
static pid_t
a_child(const struct fixture *f)
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
starts_and_ends(void **state)
{
	struct fixture *f = *state;

	start(f);
	await_log(f, "\"event\":\"ready\"", 1);
	await_count(&stage->starts, WORKERS + 1);
	kill(f->pid, SIGTERM);
	assert_int_equal(ended(f), 0);
	assert_int_equal(atomic_load(&stage->starts), WORKERS + 1);
	assert_int_equal(atomic_load(&stage->ends), WORKERS + 1);
	assert_int_equal(logged(f, "\"event\":\"stopping\""), 1);
	assert_int_equal(logged(f, "child.died"), 0);
}

static void
interrupt_ends_it_too(void **state)
{
	struct fixture *f = *state;

	start(f);
	await_log(f, "\"event\":\"ready\"", 1);
	kill(f->pid, SIGINT);
	assert_int_equal(ended(f), 0);
}

static void
the_dead_are_replaced(void **state)
{
	struct fixture *f = *state;
	pid_t dead;

	start(f);
	await_log(f, "\"event\":\"ready\"", 1);
	await_count(&stage->starts, WORKERS + 1);
	dead = a_child(f);
	/* what it held is given back */
	atomic_store(&f->hash_semaphore->holder[1], dead);
	kill(dead, SIGKILL);
	await_count(&stage->starts, WORKERS + 2);
	await_log(f, "\"signal\":9,\"replaced_in_ms\":0", 1);
	assert_int_equal(atomic_load(&f->hash_semaphore->holder[1]), 0);
	kill(f->pid, SIGTERM);
	assert_int_equal(ended(f), 0);
}

static void
a_crash_loop_is_slowed_and_never_fatal(void **state)
{
	struct fixture *f = *state;

	atomic_store(&stage->short_lived, true);
	start(f);
	await_log(f, "\"status\":3,\"replaced_in_ms\":200", 4);
	assert_int_equal(logged(f, "\"replaced_in_ms\":0}"), WORKERS + 1);
	assert_int_equal(logged(f, "\"replaced_in_ms\":100}"), WORKERS + 1);
	assert_int_equal(kill(f->pid, 0), 0);
	atomic_store(&stage->short_lived, false);
	await_log(f, "\"event\":\"ready\"", 1);
	kill(f->pid, SIGTERM);
	assert_int_equal(ended(f), 0);
}

static void
a_wrong_configuration_ends_the_first_start(void **state)
{
	struct fixture *f = *state;

	f->conf.issuer = "wrong";
	start(f);
	assert_int_equal(ended(f), SERVICE_EXIT_CONFIG);
	assert_int_equal(logged(f, "\"event\":\"ready\""), 0);
}

static void
who_does_not_end_is_killed(void **state)
{
	struct fixture *f = *state;
	int64_t begun;

	atomic_store(&stage->deaf, true);
	start(f);
	await_log(f, "\"event\":\"ready\"", 1);
	begun = clock_mono_ms();
	kill(f->pid, SIGTERM);
	assert_int_equal(ended(f), 0);
	assert_in_range(clock_mono_ms() - begun, 450, 4000);
	assert_int_equal(logged(f, "\"why\":\"did not end\""), WORKERS + 1);
	assert_int_equal(atomic_load(&stage->ends), 0);
}

static void
who_gives_no_sign_of_life_is_replaced(void **state)
{
	struct fixture *f = *state;

	f->setup.limits.quiet = 300;
	atomic_store(&stage->quiet, true);
	start(f);
	await_log(f, "\"why\":\"stuck\"", 1);
	atomic_store(&stage->quiet, false);
	await_count(&stage->starts, WORKERS + 2);
	kill(f->pid, SIGTERM);
	assert_int_equal(ended(f), 0);
}

static void
who_does_not_get_ready_is_replaced(void **state)
{
	struct fixture *f = *state;

	f->setup.limits.start = 100;
	f->conf.issuer = "slow";
	start(f);
	await_log(f, "\"why\":\"did not get ready\"", WORKERS + 1);
	await_count(&stage->starts, WORKERS + 2);
	assert_int_equal(logged(f, "\"event\":\"ready\""), 0);
	kill(f->pid, SIGTERM);
	assert_int_equal(ended(f), 0);
}

static void
a_reload_replaces_all(void **state)
{
	struct fixture *f = *state;

	start(f);
	await_log(f, "\"event\":\"ready\"", 1);
	await_count(&stage->starts, WORKERS + 1);
	write_conf(f, "two\nworkers = 9");
	kill(f->pid, SIGHUP);
	await_log(f, "\"event\":\"reloaded\"", 1);
	assert_int_equal(logged(f, "\"options\":\"workers\""), 1);
	await_count(&stage->starts, 2 * (WORKERS + 1));
	assert_int_equal(logged(f, "child.died"), 0);
	assert_int_equal(atomic_load(&stage->ends), WORKERS + 1);
	/* two asked for while one is under way are one more */
	kill(f->pid, SIGHUP);
	await_log(f, "\"event\":\"reloaded\"", 2);
	kill(f->pid, SIGTERM);
	assert_int_equal(ended(f), 0);
}

static void
a_broken_file_changes_nothing(void **state)
{
	struct fixture *f = *state;

	start(f);
	await_log(f, "\"event\":\"ready\"", 1);
	await_count(&stage->starts, WORKERS + 1);
	write_conf(f, "two\nnonsense = 1");
	kill(f->pid, SIGHUP);
	await_log(f, ":2: unknown option", 1);
	write_conf(f, "three");
	assert_int_equal(atomic_load(&stage->starts), WORKERS + 1);
	assert_int_equal(atomic_load(&stage->ends), 0);
	kill(f->pid, SIGTERM);
	assert_int_equal(ended(f), 0);
}

/*
 * A configuration that reads well and does not work: the old children and the old configuration
 * stay.
 */
static void
fails_to_reload(struct fixture *f, const char *issuer)
{
	start(f);
	await_log(f, "\"event\":\"ready\"", 1);
	await_count(&stage->starts, WORKERS + 1);
	write_conf(f, issuer);
	kill(f->pid, SIGHUP);
	await_log(f, "reload.failed", 1);
	assert_int_equal(atomic_load(&stage->ends), 0);
	assert_int_equal(atomic_load(&stage->starts), WORKERS + 2);
	kill(a_child(f), SIGKILL);
	await_count(&stage->starts, WORKERS + 3);
	(void)poll(NULL, 0, 50);
	/* its replacement works, so it has the old one */
	assert_int_equal(atomic_load(&stage->starts), WORKERS + 3);
	write_conf(f, "good");
	kill(f->pid, SIGHUP);
	await_log(f, "\"event\":\"reloaded\"", 1);
	kill(f->pid, SIGTERM);
	assert_int_equal(ended(f), 0);
}

static void
a_wrong_successor_replaces_nobody(void **state)
{
	fails_to_reload(*state, "wrong");
}

static void
a_slow_successor_replaces_nobody(void **state)
{
	fails_to_reload(*state, "slow");
}

static void
children_end_with_their_parent(void **state)
{
	struct fixture *f = *state;

	start(f);
	await_log(f, "\"event\":\"ready\"", 1);
	await_count(&stage->starts, WORKERS + 1);
	kill(f->pid, SIGKILL);
	await_count(&stage->ends, WORKERS + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(starts_and_ends, setup, teardown),
	    cmocka_unit_test_setup_teardown(interrupt_ends_it_too, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_dead_are_replaced, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_crash_loop_is_slowed_and_never_fatal, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(a_wrong_configuration_ends_the_first_start, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(who_does_not_end_is_killed, setup, teardown),
	    cmocka_unit_test_setup_teardown(who_gives_no_sign_of_life_is_replaced, setup, teardown),
	    cmocka_unit_test_setup_teardown(who_does_not_get_ready_is_replaced, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_reload_replaces_all, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_broken_file_changes_nothing, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_wrong_successor_replaces_nobody, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_slow_successor_replaces_nobody, setup, teardown),
	    cmocka_unit_test_setup_teardown(children_end_with_their_parent, setup, teardown),
	};

	return cmocka_run_group_tests_name("daemon_supervisor", tests, NULL, NULL);
}
