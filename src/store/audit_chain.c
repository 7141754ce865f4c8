/* The audit chains of all accounts: reading them as a whole, and dropping what is too old. */
#include "store/audit_chain.h"

#include <string.h>

#include "store/internal.h"

/* No chain comes near it. */
#define SEQ_MAX (INT64_MAX / 2)

static void read_chain(struct pg_rows *rows, struct audit_chain_row *c);
static int64_t within(int64_t seq);
static enum err read_months(struct store *st, enum query q, int64_t time,
    struct audit_partition **list, size_t *count) MUST_CHECK;
static enum err change_month(struct store *st, enum query q, int64_t month,
    struct pg_rows *rows) MUST_CHECK;

enum err
store_audit_lock(struct store *st, bool exclusive)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	pg_arg_bool(&args, exclusive);
	e = pg_read(st->pg, st->deadline_ms, Q_AUDIT_LOCK, &args, &rows);
	pg_clear(&rows);
	return e;
}

enum err
store_audit_snapshot(struct store *st)
{
	struct pg_args args = {.arena = st->arena};
	enum err e = pg_begin(st->pg, st->deadline_ms);

	if (e == OK && (e = store_run(st, Q_AUDIT_SNAPSHOT, &args)) != OK)
		store_rollback(st);
	return e;
}

enum err
store_audit_open(struct store *st, struct uuid account, int64_t since, int64_t before)
{
	struct pg_args chains = {.arena = st->arena}, events = {.arena = st->arena};
	enum err e;

	pg_arg_uuid(&chains, account);
	pg_arg_time(&chains, before);
	pg_arg_uuid(&events, account);
	pg_arg_time(&events, since);
	pg_arg_time(&events, before);
	e = store_run(st, Q_AUDIT_CHAINS_OPEN, &chains);
	return e == OK ? store_run(st, Q_AUDIT_EVENTS_OPEN, &events) : e;
}

enum err
store_audit_close(struct store *st)
{
	struct pg_args args = {.arena = st->arena};
	enum err e = store_run(st, Q_AUDIT_CHAINS_CLOSE, &args);

	return e == OK ? store_run(st, Q_AUDIT_EVENTS_CLOSE, &args) : e;
}

enum err
store_audit_chains(struct store *st, struct audit_chain_row **list, size_t *count)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e = pg_write(st->pg, st->deadline_ms, Q_AUDIT_CHAINS_NEXT, &args, &rows);

	*count = 0;
	if (e != OK)
		return e;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (pg_next(&rows))
		read_chain(&rows, &(*list)[(*count)++]);
	pg_clear(&rows);
	return OK;
}

enum err
store_audit_events(struct store *st, struct audit_row **list, size_t *count)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e = pg_write(st->pg, st->deadline_ms, Q_AUDIT_EVENTS_NEXT, &args, &rows);

	*count = 0;
	if (e != OK)
		return e;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (pg_next(&rows))
		store_read_audit_row(&rows, &(*list)[(*count)++]);
	pg_clear(&rows);
	return OK;
}

enum err
store_audit_head(struct store *st, struct uuid account, int64_t seq, unsigned char mac[SHA256_SIZE])
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	pg_arg_uuid(&args, account);
	pg_arg_bigint(&args, seq);
	e = pg_read(st->pg, st->deadline_ms, Q_AUDIT_HEAD, &args, &rows);
	if (e != OK)
		return e;
	e = pg_next(&rows) && store_read_mac(&rows, mac) ? OK : ERR_NOT_FOUND;
	pg_clear(&rows);
	return e;
}

enum err
store_audit_partitions(struct store *st, int64_t before, struct audit_partition **list,
    size_t *count)
{
	return read_months(st, Q_AUDIT_PARTITIONS, before, list, count);
}

enum err
store_audit_partitions_waiting(struct store *st, int64_t since, struct audit_partition **list,
    size_t *count)
{
	return read_months(st, Q_AUDIT_PARTITIONS_WAITING, since, list, count);
}

enum err
store_audit_partition_make(struct store *st, int64_t month, bool *made)
{
	struct pg_rows rows;
	enum err e = change_month(st, Q_AUDIT_PARTITION_MAKE, month, &rows);

	*made = e == OK && pg_next(&rows) && pg_bool(&rows);
	pg_clear(&rows);
	return e;
}

enum err
store_audit_partitions_lock(struct store *st, int64_t before)
{
	struct pg_rows rows;
	enum err e = change_month(st, Q_AUDIT_PARTITIONS_LOCK, before, &rows);

	pg_clear(&rows);
	return e;
}

enum err
store_audit_checkpoint_put(struct store *st, const struct audit_checkpoint *checkpoint)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, checkpoint->account);
	pg_arg_bigint(&args, checkpoint->seq);
	pg_arg_bytes(&args, checkpoint->head, sizeof(checkpoint->head));
	pg_arg_time(&args, checkpoint->pruned_at);
	pg_arg_int(&args, (int32_t)checkpoint->key_id);
	pg_arg_bytes(&args, checkpoint->mac, sizeof(checkpoint->mac));
	return store_run(st, Q_AUDIT_CHECKPOINT_PUT, &args);
}

enum err
store_audit_partition_drop(struct store *st, int64_t month, int64_t *staying)
{
	struct pg_rows rows;
	enum err e = change_month(st, Q_AUDIT_PARTITION_DROP, month, &rows);

	*staying = e == OK && pg_next(&rows) ? pg_bigint(&rows) : 0;
	pg_clear(&rows);
	return e;
}

enum err
store_audit_default_clear(struct store *st, int64_t before)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_time(&args, before);
	return store_run(st, Q_AUDIT_DEFAULT_CLEAR, &args);
}

void
store_read_audit_row(struct pg_rows *rows, struct audit_row *r)
{
	r->account = pg_uuid(rows);
	r->seq = within(pg_bigint(rows));
	r->malformed = pg_bool(rows);
	r->at = pg_time(rows);
	r->kind = pg_text(rows);
	r->result = pg_text(rows);
	r->actor = pg_text(rows);
	r->actor_id = pg_uuid(rows);
	r->session = pg_uuid(rows);
	r->factor = pg_uuid(rows);
	r->organization = pg_uuid(rows);
	r->address = pg_text(rows);
	r->user_agent = pg_text(rows);
	r->request_id = pg_text(rows);
	r->details = pg_text(rows);
	r->key_id = pg_int(rows);
	r->malformed = !store_read_mac(rows, r->mac) || r->malformed;
}

/*
 * False, and zeros, for what has not the length of a MAC: the owner of the tables can make it
 * so.
 */
bool
store_read_mac(struct pg_rows *rows, unsigned char out[SHA256_SIZE])
{
	struct str bytes = pg_bytes(rows);

	memset(out, 0, SHA256_SIZE);
	if (bytes.n != SHA256_SIZE)
		return false;
	memcpy(out, bytes.p, SHA256_SIZE);
	return true;
}

static void
read_chain(struct pg_rows *rows, struct audit_chain_row *c)
{
	bool whole;

	c->account = pg_uuid(rows);
	c->recorded = pg_bool(rows);
	c->chain.length = within(pg_bigint(rows));
	whole = store_read_mac(rows, c->chain.head);
	/* A head that is no MAC at all fits nothing. */
	if (c->recorded && !whole)
		c->chain.length = -1;
	c->has_checkpoint = pg_bool(rows);
	c->checkpoint.account = c->account;
	c->checkpoint.seq = within(pg_bigint(rows));
	(void)store_read_mac(rows, c->checkpoint.head);
	c->checkpoint.pruned_at = pg_time(rows);
	c->checkpoint.key_id = pg_int(rows);
	(void)store_read_mac(rows, c->checkpoint.mac);
	c->first_kept = within(pg_bigint(rows));
}

/* A number that can be counted on from; what is cut fits no MAC. */
static int64_t
within(int64_t seq)
{
	return seq < 0 ? 0 : seq > SEQ_MAX ? SEQ_MAX : seq;
}

static enum err
read_months(struct store *st, enum query q, int64_t time, struct audit_partition **list,
    size_t *count)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	*count = 0;
	pg_arg_time(&args, time);
	e = pg_read(st->pg, st->deadline_ms, (int)q, &args, &rows);
	if (e != OK)
		return e;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (pg_next(&rows)) {
		struct audit_partition *m = &(*list)[(*count)++];

		m->month = pg_time(&rows);
		m->events = pg_bigint(&rows);
	}
	pg_clear(&rows);
	return OK;
}

static enum err
change_month(struct store *st, enum query q, int64_t month, struct pg_rows *rows)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_time(&args, month);
	return pg_write(st->pg, st->deadline_ms, (int)q, &args, rows);
}
