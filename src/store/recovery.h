/* Recovery codes. */
#ifndef STORE_RECOVERY_H
#define STORE_RECOVERY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/uuid.h"

struct store;

/* Deletes the set and its codes, used and unused. */
enum err store_recovery_delete(struct store *st, struct uuid account) MUST_CHECK;
/* Replaces any set by a new one of `count` codes, whose MACs are end to end. */
enum err store_recovery_replace(struct store *st, struct uuid account, struct uuid set, int64_t now,
    const unsigned char *macs, size_t count) MUST_CHECK;
/*
 * Replaces any set by a new one of the codes that were issued with a pending factor. ERR_NOT_FOUND
 * when none were.
 */
enum err store_recovery_adopt_issued(struct store *st, struct uuid account, struct uuid set,
    struct uuid factor, int64_t now) MUST_CHECK;
/* ERR_NOT_FOUND when there is no such set or it was acknowledged before. */
enum err store_recovery_acknowledge(struct store *st, struct uuid account, struct uuid set,
    int64_t now) MUST_CHECK;

#endif
