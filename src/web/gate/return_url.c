/* The way back to a guarded site. */
#include "web/gate/return_url.h"

#include "base/codec.h"

/* What needs no encoding in a value of our own queries. */
#define KEPT "/:?=,;@!$()*"

static struct str next_of(struct call *c, enum site_reach kind, const struct url *to);
static struct str shorter(const struct url *to, int step);

enum site_reach
site_reach(const struct call *c, struct str origin)
{
	const struct conf *conf = web_conf(c);
	struct str domain = str_of(conf->cookie_domain), own;

	/* Without an address of our own, what is guarded is on our own host. */
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
	struct str had = req_cookie(c->req, RESP_NONCE_COOKIE);
	size_t i;

	if (had.n != c->req->id.n)
		return c->req->id;
	for (i = 0; i < had.n; i++)
		if (!str_has(STR("0123456789abcdef"), had.p[i]))
			return c->req->id;
	return had;
}

struct str
return_location(struct call *c, struct str page, const struct url *to)
{
	enum site_reach kind = to == NULL ? SITE_UNKNOWN : site_reach(c, to->origin);
	struct str base = str_of(web_conf(c)->base_url), location;
	int step;

	for (step = 0; kind != SITE_UNKNOWN && step < 3; step++) {
		struct url url = {.origin = to->origin, .rest = shorter(to, step)};
		struct str next = next_of(c, kind, &url);

		if (!resp_is_local_path(next))
			continue;
		next = percent_encode(c->arena, next, KEPT);
		location = str_printf(c->arena, "%.*s%.*s%cnext=%.*s", STR_FMT(base), STR_FMT(page),
		    str_has(page, '?') ? '&' : '?', STR_FMT(next));
		if (location.n <= RETURN_LOCATION_MAX)
			return location;
	}
	return str_printf(c->arena, "%.*s%.*s", STR_FMT(base), STR_FMT(page));
}

/*
 * A path of ours that leads there: by itself, or by way of a page. Browsers hold a redirect
 * that a form was answered with against the policy of the form's page, which names no other
 * site.
 */
static struct str
next_of(struct call *c, enum site_reach kind, const struct url *to)
{
	struct str url = str_printf(c->arena, "%.*s%.*s", STR_FMT(to->origin), STR_FMT(to->rest));
	struct str nonce = STR("");

	if (kind == SITE_THIS_HOST)
		return to->rest;
	if (kind == SITE_TICKET)
		nonce = str_printf(c->arena, "way=%.*s&", STR_FMT(return_nonce(c)));
	url = percent_encode(c->arena, url, KEPT);
	return str_printf(c->arena, "/gate/return?%.*sto=%.*s", STR_FMT(nonce), STR_FMT(url));
}

static struct str
shorter(const struct url *to, int step)
{
	struct str rest = to->rest;

	if (step == 0)
		return rest;
	return step == 1 ? str_cut(&rest, '?') : STR("/");
}
