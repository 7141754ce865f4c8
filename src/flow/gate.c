/* The gate, and what takes a session to sites on other hosts. */
#include "flow/gate.h"

#include "flow/internal.h"

#include "base/clock.h"
#include "store/gate.h"

static enum err load(struct flow *fl, struct str text, struct str origin) MUST_CHECK;
static struct auth_context auth_context_of(const struct flow *fl,
    const struct authorization_request *q);
static bool enrollment_required(const struct flow *fl, const struct membership *named);

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
