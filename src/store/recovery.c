/* Recovery codes. */
#include "store/recovery.h"

#include "store/internal.h"

static enum err replace_set(struct store *st, struct uuid account, struct uuid set,
    int64_t now) MUST_CHECK;

enum err
store_recovery_delete(struct store *st, struct uuid account)
{
	struct q_recovery_codes_delete_args codes = {.account_id = account};
	struct q_recovery_set_delete_args set = {.account_id = account};
	enum err e = store_run(st, q_recovery_codes_delete(st->arena, &codes));

	return e == OK ? store_run(st, q_recovery_set_delete(st->arena, &set)) : e;
}

enum err
store_recovery_adopt_issued(struct store *st, struct uuid account, struct uuid set,
    struct uuid factor, int64_t now)
{
	struct q_recovery_codes_adopt_issued_args args = {
	    .account_id = account,
	    .set_id = set,
	    .factor_id = factor,
	};
	enum err e = replace_set(st, account, set, now);

	return e == OK ? store_one(st, q_recovery_codes_adopt_issued(st->arena, &args)) : e;
}

enum err
store_recovery_replace(struct store *st, struct uuid account, struct uuid set, int64_t now,
    const unsigned char *macs, size_t count)
{
	struct q_recovery_codes_insert_args args = {
	    .account_id = account,
	    .set_id = set,
	    .macs = {.bytes = macs, .size = SHA256_SIZE, .count = count},
	};
	enum err e = replace_set(st, account, set, now);

	return e == OK ? store_run(st, q_recovery_codes_insert(st->arena, &args)) : e;
}

enum err
store_recovery_acknowledge(struct store *st, struct uuid account, struct uuid set, int64_t now)
{
	struct q_recovery_acknowledge_args args = {
	    .account_id = account,
	    .set_id = set,
	    .now = now,
	};

	return store_one(st, q_recovery_acknowledge(st->arena, &args));
}

/* Deletes any set and inserts an empty one. */
static enum err
replace_set(struct store *st, struct uuid account, struct uuid set, int64_t now)
{
	struct q_recovery_set_insert_args args = {
	    .account_id = account,
	    .set_id = set,
	    .now = now,
	};
	enum err e = store_recovery_delete(st, account);

	return e == OK ? store_run(st, q_recovery_set_insert(st->arena, &args)) : e;
}
