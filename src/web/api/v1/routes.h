/* The routes of the API family below /v1. */
#ifndef WEB_API_V1_ROUTES_H
#define WEB_API_V1_ROUTES_H

#include "web/route.h"

extern const struct route_set api_v1_routes;

#endif
