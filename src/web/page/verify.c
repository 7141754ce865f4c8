/* The challenge: verifies the second factor, at sign-in or as a step-up. */
#include "web/page/handlers.h"

#include "flow/sign_in.h"
#include "flow/verify.h"
#include "web/page/page.h"
#include "web/present.h"
#include "web/redirect.h"

static const struct factor *chosen_factor(const struct call *c);
static bool wants_recovery_code(const struct call *c);
static bool is_post(const struct call *c);
static struct str return_path(const struct call *c);
static void present_other_factors(struct call *c, const struct factor *chosen, struct str next);

enum err
page_verify(struct call *c)
{
	bool recovery = wants_recovery_code(c);
	const struct factor *f = chosen_factor(c);
	struct str next = redirect_local(field_text(&c->fields, "next"));

	if (subject_active(&c->flow.subject) == 0) {
		redirect_to_path(c, STR("/dashboard"));
		return OK;
	}
	if (f == NULL)
		return ERR_NOT_FOUND;
	present_factor(c, f);
	present_other_factors(c, f, next);
	model_bool(c->model, "recovery", recovery);
	model_bool(c->model, "step_up", c->flow.subject.session.state == SESSION_ACTIVE);
	model_text(c->model, "next", next);
	model_text(c->model, "recovery_href",
	    page_with_next(c, "/mfa/challenge?method=recovery", next));
	model_text(c->model, "code_href", page_with_next(c, "/mfa/challenge?method=app", next));
	return present_page(c, "verify", recovery ? "Use a recovery code" : "Verification");
}

/* After a recovery code the dashboard comes first: it shows how many codes are left. */
enum err
page_verify_post(struct call *c)
{
	struct verify_params in = {
	    .factor = field_id(&c->fields, "factor"),
	    .response = field_secret(c->arena, &c->fields, "code"),
	    .recovery_code = field_secret(c->arena, &c->fields, "recovery_code"),
	};
	struct str to = return_path(c);
	enum err e;

	if (in.response.n == 0 && in.recovery_code.n == 0)
		return ERR_FIELD;
	if (in.response.n > 0 && in.recovery_code.n > 0)
		return ERR_BAD_REQUEST;
	e = flow_verify(&c->flow, &in, VERIFY_ELEVATE);
	if (e != OK)
		return e;
	if (in.recovery_code.n > 0)
		to = page_with_next(c, "/dashboard", to);
	redirect_to_path(c, str_is_absent(to) ? STR("/dashboard") : to);
	return OK;
}

/* Ends the session at sign-in; leaves it as it is at a step-up. */
enum err
page_verify_cancel(struct call *c)
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

/*
 * The factor that the request names, or the preferred one. Where a refused form names a factor
 * that no longer exists, the preferred one replaces it.
 */
static const struct factor *
chosen_factor(const struct call *c)
{
	const struct factor *f = subject_factor(&c->flow.subject, field_id(&c->fields, "factor"));

	return f == NULL && is_post(c) ? subject_factor(&c->flow.subject, UUID_NIL) : f;
}

static bool
wants_recovery_code(const struct call *c)
{
	if (is_post(c))
		return field_text(&c->fields, "recovery_code").n > 0;
	return str_eq(field_text(&c->fields, "method"), STR("recovery"));
}

static bool
is_post(const struct call *c)
{
	return c->route->method == METHOD_POST;
}

/* Returns the path in the form, else at sign-in that of the session; absent for neither. */
static struct str
return_path(const struct call *c)
{
	struct str to = field_text(&c->fields, "next");

	if (!redirect_is_local(to) && c->flow.subject.session.state == SESSION_MFA_REQUIRED)
		to = c->flow.subject.session.return_to;
	return redirect_local(to);
}

static void
present_other_factors(struct call *c, const struct factor *chosen, struct str next)
{
	const struct subject *s = &c->flow.subject;
	cJSON *others = model_list(c->model, "others");

	for (size_t i = 0; i < s->factor_count; i++) {
		const struct factor *f = &s->factors[i];
		struct str id = id_format(c->arena, ID_FACTOR, f->id), href;
		cJSON *o;

		if (f == chosen || f->state != FACTOR_ACTIVE)
			continue;
		href = str_printf(c->arena, "/mfa/challenge?factor=%.*s", STR_FMT(id));
		o = model_item(others);
		model_text(o, "label", f->label);
		model_text(o, "href", page_with_next(c, str_c(c->arena, href), next));
	}
	model_bool(c->model, "several", subject_active(s) > 1);
}
