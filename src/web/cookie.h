/* The cookies of this service. */
#ifndef WEB_COOKIE_H
#define WEB_COOKIE_H

#include "web/call.h"

/*
 * The session cookie ends with the browser. It is for this host alone, or with `cookie_domain` for
 * all hosts of that domain, then under another name.
 */

/* Returns the token of the session cookie; absent when it was not sent, or more than once. */
struct str cookie_session(const struct call *c);
/* Sets the session cookie to a new token. */
void cookie_set_session(struct call *c, struct secret token);
/* Clears the session cookie. */
void cookie_clear_session(struct call *c);

/*
 * The cookies of a protected site on another host. The site's web server sets the nonce cookie
 * before the browser signs in; the site cookie replaces it when the browser comes back.
 */

/* Returns the site's token, or the nonce; absent when it was not sent, or more than once. */
struct str cookie_site(const struct call *c);
struct str cookie_nonce(const struct call *c);
/* Sets the site cookie and clears the nonce cookie. */
void cookie_set_site(struct call *c, struct secret token);
/* Returns the Set-Cookie header with which the site's web server sets the nonce cookie. */
struct str cookie_nonce_header(struct call *c, struct str nonce);

#endif
