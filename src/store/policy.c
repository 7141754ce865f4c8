/* The policy of an organization. */
#include "store/policy.h"

#include "domain/policy.h"
#include "store/internal.h"

enum err
store_policy_update(struct store *st, struct uuid organization, const struct policy *p, int64_t now)
{
	struct pg_args args = {.arena = st->arena};
	enum err e;

	pg_arg_uuid(&args, organization);
	pg_arg_int(&args, p->version);
	pg_arg_text(&args, requirement_name(p->requirement));
	pg_arg_time(&args, p->required_since);
	pg_arg_time(&args, p->everyone_since);
	pg_arg_int(&args, p->grace_days);
	pg_arg_int(&args, p->reauthentication_age);
	pg_arg_int(&args, p->verification_age);
	pg_arg_bool(&args, p->admin_verification);
	pg_arg_time(&args, now);
	e = store_one(st, Q_POLICY_UPDATE, &args);
	return e == ERR_NOT_FOUND ? ERR_RACE : e;
}
