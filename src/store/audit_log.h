/* The audit log of an organization. */
#ifndef STORE_AUDIT_LOG_H
#define STORE_AUDIT_LOG_H

#include <stddef.h>

#include "base/err.h"

struct audit_cursor;
struct audit_filter;
struct audit_log_row;
struct store;

/*
 * Up to `size` events that pass the filter, the latest first. A page reads a bounded number of
 * events, so a page of fewer than `size` need not be the end: see store_audit_log_reach().
 */
enum err store_audit_log(struct store *st, const struct audit_filter *f, int size,
    struct audit_log_row **list, size_t *count) MUST_CHECK;

/* The last event that the same page has read; all zero when nothing is behind the page. */
enum err store_audit_log_reach(struct store *st, const struct audit_filter *f,
    struct audit_cursor *cursor) MUST_CHECK;

#endif
