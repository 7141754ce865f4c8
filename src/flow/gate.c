/* The gate: a decision on one request to a protected resource. */
#include "flow/gate.h"

#include "flow/internal.h"
#include "store/gate.h"

static enum err load(struct flow *fl, struct str text, struct str origin,
    struct gate_subject *s) MUST_CHECK;

enum err
flow_gate_authorize(struct flow *fl, const struct authorization_request *q,
    struct authorization *out)
{
	struct gate_rule rule = q->rule;
	struct gate_subject *s = &out->subject;
	struct auth_context context = {0};
	enum err e = load(fl, authn_first(fl->arena, &q->sources), STR_ABSENT, s);

	if (e == ERR_UNAUTHENTICATED && !str_is_absent(q->origin))
		e = load(fl, q->site_token, q->origin, s);
	if (e != OK && e != ERR_UNAUTHENTICATED)
		return e;
	if (e == OK) {
		context = gate_context(s, q->organization, fl->now);
		if (rule.max_age > 0)
			rule.max_age =
			    memberships_proof_ages(&s->memberships, rule.max_age).verification;
	}
	out->decision = gate_decide(&rule, &context, fl->now);
	return OK;
}

/*
 * Loads a session by its own token, or with an origin by the token of the site there.
 * ERR_UNAUTHENTICATED when the token is none of ours or no longer valid.
 */
static enum err
load(struct flow *fl, struct str text, struct str origin, struct gate_subject *s)
{
	bool site = !str_is_absent(origin);
	struct token token;
	enum err e;

	*s = (struct gate_subject){0};
	if (str_is_absent(text) || !token_parse(fl->arena, text, &token))
		return ERR_UNAUTHENTICATED;
	e = store_gate_load(flow_db(fl), token.account, site ? UUID_NIL : token.session,
	    site ? token.session : UUID_NIL, origin, s);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == OK && flow_accept_session(fl, s->account, &s->session, s->disabled_at, &token))
		return OK;
	*s = (struct gate_subject){0};
	return ERR_UNAUTHENTICATED;
}
