/* Factors. */
#include "store/factor.h"

#include "domain/factor.h"
#include "store/internal.h"

static enum err by_factor(struct store *st, enum query q, struct uuid account,
    struct uuid factor) MUST_CHECK;
static enum err by_account(struct store *st, enum query q, struct uuid account) MUST_CHECK;

enum err
store_factor_pending_delete(struct store *st, struct uuid account)
{
	return by_account(st, Q_FACTOR_PENDING_DELETE, account);
}

enum err
store_factor_insert(struct store *st, struct uuid account, const struct factor *f)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, f->id);
	pg_arg_text(&args, str_of(f->kind->name));
	pg_arg_text(&args, f->label);
	pg_arg_bytes(&args, f->sealed.p, f->sealed.n);
	pg_arg_time(&args, f->created_at);
	pg_arg_time(&args, f->expires_at);
	pg_arg_uuid(&args, f->session);
	return store_run(st, Q_FACTOR_INSERT, &args);
}

enum err
store_factor_confirm(struct store *st, struct uuid account, const struct factor *f, int64_t now)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, f->id);
	pg_arg_uuid(&args, f->session);
	pg_arg_bigint(&args, f->last_counter);
	pg_arg_time(&args, now);
	pg_arg_bool(&args, f->preferred);
	return store_one(st, Q_FACTOR_CONFIRM, &args);
}

enum err
store_factor_code_macs(struct store *st, struct uuid account, struct uuid factor,
    const unsigned char *macs, size_t count)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, factor);
	pg_arg_bytes_array(&args, macs, SHA256_SIZE, count);
	return store_one(st, Q_FACTOR_CODE_MACS, &args);
}

enum err
store_factor_rename(struct store *st, struct uuid account, struct uuid factor, struct str label)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, factor);
	pg_arg_text(&args, label);
	return store_one(st, Q_FACTOR_RENAME, &args);
}

enum err
store_factor_prefer(struct store *st, struct uuid account, struct uuid factor)
{
	enum err e = by_account(st, Q_FACTOR_UNPREFER, account);

	return e == OK ? by_factor(st, Q_FACTOR_PREFER, account, factor) : e;
}

enum err
store_factor_delete(struct store *st, struct uuid account, struct uuid factor)
{
	return by_factor(st, Q_FACTOR_DELETE, account, factor);
}

enum err
store_factors_delete(struct store *st, struct uuid account)
{
	return by_account(st, Q_FACTORS_DELETE, account);
}

static enum err
by_factor(struct store *st, enum query q, struct uuid account, struct uuid factor)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, factor);
	return store_one(st, q, &args);
}

static enum err
by_account(struct store *st, enum query q, struct uuid account)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	return store_run(st, q, &args);
}
