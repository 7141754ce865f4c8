/* The way between this service and the sites that it guards. */
#include "web/page/page.h"

#include "base/codec.h"
#include "flow/site.h"
#include "web/gate/return_url.h"

static enum err ticket_address(struct call *c, const struct url *to,
    struct str *address) MUST_CHECK;
static enum err resume(struct call *c, struct str address) MUST_CHECK;

/*
 * Back to the site that sent a browser here: what it asked for has been done, or is asked for
 * again there.
 */
enum err
page_gate_return(struct call *c)
{
	struct str address = field_text(&c->fields, "to");
	enum site_reach kind;
	struct url to;
	enum err e = OK;

	if (!url_parse(c->arena, address, &to))
		return ERR_NOT_FOUND;
	kind = site_reach(c, to.origin);
	if (kind == SITE_UNKNOWN)
		return ERR_NOT_FOUND;
	if (c->flow.subject.session.state == SESSION_MFA_REQUIRED) {
		struct str here = str_printf(c->arena, "%.*s?%.*s", STR_FMT(c->req->path),
		    STR_FMT(c->req->query));

		resp_redirect(c->resp, page_with_next(c, "/mfa/challenge", here));
		return OK;
	}
	if (kind == SITE_THIS_HOST) {
		resp_redirect(c->resp, to.rest);
		return OK;
	}
	address = str_printf(c->arena, "%.*s%.*s", STR_FMT(to.origin), STR_FMT(to.rest));
	if (kind == SITE_TICKET)
		e = ticket_address(c, &to, &address);
	return e == OK ? resume(c, address) : e;
}

/*
 * On the site's own host: the ticket is exchanged. One that does not count leaves everything as
 * it is: the way goes on, and the gate sends the browser round once more if it has to.
 */
enum err
page_gate_callback(struct call *c)
{
	struct str ticket = field_text(&c->fields, "ticket"),
		   nonce = req_cookie(c->req, RESP_NONCE_COOKIE), origin;
	struct secret token;
	enum err e;

	if (!url_origin_parse(c->arena, req_param(c->req, "COUNTERSIGN_SITE"), &origin) ||
	    site_reach(c, origin) != SITE_TICKET)
		return ERR_NOT_FOUND;
	e = flow_site_enter(&c->flow, ticket, origin, nonce, &token);
	if (e == OK)
		resp_site_cookies(c->resp, token);
	else if (e != ERR_NOT_FOUND)
		return e;
	resp_redirect(c->resp, field_text(&c->fields, "to"));
	return OK;
}

/*
 * A place belongs to another organization than the session works in: entering it is a change,
 * and so a form (organization.c).
 */
enum err
page_gate_organization(struct call *c)
{
	const struct membership *m =
	    subject_membership_of_slug(&c->flow.subject, field_text(&c->fields, "organization"));
	struct str next = field_text(&c->fields, "next");

	if (m == NULL)
		return ERR_NOT_FOUND;
	model_text(c->model, "organization", id_format(c->arena, ID_ORGANIZATION, m->organization));
	model_text(c->model, "name", m->name);
	model_text(c->model, "next", resp_is_local_path(next) ? next : STR_ABSENT);
	model_bool(c->model, "asked", subject_active(&c->flow.subject) > 0);
	return present_page(c, "gate_organization", "Switch organization");
}

/*
 * The ticket is good in the one browser that the site sent here, which has the same mark in a
 * cookie there: without the mark there is nobody to take it.
 */
static enum err
ticket_address(struct call *c, const struct url *to, struct str *address)
{
	struct str nonce = field_text(&c->fields, "way"),
		   rest = percent_encode(c->arena, to->rest, "/:");
	struct secret ticket;
	enum err e;

	if (str_is_absent(nonce))
		return ERR_NOT_FOUND;
	e = flow_site_ticket(&c->flow, to->origin, nonce, &ticket);
	if (e == OK)
		*address = str_printf(c->arena, "%.*s/gate/callback?ticket=%.*s&to=%.*s",
		    STR_FMT(to->origin), STR_FMT(secret_reveal(ticket)), STR_FMT(rest));
	return e;
}

/*
 * Behind a form of ours a redirect to another site would be stopped by the policy of the form's
 * page, so that a page goes on by itself. Else it is a redirect, of which browsers end a
 * circle.
 */
static enum err
resume(struct call *c, struct str address)
{
	struct str from = req_param(c->req, "HTTP_SEC_FETCH_SITE");

	if (!str_is_absent(from) && !str_eq(from, STR("same-origin"))) {
		resp_redirect_external(c->resp, address);
		return OK;
	}
	resp_header(c->resp, "Refresh", str_printf(c->arena, "0;url=%.*s", STR_FMT(address)));
	model_text(c->model, "href", address);
	return present_page(c, "gate_return", "Signed in");
}
