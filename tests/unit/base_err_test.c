/* The table of outcomes is complete and consistent. */
#include "unit.h"

#include "base/array.h"
#include "base/err.h"

static const enum err all[] = {
#define MEMBER(name, code, kind) name,
    ERR_TABLE(MEMBER)
#undef MEMBER
};

#define ALL_COUNT (ARRAY_SIZE(all))

static void
codes_are_distinct_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ALL_COUNT; i++) {
		const char *code = err_code(all[i]);

		assert_true(code[0] != '\0');
		assert_int_equal(strspn(code, "abcdefghijklmnopqrstuvwxyz_"), strlen(code));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(code, err_code(all[j]));
	}
	assert_string_equal(err_code(ERR_CODE_INVALID), "code_invalid");
}

static void
only_ok_is_ok(void **state)
{
	(void)state;
	assert_int_equal(err_kind(OK), ERR_KIND_OK);
	assert_int_equal(err_kind(ERR_CODE_INVALID), ERR_KIND_REFUSAL);
	assert_int_equal(err_kind(ERR_OUTCOME_UNKNOWN), ERR_KIND_FAILURE);
	for (size_t i = 1; i < ALL_COUNT; i++)
		assert_int_not_equal(err_kind(all[i]), ERR_KIND_OK);
}

static void
an_unknown_value_is_a_failure(void **state)
{
	(void)state;
	assert_int_equal(err_kind((enum err)ALL_COUNT), ERR_KIND_FAILURE);
	assert_int_equal(err_kind((enum err) - 1), ERR_KIND_FAILURE);
	assert_string_equal(err_code((enum err)ALL_COUNT), "internal");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(codes_are_distinct_words),
	    cmocka_unit_test(only_ok_is_ok),
	    cmocka_unit_test(an_unknown_value_is_a_failure),
	};

	return cmocka_run_group_tests_name("base_err", tests, NULL, NULL);
}
