/* The rule of the gate. */
#include "domain/gate.h"

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
