/* Accounts. */
#include "store/account.h"

#include "domain/account.h"
#include "store/internal.h"

static enum err insert_account(struct store *st, const struct account *account,
    int64_t now) MUST_CHECK;
static enum err insert_email(struct store *st, const struct account *account,
    int64_t now) MUST_CHECK;

enum err
store_account_find(struct store *st, struct str address, struct uuid *account)
{
	return store_find_id(st, Q_ACCOUNT_FIND, address, account);
}

enum err
store_account_create(struct store *st, const struct account *account, int64_t now)
{
	struct pg_args by_id = {.arena = st->arena};
	enum err e;

	pg_arg_uuid(&by_id, account->id);
	e = insert_account(st, account, now);
	if (e == OK)
		e = insert_email(st, account, now);
	if (e == OK)
		e = store_run(st, Q_THROTTLE_INSERT, &by_id);
	if (e == OK)
		e = store_run(st, Q_CHAIN_INSERT, &by_id);
	return e;
}

enum err
store_account_password(struct store *st, struct uuid account, struct str hash, int64_t now)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_text(&args, hash);
	pg_arg_time(&args, now);
	return store_run(st, Q_ACCOUNT_PASSWORD, &args);
}

enum err
store_account_disable(struct store *st, struct uuid account, int64_t disabled_at)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_time(&args, disabled_at);
	return store_run(st, Q_ACCOUNT_DISABLE, &args);
}

enum err
store_account_details(struct store *st, struct uuid account, struct account_details *d)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	*d = (struct account_details){0};
	pg_arg_uuid(&args, account);
	e = pg_read(st->pg, st->deadline_ms, Q_ACCOUNT_DETAILS, &args, &rows);
	if (e != OK)
		return e;
	e = ERR_NOT_FOUND;
	if (pg_next(&rows)) {
		d->created_at = pg_time(&rows);
		d->password_changed_at = pg_time(&rows);
		d->last_sign_in_at = pg_time(&rows);
		e = OK;
	}
	pg_clear(&rows);
	return e;
}

static enum err
insert_account(struct store *st, const struct account *account, int64_t now)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account->id);
	pg_arg_text(&args, account->name);
	pg_arg_text(&args, account->password_hash);
	pg_arg_time(&args, now);
	return store_run(st, Q_ACCOUNT_INSERT, &args);
}

static enum err
insert_email(struct store *st, const struct account *account, int64_t now)
{
	struct pg_args owner = {.arena = st->arena}, email = {.arena = st->arena};
	enum err e;

	pg_arg_text(&owner, account->email);
	pg_arg_uuid(&owner, account->id);
	pg_arg_uuid(&email, account->id);
	pg_arg_text(&email, account->email);
	pg_arg_time(&email, now);
	pg_arg_time(&email, account->email_verified ? now : 0);
	e = store_run(st, Q_EMAIL_OWNER_INSERT, &owner);
	return e == OK ? store_run(st, Q_EMAIL_INSERT, &email) : e;
}
