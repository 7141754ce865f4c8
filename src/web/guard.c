/* The checks before every handler. */
#include "web/guard.h"

#include "flow/sign_in.h"
#include "flow/verify.h"
#include "web/authn.h"
#include "web/route.h"

static const struct field no_fields[] = {FIELD_END};

static enum err find_token(struct call *c, struct str *token) MUST_CHECK;
static enum err read_fields(struct call *c) MUST_CHECK;
static enum err load_session(struct call *c, struct str token) MUST_CHECK;
static enum err check_state(const struct call *c) MUST_CHECK;
static enum err check_fields(struct call *c) MUST_CHECK;
static enum err admit_admin(struct call *c, enum err fields) MUST_CHECK;
static enum err check_admin(struct call *c) MUST_CHECK;
static enum err check_proofs(struct call *c) MUST_CHECK;
static enum err refresh(struct call *c) MUST_CHECK;
static enum err check_password(struct call *c) MUST_CHECK;
static enum err check_factor(struct call *c) MUST_CHECK;

enum err
guard_check(struct call *c)
{
	unsigned int guards = c->route->guards;
	struct str token = {0};
	enum err e = find_token(c, &token);
	bool by_browser;

	if (e != OK)
		return e;
	/* Without any token a family for programs refuses the request as unauthenticated. */
	by_browser = !c->token_in_body && (token.n > 0 || !c->family->token_in_header);
	if ((guards & G_SAME_ORIGIN) && by_browser && !req_same_origin(c->req))
		return ERR_CROSS_ORIGIN;
	e = read_fields(c);
	if (e == OK && !(guards & G_PUBLIC))
		e = load_session(c, token);
	if (e != OK)
		return e;
	e = check_state(c);
	if (e == OK)
		e = check_fields(c);
	if ((guards & G_ADMIN) && (e == OK || e == ERR_FIELD))
		e = admit_admin(c, e);
	if (e == OK && (guards & G_OWN_FACTOR) && subject_active(&c->flow.subject) == 0)
		e = ERR_NOT_ENABLED;
	return e == OK && ((guards & G_PROOF) || c->admin != NULL) ? check_proofs(c) : e;
}

/* Finds the token. A program sends it in a header; a family for browsers reads the cookie alone. */
static enum err
find_token(struct call *c, struct str *token)
{
	struct authn_sources sources = authn_sources_of(c);
	struct authn_token found;
	enum err e;

	if (!c->family->token_in_header)
		sources.bearer = sources.header = STR_ABSENT;
	e = authn_single(&sources, &found);
	if (e == ERR_BAD_REQUEST)
		c->detail = STR("The request carries two different tokens.");
	*token = found.text;
	c->token_in_body = found.in_header;
	return e;
}

/* The values come from the path, and from the query of a GET or the body of other methods. */
static enum err
read_fields(struct call *c)
{
	size_t i;

	c->fields =
	    field_prepare(c->arena, c->route->fields != NULL ? c->route->fields : no_fields);
	for (i = 0; i < c->segment_count; i++)
		if (!field_set(c->arena, &c->fields, c->segments[i].name, c->segments[i].value))
			return ERR_INTERNAL;
	if (c->route->method == METHOD_GET)
		return c->req->body.n > 0 ? ERR_BAD_REQUEST
					  : field_set_form(c->arena, &c->fields, c->req->query);
	return c->req->query.n > 0 ? ERR_BAD_REQUEST : c->family->read(c);
}

static enum err
load_session(struct call *c, struct str token)
{
	enum err e = flow_authenticate(&c->flow, token);

	c->signed_in = e == OK;
	return e == ERR_UNAUTHENTICATED && (c->route->guards & G_VISITOR) ? OK : e;
}

/* Checks the guards about the state of the session and the account. */
static enum err
check_state(const struct call *c)
{
	unsigned int guards = c->route->guards;
	const struct subject *s = &c->flow.subject;
	enum session_state state = subject_state(s, c->flow.now);

	if ((guards & G_ACTIVE) && state == SESSION_MFA_REQUIRED)
		return ERR_MFA_REQUIRED;
	if ((guards & G_ACTIVE) && !(guards & G_ENROLLING) && state == SESSION_ENROLLMENT_REQUIRED)
		return ERR_ENROLLMENT_REQUIRED;
	if ((guards & G_EMAIL_VERIFIED) && !s->account.email_verified)
		return ERR_EMAIL_UNVERIFIED;
	return OK;
}

/*
 * Checks the admin before the fields are reported: others must not learn what is wrong with their
 * input, nor see a form with data of the organization. Then c->admin stays NULL.
 */
static enum err
admit_admin(struct call *c, enum err fields)
{
	enum err e = check_admin(c);

	if (e == OK && fields != OK && c->admin->policy.admin_verification)
		e = check_proofs(c);
	if (e != OK)
		c->admin = NULL;
	return e == OK ? fields : e;
}

/*
 * The organization is the one in the path, else the one that the session works in. It does not
 * exist for other accounts than its members. A member has to switch to it first, so that the
 * session's verification counts for it.
 */
static enum err
check_admin(struct call *c)
{
	const struct subject *s = &c->flow.subject;
	struct uuid here = subject_organization(s), wanted = here;
	const struct membership *m;

	if (field_known(&c->fields, STR("organization")))
		wanted = field_id(&c->fields, "organization");
	m = subject_membership(s, wanted);
	if (m == NULL)
		return uuid_is_nil(wanted) ? ERR_ORGANIZATION : ERR_NOT_FOUND;
	if (!role_administers(m->role))
		return ERR_FORBIDDEN;
	if (!uuid_eq(wanted, here))
		return ERR_ORGANIZATION;
	if (m->policy.admin_verification && subject_active(s) == 0)
		return ERR_NOT_ENABLED;
	c->admin = m;
	return OK;
}

/* A malformed value in the path is not found; any other is an error of its field. */
static enum err
check_fields(struct call *c)
{
	bool fit = field_check(c->arena, &c->fields);
	size_t i, k;

	for (i = 0; !fit && i < c->fields.count; i++)
		for (k = 0; k < c->segment_count; k++)
			if (!c->fields.values[i].valid &&
			    str_eq(c->segments[k].name, str_of(c->fields.values[i].field->name)))
				return ERR_NOT_FOUND;
	return fit && c->error_count == 0 ? OK : ERR_FIELD;
}

/* Checks the password first: nobody tries codes without knowing it. */
static enum err
check_proofs(struct call *c)
{
	unsigned int guards = c->route->guards;
	enum err e = OK;

	if (c->admin != NULL && c->admin->policy.admin_verification)
		guards |= G_FRESH_VERIFICATION;
	c->missing = flow_stepup_missing(&c->flow);
	c->missing.password =
	    (guards & G_PASSWORD_NOW) || ((guards & G_FRESH_PASSWORD) && c->missing.password);
	c->missing.verification =
	    (guards & G_PROOF_NOW) || ((guards & G_FRESH_VERIFICATION) && c->missing.verification);
	if (c->missing.password)
		e = check_password(c);
	if (e == OK && c->missing.verification)
		e = check_factor(c);
	return e == OK ? refresh(c) : e;
}

/* A proof has changed the session: it is loaded again, and the admin is checked again. */
static enum err
refresh(struct call *c)
{
	enum err e = flow_refresh(&c->flow);

	return e == OK && c->admin != NULL ? check_admin(c) : e;
}

/*
 * The proof of a browser elevates its session, which gets a new token in the cookie. The proof of
 * a client that keeps its token authorizes this change alone.
 */
static enum err
check_password(struct call *c)
{
	struct str email = field_proof(&c->fields, PROOF_EMAIL),
		   given = field_proof(&c->fields, PROOF_PASSWORD);
	struct secret password = secret_copy(c->arena, given);
	enum err e;

	if (given.n == 0)
		return ERR_REAUTHENTICATION_REQUIRED;
	if (email.n > 0 && !str_eq(email, c->flow.subject.account.email))
		return ERR_CREDENTIALS;
	e = c->token_in_body ? flow_confirm_password(&c->flow, password)
			     : flow_reauthenticate(&c->flow, password);
	if (e == OK && !(c->route->guards & G_PASSWORD_NOW))
		c->missing.password = false;
	return e;
}

static enum err
check_factor(struct call *c)
{
	unsigned int guards = c->route->guards;
	struct str code = field_proof(&c->fields, PROOF_CODE),
		   recovery = field_proof(&c->fields, PROOF_RECOVERY);
	struct verify_params in = {.response = secret_copy(c->arena, code)};
	enum err e;

	(void)id_parse(field_proof(&c->fields, PROOF_FACTOR), ID_FACTOR, &in.factor);
	if (code.n == 0 && !(guards & G_APP_CODE_NOW))
		in.recovery_code = secret_copy(c->arena, recovery);
	if (code.n == 0 && in.recovery_code.n == 0) {
		if (!(guards & G_PROOF_NOW))
			return ERR_VERIFICATION_REQUIRED;
		field_reject_proof(&c->fields, PROOF_CODE);
		return ERR_FIELD;
	}
	e = flow_verify(&c->flow, &in, c->token_in_body ? VERIFY_CHANGE : VERIFY_ELEVATE);
	if (e == OK && !(guards & G_PROOF_NOW))
		c->missing.verification = false;
	return e;
}
