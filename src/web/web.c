/* From a request to its response. */
#include "web/web.h"

#include <stdio.h>

#include "base/array.h"
#include "base/log.h"
#include "conf/conf.h"
#include "web/cookie.h"
#include "web/guard.h"
#include "web/internal.h"
#include "web/present.h"
#include "web/route.h"
#include "web/router.h"

/* The largest OpenAPI document, in bytes: a response is built in the memory of a request. */
#define DOCUMENT_MAX (ARENA_REQUEST_MAX / 8)

/* Parameters of this service that must not be repeated (see http/req.c). */
static const char *const single_params[] = {
    "HTTP_X_ACCOUNT_ACCESS_TOKEN",
    "HTTP_X_ORIGINAL_URL",
    "HTTP_X_ORIGINAL_METHOD",
    "COUNTERSIGN_LEVEL",
    "COUNTERSIGN_MAX_AGE",
    "COUNTERSIGN_ORGANIZATION",
    "COUNTERSIGN_ORIGINAL_URL",
    "COUNTERSIGN_SITE",
};

static enum err load_document(struct web *w, struct arena *a, struct str *why) MUST_CHECK;
static bool has_repeated_param(const struct req *rq);
static void dispatch(struct call *c);
static void refuse_unread(struct call *c, enum err e);
static void set_cookie(struct call *c);
static struct str user_agent(const struct req *rq);

enum err
web_open(struct arena *a, const struct conf *conf, struct flow_env *env, struct web **out,
    struct str *why)
{
	struct web *w = arena_alloc(a, sizeof(*w));
	enum err e;

	w->conf = conf;
	w->env = env;
	*out = w;
	e = load_document(w, a, why);
	return e == OK ? templates_load(a, conf->templates, &w->templates, why) : e;
}

void
web_handle(struct web *w, struct req *rq, enum err read, struct resp *rs)
{
	struct call *c = arena_alloc(rq->arena, sizeof(*c));

	*c = (struct call){
	    .web = w,
	    .conf = w->conf,
	    .req = rq,
	    .resp = rs,
	    .arena = rq->arena,
	    .model = model_new(),
	    .flow =
		{
		    .env = w->env,
		    .arena = rq->arena,
		    .now = rq->now,
		    .deadline_ms = rq->deadline_ms,
		    .request_id = rq->id,
		    .address = rq->address,
		    .user_agent = user_agent(rq),
		},
	};
	w->call = c;
	if (read == OK && has_repeated_param(rq))
		read = ERR_BAD_REQUEST;
	if (read == OK)
		dispatch(c);
	else
		refuse_unread(c, read);
	set_cookie(c);
	cJSON_Delete(c->model);
	c->model = NULL;
}

void
web_after(struct web *w, struct req *rq)
{
	(void)rq;
	if (w->call != NULL)
		flow_after(&w->call->flow);
	w->call = NULL;
}

/* Reads the OpenAPI document once; it is served as it is. */
static enum err
load_document(struct web *w, struct arena *a, struct str *why)
{
	const char *path = w->conf->api_document;
	FILE *f = fopen(path, "re");
	char *text = arena_alloc(a, DOCUMENT_MAX);
	size_t n = 0;
	bool whole = false;

	if (f != NULL) {
		n = fread(text, 1, DOCUMENT_MAX, f);
		whole = !ferror(f) && n < DOCUMENT_MAX;
		(void)fclose(f);
	}
	w->openapi = (struct str){.p = text, .n = n};
	if (whole)
		return OK;
	*why = str_printf(a, "%s: this cannot be read, or is too large", path);
	return ERR_CONFIG;
}

static bool
has_repeated_param(const struct req *rq)
{
	for (size_t i = 0; i < ARRAY_SIZE(single_params); i++)
		if (req_is_repeated(rq, single_params[i]))
			return true;
	return false;
}

static void
dispatch(struct call *c)
{
	struct str allow = {0};
	enum err e = router_find(c, &allow);

	if (e == ERR_METHOD)
		resp_header(c->resp, "Allow", allow);
	if (e == ERR_METHOD && c->req->method == METHOD_OPTIONS && !c->family->handlers_only) {
		resp_set(c->resp, 204, STR_ABSENT, STR_ABSENT);
		return;
	}
	if (e == OK)
		e = guard_check(c);
	if (e == OK)
		e = c->route->run(c);
	if (e != OK)
		c->family->refuse(c, e);
}

/* The family of the path responds also to a request that could not be read. */
static void
refuse_unread(struct call *c, enum err e)
{
	struct str allow;

	if (router_find(c, &allow) != OK)
		c->route = NULL;
	c->family->refuse(c, e);
}

/* Sets or clears the session cookie after every commit; not for a client that keeps its token. */
static void
set_cookie(struct call *c)
{
	if (c->token_in_body)
		return;
	if (c->flow.ended)
		cookie_clear_session(c);
	else if (c->flow.new_token.p != NULL)
		cookie_set_session(c, c->flow.new_token);
}

/* A copy, since web_after() uses it; cut between characters at SESSION_USER_AGENT_MAX bytes. */
static struct str
user_agent(const struct req *rq)
{
	struct str text = req_param(rq, "HTTP_USER_AGENT");
	size_t n = text.n < SESSION_USER_AGENT_MAX ? text.n : SESSION_USER_AGENT_MAX;

	if (str_is_absent(text))
		return STR("");
	while (n > 0 && n < text.n && ((unsigned char)text.p[n] & 0xC0) == 0x80)
		n--;
	text.n = n;
	return str_is_utf8(text) && !str_has_control(text) ? str_copy(rq->arena, text) : STR("");
}
