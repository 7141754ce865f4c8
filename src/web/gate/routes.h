/* The routes of the gate. */
#ifndef WEB_GATE_ROUTES_H
#define WEB_GATE_ROUTES_H

#include "web/route.h"

/* The authorization requests of web servers. */
extern const struct route_set gate_routes;
/* The pages that browsers come by on their way to and from protected sites. */
extern const struct route_set gate_page_routes;

#endif
