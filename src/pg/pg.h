/*
 * PostgreSQL by libpq, without blocking calls: every wait has a deadline of its own, because the
 * server's timeouts cover neither a hung COMMIT nor a stopped process. All statements are prepared
 * when a connection is made. Parameters and columns travel in binary.
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
/* How long making a connection may take, prepared statements included. */
#define PG_CONNECT_MS 2000

/* Types of parameters and columns: oids, which PostgreSQL's catalogue fixes. */
enum pg_type {
	PG_BOOLEAN = 16,
	PG_BYTEA = 17,
	PG_BIGINT = 20,
	PG_SMALLINT = 21,
	PG_INTEGER = 23,
	PG_TEXT = 25,
	PG_JSON = 114,
	PG_BYTEA_ARRAY = 1001,
	PG_TIMESTAMPTZ = 1184,
	PG_TIMESTAMPTZ_ARRAY = 1185,
	PG_UUID = 2950,
	PG_UUID_ARRAY = 2951
};

/* A column of the rows that a statement returns. */
struct pg_column {
	const char *name;
	enum pg_type type;
};

struct pg_statement {
	const char *name;
	const char *sql;
	int param_count;
	unsigned int param_types[PG_PARAMS_MAX]; /* enum pg_type */
	/* All columns it returns, in their order; NULL: it returns no rows. */
	const struct pg_column *columns;
	int column_count;
	/* FETCH: the server knows the columns only while the cursor is open. */
	bool columns_from_cursor;
};

struct pg;

/*
 * A connection that is made at first use, and again after it was lost. `database` is a libpq
 * connection string. `database` and `statements` have to live as long as the result.
 */
struct pg *pg_new(struct arena *a, const char *database, const struct pg_statement *statements,
    size_t count);
void pg_close(struct pg *pg);

/*
 * Connects and prepares all statements now. ERR_UNAVAILABLE when the server cannot be reached in
 * time. ERR_CONFIG, logged, when it refuses a statement or the login, or when a statement returns
 * other columns than it declares.
 */
enum err pg_connect(struct pg *pg, int64_t deadline_ms) MUST_CHECK;

/* True while a connection is open; the next use may find that it was lost. */
bool pg_connected(const struct pg *pg);

/* ---- parameters ---- */

/* A statement and its parameters. Generated functions fill it (tools/queries.awk). */
struct pg_query {
	int statement; /* index into the statements of the connection */
	struct arena *arena;
	int param_count;
	const char *values[PG_PARAMS_MAX];
	int lengths[PG_PARAMS_MAX];
};

/* Values for an array parameter: `count` of them, each of `size` bytes, laid end to end. */
struct pg_bytea_array {
	const unsigned char *bytes;
	size_t size;
	size_t count;
};
struct pg_uuid_array {
	const struct uuid *ids;
	size_t count;
};
struct pg_timestamptz_array {
	const int64_t *us;
	size_t count;
};

/* A query without parameters so far. It, its values and its rows live in the arena. */
struct pg_query *pg_query_new(struct arena *a, int statement);

/*
 * Each adds one parameter, in the order of the statement's declaration. An absent string, the nil
 * id and the time 0 become NULL, except within an array. Times are microseconds since 1970.
 */
void pg_bind_text(struct pg_query *q, struct str s);
void pg_bind_bytea(struct pg_query *q, struct str bytes);
void pg_bind_uuid(struct pg_query *q, struct uuid id);
void pg_bind_bigint(struct pg_query *q, int64_t n);
void pg_bind_integer(struct pg_query *q, int32_t n);
void pg_bind_smallint(struct pg_query *q, int16_t n);
void pg_bind_boolean(struct pg_query *q, bool b);
void pg_bind_timestamptz(struct pg_query *q, int64_t us);
void pg_bind_bytea_array(struct pg_query *q, struct pg_bytea_array a);
void pg_bind_uuid_array(struct pg_query *q, struct pg_uuid_array a);
void pg_bind_timestamptz_array(struct pg_query *q, struct pg_timestamptz_array a);

/* ---- results ---- */

struct pg_rows {
	void *result; /* PGresult; NULL: there are no rows */
	const struct pg_column *columns;
	int count;
	int row; /* the one being read */
	struct arena *arena;
};

/*
 * Moves to the first row, then to the next; false behind the last. `columns` are those of the
 * statement that the caller means to read: the rows of any other end the process.
 */
bool pg_next(struct pg_rows *rows, const struct pg_column *columns);

/*
 * The value of a column of this row, by its position from 0; text and bytes are copied into the
 * arena. NULL reads as absent, nil, 0 or false. The types were compared with their declaration when
 * the connection was made; a value of another size than the type has ends the process.
 */
struct str pg_text(const struct pg_rows *rows, int column);
struct str pg_bytea(const struct pg_rows *rows, int column);
struct uuid pg_uuid(const struct pg_rows *rows, int column);
int64_t pg_bigint(const struct pg_rows *rows, int column);
int32_t pg_integer(const struct pg_rows *rows, int column);
int16_t pg_smallint(const struct pg_rows *rows, int column);
bool pg_boolean(const struct pg_rows *rows, int column);
int64_t pg_timestamptz(const struct pg_rows *rows, int column);

/* Frees the result; allowed on rows that were never filled. */
void pg_clear(struct pg_rows *rows);

/* ---- statements ---- */

/*
 * Runs a prepared statement that changes nothing. Outside a transaction, a connection that turns
 * out to be lost is made anew once. ERR_UNAVAILABLE, ERR_INTERNAL; then `rows` has none.
 */
enum err pg_read(struct pg *pg, int64_t deadline_ms, const struct pg_query *q,
    struct pg_rows *rows) MUST_CHECK;

/*
 * Runs a prepared statement that changes something. Alone it commits by itself, and the result is
 * ERR_OUTCOME_UNKNOWN when the response is lost; inside a transaction the result is then
 * ERR_UNAVAILABLE and nothing has changed. ERR_CONFLICT for a unique violation, ERR_RACE for a
 * serialization failure or a deadlock. `rows` may be NULL.
 */
enum err pg_write(struct pg *pg, int64_t deadline_ms, const struct pg_query *q,
    struct pg_rows *rows) MUST_CHECK;

enum err pg_begin(struct pg *pg, int64_t deadline_ms) MUST_CHECK;
/* ERR_OUTCOME_UNKNOWN when the response to COMMIT is lost. */
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
