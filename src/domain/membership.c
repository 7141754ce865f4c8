/* The memberships of an account, and the policies that count. */
#include "domain/membership.h"

static bool counts(const struct memberships *ms, const struct membership *m);
static bool stricter(struct compliance_status a, struct compliance_status b);
static int64_t shorter(int64_t age, int32_t wanted);

const struct membership *
memberships_find(const struct memberships *ms, struct uuid organization)
{
	for (size_t i = 0; i < ms->count; i++)
		if (uuid_eq(ms->list[i].organization, organization))
			return &ms->list[i];
	return NULL;
}

const struct membership *
memberships_find_slug(const struct memberships *ms, struct str slug)
{
	for (size_t i = 0; i < ms->count; i++)
		if (str_eq(ms->list[i].slug, slug))
			return &ms->list[i];
	return NULL;
}

struct uuid
memberships_current(const struct memberships *ms)
{
	if (memberships_find(ms, ms->chosen) != NULL)
		return ms->chosen;
	return ms->count == 1 ? ms->list[0].organization : UUID_NIL;
}

const struct membership *
memberships_policy(const struct memberships *ms, bool enrolled, int64_t now,
    struct compliance_status *status)
{
	const struct membership *found = NULL;

	*status = (struct compliance_status){.compliance = COMPLIANCE_NOT_REQUIRED};
	for (size_t i = 0; i < ms->count; i++) {
		const struct membership *m = &ms->list[i];
		struct compliance_status here = membership_compliance(m, enrolled, now);

		if (!counts(ms, m) || here.deadline == 0)
			continue;
		if (found == NULL || stricter(here, *status)) {
			found = m;
			*status = here;
		}
	}
	return found;
}

enum session_state
memberships_session_state(const struct memberships *ms, enum session_state stored, bool enrolled,
    int64_t now)
{
	struct compliance_status status;

	if (stored == SESSION_ACTIVE && memberships_policy(ms, enrolled, now, &status) != NULL &&
	    status.compliance == COMPLIANCE_OVERDUE)
		return SESSION_ENROLLMENT_REQUIRED;
	return stored;
}

bool
memberships_require_factor(const struct memberships *ms, int64_t now)
{
	for (size_t i = 0; i < ms->count; i++)
		if (membership_requires(&ms->list[i], now))
			return true;
	return false;
}

struct proof_ages
memberships_proof_ages(const struct memberships *ms, int64_t age)
{
	struct proof_ages ages = {.password = age, .verification = age};

	for (size_t i = 0; i < ms->count; i++) {
		const struct policy *p = &ms->list[i].policy;

		if (!counts(ms, &ms->list[i]))
			continue;
		ages.password = shorter(ages.password, p->reauthentication_age);
		ages.verification = shorter(ages.verification, p->verification_age);
	}
	return ages;
}

static bool
counts(const struct memberships *ms, const struct membership *m)
{
	struct uuid here = memberships_current(ms);

	return uuid_is_nil(here) || uuid_eq(here, m->organization);
}

/* An exemption is the least strict, whatever its deadline; else the earlier date is stricter. */
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
