/* The routes of the API family below /v1/public/accounts. */
#ifndef WEB_API_PUBLIC_ROUTES_H
#define WEB_API_PUBLIC_ROUTES_H

#include "web/route.h"

extern const struct route_set api_public_routes;

#endif
