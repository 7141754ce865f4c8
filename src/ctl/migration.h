/*
 * Migration files, and comparing them with those that were applied to a database. The files of a
 * directory are NNNN_name.sql, numbered from 0001 without gaps; files other than *.sql are
 * ignored.
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
	struct str sql;    /* with a NUL behind its end */
	struct str sha256; /* of the file, lower-case hexadecimal */
};

/* A row of countersign.schema_migrations. */
struct migration_applied {
	int32_t version;
	struct str name;
	struct str sha256;
	int64_t applied_at;
};

/* Parses the name of a file; false when it does not have this form. */
bool migration_name_parse(struct str file, int32_t *version, struct str *name) MUST_CHECK;

/* Sorts by number. ERR_FIELD, with `why` naming the file, for a missing or duplicate number. */
enum err migration_order(struct arena *a, struct migration *list, size_t count,
    struct str *why) MUST_CHECK;

/*
 * Compares sorted files with sorted rows, which must be the first of the files, unchanged; the
 * remaining files are outstanding. ERR_FIELD for a changed file or a missing row, ERR_CONFIG for a
 * database newer than the files; `why` names the file.
 */
enum err migration_compare(struct arena *a, const struct migration *list, size_t count,
    const struct migration_applied *applied, size_t applied_count, struct str *why) MUST_CHECK;

/*
 * Reads the files of a directory, sorted. ERR_NOT_FOUND when there are none or reading fails,
 * ERR_FIELD as above or for a malformed name or content, both with `why`.
 */
enum err migration_read(struct arena *a, const char *directory, struct migration **list,
    size_t *count, struct str *why) MUST_CHECK;

#endif
