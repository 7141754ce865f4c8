/* Signing in at a site on another host. */
#include "flow/site.h"

#include "domain/site.h"
#include "flow/internal.h"
#include "store/site.h"

enum err
flow_site_ticket(struct flow *fl, struct str origin, struct str nonce, struct secret *ticket)
{
	struct site_token t =
	    site_ticket_make(fl->arena, &fl->token, origin, nonce, fl->now, ticket);

	return store_site_ticket_insert(flow_db(fl), &t);
}

enum err
flow_site_enter(struct flow *fl, struct str text, struct str origin, struct str nonce,
    struct secret *token)
{
	struct token ticket, fresh;

	if (nonce.n == 0 || !token_parse(fl->arena, text, &ticket))
		return ERR_NOT_FOUND;
	token_issue(fl->arena, ticket.account, ticket.session, &fresh, token);
	return store_site_ticket_exchange(flow_db(fl), &ticket, origin, nonce, fresh.hash, fl->now);
}
