/* The connection, transactions, audit events, and what all features share. */
#include "store/store.h"

#include <string.h>

#include "domain/audit.h"
#include "store/internal.h"

/* No chain has nearly so many events. */
#define SEQ_MAX (INT64_MAX / 2)

struct pg *
store_connection(struct arena *a, const char *database)
{
	return pg_new(a, database, queries, Q_COUNT);
}

enum err
store_schema_version(struct store *st, int32_t *version)
{
	struct q_schema_version_row row;
	struct pg_rows rows;
	enum err e = store_read(st, q_schema_version(st->arena), &rows);

	*version = q_schema_version_next(&rows, &row) ? row.version : 0;
	pg_clear(&rows);
	return e;
}

enum err
store_begin(struct store *st, const struct audit_event *ev)
{
	enum err e = store_begin_plain(st);

	if (e == OK && (e = store_event(st, ev)) != OK)
		store_rollback(st);
	return e;
}

enum err
store_begin_plain(struct store *st)
{
	return pg_begin(st->pg, st->deadline_ms);
}

enum err
store_commit(struct store *st)
{
	return pg_commit(st->pg, st->deadline_ms);
}

void
store_rollback(struct store *st)
{
	pg_rollback(st->pg, st->deadline_ms);
}

enum err
store_event(struct store *st, const struct audit_event *ev)
{
	struct q_event_add_args args = {.event = store_event_args(ev)};

	return store_with_event(st, q_event_add(st->arena, &args));
}

struct q_event_args
store_event_args(const struct audit_event *ev)
{
	return (struct q_event_args){
	    .ev_account_id = ev->account,
	    .ev_seq = ev->seq,
	    .ev_at = ev->at,
	    .ev_kind = audit_kind_name(ev->kind),
	    .ev_result = audit_result_name(ev->accepted),
	    .ev_actor = audit_actor_name(ev->actor),
	    .ev_actor_id = ev->actor_id,
	    .ev_session_id = ev->session,
	    .ev_factor_id = ev->factor,
	    .ev_organization_id = ev->organization,
	    .ev_address = ev->address,
	    .ev_user_agent = ev->user_agent,
	    .ev_request_id = ev->request_id,
	    .ev_details = ev->details,
	    .ev_key_id = ev->key_id,
	    .ev_mac = store_hash(ev->mac),
	};
}

struct str
store_hash(const unsigned char hash[SHA256_SIZE])
{
	return (struct str){.p = (const char *)hash, .n = SHA256_SIZE};
}

bool
store_read_hash(struct str bytes, unsigned char out[SHA256_SIZE])
{
	memset(out, 0, SHA256_SIZE);
	if (bytes.n != SHA256_SIZE)
		return false;
	memcpy(out, bytes.p, SHA256_SIZE);
	return true;
}

/* The owner of the tables can put anything there, so what no event of ours can have is marked. */
void
store_read_audit_event(const struct q_audit_event_row *row, struct audit_row *r)
{
	*r = (struct audit_row){
	    .account = row->account_id,
	    .seq = store_read_seq(row->seq),
	    .at = row->at,
	    .kind = row->kind,
	    .result = row->result,
	    .actor = row->actor,
	    .actor_id = row->actor_id,
	    .session = row->session_id,
	    .factor = row->factor_id,
	    .organization = row->organization_id,
	    .address = row->address,
	    .user_agent = row->user_agent,
	    .request_id = row->request_id,
	    .details = row->details,
	    .key_id = row->key_id,
	};
	r->malformed = !store_read_hash(row->mac, r->mac) || row->malformed;
}

int64_t
store_read_seq(int64_t seq)
{
	return seq < 0 ? 0 : seq > SEQ_MAX ? SEQ_MAX : seq;
}

enum err
store_read(struct store *st, const struct pg_query *q, struct pg_rows *rows)
{
	return pg_read(st->pg, st->deadline_ms, q, rows);
}

enum err
store_write(struct store *st, const struct pg_query *q, struct pg_rows *rows)
{
	return pg_write(st->pg, st->deadline_ms, q, rows);
}

enum err
store_run(struct store *st, const struct pg_query *q)
{
	return store_write(st, q, NULL);
}

enum err
store_one(struct store *st, const struct pg_query *q)
{
	struct pg_rows rows;
	enum err e = store_write(st, q, &rows);

	if (e == OK && rows.count == 0)
		e = ERR_NOT_FOUND;
	pg_clear(&rows);
	return e;
}

enum err
store_with_event(struct store *st, const struct pg_query *q)
{
	struct q_event_moved_row row;
	struct pg_rows rows;
	enum err e = store_write(st, q, &rows);

	if (e == OK && !q_event_moved_next(&rows, &row))
		e = ERR_INTERNAL;
	if (e == OK && row.moved != 1)
		e = ERR_RACE;
	pg_clear(&rows);
	return e;
}

enum err
store_with_grant(struct store *st, const struct pg_query *q)
{
	struct q_event_granted_row row;
	struct pg_rows rows;
	enum err e = store_write(st, q, &rows);

	if (e == OK && !q_event_granted_next(&rows, &row))
		e = ERR_INTERNAL;
	if (e == OK && row.moved != 1)
		e = ERR_RACE;
	if (e == OK && row.granted != 1)
		e = ERR_UNAUTHENTICATED;
	pg_clear(&rows);
	return e;
}
