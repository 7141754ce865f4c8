/* The policy of an organization. */
#include "store/policy.h"

#include "domain/policy.h"
#include "store/internal.h"

enum err
store_policy_update(struct store *st, struct uuid organization, const struct policy *p, int64_t now)
{
	struct q_policy_update_args args = {
	    .organization_id = organization,
	    .version = p->version,
	    .requirement = requirement_name(p->requirement),
	    .required_since = p->required_since,
	    .everyone_since = p->everyone_since,
	    .grace_days = p->grace_days,
	    .reauthentication_age = p->reauthentication_age,
	    .verification_age = p->verification_age,
	    .admin_verification = p->admin_verification,
	    .now = now,
	};
	enum err e = store_one(st, q_policy_update(st->arena, &args));

	return e == ERR_NOT_FOUND ? ERR_RACE : e;
}
