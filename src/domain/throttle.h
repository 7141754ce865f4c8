/*
 * The attempt limit of an account's second factor: how many wrong codes in a row are free, the
 * waits after that, and when the second factor is locked. An account has one limit, whatever
 * routes, kinds of factors and sessions the codes come through.
 */
#ifndef DOMAIN_THROTTLE_H
#define DOMAIN_THROTTLE_H

#include <stdint.h>

#include "base/err.h"

/* Wrong codes in a row before the first wait. */
#define THROTTLE_FREE 5
/* Wrong codes in a row that lock the second factor until a reset (NIST SP 800-63B-4, 3.2.2). */
#define THROTTLE_LOCK 100
/* The first and the longest wait in seconds; each wrong code doubles it. */
#define THROTTLE_WAIT_FIRST 30
#define THROTTLE_WAIT_MAX 900

struct throttle {
	int32_t failures;
	int64_t blocked_until; /* microseconds since 1970; 0: not blocked */
};

/* OK when a code may be verified at `now`, else ERR_THROTTLED or ERR_LOCKED. */
enum err throttle_check(const struct throttle *t, int64_t now) MUST_CHECK;

/* The state after one more wrong code at `now`. */
struct throttle throttle_after_failure(const struct throttle *t, int64_t now);

/* Whole seconds from `now` until a code may be verified, rounded up; 0: at once. */
int64_t throttle_wait(const struct throttle *t, int64_t now);

#endif
