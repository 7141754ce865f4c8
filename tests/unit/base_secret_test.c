/* Comparing, copying and wiping secrets. */
#include "unit.h"

#include "base/arena.h"
#include "base/secret.h"

static void
equality_needs_length_and_bytes(void **state)
{
	struct arena *a = arena_new(10000);
	struct secret x = secret_copy(a, STR("0123456789abcdef"));

	(void)state;
	assert_true(secret_eq(x, secret_copy(a, STR("0123456789abcdef"))));
	assert_false(secret_eq(x, secret_copy(a, STR("0123456789abcde"))));
	assert_true(secret_eq(secret_alloc(a, 0), (struct secret){0}));
	for (size_t i = 0; i < x.n; i++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			struct secret y = secret_copy(a, STR("0123456789abcdef"));

			y.p[i] = (unsigned char)(y.p[i] ^ 1U << bit);
			assert_false(secret_eq(x, y));
			assert_false(secret_eq_bytes(x.p, y.p, x.n));
			assert_true(secret_eq_bytes(x.p, y.p, i));
		}
	arena_free(a);
}

static void
copies_have_their_own_memory(void **state)
{
	struct arena *a = arena_new(1000);
	char typed[] = "hunter2";
	struct secret s = secret_copy(a, str_of(typed));

	(void)state;
	memset(typed, 'x', 7);
	assert_str(secret_reveal(s), "hunter2");
	assert_null(secret_copy(a, str_of(NULL)).p);
	assert_non_null(secret_copy(a, STR("")).p);
	assert_true(str_is_absent(secret_reveal((struct secret){0})));
	arena_free(a);
}

static void
wiping_overwrites(void **state)
{
	unsigned char bytes[] = {1, 2, 3, 4};

	(void)state;
	secret_wipe(bytes + 1, 2);
	assert_memory_equal(bytes, "\1\0\0\4", 4);
	secret_wipe(NULL, 0);
}

static void
new_secrets_are_zero(void **state)
{
	struct arena *a = arena_new(1000);
	struct secret s = secret_alloc(a, 33);

	(void)state;
	assert_int_equal(s.n, 33);
	for (size_t i = 0; i < s.n; i++)
		assert_int_equal(s.p[i], 0);
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(equality_needs_length_and_bytes),
	    cmocka_unit_test(copies_have_their_own_memory),
	    cmocka_unit_test(wiping_overwrites),
	    cmocka_unit_test(new_secrets_are_zero),
	};

	return cmocka_run_group_tests_name("base_secret", tests, NULL, NULL);
}
