/*
 * How long to wait before a dead child is replaced. One that lived long enough is replaced at
 * once; one that keeps dying young waits longer each time, but never without end: nobody must
 * be able to stop the service by crashing it.
 */
#ifndef DAEMON_BACKOFF_H
#define DAEMON_BACKOFF_H

#include <stdint.h>

#define BACKOFF_YOUNG_MS 10000
#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS 5000

/* Young deaths in a row; zero-initialised. */
struct backoff {
	uint32_t deaths;
};

/*
 * Notes the death of a child that lived `lived_ms` and returns the wait in ms: 0 for a grown-up
 * and for the first young death, then 100, 200, 400 … 5000.
 */
int64_t backoff_record(struct backoff *t, int64_t lived_ms);

#endif
