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
	struct q_account_find_args args = {.address = address};
	struct q_account_find_row row;
	struct pg_rows rows;
	enum err e = store_read(st, q_account_find(st->arena, &args), &rows);

	*account = q_account_find_next(&rows, &row) ? row.account_id : UUID_NIL;
	pg_clear(&rows);
	return e;
}

enum err
store_account_create(struct store *st, const struct account *account, int64_t now)
{
	struct q_throttle_insert_args throttle = {.account_id = account->id};
	struct q_chain_insert_args chain = {.account_id = account->id};
	enum err e = insert_account(st, account, now);

	if (e == OK)
		e = insert_email(st, account, now);
	if (e == OK)
		e = store_run(st, q_throttle_insert(st->arena, &throttle));
	if (e == OK)
		e = store_run(st, q_chain_insert(st->arena, &chain));
	return e;
}

enum err
store_account_password(struct store *st, struct uuid account, struct str hash, int64_t now)
{
	struct q_account_password_args args = {
	    .account_id = account,
	    .password_hash = hash,
	    .now = now,
	};

	return store_run(st, q_account_password(st->arena, &args));
}

enum err
store_account_disable(struct store *st, struct uuid account, int64_t disabled_at)
{
	struct q_account_disable_args args = {.account_id = account, .disabled_at = disabled_at};

	return store_run(st, q_account_disable(st->arena, &args));
}

enum err
store_account_details(struct store *st, struct uuid account, struct account_details *d)
{
	struct q_account_details_args args = {.account_id = account};
	struct q_account_details_row row = {0};
	struct pg_rows rows;
	enum err e = store_read(st, q_account_details(st->arena, &args), &rows);

	if (e == OK && !q_account_details_next(&rows, &row))
		e = ERR_NOT_FOUND;
	*d = (struct account_details){
	    .created_at = row.created_at,
	    .password_changed_at = row.password_changed_at,
	    .last_sign_in_at = row.last_sign_in_at,
	};
	pg_clear(&rows);
	return e;
}

static enum err
insert_account(struct store *st, const struct account *account, int64_t now)
{
	struct q_account_insert_args args = {
	    .account_id = account->id,
	    .name = account->name,
	    .password_hash = account->password_hash,
	    .now = now,
	};

	return store_run(st, q_account_insert(st->arena, &args));
}

static enum err
insert_email(struct store *st, const struct account *account, int64_t now)
{
	struct q_email_owner_insert_args owner = {
	    .address = account->email,
	    .account_id = account->id,
	};
	struct q_email_insert_args email = {
	    .account_id = account->id,
	    .address = account->email,
	    .now = now,
	    .verified_at = account->email_verified ? now : 0,
	};
	enum err e = store_run(st, q_email_owner_insert(st->arena, &owner));

	return e == OK ? store_run(st, q_email_insert(st->arena, &email)) : e;
}
