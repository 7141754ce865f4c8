/* Where a browser may be sent. */
#ifndef WEB_REDIRECT_H
#define WEB_REDIRECT_H

#include "web/call.h"

/*
 * True for a path of this site: it begins with one '/', has no backslash, no control character, no
 * second '/' after the first (also percent-encoded), and at most 2 KiB.
 */
bool redirect_is_local(struct str path);

/* Returns the path when it is one of this site, else the absent string. */
struct str redirect_local(struct str path);

/* Redirects to a path of this site; to "/" when it is none. */
void redirect_to_path(struct call *c, struct str path);

/* Redirects to a URL of another site, which the caller has found among the configured sites. */
void redirect_to_site(struct call *c, struct str url);

#endif
