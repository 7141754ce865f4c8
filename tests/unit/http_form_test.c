#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "http/form.h"

static const struct field table[] = {
    FIELD("email", FIELD_EMAIL, true),
    FIELD("password", FIELD_PASSWORD, true),
    FIELD("next", FIELD_PATH, false),
    FIELD_END,
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

static enum err
parse(struct arena *a, struct str text, struct fields *fs)
{
	*fs = field_prepare(a, table);
	return form_parse(a, text, fs);
}

static void
pairs_are_decoded_once(void **state)
{
	struct arena *a = *state;
	struct fields fs;

	assert_int_equal(parse(a, STR("email=a%40b.example&password=p+q%2B%26%3d%2541&next=%2F"),
			     &fs),
	    OK);
	assert_true(field_check(a, &fs));
	assert_str(field_text(&fs, "email"), "a@b.example");
	assert_str(secret_reveal(field_secret(a, &fs, "password")), "p q+&=%41");
	assert_str(field_text(&fs, "next"), "/");
}

static void
names_are_decoded_too(void **state)
{
	struct arena *a = *state;
	struct fields fs;

	assert_int_equal(parse(a, STR("%6eext=/a=b"), &fs), OK);
	assert_str(fs.values[2].text, "/a=b");
}

static void
nothing_between(void **state)
{
	struct arena *a = *state;
	struct fields fs;

	assert_int_equal(parse(a, STR(""), &fs), OK);
	assert_int_equal(parse(a, STR_ABSENT, &fs), OK);
	assert_int_equal(parse(a, STR("&&next=/&"), &fs), OK);
	assert_str(fs.values[2].text, "/");
	assert_int_equal(parse(a, STR("next"), &fs), OK);
	assert_false(field_check(a, &fs)); /* email and password are missing */
}

static void
refused(void **state)
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
	    STR_INIT("unknown=1"),
	    STR_INIT("Next=1"),
	    STR_INIT("=1"),
	    STR_INIT("next=1&next=1"),
	    STR_INIT("next=&%6eext="),
	    STR_INIT("next&next"),
	    STR_INIT("next[]=1"),
	};
	struct arena *a = *state;
	struct fields fs;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (parse(a, cases[i], &fs) != ERR_BAD_REQUEST)
			fail_msg("case %zu: \"%.*s\"", i, STR_FMT(cases[i]));
}

static void
too_many_pairs(void **state)
{
	struct arena *a = *state;
	struct field many[FORM_PAIRS_MAX + 2] = {{0}};
	struct buf text = {.arena = a};
	struct fields fs;

	for (int i = 0; i <= FORM_PAIRS_MAX; i++) {
		many[i].name = str_printf(a, "f%d", i).p;
		many[i].type = FIELD_WORD;
	}
	for (int i = 0; i < FORM_PAIRS_MAX; i++)
		buf_printf(&text, "&f%d=x", i);
	fs = field_prepare(a, many);
	assert_int_equal(form_parse(a, buf_str(&text), &fs), OK);
	buf_printf(&text, "&f%d=x", FORM_PAIRS_MAX);
	fs = field_prepare(a, many);
	assert_int_equal(form_parse(a, buf_str(&text), &fs), ERR_BAD_REQUEST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(pairs_are_decoded_once, setup, teardown),
	    cmocka_unit_test_setup_teardown(names_are_decoded_too, setup, teardown),
	    cmocka_unit_test_setup_teardown(nothing_between, setup, teardown),
	    cmocka_unit_test_setup_teardown(refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(too_many_pairs, setup, teardown),
	};

	return cmocka_run_group_tests_name("http_form", tests, NULL, NULL);
}
