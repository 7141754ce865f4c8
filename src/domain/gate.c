/* The rule of the gate. */
#include "domain/gate.h"

struct gate_rule
gate_rule_read(struct str level, struct str max_age, int64_t strictest)
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

enum gate_verdict
gate_judge(const struct gate_rule *rule, const struct gate_asker *asker, int64_t now)
{
	if (!asker->signed_in)
		return GATE_SIGN_IN;
	if (asker->state == SESSION_MFA_REQUIRED)
		return GATE_CHALLENGE;
	if (asker->organization_asked && !asker->member)
		return GATE_FORBIDDEN;
	if (asker->enrollment_required || asker->state != SESSION_ACTIVE)
		return GATE_SET_UP;
	if (rule->level == GATE_ONE_FACTOR)
		return GATE_PASS;
	if (!asker->has_factor)
		return GATE_SET_UP;
	if (asker->organization_asked && !asker->entered)
		return GATE_ENTER;
	if (asker->verified_at == 0)
		return GATE_VERIFY_AGAIN;
	if (rule->max_age > 0 && !session_fresh(asker->verified_at, rule->max_age, now))
		return GATE_VERIFY_AGAIN;
	return GATE_PASS;
}
