/* Policies: the deadline and compliance of a member, totals, and changes of a policy. */
#include "unit.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/clock.h"
#include "domain/member.h"
#include "domain/subject.h"

#define NOW (INT64_C(1800000000) * CLOCK_SECOND)
#define DAYS(n) ((n)*CLOCK_DAY)
#define ROUNDS 20000

/* A membership and its compliance; times are in days from NOW. */
struct row {
	const char *name;
	enum requirement requirement;
	int required, everyone; /* since when; 0: not */
	int grace;
	enum role role;
	bool sensitive;
	int joined;
	int exempt; /* 0: none */
	enum compliance status;
	int deadline;
};

static const struct row rows[] = {
    {"off", REQUIREMENT_OFF, 0, 0, 5, ROLE_OWNER, true, -9, 0, COMPLIANCE_NOT_REQUIRED, 0},
    {"in grace", REQUIREMENT_EVERYONE, -1, -1, 5, ROLE_MEMBER, false, -9, 0, COMPLIANCE_GRACE, 4},
    {"overdue", REQUIREMENT_EVERYONE, -6, -6, 5, ROLE_MEMBER, false, -9, 0, COMPLIANCE_OVERDUE, -1},
    {"no grace at all", REQUIREMENT_EVERYONE, -1, -1, 0, ROLE_MEMBER, false, -9, 0,
	COMPLIANCE_OVERDUE, -1},
    {"joined late", REQUIREMENT_EVERYONE, -60, -60, 5, ROLE_MEMBER, false, -2, 0, COMPLIANCE_GRACE,
	3},
    {"joined late and overdue", REQUIREMENT_EVERYONE, -60, -60, 5, ROLE_MEMBER, false, -6, 0,
	COMPLIANCE_OVERDUE, -1},
    {"announced", REQUIREMENT_EVERYONE, 10, 10, 0, ROLE_MEMBER, false, -9, 0, COMPLIANCE_GRACE, 10},
    {"a year", REQUIREMENT_EVERYONE, -1, -1, 365, ROLE_MEMBER, false, -9, 0, COMPLIANCE_GRACE, 364},
    {"exempt", REQUIREMENT_EVERYONE, -60, -60, 5, ROLE_MEMBER, false, -90, 3, COMPLIANCE_EXEMPT,
	-55},
    {"exempt before the deadline", REQUIREMENT_EVERYONE, -1, -1, 5, ROLE_MEMBER, false, -90, 3,
	COMPLIANCE_EXEMPT, 4},
    {"exemption over, in grace", REQUIREMENT_EVERYONE, -1, -1, 5, ROLE_MEMBER, false, -90, -1,
	COMPLIANCE_GRACE, 4},
    {"exemption over, overdue", REQUIREMENT_EVERYONE, -9, -9, 5, ROLE_MEMBER, false, -90, -1,
	COMPLIANCE_OVERDUE, -4},
    {"admins: a member", REQUIREMENT_ADMINS, -60, 0, 5, ROLE_MEMBER, false, -90, 0,
	COMPLIANCE_NOT_REQUIRED, 0},
    {"admins: an exempt member", REQUIREMENT_ADMINS, -60, 0, 5, ROLE_MEMBER, false, -90, 3,
	COMPLIANCE_NOT_REQUIRED, 0},
    {"admins: a sensitive role", REQUIREMENT_ADMINS, -60, 0, 5, ROLE_MEMBER, true, -90, 0,
	COMPLIANCE_OVERDUE, -55},
    {"admins: an admin", REQUIREMENT_ADMINS, -60, 0, 5, ROLE_ADMIN, false, -90, 0,
	COMPLIANCE_OVERDUE, -55},
    {"admins: an owner", REQUIREMENT_ADMINS, -1, 0, 5, ROLE_OWNER, false, -90, 0, COMPLIANCE_GRACE,
	4},
    {"widened: an admin", REQUIREMENT_EVERYONE, -60, -1, 5, ROLE_ADMIN, false, -90, 0,
	COMPLIANCE_OVERDUE, -55},
    {"widened: a member", REQUIREMENT_EVERYONE, -60, -1, 5, ROLE_MEMBER, false, -90, 0,
	COMPLIANCE_GRACE, 4},
};

static int64_t
day(int n)
{
	return n == 0 ? 0 : NOW + DAYS(n);
}

static struct membership
membership_of(const struct row *r)
{
	return (struct membership){
	    .role = r->role,
	    .sensitive = r->sensitive,
	    .joined_at = day(r->joined),
	    .exempt_until = day(r->exempt),
	    .policy =
		{
		    .requirement = r->requirement,
		    .required_since = day(r->required),
		    .everyone_since = day(r->everyone),
		    .grace_days = r->grace,
		},
	};
}

static void
compliance_of_members(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct membership m = membership_of(&rows[i]);
		struct compliance_status s = membership_compliance(&m, false, NOW);

		if (s.compliance != rows[i].status || s.deadline != day(rows[i].deadline))
			fail_msg("%s: %d, deadline %lld", rows[i].name, (int)s.compliance,
			    (long long)s.deadline);
		s = membership_compliance(&m, true, NOW);
		assert_int_equal(s.compliance, COMPLIANCE_ENROLLED);
		assert_int_equal(s.deadline, 0);
	}
}

static void
deadlines_are_exact(void **state)
{
	struct membership m = {
	    .joined_at = NOW - DAYS(9),
	    .policy = {.requirement = REQUIREMENT_EVERYONE,
		.required_since = NOW - DAYS(5),
		.everyone_since = NOW - DAYS(5),
		.grace_days = 5},
	};

	(void)state;
	assert_int_equal(membership_compliance(&m, false, NOW - 1).compliance, COMPLIANCE_GRACE);
	assert_int_equal(membership_compliance(&m, false, NOW).compliance, COMPLIANCE_OVERDUE);
	m.exempt_until = NOW + 1;
	assert_int_equal(membership_compliance(&m, false, NOW).compliance, COMPLIANCE_EXEMPT);
	assert_int_equal(membership_compliance(&m, false, NOW + 1).compliance, COMPLIANCE_OVERDUE);
}

/* A random number below `n`, the same in every run. */
static int
random_below(int n)
{
	return (int)(random() % n);
}

static struct membership
random_membership(void)
{
	struct membership m = {
	    .role = (enum role)random_below(3),
	    .sensitive = random_below(2),
	    .joined_at = NOW - DAYS(random_below(100)) - random_below(1000000),
	    .exempt_until = random_below(3) == 0
				? NOW + DAYS(random_below(20) - 10) + random_below(1000000)
				: 0,
	    .policy = {.requirement = (enum requirement)random_below(3),
		.grace_days = random_below(40)},
	};

	if (m.policy.requirement != REQUIREMENT_OFF)
		m.policy.required_since =
		    NOW - DAYS(random_below(100) - 20) - random_below(1000000);
	if (m.policy.requirement == REQUIREMENT_EVERYONE)
		m.policy.everyone_since = m.policy.required_since + DAYS(random_below(10));
	return m;
}

static bool
is_overdue(const struct membership *m, int64_t now)
{
	return membership_compliance(m, false, now).compliance == COMPLIANCE_OVERDUE;
}

/* A change that makes a deadline later never blocks a member who was not blocked before. */
static void
a_later_deadline_never_blocks(void **state)
{
	(void)state;
	srandom(1);
	for (int i = 0; i < ROUNDS; i++) {
		struct membership m = random_membership(), later = m;

		switch (random_below(5)) {
		case 0:
			later.policy.grace_days += random_below(10);
			break;
		case 1:
			later.joined_at += DAYS(random_below(10));
			break;
		case 2:
			later.policy.required_since +=
			    later.policy.required_since == 0 ? 0 : DAYS(random_below(5));
			break;
		case 3:
			later.exempt_until += later.exempt_until == 0 ? 0 : DAYS(random_below(10));
			break;
		default:
			later.policy.requirement = REQUIREMENT_OFF;
			break;
		}
		if (!is_overdue(&m, NOW))
			assert_false(is_overdue(&later, NOW));
	}
}

/* A member is never blocked before the deadline, and stays blocked unless something changes. */
static void
time_alone_never_unblocks(void **state)
{
	(void)state;
	srandom(2);
	for (int i = 0; i < ROUNDS; i++) {
		struct membership m = random_membership();
		struct compliance_status s = membership_compliance(&m, false, NOW);
		int64_t on = NOW + DAYS(random_below(50));

		if (s.compliance == COMPLIANCE_OVERDUE)
			assert_true(is_overdue(&m, on));
		if (s.deadline != 0 && on < s.deadline)
			assert_false(is_overdue(&m, on));
		if (s.deadline != 0 && on >= s.deadline && on >= m.exempt_until)
			assert_true(is_overdue(&m, on));
	}
}

/* The threshold for lists and totals agrees with the compliance of each member. */
static void
the_threshold_agrees_with_compliance(void **state)
{
	(void)state;
	srandom(3);
	for (int i = 0; i < ROUNDS; i++) {
		struct membership m = random_membership();
		struct policy_threshold threshold =
		    policy_threshold(&m.policy, membership_privileged(&m), NOW);
		enum compliance c = membership_compliance(&m, false, NOW).compliance;
		bool early =
		    threshold.overdue_joined != 0 && m.joined_at <= threshold.overdue_joined;

		assert_int_equal(threshold.covered, c != COMPLIANCE_NOT_REQUIRED);
		if (c == COMPLIANCE_OVERDUE || c == COMPLIANCE_GRACE)
			assert_int_equal(early, c == COMPLIANCE_OVERDUE);
	}
}

static void
totals_of_two_groups(void **state)
{
	struct policy p = {.requirement = REQUIREMENT_ADMINS,
	    .required_since = NOW - DAYS(10),
	    .grace_days = 5};
	struct member_counts counts[2] = {
	    {.enrolled = 3, .unenrolled = 20, .overdue = 15, .exempt = 4, .exempt_overdue = 1},
	    {.enrolled = 2, .unenrolled = 10, .overdue = 6, .exempt = 3, .exempt_overdue = 2},
	};
	struct member_totals t = member_totals(&p, counts, NOW);

	(void)state;
	assert_int_equal(t.members, 35);
	assert_int_equal(t.covered, 12);
	assert_int_equal(t.covered_enrolled, 2);
	assert_int_equal(t.status[COMPLIANCE_ENROLLED], 5);
	assert_int_equal(t.status[COMPLIANCE_NOT_REQUIRED], 20);
	assert_int_equal(t.status[COMPLIANCE_EXEMPT], 3);
	assert_int_equal(t.status[COMPLIANCE_OVERDUE], 4);
	assert_int_equal(t.status[COMPLIANCE_GRACE], 3);
}

static void
changes_of_a_policy(void **state)
{
	struct policy off = {.requirement = REQUIREMENT_OFF, .version = 1},
		      want = {.grace_days = 7}, p;

	(void)state;
	want.requirement = REQUIREMENT_ADMINS;
	p = policy_change(&off, &want, NOW);
	assert_true(p.required_since == NOW && p.everyone_since == 0 && p.version == 2);
	want.requirement = REQUIREMENT_EVERYONE;
	p = policy_change(&p, &want, NOW + DAYS(3));
	assert_true(p.required_since == NOW && p.everyone_since == NOW + DAYS(3) && p.version == 3);
	/* The dates stay when nothing changes; a date that is given then applies to all. */
	p = policy_change(&p, &want, NOW + DAYS(9));
	assert_true(p.required_since == NOW && p.everyone_since == NOW + DAYS(3));
	want.required_since = NOW + DAYS(1);
	p = policy_change(&p, &want, NOW + DAYS(9));
	assert_true(p.required_since == NOW + DAYS(1) && p.everyone_since == NOW + DAYS(1));
	/* Turning a policy off and on again resets the dates. */
	want = (struct policy){.requirement = REQUIREMENT_OFF};
	p = policy_change(&p, &want, NOW + DAYS(10));
	assert_true(p.required_since == 0 && p.everyone_since == 0);
	want.requirement = REQUIREMENT_EVERYONE;
	p = policy_change(&p, &want, NOW + DAYS(11));
	assert_true(p.required_since == NOW + DAYS(11) && p.everyone_since == NOW + DAYS(11));
	/* A date for everyone that is before the admins' date applies to admins too. */
	p = policy_change(&(struct policy){.requirement = REQUIREMENT_ADMINS,
			      .required_since = NOW + DAYS(20)},
	    &want, NOW);
	assert_true(p.required_since == NOW && p.everyone_since == NOW);
}

static void
limits_name_the_field(void **state)
{
	const struct policy fits = {
	    .grace_days = POLICY_GRACE_MAX,
	    .required_since = NOW + DAYS(POLICY_AHEAD_MAX),
	    .reauthentication_age = POLICY_AGE_MIN,
	    .verification_age = POLICY_AGE_MAX,
	};
	struct policy p = {0};

	(void)state;
	assert_int_equal(policy_exceeds(&p, NOW), 0);
	assert_int_equal(policy_exceeds(&fits, NOW), 0);
	p = fits;
	p.grace_days = POLICY_GRACE_MAX + 1;
	assert_int_equal(policy_exceeds(&p, NOW), POLICY_GRACE_DAYS);
	p.grace_days = -1;
	assert_int_equal(policy_exceeds(&p, NOW), POLICY_GRACE_DAYS);
	p.reauthentication_age = POLICY_AGE_MIN - 1;
	assert_int_equal(policy_exceeds(&p, NOW), POLICY_GRACE_DAYS | POLICY_REAUTHENTICATION_AGE);
	p = fits;
	p.required_since++;
	p.verification_age = POLICY_AGE_MAX + 1;
	assert_int_equal(policy_exceeds(&p, NOW), POLICY_REQUIRED_SINCE | POLICY_VERIFICATION_AGE);
	assert_false(policy_allows_exemption(NOW, NOW));
	assert_true(policy_allows_exemption(NOW + 1, NOW));
	assert_true(policy_allows_exemption(NOW + DAYS(POLICY_AHEAD_MAX), NOW));
	assert_false(policy_allows_exemption(NOW + DAYS(POLICY_AHEAD_MAX) + 1, NOW));
}

static void
the_policy_in_effect(void **state)
{
	struct uuid a = {{1}}, b = {{2}};
	struct membership list[2] = {
	    {.organization = a,
		.joined_at = 1,
		.policy = {.requirement = REQUIREMENT_EVERYONE,
		    .required_since = NOW - DAYS(9),
		    .everyone_since = NOW - DAYS(9),
		    .grace_days = 30,
		    .verification_age = 300}},
	    {.organization = b,
		.joined_at = 1,
		.policy = {.requirement = REQUIREMENT_EVERYONE,
		    .required_since = NOW - DAYS(9),
		    .everyone_since = NOW - DAYS(9),
		    .grace_days = 5,
		    .reauthentication_age = 60}},
	};
	struct subject s = {.memberships = list,
	    .membership_count = 2,
	    .session = {.id = a, .state = SESSION_ACTIVE}};
	struct compliance_status at;

	(void)state;
	/* Without an organization the strictest policy counts, with one its own. */
	assert_ptr_equal(subject_policy(&s, NOW, &at), &list[1]);
	assert_int_equal(subject_state(&s, NOW), SESSION_ENROLLMENT_REQUIRED);
	assert_int_equal(subject_ages(&s, 600).password, 60);
	assert_int_equal(subject_ages(&s, 600).verification, 300);
	s.session.organization = a;
	assert_ptr_equal(subject_policy(&s, NOW, &at), &list[0]);
	assert_int_equal(subject_state(&s, NOW), SESSION_ACTIVE);
	assert_int_equal(subject_ages(&s, 600).password, 600);
	assert_int_equal(subject_ages(&s, 30).verification, 30);
	/* An organization that the account has left does not count. */
	s.session.organization = (struct uuid){{3}};
	assert_int_equal(subject_state(&s, NOW), SESSION_ENROLLMENT_REQUIRED);
	/* An exemption in one organization does not apply to another. */
	list[1].exempt_until = NOW + 1;
	assert_ptr_equal(subject_policy(&s, NOW, &at), &list[0]);
	assert_int_equal(at.compliance, COMPLIANCE_GRACE);
	assert_int_equal(subject_state(&s, NOW), SESSION_ACTIVE);
	/* A session that is not fully signed in gets the challenge first. */
	s.session.state = SESSION_MFA_REQUIRED;
	assert_int_equal(subject_state(&s, NOW + 1), SESSION_MFA_REQUIRED);
	/* A single organization is selected automatically. */
	s.membership_count = 1;
	s.session.organization = UUID_NIL;
	assert_true(uuid_eq(subject_organization(&s), a));
	assert_true(subject_requires_factor(&s, NOW));
	assert_false(subject_requires_factor(&s, NOW - DAYS(10)));
}

static void
cursors_are_parsed_back(void **state)
{
	struct arena *a = arena_new(ARENA_REQUEST_MAX);
	struct member_cursor k = {.text = STR("ann é"), .time = NOW, .account = {{7, 8, 9}}}, back;
	static const char *const wrong[] = {"", "x", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "=",
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/w"};

	(void)state;
	assert_true(member_cursor_parse(a, member_cursor_format(a, &k), &back));
	assert_true(
	    str_eq(back.text, k.text) && back.time == k.time && uuid_eq(back.account, k.account));
	k = (struct member_cursor){.account = {{1}}};
	assert_true(member_cursor_parse(a, member_cursor_format(a, &k), &back));
	assert_true(back.text.n == 0 && back.time == 0);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_false(member_cursor_parse(a, str_of(wrong[i]), &back));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(compliance_of_members),
	    cmocka_unit_test(deadlines_are_exact),
	    cmocka_unit_test(a_later_deadline_never_blocks),
	    cmocka_unit_test(time_alone_never_unblocks),
	    cmocka_unit_test(the_threshold_agrees_with_compliance),
	    cmocka_unit_test(totals_of_two_groups),
	    cmocka_unit_test(changes_of_a_policy),
	    cmocka_unit_test(limits_name_the_field),
	    cmocka_unit_test(the_policy_in_effect),
	    cmocka_unit_test(cursors_are_parsed_back),
	};

	return cmocka_run_group_tests_name("domain_policy", tests, NULL, NULL);
}
