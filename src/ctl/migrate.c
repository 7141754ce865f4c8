/*
 * Bringing the schema up to date. Each migration is a transaction of its own, under a lock, and is
 * recorded in countersign.schema_migrations, which is compared with the files every time.
 */
#include <stdio.h>

#include "base/clock.h"
#include "ctl/ctl.h"
#include "ctl/migration.h"
#include "ctl/schema.h"

/* How long a migration may take, including the wait for another run, in milliseconds. */
#define MIGRATE_FILE_MS 600000

struct migrate {
	struct arena *arena;
	const char *database;
	int64_t now;
	struct pg *pg;
	struct migration *files;
	size_t file_count;
	struct migration_applied *applied;
	size_t applied_count;
};

static int apply_all(struct migrate *m) MUST_CHECK;
static int apply_next(struct migrate *m, bool *more) MUST_CHECK;
static int apply(struct migrate *m, const struct migration *next, int64_t deadline_ms) MUST_CHECK;
static int create_month_tables(struct migrate *m) MUST_CHECK;
static int create_schema(struct migrate *m, bool exists) MUST_CHECK;
static int read_applied(struct migrate *m, int64_t deadline_ms) MUST_CHECK;
static int read_applied_if_any(struct migrate *m, bool exists) MUST_CHECK;
static void print_status(struct migrate *m);
static void print_dry_run(const struct migrate *m);
static void print_version(const struct migrate *m);
static int fail(enum err e, struct str why);

int
migrate_run(struct ctl *ctl)
{
	const char *directory = ctl->args.options[ARGS_MIGRATIONS];
	bool dry = ctl->args.options[ARGS_DRY_RUN] != NULL,
	     list = ctl->args.options[ARGS_STATUS] != NULL, exists;
	struct migrate m = {.arena = ctl->arena, .now = ctl->now};
	struct str why = {0};
	enum err e;
	int status;

	if (dry && list)
		return ctl_fail(EX_USAGE, "--dry-run and --status cannot be used together");
	status = ctl_load(ctl);
	if (status != EX_OK)
		return status;
	m.database = ctl->conf.database;
	e = migration_read(ctl->arena,
	    directory != NULL ? directory : COUNTERSIGN_DATADIR "/sql/migrations", &m.files,
	    &m.file_count, &why);
	if (e != OK)
		return fail(e, why);
	e = schema_exists(ctl->arena, m.database, clock_mono_ms() + CTL_COMMAND_MS, &exists);
	if (e != OK)
		return ctl_fail_err(e);
	m.pg = schema_connection(ctl->arena, m.database);
	status = dry || list ? read_applied_if_any(&m, exists) : create_schema(&m, exists);
	if (status == EX_OK && !dry && !list)
		status = apply_all(&m);
	if (status == EX_OK && !dry && !list)
		status = create_month_tables(&m);
	if (status == EX_OK && dry)
		print_dry_run(&m);
	if (status == EX_OK && list)
		print_status(&m);
	if (status == EX_OK)
		print_version(&m);
	pg_close(m.pg);
	return status;
}

static int
apply_all(struct migrate *m)
{
	bool more = true;
	int status = EX_OK;

	while (status == EX_OK && more)
		status = apply_next(m, &more);
	return status;
}

/* Takes the lock and applies the first outstanding migration, if there is one. */
static int
apply_next(struct migrate *m, bool *more)
{
	int64_t deadline = clock_mono_ms() + MIGRATE_FILE_MS;
	size_t version = m->applied_count + 1;
	enum err e = schema_begin_migration(m->pg, m->arena, deadline, (int32_t)version);
	int status;

	*more = false;
	if (e != OK)
		return ctl_fail_err(e);
	status = read_applied(m, deadline);
	*more = status == EX_OK && m->applied_count < m->file_count;
	/* If another run has come first, the transaction was begun for another number. */
	if (*more && m->applied_count + 1 == version)
		return apply(m, &m->files[m->applied_count], deadline);
	pg_rollback(m->pg, deadline);
	return status;
}

static int
apply(struct migrate *m, const struct migration *next, int64_t deadline_ms)
{
	struct str why = {0};
	enum err e = pg_script(m->pg, deadline_ms, next->sql.p, m->arena, &why);

	if (e != OK) {
		pg_rollback(m->pg, deadline_ms);
		return ctl_fail(e == ERR_INTERNAL ? EX_SOFTWARE : EX_UNAVAILABLE,
		    "%.*s was not applied: %.*s", STR_FMT(next->file), STR_FMT(why));
	}
	e = schema_record(m->pg, m->arena, deadline_ms, next, m->now, COUNTERSIGN_VERSION);
	if (e == OK)
		e = pg_commit(m->pg, deadline_ms);
	else if (e != ERR_NOT_FOUND)
		pg_rollback(m->pg, deadline_ms);
	if (e == ERR_NOT_FOUND)
		return ctl_fail(EX_DATAERR,
		    "%.*s ends its transaction itself, which a migration must not do",
		    STR_FMT(next->file));
	if (e != OK)
		return ctl_fail_err(e);
	printf("applied %.*s\n", STR_FMT(next->file));
	(void)fflush(stdout);
	m->applied_count++;
	return EX_OK;
}

static int
create_month_tables(struct migrate *m)
{
	enum err e =
	    schema_create_months(m->arena, m->database, clock_mono_ms() + MIGRATE_FILE_MS, m->now);

	return e == OK ? EX_OK : ctl_fail_err(e);
}

static int
create_schema(struct migrate *m, bool exists)
{
	struct str why = {0};
	enum err e;

	if (exists)
		return EX_OK;
	e = schema_create(m->arena, m->database, clock_mono_ms() + MIGRATE_FILE_MS, &why);
	if (e == ERR_INTERNAL)
		return ctl_fail(EX_SOFTWARE, "cannot create the schema: %.*s", STR_FMT(why));
	return e == OK ? EX_OK : ctl_fail_err(e);
}

static int
read_applied(struct migrate *m, int64_t deadline_ms)
{
	struct str why = {0};
	enum err e = schema_applied(m->pg, m->arena, deadline_ms, &m->applied, &m->applied_count);

	if (e != OK)
		return ctl_fail_err(e);
	e = migration_compare(m->arena, m->files, m->file_count, m->applied, m->applied_count,
	    &why);
	return e == OK ? EX_OK : fail(e, why);
}

/* Reads what was applied without changing anything: nothing, if there is no schema yet. */
static int
read_applied_if_any(struct migrate *m, bool exists)
{
	return exists ? read_applied(m, clock_mono_ms() + CTL_COMMAND_MS) : EX_OK;
}

static void
print_status(struct migrate *m)
{
	for (size_t i = 0; i < m->file_count; i++) {
		if (i < m->applied_count) {
			struct str at = clock_rfc3339(m->arena, m->applied[i].applied_at);

			printf("applied      %.*s  %.*s\n", STR_FMT(at), STR_FMT(m->files[i].file));
		} else {
			printf("outstanding  %-20s  %.*s\n", "", STR_FMT(m->files[i].file));
		}
	}
}

static void
print_dry_run(const struct migrate *m)
{
	for (size_t i = m->applied_count; i < m->file_count; i++)
		printf("would apply %.*s\n", STR_FMT(m->files[i].file));
}

static void
print_version(const struct migrate *m)
{
	printf("schema is at version %zu\n", m->applied_count);
}

static int
fail(enum err e, struct str why)
{
	int status = e == ERR_NOT_FOUND ? EX_NOINPUT : e == ERR_CONFIG ? EX_CONFIG : EX_DATAERR;

	return ctl_fail(status, "%.*s", STR_FMT(why));
}
