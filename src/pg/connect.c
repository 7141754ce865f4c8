/* Making a connection, waiting on it, and abandoning it. */
#include "pg/internal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

/* How long the process that sends a cancel request may live, in seconds. */
#define CANCEL_SECONDS 2

static enum err prepare_all(struct pg *pg, int64_t deadline_ms);
static bool send_all(struct pg *pg);
static enum err check_prepared(struct pg *pg, size_t nth, PGresult *res);
static enum err connect_poll(PGconn *conn, int64_t deadline_ms);
static bool refused_for_good(const PGresult *res);

struct pg *
pg_new(struct arena *a, const char *database, const struct pg_statement *statements, size_t count)
{
	struct pg *pg = arena_alloc(a, sizeof(*pg));

	pg->database = database;
	pg->statements = statements;
	pg->count = count;
	return pg;
}

void
pg_close(struct pg *pg)
{
	if (pg == NULL || pg->conn == NULL)
		return;
	PQfinish(pg->conn);
	pg->conn = NULL;
	pg->in_transaction = false;
}

bool
pg_connected(const struct pg *pg)
{
	return pg->conn != NULL && PQstatus(pg->conn) == CONNECTION_OK;
}

enum err
pg_connect(struct pg *pg, int64_t deadline_ms)
{
	static const char *const keys[] = {"dbname", "client_encoding", "fallback_application_name",
	    NULL};
	const char *const values[] = {pg->database, "UTF8", "countersign", NULL};
	int64_t limit = clock_mono_ms() + PG_CONNECT_MS;
	enum err e;

	if (pg_connected(pg))
		return OK;
	pg_close(pg);
	if (deadline_ms > limit)
		deadline_ms = limit;
	pg->conn = PQconnectStartParams(keys, values, 1);
	if (pg->conn == NULL)
		log_fatal("pg.connect", "no memory for a connection");
	e = connect_poll(pg->conn, deadline_ms);
	if (e == OK && PQsetnonblocking(pg->conn, 1) != 0)
		e = ERR_UNAVAILABLE;
	if (e == OK)
		e = prepare_all(pg, deadline_ms);
	if (e != OK) {
		if (e != ERR_CONFIG)
			pg_log("pg.connect_failed", pg, NULL, NULL);
		pg_close(pg);
	}
	return e;
}

enum err
pg_wait(PGconn *conn, short events, int64_t deadline_ms)
{
	struct pollfd fd = {.fd = PQsocket(conn), .events = events};

	if (fd.fd < 0)
		return ERR_UNAVAILABLE;
	for (;;) {
		int64_t left = deadline_ms - clock_mono_ms();
		int n;

		if (left <= 0)
			return ERR_UNAVAILABLE;
		n = poll(&fd, 1, (int)left);
		if (n > 0)
			return OK;
		if (n < 0 && errno != EINTR)
			return ERR_UNAVAILABLE;
	}
}

enum err
pg_get_result(PGconn *conn, int64_t deadline_ms, PGresult **out)
{
	*out = NULL;
	for (;;) {
		int unsent = PQflush(conn);

		if (unsent < 0)
			return ERR_UNAVAILABLE;
		if (unsent == 0 && !PQisBusy(conn)) {
			*out = PQgetResult(conn);
			return OK;
		}
		if (pg_wait(conn, unsent ? POLLIN | POLLOUT : POLLIN, deadline_ms) != OK)
			return ERR_UNAVAILABLE;
		if (!PQconsumeInput(conn))
			return ERR_UNAVAILABLE;
	}
}

/*
 * PQcancel() blocks without a limit while the server is stopped, and libpq 15 has no other form. So
 * a grandchild sends the request; an alarm bounds its life, and init reaps it.
 */
void
pg_abandon(struct pg *pg)
{
	PGcancel *cancel = PQgetCancel(pg->conn);
	pid_t child = cancel != NULL ? fork() : -1;

	if (child == 0) {
		if (fork() == 0) {
			char why[256];
			sigset_t none;

			(void)close_range(3, ~0U, 0);
			sigemptyset(&none);
			(void)sigprocmask(SIG_SETMASK, &none, NULL);
			(void)signal(SIGALRM, SIG_DFL);
			(void)alarm(CANCEL_SECONDS);
			(void)PQcancel(cancel, why, sizeof(why));
		}
		_exit(0);
	}
	if (child > 0)
		while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
			;
	PQfreeCancel(cancel);
	pg_close(pg);
}

void
pg_log(const char *event, const struct pg *pg, const PGresult *res, const char *statement)
{
	const char *message = res != NULL ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY)
					  : PQerrorMessage(pg->conn);
	const char *state = res != NULL ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;

	log_error(event, LOG_CSTR("statement", statement != NULL ? statement : ""),
	    LOG_CSTR("sqlstate", state != NULL ? state : ""),
	    LOG_TEXT("message", str_trim(str_of(message != NULL ? message : ""))));
}

static enum err
connect_poll(PGconn *conn, int64_t deadline_ms)
{
	PostgresPollingStatusType want = PGRES_POLLING_WRITING;

	while (PQstatus(conn) != CONNECTION_BAD && want != PGRES_POLLING_OK) {
		if (want == PGRES_POLLING_FAILED)
			return ERR_UNAVAILABLE;
		if (pg_wait(conn, want == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_ms) !=
		    OK)
			return ERR_UNAVAILABLE;
		want = PQconnectPoll(conn);
	}
	return PQstatus(conn) == CONNECTION_OK ? OK : ERR_UNAVAILABLE;
}

/*
 * Prepares all statements in one pipeline: one round trip however many there are. Each is prepared
 * and described, so the results come in pairs, and the sync comes last.
 */
static enum err
prepare_all(struct pg *pg, int64_t deadline_ms)
{
	size_t results = 2 * pg->count + 1, nth = 0;
	enum err e = OK;

	if (pg->count == 0)
		return OK;
	if (!send_all(pg))
		return ERR_UNAVAILABLE;
	while (nth < results) {
		PGresult *res;
		bool synced;

		if (pg_get_result(pg->conn, deadline_ms, &res) != OK)
			return ERR_UNAVAILABLE;
		if (res == NULL && PQstatus(pg->conn) != CONNECTION_OK)
			return ERR_UNAVAILABLE;
		if (res == NULL)
			continue; /* the end of one command's results */
		if (e == OK)
			e = check_prepared(pg, nth, res);
		synced = PQresultStatus(res) == PGRES_PIPELINE_SYNC;
		PQclear(res);
		nth++;
		if (synced)
			break;
	}
	if (!PQexitPipelineMode(pg->conn) && e == OK)
		e = ERR_UNAVAILABLE;
	return e;
}

static bool
send_all(struct pg *pg)
{
	size_t i;

	if (!PQenterPipelineMode(pg->conn))
		return false;
	for (i = 0; i < pg->count; i++) {
		const struct pg_statement *s = &pg->statements[i];

		if (!PQsendPrepare(pg->conn, s->name, s->sql, s->param_count, s->param_types) ||
		    !PQsendDescribePrepared(pg->conn, s->name))
			return false;
	}
	return PQpipelineSync(pg->conn);
}

/* Checks the result number `nth`, from 0. Each statement is prepared first and then described. */
static enum err
check_prepared(struct pg *pg, size_t nth, PGresult *res)
{
	const struct pg_statement *s = nth / 2 < pg->count ? &pg->statements[nth / 2] : NULL;

	switch (PQresultStatus(res)) {
	case PGRES_FATAL_ERROR:
		pg_log("pg.prepare_failed", pg, res, s != NULL ? s->name : "sync");
		return refused_for_good(res) ? ERR_CONFIG : ERR_UNAVAILABLE;
	case PGRES_COMMAND_OK:
		if (s == NULL || nth % 2 == 0 || s->columns_from_cursor || pg_columns_match(s, res))
			return OK;
		return ERR_CONFIG;
	default:
		return OK;
	}
}

/* Class 42: syntax error or access rule violation, an unknown table or column. */
static bool
refused_for_good(const PGresult *res)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

	return state != NULL && strncmp(state, "42", 2) == 0;
}
