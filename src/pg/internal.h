/* What the files of this floor share. */
#ifndef PG_INTERNAL_H
#define PG_INTERNAL_H

#include <libpq-fe.h>

#include "pg/pg.h"

struct pg {
	const char *database;
	const struct pg_statement *statements;
	size_t count;
	PGconn *conn;
	bool in_transaction;
};

/*
 * Waits until the socket of `conn` is ready for `events` (poll(2)) or the deadline has passed.
 * ERR_UNAVAILABLE in the latter case.
 */
enum err pg_wait(PGconn *conn, short events, int64_t deadline_ms) MUST_CHECK;

/* Sends what is queued and takes the next result; NULL at the end of a command. */
enum err pg_get_result(PGconn *conn, int64_t deadline_ms, PGresult **out) MUST_CHECK;

/*
 * Closes the connection and asks the server, from a process of its own, to stop what it still
 * does for it.
 */
void pg_abandon(struct pg *pg);

/* Logs what the server or libpq said, without parameters. */
void pg_log(const char *event, const struct pg *pg, const PGresult *res, const char *statement);

#endif
