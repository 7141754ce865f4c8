/*
 * Time. The wall clock is read once a request and handed down, into SQL too; waits and
 * deadlines use the monotonic clock, which nobody can set.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define CLOCK_SECOND ((int64_t)1000000)
#define CLOCK_MINUTE (60 * CLOCK_SECOND)
#define CLOCK_HOUR (60 * CLOCK_MINUTE)
#define CLOCK_DAY (24 * CLOCK_HOUR)

/*
 * Microseconds since 1970-01-01 00:00 UTC. In a build with --enable-test-clock the seconds in
 * the file named by COUNTERSIGN_CLOCK_OFFSET are added: a whole number, may be negative; no
 * file means 0, anything else ends the process, so write the file beside its place and rename
 * it.
 */
int64_t clock_now(void);

/* Milliseconds of the monotonic clock, for deadlines. */
int64_t clock_mono_ms(void);

/* True in a build whose clock tests can move; never in a release. */
int clock_is_movable(void);

/* "2026-11-23T09:15:02Z" (RFC 3339). */
struct str clock_rfc3339(struct arena *a, int64_t us);

/* The beginning of a day, YYYY-MM-DD in UTC. False when there is no such day. */
bool clock_day(struct str text, int64_t *us);

/*
 * A day as above, or a date-time by RFC 3339 section 5.6, "Z" or with an offset. False when
 * there is no such time.
 */
bool clock_parse(struct str text, int64_t *us);

/* "23 November 2026, 09:15 UTC", for people. */
struct str clock_text(struct arena *a, int64_t us);

#endif
