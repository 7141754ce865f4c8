/* Tickets and tokens of sites on other hosts. */
#include "store/site.h"

#include "domain/site.h"
#include "store/internal.h"

enum err
store_site_ticket_insert(struct store *st, const struct site_token *t)
{
	struct pg_args args = {.arena = st->arena};
	enum err e;

	pg_arg_uuid(&args, t->account);
	pg_arg_uuid(&args, t->id);
	pg_arg_uuid(&args, t->session);
	pg_arg_text(&args, t->origin);
	pg_arg_text(&args, t->nonce);
	pg_arg_bytes(&args, t->token_hash, SHA256_SIZE);
	pg_arg_bytes(&args, t->session_hash, SHA256_SIZE);
	pg_arg_time(&args, t->created_at);
	pg_arg_time(&args, t->expires_at);
	e = store_one(st, Q_SITE_TICKET_INSERT, &args);
	return e == ERR_NOT_FOUND ? ERR_UNAUTHENTICATED : e;
}

enum err
store_site_ticket_exchange(struct store *st, const struct token *ticket, struct str origin,
    struct str nonce, const unsigned char hash[SHA256_SIZE], int64_t now)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, ticket->account);
	pg_arg_uuid(&args, ticket->session);
	pg_arg_bytes(&args, ticket->hash, SHA256_SIZE);
	pg_arg_text(&args, origin);
	pg_arg_text(&args, nonce);
	pg_arg_bytes(&args, hash, SHA256_SIZE);
	pg_arg_time(&args, now);
	return store_one(st, Q_SITE_TICKET_EXCHANGE, &args);
}
