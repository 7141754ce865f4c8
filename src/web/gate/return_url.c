/* Return URLs of protected sites, and the page URLs that carry them. */
#include "web/gate/return_url.h"

#include "base/codec.h"
#include "conf/conf.h"
#include "web/cookie.h"
#include "web/redirect.h"

/* Characters that stay as they are in the values of our queries. */
#define UNENCODED "/:?=,;@!$()*"

static struct str return_path(struct call *c, enum site_reach reach, const struct url *to);
static struct str shorten(const struct url *to, int step);

enum site_reach
site_reach(const struct call *c, struct str origin)
{
	const struct conf *conf = c->conf;
	struct str domain = str_of(conf->cookie_domain), own;

	/* Without base_url the only site is the one on this host. */
	if (conf->base_url[0] == '\0')
		return SITE_THIS_HOST;
	if (url_origin_parse(c->arena, str_of(conf->base_url), &own) && str_eq(own, origin))
		return SITE_THIS_HOST;
	if (!conf_is_gate_origin(c->arena, conf, origin))
		return SITE_UNKNOWN;
	return domain.n > 0 && url_host_within(url_host(origin), domain) ? SITE_COOKIE_DOMAIN
									 : SITE_TICKET;
}

struct str
return_nonce(const struct call *c)
{
	struct str sent = cookie_nonce(c);
	size_t i;

	if (sent.n != c->req->id.n)
		return c->req->id;
	for (i = 0; i < sent.n; i++)
		if (!str_has(STR("0123456789abcdef"), sent.p[i]))
			return c->req->id;
	return sent;
}

struct str
return_location(struct call *c, struct str page, const struct url *to)
{
	enum site_reach reach = to == NULL ? SITE_UNKNOWN : site_reach(c, to->origin);
	struct str base = str_of(c->conf->base_url), location;
	int step;

	for (step = 0; reach != SITE_UNKNOWN && step < 3; step++) {
		struct url url = {.origin = to->origin, .rest = shorten(to, step)};
		struct str next = return_path(c, reach, &url);

		if (!redirect_is_local(next))
			continue;
		next = percent_encode(c->arena, next, UNENCODED);
		location = str_printf(c->arena, "%.*s%.*s%cnext=%.*s", STR_FMT(base), STR_FMT(page),
		    str_has(page, '?') ? '&' : '?', STR_FMT(next));
		if (location.n <= RETURN_LOCATION_MAX)
			return location;
	}
	return str_printf(c->arena, "%.*s%.*s", STR_FMT(base), STR_FMT(page));
}

/*
 * The path on this host that leads to the URL: its own, or that of the return page. Browsers
 * apply form-action of a form's page to the redirects that follow: it names no other site.
 */
static struct str
return_path(struct call *c, enum site_reach reach, const struct url *to)
{
	struct str url = str_printf(c->arena, "%.*s%.*s", STR_FMT(to->origin), STR_FMT(to->rest));
	struct str nonce = STR("");

	if (reach == SITE_THIS_HOST)
		return to->rest;
	if (reach == SITE_TICKET)
		nonce = str_printf(c->arena, "way=%.*s&", STR_FMT(return_nonce(c)));
	url = percent_encode(c->arena, url, UNENCODED);
	return str_printf(c->arena, "/gate/return?%.*sto=%.*s", STR_FMT(nonce), STR_FMT(url));
}

/* Leaves out nothing in step 0, the query in step 1, the whole path in step 2. */
static struct str
shorten(const struct url *to, int step)
{
	struct str rest = to->rest;

	if (step == 0)
		return rest;
	return step == 1 ? str_cut(&rest, '?') : STR("/");
}
