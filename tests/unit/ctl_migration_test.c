/* Migration files: names, order, and comparing them with those that were applied. */
#include "unit.h"

#include <sys/stat.h>

#include "base/arena.h"
#include "base/array.h"
#include "ctl/migration.h"

/* SHA-256 of "SELECT 1;\n" by sha256sum(1). */
#define SELECT_1 "b4e0497804e46e0a0b0b8c31975b062152d551bac49c3c2e80932567b4085dcd"

static int
setup(void **state)
{
	*state = arena_new((size_t)16 * 1024 * 1024);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void
names_are_parsed(void **state)
{
	static const char *const bad[] = {
	    "",
	    "1_a.sql",
	    "001_a.sql",
	    "00001_a.sql",
	    "0000_a.sql",
	    "-001_a.sql",
	    "+001_a.sql",
	    "0001.sql",
	    "0001_.sql",
	    "0001_a",
	    "0001_a.sql~",
	    "0001_A.sql",
	    "0001-a.sql",
	    "0001_a b.sql",
	    "0001_a.b.sql",
	    " 0001_a.sql",
	    "x001_a.sql",
	    "0001_a.SQL",
	};
	struct str name;
	int32_t version;

	(void)state;
	assert_true(migration_name_parse(STR("0001_accounts.sql"), &version, &name));
	assert_int_equal(version, 1);
	assert_str(name, "accounts");
	assert_true(migration_name_parse(STR("9999_a_2.sql"), &version, &name));
	assert_int_equal(version, 9999);
	assert_str(name, "a_2");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (migration_name_parse(str_of(bad[i]), &version, &name))
			fail_msg("%s was accepted", bad[i]);
}

static void
files_are_sorted(void **state)
{
	struct migration list[] = {
	    {.version = 3, .file = STR("0003_c.sql")},
	    {.version = 1, .file = STR("0001_a.sql")},
	    {.version = 2, .file = STR("0002_b.sql")},
	};
	struct str why = {0};

	assert_int_equal(migration_order(*state, list, ARRAY_SIZE(list), &why), OK);
	for (size_t i = 0; i < ARRAY_SIZE(list); i++)
		assert_int_equal(list[i].version, i + 1);
	assert_int_equal(migration_order(*state, list, 0, &why), OK);
}

static void
gaps_and_duplicates_are_refused(void **state)
{
	struct migration gap[] = {{.version = 1, .file = STR("0001_a.sql")},
	    {.version = 3, .file = STR("0003_c.sql")}};
	struct migration late[] = {{.version = 2, .file = STR("0002_b.sql")}};
	struct migration twice[] = {
	    {.version = 2, .file = STR("0002_b.sql")},
	    {.version = 1, .file = STR("0001_a.sql")},
	    {.version = 2, .file = STR("0002_c.sql")},
	};
	struct str why = {0};

	assert_int_equal(migration_order(*state, gap, ARRAY_SIZE(gap), &why), ERR_FIELD);
	assert_str(why, "0003_c.sql: there is no migration 0002 before it");
	assert_int_equal(migration_order(*state, late, ARRAY_SIZE(late), &why), ERR_FIELD);
	assert_str(why, "0002_b.sql: there is no migration 0001 before it");
	assert_int_equal(migration_order(*state, twice, ARRAY_SIZE(twice), &why), ERR_FIELD);
	assert_non_null(strstr(why.p, "0002_b.sql"));
	assert_non_null(strstr(why.p, "0002_c.sql"));
}

static void
files_are_compared_with_rows(void **state)
{
	const struct migration files[] = {
	    {.version = 1, .file = STR("0001_a.sql"), .name = STR("a"), .sha256 = STR("aa")},
	    {.version = 2, .file = STR("0002_b.sql"), .name = STR("b"), .sha256 = STR("bb")},
	};
	struct migration_applied rows[] = {
	    {.version = 1, .name = STR("a"), .sha256 = STR("aa")},
	    {.version = 2, .name = STR("b"), .sha256 = STR("bb")},
	    {.version = 3, .name = STR("c"), .sha256 = STR("cc")},
	};
	struct str why = {0};

	assert_int_equal(migration_compare(*state, files, 2, rows, 0, &why), OK);
	assert_int_equal(migration_compare(*state, files, 2, rows, 1, &why), OK);
	assert_int_equal(migration_compare(*state, files, 2, rows, 2, &why), OK);
	assert_int_equal(migration_compare(*state, files, 2, rows, 3, &why), ERR_CONFIG);
	assert_non_null(strstr(why.p, "0003_c.sql"));
	assert_int_equal(migration_compare(*state, files, 2, rows + 1, 1, &why), ERR_FIELD);
	assert_str(why, "0002_b.sql was applied to the database, but not 0001_a.sql before it");
	rows[1].sha256 = STR("bc");
	assert_int_equal(migration_compare(*state, files, 2, rows, 2, &why), ERR_FIELD);
	assert_non_null(strstr(why.p, "0002_b.sql"));
}

static void
write_file(const char *folder, const char *name, const char *text, size_t n)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void
remove_file(const char *folder, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(unlink(path), 0);
}

static void
a_directory_is_read(void **state)
{
	char folder[] = "/tmp/countersign-migration-XXXXXX";
	struct migration *list = NULL;
	struct str why = {0};
	size_t count;

	assert_non_null(mkdtemp(folder));
	assert_int_equal(migration_read(*state, folder, &list, &count, &why), ERR_NOT_FOUND);
	write_file(folder, "0002_b.sql", "", 0);
	write_file(folder, "0001_a.sql", "SELECT 1;\n", 10);
	write_file(folder, "README", "x", 1);
	write_file(folder, ".0003_c.sql", "x", 1);
	write_file(folder, "0003_c.sql~", "x", 1);
	assert_int_equal(migration_read(*state, folder, &list, &count, &why), OK);
	assert_int_equal(count, 2);
	assert_str(list[0].sql, "SELECT 1;\n");
	assert_int_equal(list[0].sql.p[10], '\0');
	assert_str(list[0].sha256, SELECT_1);
	assert_str(list[1].file, "0002_b.sql");
	assert_str(list[1].sql, "");

	write_file(folder, "0003_nul.sql", "SELECT\0001;", 9);
	assert_int_equal(migration_read(*state, folder, &list, &count, &why), ERR_FIELD);
	assert_str(why, "0003_nul.sql is not UTF-8 text");
	remove_file(folder, "0003_nul.sql");
	write_file(folder, "3_name.sql", "", 0);
	assert_int_equal(migration_read(*state, folder, &list, &count, &why), ERR_FIELD);
	assert_str(why, "3_name.sql: a migration must be named NNNN_name.sql");
	remove_file(folder, "3_name.sql");
	remove_file(folder, "0002_b.sql");
	remove_file(folder, "0001_a.sql");
	remove_file(folder, "README");
	remove_file(folder, ".0003_c.sql");
	remove_file(folder, "0003_c.sql~");
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(migration_read(*state, folder, &list, &count, &why), ERR_NOT_FOUND);
}

static void
other_files_are_refused(void **state)
{
	char folder[] = "/tmp/countersign-migration-XXXXXX", path[64];
	struct migration *list = NULL;
	struct str why = {0};
	size_t count;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/0001_pipe.sql", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(migration_read(*state, folder, &list, &count, &why), ERR_FIELD);
	assert_non_null(strstr(why.p, "0001_pipe.sql"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_are_parsed),
	    cmocka_unit_test(files_are_sorted),
	    cmocka_unit_test(gaps_and_duplicates_are_refused),
	    cmocka_unit_test(files_are_compared_with_rows),
	    cmocka_unit_test(a_directory_is_read),
	    cmocka_unit_test(other_files_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
