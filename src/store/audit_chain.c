/* The audit chains of all accounts: reading them as a whole, and dropping what is too old. */
#include "store/audit_chain.h"

#include "store/internal.h"

static void read_chain(const struct q_audit_chains_fetch_row *row, struct audit_chain_row *c);
static enum err read_months(struct store *st, const struct pg_query *q,
    struct audit_partition **list, size_t *count) MUST_CHECK;

enum err
store_audit_lock(struct store *st, bool exclusive)
{
	struct q_audit_lock_args args = {.exclusive = exclusive};
	struct pg_rows rows;
	enum err e = store_read(st, q_audit_lock(st->arena, &args), &rows);

	pg_clear(&rows);
	return e;
}

enum err
store_audit_snapshot(struct store *st)
{
	enum err e = store_begin_plain(st);

	if (e == OK && (e = store_run(st, q_audit_snapshot(st->arena))) != OK)
		store_rollback(st);
	return e;
}

enum err
store_audit_open(struct store *st, struct uuid account, int64_t since, int64_t before)
{
	struct q_audit_chains_open_args chains = {.account_id = account, .cutoff = before};
	struct q_audit_events_open_args events = {
	    .account_id = account,
	    .since = since,
	    .before = before,
	};
	enum err e = store_run(st, q_audit_chains_open(st->arena, &chains));

	return e == OK ? store_run(st, q_audit_events_open(st->arena, &events)) : e;
}

enum err
store_audit_close(struct store *st)
{
	enum err e = store_run(st, q_audit_chains_close(st->arena));

	return e == OK ? store_run(st, q_audit_events_close(st->arena)) : e;
}

enum err
store_audit_chains(struct store *st, struct audit_chain_row **list, size_t *count)
{
	struct q_audit_chains_fetch_row row;
	struct pg_rows rows;
	enum err e = store_write(st, q_audit_chains_fetch(st->arena), &rows);

	*count = 0;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (q_audit_chains_fetch_next(&rows, &row))
		read_chain(&row, &(*list)[(*count)++]);
	pg_clear(&rows);
	return e;
}

enum err
store_audit_events(struct store *st, struct audit_row **list, size_t *count)
{
	struct q_audit_event_row row;
	struct pg_rows rows;
	enum err e = store_write(st, q_audit_events_fetch(st->arena), &rows);

	*count = 0;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (q_audit_event_next(&rows, &row))
		store_read_audit_event(&row, &(*list)[(*count)++]);
	pg_clear(&rows);
	return e;
}

enum err
store_audit_head(struct store *st, struct uuid account, int64_t seq, unsigned char mac[SHA256_SIZE])
{
	struct q_audit_head_args args = {.account_id = account, .seq = seq};
	struct q_audit_head_row row;
	struct pg_rows rows;
	enum err e = store_read(st, q_audit_head(st->arena, &args), &rows);

	if (e == OK && !(q_audit_head_next(&rows, &row) && store_read_hash(row.mac, mac)))
		e = ERR_NOT_FOUND;
	pg_clear(&rows);
	return e;
}

enum err
store_audit_partitions(struct store *st, int64_t before, struct audit_partition **list,
    size_t *count)
{
	struct q_audit_partitions_args args = {.before = before};

	return read_months(st, q_audit_partitions(st->arena, &args), list, count);
}

enum err
store_audit_partitions_waiting(struct store *st, int64_t since, struct audit_partition **list,
    size_t *count)
{
	struct q_audit_partitions_waiting_args args = {.since = since};

	return read_months(st, q_audit_partitions_waiting(st->arena, &args), list, count);
}

enum err
store_audit_partition_make(struct store *st, int64_t month, bool *made)
{
	struct q_audit_partition_make_args args = {.month = month};
	struct q_audit_partition_make_row row;
	struct pg_rows rows;
	enum err e = store_write(st, q_audit_partition_make(st->arena, &args), &rows);

	*made = q_audit_partition_make_next(&rows, &row) && row.made;
	pg_clear(&rows);
	return e;
}

enum err
store_audit_partitions_lock(struct store *st, int64_t before)
{
	struct q_audit_partitions_lock_args args = {.before = before};

	return store_run(st, q_audit_partitions_lock(st->arena, &args));
}

enum err
store_audit_checkpoint_put(struct store *st, const struct audit_checkpoint *checkpoint)
{
	struct q_audit_checkpoint_put_args args = {
	    .account_id = checkpoint->account,
	    .seq = checkpoint->seq,
	    .head = store_hash(checkpoint->head),
	    .pruned_at = checkpoint->pruned_at,
	    .key_id = (int32_t)checkpoint->key_id,
	    .mac = store_hash(checkpoint->mac),
	};

	return store_run(st, q_audit_checkpoint_put(st->arena, &args));
}

enum err
store_audit_partition_drop(struct store *st, int64_t month, int64_t *staying)
{
	struct q_audit_partition_drop_args args = {.month = month};
	struct q_audit_partition_drop_row row;
	struct pg_rows rows;
	enum err e = store_write(st, q_audit_partition_drop(st->arena, &args), &rows);

	*staying = q_audit_partition_drop_next(&rows, &row) ? row.staying : 0;
	pg_clear(&rows);
	return e;
}

enum err
store_audit_default_clear(struct store *st, int64_t before)
{
	struct q_audit_default_clear_args args = {.before = before};

	return store_run(st, q_audit_default_clear(st->arena, &args));
}

static void
read_chain(const struct q_audit_chains_fetch_row *row, struct audit_chain_row *c)
{
	*c = (struct audit_chain_row){
	    .account = row->account_id,
	    .recorded = row->recorded,
	    .chain.length = store_read_seq(row->length),
	    .has_checkpoint = row->has_checkpoint,
	    .checkpoint.account = row->account_id,
	    .checkpoint.seq = store_read_seq(row->checkpoint_seq),
	    .checkpoint.pruned_at = row->pruned_at,
	    .checkpoint.key_id = row->key_id,
	    .first_kept = store_read_seq(row->first_kept),
	};
	(void)store_read_hash(row->checkpoint_head, c->checkpoint.head);
	(void)store_read_hash(row->mac, c->checkpoint.mac);
	/* A head that is no MAC at all fits no event. */
	if (!store_read_hash(row->head, c->chain.head) && c->recorded)
		c->chain.length = -1;
}

static enum err
read_months(struct store *st, const struct pg_query *q, struct audit_partition **list,
    size_t *count)
{
	struct q_audit_month_row row;
	struct pg_rows rows;
	enum err e = store_read(st, q, &rows);

	*count = 0;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (q_audit_month_next(&rows, &row))
		(*list)[(*count)++] = (struct audit_partition){
		    .month = row.month,
		    .events = row.events,
		};
	pg_clear(&rows);
	return e;
}
