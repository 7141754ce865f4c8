/* What web servers ask before they let a request pass. */
#include "web/gate/gate.h"

#include "base/array.h"

#include "flow/authn.h"
#include "flow/gate.h"
#include "web/gate/return_url.h"

/* The longest list of groups, in bytes. */
#define GROUPS_MAX 3000

/* Of the cookie by which a site knows again whom it sent off; signing in may take a while. */
#define NONCE_COOKIE_ATTRIBUTES "; Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=Lax"

/* What is asked, in whichever of the two forms. */
struct gate_request {
	struct authorization_request gate;
	struct str url; /* where the request was headed; absent: not told */
};

static handler gate_fastcgi, gate_http;
static void gate_refuse(struct call *c, enum err e);
static enum err gate_read(struct call *c) MUST_CHECK;
static enum err answer(struct call *c, struct gate_request *q) MUST_CHECK;
static void allow(struct call *c, const struct gate_subject *s, struct str organization);
static void deny_with_redirect(struct call *c, enum gate_decision decision,
    const struct gate_request *q, const struct url *to);
static struct str groups(struct call *c, const struct memberships *ms, struct str first);
static void add_group(struct buf *b, const struct membership *m);

static const struct field http_fields[] = {
    FIELD("level", FIELD_WORD, false),
    FIELD("max_age", FIELD_WORD, false),
    FIELD("organization", FIELD_LABEL, false),
    FIELD_END,
};

static const struct route routes[] = {
    ROUTE(GET, "/gate", G_PUBLIC, NULL, .run = gate_fastcgi),
    ROUTE(GET, "/api/authz/auth-request", G_PUBLIC, http_fields, .run = gate_http),
};

static const struct route_family gate_family = {.closed = true,
    .read = gate_read,
    .refuse = gate_refuse};

const struct route_set gate_routes = {
    .family = &gate_family,
    .routes = routes,
    .count = ARRAY_SIZE(routes),
};

static const struct {
	enum err why;
	int status;
	const char *page; /* where it can be mended; NULL: nowhere */
} refusals[] = {
    [GATE_SIGN_IN] = {ERR_UNAUTHENTICATED, 401, "/login"},
    [GATE_CHALLENGE] = {ERR_MFA_REQUIRED, 401, "/mfa/challenge"},
    [GATE_STEP_UP] = {ERR_VERIFICATION_REQUIRED, 401, "/mfa/challenge"},
    [GATE_SWITCH_ORGANIZATION] = {ERR_ORGANIZATION, 401, "/gate/organization"},
    [GATE_SET_UP] = {ERR_ENROLLMENT_REQUIRED, 401, "/mfa/setup"},
    [GATE_FORBIDDEN] = {ERR_FORBIDDEN, 403, NULL},
};

/* By FastCGI, in parameters that nginx sets and no client can: they do not begin with HTTP_. */
static enum err
gate_fastcgi(struct call *c)
{
	struct gate_request q = {
	    .gate =
		{
		    .rule = gate_rule_parse(req_param(c->req, "COUNTERSIGN_LEVEL"),
			req_param(c->req, "COUNTERSIGN_MAX_AGE"), web_conf(c)->step_up_age),
		    .organization = req_param(c->req, "COUNTERSIGN_ORGANIZATION"),
		},
	    .url = req_param(c->req, "COUNTERSIGN_ORIGINAL_URL"),
	};

	return answer(c, &q);
}

/*
 * By HTTP, as Authelia is asked; what the place wants stands in the address that the proxy was
 * given.
 */
static enum err
gate_http(struct call *c)
{
	struct gate_request q = {
	    .gate =
		{
		    .rule = gate_rule_parse(field_text(&c->fields, "level"),
			field_text(&c->fields, "max_age"), web_conf(c)->step_up_age),
		    .organization = field_text(&c->fields, "organization"),
		},
	    .url = req_param(c->req, "HTTP_X_ORIGINAL_URL"),
	};
	struct str method = req_param(c->req, "HTTP_X_ORIGINAL_METHOD");

	/* What was sent by a form cannot be come back to by a link. */
	if (method.n > 0 && !str_eq(method, STR("GET")) && !str_eq(method, STR("HEAD"))) {
		struct url to;

		if (url_parse(c->arena, q.url, &to))
			q.url = to.origin;
	}
	return answer(c, &q);
}

static enum err
answer(struct call *c, struct gate_request *q)
{
	struct authorization a = {.decision = GATE_FORBIDDEN};
	struct url to;
	bool known = url_parse(c->arena, q->url, &to);
	enum err e;

	q->gate.sources = web_token_sources(c);
	q->gate.site_token = req_cookie(c->req, RESP_SITE_COOKIE);
	if (known)
		q->gate.origin = to.origin;
	e = flow_gate_authorize(&c->flow, &q->gate, &a);
	if (e != OK)
		return e;
	if (a.decision == GATE_ALLOW)
		allow(c, &a.subject, q->gate.organization);
	else
		deny_with_redirect(c, a.decision, q, known ? &to : NULL);
	return OK;
}

/*
 * The id is what an application is to know a person by: it stays, and is nobody else's ever. An
 * address that is not verified is not told, since somebody else might have it.
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
deny_with_redirect(struct call *c, enum gate_decision decision, const struct gate_request *q,
    const struct url *to)
{
	const char *path = refusals[decision].page;
	struct str page = str_of(path);

	resp_set(c->resp, refusals[decision].status, STR_ABSENT, STR_ABSENT);
	resp_header(c->resp, "X-Countersign-Code", str_of(err_code(refusals[decision].why)));
	if (path == NULL)
		return;
	if (decision == GATE_SWITCH_ORGANIZATION)
		page = str_printf(c->arena, "%s?organization=%.*s", path,
		    STR_FMT(q->gate.organization));
	resp_header(c->resp, "Location", return_location(c, page, to));
	/* The web server leaves it with the browser, for the ticket to be good in no other. */
	if (to != NULL && site_reach(c, to->origin) == SITE_TICKET)
		resp_header(c->resp, "X-Countersign-Way",
		    str_printf(c->arena, RESP_NONCE_COOKIE "=%.*s" NONCE_COOKIE_ATTRIBUTES,
			STR_FMT(return_nonce(c))));
}

/* Never a status that would pass, and never more than is to be known. */
static void
gate_refuse(struct call *c, enum err e)
{
	bool ours = err_kind(e) != ERR_KIND_REFUSAL;

	resp_set(c->resp, ours ? 503 : 403, STR_ABSENT, STR_ABSENT);
	resp_header(c->resp, "X-Countersign-Code", str_of(err_code(ours ? ERR_UNAVAILABLE : e)));
	if (ours)
		(void)error_retry_after(c, ERR_UNAVAILABLE);
}

static enum err
gate_read(struct call *c)
{
	(void)c;
	return ERR_BAD_REQUEST;
}

/* The organization that was asked about first; what would make the header too long is left out. */
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
