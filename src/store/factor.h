/* Factors. */
#ifndef STORE_FACTOR_H
#define STORE_FACTOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"

struct factor;
struct store;

enum err store_factor_pending_delete(struct store *st, struct uuid account) MUST_CHECK;
/* Inserts a pending factor. */
enum err store_factor_insert(struct store *st, struct uuid account,
    const struct factor *f) MUST_CHECK;
/* Activates the pending factor. ERR_NOT_FOUND when no pending factor fits. */
enum err store_factor_confirm(struct store *st, struct uuid account, const struct factor *f,
    int64_t now) MUST_CHECK;
/* Stores the MACs of `count` recovery codes issued with a pending factor, end to end. */
enum err store_factor_code_macs(struct store *st, struct uuid account, struct uuid factor,
    const unsigned char *macs, size_t count) MUST_CHECK;

/* The next three: ERR_NOT_FOUND when the account has no such factor. */
enum err store_factor_rename(struct store *st, struct uuid account, struct uuid factor,
    struct str label) MUST_CHECK;
enum err store_factor_prefer(struct store *st, struct uuid account, struct uuid factor) MUST_CHECK;
enum err store_factor_delete(struct store *st, struct uuid account, struct uuid factor) MUST_CHECK;

/* Deletes all factors of the account, pending ones too. */
enum err store_factors_delete(struct store *st, struct uuid account) MUST_CHECK;

#endif
