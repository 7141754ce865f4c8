/* The handlers of the routes below /v1/public/accounts. */
#ifndef WEB_API_PUBLIC_HANDLERS_H
#define WEB_API_PUBLIC_HANDLERS_H

#include "web/route.h"

/* mfa.c */
handler public_setup, public_enable, public_disable, public_regenerate;

#endif
