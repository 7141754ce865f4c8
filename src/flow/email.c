/* Verifying an address by the link that was sent to it. */
#include "flow/email.h"

#include "flow/internal.h"

#include "base/clock.h"
#include "domain/email.h"
#include "store/email.h"
#include "store/subject.h"

static flow_step resend_step;
static enum err load(struct flow *fl, const struct token *token,
    struct email_link *link) MUST_CHECK;
static enum err use(struct flow *fl, const struct email_link *link) MUST_CHECK;

enum err
flow_email_resend(struct flow *fl)
{
	return flow_attempt(fl, resend_step, NULL);
}

enum err
flow_email_find(struct flow *fl, struct str text, struct str *address)
{
	struct email_link link;
	struct token token;
	enum err e;

	if (!token_parse(fl->arena, text, &token))
		return ERR_NOT_FOUND;
	e = load(fl, &token, &link);
	*address = link.address;
	return e;
}

enum err
flow_email_verify(struct flow *fl, struct str text)
{
	struct email_link link;
	struct token token;
	enum err e;

	if (!token_parse(fl->arena, text, &token))
		return ERR_NOT_FOUND;
	do {
		e = load(fl, &token, &link);
		if (e == OK)
			e = use(fl, &link);
	} while (e == ERR_RACE && clock_mono_ms() < fl->deadline_ms);
	return e == ERR_RACE ? ERR_UNAVAILABLE : e;
}

static enum err
resend_step(struct flow *fl, void *arg)
{
	const struct account *account = &fl->subject.account;
	int64_t last;
	enum err e;

	(void)arg;
	if (account->email_verified)
		return ERR_CONFLICT;
	e = store_email_link_last(flow_db(fl), account->id, &last);
	if (e != OK)
		return e;
	fl->resend_wait = email_link_wait(last, fl->now);
	if (fl->resend_wait > 0)
		return ERR_THROTTLED;
	e = flow_change_begin(fl, AUDIT_EMAIL_LINK_SENT, UUID_NIL, STR_ABSENT);
	return e == OK ? flow_change_end(fl, flow_email_link_write(fl)) : e;
}

/*
 * Loads the link, and the account it belongs to as the subject. A person who is signed in to
 * another account is refused: what the page shows must be what is changed.
 */
static enum err
load(struct flow *fl, const struct token *token, struct email_link *link)
{
	struct subject *s = &fl->subject;
	struct uuid session = s->session.id;
	enum err e;

	*link = (struct email_link){0};
	if (!uuid_is_nil(session) && !uuid_eq(s->account.id, token->account))
		return ERR_NOT_FOUND;
	e = store_email_link_find(flow_db(fl), token->account, token->session, link);
	if (e == OK && !email_link_is_valid(link, token, fl->now))
		e = ERR_NOT_FOUND;
	if (e != OK)
		return e;
	e = store_subject_load(flow_db(fl), token->account, session, s);
	return e == OK && s->account.disabled_at != 0 ? ERR_NOT_FOUND : e;
}

static enum err
use(struct flow *fl, const struct email_link *link)
{
	enum err e =
	    flow_change_begin(fl, AUDIT_EMAIL_VERIFIED, UUID_NIL, STR("{\"by\":\"link\"}"));

	if (e != OK)
		return e;
	e = store_email_link_use(flow_db(fl), link, fl->now);
	if (e == OK)
		e = store_email_verify(flow_db(fl), link->account, link->address, fl->now);
	return flow_change_end(fl, e);
}
