/* The cookies of this service. */
#ifndef WEB_COOKIE_H
#define WEB_COOKIE_H

#include "web/call.h"

/* The value of the session cookie; absent when it was not sent, or more than once. */
struct str cookie_session(const struct call *c);

#endif
