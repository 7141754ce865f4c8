/* Signing in at a site on another host, by a ticket. */
#ifndef FLOW_SITE_H
#define FLOW_SITE_H

#include "flow/flow.h"

/*
 * Issues a ticket that takes the session to a site on another host. `nonce` is what the site
 * gave the browser. ERR_UNAUTHENTICATED when the session has changed since it was loaded.
 */
enum err flow_site_ticket(struct flow *fl, struct str origin, struct str nonce,
    struct secret *ticket) MUST_CHECK;

/*
 * Exchanges a ticket, once, for the token of the site. ERR_NOT_FOUND when the ticket is not
 * valid.
 */
enum err flow_site_enter(struct flow *fl, struct str ticket, struct str origin, struct str nonce,
    struct secret *token) MUST_CHECK;

#endif
