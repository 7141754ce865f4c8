/* Finds the route of a request. */
#ifndef WEB_ROUTER_H
#define WEB_ROUTER_H

#include "web/call.h"
#include "web/route.h"

/*
 * Sets family and route of the call by method and path. ERR_NOT_FOUND; or ERR_METHOD, with the
 * methods of the path in `allow`. The family is set in any case. HEAD takes the route of GET.
 */
enum err router_find(struct call *c, struct str *allow) MUST_CHECK;

/* The sets of routes, one after the other; NULL past the last one. */
const struct route_set *router_set_at(size_t i);

#endif
