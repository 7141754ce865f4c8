/* Password hashes: right, wrong, foreign and malformed ones, and what checking them costs. */
#include "unit.h"

#include <time.h>

#include "base/arena.h"
#include "base/array.h"
#include "crypto/pwhash.h"

/* Cheap parameters for tests of results, and ones that cost enough to be measured. */
static const struct pwhash_params small = {.memory_kib = 64, .passes = 1};
static const struct pwhash_params large = {.memory_kib = 16384, .passes = 2};

static int
setup(void **state)
{
	*state = arena_new(ARENA_REQUEST_MAX);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static double
cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
right_and_wrong_passwords(void **state)
{
	struct arena *a = *state;
	struct secret password = secret_copy(a, STR("correct horse \xf0\x9f\x94\x92"));
	struct str hash = pwhash_make(a, &small, password);

	assert_true(str_starts(hash, STR("$argon2id$v=19$m=64,t=1,p=1$")));
	assert_true(pwhash_verify(&small, hash, password));
	assert_true(pwhash_verify(&large, hash, password));
	assert_false(pwhash_verify(&small, hash, secret_copy(a, STR("correct horse"))));
	assert_false(
	    pwhash_verify(&small, hash, secret_copy(a, STR("Correct horse \xf0\x9f\x94\x92"))));
	assert_false(pwhash_verify(&small, hash, (struct secret){0}));
	assert_false(str_eq(hash, pwhash_make(a, &small, password)));
}

static void
empty_and_long_passwords(void **state)
{
	struct arena *a = *state;
	struct secret none = {0};
	struct secret x = secret_alloc(a, 1024);
	struct secret y = secret_alloc(a, 1024);

	assert_true(pwhash_verify(&small, pwhash_make(a, &small, none), secret_copy(a, STR(""))));
	/* The last byte of a long password counts. */
	y.p[1023] = 1;
	assert_false(pwhash_verify(&small, pwhash_make(a, &small, x), y));
}

/* Hashes of "password" from the tests of the Argon2 reference implementation. */
static void
foreign_hashes(void **state)
{
	static const char *const hashes[] = {
	    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	    "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
	};

	for (size_t i = 0; i < ARRAY_SIZE(hashes); i++) {
		assert_true(
		    pwhash_verify(&small, str_of(hashes[i]), secret_copy(*state, STR("password"))));
		assert_false(
		    pwhash_verify(&small, str_of(hashes[i]), secret_copy(*state, STR("Password"))));
	}
}

static void
outdated_hashes(void **state)
{
	struct arena *a = *state;
	struct pwhash_params other = small;
	struct str hash = pwhash_make(a, &small, secret_copy(a, STR("x")));

	assert_false(pwhash_outdated(&small, hash));
	other.passes = 2;
	assert_true(pwhash_outdated(&other, hash));
	other = small;
	other.memory_kib = 65;
	assert_true(pwhash_outdated(&other, hash));
	assert_true(pwhash_outdated(&small, str_of(NULL)));
	assert_true(pwhash_outdated(&small, STR("$2b$12$abcdefghijklmnopqrstuv")));
	assert_true(pwhash_outdated(&small, STR("$argon2id$v=19$m=64,t=1,p=2$c29tZXNhbHQ$AAAA")));
}

#define SALT_AND_HASH "$c29tZXNhbHRzb21lc2FsdA$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"

static const struct str malformed[] = {
    STR_INIT(""),
    STR_INIT("x"),
    STR_INIT("$"),
    STR_INIT("$argon2id"),
    STR_INIT("$argon2id$v=19$m=64,t=1,p=1"),
    STR_INIT("$argon2id$v=19$m=64,t=1,p=1$"),
    STR_INIT("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$"),
    STR_INIT("$argon2id$v=19$m=64,t=1,p=1$!!!!$!!!!"),
    STR_INIT("$argon2id$v=19$m=64,t=1,p=1" SALT_AND_HASH "$"),
    STR_INIT("$argon2i$v=19$m=64,t=1,p=1" SALT_AND_HASH),
    STR_INIT("$argon2id$v=16$m=64,t=1,p=1" SALT_AND_HASH),
    STR_INIT("$argon2id$m=64,t=1,p=1" SALT_AND_HASH),
    STR_INIT("argon2id$v=19$m=64,t=1,p=1" SALT_AND_HASH),
    STR_INIT("$argon2id$v=19$t=1,m=64,p=1" SALT_AND_HASH),
    STR_INIT("$argon2id$v=19$m=64,t=1" SALT_AND_HASH),
    STR_INIT("$argon2id$v=19$m=64,t=1,p=1,x=1" SALT_AND_HASH),
    STR_INIT("$argon2id$v=19$m=,t=1,p=1" SALT_AND_HASH),
    STR_INIT("$argon2id$v=19$m=-64,t=1,p=1" SALT_AND_HASH),
    STR_INIT("$argon2id$v=19$m=064,t=1,p=1" SALT_AND_HASH),
    STR_INIT("$argon2id$v=19$m=7,t=1,p=1" SALT_AND_HASH),
    STR_INIT("$argon2id$v=19$m=8,t=1,p=8" SALT_AND_HASH),
    STR_INIT("$argon2id$v=19$m=1048577,t=1,p=1" SALT_AND_HASH),
    STR_INIT("$argon2id$v=19$m=4294967296,t=1,p=1" SALT_AND_HASH),
    STR_INIT("$argon2id$v=19$m=64,t=0,p=1" SALT_AND_HASH),
    STR_INIT("$argon2id$v=19$m=64,t=17,p=1" SALT_AND_HASH),
    STR_INIT("$argon2id$v=19$m=64,t=4294967295,p=1" SALT_AND_HASH),
    STR_INIT("$argon2id$v=19$m=64,t=1,p=0" SALT_AND_HASH),
    STR_INIT("$argon2id$v=19$m=64,t=1,p=256" SALT_AND_HASH),
    STR_INIT("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA\0$AAAA"),
};

static void
malformed_hashes_verify_nothing(void **state)
{
	char endless[2000];

	for (size_t i = 0; i < ARRAY_SIZE(malformed); i++)
		if (pwhash_verify(&small, malformed[i], secret_copy(*state, STR("password"))))
			fail_msg("row %zu was accepted", i);
	memset(endless, 'A', sizeof(endless));
	memcpy(endless, "$argon2id$v=19$m=64,t=1,p=1$AAAA$", 33);
	assert_false(pwhash_verify(&small, (struct str){.p = endless, .n = sizeof(endless)},
	    secret_copy(*state, STR("password"))));
	assert_false(pwhash_verify(&small, str_of(NULL), secret_copy(*state, STR("password"))));
	assert_false(pwhash_verify(&small, str_of(NULL), (struct secret){0}));
}

/* The shortest of three runs, so that a busy machine does not matter. */
static double
verify_cost(struct str hash, struct secret password)
{
	double best = 1e9;

	for (int i = 0; i < 3; i++) {
		double start = cpu_ms();
		double cost;

		pwhash_verify(&large, hash, password);
		cost = cpu_ms() - start;
		best = cost < best ? cost : best;
	}
	return best;
}

/* An unknown or malformed hash costs what a wrong password costs, and none costs more. */
static void
every_check_costs_the_same(void **state)
{
	static const size_t some[] = {0, 4, 7, 20, 21, 23, 25};
	struct arena *a = *state;
	struct secret password = secret_copy(a, STR("password"));
	double wrong = verify_cost(pwhash_make(a, &large, secret_copy(a, STR("other"))), password);

	assert_true(verify_cost(str_of(NULL), password) > wrong / 2);
	assert_true(verify_cost(str_of(NULL), password) < wrong * 2);
	for (size_t i = 0; i < ARRAY_SIZE(some); i++) {
		double cost = verify_cost(malformed[some[i]], password);

		if (cost < wrong / 2 || cost > wrong * 2)
			fail_msg("row %zu costs %.2f ms, a wrong password %.2f ms", some[i], cost,
			    wrong);
	}
}

struct attempt {
	const struct pwhash_params *p;
	struct str hash;
	struct secret password;
};

/* Leaves the process 8 MiB of the 16 MiB that it needs. */
static void
verify_in_little_memory(void *attempt)
{
	const struct attempt *t = attempt;
	FILE *f = fopen("/proc/self/statm", "r");
	char pages[32];
	struct rlimit r = {0};

	if (f == NULL || fgets(pages, sizeof(pages), f) == NULL)
		_exit(2);
	fclose(f);
	r.rlim_cur = strtoull(pages, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE) + 8 * 1024 * 1024;
	r.rlim_max = r.rlim_cur;
	setrlimit(RLIMIT_AS, &r);
	pwhash_verify(t->p, t->hash, t->password);
}

/* A lack of memory must not make a right password count as wrong. */
static void
lack_of_memory_ends_the_process(void **state)
{
	struct arena *a = *state;
	struct attempt t = {.p = &small, .password = secret_copy(a, STR("x"))};

	assert_false(unit_aborts(verify_in_little_memory, &t));
	t.p = &large;
	assert_true(unit_aborts(verify_in_little_memory, &t));
	t.hash = pwhash_make(a, &large, t.password);
	assert_true(unit_aborts(verify_in_little_memory, &t));
}

static void
make_impossible(void *arena)
{
	const struct pwhash_params none = {.memory_kib = 1, .passes = 1};

	pwhash_make(arena, &none, (struct secret){0});
}

static void
impossible_parameters_end_the_process(void **state)
{
	assert_true(unit_aborts(make_impossible, *state));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(right_and_wrong_passwords),
	    cmocka_unit_test(empty_and_long_passwords),
	    cmocka_unit_test(foreign_hashes),
	    cmocka_unit_test(outdated_hashes),
	    cmocka_unit_test(malformed_hashes_verify_nothing),
	    cmocka_unit_test(every_check_costs_the_same),
	    cmocka_unit_test(lack_of_memory_ends_the_process),
	    cmocka_unit_test(impossible_parameters_end_the_process),
	};

	return cmocka_run_group_tests_name("crypto_pwhash", tests, setup, teardown);
}
