/* E-mail addresses: their verification, and the links that verify them. */
#include "store/email.h"

#include <string.h>

#include "domain/email.h"
#include "store/internal.h"

enum err
store_email_verify(struct store *st, struct uuid account, struct str address, int64_t now)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_text(&args, address);
	pg_arg_time(&args, now);
	return store_one(st, Q_EMAIL_VERIFY, &args);
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
