/* The outbox. */
#include "store/outbox.h"

#include "base/log.h"
#include "domain/mail.h"
#include "store/internal.h"

enum err
store_outbox_insert(struct store *st, const struct mail *m)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, m->account);
	pg_arg_uuid(&args, m->id);
	pg_arg_text(&args, mail_kind_name(m->kind));
	pg_arg_text(&args, m->recipient);
	pg_arg_text(&args, m->values);
	pg_arg_bytes(&args, m->sealed.p, m->sealed.n);
	pg_arg_time(&args, m->created_at);
	return store_run(st, Q_OUTBOX_INSERT, &args);
}

enum err
store_outbox_insert_admins(struct store *st, struct uuid organization, struct uuid member,
    struct uuid actor, struct str values, int64_t now)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, organization);
	pg_arg_uuid(&args, member);
	pg_arg_uuid(&args, actor);
	pg_arg_text(&args, values);
	pg_arg_time(&args, now);
	return store_run(st, Q_OUTBOX_INSERT_ADMINS, &args);
}

enum err
store_outbox_claim(struct store *st, int64_t now, int64_t lost_at, int batch, struct mail **list,
    size_t *count)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	*count = 0;
	pg_arg_time(&args, now);
	pg_arg_time(&args, lost_at);
	pg_arg_int(&args, batch);
	e = pg_write(st->pg, st->deadline_ms, Q_OUTBOX_CLAIM, &args, &rows);
	if (e != OK)
		return e;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (pg_next(&rows)) {
		struct mail *m = &(*list)[(*count)++];

		m->account = pg_uuid(&rows);
		m->id = pg_uuid(&rows);
		if (!mail_kind_parse(pg_text(&rows), &m->kind))
			log_fatal("store.mail", "a kind we do not know");
		m->recipient = pg_text(&rows);
		m->values = pg_text(&rows);
		m->sealed = pg_bytes(&rows);
		m->created_at = pg_time(&rows);
		m->attempts = pg_int(&rows);
	}
	pg_clear(&rows);
	return OK;
}

enum err
store_outbox_sent(struct store *st, const struct mail *m, int64_t now)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, m->account);
	pg_arg_uuid(&args, m->id);
	pg_arg_time(&args, now);
	return store_run(st, Q_OUTBOX_SENT, &args);
}

enum err
store_outbox_failed(struct store *st, const struct mail *m, int64_t next, struct str error)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, m->account);
	pg_arg_uuid(&args, m->id);
	pg_arg_int(&args, m->attempts);
	pg_arg_time(&args, next);
	pg_arg_text(&args, error);
	return store_run(st, Q_OUTBOX_FAILED, &args);
}
