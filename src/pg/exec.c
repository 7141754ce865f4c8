/* Running statements, and what their outcomes mean. */
#include "pg/internal.h"

#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"

enum outcome {
	RESPONDED, /* the server sent a result */
	NOT_SENT,  /* the connection was lost before the statement left */
	LOST       /* the statement left, but no result came back */
};

static enum outcome run(struct pg *pg, int64_t deadline_ms, const struct pg_query *q,
    PGresult **out);
static enum outcome run_text(struct pg *pg, int64_t deadline_ms, const char *sql, PGresult **out);
static enum outcome collect(struct pg *pg, int64_t deadline_ms, PGresult **out);
static enum err result_rows(struct pg *pg, const struct pg_query *q, PGresult *res,
    struct pg_rows *rows);
static enum err failure_of(struct pg *pg, const char *statement, const PGresult *res);
static bool connection_is_over(const PGresult *res);
static enum err simple(struct pg *pg, int64_t deadline_ms, const char *sql, enum err lost);

enum err
pg_read(struct pg *pg, int64_t deadline_ms, const struct pg_query *q, struct pg_rows *rows)
{
	const char *name = pg->statements[q->statement].name;
	int tries = pg->in_transaction ? 1 : 2;

	*rows = (struct pg_rows){0};
	while (tries-- > 0) {
		PGresult *res;
		enum err e = pg_connect(pg, deadline_ms);

		if (e != OK)
			return e == ERR_CONFIG ? ERR_INTERNAL : e;
		if (run(pg, deadline_ms, q, &res) == RESPONDED) {
			if (!connection_is_over(res))
				return result_rows(pg, q, res, rows);
			pg_log("pg.connection_ended", pg, res, name);
			PQclear(res);
		}
		pg_close(pg);
		if (clock_mono_ms() >= deadline_ms)
			break;
	}
	pg->in_transaction = false;
	return ERR_UNAVAILABLE;
}

enum err
pg_write(struct pg *pg, int64_t deadline_ms, const struct pg_query *q, struct pg_rows *rows)
{
	bool within = pg->in_transaction;
	struct pg_rows ignored;
	PGresult *res;
	enum err e;

	if (rows == NULL)
		rows = &ignored;
	*rows = (struct pg_rows){0};
	if (!within && (e = pg_connect(pg, deadline_ms)) != OK)
		return e == ERR_CONFIG ? ERR_INTERNAL : e;
	switch (run(pg, deadline_ms, q, &res)) {
	case RESPONDED:
		if (!connection_is_over(res)) {
			e = result_rows(pg, q, res, rows);
			if (rows == &ignored)
				pg_clear(rows);
			return e;
		}
		pg_log("pg.connection_ended", pg, res, pg->statements[q->statement].name);
		PQclear(res);
		break;
	case NOT_SENT:
		pg_close(pg);
		return ERR_UNAVAILABLE;
	case LOST:
		break;
	}
	pg_close(pg);
	return within ? ERR_UNAVAILABLE : ERR_OUTCOME_UNKNOWN;
}

enum err
pg_begin(struct pg *pg, int64_t deadline_ms)
{
	enum err e = pg_connect(pg, deadline_ms);

	if (e != OK)
		return e == ERR_CONFIG ? ERR_INTERNAL : e;
	e = simple(pg, deadline_ms, "BEGIN", ERR_UNAVAILABLE);
	pg->in_transaction = e == OK;
	return e;
}

enum err
pg_commit(struct pg *pg, int64_t deadline_ms)
{
	pg->in_transaction = false;
	if (!pg_connected(pg))
		return ERR_UNAVAILABLE;
	return simple(pg, deadline_ms, "COMMIT", ERR_OUTCOME_UNKNOWN);
}

void
pg_rollback(struct pg *pg, int64_t deadline_ms)
{
	if (!pg->in_transaction)
		return;
	pg->in_transaction = false;
	if (pg_connected(pg) && simple(pg, deadline_ms, "ROLLBACK", ERR_UNAVAILABLE) != OK)
		pg_close(pg);
}

enum err
pg_script(struct pg *pg, int64_t deadline_ms, const char *sql, struct arena *a, struct str *why)
{
	PGresult *res;
	enum err e = pg_connect(pg, deadline_ms);

	*why = STR("the database cannot be reached");
	if (e != OK)
		return e;
	if (run_text(pg, deadline_ms, sql, &res) != RESPONDED) {
		*why = STR("the connection was lost or the time was up");
		pg_close(pg);
		return ERR_OUTCOME_UNKNOWN;
	}
	switch (PQresultStatus(res)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
	case PGRES_EMPTY_QUERY:
		break;
	default:
		*why = str_copy(a, str_trim(str_of(PQresultErrorMessage(res))));
		e = ERR_INTERNAL;
	}
	PQclear(res);
	return e;
}

static enum outcome
run(struct pg *pg, int64_t deadline_ms, const struct pg_query *q, PGresult **out)
{
	const struct pg_statement *s = &pg->statements[q->statement];
	int formats[PG_PARAMS_MAX];
	int i;

	if (q->param_count != s->param_count)
		log_fatal("pg.parameters", s->name);
	for (i = 0; i < q->param_count; i++)
		formats[i] = 1;
	*out = NULL;
	if (!pg_connected(pg) || !PQsendQueryPrepared(pg->conn, s->name, q->param_count, q->values,
				     q->lengths, formats, 1))
		return NOT_SENT;
	return collect(pg, deadline_ms, out);
}

static enum outcome
run_text(struct pg *pg, int64_t deadline_ms, const char *sql, PGresult **out)
{
	*out = NULL;
	if (!pg_connected(pg) || !PQsendQuery(pg->conn, sql))
		return NOT_SENT;
	return collect(pg, deadline_ms, out);
}

/* Receives the results of a command and keeps the last, or the first that is an error. */
static enum outcome
collect(struct pg *pg, int64_t deadline_ms, PGresult **out)
{
	PGresult *res;

	for (;;) {
		if (pg_get_result(pg->conn, deadline_ms, &res) != OK) {
			pg_log("pg.no_response", pg, NULL, NULL);
			PQclear(*out);
			*out = NULL;
			pg_abandon(pg);
			return LOST;
		}
		if (res == NULL)
			return *out != NULL ? RESPONDED : LOST;
		if (*out != NULL && PQresultStatus(*out) == PGRES_FATAL_ERROR) {
			PQclear(res);
			continue;
		}
		PQclear(*out);
		*out = res;
	}
}

/*
 * The server ended the session (class 08, administrator's shutdown, crash of another process,
 * recovery) or libpq found the connection dead.
 */
static bool
connection_is_over(const PGresult *res)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

	if (PQresultStatus(res) != PGRES_FATAL_ERROR)
		return false;
	return state == NULL || strncmp(state, "08", 2) == 0 || strncmp(state, "57P0", 4) == 0;
}

static enum err
result_rows(struct pg *pg, const struct pg_query *q, PGresult *res, struct pg_rows *rows)
{
	const struct pg_statement *s = &pg->statements[q->statement];
	enum err e = OK;

	if (PQresultStatus(res) != PGRES_TUPLES_OK && PQresultStatus(res) != PGRES_COMMAND_OK)
		e = failure_of(pg, s->name, res);
	else if (s->columns_from_cursor && !pg_columns_match(s, res))
		e = ERR_INTERNAL;
	if (e != OK) {
		PQclear(res);
		return e;
	}
	*rows = (struct pg_rows){
	    .result = res,
	    .columns = s->columns,
	    .count = PQntuples(res),
	    .row = -1,
	    .arena = q->arena,
	};
	return OK;
}

static enum err
failure_of(struct pg *pg, const char *statement, const PGresult *res)
{
	static const struct {
		const char *state;
		enum err e;
	} known[] = {
	    {"23505", ERR_CONFLICT},    /* unique_violation */
	    {"40001", ERR_RACE},        /* serialization_failure */
	    {"40P01", ERR_RACE},        /* deadlock_detected */
	    {"25006", ERR_UNAVAILABLE}, /* read_only_sql_transaction: a standby */
	    {"55P03", ERR_UNAVAILABLE}, /* lock_not_available */
	    {"57014", ERR_UNAVAILABLE}, /* query_canceled: statement_timeout */
	    {"53100", ERR_UNAVAILABLE}, /* disk_full */
	    {"53200", ERR_UNAVAILABLE}, /* out_of_memory */
	};
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	enum err e = ERR_INTERNAL;
	size_t i;

	for (i = 0; state != NULL && i < ARRAY_SIZE(known); i++)
		if (strcmp(state, known[i].state) == 0)
			e = known[i].e;
	if (e != ERR_CONFLICT && e != ERR_RACE)
		pg_log("pg.statement_failed", pg, res, statement);
	return e;
}

static enum err
simple(struct pg *pg, int64_t deadline_ms, const char *sql, enum err lost)
{
	PGresult *res;
	enum err e = OK;

	switch (run_text(pg, deadline_ms, sql, &res)) {
	case NOT_SENT:
		pg_close(pg);
		return ERR_UNAVAILABLE;
	case LOST:
		pg_close(pg);
		return lost;
	case RESPONDED:
		break;
	}
	if (connection_is_over(res))
		e = lost;
	else if (PQresultStatus(res) != PGRES_COMMAND_OK)
		e = ERR_UNAVAILABLE;
	/* COMMIT of a transaction that had failed answers ROLLBACK and succeeds. */
	else if (strcmp(sql, "COMMIT") == 0 && strcmp(PQcmdStatus(res), "COMMIT") != 0)
		e = ERR_INTERNAL;
	if (e != OK) {
		pg_log("pg.transaction_failed", pg,
		    PQresultStatus(res) == PGRES_FATAL_ERROR ? res : NULL, sql);
		pg_close(pg);
	}
	PQclear(res);
	return e;
}
