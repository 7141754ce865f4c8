/* What stands before every handler. */
#include "web/call.h"

#include "http/form.h"

static const struct field no_fields[] = {{0}};

static enum err read_fields(struct call *c) MUST_CHECK;
static enum err find_session(struct call *c) MUST_CHECK;
static enum err prove(struct call *c) MUST_CHECK;
static enum err prove_password(struct call *c, struct secret password) MUST_CHECK;
static enum err prove_factor(struct call *c, struct secret code, struct secret recovery) MUST_CHECK;

struct str
guard_token(const struct req *rq)
{
	return req_cookie(rq, "__Host-session");
}

enum err
guard_pass(struct call *c)
{
	unsigned int guards = c->route->guards;
	enum err e;

	if ((guards & G_SAME_ORIGIN) && !req_same_origin(c->req))
		return ERR_CROSS_ORIGIN;
	e = read_fields(c);
	if (e != OK)
		return e;
	if (!(guards & G_PUBLIC)) {
		e = find_session(c);
		if (e != OK)
			return e;
	}
	if ((guards & G_ACTIVE) && c->flow.subject.session.state != SESSION_ACTIVE)
		return ERR_MFA_REQUIRED;
	if ((guards & G_EMAIL_VERIFIED) && !c->flow.subject.account.email_verified)
		return ERR_EMAIL_UNVERIFIED;
	if (!field_check(c->arena, &c->fields))
		return ERR_FIELD;
	return (guards & G_PROOF) ? prove(c) : OK;
}

/* A route has its values from one place: a GET from the query, a POST from the body. */
static enum err
read_fields(struct call *c)
{
	struct str body = c->req->body, query = c->req->query;

	c->fields = field_prepare(c->arena, c->route->fields != NULL ? c->route->fields : no_fields);
	if (c->route->method == METHOD_GET)
		return body.n > 0 ? ERR_BAD_REQUEST : form_parse(c->arena, query, &c->fields);
	if (query.n > 0)
		return ERR_BAD_REQUEST;
	if (body.n > 0 && !str_eq(req_media_type(c->req), STR("application/x-www-form-urlencoded")))
		return ERR_MEDIA_TYPE;
	return body.n > 0 ? form_parse(c->arena, body, &c->fields) : OK;
}

/* A recovery code in the form is looked up by the same load that finds the session. */
static enum err
find_session(struct call *c)
{
	struct secret offered = {0};
	enum err e;
	size_t i;

	for (i = 0; i < c->fields.count; i++)
		if (str_eq(str_of(c->fields.values[i].field->name), STR("recovery_code")) &&
		    c->fields.values[i].text.n > 0)
			offered = secret_copy(c->arena, c->fields.values[i].text);
	e = flow_authenticate(&c->flow, guard_token(c->req), offered);
	c->signed_in = e == OK;
	return e == ERR_UNAUTHENTICATED && (c->route->guards & G_VISITOR) ? OK : e;
}

/* First the password, then the factor: who does not know the one does not get to try the other. */
static enum err
prove(struct call *c)
{
	unsigned int guards = c->route->guards;
	struct secret password = field_secret(c->arena, &c->fields, "password");
	struct secret code = field_secret(c->arena, &c->fields, "code");
	struct secret recovery = field_secret(c->arena, &c->fields, "recovery_code");
	enum err e;

	c->missing = flow_stepup_missing(&c->flow);
	c->missing.password = (guards & G_PASSWORD_NOW) || ((guards & G_FRESH_PASSWORD) && c->missing.password);
	c->missing.verification = (guards & G_APP_CODE_NOW) ||
	    ((guards & G_FRESH_VERIFICATION) && c->missing.verification);
	if (c->missing.password && (e = prove_password(c, password)) != OK)
		return e;
	if (c->missing.verification && (e = prove_factor(c, code, recovery)) != OK)
		return e;
	return flow_refresh(&c->flow);
}

static enum err
prove_password(struct call *c, struct secret password)
{
	enum err e;

	if (password.n == 0)
		return ERR_REAUTHENTICATION_REQUIRED;
	e = flow_reauthenticate(&c->flow, password);
	if (e == OK && !(c->route->guards & G_PASSWORD_NOW))
		c->missing.password = false;
	return e;
}

static enum err
prove_factor(struct call *c, struct secret code, struct secret recovery)
{
	bool by_code = recovery.n > 0 && code.n == 0 && !(c->route->guards & G_APP_CODE_NOW);
	struct answer answer = {
		.factor = field_id(&c->fields, "method"),
		.code = code,
		.recovery = by_code,
	};
	enum err e;

	if (code.n == 0 && !by_code)
		return ERR_VERIFICATION_REQUIRED;
	e = flow_verify(&c->flow, &answer);
	if (e == OK && !(c->route->guards & G_APP_CODE_NOW))
		c->missing.verification = false;
	return e;
}
