/* The gate: may a request to a protected resource pass? */
#ifndef FLOW_GATE_H
#define FLOW_GATE_H

#include "flow/flow.h"

/* May a request to a guarded site pass? */
struct authorization_request {
	struct gate_rule rule;
	struct str organization;  /* slug of the one the place belongs to; absent: none */
	struct str session_token; /* as it was given, or absent */
	struct str site_token;    /* the same of the site itself */
	struct str origin;        /* of the site; absent: unknown */
};

/*
 * Answers it by one statement, two where a stale session token came with a site's. A failure is
 * no verdict: nobody passes. The subject is loaded as far as store_gate_load() does.
 */
enum err flow_gate_authorize(struct flow *fl, const struct authorization_request *q,
    enum gate_decision *decision) MUST_CHECK;

/* The membership in the organization of that slug; NULL when the subject is no member there. */
const struct membership *flow_membership(const struct flow *fl, struct str slug);

#endif
