/*
 * The schema's own record in the database: which migrations it has had. These few statements
 * are not among those of the store, which are prepared against a complete schema.
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

/* Whether there is a record. ERR_UNAVAILABLE, ERR_INTERNAL. */
enum err schema_exists(struct arena *a, const char *database, int64_t deadline_ms,
    bool *exists) MUST_CHECK;

/* Makes schema and record where they are missing. On an error `why` holds what the server said. */
enum err schema_make(struct arena *a, const char *database, int64_t deadline_ms,
    struct str *why) MUST_CHECK;

/* A connection for what follows, which needs the record. */
struct pg *schema_connection(struct arena *a, const char *database);

/*
 * Begins a transaction and waits until no other is migrating; until its end nobody else is.
 * `version` is the one to come, for schema_record().
 */
enum err schema_begin(struct pg *pg, struct arena *a, int64_t deadline_ms,
    int32_t version) MUST_CHECK;

/* The record, in order. */
enum err schema_applied(struct pg *pg, struct arena *a, int64_t deadline_ms,
    struct migration_applied **list, size_t *count) MUST_CHECK;

/*
 * Adds the migration that has just been run to the record. ERR_NOT_FOUND when its SQL has ended
 * our transaction: the record stays as it was, the connection is closed.
 */
enum err schema_record(struct pg *pg, struct arena *a, int64_t deadline_ms,
    const struct migration *m, int64_t now, const char *program) MUST_CHECK;

/*
 * Makes the audit trail's tables of this month and the next three, where the schema has them by
 * month.
 */
enum err schema_months(struct arena *a, const char *database, int64_t deadline_ms,
    int64_t now) MUST_CHECK;

#endif
