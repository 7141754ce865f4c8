/* Links that verify an address. */
#include "domain/email.h"

#include <string.h>

#include "base/secret.h"

struct email_link
email_link_make(struct arena *a, struct uuid account, struct str address, int64_t now,
    struct secret *text)
{
	struct email_link link = {
	    .account = account,
	    .id = uuid_new(now),
	    .address = address,
	    .created_at = now,
	    .expires_at = now + EMAIL_LINK_LIFETIME,
	};
	struct token token;

	token_issue(a, account, link.id, &token, text);
	memcpy(link.token_hash, token.hash, sizeof(link.token_hash));
	return link;
}

bool
email_link_is_valid(const struct email_link *link, const struct token *token, int64_t now)
{
	return link->used_at == 0 && now < link->expires_at &&
	       uuid_eq(link->account, token->account) && uuid_eq(link->id, token->session) &&
	       secret_eq_bytes(link->token_hash, token->hash, sizeof(link->token_hash));
}

/* Never more than the interval, even when the clock was set back. */
int64_t
email_link_wait(int64_t last_at, int64_t now)
{
	int64_t left = last_at + EMAIL_LINK_INTERVAL - now;

	if (last_at == 0 || left <= 0)
		return 0;
	if (left > EMAIL_LINK_INTERVAL)
		left = EMAIL_LINK_INTERVAL;
	return (left + CLOCK_SECOND - 1) / CLOCK_SECOND;
}
