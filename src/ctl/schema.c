/* Statements on countersign.schema_migrations. */
#include "ctl/schema.h"

#include "base/array.h"
#include "domain/audit.h"

/* The advisory lock of a migration, whose number is the same in every version. */
#define LOCK "pg_catalog.pg_advisory_xact_lock(7215914482633)"

static const struct pg_column yes_columns[] = {{"yes", PG_BOOLEAN}};

static const struct pg_statement probe[] = {
    {.name = "schema_exists",
	.sql = "SELECT pg_catalog.to_regclass('countersign.schema_migrations') IS NOT NULL AS yes",
	.columns = yes_columns,
	.column_count = ARRAY_SIZE(yes_columns)},
};

static const struct pg_statement probe_months[] = {
    {.name = "schema_has_months",
	.sql = "SELECT pg_catalog.to_regprocedure('countersign.audit_month_make(timestamptz)')"
	       " IS NOT NULL AS yes",
	.columns = yes_columns,
	.column_count = ARRAY_SIZE(yes_columns)},
};

enum { MONTHS_LOCK, MONTHS_MAKE };

static const struct pg_column lock_columns[] = {{"locked", PG_TEXT}};
static const struct pg_column month_columns[] = {{"made", PG_BOOLEAN}};

/* The lock that reading and pruning the audit log take, too (sql/queries/audit_chain.sql). */
static const struct pg_statement months[] = {
    [MONTHS_LOCK] = {.name = "months_lock",
	.sql = "SELECT pg_catalog.pg_advisory_lock(7215914482634)::text AS locked",
	.columns = lock_columns,
	.column_count = ARRAY_SIZE(lock_columns)},
    [MONTHS_MAKE] = {.name = "months_make",
	.sql = "SELECT countersign.audit_month_make($1) AS made",
	.param_count = 1,
	.param_types = {PG_TIMESTAMPTZ},
	.columns = month_columns,
	.column_count = ARRAY_SIZE(month_columns)},
};

enum { SCHEMA_LOCK, SCHEMA_APPLIED, SCHEMA_RECORD };

static const struct pg_column schema_lock_columns[] = {
    {"locked", PG_TEXT},
    {"messages", PG_TEXT},
    {"version", PG_TEXT},
};

enum { APPLIED_VERSION, APPLIED_NAME, APPLIED_SHA256, APPLIED_AT };
static const struct pg_column applied_columns[] = {
    [APPLIED_VERSION] = {"version", PG_INTEGER},
    [APPLIED_NAME] = {"name", PG_TEXT},
    [APPLIED_SHA256] = {"sha256", PG_TEXT},
    [APPLIED_AT] = {"applied_at", PG_TIMESTAMPTZ},
};

static const struct pg_column record_columns[] = {{"version", PG_INTEGER}};

/* The setting ends with the transaction, so that its absence shows that the latter has ended. */
static const struct pg_statement statements[] = {
    [SCHEMA_LOCK] = {.name = "schema_lock",
	.sql = "SELECT " LOCK "::text AS locked,"
	       " pg_catalog.set_config('client_min_messages', 'warning', true) AS messages,"
	       " pg_catalog.set_config('countersign.migrating', $1::pg_catalog.text, true)"
	       " AS version",
	.param_count = 1,
	.param_types = {PG_INTEGER},
	.columns = schema_lock_columns,
	.column_count = ARRAY_SIZE(schema_lock_columns)},
    [SCHEMA_APPLIED] = {.name = "schema_applied",
	.sql = "SELECT version, name, sha256, applied_at FROM countersign.schema_migrations"
	       " ORDER BY version",
	.columns = applied_columns,
	.column_count = ARRAY_SIZE(applied_columns)},
    [SCHEMA_RECORD] = {.name = "schema_record",
	.sql =
	    "INSERT INTO countersign.schema_migrations (version, name, sha256, applied_at, "
	    "app_version)"
	    " SELECT $1, $2, $3, $4, $5"
	    " WHERE pg_catalog.current_setting('countersign.migrating', true) = $1::pg_catalog.text"
	    " RETURNING version",
	.param_count = 5,
	.param_types = {PG_INTEGER, PG_TEXT, PG_TEXT, PG_TIMESTAMPTZ, PG_TEXT},
	.columns = record_columns,
	.column_count = ARRAY_SIZE(record_columns)},
};

/* Several statements in one message are one transaction. */
static const char create[] =
    "SELECT " LOCK ";\n"
    "SET LOCAL client_min_messages = warning;\n"
    "CREATE SCHEMA IF NOT EXISTS countersign;\n"
    "CREATE TABLE IF NOT EXISTS countersign.schema_migrations (\n"
    "	version integer PRIMARY KEY CHECK (version > 0),\n"
    "	name text NOT NULL,\n"
    "	sha256 text NOT NULL,\n"
    "	applied_at timestamptz NOT NULL,\n"
    "	app_version text NOT NULL\n"
    ");\n"
    "COMMENT ON SCHEMA countersign IS 'All data of Countersign.';\n"
    "COMMENT ON TABLE countersign.schema_migrations IS 'The migrations that were applied to this "
    "database.';\n"
    "COMMENT ON COLUMN countersign.schema_migrations.version IS 'Number of the migration, from 1 "
    "without gaps.';\n"
    "COMMENT ON COLUMN countersign.schema_migrations.name IS 'The name part of its file name.';\n"
    "COMMENT ON COLUMN countersign.schema_migrations.sha256 IS"
    " 'SHA-256 of the file in hexadecimal: an applied migration never changes.';\n"
    "COMMENT ON COLUMN countersign.schema_migrations.applied_at IS 'When it was applied.';\n"
    "COMMENT ON COLUMN countersign.schema_migrations.app_version IS 'The version of the program "
    "that applied it.';\n";

static enum err query_bool(struct arena *a, const char *database, int64_t deadline_ms,
    const struct pg_statement *statement, bool *yes) MUST_CHECK;

enum err
schema_exists(struct arena *a, const char *database, int64_t deadline_ms, bool *exists)
{
	return query_bool(a, database, deadline_ms, probe, exists);
}

enum err
schema_create(struct arena *a, const char *database, int64_t deadline_ms, struct str *why)
{
	struct pg *pg = pg_new(a, database, NULL, 0);
	enum err e = pg_script(pg, deadline_ms, create, a, why);

	pg_close(pg);
	return e;
}

struct pg *
schema_connection(struct arena *a, const char *database)
{
	return pg_new(a, database, statements, ARRAY_SIZE(statements));
}

enum err
schema_begin_migration(struct pg *pg, struct arena *a, int64_t deadline_ms, int32_t version)
{
	struct pg_query *lock = pg_query_new(a, SCHEMA_LOCK);
	enum err e = pg_begin(pg, deadline_ms);

	if (e != OK)
		return e;
	pg_bind_integer(lock, version);
	e = pg_write(pg, deadline_ms, lock, NULL);
	if (e != OK)
		pg_rollback(pg, deadline_ms);
	return e;
}

enum err
schema_applied(struct pg *pg, struct arena *a, int64_t deadline_ms, struct migration_applied **list,
    size_t *count)
{
	struct pg_rows rows;
	enum err e = pg_read(pg, deadline_ms, pg_query_new(a, SCHEMA_APPLIED), &rows);

	*count = 0;
	if (e != OK)
		return e;
	*list = arena_array(a, (size_t)rows.count, sizeof(**list));
	while (pg_next(&rows, applied_columns)) {
		struct migration_applied *m = &(*list)[(*count)++];

		m->version = pg_integer(&rows, APPLIED_VERSION);
		m->name = pg_text(&rows, APPLIED_NAME);
		m->sha256 = pg_text(&rows, APPLIED_SHA256);
		m->applied_at = pg_timestamptz(&rows, APPLIED_AT);
	}
	pg_clear(&rows);
	return OK;
}

enum err
schema_record(struct pg *pg, struct arena *a, int64_t deadline_ms, const struct migration *m,
    int64_t now, const char *program)
{
	struct pg_query *record = pg_query_new(a, SCHEMA_RECORD);
	struct pg_rows rows;
	enum err e;

	pg_bind_integer(record, m->version);
	pg_bind_text(record, m->name);
	pg_bind_text(record, m->sha256);
	pg_bind_timestamptz(record, now);
	pg_bind_text(record, str_of(program));
	e = pg_write(pg, deadline_ms, record, &rows);
	if (e == OK && rows.count == 0) {
		e = ERR_NOT_FOUND;
		pg_clear(&rows);
		pg_close(pg);
	}
	pg_clear(&rows);
	return e;
}

enum err
schema_create_months(struct arena *a, const char *database, int64_t deadline_ms, int64_t now)
{
	struct pg_rows rows;
	struct pg *pg;
	bool exists;
	enum err e = query_bool(a, database, deadline_ms, probe_months, &exists);

	if (e != OK || !exists)
		return e;
	pg = pg_new(a, database, months, ARRAY_SIZE(months));
	e = pg_read(pg, deadline_ms, pg_query_new(a, MONTHS_LOCK), &rows);
	pg_clear(&rows);
	for (int i = 0; e == OK && i <= 3; i++) {
		struct pg_query *make = pg_query_new(a, MONTHS_MAKE);

		pg_bind_timestamptz(make, audit_month(now, i));
		e = pg_write(pg, deadline_ms, make, NULL);
	}
	pg_close(pg);
	return e;
}

static enum err
query_bool(struct arena *a, const char *database, int64_t deadline_ms,
    const struct pg_statement *statement, bool *yes)
{
	struct pg *pg = pg_new(a, database, statement, 1);
	struct pg_rows rows;
	enum err e = pg_read(pg, deadline_ms, pg_query_new(a, 0), &rows);

	*yes = pg_next(&rows, yes_columns) && pg_boolean(&rows, 0);
	pg_clear(&rows);
	pg_close(pg);
	return e;
}
