/* The gate's rule, as one table; and what its words mean. */
#include "unit.h"

#include "base/array.h"
#include "base/clock.h"
#include "domain/gate.h"

#define NOW (INT64_C(1800000000) * CLOCK_SECOND)
#define STRICTEST 600

static const struct gate_rule one = {.level = GATE_ONE_FACTOR};
static const struct gate_rule two = {.level = GATE_TWO_FACTOR};
static const struct gate_rule minute = {.level = GATE_TWO_FACTOR, .max_age = 60};

#define ACTIVE .signed_in = true, .state = SESSION_ACTIVE
#define VERIFIED ACTIVE, .has_factor = true, .verified_at = NOW - 59 * CLOCK_SECOND
#define OLD ACTIVE, .has_factor = true, .verified_at = NOW - 60 * CLOCK_SECOND

static void
the_table(void **state)
{
	static const struct {
		const char *what;
		struct auth_context auth;
		enum gate_decision one, two, minute;
	} rows[] = {
	    {"nobody", {0}, GATE_SIGN_IN, GATE_SIGN_IN, GATE_SIGN_IN},
	    {"nobody, whatever else is said",
		{.state = SESSION_ACTIVE,
		    .has_factor = true,
		    .verified_at = NOW,
		    .member = true,
		    .works_there = true},
		GATE_SIGN_IN, GATE_SIGN_IN, GATE_SIGN_IN},
	    {"factor outstanding",
		{.signed_in = true, .state = SESSION_MFA_REQUIRED, .has_factor = true},
		GATE_CHALLENGE, GATE_CHALLENGE, GATE_CHALLENGE},
	    {"factor outstanding, whatever else is said",
		{.signed_in = true,
		    .state = SESSION_MFA_REQUIRED,
		    .has_factor = true,
		    .verified_at = NOW},
		GATE_CHALLENGE, GATE_CHALLENGE, GATE_CHALLENGE},
	    {"no factor", {ACTIVE}, GATE_ALLOW, GATE_SET_UP, GATE_SET_UP},
	    {"verified once, without a factor now", {ACTIVE, .verified_at = NOW}, GATE_ALLOW,
		GATE_SET_UP, GATE_SET_UP},
	    {"factor, but not verified", {ACTIVE, .has_factor = true}, GATE_ALLOW, GATE_STEP_UP,
		GATE_STEP_UP},
	    {"verified", {VERIFIED}, GATE_ALLOW, GATE_ALLOW, GATE_ALLOW},
	    {"verified a minute ago", {OLD}, GATE_ALLOW, GATE_ALLOW, GATE_STEP_UP},
	    {"verified in the future", {ACTIVE, .has_factor = true, .verified_at = NOW + 1},
		GATE_ALLOW, GATE_ALLOW, GATE_STEP_UP},
	    {"deadline passed", {ACTIVE, .enrollment_required = true}, GATE_SET_UP, GATE_SET_UP,
		GATE_SET_UP},
	    {"deadline passed, by its state",
		{.signed_in = true, .state = SESSION_ENROLLMENT_REQUIRED}, GATE_SET_UP, GATE_SET_UP,
		GATE_SET_UP},
	    {"no member", {VERIFIED, .organization_asked = true}, GATE_FORBIDDEN, GATE_FORBIDDEN,
		GATE_FORBIDDEN},
	    {"no member, with a deadline elsewhere",
		{ACTIVE, .organization_asked = true, .enrollment_required = true}, GATE_FORBIDDEN,
		GATE_FORBIDDEN, GATE_FORBIDDEN},
	    {"member elsewhere", {VERIFIED, .organization_asked = true, .member = true}, GATE_ALLOW,
		GATE_SWITCH_ORGANIZATION, GATE_SWITCH_ORGANIZATION},
	    {"member elsewhere without factor",
		{ACTIVE, .organization_asked = true, .member = true}, GATE_ALLOW, GATE_SET_UP,
		GATE_SET_UP},
	    {"member here",
		{VERIFIED, .organization_asked = true, .member = true, .works_there = true},
		GATE_ALLOW, GATE_ALLOW, GATE_ALLOW},
	    {"member here, long ago",
		{OLD, .organization_asked = true, .member = true, .works_there = true}, GATE_ALLOW,
		GATE_ALLOW, GATE_STEP_UP},
	    {"member here, deadline passed",
		{ACTIVE, .organization_asked = true, .member = true, .works_there = true,
		    .enrollment_required = true},
		GATE_SET_UP, GATE_SET_UP, GATE_SET_UP},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_message("%s\n", rows[i].what);
		assert_int_equal(gate_decide(&one, &rows[i].auth, NOW), rows[i].one);
		assert_int_equal(gate_decide(&two, &rows[i].auth, NOW), rows[i].two);
		assert_int_equal(gate_decide(&minute, &rows[i].auth, NOW), rows[i].minute);
	}
}

static void
what_was_never_set_is_the_strictest(void **state)
{
	struct gate_rule none = {0};
	struct auth_context active = {ACTIVE};

	(void)state;
	assert_int_equal(none.level, GATE_TWO_FACTOR);
	assert_int_equal(gate_decide(&none, &active, NOW), GATE_SET_UP);
}

static void
words(void **state)
{
	static const struct {
		const char *level, *age;
		enum gate_level want;
		int64_t max_age;
	} rows[] = {
	    {"one_factor", NULL, GATE_ONE_FACTOR, 0},
	    {"one_factor", "", GATE_ONE_FACTOR, 0},
	    {"two_factor", NULL, GATE_TWO_FACTOR, 0},
	    {"two_factor", "", GATE_TWO_FACTOR, 0},
	    {"two_factor", "1", GATE_TWO_FACTOR, 1},
	    {"two_factor", "2592000", GATE_TWO_FACTOR, 2592000},
	    {"two_factor", "2592001", GATE_TWO_FACTOR, STRICTEST},
	    {"two_factor", "0", GATE_TWO_FACTOR, STRICTEST},
	    {"two_factor", "-1", GATE_TWO_FACTOR, STRICTEST},
	    {"two_factor", "60s", GATE_TWO_FACTOR, STRICTEST},
	    {"two_factor", " 60", GATE_TWO_FACTOR, STRICTEST},
	    {"two_factor", "99999999999999999999", GATE_TWO_FACTOR, STRICTEST},
	    {"one_factor", "60", GATE_TWO_FACTOR, STRICTEST},
	    {NULL, NULL, GATE_TWO_FACTOR, STRICTEST},
	    {"", "", GATE_TWO_FACTOR, STRICTEST},
	    {"bypass", NULL, GATE_TWO_FACTOR, STRICTEST},
	    {"One_Factor", NULL, GATE_TWO_FACTOR, STRICTEST},
	    {"one_factor ", NULL, GATE_TWO_FACTOR, STRICTEST},
	    {"one_factor,two_factor", NULL, GATE_TWO_FACTOR, STRICTEST},
	    {NULL, "99999", GATE_TWO_FACTOR, STRICTEST},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct gate_rule rule =
		    gate_rule_parse(str_of(rows[i].level), str_of(rows[i].age), STRICTEST);

		print_message("%s %s\n", rows[i].level != NULL ? rows[i].level : "-",
		    rows[i].age != NULL ? rows[i].age : "-");
		assert_int_equal(rule.level, rows[i].want);
		assert_int_equal(rule.max_age, rows[i].max_age);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_table),
	    cmocka_unit_test(what_was_never_set_is_the_strictest),
	    cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
