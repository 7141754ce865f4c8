/* Deciding which message about the policy comes next. */
#include "domain/reminder.h"

#include "base/clock.h"

/* Days before the deadline, by stage. */
static const int32_t days_before[] = {
    [REMINDER_SEVEN_DAYS] = 7,
    [REMINDER_THREE_DAYS] = 3,
    [REMINDER_ONE_DAY] = 1,
};

static struct reminder keep_stage(const struct reminder_member *m, int64_t due_at);
static struct reminder decide_before(const struct reminder_member *m, int64_t deadline,
    int64_t now);
static enum reminder_stage stage_reached(int64_t deadline, int64_t now);
static int64_t next_reminder(int64_t deadline, int64_t now);
static int32_t days_left(int64_t deadline, int64_t now);

struct reminder
reminder_decide(const struct reminder_member *m, int64_t now)
{
	struct compliance_status s = membership_compliance(&m->membership, m->enrolled, now);
	struct reminder n = {.stage = REMINDER_NONE};

	switch (s.compliance) {
	case COMPLIANCE_ENROLLED:
		return keep_stage(m, 0);
	case COMPLIANCE_EXEMPT:
		/* When the exemption ends, the policy begins to apply anew. */
		n.due_at = m->membership.exempt_until;
		return n;
	case COMPLIANCE_GRACE:
	case COMPLIANCE_OVERDUE:
		n = decide_before(m, s.deadline, now);
		return n.sends && str_is_absent(m->recipient)
			   ? keep_stage(m, now + REMINDER_UNREACHABLE_WAIT)
			   : n;
	case COMPLIANCE_NOT_REQUIRED:
	case COMPLIANCE_COUNT:
		break;
	}
	return n;
}

/* Sends nothing and keeps the stage that was reached. */
static struct reminder
keep_stage(const struct reminder_member *m, int64_t due_at)
{
	return (struct reminder){
	    .stage = (enum reminder_stage)m->stage,
	    .deadline = m->deadline,
	    .due_at = due_at,
	};
}

/*
 * Announces the policy once, and again when the deadline moves forward before it has passed. A
 * deadline that moves back is not announced.
 */
static struct reminder
decide_before(const struct reminder_member *m, int64_t deadline, int64_t now)
{
	bool sooner = deadline < m->deadline && now < m->deadline;
	struct reminder n = {
	    .stage = stage_reached(deadline, now),
	    .deadline = deadline,
	    .due_at = next_reminder(deadline, now),
	    .days = days_left(deadline, now),
	};

	if (m->stage == REMINDER_NONE || sooner) {
		n.sends = true;
		n.kind = MAIL_POLICY_APPLIES;
	} else if (deadline == m->deadline && (int32_t)n.stage > m->stage) {
		n.sends = n.days > 0;
		n.kind = MAIL_DEADLINE_NEAR;
	} else if (deadline == m->deadline) {
		n.stage = (enum reminder_stage)m->stage;
	}
	return n;
}

/* The last stage whose time has come; stages that were missed are skipped. */
static enum reminder_stage
stage_reached(int64_t deadline, int64_t now)
{
	int stage = REMINDER_ONE_DAY;

	while (stage > REMINDER_APPLIES && now < deadline - days_before[stage] * CLOCK_DAY)
		stage--;
	return (enum reminder_stage)stage;
}

static int64_t
next_reminder(int64_t deadline, int64_t now)
{
	int stage;

	for (stage = REMINDER_SEVEN_DAYS; stage <= REMINDER_ONE_DAY; stage++) {
		int64_t at = deadline - days_before[stage] * CLOCK_DAY;

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
