/* The outbox, and links that prove an address. */
#include "store/internal.h"

#include <string.h>

#include "base/log.h"

enum err
store_mail_insert(struct store *st, const struct mail *m)
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
store_mail_insert_admins(struct store *st, struct uuid organization, struct uuid member,
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
store_mail_claim(struct store *st, int64_t now, int64_t lost_at, int batch, struct mail **list,
    size_t *count)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	*count = 0;
	pg_arg_time(&args, now);
	pg_arg_time(&args, lost_at);
	pg_arg_int(&args, batch);
	e = pg_write(st->pg, st->deadline_ms, Q_MAILER_CLAIM, &args, &rows);
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
store_mail_sent(struct store *st, const struct mail *m, int64_t now)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, m->account);
	pg_arg_uuid(&args, m->id);
	pg_arg_time(&args, now);
	return store_run(st, Q_MAILER_SENT, &args);
}

enum err
store_mail_failed(struct store *st, const struct mail *m, int64_t next, struct str error)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, m->account);
	pg_arg_uuid(&args, m->id);
	pg_arg_int(&args, m->attempts);
	pg_arg_time(&args, next);
	pg_arg_text(&args, error);
	return store_run(st, Q_MAILER_FAILED, &args);
}

enum err
store_email_link_put(struct store *st, const struct email_link *link)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, link->account);
	pg_arg_text(&args, link->address);
	pg_arg_uuid(&args, link->id);
	pg_arg_bytes(&args, link->token_hash, sizeof(link->token_hash));
	pg_arg_time(&args, link->created_at);
	pg_arg_time(&args, link->expires_at);
	return store_run(st, Q_EMAIL_LINK_PUT, &args);
}

enum err
store_email_link_last(struct store *st, struct uuid account, int64_t *at)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	*at = 0;
	pg_arg_uuid(&args, account);
	e = pg_read(st->pg, st->deadline_ms, Q_EMAIL_LINK_LAST, &args, &rows);
	if (e != OK)
		return e;
	if (pg_next(&rows))
		*at = pg_time(&rows);
	pg_clear(&rows);
	return OK;
}

enum err
store_email_link_find(struct store *st, struct uuid account, struct uuid id,
    struct email_link *link)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	*link = (struct email_link){.account = account, .id = id};
	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, id);
	e = pg_read(st->pg, st->deadline_ms, Q_EMAIL_LINK_FIND, &args, &rows);
	if (e != OK)
		return e;
	e = ERR_NOT_FOUND;
	if (pg_next(&rows)) {
		struct str hash;

		link->address = pg_text(&rows);
		hash = pg_bytes(&rows);
		if (hash.n == sizeof(link->token_hash))
			memcpy(link->token_hash, hash.p, hash.n);
		link->expires_at = pg_time(&rows);
		link->used_at = pg_time(&rows);
		e = OK;
	}
	pg_clear(&rows);
	return e;
}

enum err
store_email_link_use(struct store *st, const struct email_link *link, int64_t now)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, link->account);
	pg_arg_uuid(&args, link->id);
	pg_arg_bytes(&args, link->token_hash, sizeof(link->token_hash));
	pg_arg_time(&args, now);
	return store_one(st, Q_EMAIL_LINK_USE, &args);
}
