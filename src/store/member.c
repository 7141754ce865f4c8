/* Memberships. */
#include "store/member.h"

#include "base/log.h"
#include "domain/member.h"
#include "store/internal.h"

enum err
store_member_find(struct store *st, struct uuid organization, struct uuid account, struct member *m)
{
	struct q_member_find_args args = {
	    .organization_id = organization,
	    .account_id = account,
	    .member_page.batch = 1,
	};
	struct member *list;
	size_t count;
	enum err e = store_members(st, q_member_find(st->arena, &args), &list, &count);

	if (e != OK)
		return e;
	if (count == 0)
		return ERR_NOT_FOUND;
	*m = list[0];
	return OK;
}

enum err
store_admin_hold(struct store *st, struct uuid account, struct uuid organization, enum role *role)
{
	struct q_admin_hold_args args = {.account_id = account, .organization_id = organization};
	struct q_admin_hold_row row;
	struct pg_rows rows;
	enum err e = store_write(st, q_admin_hold(st->arena, &args), &rows);

	if (e == OK && !q_admin_hold_next(&rows, &row))
		e = ERR_NOT_FOUND;
	if (e == OK && !role_parse(row.role, role))
		e = ERR_INTERNAL;
	pg_clear(&rows);
	return e;
}

enum err
store_membership_create(struct store *st, struct uuid account, struct uuid organization,
    struct str role, bool sensitive, int64_t now)
{
	struct q_membership_insert_args args = {
	    .account_id = account,
	    .organization_id = organization,
	    .role = role,
	    .sensitive = sensitive,
	    .now = now,
	};

	return store_run(st, q_membership_insert(st->arena, &args));
}

enum err
store_membership_role(struct store *st, struct uuid account, struct uuid organization,
    struct str role, bool sensitive, int64_t now)
{
	struct q_membership_role_args args = {
	    .account_id = account,
	    .organization_id = organization,
	    .role = role,
	    .sensitive = sensitive,
	    .now = now,
	};

	return store_one(st, q_membership_role(st->arena, &args));
}

enum err
store_membership_delete(struct store *st, struct uuid account, struct uuid organization)
{
	struct q_membership_delete_args membership = {
	    .account_id = account,
	    .organization_id = organization,
	};
	struct q_sessions_leave_organization_args sessions = {
	    .account_id = account,
	    .organization_id = organization,
	};
	enum err e = store_one(st, q_membership_delete(st->arena, &membership));

	return e == OK ? store_run(st, q_sessions_leave_organization(st->arena, &sessions)) : e;
}

enum err
store_membership_exempt(struct store *st, struct uuid account, struct uuid organization,
    int64_t until, struct str reason, struct uuid by, int64_t now)
{
	struct q_membership_exempt_args args = {
	    .account_id = account,
	    .organization_id = organization,
	    .until = until,
	    .reason = reason,
	    .by_account = by,
	    .now = now,
	};

	return store_one(st, q_membership_exempt(st->arena, &args));
}

enum err
store_membership_unexempt(struct store *st, struct uuid account, struct uuid organization,
    int64_t now)
{
	struct q_membership_unexempt_args args = {
	    .account_id = account,
	    .organization_id = organization,
	    .now = now,
	};

	return store_one(st, q_membership_unexempt(st->arena, &args));
}

bool
store_read_membership(const struct q_membership_row *row, struct membership *m)
{
	bool there = !uuid_is_nil(row->organization_id);

	*m = (struct membership){
	    .organization = row->organization_id,
	    .slug = row->slug,
	    .name = row->organization_name,
	    .sensitive = row->sensitive,
	    .joined_at = row->joined_at,
	    .exempt_until = row->exempt_until,
	    .policy.required_since = row->required_since,
	    .policy.everyone_since = row->everyone_since,
	    .policy.grace_days = row->grace_days,
	    .policy.reauthentication_age = row->reauthentication_age,
	    .policy.verification_age = row->verification_age,
	    .policy.admin_verification = row->admin_verification,
	    .policy.version = row->version,
	};
	if (there && !role_parse(row->role, &m->role))
		log_fatal("store.membership", "unknown role");
	if (!str_is_absent(row->requirement) &&
	    !requirement_parse(row->requirement, &m->policy.requirement))
		log_fatal("store.policy", "unknown requirement");
	return there;
}
