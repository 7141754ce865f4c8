/* The checks before every handler. */
#ifndef WEB_GUARD_H
#define WEB_GUARD_H

#include "web/call.h"

/*
 * Finds the token, reads the fields, loads the session and checks the guards of the route, in
 * that order.
 */
enum err guard_check(struct call *c) MUST_CHECK;

#endif
