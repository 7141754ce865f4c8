/* Verifying an e-mail address: the page of the link, and sending another link. */
#include "web/page/handlers.h"

#include "base/array.h"
#include "conf/conf.h"
#include "flow/email.h"
#include "web/error.h"
#include "web/present.h"
#include "web/redirect.h"

#define TITLE "Verify your email address"

static const struct flash flashes[] = {
    {"sent", "A new email is on its way to you. Links in earlier emails no longer work."},
};

static bool has_active_session(const struct call *c);
static enum err show_status(struct call *c) MUST_CHECK;
static enum err show_invalid(struct call *c) MUST_CHECK;

/* Shows a button and changes nothing: programs that scan mail follow links. */
enum err
page_email(struct call *c)
{
	struct str token = field_text(&c->fields, "token"), address;
	enum err e;

	if (str_is_absent(token))
		return has_active_session(c) ? show_status(c) : show_invalid(c);
	e = flow_email_find(&c->flow, token, &address);
	if (e == ERR_NOT_FOUND)
		return show_invalid(c);
	if (e != OK)
		return e;
	model_text(c->model, "token", token);
	model_text(c->model, "email", address);
	return present_page(c, "email_verify", TITLE);
}

enum err
page_email_post(struct call *c)
{
	enum err e = flow_email_verify(&c->flow, field_text(&c->fields, "token"));

	if (e == ERR_NOT_FOUND)
		return show_invalid(c);
	if (e == OK && c->signed_in)
		e = flow_refresh(&c->flow);
	return e == OK ? present_page(c, "email_verified", TITLE) : e;
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
	e = show_status(c);
	c->resp->status = error_status(ERR_THROTTLED);
	resp_header(c->resp, "Retry-After",
	    str_printf(c->arena, "%lld", (long long)c->flow.resend_wait));
	return e;
}

static bool
has_active_session(const struct call *c)
{
	return c->signed_in && c->flow.subject.session.state == SESSION_ACTIVE;
}

/* Shows whether the address is verified, and offers to send another link. */
static enum err
show_status(struct call *c)
{
	const struct account *account = &c->flow.subject.account;

	if (!account->email_verified)
		present_flash_named(c, flashes, ARRAY_SIZE(flashes));
	model_text(c->model, "email", account->email);
	model_bool(c->model, "email_verified", account->email_verified);
	model_bool(c->model, "sends_mail", conf_sends_mail(c->conf));
	model_number(c->model, "wait", c->flow.resend_wait);
	model_bool(c->model, "too_soon", c->flow.resend_wait > 0);
	return present_page(c, "email_status", TITLE);
}

/* Shows the same page for every link that does not work: a stranger must not learn why. */
static enum err
show_invalid(struct call *c)
{
	enum err e;

	model_bool(c->model, "may_resend",
	    has_active_session(c) && !c->flow.subject.account.email_verified);
	e = present_page(c, "email_link_invalid", "This link does not work");
	c->resp->status = error_status(ERR_NOT_FOUND);
	return e;
}
