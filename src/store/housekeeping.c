/* Housekeeping: what the janitor deletes and gives up. */
#include "store/housekeeping.h"

#include "store/internal.h"

static enum err count_deleted(struct store *st, enum query q, int64_t time, int *count) MUST_CHECK;
static enum err count_rows(struct store *st, enum query q, const struct pg_args *args,
    int *count) MUST_CHECK;

enum err
store_janitor_sessions(struct store *st, int64_t created_before, int *count)
{
	return count_deleted(st, Q_JANITOR_SESSIONS, created_before, count);
}

enum err
store_janitor_pending(struct store *st, int64_t now, int *count)
{
	return count_deleted(st, Q_JANITOR_PENDING, now, count);
}

enum err
store_janitor_outbox_overdue(struct store *st, int64_t now, int64_t created_before, int *count)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_time(&args, now);
	pg_arg_time(&args, created_before);
	return count_rows(st, Q_JANITOR_OUTBOX_OVERDUE, &args, count);
}

enum err
store_janitor_outbox(struct store *st, int64_t created_before, int *count)
{
	return count_deleted(st, Q_JANITOR_OUTBOX, created_before, count);
}

static enum err
count_deleted(struct store *st, enum query q, int64_t time, int *count)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_time(&args, time);
	return count_rows(st, q, &args, count);
}

static enum err
count_rows(struct store *st, enum query q, const struct pg_args *args, int *count)
{
	struct pg_rows rows;
	enum err e;

	*count = 0;
	e = pg_write(st->pg, st->deadline_ms, (int)q, args, &rows);
	if (e != OK)
		return e;
	*count = rows.count;
	pg_clear(&rows);
	return OK;
}
