/* Tickets and tokens of sites on other hosts. */
#include "store/site.h"

#include "domain/site.h"
#include "store/internal.h"

enum err
store_site_ticket_insert(struct store *st, const struct site_token *t)
{
	struct q_site_ticket_insert_args args = {
	    .account_id = t->account,
	    .site_token_id = t->id,
	    .session_id = t->session,
	    .origin = t->origin,
	    .nonce = t->nonce,
	    .token_hash = store_hash(t->token_hash),
	    .session_token_hash = store_hash(t->session_hash),
	    .now = t->created_at,
	    .expires_at = t->expires_at,
	};
	enum err e = store_one(st, q_site_ticket_insert(st->arena, &args));

	return e == ERR_NOT_FOUND ? ERR_UNAUTHENTICATED : e;
}

enum err
store_site_ticket_exchange(struct store *st, const struct token *ticket, struct str origin,
    struct str nonce, const unsigned char hash[SHA256_SIZE], int64_t now)
{
	struct q_site_ticket_exchange_args args = {
	    .account_id = ticket->account,
	    .site_token_id = ticket->session,
	    .ticket_hash = store_hash(ticket->hash),
	    .origin = origin,
	    .nonce = nonce,
	    .token_hash = store_hash(hash),
	    .now = now,
	};

	return store_one(st, q_site_ticket_exchange(st->arena, &args));
}
