/* Recovery codes. */
#include "store/recovery.h"

#include "store/internal.h"

enum err
store_recovery_delete(struct store *st, struct uuid account)
{
	struct pg_args args = {.arena = st->arena};
	enum err e;

	pg_arg_uuid(&args, account);
	e = store_run(st, Q_RECOVERY_CODES_DELETE, &args);
	return e == OK ? store_run(st, Q_RECOVERY_SET_DELETE, &args) : e;
}

enum err
store_recovery_adopt_issued(struct store *st, struct uuid account, struct uuid set,
    struct uuid factor, int64_t now)
{
	struct pg_args insert_set = {.arena = st->arena}, take = {.arena = st->arena};
	enum err e;

	pg_arg_uuid(&insert_set, account);
	pg_arg_uuid(&insert_set, set);
	pg_arg_time(&insert_set, now);
	pg_arg_uuid(&take, account);
	pg_arg_uuid(&take, set);
	pg_arg_uuid(&take, factor);
	e = store_recovery_delete(st, account);
	if (e == OK)
		e = store_run(st, Q_RECOVERY_SET_INSERT, &insert_set);
	return e == OK ? store_one(st, Q_RECOVERY_CODES_ADOPT_ISSUED, &take) : e;
}

enum err
store_recovery_replace(struct store *st, struct uuid account, struct uuid set, int64_t now,
    const unsigned char *macs, size_t count)
{
	struct pg_args insert_set = {.arena = st->arena}, insert_codes = {.arena = st->arena};
	enum err e;

	pg_arg_uuid(&insert_set, account);
	pg_arg_uuid(&insert_set, set);
	pg_arg_time(&insert_set, now);
	pg_arg_uuid(&insert_codes, account);
	pg_arg_uuid(&insert_codes, set);
	pg_arg_bytes_array(&insert_codes, macs, SHA256_SIZE, count);
	e = store_recovery_delete(st, account);
	if (e == OK)
		e = store_run(st, Q_RECOVERY_SET_INSERT, &insert_set);
	if (e == OK)
		e = store_run(st, Q_RECOVERY_CODES_INSERT, &insert_codes);
	return e;
}

enum err
store_recovery_acknowledge(struct store *st, struct uuid account, struct uuid set, int64_t now)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, set);
	pg_arg_time(&args, now);
	return store_one(st, Q_RECOVERY_ACKNOWLEDGE, &args);
}
