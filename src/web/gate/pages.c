/* The pages that browsers come by on their way to and from protected sites. */
#include "web/gate/handlers.h"

#include "base/codec.h"
#include "flow/site.h"
#include "web/cookie.h"
#include "web/gate/return_url.h"
#include "web/page/page.h"
#include "web/present.h"
#include "web/redirect.h"

static enum err make_callback(struct call *c, const struct url *to, struct str *url) MUST_CHECK;
static enum err leave(struct call *c, struct str url) MUST_CHECK;

/*
 * Sends the browser back to the protected site that it came from. If the session still does not
 * satisfy the site's rule, the gate there denies the request again.
 */
enum err
gate_return(struct call *c)
{
	struct str url;
	enum site_reach reach;
	struct url to;
	enum err e = OK;

	if (!url_parse(c->arena, field_text(&c->fields, "to"), &to))
		return ERR_NOT_FOUND;
	reach = site_reach(c, to.origin);
	if (reach == SITE_UNKNOWN)
		return ERR_NOT_FOUND;
	if (c->flow.subject.session.state == SESSION_MFA_REQUIRED) {
		struct str here = str_printf(c->arena, "%.*s?%.*s", STR_FMT(c->req->path),
		    STR_FMT(c->req->query));

		redirect_to_path(c, page_with_next(c, "/mfa/challenge", here));
		return OK;
	}
	if (reach == SITE_THIS_HOST) {
		redirect_to_path(c, to.rest);
		return OK;
	}
	url = str_printf(c->arena, "%.*s%.*s", STR_FMT(to.origin), STR_FMT(to.rest));
	if (reach == SITE_TICKET)
		e = make_callback(c, &to, &url);
	return e == OK ? leave(c, url) : e;
}

/*
 * Exchanges the ticket for a token of the site; the site's web server serves this page on its own
 * host. With an invalid ticket the browser goes on without a token, and the gate denies its
 * request.
 */
enum err
gate_callback(struct call *c)
{
	struct str ticket = field_text(&c->fields, "ticket"), nonce = cookie_nonce(c), origin;
	struct secret token;
	enum err e;

	if (!url_origin_parse(c->arena, req_param(c->req, "COUNTERSIGN_SITE"), &origin) ||
	    site_reach(c, origin) != SITE_TICKET)
		return ERR_NOT_FOUND;
	e = flow_site_enter(&c->flow, ticket, origin, nonce, &token);
	if (e == OK)
		cookie_set_site(c, token);
	else if (e != ERR_NOT_FOUND)
		return e;
	redirect_to_path(c, field_text(&c->fields, "to"));
	return OK;
}

/*
 * Offers to switch to the organization of a protected resource. The form is that of the
 * organization page (page/organization.c).
 */
enum err
gate_organization(struct call *c)
{
	const struct membership *m =
	    subject_membership_of_slug(&c->flow.subject, field_text(&c->fields, "organization"));
	struct str next = field_text(&c->fields, "next");

	if (m == NULL)
		return ERR_NOT_FOUND;
	model_text(c->model, "organization", id_format(c->arena, ID_ORGANIZATION, m->organization));
	model_text(c->model, "name", m->name);
	model_text(c->model, "next", redirect_local(next));
	model_bool(c->model, "verify_after", subject_active(&c->flow.subject) > 0);
	return present_page(c, "gate_organization", "Switch organization");
}

/*
 * Makes a ticket and the URL of the site's callback. The ticket is valid in the one browser that
 * has its nonce in a cookie of the site; without a nonce there is no such browser.
 */
static enum err
make_callback(struct call *c, const struct url *to, struct str *url)
{
	struct str nonce = field_text(&c->fields, "way"),
		   rest = percent_encode(c->arena, to->rest, "/:");
	struct secret ticket;
	enum err e;

	if (str_is_absent(nonce))
		return ERR_NOT_FOUND;
	e = flow_site_ticket(&c->flow, to->origin, nonce, &ticket);
	if (e == OK)
		*url = str_printf(c->arena, "%.*s/gate/callback?ticket=%.*s&to=%.*s",
		    STR_FMT(to->origin), STR_FMT(secret_reveal(ticket)), STR_FMT(rest));
	return e;
}

/*
 * After a form of this site the browser would apply form-action of the form's page to a redirect:
 * then a page refreshes to the URL. Otherwise it is a redirect, whose loops browsers end.
 */
static enum err
leave(struct call *c, struct str url)
{
	struct str from = req_param(c->req, "HTTP_SEC_FETCH_SITE");

	if (!str_is_absent(from) && !str_eq(from, STR("same-origin"))) {
		redirect_to_site(c, url);
		return OK;
	}
	resp_header(c->resp, "Refresh", str_printf(c->arena, "0;url=%.*s", STR_FMT(url)));
	model_text(c->model, "href", url);
	return present_page(c, "gate_return", "Signed in");
}
