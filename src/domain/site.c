/* Tickets for sites on other hosts. */
#include "domain/site.h"

#include <string.h>

struct site_token
site_ticket_make(struct arena *a, const struct token *session, struct str origin, struct str nonce,
    int64_t now, struct secret *text)
{
	struct site_token t = {
	    .account = session->account,
	    .id = uuid_new(now),
	    .session = session->session,
	    .origin = origin,
	    .nonce = nonce,
	    .created_at = now,
	    .expires_at = now + SITE_TICKET_LIFETIME,
	};
	struct token token;

	token_issue(a, t.account, t.id, &token, text);
	memcpy(t.token_hash, token.hash, sizeof(t.token_hash));
	memcpy(t.session_hash, session->hash, sizeof(t.session_hash));
	return t;
}
