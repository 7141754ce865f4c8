/* The family of the pages: forms in, pages out, and where a refusal leads. */
#include "web/page/page.h"

#include "base/codec.h"
#include "base/log.h"
#include "web/error.h"
#include "web/present.h"
#include "web/redirect.h"

static enum err page_read(struct call *c) MUST_CHECK;
static void page_refuse(struct call *c, enum err e);
static bool corrected_by_form(const struct call *c, enum err e);
static bool corrected_by_step_up(const struct call *c, enum err e);
static void respond_error(struct call *c, enum err e);
static void redirect_to_login(struct call *c);
static void redirect_to_organizations(struct call *c);
static void redirect_with_return(struct call *c, const char *path);

const struct route_family page_family = {
    .name = "page",
    .read = page_read,
    .refuse = page_refuse,
};

void
page_add_pair(struct buf *url, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	buf_addc(url, str_has(buf_str(url), '?') ? '&' : '?');
	buf_printf(url, "%s=", name);
	buf_add(url, percent_encode(url->arena, value, NULL));
}

struct str
page_with_next(struct call *c, const char *path, struct str next)
{
	struct str p = str_of(path);

	if (str_is_absent(next))
		return p;
	next = percent_encode(c->arena, next, "/");
	return str_printf(c->arena, "%.*s%cnext=%.*s", STR_FMT(p), str_has(p, '?') ? '&' : '?',
	    STR_FMT(next));
}

static enum err
page_read(struct call *c)
{
	if (c->req->body.n == 0)
		return OK;
	if (!str_eq(req_media_type(c->req), STR("application/x-www-form-urlencoded")))
		return ERR_MEDIA_TYPE;
	return field_set_form(c->arena, &c->fields, c->req->body);
}

/*
 * Shows the form or the step-up page again after a refusal that the person can correct there; else
 * redirects, or shows the error page. Drops what the handler has put into the value tree.
 */
static void
page_refuse(struct call *c, enum err e)
{
	bool shown = false;

	if (c->route != NULL && corrected_by_form(c, e)) {
		enum err loaded = c->signed_in ? flow_refresh(&c->flow) : OK;

		present_nothing(c);
		c->refusal = e;
		if (loaded != OK)
			e = loaded;
		else
			e = corrected_by_step_up(c, e) ? present_step_up(c) : c->route->form(c);
		shown = e == OK;
	}
	if (!shown) {
		present_nothing(c);
		respond_error(c, e);
	}
}

/* True when the person can correct the refused request on the page that sent it. */
static bool
corrected_by_form(const struct call *c, enum err e)
{
	if (corrected_by_step_up(c, e))
		return true;
	if ((c->route->guards & G_ADMIN) && c->admin == NULL)
		return false;
	if (c->route->form == NULL || err_kind(e) != ERR_KIND_REFUSAL)
		return false;
	/* A page that changes nothing has no fields for proofs. */
	if (c->route->method == METHOD_GET)
		return e == ERR_FIELD;
	switch (e) {
	case ERR_UNAUTHENTICATED:
	case ERR_MFA_REQUIRED:
	case ERR_ENROLLMENT_REQUIRED:
	case ERR_EMAIL_UNVERIFIED:
	case ERR_ORGANIZATION:
	case ERR_FORBIDDEN:
	case ERR_CROSS_ORIGIN:
	case ERR_BAD_REQUEST:
	case ERR_MEDIA_TYPE:
		return false;
	default:
		return true;
	}
}

/* True when a proof is missing or incorrect, and the form of the route has no fields for it. */
static bool
corrected_by_step_up(const struct call *c, enum err e)
{
	if (c->route->purpose == NULL || !c->signed_in)
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

/* Redirects to the page that helps, or shows the error page. */
static void
respond_error(struct call *c, enum err e)
{
	if (e == ERR_UNAUTHENTICATED && c->route != NULL) {
		redirect_to_login(c);
		return;
	}
	if (e == ERR_MFA_REQUIRED) {
		redirect_to_path(c, STR("/mfa/challenge"));
		return;
	}
	if (e == ERR_EMAIL_UNVERIFIED || e == ERR_ENROLLMENT_REQUIRED) {
		redirect_to_path(c, STR("/mfa/setup"));
		return;
	}
	if (e == ERR_ORGANIZATION) {
		redirect_to_organizations(c);
		return;
	}
	if (e == ERR_VERIFICATION_REQUIRED && c->route != NULL && c->route->method == METHOD_GET) {
		redirect_with_return(c, "/mfa/challenge");
		return;
	}
	c->refusal = OK; /* the error page has no form with a field to mark */
	model_number(c->model, "status", error_status(e));
	model_text(c->model, "heading", str_of(error_title(e)));
	model_text(c->model, "text", error_detail_for(c, e));
	model_bool(c->model, "retry", error_status(e) == 503);
	model_bool(c->model, "needs_factor",
	    e == ERR_NOT_ENABLED && c->route != NULL && (c->route->guards & G_ADMIN));
	model_text(c->model, "back_href", c->signed_in ? STR("/dashboard") : STR("/login"));
	if (present_page(c, "error", error_title(e)) != OK)
		log_fatal("page.error", "the error page cannot be rendered");
	c->resp->status = error_status(e);
	(void)error_retry_after(c, e);
}

/* After signing in the browser returns to the page it wanted; a form is not sent again. */
static void
redirect_to_login(struct call *c)
{
	if (c->route->method == METHOD_GET)
		redirect_with_return(c, "/login");
	else
		redirect_to_path(c, STR("/login"));
}

/* After choosing an organization the browser returns to the page it wanted. */
static void
redirect_to_organizations(struct call *c)
{
	if (c->route != NULL && c->route->method == METHOD_GET)
		redirect_with_return(c, "/organization");
	else
		redirect_to_path(c, STR("/organization"));
}

/* Redirects with the wanted page as `next`. */
static void
redirect_with_return(struct call *c, const char *path)
{
	struct str here = c->req->path;

	if (c->req->query.n > 0)
		here = str_printf(c->arena, "%.*s?%.*s", STR_FMT(here), STR_FMT(c->req->query));
	here = percent_encode(c->arena, here, "/");
	if (here.n > FIELD_PATH_MAX)
		here = STR("/dashboard");
	redirect_to_path(c, str_printf(c->arena, "%s?next=%.*s", path, STR_FMT(here)));
}
