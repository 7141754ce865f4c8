/* Factors. */
#include "store/factor.h"

#include "crypto/hmac.h"
#include "domain/factor.h"
#include "store/internal.h"

enum err
store_factor_pending_delete(struct store *st, struct uuid account)
{
	struct q_factor_pending_delete_args args = {.account_id = account};

	return store_run(st, q_factor_pending_delete(st->arena, &args));
}

enum err
store_factor_insert(struct store *st, struct uuid account, const struct factor *f)
{
	struct q_factor_insert_args args = {
	    .account_id = account,
	    .factor_id = f->id,
	    .kind = str_of(f->kind->name),
	    .label = f->label,
	    .sealed = f->sealed,
	    .created_at = f->created_at,
	    .expires_at = f->expires_at,
	    .session_id = f->session,
	};

	return store_run(st, q_factor_insert(st->arena, &args));
}

enum err
store_factor_confirm(struct store *st, struct uuid account, const struct factor *f, int64_t now)
{
	struct q_factor_confirm_args args = {
	    .account_id = account,
	    .factor_id = f->id,
	    .session_id = f->session,
	    .step = f->last_counter,
	    .now = now,
	    .preferred = f->preferred,
	};

	return store_one(st, q_factor_confirm(st->arena, &args));
}

enum err
store_factor_code_macs(struct store *st, struct uuid account, struct uuid factor,
    const unsigned char *macs, size_t count)
{
	struct q_factor_code_macs_args args = {
	    .account_id = account,
	    .factor_id = factor,
	    .macs = {.bytes = macs, .size = SHA256_SIZE, .count = count},
	};

	return store_one(st, q_factor_code_macs(st->arena, &args));
}

enum err
store_factor_rename(struct store *st, struct uuid account, struct uuid factor, struct str label)
{
	struct q_factor_rename_args args = {
	    .account_id = account,
	    .factor_id = factor,
	    .label = label,
	};

	return store_one(st, q_factor_rename(st->arena, &args));
}

enum err
store_factor_prefer(struct store *st, struct uuid account, struct uuid factor)
{
	struct q_factor_unprefer_args before = {.account_id = account};
	struct q_factor_prefer_args args = {.account_id = account, .factor_id = factor};
	enum err e = store_run(st, q_factor_unprefer(st->arena, &before));

	return e == OK ? store_one(st, q_factor_prefer(st->arena, &args)) : e;
}

enum err
store_factor_delete(struct store *st, struct uuid account, struct uuid factor)
{
	struct q_factor_delete_args args = {.account_id = account, .factor_id = factor};

	return store_one(st, q_factor_delete(st->arena, &args));
}

enum err
store_factors_delete(struct store *st, struct uuid account)
{
	struct q_factors_delete_args args = {.account_id = account};

	return store_run(st, q_factors_delete(st->arena, &args));
}
