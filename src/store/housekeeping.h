/* Housekeeping by the janitor: a function changes at most a thousand rows; `count` is how many. */
#ifndef STORE_HOUSEKEEPING_H
#define STORE_HOUSEKEEPING_H

#include <stdint.h>

#include "base/err.h"

struct store;

/* Deletes sessions that began before a time. */
enum err store_janitor_sessions(struct store *st, int64_t created_before, int *count) MUST_CHECK;
/* Deletes pending factors that have expired. */
enum err store_janitor_pending(struct store *st, int64_t now, int *count) MUST_CHECK;
/* Deletes challenges that have expired. */
enum err store_janitor_challenges(struct store *st, int64_t now, int *count) MUST_CHECK;
/* Gives up messages that are due and were written before a time. */
enum err store_janitor_outbox_overdue(struct store *st, int64_t now, int64_t created_before,
    int *count) MUST_CHECK;
/* Deletes messages that were written before a time. */
enum err store_janitor_outbox(struct store *st, int64_t created_before, int *count) MUST_CHECK;

#endif
