/*
 * The API family of the gate: a web server asks before it lets a request to a protected resource
 * through. 200 allows it, with the account's id, address and groups; 401 denies it with the URL of
 * the page that helps: signing in, a code, set-up; 403 denies it where nothing of that would help.
 */
#ifndef WEB_GATE_GATE_H
#define WEB_GATE_GATE_H

#include "web/route.h"

extern const struct route_family gate_family;

#endif
