/* Authorization requests of web servers that protect sites. */
#include "web/gate/gate.h"

#include "base/array.h"
#include "conf/conf.h"
#include "flow/gate.h"
#include "web/authn.h"
#include "web/cookie.h"
#include "web/error.h"
#include "web/gate/handlers.h"
#include "web/gate/return_url.h"

/* The longest Remote-Groups, in bytes. */
#define GROUPS_MAX 3000

/* One authorization request, in whichever of the two forms it came. */
struct gate_params {
	struct authorization_request request;
	struct str url; /* of the protected resource; absent: not given */
};

static void gate_refuse(struct call *c, enum err e);
static enum err gate_read(struct call *c) MUST_CHECK;
static enum err authorize(struct call *c, struct gate_params *q) MUST_CHECK;
static void allow(struct call *c, const struct gate_subject *s, struct str organization);
static void deny_with_redirect(struct call *c, enum gate_decision decision,
    const struct gate_params *q, const struct url *to);
static struct str groups(struct call *c, const struct memberships *ms, struct str first);
static void add_group(struct buf *b, const struct membership *m);

/* To a web server every 2xx status allows the request: only a handler may answer with one. */
const struct route_family gate_family = {
    .name = "gate",
    .handlers_only = true,
    .read = gate_read,
    .refuse = gate_refuse,
};

static const struct {
	enum err error;
	int status;
	const char *page; /* the one that leads to an allowed request; NULL: none does */
} denials[] = {
    [GATE_SIGN_IN] = {ERR_UNAUTHENTICATED, 401, "/login"},
    [GATE_CHALLENGE] = {ERR_MFA_REQUIRED, 401, "/mfa/challenge"},
    [GATE_STEP_UP] = {ERR_VERIFICATION_REQUIRED, 401, "/mfa/challenge"},
    [GATE_SWITCH_ORGANIZATION] = {ERR_ORGANIZATION, 401, "/gate/organization"},
    [GATE_SET_UP] = {ERR_ENROLLMENT_REQUIRED, 401, "/mfa/setup"},
    [GATE_FORBIDDEN] = {ERR_FORBIDDEN, 403, NULL},
};

/* nginx sends these FastCGI parameters; no client can set them: they do not begin with HTTP_. */
enum err
gate_fastcgi(struct call *c)
{
	struct gate_params q = {
	    .request =
		{
		    .rule = gate_rule_parse(req_param(c->req, "COUNTERSIGN_LEVEL"),
			req_param(c->req, "COUNTERSIGN_MAX_AGE"), c->conf->step_up_age),
		    .organization = req_param(c->req, "COUNTERSIGN_ORGANIZATION"),
		},
	    .url = req_param(c->req, "COUNTERSIGN_ORIGINAL_URL"),
	};

	return authorize(c, &q);
}

/*
 * Proxies send HTTP requests of this form to Authelia, too. The rule of the protected resource
 * stands in the query of the URL that the proxy was configured with.
 */
enum err
gate_http(struct call *c)
{
	struct gate_params q = {
	    .request =
		{
		    .rule = gate_rule_parse(field_text(&c->fields, "level"),
			field_text(&c->fields, "max_age"), c->conf->step_up_age),
		    .organization = field_text(&c->fields, "organization"),
		},
	    .url = req_param(c->req, "HTTP_X_ORIGINAL_URL"),
	};
	struct str method = req_param(c->req, "HTTP_X_ORIGINAL_METHOD");

	/* A browser that returns sends GET: the page of a form is not returned to. */
	if (method.n > 0 && !str_eq(method, STR("GET")) && !str_eq(method, STR("HEAD"))) {
		struct url to;

		if (url_parse(c->arena, q.url, &to))
			q.url = to.origin;
	}
	return authorize(c, &q);
}

static enum err
authorize(struct call *c, struct gate_params *q)
{
	struct authorization a = {.decision = GATE_FORBIDDEN};
	struct url to;
	bool known = url_parse(c->arena, q->url, &to);
	enum err e;

	q->request.sources = authn_sources_of(c);
	q->request.site_token = cookie_site(c);
	if (known)
		q->request.origin = to.origin;
	e = flow_gate_authorize(&c->flow, &q->request, &a);
	if (e != OK)
		return e;
	if (a.decision == GATE_ALLOW)
		allow(c, &a.subject, q->request.organization);
	else
		deny_with_redirect(c, a.decision, q, known ? &to : NULL);
	return OK;
}

/*
 * Applications should know people by the id, which never changes and never becomes another
 * account's. An e-mail address that is not verified may belong to somebody else: it is left out.
 */
static void
allow(struct call *c, const struct gate_subject *s, struct str organization)
{
	struct str list = groups(c, &s->memberships, organization);

	resp_set(c->resp, 200, STR_ABSENT, STR_ABSENT);
	resp_header(c->resp, "Remote-User", id_format(c->arena, ID_ACCOUNT, s->account));
	if (s->email_verified && !str_has_control(s->email))
		resp_header(c->resp, "Remote-Email", s->email);
	if (!str_has_control(s->name))
		resp_header(c->resp, "Remote-Name", s->name);
	if (list.n > 0)
		resp_header(c->resp, "Remote-Groups", list);
}

static void
deny_with_redirect(struct call *c, enum gate_decision decision, const struct gate_params *q,
    const struct url *to)
{
	const char *path = denials[decision].page;
	struct str page = str_of(path);

	resp_set(c->resp, denials[decision].status, STR_ABSENT, STR_ABSENT);
	resp_header(c->resp, "X-Countersign-Code", str_of(err_code(denials[decision].error)));
	if (path == NULL)
		return;
	if (decision == GATE_SWITCH_ORGANIZATION)
		page = str_printf(c->arena, "%s?organization=%.*s", path,
		    STR_FMT(q->request.organization));
	resp_header(c->resp, "Location", return_location(c, page, to));
	/* The web server sets the nonce cookie: the ticket is valid in that browser alone. */
	if (to != NULL && site_reach(c, to->origin) == SITE_TICKET)
		resp_header(c->resp, "X-Countersign-Way", cookie_nonce_header(c, return_nonce(c)));
}

/* The status is never one that allows, and the code of a failure does not say what failed. */
static void
gate_refuse(struct call *c, enum err e)
{
	bool failed = err_kind(e) != ERR_KIND_REFUSAL;

	resp_set(c->resp, failed ? 503 : 403, STR_ABSENT, STR_ABSENT);
	resp_header(c->resp, "X-Countersign-Code", str_of(err_code(failed ? ERR_UNAVAILABLE : e)));
	if (failed)
		(void)error_retry_after(c, ERR_UNAVAILABLE);
}

/* Authorization requests have no body. */
static enum err
gate_read(struct call *c)
{
	(void)c;
	return ERR_BAD_REQUEST;
}

/* The named organization comes first; groups that make the header too long are left out. */
static struct str
groups(struct call *c, const struct memberships *ms, struct str first)
{
	const struct membership *named = memberships_find_slug(ms, first);
	struct buf b = {.arena = c->arena};
	size_t i;

	if (named != NULL)
		add_group(&b, named);
	for (i = 0; i < ms->count; i++)
		if (&ms->list[i] != named)
			add_group(&b, &ms->list[i]);
	return buf_str(&b);
}

/* "harbour,harbour:admin" */
static void
add_group(struct buf *b, const struct membership *m)
{
	struct str role = role_name(m->role);

	if (b->n + 2 * m->slug.n + role.n + 3 > GROUPS_MAX)
		return;
	buf_printf(b, "%s%.*s,%.*s:%.*s", b->n > 0 ? "," : "", STR_FMT(m->slug), STR_FMT(m->slug),
	    STR_FMT(role));
}
