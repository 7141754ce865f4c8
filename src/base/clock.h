/*
 * Clocks and dates. The wall clock is read once per request and passed down, into SQL too; waits
 * and deadlines use the monotonic clock, which cannot be set. Times are microseconds since
 * 1970-01-01 00:00 UTC.
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
 * Reads the wall clock. A build with --enable-test-clock adds the whole number of seconds, which
 * may be negative, in the file that COUNTERSIGN_CLOCK_OFFSET names. A missing file means 0; a
 * file that cannot be parsed ends the process, so replace it by renaming a new one over it.
 */
int64_t clock_now(void);

/* Reads the monotonic clock in milliseconds, for deadlines. */
int64_t clock_mono_ms(void);

/* Returns 1 in a build whose clock tests can move, which a release is not; else 0. */
int clock_is_movable(void);

/* Formats a time as "2026-11-23T09:15:02Z" (RFC 3339), rounded down to a second. */
struct str clock_rfc3339(struct arena *a, int64_t us);

/* Parses a day, YYYY-MM-DD in UTC, to its beginning. False when there is no such day. */
bool clock_parse_day(struct str text, int64_t *us);

/*
 * Parses a day as above, or a date-time by RFC 3339 section 5.6 with "Z" or an offset. False
 * when there is no such time.
 */
bool clock_parse(struct str text, int64_t *us);

/* Formats a time for people: "23 November 2026, 09:15 UTC". */
struct str clock_text(struct arena *a, int64_t us);

#endif
