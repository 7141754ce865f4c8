/*
 * Who sends a request: from the places where it can carry a token to a valid session. The guard
 * of the pages and the API, and the gate, both ask here.
 */
#ifndef FLOW_AUTHN_H
#define FLOW_AUTHN_H

#include "flow/flow.h"

/* Where a request can carry the token of a session; absent where it carries none. */
struct authn_sources {
	struct str cookie;
	struct str bearer; /* Authorization: Bearer */
	struct str header; /* X-Account-Access-Token */
};

/* The token that counts. */
struct authn_token {
	struct str text; /* absent: the request carries none */
	bool in_header;  /* a program put it there; a browser never does that by itself */
};

/*
 * The one token of a request. ERR_BAD_REQUEST when it carries two that differ: then nobody knows
 * whose request it is.
 */
enum err authn_single(const struct authn_sources *sources, struct authn_token *out) MUST_CHECK;

/*
 * The first token that has the form of ours, the cookie before the headers: at a guarded site
 * applications use cookies and headers of these names for tokens of their own.
 */
struct str authn_first(struct arena *a, const struct authn_sources *sources);

/*
 * Loads the account and session of a token. ERR_UNAUTHENTICATED when the text is no token of
 * ours, the session is over or idle, or the account is disabled.
 */
enum err flow_authenticate(struct flow *fl, struct str token) MUST_CHECK;

#endif
