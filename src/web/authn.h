/* The places of a request that can carry the token of a session. */
#ifndef WEB_AUTHN_H
#define WEB_AUTHN_H

#include "flow/authn.h"
#include "web/call.h"

/* Returns the session cookie and the two headers for tokens; absent when not sent. */
struct authn_sources authn_sources_of(const struct call *c);

#endif
