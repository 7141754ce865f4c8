/* Signing in and signing out. */
#include "web/page/handlers.h"

#include "base/log.h"
#include "flow/sign_in.h"
#include "web/present.h"
#include "web/redirect.h"

enum err
page_root(struct call *c)
{
	redirect_to_path(c, STR("/dashboard"));
	return OK;
}

enum err
page_sign_in(struct call *c)
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
	return present_page(c, "sign_in", "Sign in");
}

/* Ends the session that the browser had before: a browser has one session. */
enum err
page_sign_in_post(struct call *c)
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
page_sign_out(struct call *c)
{
	return present_page(c, "sign_out", "Sign out");
}

enum err
page_sign_out_post(struct call *c)
{
	enum err e = flow_sign_out(&c->flow);

	if (e == OK)
		redirect_to_path(c, STR("/login"));
	return e;
}
