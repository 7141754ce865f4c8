/* The check of input fields: good, bad and longest values of each type. */
#include "unit.h"

#include "base/arena.h"
#include "domain/account.h"
#include "web/field.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FACTOR_ID "fct_01h455vb4pex5vsknk084sn02q"
#define SESSION_ID "ses_01h455vb4pex5vsknk084sn02q"

static const struct field login[] = {
    FIELD("email", FIELD_EMAIL, true),
    FIELD("password", FIELD_PASSWORD, true),
    FIELD("next", FIELD_PATH, false),
    FIELD("factor", FIELD_FACTOR, false),
    FIELD_END,
};

static int
setup(void **state)
{
	*state = arena_new((size_t)4 * ARENA_REQUEST_MAX);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* Checks one value against one type; the normal form goes to `out`. */
static bool
fits(struct arena *a, enum field_type type, struct str value, struct str *out)
{
	const struct field table[] = {FIELD("x", type, true), FIELD_END};
	struct fields fs = field_prepare(a, table);
	bool valid;

	assert_true(field_set(a, &fs, STR("x"), value));
	valid = field_check(a, &fs);
	assert_int_equal(valid, fs.values[0].valid);
	*out = field_text(&fs, "x");
	return valid;
}

static void
good_values(void **state)
{
	static const struct {
		enum field_type type;
		const char *given;
		const char *kept;
	} rows[] = {
	    {FIELD_EMAIL, "a@b", "a@b"},
	    {FIELD_EMAIL, "Mia.Bos+x@Example.ORG", "mia.bos+x@example.org"},
	    {FIELD_EMAIL, "j\xc3\xb6rg@example.org", "j\xc3\xb6rg@example.org"},
	    {FIELD_PASSWORD, " Two  words\t\n", " Two  words\t\n"},
	    {FIELD_PASSWORD, "\xf0\x9f\x94\x92", "\xf0\x9f\x94\x92"},
	    {FIELD_CODE, "123 456", "123 456"},
	    {FIELD_CODE, "x", "x"},
	    {FIELD_LABEL, " My phone \t", "My phone"},
	    {FIELD_LABEL, "T\xc3\xa9l\xc3\xa9phone", "T\xc3\xa9l\xc3\xa9phone"},
	    {FIELD_PATH, "//evil.example/\\", "//evil.example/\\"},
	    {FIELD_FACTOR, FACTOR_ID, FACTOR_ID},
	    {FIELD_SESSION, SESSION_ID, SESSION_ID},
	    {FIELD_WORD, "all-sessions_2", "all-sessions_2"},
	};
	struct str kept;

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (!fits(*state, rows[i].type, str_of(rows[i].given), &kept))
			fail_msg("\"%s\" was refused", rows[i].given);
		assert_string_equal(str_c(*state, kept), rows[i].kept);
	}
}

static void
bad_values(void **state)
{
	static const struct {
		enum field_type type;
		struct str given;
	} rows[] = {
	    {FIELD_EMAIL, STR_INIT("")},
	    {FIELD_EMAIL, STR_INIT("a")},
	    {FIELD_EMAIL, STR_INIT("@")},
	    {FIELD_EMAIL, STR_INIT("@b")},
	    {FIELD_EMAIL, STR_INIT("a@")},
	    {FIELD_EMAIL, STR_INIT("a@b@c")},
	    {FIELD_EMAIL, STR_INIT("a b@c")},
	    {FIELD_EMAIL, STR_INIT(" a@b")},
	    {FIELD_EMAIL, STR_INIT("a@b\n")},
	    {FIELD_EMAIL, STR_INIT("a\0@b")},
	    {FIELD_EMAIL, STR_INIT("a\x7f@b")},
	    {FIELD_EMAIL, STR_INIT("a\xff@b")},
	    {FIELD_PASSWORD, STR_INIT("")},
	    {FIELD_PASSWORD, STR_INIT("a\0b")},
	    {FIELD_PASSWORD, STR_INIT("\xc3")},
	    {FIELD_CODE, STR_INIT("")},
	    {FIELD_CODE, STR_INIT("1\0")},
	    {FIELD_CODE, STR_INIT("\xed\xa0\x80")},
	    {FIELD_LABEL, STR_INIT("")},
	    {FIELD_LABEL, STR_INIT(" \t ")},
	    {FIELD_LABEL, STR_INIT("a\tb")},
	    {FIELD_LABEL, STR_INIT("a\0b")},
	    {FIELD_LABEL, STR_INIT("\xc0\xaf")},
	    {FIELD_PATH, STR_INIT("/\0")},
	    {FIELD_PATH, STR_INIT("/\xff")},
	    {FIELD_FACTOR, STR_INIT(SESSION_ID)},
	    {FIELD_FACTOR, STR_INIT(FACTOR_ID "q")},
	    {FIELD_FACTOR, STR_INIT(" " FACTOR_ID)},
	    {FIELD_SESSION, STR_INIT(FACTOR_ID)},
	    {FIELD_SESSION, STR_INIT("ses_")},
	    {FIELD_WORD, STR_INIT("")},
	    {FIELD_WORD, STR_INIT("A")},
	    {FIELD_WORD, STR_INIT("a b")},
	    {FIELD_WORD, STR_INIT("a.b")},
	    {FIELD_WORD, STR_INIT("a\0")},
	    {FIELD_WORD, STR_INIT("\xc3\xa4")},
	};
	struct str kept;

	for (size_t i = 0; i < COUNT(rows); i++)
		if (fits(*state, rows[i].type, rows[i].given, &kept))
			fail_msg("row %zu, \"%s\", was taken", i, rows[i].given.p);
}

static void
longest_values(void **state)
{
	static const struct {
		enum field_type type;
		size_t max;
	} rows[] = {
	    {FIELD_EMAIL, ACCOUNT_EMAIL_MAX},
	    {FIELD_PASSWORD, ACCOUNT_PASSWORD_MAX},
	    {FIELD_CODE, FIELD_CODE_MAX},
	    {FIELD_LABEL, FIELD_LABEL_MAX},
	    {FIELD_PATH, FIELD_PATH_MAX},
	    {FIELD_WORD, 32},
	    {FIELD_TEXT, FIELD_TEXT_MAX},
	};
	struct str kept;
	char text[FIELD_PATH_MAX + 1];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct str value = {.p = text, .n = rows[i].max};

		memset(text, 'a', sizeof(text));
		if (rows[i].type == FIELD_EMAIL)
			text[100] = '@';
		assert_true(fits(*state, rows[i].type, value, &kept));
		assert_int_equal(kept.n, rows[i].max);
		value.n++;
		assert_false(fits(*state, rows[i].type, value, &kept));
	}
	/* A line of text is counted in characters: U+1F334 has four bytes. */
	for (size_t n = FIELD_TEXT_MAX; n <= FIELD_TEXT_MAX + 1; n++) {
		for (size_t i = 0; i < n; i++)
			memcpy(text + 4 * i, "\xf0\x9f\x8c\xb4", 4);
		assert_true(fits(*state, FIELD_TEXT, (struct str){.p = text, .n = 4 * n}, &kept) ==
			    (n == FIELD_TEXT_MAX));
	}
	memset(text, 'a', sizeof(text));
	/* What is trimmed away does not count. */
	text[0] = ' ';
	assert_true(
	    fits(*state, FIELD_LABEL, (struct str){.p = text, .n = FIELD_LABEL_MAX + 1}, &kept));
}

static void
required_and_optional(void **state)
{
	struct arena *a = *state;
	struct fields fs = field_prepare(a, login);

	assert_int_equal(fs.count, 4);
	assert_false(field_check(a, &fs));
	assert_false(fs.values[0].valid);
	assert_true(fs.values[2].valid);
	assert_true(field_set(a, &fs, STR("email"), STR("A@B")));
	assert_true(field_set(a, &fs, STR("password"), STR("secret")));
	assert_true(field_set(a, &fs, STR("next"), STR("")));
	assert_true(field_check(a, &fs));
	assert_str(field_text(&fs, "email"), "a@b");
	assert_true(str_is_absent(field_text(&fs, "next")));
	assert_true(str_is_absent(field_text(&fs, "factor")));
	assert_true(uuid_is_nil(field_id(&fs, "factor")));
	assert_str(secret_reveal(field_secret(a, &fs, "password")), "secret");
	assert_null(field_secret(a, &fs, "next").p);
}

static void
one_bad_value_spoils_all(void **state)
{
	struct arena *a = *state;
	struct fields fs = field_prepare(a, login);

	assert_true(field_set(a, &fs, STR("email"), STR("a@b")));
	assert_true(field_set(a, &fs, STR("password"), STR("secret")));
	assert_true(field_set(a, &fs, STR("factor"), STR("fct_nonsense")));
	assert_false(field_check(a, &fs));
	assert_true(fs.values[0].valid);
	assert_false(fs.values[3].valid);
	assert_str(field_text(&fs, "factor"), "fct_nonsense");
	assert_true(uuid_is_nil(field_id(&fs, "factor")));
}

static void
unknown_and_repeated(void **state)
{
	struct arena *a = *state;
	struct fields fs = field_prepare(a, login);

	assert_false(field_set(a, &fs, STR("role"), STR("owner")));
	assert_false(field_set(a, &fs, STR("Email"), STR("a@b")));
	assert_false(field_set(a, &fs, STR("email\0"), STR("a@b")));
	assert_false(field_set(a, &fs, STR(""), STR("a@b")));
	assert_true(field_set(a, &fs, STR("email"), STR("first@b")));
	assert_false(field_set(a, &fs, STR("email"), STR("second@b")));
	assert_str(field_text(&fs, "email"), "first@b");
	assert_true(field_set(a, &fs, STR("next"), STR("")));
	assert_false(field_set(a, &fs, STR("next"), STR("/x")));
	assert_true(field_set(a, &fs, STR("factor"), str_of(NULL)));
	assert_false(field_set(a, &fs, STR("factor"), STR(FACTOR_ID)));
}

static void
forms(void **state)
{
	static const char *const refused[] = {"unknown=1", "Next=1", "=1", "next=1&next=1",
	    "next=&%6eext=", "next&next", "next[]=1", "next=%"};
	struct fields fs = field_prepare(*state, login);

	assert_int_equal(field_set_form(*state, &fs, STR("email=A%40B&password=a+b&next")), OK);
	assert_true(field_check(*state, &fs));
	assert_str(field_text(&fs, "email"), "a@b");
	assert_str(field_text(&fs, "password"), "a b");
	assert_true(str_is_absent(field_text(&fs, "next")));
	for (size_t i = 0; i < COUNT(refused); i++) {
		fs = field_prepare(*state, login);
		assert_int_equal(field_set_form(*state, &fs, str_of(refused[i])), ERR_BAD_REQUEST);
	}
}

static void
identifiers(void **state)
{
	static const struct field table[] = {
	    FIELD("f", FIELD_FACTOR, true),
	    FIELD("s", FIELD_SESSION, true),
	    FIELD_END,
	};
	struct arena *a = *state;
	struct fields fs = field_prepare(a, table);

	assert_true(field_set(a, &fs, STR("f"), STR(FACTOR_ID)));
	assert_true(field_set(a, &fs, STR("s"), STR(SESSION_ID)));
	assert_true(field_check(a, &fs));
	assert_str(id_format(a, ID_FACTOR, field_id(&fs, "f")), FACTOR_ID);
	assert_str(id_format(a, ID_SESSION, field_id(&fs, "s")), SESSION_ID);
}

static void
a_value_of_its_type_is_rejected(void **state)
{
	struct arena *a = *state;
	struct fields fs = field_prepare(a, login);

	assert_true(field_set(a, &fs, STR("email"), STR("a@b")));
	assert_true(field_set(a, &fs, STR("password"), STR("x")));
	assert_true(field_check(a, &fs));
	assert_null(field_rejected(&fs));
	field_reject(&fs, "password");
	assert_string_equal(field_rejected(&fs), "password");
	field_reject(&fs, "email");
	assert_string_equal(field_rejected(&fs), "email");
}

static void
values_are_copies(void **state)
{
	struct arena *a = *state;
	struct fields fs = field_prepare(a, login);
	char body[] = "a@b";

	assert_true(field_set(a, &fs, STR("email"), str_of(body)));
	memset(body, 'x', 3);
	assert_str(field_text(&fs, "email"), "a@b");
}

static void
read_unknown(void *arena)
{
	struct fields fs = field_prepare(arena, login);

	field_text(&fs, "role");
}

static void
read_word_as_id(void *arena)
{
	struct fields fs = field_prepare(arena, login);

	field_id(&fs, "email");
}

static void
reject_unknown(void *arena)
{
	struct fields fs = field_prepare(arena, login);

	field_reject(&fs, "role");
}

static void
wrong_reading_ends_the_process(void **state)
{
	assert_true(unit_aborts(read_unknown, *state));
	assert_true(unit_aborts(read_word_as_id, *state));
	assert_true(unit_aborts(reject_unknown, *state));
}

static void
texts_numbers_and_times(void **state)
{
	static const struct field table[] = {
	    FIELD("reason", FIELD_TEXT, true),
	    FIELD("days", FIELD_NUMBER, false),
	    FIELD("until", FIELD_TIME, false),
	    FIELD("account", FIELD_ACCOUNT, false),
	    FIELD_END,
	};
	static const char *const no_numbers[] = {"1000000001", "-1", "1.0", "+1",
	    "99999999999999999999"};
	struct fields fs = field_prepare(*state, table);
	char text[FIELD_TEXT_MAX + 1];
	struct str out;

	memset(text, 'x', sizeof(text));
	assert_true(fits(*state, FIELD_TEXT, (struct str){text, FIELD_TEXT_MAX}, &out));
	assert_false(fits(*state, FIELD_TEXT, (struct str){text, FIELD_TEXT_MAX + 1}, &out));
	assert_false(fits(*state, FIELD_TEXT, STR("two\nlines"), &out));
	assert_false(fits(*state, FIELD_TEXT, STR("   "), &out));
	assert_true(fits(*state, FIELD_NUMBER, STR("0"), &out));
	assert_true(fits(*state, FIELD_NUMBER, STR("1000000000"), &out));
	for (size_t i = 0; i < COUNT(no_numbers); i++)
		assert_false(fits(*state, FIELD_NUMBER, str_of(no_numbers[i]), &out));
	assert_true(fits(*state, FIELD_TIME, STR("2026-11-23"), &out));
	assert_false(fits(*state, FIELD_TIME, STR("2026-11-31"), &out));
	assert_true(fits(*state, FIELD_ACCOUNT, STR("usr_01h455vb4pex5vsknk084sn02q"), &out));
	assert_false(fits(*state, FIELD_ACCOUNT, STR(FACTOR_ID), &out));

	assert_true(field_set(*state, &fs, STR("reason"), STR(" lost phone ")));
	assert_true(field_set(*state, &fs, STR("until"), STR("2026-11-23T08:55:02Z")));
	assert_true(field_set(*state, &fs, STR("account"), STR("usr_01h455vb4pex5vsknk084sn02q")));
	assert_true(field_check(*state, &fs));
	assert_str(field_text(&fs, "reason"), "lost phone");
	assert_int_equal(field_time(&fs, "until"), INT64_C(1795424102000000));
	assert_int_equal(field_number(&fs, "days", 14), 14);
	assert_false(uuid_is_nil(field_id(&fs, "account")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_values),
	    cmocka_unit_test(bad_values),
	    cmocka_unit_test(longest_values),
	    cmocka_unit_test(required_and_optional),
	    cmocka_unit_test(one_bad_value_spoils_all),
	    cmocka_unit_test(unknown_and_repeated),
	    cmocka_unit_test(forms),
	    cmocka_unit_test(identifiers),
	    cmocka_unit_test(texts_numbers_and_times),
	    cmocka_unit_test(a_value_of_its_type_is_rejected),
	    cmocka_unit_test(values_are_copies),
	    cmocka_unit_test(wrong_reading_ends_the_process),
	};

	return cmocka_run_group_tests_name("web_field", tests, setup, teardown);
}
