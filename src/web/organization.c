/* Organizations as pages show them: the organization context, deadlines, compliance, roles. */
#include "web/organization.h"

#include "base/clock.h"

static void present_deadline(struct call *c, const struct membership *m, int64_t deadline);
static struct str time_left(struct arena *a, int64_t us);

static const struct {
	const char *label;
	const char *tone;
} compliances[] = {
    [COMPLIANCE_ENROLLED] = {"Enrolled", "good"},
    [COMPLIANCE_GRACE] = {"Grace period", "warn"},
    [COMPLIANCE_OVERDUE] = {"Overdue", "bad"},
    [COMPLIANCE_EXEMPT] = {"Exempt", ""},
    [COMPLIANCE_NOT_REQUIRED] = {"Not required", ""},
};

void
present_organization_context(struct call *c)
{
	const struct subject *s = &c->flow.subject;
	const struct membership *here = subject_membership(s, subject_organization(s)), *m;
	struct compliance_status status;

	if (s->membership_count > 0) {
		cJSON *o = model_object(c->model, "organization_context");

		model_text(o, "name", here != NULL ? here->name : STR_ABSENT);
		model_bool(o, "may_switch", s->membership_count > 1);
		model_bool(o, "administers", here != NULL && role_administers(here->role));
	}
	m = subject_policy(s, c->flow.now, &status);
	if (m == NULL || s->session.state != SESSION_ACTIVE)
		return;
	if (status.compliance == COMPLIANCE_GRACE)
		present_deadline(c, m, status.deadline);
	if (status.compliance == COMPLIANCE_OVERDUE) {
		cJSON *o = model_object(c->model, "overdue");

		model_text(o, "organization", m->name);
		model_text(o, "since", clock_text(c->arena, status.deadline));
	}
}

void
present_required_by(struct call *c)
{
	const struct subject *s = &c->flow.subject;

	for (size_t i = 0; i < s->membership_count; i++) {
		if (membership_requires(&s->memberships[i], c->flow.now)) {
			model_text(c->model, "required_by", s->memberships[i].name);
			return;
		}
	}
}

const char *
compliance_label(enum compliance status)
{
	return compliances[status].label;
}

const char *
compliance_tone(enum compliance status)
{
	return compliances[status].tone;
}

struct str
role_label(struct arena *a, const struct membership *m)
{
	struct str role = role_name(m->role);

	return m->sensitive ? str_printf(a, "%.*s, sensitive role", STR_FMT(role)) : role;
}

/* Shows the time left, and for a policy that begins later, when it begins. */
static void
present_deadline(struct call *c, const struct membership *m, int64_t deadline)
{
	int64_t begins = deadline - m->policy.grace_days * CLOCK_DAY;
	cJSON *o = model_object(c->model, "deadline");

	model_text(o, "organization", m->name);
	model_text(o, "left", time_left(c->arena, deadline - c->flow.now));
	model_text(o, "until", clock_text(c->arena, deadline));
	model_text(o, "from", begins > c->flow.now ? clock_text(c->arena, begins) : STR_ABSENT);
}

/* Rounds to days, on the last day to hours. */
static struct str
time_left(struct arena *a, int64_t us)
{
	int64_t unit = us >= CLOCK_DAY ? CLOCK_DAY : CLOCK_HOUR;
	long long n = (long long)((us + unit / 2) / unit);

	if (us < CLOCK_HOUR)
		return STR("less than an hour");
	return str_printf(a, "%lld %s%s", n, unit == CLOCK_DAY ? "day" : "hour", n == 1 ? "" : "s");
}
