/* Arenas zero, align, limit and wipe their allocations. */
#include "unit.h"

#include "base/arena.h"

static void
allocations_are_zero_aligned_and_apart(void **state)
{
	struct arena *a = arena_new((size_t)256 * 1024);
	unsigned char *before = NULL;

	(void)state;
	for (size_t size = 0; size < 200; size++) {
		unsigned char *p = arena_alloc(a, size);

		assert_int_equal((uintptr_t)p % 16, 0);
		assert_true(p != before);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xaa, size);
		before = p;
	}
	arena_free(a);
}

static void
large_allocations_leave_room_for_small_ones(void **state)
{
	struct arena *a = arena_new(ARENA_REQUEST_MAX);
	unsigned char *small = arena_alloc(a, 8);
	unsigned char *large = arena_alloc(a, 300000);
	unsigned char *next = arena_alloc(a, 8);

	(void)state;
	memset(large, 1, 300000);
	assert_true(next > small && next < small + 256);
	assert_int_equal(next[0], 0);
	arena_free(a);
}

static void
reset_wipes_and_reclaims(void **state)
{
	struct arena *a = arena_new(ARENA_REQUEST_MAX);
	unsigned char *first = arena_alloc(a, 5000);
	unsigned char *again;

	(void)state;
	for (int round = 0; round < 3; round++) {
		memset(first, 0x5a, 5000);
		memset(arena_alloc(a, 900000), 0x5a, 900000);
		arena_reset(a);
		again = arena_alloc(a, 5000);
		assert_ptr_equal(again, first);
		for (size_t i = 0; i < 5000; i++)
			assert_int_equal(again[i], 0);
	}
	arena_free(a);
	arena_free(NULL);
}

static void
copies_hold_the_bytes(void **state)
{
	struct arena *a = arena_new(1000);
	const char from[] = "a\0b";

	(void)state;
	assert_memory_equal(arena_copy(a, from, sizeof(from)), from, sizeof(from));
	assert_non_null(arena_copy(a, NULL, 0));
	assert_non_null(arena_array(a, 3, 7));
	assert_non_null(arena_array(a, 0, 7));
	arena_free(a);
}

static void
allocate_two(void *sizes)
{
	const volatile size_t *n = sizes; /* volatile: the compiler must not see the sizes */
	struct arena *a = arena_new(4096);

	arena_alloc(a, n[0]);
	arena_alloc(a, n[1]);
	arena_free(a);
}

static void
allocate_array(void *sizes)
{
	const volatile size_t *n = sizes; /* volatile: the compiler must not see the sizes */
	struct arena *a = arena_new(4096);

	arena_array(a, n[0], n[1]);
	arena_free(a);
}

static void
limit_ends_the_process(void **state)
{
	size_t fits[] = {4080, 16};
	size_t sum[] = {4080, 17};
	size_t single[] = {16, 4097};
	size_t huge[] = {16, SIZE_MAX};
	size_t overflow[] = {SIZE_MAX / 2, 3};
	size_t array_fits[] = {16, 256};

	(void)state;
	assert_false(unit_aborts(allocate_two, fits));
	assert_true(unit_aborts(allocate_two, sum));
	assert_true(unit_aborts(allocate_two, single));
	assert_true(unit_aborts(allocate_two, huge));
	assert_false(unit_aborts(allocate_array, array_fits));
	assert_true(unit_aborts(allocate_array, overflow));
}

static void
limit_applies_between_two_resets(void **state)
{
	struct arena *a = arena_new(4096);

	(void)state;
	for (int i = 0; i < 10; i++) {
		assert_non_null(arena_alloc(a, 4096));
		arena_reset(a);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(allocations_are_zero_aligned_and_apart),
	    cmocka_unit_test(large_allocations_leave_room_for_small_ones),
	    cmocka_unit_test(reset_wipes_and_reclaims),
	    cmocka_unit_test(copies_hold_the_bytes),
	    cmocka_unit_test(limit_ends_the_process),
	    cmocka_unit_test(limit_applies_between_two_resets),
	};

	return cmocka_run_group_tests_name("base_arena", tests, NULL, NULL);
}
