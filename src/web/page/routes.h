/* The routes of the pages. */
#ifndef WEB_PAGE_ROUTES_H
#define WEB_PAGE_ROUTES_H

#include "web/route.h"

extern const struct route_set page_routes;

#endif
