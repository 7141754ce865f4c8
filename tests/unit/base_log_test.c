/* Log lines are complete JSON objects, whatever is logged. */
#include "unit.h"

#include <errno.h>

#include "base/log.h"

#define TS "{\"ts\":\"0000-00-00T00:00:00.000Z\""

/* Ends the capture and returns its one line, with the digits of its time made zero. */
static const char *
line_of(struct unit_log *l)
{
	unit_log_end(l);
	assert_true(l->n > strlen(TS));
	assert_ptr_equal(strchr(l->text, '\n'), l->text + l->n - 1);
	for (size_t i = 7; i < strlen(TS); i++)
		if (l->text[i] >= '0' && l->text[i] <= '9')
			l->text[i] = '0';
	return l->text;
}

static void
a_line_is_an_object(void **state)
{
	struct unit_log l;

	(void)state;
	unit_log_begin(&l);
	log_info("pg.connected", LOG_TEXT("host", STR("db1")), LOG_INT("ms", -12),
	    LOG_CSTR("user", "w"));
	assert_string_equal(line_of(&l), TS ",\"level\":\"info\",\"event\":\"pg.connected\","
					    "\"host\":\"db1\",\"ms\":-12,\"user\":\"w\"}\n");
	unit_log_begin(&l);
	log_write(LOG_LEVEL_WARNING, "a.b", NULL, 0);
	assert_string_equal(line_of(&l), TS ",\"level\":\"warning\",\"event\":\"a.b\"}\n");
	unit_log_begin(&l);
	log_error("a.b", LOG_INT("min", INT64_MIN));
	assert_string_equal(line_of(&l),
	    TS ",\"level\":\"error\",\"event\":\"a.b\",\"min\":-9223372036854775808}\n");
}

static void
text_is_escaped(void **state)
{
	struct unit_log l;

	(void)state;
	unit_log_begin(&l);
	log_info("e",
	    LOG_TEXT("t", STR("\"\\\n\r\t\0\x1f\x7f/\xc3\xa4\xff"
			      "a\xe2\x82")),
	    LOG_TEXT("u", STR("")));
	assert_string_equal(line_of(&l),
	    TS ",\"level\":\"info\",\"event\":\"e\","
	       "\"t\":\"\\\"\\\\\\u000a\\u000d\\u0009\\u0000\\u001f\\u007f/\xc3\xa4\xef\xbf\xbd"
	       "a"
	       "\xef\xbf\xbd\xef\xbf\xbd\",\"u\":\"\"}\n");
}

static void
long_text_is_cut_at_a_character(void **state)
{
	struct unit_log l;
	char text[6001];
	const char *line;

	(void)state;
	for (size_t i = 0; i < 6000; i += 3)
		memcpy(text + i, "\xe2\x82\xac", 3);
	text[6000] = '\0';
	unit_log_begin(&l);
	log_info("e", LOG_CSTR("t", text), LOG_INT("n", 7));
	line = line_of(&l);
	assert_non_null(strstr(line, "\xe2\x82\xac\xe2\x80\xa6\",\"n\":7}\n"));
	assert_true(l.n < 1200 && l.n > 1024);
}

static void
what_does_not_fit_is_left_out(void **state)
{
	struct unit_log l;
	struct log_field fields[8];
	char text[2000];
	const char *line;

	(void)state;
	memset(text, '\x01', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (size_t i = 0; i < 7; i++)
		fields[i] = LOG_CSTR("long", text);
	fields[7] = LOG_CSTR("short", "x");
	unit_log_begin(&l);
	log_write(LOG_LEVEL_INFO, "e", fields, 8);
	line = line_of(&l);
	assert_true(l.n <= 4096);
	assert_non_null(strstr(line, "\xe2\x80\xa6\",\"short\":\"x\",\"cut\":true}\n"));
}

static void
errno_survives(void **state)
{
	struct unit_log l;

	(void)state;
	unit_log_begin(&l);
	errno = EXDEV;
	log_info("e", LOG_INT("n", 1));
	assert_int_equal(errno, EXDEV);
	unit_log_end(&l);
	/* Also when the line cannot be written. */
	unit_log_begin(&l);
	close(STDERR_FILENO);
	errno = EXDEV;
	log_info("e", LOG_INT("n", 1));
	assert_int_equal(errno, EXDEV);
	unit_log_end(&l);
}

static void
log_and_abort(void *text)
{
	log_fatal("unit.fatal", text);
}

static void
fatal_logs_and_aborts(void **state)
{
	struct unit_log l;
	char text[] = "why";
	int status = 0;
	pid_t child;

	(void)state;
	assert_true(unit_aborts(log_and_abort, text));
	unit_log_begin(&l);
	child = fork();
	if (child == 0) {
		const struct rlimit none = {0, 0};

		setrlimit(RLIMIT_CORE, &none);
		log_fatal("unit.fatal", text);
	}
	waitpid(child, &status, 0);
	assert_string_equal(line_of(&l),
	    TS ",\"level\":\"error\",\"event\":\"unit.fatal\",\"what\":\"why\"}\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_is_an_object),
	    cmocka_unit_test(text_is_escaped),
	    cmocka_unit_test(long_text_is_cut_at_a_character),
	    cmocka_unit_test(what_does_not_fit_is_left_out),
	    cmocka_unit_test(errno_survives),
	    cmocka_unit_test(fatal_logs_and_aborts),
	};

	return cmocka_run_group_tests_name("base_log", tests, NULL, NULL);
}
