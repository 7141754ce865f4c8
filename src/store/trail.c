/* The audit trail as a whole: reading all of it, and dropping what is too old. */
#include <string.h>

#include "store/internal.h"

/* No chain comes near it. */
#define SEQ_MAX (INT64_MAX / 2)

static void read_chain(struct pg_rows *rows, struct trail_chain *c);
static int64_t within(int64_t seq);
static enum err read_months(struct store *st, enum query q, int64_t time, struct trail_month **list,
    size_t *count) MUST_CHECK;
static enum err change_month(struct store *st, enum query q, int64_t month, struct pg_rows *rows) MUST_CHECK;

enum err
store_trail_lock(struct store *st, bool exclusive)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	pg_arg_bool(&args, exclusive);
	e = pg_read(st->pg, st->deadline_ms, Q_TRAIL_LOCK, &args, &rows);
	pg_done(&rows);
	return e;
}

enum err
store_trail_snapshot(struct store *st)
{
	struct pg_args args = {.arena = st->arena};
	enum err e = pg_begin(st->pg, st->deadline_ms);

	if (e == OK && (e = store_run(st, Q_TRAIL_SNAPSHOT, &args)) != OK)
		store_rollback(st);
	return e;
}

enum err
store_trail_open(struct store *st, struct uuid account, int64_t since, int64_t before)
{
	struct pg_args chains = {.arena = st->arena}, events = {.arena = st->arena};
	enum err e;

	pg_arg_uuid(&chains, account);
	pg_arg_time(&chains, before);
	pg_arg_uuid(&events, account);
	pg_arg_time(&events, since);
	pg_arg_time(&events, before);
	e = store_run(st, Q_TRAIL_CHAINS_OPEN, &chains);
	return e == OK ? store_run(st, Q_TRAIL_EVENTS_OPEN, &events) : e;
}

enum err
store_trail_close(struct store *st)
{
	struct pg_args args = {.arena = st->arena};
	enum err e = store_run(st, Q_TRAIL_CHAINS_CLOSE, &args);

	return e == OK ? store_run(st, Q_TRAIL_EVENTS_CLOSE, &args) : e;
}

enum err
store_trail_chains(struct store *st, struct trail_chain **list, size_t *count)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e = pg_write(st->pg, st->deadline_ms, Q_TRAIL_CHAINS_NEXT, &args, &rows);

	*count = 0;
	if (e != OK)
		return e;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (pg_next(&rows))
		read_chain(&rows, &(*list)[(*count)++]);
	pg_done(&rows);
	return OK;
}

enum err
store_trail_events(struct store *st, struct audit_record **list, size_t *count)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e = pg_write(st->pg, st->deadline_ms, Q_TRAIL_EVENTS_NEXT, &args, &rows);

	*count = 0;
	if (e != OK)
		return e;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (pg_next(&rows))
		store_read_event(&rows, &(*list)[(*count)++]);
	pg_done(&rows);
	return OK;
}

enum err
store_trail_head(struct store *st, struct uuid account, int64_t seq, unsigned char mac[SHA256_SIZE])
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	pg_arg_uuid(&args, account);
	pg_arg_bigint(&args, seq);
	e = pg_read(st->pg, st->deadline_ms, Q_TRAIL_HEAD, &args, &rows);
	if (e != OK)
		return e;
	e = pg_next(&rows) && store_read_mac(&rows, mac) ? OK : ERR_NOT_FOUND;
	pg_done(&rows);
	return e;
}

enum err
store_trail_months(struct store *st, int64_t before, struct trail_month **list, size_t *count)
{
	return read_months(st, Q_TRAIL_MONTHS, before, list, count);
}

enum err
store_trail_months_waiting(struct store *st, int64_t since, struct trail_month **list, size_t *count)
{
	return read_months(st, Q_TRAIL_MONTHS_WAITING, since, list, count);
}

enum err
store_trail_month_make(struct store *st, int64_t month, bool *made)
{
	struct pg_rows rows;
	enum err e = change_month(st, Q_TRAIL_MONTH_MAKE, month, &rows);

	*made = e == OK && pg_next(&rows) && pg_bool(&rows);
	pg_done(&rows);
	return e;
}

enum err
store_trail_months_lock(struct store *st, int64_t before)
{
	struct pg_rows rows;
	enum err e = change_month(st, Q_TRAIL_MONTHS_LOCK, before, &rows);

	pg_done(&rows);
	return e;
}

enum err
store_trail_anchor(struct store *st, const struct audit_anchor *anchor)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, anchor->account);
	pg_arg_bigint(&args, anchor->seq);
	pg_arg_bytes(&args, anchor->head, sizeof(anchor->head));
	pg_arg_time(&args, anchor->pruned_at);
	pg_arg_int(&args, (int32_t)anchor->key_id);
	pg_arg_bytes(&args, anchor->mac, sizeof(anchor->mac));
	return store_run(st, Q_TRAIL_ANCHOR, &args);
}

enum err
store_trail_month_drop(struct store *st, int64_t month, int64_t *staying)
{
	struct pg_rows rows;
	enum err e = change_month(st, Q_TRAIL_MONTH_DROP, month, &rows);

	*staying = e == OK && pg_next(&rows) ? pg_bigint(&rows) : 0;
	pg_done(&rows);
	return e;
}

enum err
store_trail_default_clear(struct store *st, int64_t before)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_time(&args, before);
	return store_run(st, Q_TRAIL_DEFAULT_CLEAR, &args);
}

void
store_read_event(struct pg_rows *rows, struct audit_record *r)
{
	r->account = pg_uuid(rows);
	r->seq = within(pg_bigint(rows));
	r->odd = pg_bool(rows);
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
	r->odd = !store_read_mac(rows, r->mac) || r->odd;
}

/* False, and zeros, for what has not the length of a MAC: the owner of the tables can make it so. */
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
read_chain(struct pg_rows *rows, struct trail_chain *c)
{
	bool whole;

	c->account = pg_uuid(rows);
	c->noted = pg_bool(rows);
	c->chain.length = within(pg_bigint(rows));
	whole = store_read_mac(rows, c->chain.head);
	/* A head that is no MAC at all fits nothing. */
	if (c->noted && !whole)
		c->chain.length = -1;
	c->anchored = pg_bool(rows);
	c->anchor.account = c->account;
	c->anchor.seq = within(pg_bigint(rows));
	(void)store_read_mac(rows, c->anchor.head);
	c->anchor.pruned_at = pg_time(rows);
	c->anchor.key_id = pg_int(rows);
	(void)store_read_mac(rows, c->anchor.mac);
	c->first_kept = within(pg_bigint(rows));
}

/* A number that can be counted on from; what is cut fits no MAC. */
static int64_t
within(int64_t seq)
{
	return seq < 0 ? 0 : seq > SEQ_MAX ? SEQ_MAX : seq;
}

static enum err
read_months(struct store *st, enum query q, int64_t time, struct trail_month **list, size_t *count)
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
		struct trail_month *m = &(*list)[(*count)++];

		m->month = pg_time(&rows);
		m->events = pg_bigint(&rows);
	}
	pg_done(&rows);
	return OK;
}

static enum err
change_month(struct store *st, enum query q, int64_t month, struct pg_rows *rows)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_time(&args, month);
	return pg_write(st->pg, st->deadline_ms, (int)q, &args, rows);
}
