/* Signing in at a site on another host, by a ticket. */
#ifndef FLOW_SITE_H
#define FLOW_SITE_H

#include "flow/flow.h"

/*
 * A ticket that takes the session to a site on another host. `way` is what the browser was
 * given there. ERR_UNAUTHENTICATED when the session has changed meanwhile.
 */
enum err flow_site_ticket(struct flow *fl, struct str origin, struct str nonce,
    struct secret *ticket) MUST_CHECK;

/* Exchanges a ticket, once, for the token of the site. ERR_NOT_FOUND when it does not count. */
enum err flow_site_enter(struct flow *fl, struct str ticket, struct str origin, struct str nonce,
    struct secret *token) MUST_CHECK;

#endif
