/*
 * Migrations as files, and how they compare with what a database has had. The files of a
 * directory are NNNN_name.sql, numbered from 0001 without gaps; others than *.sql are not
 * looked at.
 */
#ifndef CTL_MIGRATION_H
#define CTL_MIGRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* The largest file, in bytes. */
#define MIGRATION_SIZE_MAX ((size_t)4 * 1024 * 1024)
/* The most files: what four digits can number. */
#define MIGRATIONS_MAX 9999

struct migration {
	int32_t version;
	struct str file;   /* 0001_accounts.sql */
	struct str name;   /* accounts */
	struct str sql;    /* NUL-terminated behind its end */
	struct str sha256; /* of the file, lower-case hexadecimal */
};

/* A row of countersign.schema_migrations. */
struct migration_applied {
	int32_t version;
	struct str name;
	struct str sha256;
	int64_t applied_at;
};

/* Takes a file's name apart; false when it is not of the form. */
bool migration_name_parse(struct str file, int32_t *version, struct str *name) MUST_CHECK;

/*
 * Sorts by number. ERR_FIELD with `why`, which names the file, for a number that is missing or
 * there twice.
 */
enum err migration_order(struct arena *a, struct migration *list, size_t count,
    struct str *why) MUST_CHECK;

/*
 * Ordered files against ordered rows: the rows have to be the first of the files, unchanged;
 * what is behind them is outstanding. ERR_FIELD for a changed file or a missing row, ERR_CONFIG
 * for a database newer than the files; `why` names the file.
 */
enum err migration_compare(struct arena *a, const struct migration *list, size_t count,
    const struct migration_applied *applied, size_t applied_count, struct str *why) MUST_CHECK;

/*
 * The files of a directory in order. ERR_NOT_FOUND when it or one of them cannot be read or
 * there is none, ERR_FIELD as above or for a name or content that cannot be.
 */
enum err migration_read(struct arena *a, const char *directory, struct migration **list,
    size_t *count, struct str *why) MUST_CHECK;

#endif
