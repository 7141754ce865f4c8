/* The challenge: a session is asked for its second factor, at sign-in or again. */
#include "web/page/handlers.h"

#include "base/codec.h"
#include "flow/sign_in.h"
#include "flow/verify.h"
#include "web/page/page.h"
#include "web/present.h"
#include "web/redirect.h"
#include "web/route.h"

static const struct factor *asked_factor(const struct call *c, bool post);
static bool by_recovery_code(const struct call *c, bool post);
static struct str return_target(const struct call *c);
static void present_others(struct call *c, const struct factor *current, struct str next);

enum err
page_challenge(struct call *c)
{
	const struct session *s = &c->flow.subject.session;
	bool post = c->route->method == METHOD_POST, step_up = s->state == SESSION_ACTIVE;
	bool recovery = by_recovery_code(c, post);
	const struct factor *f = asked_factor(c, post);
	struct str next = redirect_local(field_text(&c->fields, "next"));

	if (subject_active(&c->flow.subject) == 0) {
		redirect_to_path(c, STR("/dashboard"));
		return OK;
	}
	if (f == NULL)
		return ERR_NOT_FOUND;
	present_factor(c, f);
	present_others(c, f, next);
	model_bool(c->model, "recovery", recovery);
	model_bool(c->model, "step_up", step_up);
	model_text(c->model, "next", next);
	model_text(c->model, "recovery_href",
	    page_with_next(c, "/mfa/challenge?method=recovery", next));
	model_text(c->model, "code_href", page_with_next(c, "/mfa/challenge?method=app", next));
	return present_page(c, "challenge", recovery ? "Use a recovery code" : "Verification");
}

enum err
page_challenge_post(struct call *c)
{
	struct verify_params in = {
	    .factor = field_id(&c->fields, "factor"),
	    .response = field_secret(c->arena, &c->fields, "code"),
	    .recovery_code = field_secret(c->arena, &c->fields, "recovery_code"),
	};
	struct str to = return_target(c);
	enum err e;

	if (in.response.n == 0 && in.recovery_code.n == 0)
		return ERR_FIELD;
	if (in.response.n > 0 && in.recovery_code.n > 0)
		return ERR_BAD_REQUEST;
	e = flow_verify(&c->flow, &in, VERIFY_ELEVATE);
	if (e != OK)
		return e;
	/* How many codes are left comes first, then the way goes on from there. */
	if (in.recovery_code.n > 0)
		to = page_with_next(c, "/dashboard", to);
	redirect_to_path(c, str_is_absent(to) ? STR("/dashboard") : to);
	return OK;
}

/* At sign-in the session dies with it; a step-up is merely left. */
enum err
page_challenge_cancel(struct call *c)
{
	enum err e;

	if (c->flow.subject.session.state == SESSION_ACTIVE) {
		redirect_to_path(c, STR("/profile"));
		return OK;
	}
	e = flow_sign_out(&c->flow);
	if (e == OK)
		redirect_to_path(c, STR("/login"));
	return e;
}

/* The factor that was asked for, else the preferred one. */
static const struct factor *
asked_factor(const struct call *c, bool post)
{
	const struct factor *f = subject_factor(&c->flow.subject, field_id(&c->fields, "factor"));

	return f == NULL && post ? subject_factor(&c->flow.subject, UUID_NIL) : f;
}

static bool
by_recovery_code(const struct call *c, bool post)
{
	if (post)
		return field_text(&c->fields, "recovery_code").n > 0;
	return str_eq(field_text(&c->fields, "method"), STR("recovery"));
}

/*
 * What asked for the challenge, else where the session was heading at sign-in; absent for
 * neither.
 */
static struct str
return_target(const struct call *c)
{
	struct str to = field_text(&c->fields, "next");

	if (!redirect_is_local(to) && c->flow.subject.session.state == SESSION_MFA_REQUIRED)
		to = c->flow.subject.session.return_to;
	return redirect_local(to);
}

static void
present_others(struct call *c, const struct factor *current, struct str next)
{
	const struct subject *s = &c->flow.subject;
	cJSON *others = model_list(c->model, "others");
	size_t i;

	for (i = 0; i < s->factor_count; i++) {
		const struct factor *f = &s->factors[i];
		struct str id = id_format(c->arena, ID_FACTOR, f->id), href;
		cJSON *o;

		if (f == current || f->state != FACTOR_ACTIVE)
			continue;
		href = str_printf(c->arena, "/mfa/challenge?factor=%.*s", STR_FMT(id));
		o = model_item(others);
		model_text(o, "label", f->label);
		model_text(o, "href", page_with_next(c, str_c(c->arena, href), next));
	}
	model_bool(c->model, "several", subject_active(s) > 1);
}
