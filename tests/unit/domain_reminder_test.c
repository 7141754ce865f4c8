/* Which members are reminded of a policy, of what, and when. */
#include "unit.h"

#include "base/array.h"
#include "base/clock.h"
#include "domain/reminder.h"

#define NOW (INT64_C(1800000000) * CLOCK_SECOND)
#define DAYS(n) ((n)*CLOCK_DAY)
#define NEVER 0

/* A member who joined long ago and, unless `enrolled`, has no factor. Times are from NOW. */
struct row {
	const char *what;
	enum requirement requirement;
	enum role role;
	int64_t since;
	int32_t grace;
	bool enrolled;
	bool unreachable;
	int64_t exempt_until; /* 0: no exemption */
	int32_t stage;
	int64_t sent; /* with a stage: the deadline that it belongs to */
	/* the expected decision */
	int days; /* in the message; -1: no message */
	enum mail_kind kind;
	int32_t stage_after;
	int64_t deadline_after; /* with a stage */
	int64_t next;           /* NEVER: when something changes */
};

#define EVERYONE .requirement = REQUIREMENT_EVERYONE
#define ADMINS .requirement = REQUIREMENT_ADMINS
#define APPLIES(n) .kind = MAIL_POLICY_APPLIES, .days = (n)
#define NEAR(n) .kind = MAIL_DEADLINE_NEAR, .days = (n)
#define SILENT .days = -1

static const struct row rows[] = {
    {"no policy", SILENT},
    {"policy turned off: the stage is reset", .stage = 2, .sent = DAYS(5), SILENT},
    {"a policy for others", ADMINS, .grace = 10, SILENT},
    {"a policy that now covers others only", ADMINS, .grace = 10, .stage = 1, .sent = DAYS(9),
	SILENT},
    {"a policy for admins", ADMINS, .role = ROLE_ADMIN, .grace = 10, APPLIES(10), .stage_after = 1,
	.deadline_after = DAYS(10), .next = DAYS(3)},
    {"enrolled", EVERYONE, .grace = 10, .enrolled = true, SILENT},
    {"enrolled: the stage is kept", EVERYONE, .grace = 10, .enrolled = true, .stage = 1,
	.sent = DAYS(10), SILENT, .stage_after = 1, .deadline_after = DAYS(10)},
    {"exempt: checked when it ends", EVERYONE, .grace = 10, .exempt_until = DAYS(4), SILENT,
	.next = DAYS(4)},
    {"exempt after a reminder: the stage is reset", EVERYONE, .grace = 10, .exempt_until = DAYS(4),
	.stage = 2, .sent = DAYS(10), SILENT, .next = DAYS(4)},
    {"exempt for another microsecond", EVERYONE, .grace = 10, .exempt_until = 1, SILENT, .next = 1},
    {"exemption over, in grace", EVERYONE, .grace = 10, .exempt_until = -1, APPLIES(10),
	.stage_after = 1, .deadline_after = DAYS(10), .next = DAYS(3)},
    {"exemption over, overdue", EVERYONE, .since = -DAYS(30), .grace = 10, .exempt_until = -1,
	APPLIES(0), .stage_after = 4, .deadline_after = -DAYS(20)},

    {"a policy that begins", EVERYONE, .grace = 10, APPLIES(10), .stage_after = 1,
	.deadline_after = DAYS(10), .next = DAYS(3)},
    {"a policy that is announced", EVERYONE, .since = DAYS(20), .grace = 10, APPLIES(30),
	.stage_after = 1, .deadline_after = DAYS(30), .next = DAYS(23)},
    {"announced, without grace", EVERYONE, .since = DAYS(20), APPLIES(20), .stage_after = 1,
	.deadline_after = DAYS(20), .next = DAYS(13)},
    {"seven days and a microsecond left", EVERYONE, .since = 1, .grace = 7, APPLIES(8),
	.stage_after = 1, .deadline_after = DAYS(7) + 1, .next = 1},
    {"seven days left: that reminder is skipped", EVERYONE, .grace = 7, APPLIES(7),
	.stage_after = 2, .deadline_after = DAYS(7), .next = DAYS(4)},
    {"two days left", EVERYONE, .grace = 2, APPLIES(2), .stage_after = 3, .deadline_after = DAYS(2),
	.next = DAYS(1)},
    {"one day left", EVERYONE, .grace = 1, APPLIES(1), .stage_after = 4, .deadline_after = DAYS(1)},
    {"a microsecond left", EVERYONE, .since = 1 - DAYS(1), .grace = 1, APPLIES(1), .stage_after = 4,
	.deadline_after = 1},
    {"without grace", EVERYONE, APPLIES(0), .stage_after = 4},
    {"overdue for long and never reminded", EVERYONE, .since = -DAYS(90), .grace = 10, APPLIES(0),
	.stage_after = 4, .deadline_after = -DAYS(80)},

    {"a microsecond before the first reminder", EVERYONE, .since = 1, .grace = 7, .stage = 1,
	.sent = DAYS(7) + 1, SILENT, .stage_after = 1, .deadline_after = DAYS(7) + 1, .next = 1},
    {"the first reminder", EVERYONE, .grace = 7, .stage = 1, .sent = DAYS(7), NEAR(7),
	.stage_after = 2, .deadline_after = DAYS(7), .next = DAYS(4)},
    {"the first reminder, late", EVERYONE, .since = -DAYS(1), .grace = 7, .stage = 1,
	.sent = DAYS(6), NEAR(6), .stage_after = 2, .deadline_after = DAYS(6), .next = DAYS(3)},
    {"not twice", EVERYONE, .grace = 7, .stage = 2, .sent = DAYS(7), SILENT, .stage_after = 2,
	.deadline_after = DAYS(7), .next = DAYS(4)},
    {"a microsecond before the second", EVERYONE, .since = 1, .grace = 3, .stage = 2,
	.sent = DAYS(3) + 1, SILENT, .stage_after = 2, .deadline_after = DAYS(3) + 1, .next = 1},
    {"the second", EVERYONE, .grace = 3, .stage = 2, .sent = DAYS(3), NEAR(3), .stage_after = 3,
	.deadline_after = DAYS(3), .next = DAYS(2)},
    {"the second, after a missed first", EVERYONE, .grace = 3, .stage = 1, .sent = DAYS(3), NEAR(3),
	.stage_after = 3, .deadline_after = DAYS(3), .next = DAYS(2)},
    {"the last", EVERYONE, .grace = 1, .stage = 3, .sent = DAYS(1), NEAR(1), .stage_after = 4,
	.deadline_after = DAYS(1)},
    {"the last, after two missed ones", EVERYONE, .since = 1 - DAYS(1), .grace = 1, .stage = 1,
	.sent = 1, NEAR(1), .stage_after = 4, .deadline_after = 1},
    {"too late for the last", EVERYONE, .since = -DAYS(1), .grace = 1, .stage = 3, SILENT,
	.stage_after = 4},
    {"overdue, and reminded before", EVERYONE, .since = -DAYS(20), .grace = 10, .stage = 4,
	.sent = -DAYS(10), SILENT, .stage_after = 4, .deadline_after = -DAYS(10)},
    {"a clock that was set back", EVERYONE, .grace = 10, .stage = 3, .sent = DAYS(10), SILENT,
	.stage_after = 3, .deadline_after = DAYS(10), .next = DAYS(3)},

    {"an earlier deadline", EVERYONE, .grace = 10, .stage = 1, .sent = DAYS(30), APPLIES(10),
	.stage_after = 1, .deadline_after = DAYS(10), .next = DAYS(3)},
    {"a deadline earlier by a microsecond", EVERYONE, .grace = 10, .stage = 4, .sent = DAYS(10) + 1,
	APPLIES(10), .stage_after = 1, .deadline_after = DAYS(10), .next = DAYS(3)},
    {"an earlier deadline that has passed", EVERYONE, .since = -DAYS(20), .grace = 10, .stage = 1,
	.sent = DAYS(5), APPLIES(0), .stage_after = 4, .deadline_after = -DAYS(10)},
    {"an earlier deadline after the old one had passed", EVERYONE, .since = -DAYS(20), .grace = 5,
	.stage = 4, .sent = 0, SILENT, .stage_after = 4, .deadline_after = -DAYS(15)},
    {"a later deadline: reminders start over", EVERYONE, .grace = 30, .stage = 4, .sent = DAYS(1),
	SILENT, .stage_after = 1, .deadline_after = DAYS(30), .next = DAYS(23)},
    {"a slightly later deadline: a reminder is skipped", EVERYONE, .grace = 5, .stage = 3,
	.sent = DAYS(3), SILENT, .stage_after = 2, .deadline_after = DAYS(5), .next = DAYS(2)},
    {"a later deadline after the old one had passed", EVERYONE, .grace = 30, .stage = 4,
	.sent = -DAYS(3), SILENT, .stage_after = 1, .deadline_after = DAYS(30), .next = DAYS(23)},

    {"no address: checked again in a day", EVERYONE, .grace = 10, .unreachable = true, SILENT,
	.next = DAYS(1)},
    {"no address for a reminder", EVERYONE, .grace = 3, .unreachable = true, .stage = 2,
	.sent = DAYS(3), SILENT, .stage_after = 2, .deadline_after = DAYS(3), .next = DAYS(1)},
    {"no address, and nothing to send", EVERYONE, .grace = 10, .unreachable = true, .stage = 1,
	.sent = DAYS(10), SILENT, .stage_after = 1, .deadline_after = DAYS(10), .next = DAYS(3)},
};

static int64_t
at(int64_t offset, bool there)
{
	return there ? NOW + offset : 0;
}

static struct reminder_member
member_of(const struct row *l)
{
	struct reminder_member m = {
	    .membership =
		{
		    .role = l->role,
		    .joined_at = NOW - DAYS(1000),
		    .exempt_until = at(l->exempt_until, l->exempt_until != 0),
		    .policy =
			{
			    .requirement = l->requirement,
			    .required_since = at(l->since, l->requirement != REQUIREMENT_OFF),
			    .everyone_since = at(l->since, l->requirement == REQUIREMENT_EVERYONE),
			    .grace_days = l->grace,
			},
		},
	    .enrolled = l->enrolled,
	    .recipient = STR("mia@example.org"),
	    .stage = l->stage,
	    .deadline = at(l->sent, l->stage != 0),
	};

	if (l->unreachable)
		m.recipient = STR_ABSENT;
	return m;
}

static void
decisions(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *l = &rows[i];
		struct reminder_member m = member_of(l);
		struct reminder n = reminder_decide(&m, NOW);

		if (n.sends != (l->days >= 0) ||
		    (n.sends && (n.kind != l->kind || n.days != l->days)) ||
		    (int32_t)n.stage != l->stage_after ||
		    n.deadline != at(l->deadline_after, l->stage_after != 0) ||
		    n.due_at != at(l->next, l->next != NEVER))
			fail_msg("%s: sends %d kind %d days %d stage %d deadline %+lld next %+lld",
			    l->what, n.sends, (int)n.kind, (int)n.days, (int)n.stage,
			    (long long)(n.deadline - NOW), (long long)(n.due_at - NOW));
	}
}

static void
a_later_member_has_a_later_deadline(void **state)
{
	struct row l = {"", EVERYONE, .since = -DAYS(100), .grace = 10};
	struct reminder_member m = member_of(&l);
	struct reminder n;

	(void)state;
	m.membership.joined_at = NOW;
	n = reminder_decide(&m, NOW);
	assert_true(n.sends && n.kind == MAIL_POLICY_APPLIES && n.days == 10);
	assert_int_equal(n.deadline, NOW + DAYS(10));
	assert_int_equal(n.due_at, NOW + DAYS(3));
}

/* A pseudo-random number below `n`, the same in every run. */
static int64_t
random_below(uint64_t *seed, int64_t n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((*seed >> 11) % (uint64_t)n);
}

static void
record_decision(struct reminder_member *m, const struct reminder *n)
{
	m->stage = (int32_t)n->stage;
	m->deadline = n->deadline;
}

/* Whatever the time between checks, each stage is sent at most once, in order and not early. */
static void
no_stage_is_sent_twice(void **state)
{
	uint64_t seed = 1;
	int round;

	(void)state;
	for (round = 0; round < 2000; round++) {
		struct row l = {"", EVERYONE, .since = random_below(&seed, DAYS(40)) - DAYS(20),
		    .grace = (int32_t)random_below(&seed, 31),
		    .exempt_until = round % 3 == 0 ? random_below(&seed, DAYS(30)) + 1 : 0};
		struct reminder_member m = member_of(&l);
		int64_t deadline = NOW + l.since + DAYS(l.grace), now,
			longest = 1 + random_below(&seed, DAYS(9));
		int sent = -1, applies = 0;

		for (now = NOW; now < NOW + DAYS(100); now += 1 + random_below(&seed, longest)) {
			struct reminder n = reminder_decide(&m, now);

			assert_true(n.due_at == 0 || n.due_at > now);
			if (n.sends) {
				assert_true((int)n.stage > sent);
				assert_true(now >= m.membership.exempt_until);
				assert_int_equal(n.deadline, deadline);
				sent = (int)n.stage;
				applies += n.kind == MAIL_POLICY_APPLIES;
				assert_true(
				    n.kind == MAIL_POLICY_APPLIES || now >= deadline - DAYS(7));
			}
			record_decision(&m, &n);
			longest = 1 + random_below(&seed, DAYS(9));
		}
		assert_int_equal(applies, 1);
	}
}

/* Checking only when the last decision said so sends all reminders, each on its day. */
static void
checking_when_due_is_enough(void **state)
{
	static const int days[] = {30, 7, 3, 1};
	struct row l = {"", EVERYONE, .grace = 30};
	struct reminder_member m = member_of(&l);
	int64_t now = NOW;
	size_t sent = 0;

	(void)state;
	while (now != 0) {
		struct reminder n = reminder_decide(&m, now);

		assert_true(n.sends && sent < 4);
		assert_int_equal(n.days, days[sent++]);
		assert_int_equal(now, n.deadline - DAYS(n.days));
		record_decision(&m, &n);
		now = n.due_at;
	}
	assert_int_equal(sent, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(decisions),
	    cmocka_unit_test(a_later_member_has_a_later_deadline),
	    cmocka_unit_test(no_stage_is_sent_twice),
	    cmocka_unit_test(checking_when_due_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
