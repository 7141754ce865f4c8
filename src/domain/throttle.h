/*
 * The guessing budget of an account's second factor: how many wrong answers in a row, then
 * which waits, and when it is over for good. One budget an account, whatever route, kind of
 * factor or session the answers come through.
 */
#ifndef DOMAIN_THROTTLE_H
#define DOMAIN_THROTTLE_H

#include <stdint.h>

#include "base/err.h"

/* Wrong answers in a row before the first wait. */
#define THROTTLE_FREE 5
/*
 * Wrong answers in a row after which nothing is answered until a reset (NIST SP 800-63B-4,
 * 3.2.2).
 */
#define THROTTLE_LOCK 100
/* The first wait and the longest, in seconds; each wrong answer doubles it. */
#define THROTTLE_WAIT_FIRST 30
#define THROTTLE_WAIT_MAX 900

struct throttle {
	int32_t failures;
	int64_t blocked_until; /* microseconds since 1970; 0: not blocked */
};

/* May an answer be judged now? OK, ERR_THROTTLED or ERR_LOCKED. */
enum err throttle_check(const struct throttle *t, int64_t now) MUST_CHECK;

/* The budget after one more wrong answer at `now`. */
struct throttle throttle_after_wrong(const struct throttle *t, int64_t now);

/* Whole seconds from `now` until an answer is judged again, rounded up; 0 when it is now. */
int64_t throttle_wait(const struct throttle *t, int64_t now);

#endif
