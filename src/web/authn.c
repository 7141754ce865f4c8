/* The places of a request that can carry the token of a session. */
#include "web/authn.h"

#include "web/cookie.h"

struct authn_sources
authn_sources_of(const struct call *c)
{
	return (struct authn_sources){
	    .cookie = cookie_session(c),
	    .bearer = req_bearer(c->req),
	    .header = req_param(c->req, "HTTP_X_ACCOUNT_ACCESS_TOKEN"),
	};
}
