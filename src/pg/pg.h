/*
 * PostgreSQL by libpq, non-blocking: every wait has a deadline of our own, since the server's
 * time-outs cover neither a hung COMMIT nor a stopped process. All statements are prepared when
 * a connection is made. Parameters and columns travel in binary.
 */
#ifndef PG_PG_H
#define PG_PG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"

#define PG_PARAMS_MAX 40
/* How long a connection may take to be made, prepared statements included. */
#define PG_CONNECT_MS 2000

struct pg_statement {
	const char *name;
	const char *sql;
	int param_count;
	unsigned int param_types[PG_PARAMS_MAX]; /* type oids */
};

struct pg;

/*
 * A connection that is made at first use, and again when it was lost. `database` is a libpq
 * connection string; both live as long as the result.
 */
struct pg *pg_new(struct arena *a, const char *database, const struct pg_statement *statements,
    size_t count);
void pg_close(struct pg *pg);

/*
 * Connects and prepares now. ERR_UNAVAILABLE when the server cannot be reached in time;
 * ERR_CONFIG, logged, when it refuses a statement or the login.
 */
enum err pg_connect(struct pg *pg, int64_t deadline_ms) MUST_CHECK;

/* True while a connection stands; it may turn out lost at the next use. */
bool pg_connected(const struct pg *pg);

/* ---- parameters ---- */

struct pg_args {
	struct arena *arena;
	int n;
	const char *values[PG_PARAMS_MAX];
	int lengths[PG_PARAMS_MAX];
};

/* In the order of the statement's declaration. An absent string, nil id or time 0 is NULL. */
void pg_arg_text(struct pg_args *args, struct str s);
void pg_arg_bytes(struct pg_args *args, const void *p, size_t n);
void pg_arg_uuid(struct pg_args *args, struct uuid id);
void pg_arg_bigint(struct pg_args *args, int64_t n);
void pg_arg_int(struct pg_args *args, int32_t n);
void pg_arg_smallint(struct pg_args *args, int16_t n);
void pg_arg_bool(struct pg_args *args, bool b);
/* Microseconds since 1970. */
void pg_arg_time(struct pg_args *args, int64_t us);
/* bytea[] of values of one size, laid end to end. */
void pg_arg_bytes_array(struct pg_args *args, const unsigned char *p, size_t size, size_t count);
/* uuid[] and timestamptz[]; nil and 0 have no special meaning here. */
void pg_arg_uuid_array(struct pg_args *args, const struct uuid *ids, size_t count);
void pg_arg_time_array(struct pg_args *args, const int64_t *us, size_t count);

/* ---- results ---- */

struct pg_rows {
	void *result; /* PGresult */
	int count;
	int row;    /* the one being read */
	int column; /* the next to read */
	struct arena *arena;
};

/* Moves to the first, then to the next row; false behind the last. */
bool pg_next(struct pg_rows *rows);

/* True while the row has a column that was not read. */
bool pg_has_column(const struct pg_rows *rows);

/*
 * The next column, copied into the arena. NULL reads as absent, nil, 0 or false. Another type
 * than asked for ends the process: it is a mistake in a statement.
 */
struct str pg_text(struct pg_rows *rows);
struct str pg_bytes(struct pg_rows *rows);
struct uuid pg_uuid(struct pg_rows *rows);
int64_t pg_bigint(struct pg_rows *rows);
int32_t pg_int(struct pg_rows *rows);
bool pg_bool(struct pg_rows *rows);
int64_t pg_time(struct pg_rows *rows);

/* Frees the result; allowed on one that was never filled. */
void pg_clear(struct pg_rows *rows);

/* ---- statements ---- */

/*
 * Runs a prepared statement that changes nothing. A connection found dead is made anew once,
 * outside a transaction. ERR_UNAVAILABLE, ERR_INTERNAL.
 */
enum err pg_read(struct pg *pg, int64_t deadline_ms, int statement, const struct pg_args *args,
    struct pg_rows *rows) MUST_CHECK;

/*
 * Runs one that changes something: alone it commits by itself, and when its answer is lost the
 * result is ERR_OUTCOME_UNKNOWN; inside a transaction it is then ERR_UNAVAILABLE and nothing
 * happened. ERR_CONFLICT for a unique violation, ERR_RACE for a serialization failure or
 * deadlock. `rows` may be NULL.
 */
enum err pg_write(struct pg *pg, int64_t deadline_ms, int statement, const struct pg_args *args,
    struct pg_rows *rows) MUST_CHECK;

enum err pg_begin(struct pg *pg, int64_t deadline_ms) MUST_CHECK;
/* ERR_OUTCOME_UNKNOWN when the answer to COMMIT did not come. */
enum err pg_commit(struct pg *pg, int64_t deadline_ms) MUST_CHECK;
/* Never fails: a connection that cannot roll back is closed. */
void pg_rollback(struct pg *pg, int64_t deadline_ms);

/*
 * Runs SQL text that is no prepared statement, for migrations. On an error `why` holds the
 * server's message.
 */
enum err pg_script(struct pg *pg, int64_t deadline_ms, const char *sql, struct arena *a,
    struct str *why) MUST_CHECK;

#endif
