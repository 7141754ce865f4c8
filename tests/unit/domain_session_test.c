/* Sessions: how long they count, and what a change still has to ask. */
#include "unit.h"

#include "base/clock.h"
#include "domain/session.h"
#include "domain/subject.h"

#define NOW (INT64_C(1800000000) * CLOCK_SECOND)
#define IDLE 3600
#define AGE 600
#define AGES ((struct proof_ages){.password = AGE, .verification = AGE})

static void
ends_to_the_microsecond(void **state)
{
	struct session s = {.expires_at = NOW, .last_seen_at = NOW - 1};

	(void)state;
	assert_true(session_alive(&s, IDLE, NOW - 1));
	assert_false(session_alive(&s, IDLE, NOW));
	s.expires_at = NOW + CLOCK_DAY;
	s.last_seen_at = NOW - IDLE * CLOCK_SECOND;
	assert_false(session_alive(&s, IDLE, NOW));
	assert_true(session_alive(&s, IDLE, NOW - 1));
}

static void
asks_for_what_is_stale(void **state)
{
	const int64_t fresh = NOW - AGE * CLOCK_SECOND + 1, stale = NOW - AGE * CLOCK_SECOND;
	static const int64_t none = 0;
	struct session s = {0};
	struct stepup m;

	(void)state;
	s.password_at = fresh;
	s.verified_at = fresh;
	m = stepup_missing(&s, true, AGES, NOW);
	assert_false(m.password || m.verification);
	s.password_at = stale;
	m = stepup_missing(&s, true, AGES, NOW);
	assert_true(m.password && !m.verification);
	s.password_at = fresh;
	s.verified_at = stale;
	m = stepup_missing(&s, true, AGES, NOW);
	assert_true(!m.password && m.verification);
	s.verified_at = none;
	m = stepup_missing(&s, true, AGES, NOW);
	assert_true(m.verification);
	m = stepup_missing(&s, false, AGES, NOW);
	assert_false(m.password || m.verification);
}

static void
a_future_time_is_not_fresh(void **state)
{
	struct session s = {.password_at = NOW + 1, .verified_at = NOW + CLOCK_DAY};
	struct stepup m = stepup_missing(&s, true, AGES, NOW);

	(void)state;
	assert_true(m.password && m.verification);
}

static void
failures_count_against_a_session_without_a_fresh_password(void **state)
{
	struct session s = {.state = SESSION_ACTIVE, .password_at = NOW - AGE * CLOCK_SECOND + 1};

	(void)state;
	assert_false(session_counts_failures(&s, AGE, NOW));
	assert_true(session_counts_failures(&s, AGE, NOW + 1));
	s.state = SESSION_MFA_REQUIRED;
	assert_false(session_counts_failures(&s, AGE, NOW + 1));
}

static void
activity_is_recorded_seldom_but_never_too_late(void **state)
{
	struct session s = {.last_seen_at = NOW};

	(void)state;
	assert_int_equal(session_activity(s.last_seen_at, IDLE, NOW + 60 * CLOCK_SECOND - 1),
	    ACTIVITY_RECENT);
	assert_int_equal(session_activity(s.last_seen_at, IDLE, NOW + 60 * CLOCK_SECOND),
	    ACTIVITY_QUEUE);
	assert_int_equal(session_activity(s.last_seen_at, IDLE, NOW + IDLE / 2 * CLOCK_SECOND - 1),
	    ACTIVITY_QUEUE);
	assert_int_equal(session_activity(s.last_seen_at, IDLE, NOW + IDLE / 2 * CLOCK_SECOND),
	    ACTIVITY_WRITE_NOW);
	/* the shortest that can be set: a request every half a minute keeps it */
	assert_int_equal(session_activity(s.last_seen_at, 60, NOW + 15 * CLOCK_SECOND - 1),
	    ACTIVITY_RECENT);
	assert_int_equal(session_activity(s.last_seen_at, 60, NOW + 15 * CLOCK_SECOND),
	    ACTIVITY_QUEUE);
	assert_int_equal(session_activity(s.last_seen_at, 60, NOW + 30 * CLOCK_SECOND),
	    ACTIVITY_WRITE_NOW);
	assert_int_equal(session_activity(s.last_seen_at, IDLE, NOW - CLOCK_DAY), ACTIVITY_RECENT);
}

static void
states_have_names(void **state)
{
	enum session_state s;

	(void)state;
	assert_true(
	    session_state_parse(session_state_name(SESSION_ACTIVE), &s) && s == SESSION_ACTIVE);
	assert_true(session_state_parse(session_state_name(SESSION_MFA_REQUIRED), &s) &&
		    s == SESSION_MFA_REQUIRED);
	assert_false(session_state_parse(STR("Active"), &s));
	assert_false(session_state_parse(STR(""), &s));
}

static void
a_pending_factor_is_found_by_its_own_session_only(void **state)
{
	struct factor factors[] = {
	    {.id = {{1}}, .state = FACTOR_ACTIVE, .preferred = true},
	    {.id = {{2}}, .state = FACTOR_ACTIVE},
	    {.id = {{3}}, .state = FACTOR_PENDING, .expires_at = NOW, .session = {{9}}},
	};
	struct subject s = {.factors = factors, .factor_count = 3, .session = {.id = {{9}}}};
	const struct uuid none = {{0}}, second = {{2}}, pending = {{3}};

	(void)state;
	assert_int_equal(subject_active(&s), 2);
	assert_ptr_equal(subject_factor(&s, none), &factors[0]);
	assert_ptr_equal(subject_factor(&s, second), &factors[1]);
	assert_null(subject_factor(&s, pending));
	assert_ptr_equal(subject_pending(&s, NOW - 1), &factors[2]);
	assert_null(subject_pending(&s, NOW));
	s.session.id = second;
	assert_null(subject_pending(&s, NOW - 1));
	s.session.id = none;
	factors[2].session = none;
	assert_null(subject_pending(&s, NOW - 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ends_to_the_microsecond),
	    cmocka_unit_test(asks_for_what_is_stale),
	    cmocka_unit_test(a_future_time_is_not_fresh),
	    cmocka_unit_test(failures_count_against_a_session_without_a_fresh_password),
	    cmocka_unit_test(activity_is_recorded_seldom_but_never_too_late),
	    cmocka_unit_test(states_have_names),
	    cmocka_unit_test(a_pending_factor_is_found_by_its_own_session_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
