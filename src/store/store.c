/* The connection, transactions, audit events, and what all features share. */
#include "store/store.h"

#include "domain/audit.h"
#include "store/internal.h"

struct pg *
store_connection(struct arena *a, const char *database)
{
	return pg_new(a, database, queries, Q_COUNT);
}

enum err
store_schema_version(struct store *st, int32_t *version)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e = pg_read(st->pg, st->deadline_ms, Q_SCHEMA_VERSION, &args, &rows);

	*version = 0;
	if (e != OK)
		return e;
	if (pg_next(&rows))
		*version = pg_int(&rows);
	pg_clear(&rows);
	return OK;
}

void
store_bind_event(struct pg_args *args, const struct audit_event *ev)
{
	pg_arg_uuid(args, ev->account);
	pg_arg_bigint(args, ev->seq);
	pg_arg_time(args, ev->at);
	pg_arg_text(args, audit_kind_name(ev->kind));
	pg_arg_text(args, audit_result_name(ev->accepted));
	pg_arg_text(args, audit_actor_name(ev->actor));
	pg_arg_uuid(args, ev->actor_id);
	pg_arg_uuid(args, ev->session);
	pg_arg_uuid(args, ev->factor);
	pg_arg_uuid(args, ev->organization);
	pg_arg_text(args, ev->address);
	pg_arg_text(args, ev->user_agent);
	pg_arg_text(args, ev->request_id);
	pg_arg_text(args, ev->details);
	pg_arg_int(args, ev->key_id);
	pg_arg_bytes(args, ev->mac, sizeof(ev->mac));
}

enum err
store_event(struct store *st, const struct audit_event *ev)
{
	struct pg_args args = {.arena = st->arena};

	store_bind_event(&args, ev);
	return store_with_event(st, Q_EVENT_ADD, &args);
}

enum err
store_begin(struct store *st, const struct audit_event *ev)
{
	enum err e = pg_begin(st->pg, st->deadline_ms);

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
store_with_event(struct store *st, enum query q, const struct pg_args *args)
{
	struct pg_rows rows;
	enum err e = pg_write(st->pg, st->deadline_ms, (int)q, args, &rows);

	if (e != OK)
		return e;
	e = ERR_INTERNAL;
	if (pg_next(&rows)) {
		if (pg_int(&rows) != 1)
			e = ERR_RACE;
		else if (pg_has_column(&rows) && pg_int(&rows) != 1)
			e = ERR_UNAUTHENTICATED;
		else
			e = OK;
	}
	pg_clear(&rows);
	return e;
}

enum err
store_one(struct store *st, enum query q, const struct pg_args *args)
{
	struct pg_rows rows;
	enum err e = pg_write(st->pg, st->deadline_ms, (int)q, args, &rows);

	if (e != OK)
		return e;
	if (rows.count == 0)
		e = ERR_NOT_FOUND;
	pg_clear(&rows);
	return e;
}

enum err
store_run(struct store *st, enum query q, const struct pg_args *args)
{
	return pg_write(st->pg, st->deadline_ms, (int)q, args, NULL);
}

enum err
store_find_id(struct store *st, enum query q, struct str text, struct uuid *id)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	*id = UUID_NIL;
	pg_arg_text(&args, text);
	e = pg_read(st->pg, st->deadline_ms, (int)q, &args, &rows);
	if (e != OK)
		return e;
	if (pg_next(&rows))
		*id = pg_uuid(&rows);
	pg_clear(&rows);
	return OK;
}
