/* The cookies of this service: their names, and what reads and sets them. */
#include "web/cookie.h"

#include "conf/conf.h"

#define HOST_SESSION "__Host-session"
#define DOMAIN_SESSION "__Secure-session"
#define SITE "__Host-gate"
#define NONCE "__Host-gate-way"

/* How long a browser keeps the nonce, in seconds: signing in may take a while. */
#define NONCE_AGE 3600

static struct resp_cookie session_cookie(const struct call *c);

struct str
cookie_session(const struct call *c)
{
	return req_cookie(c->req, session_cookie(c).name);
}

void
cookie_set_session(struct call *c, struct secret token)
{
	struct resp_cookie cookie = session_cookie(c);

	cookie.value = secret_reveal(token);
	resp_set_cookie(c->resp, &cookie);
}

void
cookie_clear_session(struct call *c)
{
	struct resp_cookie cookie = session_cookie(c);

	cookie.max_age = -1;
	resp_set_cookie(c->resp, &cookie);
}

struct str
cookie_site(const struct call *c)
{
	return req_cookie(c->req, SITE);
}

struct str
cookie_nonce(const struct call *c)
{
	return req_cookie(c->req, NONCE);
}

void
cookie_set_site(struct call *c, struct secret token)
{
	struct resp_cookie site = {.name = SITE, .value = secret_reveal(token)};
	struct resp_cookie nonce = {.name = NONCE, .max_age = -1};

	resp_set_cookie(c->resp, &site);
	resp_set_cookie(c->resp, &nonce);
}

struct str
cookie_nonce_header(struct call *c, struct str nonce)
{
	struct resp_cookie cookie = {.name = NONCE, .value = nonce, .max_age = NONCE_AGE};

	return resp_cookie_text(c->arena, &cookie);
}

static struct resp_cookie
session_cookie(const struct call *c)
{
	struct str domain = str_of(c->conf->cookie_domain);

	return (struct resp_cookie){
	    .name = domain.n == 0 ? HOST_SESSION : DOMAIN_SESSION,
	    .domain = domain,
	};
}
