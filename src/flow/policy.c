/* The policy of an organization, as its admins change it. */
#include "flow/policy.h"

#include "flow/internal.h"

#include "flow/admin.h"
#include "flow/compliance.h"
#include "store/policy.h"

struct change_params {
	struct uuid organization;
	const struct policy *wanted;
	struct policy *policy;
};

static flow_step change_step;
static enum err admit(const struct flow *fl, struct uuid organization, const struct policy *wanted,
    const struct membership **m) MUST_CHECK;
static bool same(const struct policy *a, const struct policy *b);

enum err
flow_policy_preview(struct flow *fl, struct uuid organization, const struct policy *wanted,
    struct policy *policy, struct member_totals *totals)
{
	const struct membership *m;
	enum err e = admit(fl, organization, wanted, &m);

	if (e != OK)
		return e;
	*policy = policy_change(&m->policy, wanted, fl->now);
	return flow_members_count(fl, organization, policy, totals);
}

enum err
flow_policy_change(struct flow *fl, struct uuid organization, const struct policy *wanted,
    struct policy *policy)
{
	struct change_params c = {.organization = organization, .wanted = wanted, .policy = policy};

	return flow_attempt(fl, change_step, &c);
}

static enum err
change_step(struct flow *fl, void *arg)
{
	const struct change_params *c = arg;
	const struct membership *m;
	struct str before, after;
	enum role role;
	enum err e = admit(fl, c->organization, c->wanted, &m);

	if (e != OK)
		return e;
	*c->policy = policy_change(&m->policy, c->wanted, fl->now);
	if (same(&m->policy, c->policy)) {
		*c->policy = m->policy;
		return OK;
	}
	before = policy_json(fl->arena, &m->policy);
	after = policy_json(fl->arena, c->policy);
	e = flow_change_begin(fl, AUDIT_POLICY_CHANGED, UUID_NIL,
	    str_printf(fl->arena, "{\"before\":%.*s,\"after\":%.*s}", STR_FMT(before),
		STR_FMT(after)));
	if (e != OK)
		return e;
	e = flow_admin_hold(fl, c->organization, &role);
	if (e == OK)
		e = store_policy_update(flow_db(fl), c->organization, c->policy, fl->now);
	return flow_change_end(fl, e);
}

static enum err
admit(const struct flow *fl, struct uuid organization, const struct policy *wanted,
    const struct membership **m)
{
	enum err e = flow_admin_membership(fl, organization, m);

	if (e != OK)
		return e;
	return policy_exceeds(wanted, fl->now) == 0 ? OK : ERR_FIELD;
}

static bool
same(const struct policy *a, const struct policy *b)
{
	return a->requirement == b->requirement && a->required_since == b->required_since &&
	       a->everyone_since == b->everyone_since && a->grace_days == b->grace_days &&
	       a->reauthentication_age == b->reauthentication_age &&
	       a->verification_age == b->verification_age &&
	       a->admin_verification == b->admin_verification;
}
