/* What web servers ask before they let a request pass. */
#include "web/gate/gate.h"

#include "web/gate/way.h"

/* The longest list of groups, in bytes. */
#define GROUPS_MAX 3000

/* Of the cookie by which a site knows again whom it sent off; signing in may take a while. */
#define WAY_RULES "; Path=/; Max-Age=3600; Secure; HttpOnly; SameSite=Lax"

/* What is asked, in whichever of the two forms. */
struct question {
	struct gate_question gate;
	struct str url; /* where the request was headed; absent: not told */
};

static handler gate_fastcgi, gate_http;
static void gate_refuse(struct call *c, enum err e);
static enum err gate_read(struct call *c) MUST_CHECK;
static enum err answer(struct call *c, struct question *q) MUST_CHECK;
static void let_pass(struct call *c, struct str organization);
static void send_off(struct call *c, enum gate_verdict verdict, const struct question *q, const struct url *to);
static struct str session_token(struct call *c);
static struct str groups(struct call *c, struct str first);
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

static const struct dialect gate_dialect = {.closed = true, .read = gate_read, .refuse = gate_refuse};

const struct route_set gate_routes = {
	.dialect = &gate_dialect,
	.routes = routes,
	.count = sizeof(routes) / sizeof(routes[0]),
};

static const struct {
	enum err why;
	int status;
	const char *page; /* where it can be mended; NULL: nowhere */
} refusals[] = {
	[GATE_SIGN_IN] = {ERR_UNAUTHENTICATED, 401, "/login"},
	[GATE_CHALLENGE] = {ERR_MFA_REQUIRED, 401, "/mfa/challenge"},
	[GATE_VERIFY_AGAIN] = {ERR_VERIFICATION_REQUIRED, 401, "/mfa/challenge"},
	[GATE_ENTER] = {ERR_ORGANIZATION, 401, "/gate/organization"},
	[GATE_SET_UP] = {ERR_ENROLLMENT_REQUIRED, 401, "/mfa/setup"},
	[GATE_FORBIDDEN] = {ERR_FORBIDDEN, 403, NULL},
};

/* By FastCGI, in parameters that nginx sets and no client can: they do not begin with HTTP_. */
static enum err
gate_fastcgi(struct call *c)
{
	struct question q = {
		.gate = {
			.rule = gate_rule_read(req_param(c->req, "COUNTERSIGN_LEVEL"),
			    req_param(c->req, "COUNTERSIGN_MAX_AGE"), web_conf(c)->step_up_age),
			.organization = req_param(c->req, "COUNTERSIGN_ORGANIZATION"),
		},
		.url = req_param(c->req, "COUNTERSIGN_ORIGINAL_URL"),
	};

	return answer(c, &q);
}

/* By HTTP, as Authelia is asked; what the place wants stands in the address that the proxy was given. */
static enum err
gate_http(struct call *c)
{
	struct question q = {
		.gate = {
			.rule = gate_rule_read(field_text(&c->fields, "level"), field_text(&c->fields, "max_age"),
			    web_conf(c)->step_up_age),
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
answer(struct call *c, struct question *q)
{
	enum gate_verdict verdict = GATE_FORBIDDEN;
	struct url to;
	bool known = url_parse(c->arena, q->url, &to);
	enum err e;

	q->gate.session_token = session_token(c);
	q->gate.site_token = req_cookie(c->req, RESP_SITE_COOKIE);
	if (known)
		q->gate.origin = to.origin;
	e = flow_gate_judge(&c->flow, &q->gate, &verdict);
	if (e != OK)
		return e;
	if (verdict == GATE_PASS)
		let_pass(c, q->gate.organization);
	else
		send_off(c, verdict, q, known ? &to : NULL);
	return OK;
}

/*
 * The id is what an application is to know a person by: it stays, and is nobody else's ever. An
 * address that is not verified is not told, since somebody else might have it.
 */
static void
let_pass(struct call *c, struct str organization)
{
	const struct account *account = &c->flow.subject.account;
	struct str list = groups(c, organization);

	resp_set(c->resp, 200, (struct str){0}, (struct str){0});
	resp_header(c->resp, "Remote-User", id_format(c->arena, ID_ACCOUNT, account->id));
	if (account->email_verified && !str_has_control(account->email))
		resp_header(c->resp, "Remote-Email", account->email);
	if (!str_has_control(account->name))
		resp_header(c->resp, "Remote-Name", account->name);
	if (list.n > 0)
		resp_header(c->resp, "Remote-Groups", list);
}

static void
send_off(struct call *c, enum gate_verdict verdict, const struct question *q, const struct url *to)
{
	const char *path = refusals[verdict].page;
	struct str page = str_of(path);

	resp_set(c->resp, refusals[verdict].status, (struct str){0}, (struct str){0});
	resp_header(c->resp, "X-Countersign-Code", str_of(err_code(refusals[verdict].why)));
	if (path == NULL)
		return;
	if (verdict == GATE_ENTER)
		page = str_printf(c->arena, "%s?organization=%.*s", path, STR_FMT(q->gate.organization));
	resp_header(c->resp, "Location", way_location(c, page, to));
	/* The web server leaves it with the browser, for the ticket to be good in no other. */
	if (to != NULL && way_kind(c, to->origin) == WAY_TICKET)
		resp_header(c->resp, "X-Countersign-Way",
		    str_printf(c->arena, RESP_WAY_COOKIE "=%.*s" WAY_RULES, STR_FMT(way_mark(c))));
}

/* Never a status that would pass, and never more than is to be known. */
static void
gate_refuse(struct call *c, enum err e)
{
	bool ours = err_kind(e) != ERR_KIND_REFUSAL;

	resp_set(c->resp, ours ? 503 : 403, (struct str){0}, (struct str){0});
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

/*
 * The cookie of a browser, else the token that a program brings. Applications have
 * cookies and tokens of their own by these names, so that what is no token of ours
 * counts as not given.
 */
static struct str
session_token(struct call *c)
{
	struct str given[] = {web_session_cookie(c), req_bearer(c->req), req_param(c->req, "HTTP_X_ACCOUNT_ACCESS_TOKEN")};
	size_t i;

	for (i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		if (flow_is_token(&c->flow, given[i]))
			return given[i];
	return (struct str){0};
}

/* The organization that was asked about first; what would make the header too long is left out. */
static struct str
groups(struct call *c, struct str first)
{
	const struct subject *s = &c->flow.subject;
	const struct membership *named = flow_membership(&c->flow, first);
	struct buf b = {.arena = c->arena};
	size_t i;

	if (named != NULL)
		add_group(&b, named);
	for (i = 0; i < s->membership_count; i++)
		if (&s->memberships[i] != named)
			add_group(&b, &s->memberships[i]);
	return buf_str(&b);
}

/* "harbour,harbour:admin" */
static void
add_group(struct buf *b, const struct membership *m)
{
	struct str role = role_name(m->role);

	if (b->n + 2 * m->slug.n + role.n + 3 > GROUPS_MAX)
		return;
	buf_printf(b, "%s%.*s,%.*s:%.*s", b->n > 0 ? "," : "", STR_FMT(m->slug), STR_FMT(m->slug), STR_FMT(role));
}
