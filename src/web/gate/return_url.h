/*
 * Where the request to a guarded site was headed, and the way back there. Every address is held
 * against the list of sites twice: when a browser is sent off with it, and when it comes back.
 */
#ifndef WEB_GATE_RETURN_URL_H
#define WEB_GATE_RETURN_URL_H

#include "base/url.h"
#include "web/call.h"

/* The longest Location, in bytes: what web servers take with their settings as they come. */
#define RETURN_LOCATION_MAX 3500

/* How a browser reaches a site once it may. */
enum site_reach {
	SITE_UNKNOWN,       /* not known here: nobody is sent there */
	SITE_THIS_HOST,     /* this host: by path */
	SITE_COOKIE_DOMAIN, /* a host that gets the session's cookie */
	SITE_TICKET         /* another host, with a ticket */
};

enum site_reach site_reach(const struct call *c, struct str origin);

/*
 * What a browser at a site is known again by when it comes back with a ticket: what it has from
 * an earlier question, so that several tabs do not take it from one another, or else new.
 */
struct str return_nonce(const struct call *c);

/*
 * The complete address of one of our pages (`page`, perhaps with a query), with the way back to
 * `to` as its `next`; NULL, or a site that is not known: without. What makes it too long is
 * left out: the query, then the path.
 */
struct str return_location(struct call *c, struct str page, const struct url *to);

#endif
