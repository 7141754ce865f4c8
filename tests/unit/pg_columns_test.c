/*
 * Statements against a real server: what they return is compared with what they declare when the
 * connection is made. COUNTERSIGN_TEST_DATABASE names the database (tests/sql/columns.t); without
 * it there is nothing to test.
 */
#include "unit.h"

#include "base/array.h"
#include "base/clock.h"
#include "pg/pg.h"

#define DEADLINE (clock_mono_ms() + 5000)

/* One statement that returns `columns_`, an array. */
#define STATEMENT(sql_, columns_)                                              \
	{                                                                      \
		.name = "under_test", .sql = (sql_), .columns = (columns_),    \
		.column_count = (columns_) != NULL ? ARRAY_SIZE(columns_) : 0, \
	}

static const struct pg_column two_columns[] = {
    {"account_id", PG_UUID},
    {"name", PG_TEXT},
};

static int
setup(void **state)
{
	*state = arena_new((size_t)1024 * 1024);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* A connection of these statements that is not made yet. */
static struct pg *
connection(struct arena *a, const struct pg_statement *statements, size_t count)
{
	return pg_new(a, getenv("COUNTERSIGN_TEST_DATABASE"), statements, count);
}

/* Connecting with one statement ends with ERR_CONFIG, and the log has all of `want`. */
static void
assert_refused(struct arena *a, struct pg_statement statement, const char *const *want, size_t n)
{
	struct pg *pg = connection(a, &statement, 1);
	struct unit_log log;
	enum err e;

	unit_log_begin(&log);
	e = pg_connect(pg, DEADLINE);
	unit_log_end(&log);
	assert_int_equal(e, ERR_CONFIG);
	assert_false(pg_connected(pg));
	assert_non_null(strstr(log.text, "\"pg.columns_differ\""));
	assert_non_null(strstr(log.text, "\"statement\":\"under_test\""));
	for (size_t i = 0; i < n; i++)
		if (strstr(log.text, want[i]) == NULL)
			fail_msg("the log does not say %s:\n%s", want[i], log.text);
}

static void
what_is_declared_is_read(void **state)
{
	static const struct pg_statement statement =
	    STATEMENT("SELECT '00000000-0000-0000-0000-000000000007'::uuid AS account_id, "
		      "'Ada'::text AS name"
		      " UNION ALL SELECT NULL, NULL",
		two_columns);
	struct pg *pg = connection(*state, &statement, 1);
	struct pg_rows rows;

	assert_int_equal(pg_connect(pg, DEADLINE), OK);
	assert_int_equal(pg_read(pg, DEADLINE, pg_query_new(*state, 0), &rows), OK);
	assert_int_equal(rows.count, 2);
	assert_true(pg_next(&rows, two_columns));
	assert_int_equal(pg_uuid(&rows, 0).b[15], 7);
	assert_str(pg_text(&rows, 1), "Ada");
	assert_true(pg_next(&rows, two_columns));
	assert_true(uuid_is_nil(pg_uuid(&rows, 0)));
	assert_true(str_is_absent(pg_text(&rows, 1)));
	assert_false(pg_next(&rows, two_columns));
	pg_clear(&rows);
	assert_false(pg_next(&rows, two_columns));
	pg_close(pg);
}

static void
swapped_columns_stop_the_start(void **state)
{
	static const struct pg_column emails[] = {{"address", PG_TEXT}, {"name", PG_TEXT}};
	static const char *const want[] = {"\"position\":1", "\"declared\":\"address\"",
	    "\"returned\":\"name\""};

	assert_refused(*state,
	    (struct pg_statement)STATEMENT("SELECT 'a'::text AS name, 'b'::text AS address",
		emails),
	    want, ARRAY_SIZE(want));
}

static void
another_type_stops_the_start(void **state)
{
	static const char *const want[] = {"\"position\":2", "\"declared\":\"name\"",
	    "\"declared_type\":\"text\"", "\"returned_type\":\"bigint\""};

	assert_refused(*state,
	    (struct pg_statement)STATEMENT("SELECT NULL::uuid AS account_id, 1::bigint AS name",
		two_columns),
	    want, ARRAY_SIZE(want));
}

static void
a_column_too_few_stops_the_start(void **state)
{
	static const char *const want[] = {"\"declared\":\"name\"", "\"returned\":\"nothing\""};

	assert_refused(*state,
	    (struct pg_statement)STATEMENT("SELECT NULL::uuid AS account_id", two_columns), want,
	    ARRAY_SIZE(want));
}

static void
a_column_too_many_stops_the_start(void **state)
{
	static const char *const want[] = {"\"position\":3", "\"declared\":\"nothing\"",
	    "\"returned\":\"email\""};

	assert_refused(*state,
	    (struct pg_statement)
		STATEMENT("SELECT NULL::uuid AS account_id, ''::text AS name, ''::text AS email",
		    two_columns),
	    want, ARRAY_SIZE(want));
}

static void
undeclared_rows_stop_the_start(void **state)
{
	static const char *const want[] = {"\"declared\":\"nothing\"", "\"returned\":\"one\""};

	assert_refused(*state,
	    (struct pg_statement){.name = "under_test", .sql = "SELECT 1 AS one"}, want,
	    ARRAY_SIZE(want));
}

static void
declared_rows_that_never_come_stop_the_start(void **state)
{
	static const char *const want[] = {"\"declared\":\"account_id\"",
	    "\"returned\":\"nothing\""};

	assert_refused(*state,
	    (struct pg_statement)STATEMENT("SET TRANSACTION READ ONLY", two_columns), want,
	    ARRAY_SIZE(want));
}

static void
a_wrong_statement_among_right_ones_is_named(void **state)
{
	static const struct pg_statement statements[] = {
	    {.name = "first", .sql = "SET TRANSACTION READ ONLY"},
	    STATEMENT("SELECT ''::text AS account_id, ''::text AS name", two_columns),
	    {.name = "last", .sql = "SET TRANSACTION READ WRITE"},
	};
	struct pg *pg = connection(*state, statements, ARRAY_SIZE(statements));
	struct unit_log log;

	unit_log_begin(&log);
	assert_int_equal(pg_connect(pg, DEADLINE), ERR_CONFIG);
	unit_log_end(&log);
	assert_non_null(strstr(log.text, "\"statement\":\"under_test\""));
}

enum { CURSOR_OPEN, CURSOR_FETCH, CURSOR_FETCH_SWAPPED };

static void
a_cursor_is_compared_when_it_is_fetched(void **state)
{
	static const struct pg_column swapped[] = {{"name", PG_TEXT}, {"account_id", PG_UUID}};
	static const struct pg_statement statements[] = {
	    [CURSOR_OPEN] = {.name = "open",
		.sql = "DECLARE c CURSOR FOR SELECT NULL::uuid AS account_id, g::text AS name"
		       " FROM generate_series(1, 3) g"},
	    [CURSOR_FETCH] = {.name = "fetch",
		.sql = "FETCH 2 FROM c",
		.columns = two_columns,
		.column_count = ARRAY_SIZE(two_columns),
		.columns_from_cursor = true},
	    [CURSOR_FETCH_SWAPPED] = {.name = "fetch_swapped",
		.sql = "FETCH 2 FROM c",
		.columns = swapped,
		.column_count = ARRAY_SIZE(swapped),
		.columns_from_cursor = true},
	};
	struct pg *pg = connection(*state, statements, ARRAY_SIZE(statements));
	struct unit_log log;
	struct pg_rows rows;

	assert_int_equal(pg_begin(pg, DEADLINE), OK);
	assert_int_equal(pg_write(pg, DEADLINE, pg_query_new(*state, CURSOR_OPEN), NULL), OK);
	assert_int_equal(pg_write(pg, DEADLINE, pg_query_new(*state, CURSOR_FETCH), &rows), OK);
	assert_true(pg_next(&rows, two_columns));
	assert_str(pg_text(&rows, 1), "1");
	pg_clear(&rows);
	unit_log_begin(&log);
	assert_int_equal(pg_write(pg, DEADLINE, pg_query_new(*state, CURSOR_FETCH_SWAPPED), &rows),
	    ERR_INTERNAL);
	unit_log_end(&log);
	assert_false(pg_next(&rows, swapped));
	assert_non_null(strstr(log.text, "\"statement\":\"fetch_swapped\""));
	pg_rollback(pg, DEADLINE);
	pg_close(pg);
}

static void
read_as_another_statement(void *argument)
{
	static const struct pg_column others[] = {{"account_id", PG_UUID}, {"name", PG_TEXT}};

	(void)pg_next(argument, others);
}

static void
rows_are_read_as_those_of_their_statement_only(void **state)
{
	static const struct pg_statement statement =
	    STATEMENT("SELECT NULL::uuid AS account_id, ''::text AS name", two_columns);
	struct pg *pg = connection(*state, &statement, 1);
	struct pg_rows rows;

	assert_int_equal(pg_read(pg, DEADLINE, pg_query_new(*state, 0), &rows), OK);
	assert_true(unit_aborts(read_as_another_statement, &rows));
	pg_clear(&rows);
	pg_close(pg);
}

static const struct pg_column every_type[] = {
    {"a", PG_TEXT},
    {"b", PG_BYTEA},
    {"c", PG_UUID},
    {"d", PG_BIGINT},
    {"e", PG_INTEGER},
    {"f", PG_SMALLINT},
    {"g", PG_BOOLEAN},
    {"h", PG_TIMESTAMPTZ},
    {"i", PG_TEXT},
    {"j", PG_TEXT},
    {"k", PG_TEXT},
};

static void
every_type_comes_back(void **state)
{
	static const struct pg_statement statement = {.name = "every_type",
	    .sql = "SELECT $1 AS a, $2 AS b, $3 AS c, $4 AS d, $5 AS e, $6 AS f, $7 AS g, $8 AS h,"
		   " array_to_string($9, ' ') AS i, array_to_string($10, ' ') AS j,"
		   " array_to_string(ARRAY(SELECT extract(year FROM t AT TIME ZONE 'UTC')"
		   " FROM unnest($11) t), ' ') AS k",
	    .param_count = 11,
	    .param_types = {PG_TEXT, PG_BYTEA, PG_UUID, PG_BIGINT, PG_INTEGER, PG_SMALLINT,
		PG_BOOLEAN, PG_TIMESTAMPTZ, PG_UUID_ARRAY, PG_BYTEA_ARRAY, PG_TIMESTAMPTZ_ARRAY},
	    .columns = every_type,
	    .column_count = ARRAY_SIZE(every_type)};
	static const struct uuid id = {{1, [15] = 0xff}};
	static const struct uuid ids[] = {{{[15] = 1}}, {{[15] = 2}}};
	static const unsigned char bytes[] = {1, 2, 3, 4};
	static const int64_t times[] = {1, INT64_C(1795424102000001)};
	struct pg *pg = connection(*state, &statement, 1);
	struct pg_query *q = pg_query_new(*state, 0);
	struct pg_rows rows;

	pg_bind_text(q, STR(""));
	pg_bind_bytea(q, (struct str){.p = "\0x", .n = 2});
	pg_bind_uuid(q, id);
	pg_bind_bigint(q, INT64_MIN);
	pg_bind_integer(q, -2);
	pg_bind_smallint(q, -3);
	pg_bind_boolean(q, true);
	pg_bind_timestamptz(q, times[1]);
	pg_bind_uuid_array(q, (struct pg_uuid_array){.ids = ids, .count = 2});
	pg_bind_bytea_array(q, (struct pg_bytea_array){.bytes = bytes, .size = 2, .count = 2});
	pg_bind_timestamptz_array(q, (struct pg_timestamptz_array){.us = times, .count = 2});
	assert_int_equal(pg_read(pg, DEADLINE, q, &rows), OK);
	assert_true(pg_next(&rows, every_type));
	assert_str(pg_text(&rows, 0), "");
	assert_false(str_is_absent(pg_text(&rows, 0)));
	assert_str(pg_bytea(&rows, 1), "\0x");
	assert_true(uuid_eq(pg_uuid(&rows, 2), id));
	assert_true(pg_bigint(&rows, 3) == INT64_MIN);
	assert_int_equal(pg_integer(&rows, 4), -2);
	assert_int_equal(pg_smallint(&rows, 5), -3);
	assert_true(pg_boolean(&rows, 6));
	assert_true(pg_timestamptz(&rows, 7) == times[1]);
	assert_str(pg_text(&rows, 8),
	    "00000000-0000-0000-0000-000000000001 00000000-0000-0000-0000-000000000002");
	assert_str(pg_text(&rows, 9), "\\x0102 \\x0304");
	assert_str(pg_text(&rows, 10), "1970 2026");
	pg_clear(&rows);
	pg_close(pg);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_is_declared_is_read, setup, teardown),
	    cmocka_unit_test_setup_teardown(swapped_columns_stop_the_start, setup, teardown),
	    cmocka_unit_test_setup_teardown(another_type_stops_the_start, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_column_too_few_stops_the_start, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_column_too_many_stops_the_start, setup, teardown),
	    cmocka_unit_test_setup_teardown(undeclared_rows_stop_the_start, setup, teardown),
	    cmocka_unit_test_setup_teardown(declared_rows_that_never_come_stop_the_start, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(a_wrong_statement_among_right_ones_is_named, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(a_cursor_is_compared_when_it_is_fetched, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(rows_are_read_as_those_of_their_statement_only, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(every_type_comes_back, setup, teardown),
	};

	if (getenv("COUNTERSIGN_TEST_DATABASE") == NULL) {
		puts("1..0 # SKIP no database");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
