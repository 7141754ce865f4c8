/*
 * How long to wait before replacing a dead child. One that lived long enough is replaced at once.
 * Children that keep dying young are replaced after ever longer waits, up to a maximum, so that
 * nobody can stop the service by crashing it.
 */
#ifndef DAEMON_BACKOFF_H
#define DAEMON_BACKOFF_H

#include <stdint.h>

/* A child that lived for less than this died young. */
#define BACKOFF_YOUNG_MS 10000
#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS 5000

/* Counts the young deaths in a row. Zero-initialise it. */
struct backoff {
	uint32_t deaths;
};

/*
 * Records the death of a child that lived for `lived_ms`, and returns the wait in milliseconds: 0
 * unless it died young and for the first young death, then 100, 200, 400 … 5000.
 */
int64_t backoff_record(struct backoff *b, int64_t lived_ms);

#endif
