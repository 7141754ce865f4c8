/* Housekeeping by the janitor. */
#include "store/housekeeping.h"

#include "store/internal.h"

static enum err count_rows(struct store *st, const struct pg_query *q, int *count) MUST_CHECK;

enum err
store_janitor_sessions(struct store *st, int64_t created_before, int *count)
{
	struct q_janitor_sessions_args args = {.created_before = created_before};

	return count_rows(st, q_janitor_sessions(st->arena, &args), count);
}

enum err
store_janitor_pending(struct store *st, int64_t now, int *count)
{
	struct q_janitor_pending_args args = {.now = now};

	return count_rows(st, q_janitor_pending(st->arena, &args), count);
}

enum err
store_janitor_challenges(struct store *st, int64_t now, int *count)
{
	struct q_janitor_challenges_args args = {.now = now};

	return count_rows(st, q_janitor_challenges(st->arena, &args), count);
}

enum err
store_janitor_outbox_overdue(struct store *st, int64_t now, int64_t created_before, int *count)
{
	struct q_janitor_outbox_overdue_args args = {.now = now, .created_before = created_before};

	return count_rows(st, q_janitor_outbox_overdue(st->arena, &args), count);
}

enum err
store_janitor_outbox(struct store *st, int64_t created_before, int *count)
{
	struct q_janitor_outbox_args args = {.created_before = created_before};

	return count_rows(st, q_janitor_outbox(st->arena, &args), count);
}

static enum err
count_rows(struct store *st, const struct pg_query *q, int *count)
{
	struct pg_rows rows;
	enum err e = store_write(st, q, &rows);

	*count = rows.count;
	pg_clear(&rows);
	return e;
}
