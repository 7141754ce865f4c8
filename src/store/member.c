/* Memberships. */
#include "store/member.h"

#include "domain/member.h"
#include "store/internal.h"

enum err
store_member_find(struct store *st, struct uuid organization, struct uuid account, struct member *m)
{
	struct pg_args args = {.arena = st->arena};
	struct member *list;
	size_t count;
	enum err e;

	pg_arg_uuid(&args, organization);
	pg_arg_uuid(&args, account);
	pg_arg_int(&args, 1);
	e = store_read_members(st, Q_MEMBER_FIND, &args, &list, &count);
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
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, organization);
	e = pg_write(st->pg, st->deadline_ms, Q_ADMIN_HOLD, &args, &rows);
	if (e != OK)
		return e;
	e = ERR_NOT_FOUND;
	if (pg_next(&rows))
		e = role_parse(pg_text(&rows), role) ? OK : ERR_INTERNAL;
	pg_clear(&rows);
	return e;
}

enum err
store_membership_create(struct store *st, struct uuid account, struct uuid organization,
    struct str role, bool sensitive, int64_t now)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, organization);
	pg_arg_text(&args, role);
	pg_arg_bool(&args, sensitive);
	pg_arg_time(&args, now);
	return store_run(st, Q_MEMBERSHIP_INSERT, &args);
}

enum err
store_membership_role(struct store *st, struct uuid account, struct uuid organization,
    struct str role, bool sensitive, int64_t now)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, organization);
	pg_arg_text(&args, role);
	pg_arg_bool(&args, sensitive);
	pg_arg_time(&args, now);
	return store_one(st, Q_MEMBERSHIP_ROLE, &args);
}

enum err
store_membership_delete(struct store *st, struct uuid account, struct uuid organization)
{
	struct pg_args args = {.arena = st->arena};
	enum err e;

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, organization);
	e = store_one(st, Q_MEMBERSHIP_DELETE, &args);
	return e == OK ? store_run(st, Q_SESSIONS_LEAVE_ORGANIZATION, &args) : e;
}

enum err
store_membership_exempt(struct store *st, struct uuid account, struct uuid organization,
    int64_t until, struct str reason, struct uuid by, int64_t now)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, organization);
	pg_arg_time(&args, until);
	pg_arg_text(&args, reason);
	pg_arg_uuid(&args, by);
	pg_arg_time(&args, now);
	return store_one(st, Q_MEMBERSHIP_EXEMPT, &args);
}

enum err
store_membership_unexempt(struct store *st, struct uuid account, struct uuid organization,
    int64_t now)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, organization);
	pg_arg_time(&args, now);
	return store_one(st, Q_MEMBERSHIP_UNEXEMPT, &args);
}
