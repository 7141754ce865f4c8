/*
 * The table countersign.schema_migrations, which records the migrations that were applied. Its
 * statements are not part of the store, as the store needs a complete schema.
 */
#ifndef CTL_SCHEMA_H
#define CTL_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "ctl/migration.h"
#include "pg/pg.h"

/* Checks whether the table exists. ERR_UNAVAILABLE, ERR_INTERNAL. */
enum err schema_exists(struct arena *a, const char *database, int64_t deadline_ms,
    bool *exists) MUST_CHECK;

/* Creates schema and table if missing. On an error `why` is the message of the server. */
enum err schema_create(struct arena *a, const char *database, int64_t deadline_ms,
    struct str *why) MUST_CHECK;

/* Opens a connection for the functions below, which need the table. Close it with pg_close(). */
struct pg *schema_connection(struct arena *a, const char *database);

/*
 * Begins a transaction and waits for the lock that only one migration at a time can hold.
 * `version` is that of the migration, for schema_record().
 */
enum err schema_begin_migration(struct pg *pg, struct arena *a, int64_t deadline_ms,
    int32_t version) MUST_CHECK;

/* Lists the migrations that were applied, in order. */
enum err schema_applied(struct pg *pg, struct arena *a, int64_t deadline_ms,
    struct migration_applied **list, size_t *count) MUST_CHECK;

/*
 * Records the migration that has just been run. ERR_NOT_FOUND when its SQL has ended our
 * transaction: nothing is recorded and the connection is closed.
 */
enum err schema_record(struct pg *pg, struct arena *a, int64_t deadline_ms,
    const struct migration *m, int64_t now, const char *program) MUST_CHECK;

/*
 * Creates the tables of audit events for this month and the next three, if the schema has one per
 * month.
 */
enum err schema_create_months(struct arena *a, const char *database, int64_t deadline_ms,
    int64_t now) MUST_CHECK;

#endif
