/* The cookies of this service: their names, and what reads and sets them. */
#include "web/cookie.h"

#include "conf/conf.h"

struct str
cookie_session(const struct call *c)
{
	return req_cookie(c->req, resp_session_cookie_name(str_of(c->conf->cookie_domain)));
}
