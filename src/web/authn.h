/* The places of a request that can carry the token of a session. */
#ifndef WEB_AUTHN_H
#define WEB_AUTHN_H

#include "flow/authn.h"
#include "web/call.h"

/* The session cookie, and the two headers in which programs send a token; absent when not sent. */
struct authn_sources authn_sources_of(const struct call *c);

#endif
