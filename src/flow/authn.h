/* Who sends a request: from a token to the account and session it belongs to. */
#ifndef FLOW_AUTHN_H
#define FLOW_AUTHN_H

#include "flow/flow.h"

/* Whether a text has the form of a token of ours; absent has not. */
bool flow_is_token(struct flow *fl, struct str text);

/*
 * Loads account and session of a token. ERR_UNAUTHENTICATED when it is no token, the session is
 * over or idle, or the account is disabled. `offered` is the recovery code that the request
 * carries, or absent: the same load tells whether it fits, for flow_verify().
 */
enum err flow_authenticate(struct flow *fl, struct str token, struct secret offered) MUST_CHECK;

#endif
