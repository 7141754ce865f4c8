/* Proving an address: the page behind the link, and sending another one. */
#include "web/page/handlers.h"

#include "conf/conf.h"
#include "flow/email.h"
#include "web/error.h"
#include "web/present.h"
#include "web/redirect.h"

#define TITLE "Verify your email address"

static enum err show_state(struct call *c) MUST_CHECK;
static enum err show_over(struct call *c) MUST_CHECK;

/* Only shows a button: programs that look at mail follow links, and must prove nothing by that. */
enum err
page_email(struct call *c)
{
	struct str token = field_text(&c->fields, "token"), address;
	enum err e;

	if (str_is_absent(token))
		return c->signed_in && c->flow.subject.session.state == SESSION_ACTIVE
			   ? show_state(c)
			   : show_over(c);
	e = flow_email_find(&c->flow, token, &address);
	if (e == ERR_NOT_FOUND)
		return show_over(c);
	if (e != OK)
		return e;
	model_text(c->model, "token", token);
	model_text(c->model, "email", address);
	return present_page(c, "verify_email", TITLE);
}

enum err
page_email_post(struct call *c)
{
	enum err e = flow_email_verify(&c->flow, field_text(&c->fields, "token"));

	if (e == ERR_NOT_FOUND)
		return show_over(c);
	if (e == OK && c->signed_in)
		e = flow_refresh(&c->flow);
	return e == OK ? present_page(c, "verify_email_done", TITLE) : e;
}

enum err
page_email_resend(struct call *c)
{
	enum err e = flow_email_resend(&c->flow);

	if (e == OK)
		redirect_to_path(c, STR("/verify-email?done=sent"));
	if (e == ERR_CONFLICT) {
		redirect_to_path(c, STR("/verify-email"));
		return OK;
	}
	if (e != ERR_THROTTLED)
		return e;
	e = show_state(c);
	c->resp->status = error_status(ERR_THROTTLED);
	resp_header(c->resp, "Retry-After",
	    str_printf(c->arena, "%lld", (long long)c->flow.resend_wait));
	return e;
}

/* Who is signed in sees whether the address is verified, and may ask for another message. */
static enum err
show_state(struct call *c)
{
	const struct account *account = &c->flow.subject.account;

	if (str_eq(field_known(&c->fields, STR("done")) ? field_text(&c->fields, "done") : STR(""),
		STR("sent")) &&
	    !account->email_verified)
		present_flash(c, "A new email is on its way to you. Links in earlier emails no "
				 "longer work.");
	model_text(c->model, "email", account->email);
	model_bool(c->model, "email_verified", account->email_verified);
	model_bool(c->model, "sends_mail", conf_sends_mail(c->conf));
	model_number(c->model, "wait", c->flow.resend_wait);
	model_bool(c->model, "too_soon", c->flow.resend_wait > 0);
	return present_page(c, "verify_email_state", TITLE);
}

/*
 * One page for every link that does not work: which of the reasons it is, is nobody's business
 * but its owner's.
 */
static enum err
show_over(struct call *c)
{
	enum err e;

	model_bool(c->model, "may_resend",
	    c->signed_in && c->flow.subject.session.state == SESSION_ACTIVE &&
		!c->flow.subject.account.email_verified);
	e = present_page(c, "verify_email_over", "This link does not work");
	c->resp->status = error_status(ERR_NOT_FOUND);
	return e;
}
