/* Reading, sorting and comparing migrations. */
#include "ctl/migration.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/codec.h"
#include "crypto/hmac.h"

#define DIGITS 4

static int compare_versions(const void *a, const void *b);
static struct str file_name(struct arena *a, const struct migration_applied *applied);
static enum err list_directory(struct arena *a, DIR *d, struct migration *list, size_t *count,
    struct str *why) MUST_CHECK;
static enum err read_file(struct arena *a, int directory, struct migration *m,
    struct str *why) MUST_CHECK;
static bool read_whole(struct arena *a, int fd, size_t size, struct str *text);

bool
migration_name_parse(struct str file, int32_t *version, struct str *name)
{
	struct str rest = file, digits = str_cut(&rest, '_');
	int64_t n;

	if (digits.n != DIGITS || !str_to_int64(digits, &n) || n < 1 ||
	    !str_ends(rest, STR(".sql")))
		return false;
	rest.n -= STR(".sql").n;
	for (size_t i = 0; i < rest.n; i++) {
		char c = rest.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	*version = (int32_t)n;
	*name = rest;
	return rest.n > 0;
}

enum err
migration_order(struct arena *a, struct migration *list, size_t count, struct str *why)
{
	qsort(list, count, sizeof(*list), compare_versions);
	for (size_t i = 0; i < count; i++) {
		int32_t before = i > 0 ? list[i - 1].version : 0;

		if (list[i].version == before) {
			*why = str_printf(a, "%.*s and %.*s have the same number",
			    STR_FMT(list[i - 1].file), STR_FMT(list[i].file));
			return ERR_FIELD;
		}
		if (list[i].version != before + 1) {
			*why = str_printf(a, "%.*s: there is no migration %04d before it",
			    STR_FMT(list[i].file), (int)before + 1);
			return ERR_FIELD;
		}
	}
	return OK;
}

enum err
migration_compare(struct arena *a, const struct migration *list, size_t count,
    const struct migration_applied *applied, size_t applied_count, struct str *why)
{
	for (size_t i = 0; i < applied_count; i++) {
		struct str was = file_name(a, &applied[i]);

		if (i >= count) {
			*why = str_printf(a,
			    "the database is newer than these migrations: %.*s was applied to it; "
			    "install the newer program",
			    STR_FMT(was));
			return ERR_CONFIG;
		}
		if (applied[i].version != list[i].version) {
			*why = str_printf(a,
			    "%.*s was applied to the database, but not %.*s before it",
			    STR_FMT(was), STR_FMT(list[i].file));
			return ERR_FIELD;
		}
		if (!str_eq(applied[i].sha256, list[i].sha256)) {
			*why = str_printf(a,
			    "%.*s is not the file that was applied: its SHA-256 differs",
			    STR_FMT(list[i].file));
			return ERR_FIELD;
		}
	}
	return OK;
}

enum err
migration_read(struct arena *a, const char *directory, struct migration **list, size_t *count,
    struct str *why)
{
	DIR *d = opendir(directory);
	enum err e;

	*count = 0;
	if (d == NULL) {
		*why = str_printf(a, "%s: %s", directory, strerror(errno));
		return ERR_NOT_FOUND;
	}
	*list = arena_array(a, MIGRATIONS_MAX, sizeof(**list));
	e = list_directory(a, d, *list, count, why);
	for (size_t i = 0; e == OK && i < *count; i++)
		e = read_file(a, dirfd(d), &(*list)[i], why);
	closedir(d);
	if (e == OK && *count == 0) {
		*why = str_printf(a, "%s: there are no migrations in this directory", directory);
		e = ERR_NOT_FOUND;
	}
	return e == OK ? migration_order(a, *list, *count, why) : e;
}

static int
compare_versions(const void *a, const void *b)
{
	const struct migration *x = a, *y = b;

	return (x->version > y->version) - (x->version < y->version);
}

/* The name of the file that was applied. */
static struct str
file_name(struct arena *a, const struct migration_applied *applied)
{
	return str_printf(a, "%04d_%.*s.sql", (int)applied->version, STR_FMT(applied->name));
}

/* Ignores hidden files, which are the leftovers of editors. */
static enum err
list_directory(struct arena *a, DIR *d, struct migration *list, size_t *count, struct str *why)
{
	const struct dirent *entry;

	while ((errno = 0, entry = readdir(d)) != NULL) {
		struct migration *m = &list[*count];
		struct str file = str_of(entry->d_name);

		if (str_starts(file, STR(".")) || !str_ends(file, STR(".sql")))
			continue;
		if (*count == MIGRATIONS_MAX) {
			*why = STR("there are too many migrations");
			return ERR_FIELD;
		}
		m->file = str_copy(a, file);
		if (!migration_name_parse(m->file, &m->version, &m->name)) {
			*why = str_printf(a, "%s: a migration must be named NNNN_name.sql",
			    entry->d_name);
			return ERR_FIELD;
		}
		++*count;
	}
	if (errno != 0) {
		*why = str_printf(a, "cannot list the migrations: %s", strerror(errno));
		return ERR_NOT_FOUND;
	}
	return OK;
}

static enum err
read_file(struct arena *a, int directory, struct migration *m, struct str *why)
{
	unsigned char digest[SHA256_SIZE];
	struct stat st;
	int fd = openat(directory, m->file.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum err e = OK;

	if (fd < 0 || fstat(fd, &st) != 0) {
		*why = str_printf(a, "%.*s: %s", STR_FMT(m->file), strerror(errno));
		e = ERR_NOT_FOUND;
	} else if (!S_ISREG(st.st_mode) || (size_t)st.st_size > MIGRATION_SIZE_MAX) {
		*why = str_printf(a, "%.*s is not a regular file of at most %zu bytes",
		    STR_FMT(m->file), MIGRATION_SIZE_MAX);
		e = ERR_FIELD;
	} else if (!read_whole(a, fd, (size_t)st.st_size, &m->sql)) {
		*why = str_printf(a, "%.*s cannot be read", STR_FMT(m->file));
		e = ERR_NOT_FOUND;
	} else if (!str_is_utf8(m->sql) || str_has(m->sql, '\0')) {
		*why = str_printf(a, "%.*s is not UTF-8 text", STR_FMT(m->file));
		e = ERR_FIELD;
	}
	if (fd >= 0)
		close(fd);
	if (e != OK)
		return e;
	sha256(m->sql.p, m->sql.n, digest);
	m->sha256 = hex_encode(a, digest, sizeof(digest));
	return OK;
}

/* Reads exactly `size` bytes to the end, so that a file that is being changed is refused. */
static bool
read_whole(struct arena *a, int fd, size_t size, struct str *text)
{
	char *into = arena_alloc(a, size + 1);
	size_t n = 0;
	ssize_t got;

	do {
		got = read(fd, into + n, size + 1 - n);
		if (got > 0)
			n += (size_t)got;
	} while ((got > 0 && n <= size) || (got < 0 && errno == EINTR));
	if (got != 0 || n != size)
		return false;
	*text = (struct str){.p = into, .n = n};
	return true;
}
