/* Ways in and out. */
#include "web/page/handlers.h"

#include "base/log.h"
#include "flow/compliance.h"
#include "flow/sign_in.h"
#include "flow/verify.h"
#include "web/page/organization.h"
#include "web/present.h"
#include "web/redirect.h"

static enum err present_overdue_members(struct call *c) MUST_CHECK;

enum err
page_root(struct call *c)
{
	redirect_to_path(c, STR("/dashboard"));
	return OK;
}

enum err
page_login(struct call *c)
{
	struct str next = redirect_local(field_text(&c->fields, "next"));

	if (c->signed_in && c->refusal == OK) {
		redirect_to_path(c, str_is_absent(next) ? STR("/dashboard") : next);
		return OK;
	}
	c->signed_in = false;
	if (c->refusal != OK)
		model_text(c->model, "email", field_text(&c->fields, "email"));
	model_text(c->model, "next", next);
	return present_page(c, "login", "Sign in");
}

/* Whoever signs in anew leaves the session before: one browser, one session. */
enum err
page_login_post(struct call *c)
{
	struct flow before = c->flow;
	struct sign_in in = {
	    .email = field_text(&c->fields, "email"),
	    .password = field_secret(c->arena, &c->fields, "password"),
	    .return_to = redirect_local(field_text(&c->fields, "next")),
	};
	bool was_signed_in = c->signed_in;
	enum err e;

	c->signed_in = false;
	c->flow.subject = (struct subject){0};
	e = flow_sign_in(&c->flow, &in);
	if (e != OK)
		return e;
	if (was_signed_in && flow_sign_out(&before) != OK)
		log_warning("sign_in.session_before_stays", LOG_TEXT("request_id", c->req->id));
	if (c->flow.subject.session.state == SESSION_MFA_REQUIRED)
		redirect_to_path(c, STR("/mfa/challenge"));
	else
		redirect_to_path(c, str_is_absent(in.return_to) ? STR("/dashboard") : in.return_to);
	return OK;
}

enum err
page_logout(struct call *c)
{
	return present_page(c, "logout", "Sign out");
}

enum err
page_logout_post(struct call *c)
{
	enum err e = flow_sign_out(&c->flow);

	if (e == OK)
		redirect_to_path(c, STR("/login"));
	return e;
}

enum err
page_dashboard(struct call *c)
{
	const struct session *s = &c->flow.subject.session;
	struct str next = redirect_local(field_text(&c->fields, "next"));
	enum err e = present_overdue_members(c);

	if (e != OK)
		return e;
	present_mfa(c);
	present_switched(c);
	model_bool(model_object(c->model, "nav"), "dashboard", true);
	model_bool(c->model, "recovery_used", str_eq(s->verified_by, STR("recovery_code")));
	model_text(c->model, "next", next);
	return present_page(c, "dashboard", "Dashboard");
}

/*
 * Admins see here already that somebody needs their help; not where admin pages want more than
 * the dashboard asks for.
 */
static enum err
present_overdue_members(struct call *c)
{
	const struct subject *s = &c->flow.subject;
	const struct membership *here = subject_membership(s, subject_organization(s));
	struct member_totals totals;
	enum err e;
	cJSON *o;

	if (here == NULL || !role_administers(here->role) ||
	    here->policy.requirement == REQUIREMENT_OFF ||
	    (here->policy.admin_verification && flow_stepup_missing(&c->flow).verification))
		return OK;
	e = flow_members_totals(&c->flow, here->organization, &totals);
	if (e != OK || totals.status[COMPLIANCE_OVERDUE] == 0)
		return e;
	o = model_object(c->model, "lapsed_members");
	model_number(o, "count", totals.status[COMPLIANCE_OVERDUE]);
	model_text(o, "organization", here->name);
	return OK;
}
