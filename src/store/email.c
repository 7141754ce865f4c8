/* E-mail addresses: their verification, and the links that verify them. */
#include "store/email.h"

#include "domain/email.h"
#include "store/internal.h"

enum err
store_email_verify(struct store *st, struct uuid account, struct str address, int64_t now)
{
	struct q_email_verify_args args = {
	    .account_id = account,
	    .address = address,
	    .now = now,
	};

	return store_one(st, q_email_verify(st->arena, &args));
}

enum err
store_email_link_put(struct store *st, const struct email_link *link)
{
	struct q_email_link_put_args args = {
	    .account_id = link->account,
	    .address = link->address,
	    .link_id = link->id,
	    .token_hash = store_hash(link->token_hash),
	    .now = link->created_at,
	    .expires_at = link->expires_at,
	};

	return store_run(st, q_email_link_put(st->arena, &args));
}

enum err
store_email_link_last(struct store *st, struct uuid account, int64_t *at)
{
	struct q_email_link_last_args args = {.account_id = account};
	struct q_email_link_last_row row;
	struct pg_rows rows;
	enum err e = store_read(st, q_email_link_last(st->arena, &args), &rows);

	*at = q_email_link_last_next(&rows, &row) ? row.created_at : 0;
	pg_clear(&rows);
	return e;
}

enum err
store_email_link_find(struct store *st, struct uuid account, struct uuid id,
    struct email_link *link)
{
	struct q_email_link_find_args args = {.account_id = account, .link_id = id};
	struct q_email_link_find_row row = {0};
	struct pg_rows rows;
	enum err e = store_read(st, q_email_link_find(st->arena, &args), &rows);

	if (e == OK && !q_email_link_find_next(&rows, &row))
		e = ERR_NOT_FOUND;
	*link = (struct email_link){
	    .account = account,
	    .id = id,
	    .address = row.address,
	    .expires_at = row.expires_at,
	    .used_at = row.used_at,
	};
	(void)store_read_hash(row.token_hash, link->token_hash);
	pg_clear(&rows);
	return e;
}

enum err
store_email_link_use(struct store *st, const struct email_link *link, int64_t now)
{
	struct q_email_link_use_args args = {
	    .account_id = link->account,
	    .link_id = link->id,
	    .token_hash = store_hash(link->token_hash),
	    .now = now,
	};

	return store_one(st, q_email_link_use(st->arena, &args));
}
