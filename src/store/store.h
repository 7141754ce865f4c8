/*
 * Rows in, rows out: one function for each statement of sql/queries, typed by the domain. The store
 * decides nothing. Every feature has a header of its own; this one has what all of them need.
 *
 * A function returns what pg_read() and pg_write() return, and what its comment adds. Rows, ids and
 * texts it returns live in the arena of `struct store`.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct audit_event;
struct pg;

/* The schema this build knows: the number of the last migration in sql/migrations. */
#define SCHEMA_VERSION 7

/* One use of the database: the connection, memory for what is read, and a monotonic deadline. */
struct store {
	struct pg *pg;
	struct arena *arena;
	int64_t deadline_ms;
};

/* A connection that prepares all statements of sql/queries; see pg_new(). */
struct pg *store_connection(struct arena *a, const char *database);

/* The version of the schema in the database; 0 for an empty one. */
enum err store_schema_version(struct store *st, int32_t *version) MUST_CHECK;

/*
 * Begins a change of several statements: a transaction whose first statement adds the audit event.
 * ERR_RACE when the account's chain has grown since it was read; then no transaction is open.
 */
enum err store_begin(struct store *st, const struct audit_event *ev) MUST_CHECK;
/* Begins a transaction without an event, for a change that belongs to no account. */
enum err store_begin_plain(struct store *st) MUST_CHECK;
/* Ends the transaction; see pg_commit(). */
enum err store_commit(struct store *st) MUST_CHECK;
/* Takes the transaction back; does nothing where none is open. */
void store_rollback(struct store *st);

/* Adds the event alone and commits it at once. ERR_RACE as above. */
enum err store_event(struct store *st, const struct audit_event *ev) MUST_CHECK;

#endif
