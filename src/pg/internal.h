/* What the files of this layer share. */
#ifndef PG_INTERNAL_H
#define PG_INTERNAL_H

#include <libpq-fe.h>

#include "base/clock.h"
#include "pg/pg.h"

/* PostgreSQL counts microseconds from 2000-01-01. */
#define EPOCH_2000 (INT64_C(946684800) * CLOCK_SECOND)

struct pg {
	const char *database;
	const struct pg_statement *statements;
	size_t count;
	PGconn *conn;
	bool in_transaction;
};

/*
 * Waits until the socket of `conn` is ready for `events` (poll(2)). ERR_UNAVAILABLE when the
 * deadline passes first.
 */
enum err pg_wait(PGconn *conn, short events, int64_t deadline_ms) MUST_CHECK;

/* Sends what is queued and receives the next result; NULL at the end of a command. */
enum err pg_get_result(PGconn *conn, int64_t deadline_ms, PGresult **out) MUST_CHECK;

/*
 * Whether a result, or the description of one, has exactly the columns that the statement declares.
 * The first difference is logged with the names of statement and column.
 */
bool pg_columns_match(const struct pg_statement *s, const PGresult *res);

/*
 * Closes the connection, and asks the server, from a process of its own, to cancel what it still
 * does for it.
 */
void pg_abandon(struct pg *pg);

/* Logs the message of the server or of libpq, without parameters. */
void pg_log(const char *event, const struct pg *pg, const PGresult *res, const char *statement);

#endif
