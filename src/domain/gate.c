/* The rule of the gate. */
#include "domain/gate.h"

static bool enrollment_required(const struct gate_subject *s, const struct membership *named,
    int64_t now);

struct gate_rule
gate_rule_parse(struct str level, struct str max_age, int64_t strictest)
{
	struct gate_rule rule = {.level = GATE_TWO_FACTOR, .max_age = strictest};
	bool two = str_eq(level, STR("two_factor"));
	int64_t age;

	if (max_age.n == 0) {
		if (str_eq(level, STR("one_factor")))
			rule = (struct gate_rule){.level = GATE_ONE_FACTOR};
		else if (two)
			rule.max_age = 0;
	} else if (two && str_to_int64(max_age, &age) && age > 0 && age <= GATE_AGE_MAX) {
		rule.max_age = age;
	}
	return rule;
}

struct auth_context
gate_context(const struct gate_subject *s, struct str slug, int64_t now)
{
	const struct memberships *ms = &s->memberships;
	const struct membership *named = memberships_find_slug(ms, slug);
	bool has_factor = s->active_factors > 0;

	return (struct auth_context){
	    .signed_in = true,
	    .state = s->session.state,
	    .has_factor = has_factor,
	    .verified_at = s->session.verified_at,
	    .organization_asked = slug.n > 0,
	    .member = named != NULL,
	    .works_there = named != NULL && uuid_eq(memberships_current(ms), named->organization),
	    .enrollment_required = enrollment_required(s, named, now),
	};
}

enum gate_decision
gate_decide(const struct gate_rule *rule, const struct auth_context *context, int64_t now)
{
	if (!context->signed_in)
		return GATE_SIGN_IN;
	if (context->state == SESSION_MFA_REQUIRED)
		return GATE_CHALLENGE;
	if (context->organization_asked && !context->member)
		return GATE_FORBIDDEN;
	if (context->enrollment_required || context->state != SESSION_ACTIVE)
		return GATE_SET_UP;
	if (rule->level == GATE_ONE_FACTOR)
		return GATE_ALLOW;
	if (!context->has_factor)
		return GATE_SET_UP;
	if (context->organization_asked && !context->works_there)
		return GATE_SWITCH_ORGANIZATION;
	if (context->verified_at == 0)
		return GATE_STEP_UP;
	if (rule->max_age > 0 && !session_fresh(context->verified_at, rule->max_age, now))
		return GATE_STEP_UP;
	return GATE_ALLOW;
}

/* The deadline of the resource's organization counts there, else that of the session's. */
static bool
enrollment_required(const struct gate_subject *s, const struct membership *named, int64_t now)
{
	bool enrolled = s->active_factors > 0;

	if (named != NULL)
		return membership_compliance(named, enrolled, now).compliance == COMPLIANCE_OVERDUE;
	return memberships_session_state(&s->memberships, s->session.state, enrolled, now) ==
	       SESSION_ENROLLMENT_REQUIRED;
}
