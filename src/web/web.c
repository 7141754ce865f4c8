/* From a request to its answer. */
#include "web/web.h"

#include "base/clock.h"
#include "base/log.h"
#include "web/call.h"
#include "web/internal.h"

static void dispatch(struct call *c);
static void settle(struct call *c, enum err e);
static void start_over(struct call *c);
static bool form_mends(const struct call *c, enum err e);
static bool step_up_mends(const struct call *c, enum err e);
static void set_cookie(struct call *c);
static struct str user_agent(const struct req *rq);

enum err
web_open(struct arena *a, const struct conf *conf, struct flow_env *env, struct web **out, struct str *why)
{
	struct web *w = arena_alloc(a, sizeof(*w));

	w->conf = conf;
	w->env = env;
	*out = w;
	return templates_load(a, conf->templates, &w->templates, why);
}

void
web_handle(struct web *w, struct req *rq, enum err read, struct resp *rs)
{
	struct call *c = arena_alloc(rq->arena, sizeof(*c));

	*c = (struct call){
		.web = w,
		.req = rq,
		.resp = rs,
		.arena = rq->arena,
		.model = model_new(),
		.flow = {
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
	if (read != OK)
		error_answer(c, read);
	else
		dispatch(c);
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

const struct conf *
web_conf(const struct call *c)
{
	return c->web->conf;
}

static void
dispatch(struct call *c)
{
	struct str allow;
	enum err e = OK;

	c->route = route_find(c->req, &e, &allow);
	if (c->route == NULL) {
		if (e == ERR_METHOD)
			resp_header(c->resp, "Allow", allow);
		error_answer(c, e);
		return;
	}
	e = guard_pass(c);
	if (e == OK)
		e = c->route->run(c);
	if (e != OK)
		settle(c, e);
}

/*
 * A refusal goes back to the form it came from; a failure, and a refusal that no
 * form can mend, to the error page. What a handler began to show is thrown away.
 */
static void
settle(struct call *c, enum err e)
{
	bool shown = false;

	if (form_mends(c, e)) {
		enum err loaded = c->signed_in ? flow_refresh(&c->flow) : OK;

		start_over(c);
		c->refused = e;
		if (loaded != OK)
			e = loaded;
		else
			e = step_up_mends(c, e) ? present_step_up(c) : c->route->form(c);
		shown = e == OK;
	}
	if (!shown) {
		start_over(c);
		error_answer(c, e);
	}
}

static void
start_over(struct call *c)
{
	cJSON_Delete(c->model);
	c->model = model_new();
}

/* The asker can do something about it on the page that the request came from. */
static bool
form_mends(const struct call *c, enum err e)
{
	if (step_up_mends(c, e))
		return true;
	if (c->route->form == NULL || err_kind(e) != ERR_KIND_REFUSAL)
		return false;
	switch (e) {
	case ERR_UNAUTHENTICATED:
	case ERR_MFA_REQUIRED:
	case ERR_EMAIL_UNVERIFIED:
	case ERR_CROSS_ORIGIN:
	case ERR_BAD_REQUEST:
	case ERR_MEDIA_TYPE:
		return false;
	default:
		return true;
	}
}

/* A proof misses or was wrong, and the route has no fields for it in a form of its own. */
static bool
step_up_mends(const struct call *c, enum err e)
{
	if (c->route->what == NULL || !c->signed_in)
		return false;
	switch (e) {
	case ERR_REAUTHENTICATION_REQUIRED:
	case ERR_VERIFICATION_REQUIRED:
	case ERR_CREDENTIALS:
	case ERR_CODE_INVALID:
	case ERR_THROTTLED:
	case ERR_LOCKED:
		return true;
	default:
		return false;
	}
}

/* The last thing to be decided, behind every commit. */
static void
set_cookie(struct call *c)
{
	if (c->flow.ended)
		resp_session_cookie_clear(c->resp);
	else if (c->flow.new_token.p != NULL)
		resp_session_cookie(c->resp, c->flow.new_token);
}

static struct str
user_agent(const struct req *rq)
{
	struct str agent = req_param(rq, "HTTP_USER_AGENT");
	size_t n = agent.n < SESSION_AGENT_MAX ? agent.n : SESSION_AGENT_MAX;

	if (str_absent(agent))
		return STR("");
	/* Not in the middle of a character. */
	while (n > 0 && n < agent.n && ((unsigned char)agent.p[n] & 0xC0) == 0x80)
		n--;
	agent.n = n;
	/* The parameters are gone by web_after(). */
	return str_is_utf8(agent) && !str_has_control(agent) ? str_copy(rq->arena, agent) : STR("");
}
