/*
 * The dialect of the gate: a web server asks whether a request to a site that it guards may
 * pass. 200 says so, with who it is; 401 that signing in, a code or set-up would help, with the
 * address to send a browser to; 403 that nothing of that would. Everything else is no.
 */
#ifndef WEB_GATE_GATE_H
#define WEB_GATE_GATE_H

#include "web/call.h"

extern const struct route_set gate_routes;

#endif
