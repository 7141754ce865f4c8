/* Exported audit events are parsed back, and any other line is refused. */
#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "ctl/audit_parse.h"

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

static struct audit_row
sample(void)
{
	return (struct audit_row){
	    .account = {{1, 2}},
	    .seq = 9007199254740991,
	    .at = 1795424102000001,
	    .kind = STR("mfa_reset"),
	    .result = STR("accepted"),
	    .actor = STR("operator"),
	    .session = {{3}},
	    .address = STR("192.0.2.1"),
	    .user_agent = STR("=a \"b\",\\c\x01\x7f\xc3\xbc\n"),
	    .request_id = STR(""),
	    .details = STR("{ \"reason\" :\"x\"}"),
	    .key_id = 65535,
	    .mac = {0xab, 1},
	};
}

static void
a_line_is_parsed_back(void **state)
{
	const unsigned char previous[SHA256_SIZE] = {0xcd};
	unsigned char stated[SHA256_SIZE];
	struct audit_row r = sample(), out;
	struct str line = audit_format_json(*state, &r, previous);

	assert_false(str_has(line, '\n'));
	assert_true(audit_parse(*state, line, &out, stated));
	assert_memory_equal(stated, previous, SHA256_SIZE);
	assert_memory_equal(out.mac, r.mac, SHA256_SIZE);
	assert_true(uuid_eq(out.account, r.account) && uuid_eq(out.session, r.session) &&
		    uuid_is_nil(out.factor));
	assert_int_equal(out.seq, r.seq);
	assert_int_equal(out.at, r.at);
	assert_int_equal(out.key_id, r.key_id);
	assert_true(str_eq(out.user_agent, r.user_agent) && str_eq(out.details, r.details));
	assert_false(str_is_absent(out.request_id));
	assert_true(uuid_is_nil(out.organization) && uuid_is_nil(out.actor_id));
}

/* A line with any bit flipped is another event or malformed, never the same event. */
static void
every_bit_counts(void **state)
{
	const unsigned char previous[SHA256_SIZE] = {0xcd};
	unsigned char other[SHA256_SIZE];
	struct audit_row r = sample(), out;
	struct str line = audit_format_json(*state, &r, previous);
	struct arena *a = arena_new((size_t)16 * 1024 * 1024);

	for (size_t i = 0; i < line.n * 8; i++) {
		char *p = arena_copy(a, line.p, line.n);

		p[i / 8] = (char)((unsigned char)p[i / 8] ^ (1U << (i % 8)));
		if (audit_parse(a, (struct str){p, line.n}, &out, other))
			assert_false(str_eq(audit_format_json(a, &out, other), line));
		arena_reset(a);
	}
	arena_free(a);
}

static void
other_forms_are_refused(void **state)
{
	static const char *const lines[] = {"", "{}", "[]", "null", "{\"accountId\":1}",
	    "{\"accountId\":", "\xff"};
	const unsigned char previous[SHA256_SIZE] = {0};
	unsigned char stated[SHA256_SIZE];
	struct audit_row r = sample(), out;
	struct str line = audit_format_json(*state, &r, previous),
		   more = str_printf(*state, " %.*s", STR_FMT(line));

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_false(audit_parse(*state, str_of(lines[i]), &out, stated));
	assert_false(audit_parse(*state, more, &out, stated));
	for (size_t i = 1; i < line.n; i++)
		assert_false(audit_parse(*state, str_slice(line, 0, i), &out, stated));
	r.seq = 0;
	assert_false(audit_parse(*state, audit_format_json(*state, &r, previous), &out, stated));
}

static void
times_are_formatted(void **state)
{
	assert_str(audit_format_time(*state, 1795424102000001), "2026-11-23T08:55:02.000001Z");
	assert_str(audit_format_time(*state, -1), "1969-12-31T23:59:59.999999Z");
}

static void
csv_cells_are_escaped(void **state)
{
	struct audit_row r = sample();
	struct str line = audit_format_csv(*state, &r), head = audit_format_csv_header();

	assert_true(str_ends(line, STR("\r\n")));
	assert_true(str_ends(head, STR("\r\n")));
	assert_non_null(strstr(line.p, ",\"'=a \"\"b\"\",\\c"));
	assert_non_null(strstr(line.p, ",\"{ \"\"reason\"\" :\"\"x\"\"}\",65535,ab01"));
	r.user_agent = STR("-1+1");
	assert_non_null(strstr(str_c(*state, audit_format_csv(*state, &r)), ",'-1+1,"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_is_parsed_back),
	    cmocka_unit_test(every_bit_counts),
	    cmocka_unit_test(other_forms_are_refused),
	    cmocka_unit_test(times_are_formatted),
	    cmocka_unit_test(csv_cells_are_escaped),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
