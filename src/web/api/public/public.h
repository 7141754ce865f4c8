/* The handlers below /v1/public/accounts: four calls, snake_case. */
#ifndef WEB_API_PUBLIC_PUBLIC_H
#define WEB_API_PUBLIC_PUBLIC_H

#include "web/api/api.h"

/* mfa.c */
handler public_setup, public_enable, public_disable, public_regenerate;

#endif
