/*
 * The audit chains of all accounts: reading them as a whole, and dropping events that are too old.
 * Only countersignctl uses it.
 */
#ifndef STORE_AUDIT_CHAIN_H
#define STORE_AUDIT_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/uuid.h"
#include "domain/audit.h"

struct store;

/* The length and head of a chain and its checkpoint, as they are recorded beside its events. */
struct audit_chain_row {
	struct uuid account;
	bool recorded; /* false: only a checkpoint is there */
	struct audit_chain chain;
	bool has_checkpoint;
	struct audit_checkpoint checkpoint;
	int64_t first_kept; /* number of the first event not before the cutoff; 0: there is none */
};

/*
 * Takes the lock under which events are dropped (`exclusive`) or read as a whole, until the
 * connection ends. Waits for whoever holds it. Outside a transaction.
 */
enum err store_audit_lock(struct store *st, bool exclusive) MUST_CHECK;

/* Begins a read-only transaction that sees one moment. */
enum err store_audit_snapshot(struct store *st) MUST_CHECK;

/*
 * Opens a cursor on the chains and one on the events: of all accounts, or of one (nil: all).
 * `since` and `before` bound the time of the events; 0: no such bound. Within a transaction.
 */
enum err store_audit_open(struct store *st, struct uuid account, int64_t since,
    int64_t before) MUST_CHECK;
/* Closes both cursors: a table that a cursor reads cannot be dropped. */
enum err store_audit_close(struct store *st) MUST_CHECK;

/* The next rows of a cursor; none at the end. Chains are ordered by account. */
enum err store_audit_chains(struct store *st, struct audit_chain_row **list,
    size_t *count) MUST_CHECK;
/* Events are ordered by account and number. */
enum err store_audit_events(struct store *st, struct audit_row **list, size_t *count) MUST_CHECK;

/* The MAC of event `seq`. ERR_NOT_FOUND when neither an event nor a checkpoint has that number. */
enum err store_audit_head(struct store *st, struct uuid account, int64_t seq,
    unsigned char mac[SHA256_SIZE]) MUST_CHECK;

/* The months before a time that have a table. */
enum err store_audit_partitions(struct store *st, int64_t before, struct audit_partition **list,
    size_t *count) MUST_CHECK;
/* The months from a time on whose events have no table yet; `events` is not counted. */
enum err store_audit_partitions_waiting(struct store *st, int64_t since,
    struct audit_partition **list, size_t *count) MUST_CHECK;

/* Makes the table of a month; `made` is false when it exists. ERR_UNAVAILABLE during a lock. */
enum err store_audit_partition_make(struct store *st, int64_t month, bool *made) MUST_CHECK;
/*
 * Keeps everybody from writing events before a time until the end of the transaction.
 * ERR_UNAVAILABLE while a table is locked. Within a transaction.
 */
enum err store_audit_partitions_lock(struct store *st, int64_t before) MUST_CHECK;
/* Inserts the checkpoint of an account, or replaces the one before. */
enum err store_audit_checkpoint_put(struct store *st,
    const struct audit_checkpoint *checkpoint) MUST_CHECK;
/*
 * Drops the table of a month. `staying` counts its events that no checkpoint covers: they are kept.
 * Within a transaction, after the checkpoints.
 */
enum err store_audit_partition_drop(struct store *st, int64_t month, int64_t *staying) MUST_CHECK;
/* Deletes events before a time that are in no month's table and that a checkpoint covers. */
enum err store_audit_default_clear(struct store *st, int64_t before) MUST_CHECK;

#endif
