/* The gate: may a request to a protected resource pass? */
#ifndef FLOW_GATE_H
#define FLOW_GATE_H

#include "domain/gate.h"
#include "flow/authn.h"

struct authorization_request {
	struct gate_rule rule;
	struct str organization;      /* slug of the organization of the resource; absent: none */
	struct authn_sources sources; /* tokens of a session */
	struct str site_token;        /* the token of the site itself, or absent */
	struct str origin;            /* of the site; absent: unknown */
};

struct authorization {
	enum gate_decision decision;
	struct gate_subject subject; /* whose request it is; all zero without a valid session */
};

/*
 * Decides on a request by one statement, or by two where a stale session token comes with the
 * token of a site. A failure is no decision: nothing passes.
 */
enum err flow_gate_authorize(struct flow *fl, const struct authorization_request *q,
    struct authorization *out) MUST_CHECK;

#endif
