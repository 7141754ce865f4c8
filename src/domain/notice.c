/* Which message about the rule comes next. */
#include "domain/notice.h"

#include "base/clock.h"

/* Days before the deadline, by stage. */
static const int32_t reminders[] = {
	[NOTICE_SEVEN_DAYS] = 7,
	[NOTICE_THREE_DAYS] = 3,
	[NOTICE_ONE_DAY] = 1,
};

static struct notice as_told(const struct notice_member *m, int64_t due_at);
static struct notice until(const struct notice_member *m, int64_t deadline, int64_t now);
static enum notice_stage reached(int64_t deadline, int64_t now);
static int64_t next_reminder(int64_t deadline, int64_t now);
static int32_t days_left(int64_t deadline, int64_t now);

struct notice
notice_decide(const struct notice_member *m, int64_t now)
{
	struct standing s = membership_standing(&m->membership, m->enrolled, now);
	struct notice n = {.stage = NOTICE_UNTOLD};

	switch (s.compliance) {
	case COMPLIANCE_ENROLLED:
		return as_told(m, 0);
	case COMPLIANCE_EXEMPT:
		/* When it ends the rule begins to apply, and what was told before has been overtaken. */
		n.due_at = m->membership.exempt_until;
		return n;
	case COMPLIANCE_GRACE:
	case COMPLIANCE_LAPSED:
		n = until(m, s.deadline, now);
		return n.sends && str_absent(m->recipient) ? as_told(m, now + NOTICE_UNREACHABLE_WAIT) : n;
	case COMPLIANCE_NOT_REQUIRED:
	case COMPLIANCE_COUNT:
		break;
	}
	return n;
}

/* Nothing is sent, and what was told stays so. */
static struct notice
as_told(const struct notice_member *m, int64_t due_at)
{
	return (struct notice){
		.stage = (enum notice_stage)m->stage,
		.deadline = m->deadline,
		.due_at = due_at,
	};
}

/* A date that comes sooner than was said is news; one that comes later is none, nor is one after the time was up. */
static struct notice
until(const struct notice_member *m, int64_t deadline, int64_t now)
{
	bool sooner = deadline < m->deadline && now < m->deadline;
	struct notice n = {
		.stage = reached(deadline, now),
		.deadline = deadline,
		.due_at = next_reminder(deadline, now),
		.days = days_left(deadline, now),
	};

	if (m->stage == NOTICE_UNTOLD || sooner) {
		n.sends = true;
		n.kind = MAIL_POLICY_APPLIES;
	} else if (deadline == m->deadline && (int32_t)n.stage > m->stage) {
		n.sends = n.days > 0;
		n.kind = MAIL_DEADLINE_NEAR;
	} else if (deadline == m->deadline) {
		n.stage = (enum notice_stage)m->stage;
	}
	return n;
}

/* The last reminder whose time has come: those before it are not made up for. */
static enum notice_stage
reached(int64_t deadline, int64_t now)
{
	int stage = NOTICE_ONE_DAY;

	while (stage > NOTICE_APPLIES && now < deadline - reminders[stage] * CLOCK_DAY)
		stage--;
	return (enum notice_stage)stage;
}

static int64_t
next_reminder(int64_t deadline, int64_t now)
{
	int stage;

	for (stage = NOTICE_SEVEN_DAYS; stage <= NOTICE_ONE_DAY; stage++) {
		int64_t at = deadline - reminders[stage] * CLOCK_DAY;

		if (now < at)
			return at;
	}
	return 0;
}

static int32_t
days_left(int64_t deadline, int64_t now)
{
	return now < deadline ? (int32_t)((deadline - now + CLOCK_DAY - 1) / CLOCK_DAY) : 0;
}
