/*
 * The URL of a protected resource that a browser returns to after signing in. Each one is checked
 * against the configured sites twice: when it is put into a redirect to this service, and when the
 * browser asks to be sent there.
 */
#ifndef WEB_GATE_RETURN_URL_H
#define WEB_GATE_RETURN_URL_H

#include "base/url.h"
#include "web/call.h"

/* The longest Location, in bytes: web servers take it with their default settings. */
#define RETURN_LOCATION_MAX 3500

/* How the session of this service reaches a site. */
enum site_reach {
	SITE_UNKNOWN,       /* not at all: the site is not configured */
	SITE_THIS_HOST,     /* the site is on this host */
	SITE_COOKIE_DOMAIN, /* the site's host gets the session cookie */
	SITE_TICKET         /* the site is on another host and needs a ticket */
};

/* Returns how the session reaches the site of an origin. */
enum site_reach site_reach(const struct call *c, struct str origin);

/*
 * Returns the nonce that ties a ticket to the browser: that of its cookie, which several tabs
 * share, else a new one.
 */
struct str return_nonce(const struct call *c);

/*
 * Returns the URL of a page of this service (`page`, which may have a query), with the URL `to` in
 * its `next`. Without `next` when `to` is NULL or its site is unknown. Of a URL that is too long
 * the query is left out, then the path.
 */
struct str return_location(struct call *c, struct str page, const struct url *to);

#endif
