#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "http/form.h"

/* The pairs of a form, in their order. */
struct pairs {
	struct str names[FORM_PAIRS_MAX];
	struct str values[FORM_PAIRS_MAX];
	int count;
};

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

/* Refuses the name "unknown", as the caller of the parser may. */
static bool
add(void *arg, struct str name, struct str value)
{
	struct pairs *pairs = arg;

	if (str_eq(name, STR("unknown")))
		return false;
	assert_in_range(pairs->count, 0, FORM_PAIRS_MAX - 1);
	pairs->names[pairs->count] = name;
	pairs->values[pairs->count++] = value;
	return true;
}

static enum err
parse(struct arena *a, struct str text, struct pairs *pairs)
{
	*pairs = (struct pairs){0};
	return form_parse(a, text, add, pairs);
}

static void
pairs_are_decoded_once(void **state)
{
	struct pairs p;

	assert_int_equal(parse(*state,
			     STR("email=a%40b.example&password=p+q%2B%26%3d%2541&next=%2F"), &p),
	    OK);
	assert_int_equal(p.count, 3);
	assert_str(p.names[0], "email");
	assert_str(p.values[0], "a@b.example");
	assert_str(p.names[1], "password");
	assert_str(p.values[1], "p q+&=%41");
	assert_str(p.names[2], "next");
	assert_str(p.values[2], "/");
}

static void
names_are_decoded_too(void **state)
{
	struct pairs p;

	assert_int_equal(parse(*state, STR("%6eext=/a=b"), &p), OK);
	assert_int_equal(p.count, 1);
	assert_str(p.names[0], "next");
	assert_str(p.values[0], "/a=b");
}

static void
empty_pairs_are_ignored(void **state)
{
	struct pairs p;

	assert_int_equal(parse(*state, STR(""), &p), OK);
	assert_int_equal(p.count, 0);
	assert_int_equal(parse(*state, STR_ABSENT, &p), OK);
	assert_int_equal(p.count, 0);
	assert_int_equal(parse(*state, STR("&&next=/&"), &p), OK);
	assert_int_equal(p.count, 1);
	assert_str(p.values[0], "/");
}

static void
a_value_may_be_empty(void **state)
{
	struct pairs p;

	assert_int_equal(parse(*state, STR("a&b=&=c"), &p), OK);
	assert_int_equal(p.count, 3);
	assert_str(p.names[0], "a");
	assert_str(p.values[0], "");
	assert_false(str_is_absent(p.values[0]));
	assert_str(p.values[1], "");
	assert_str(p.names[2], "");
}

static void
malformed(void **state)
{
	static const struct str cases[] = {
	    STR_INIT("next=%"),
	    STR_INIT("next=%4"),
	    STR_INIT("next=%4g"),
	    STR_INIT("next=%g4"),
	    STR_INIT("%zz=1"),
	    STR_INIT("next=%00"),
	    STR_INIT("next=a%00b"),
	    STR_INIT("ne%00xt=a"),
	    STR_INIT("next=a\0b"),
	    STR_INIT("next=%ff"),
	    STR_INIT("next=%c0%af"),
	    STR_INIT("next=%ed%a0%80"),
	    STR_INIT("next=\x80"),
	    STR_INIT("%c3=1"),
	    STR_INIT("next=1&unknown=1"),
	};
	struct pairs p;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (parse(*state, cases[i], &p) != ERR_BAD_REQUEST)
			fail_msg("case %zu: \"%.*s\"", i, STR_FMT(cases[i]));
}

static void
too_many_pairs(void **state)
{
	struct buf text = {.arena = *state};
	struct pairs p;

	for (int i = 0; i < FORM_PAIRS_MAX; i++)
		buf_printf(&text, "&f%d=x", i);
	assert_int_equal(parse(*state, buf_str(&text), &p), OK);
	assert_int_equal(p.count, FORM_PAIRS_MAX);
	buf_printf(&text, "&f%d=x", FORM_PAIRS_MAX);
	assert_int_equal(parse(*state, buf_str(&text), &p), ERR_BAD_REQUEST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(pairs_are_decoded_once, setup, teardown),
	    cmocka_unit_test_setup_teardown(names_are_decoded_too, setup, teardown),
	    cmocka_unit_test_setup_teardown(empty_pairs_are_ignored, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_value_may_be_empty, setup, teardown),
	    cmocka_unit_test_setup_teardown(malformed, setup, teardown),
	    cmocka_unit_test_setup_teardown(too_many_pairs, setup, teardown),
	};

	return cmocka_run_group_tests_name("http_form", tests, NULL, NULL);
}
