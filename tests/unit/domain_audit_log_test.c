/* Cursors of the audit log, and the names that its filters accept. */
#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "domain/audit_log.h"

static int
setup(void **state)
{
	*state = arena_new((size_t)1024 * 1024);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void
a_cursor_is_parsed_back(void **state)
{
	static const struct audit_cursor cursors[] = {
	    {.at = 1795424102000001, .account = {{1, 2, 3}}, .seq = 42},
	    {.at = 0, .account = {{0xff}}, .seq = 1},
	    {.at = AUDIT_TIME_MAX, .account = {{7}}, .seq = INT64_C(999999999999999)},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cursors); i++) {
		struct str text = audit_cursor_format(*state, &cursors[i]);
		struct audit_cursor again = {0};

		assert_true(audit_cursor_parse(text, &again));
		assert_int_equal(again.at, cursors[i].at);
		assert_int_equal(again.seq, cursors[i].seq);
		assert_true(uuid_eq(again.account, cursors[i].account));
		for (size_t n = 0; n < text.n; n++)
			assert_false(audit_cursor_parse(str_slice(text, 0, n), &again));
	}
}

static void
any_other_text_is_refused(void **state)
{
	static const char *const texts[] = {
	    "",
	    ".",
	    "..",
	    "1.2",
	    "1.2.",
	    "1.0.usr_01h455vb4pex5vsknk084sn02q",
	    "-1.2.usr_01h455vb4pex5vsknk084sn02q",
	    "1.-2.usr_01h455vb4pex5vsknk084sn02q",
	    "01.2.usr_01h455vb4pex5vsknk084sn02q",
	    "1.02.usr_01h455vb4pex5vsknk084sn02q",
	    "+1.2.usr_01h455vb4pex5vsknk084sn02q",
	    "1.2.ses_01h455vb4pex5vsknk084sn02q",
	    "1.2.usr_01h455vb4pex5vsknk084sn02q.",
	    "253402214400000001.2.usr_01h455vb4pex5vsknk084sn02q",
	    "1.9223372036854775808.usr_01h455vb4pex5vsknk084sn02q",
	    " 1.2.usr_01h455vb4pex5vsknk084sn02q",
	};
	struct audit_cursor cursor;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (audit_cursor_parse(str_of(texts[i]), &cursor))
			fail_msg("%s is a cursor", texts[i]);
	assert_true(audit_cursor_parse(STR("1.2.usr_01h455vb4pex5vsknk084sn02q"), &cursor));
}

static void
kinds_and_results_are_known_by_name(void **state)
{
	size_t count = 0;

	(void)state;
	for (; audit_kind_at(count) != NULL; count++) {
		assert_true(audit_kind_known(str_of(audit_kind_at(count))));
		assert_true(
		    str_eq(audit_kind_name((enum audit_kind)count), str_of(audit_kind_at(count))));
	}
	assert_true(count > 20);
	assert_false(audit_kind_known(STR("")));
	assert_false(audit_kind_known(STR("sign_in ")));
	assert_true(audit_result_known(STR("accepted")) && audit_result_known(STR("refused")));
	assert_false(audit_result_known(STR("Accepted")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_cursor_is_parsed_back),
	    cmocka_unit_test(any_other_text_is_refused),
	    cmocka_unit_test(kinds_and_results_are_known_by_name),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
