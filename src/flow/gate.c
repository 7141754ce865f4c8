/* The gate, and what takes a session to sites on other hosts. */
#include "flow/internal.h"

#include "base/clock.h"

static enum err load(struct flow *fl, struct str text, struct str origin) MUST_CHECK;
static struct auth_context auth_context_of(const struct flow *fl,
    const struct authorization_request *q);
static bool enrollment_required(const struct flow *fl, const struct membership *named);

bool
flow_is_token(struct flow *fl, struct str text)
{
	struct token token;

	return !str_is_absent(text) && token_parse(fl->arena, text, &token);
}

enum err
flow_gate_authorize(struct flow *fl, const struct authorization_request *q,
    enum gate_decision *decision)
{
	struct gate_rule rule = q->rule;
	struct auth_context who = {0};
	enum err e = load(fl, q->session_token, STR_ABSENT);

	if (e == ERR_UNAUTHENTICATED && !str_is_absent(q->origin))
		e = load(fl, q->site_token, q->origin);
	if (e != OK && e != ERR_UNAUTHENTICATED)
		return e;
	if (e == OK) {
		who = auth_context_of(fl, q);
		if (rule.max_age > 0)
			rule.max_age = subject_ages(&fl->subject, rule.max_age).verification;
	}
	*decision = gate_decide(&rule, &who, fl->now);
	return OK;
}

const struct membership *
flow_membership(const struct flow *fl, struct str slug)
{
	const struct subject *s = &fl->subject;
	size_t i;

	for (i = 0; i < s->membership_count; i++)
		if (str_eq(s->memberships[i].slug, slug))
			return &s->memberships[i];
	return NULL;
}

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

enum err
flow_setup_return_to(struct flow *fl, struct str path)
{
	struct session *s = &fl->subject.session;
	enum err e;

	if (str_eq(s->return_to, path))
		return OK;
	e = store_session_return_to(flow_db(fl), fl->subject.account.id, s->id, path);
	if (e == OK)
		s->return_to = path;
	return e;
}

/*
 * By a session's own token, or with an origin by the token of the site there.
 * ERR_UNAUTHENTICATED when it is UUID_NIL, or does not count (any more).
 */
static enum err
load(struct flow *fl, struct str text, struct str origin)
{
	bool site = !str_is_absent(origin);
	struct subject *s = &fl->subject;
	struct token token;
	enum err e;

	if (str_is_absent(text) || !token_parse(fl->arena, text, &token))
		return ERR_UNAUTHENTICATED;
	e = store_gate_load(flow_db(fl), token.account, site ? UUID_NIL : token.session,
	    site ? token.session : UUID_NIL, origin, s);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == OK && s->account.disabled_at == 0 &&
	    secret_eq_bytes(s->session.token_hash, token.hash, sizeof(token.hash)) &&
	    session_alive(&s->session, fl->env->conf->session_idle, fl->now))
		return OK;
	*s = (struct subject){0};
	return ERR_UNAUTHENTICATED;
}

static struct auth_context
auth_context_of(const struct flow *fl, const struct authorization_request *q)
{
	const struct subject *s = &fl->subject;
	const struct membership *named = flow_membership(fl, q->organization);

	return (struct auth_context){
	    .signed_in = true,
	    .state = s->session.state,
	    .has_factor = subject_active(s) > 0,
	    .verified_at = s->session.verified_at,
	    .organization_asked = q->organization.n > 0,
	    .member = named != NULL,
	    .works_there = named != NULL && uuid_eq(subject_organization(s), named->organization),
	    .enrollment_required = enrollment_required(fl, named),
	};
}

/*
 * Each organization's deadline holds in its own space: in that of the place, else in the
 * session's.
 */
static bool
enrollment_required(const struct flow *fl, const struct membership *named)
{
	const struct subject *s = &fl->subject;

	if (named != NULL)
		return membership_compliance(named, subject_active(s) > 0, fl->now).compliance ==
		       COMPLIANCE_OVERDUE;
	return subject_state(s, fl->now) == SESSION_ENROLLMENT_REQUIRED;
}
