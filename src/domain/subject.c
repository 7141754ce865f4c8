/* Looking things up in a subject. */
#include "domain/subject.h"

static bool counts(const struct subject *s, const struct membership *m);
static bool stricter(struct compliance_status a, struct compliance_status b);
static int64_t shorter(int64_t age, int32_t wanted);

size_t
subject_active(const struct subject *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->factor_count; i++)
		n += s->factors[i].state == FACTOR_ACTIVE;
	return n;
}

const struct factor *
subject_factor(const struct subject *s, struct uuid id)
{
	size_t i;

	for (i = 0; i < s->factor_count; i++) {
		const struct factor *f = &s->factors[i];

		if (f->state == FACTOR_ACTIVE && (uuid_is_nil(id) || uuid_eq(f->id, id)))
			return f;
	}
	return NULL;
}

const struct factor *
subject_pending(const struct subject *s, int64_t now)
{
	size_t i;

	for (i = 0; i < s->factor_count; i++) {
		const struct factor *f = &s->factors[i];

		if (f->state == FACTOR_PENDING && now < f->expires_at &&
		    !uuid_is_nil(s->session.id) && uuid_eq(f->session, s->session.id))
			return f;
	}
	return NULL;
}

const struct membership *
subject_membership(const struct subject *s, struct uuid organization)
{
	size_t i;

	for (i = 0; i < s->membership_count; i++)
		if (uuid_eq(s->memberships[i].organization, organization))
			return &s->memberships[i];
	return NULL;
}

struct uuid
subject_organization(const struct subject *s)
{
	if (subject_membership(s, s->session.organization) != NULL)
		return s->session.organization;
	return s->membership_count == 1 ? s->memberships[0].organization : UUID_NIL;
}

const struct membership *
subject_policy(const struct subject *s, int64_t now, struct compliance_status *status)
{
	const struct membership *found = NULL;
	bool enrolled = subject_active(s) > 0;
	size_t i;

	*status = (struct compliance_status){.compliance = COMPLIANCE_NOT_REQUIRED};
	for (i = 0; i < s->membership_count; i++) {
		const struct membership *m = &s->memberships[i];
		struct compliance_status at = membership_compliance(m, enrolled, now);

		if (!counts(s, m) || at.deadline == 0)
			continue;
		if (found == NULL || stricter(at, *status)) {
			found = m;
			*status = at;
		}
	}
	return found;
}

enum session_state
subject_state(const struct subject *s, int64_t now)
{
	struct compliance_status status;

	if (s->session.state == SESSION_ACTIVE && subject_policy(s, now, &status) != NULL &&
	    status.compliance == COMPLIANCE_OVERDUE)
		return SESSION_ENROLLMENT_REQUIRED;
	return s->session.state;
}

bool
subject_requires_factor(const struct subject *s, int64_t now)
{
	size_t i;

	for (i = 0; i < s->membership_count; i++)
		if (membership_requires(&s->memberships[i], now))
			return true;
	return false;
}

struct proof_ages
subject_ages(const struct subject *s, int64_t age)
{
	struct proof_ages ages = {.password = age, .verification = age};
	size_t i;

	for (i = 0; i < s->membership_count; i++) {
		const struct policy *p = &s->memberships[i].policy;

		if (!counts(s, &s->memberships[i]))
			continue;
		ages.password = shorter(ages.password, p->reauthentication_age);
		ages.verification = shorter(ages.verification, p->verification_age);
	}
	return ages;
}

/* Each organization's rules count in its own space, and all of them where none was entered. */
static bool
counts(const struct subject *s, const struct membership *m)
{
	struct uuid here = subject_organization(s);

	return uuid_is_nil(here) || uuid_eq(here, m->organization);
}

/* An exemption is the least strict, whatever its deadline; else the earlier date. */
static bool
stricter(struct compliance_status a, struct compliance_status b)
{
	bool exempt = a.compliance == COMPLIANCE_EXEMPT, other = b.compliance == COMPLIANCE_EXEMPT;

	return exempt != other ? other : a.deadline < b.deadline;
}

static int64_t
shorter(int64_t age, int32_t wanted)
{
	return wanted != 0 && wanted < age ? wanted : age;
}
