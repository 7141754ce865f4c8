/* Exports: pages of rows, one chunk a page, with a source that may fail. */
#include "unit.h"

#include "base/arena.h"
#include "web/export.h"

/* A source of `pages` pages of two rows each, of which page `broken` fails. */
struct source {
	int pages;
	int broken; /* -1: none */
	int loaded;
	struct arena *arena; /* of the page that was loaded last */
};

struct fixture {
	struct arena *request;
	struct arena *chunk;
	struct resp resp;
	struct call call;
	struct source source;
};

static int
setup(void **state)
{
	struct arena *a = arena_new(ARENA_REQUEST_MAX);
	struct fixture *f = arena_alloc(a, sizeof(*f));

	f->request = a;
	f->chunk = arena_new(ARENA_REQUEST_MAX);
	f->call = (struct call){.arena = a, .resp = &f->resp};
	f->call.flow.arena = a;
	f->source.broken = -1;
	resp_init(&f->resp, a);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(f->chunk);
	arena_free(f->request);
	return 0;
}

static enum err
load(void *state, struct flow *fl, struct export_page *page)
{
	struct source *s = state;

	if (s->loaded == s->broken)
		return ERR_UNAVAILABLE;
	s->loaded++;
	s->arena = fl->arena;
	*page = (struct export_page){.count = 2, .more = s->loaded < s->pages};
	return OK;
}

static void
print(const void *state, size_t i, struct buf *b)
{
	const struct source *s = state;

	buf_printf(b, "%d.%zu\n", s->loaded, i);
}

static enum err
respond(struct fixture *f, struct str header)
{
	struct export_params params = {
	    .type = STR("text/csv"),
	    .file_name = STR("rows.csv"),
	    .header = header,
	    .load = load,
	    .print = print,
	    .state = &f->source,
	};

	return export_respond(&f->call, &params);
}

static enum resp_chunk
next(struct fixture *f, struct str *chunk)
{
	arena_reset(f->chunk);
	return f->resp.source(f->resp.source_arg, f->chunk, chunk);
}

static void
pages_follow_each_other(void **state)
{
	struct fixture *f = *state;
	struct str chunk;

	f->source.pages = 3;
	assert_int_equal(respond(f, STR("row\n")), OK);
	assert_int_equal(f->source.loaded, 1);
	assert_ptr_equal(f->source.arena, f->request);
	assert_string_equal(f->resp.headers[0].name, "Content-Disposition");
	assert_str(f->resp.headers[0].value, "attachment; filename=\"rows.csv\"");
	assert_int_equal(next(f, &chunk), RESP_CHUNK);
	assert_str(chunk, "row\n1.0\n1.1\n");
	assert_int_equal(next(f, &chunk), RESP_CHUNK);
	assert_str(chunk, "2.0\n2.1\n");
	assert_ptr_equal(f->source.arena, f->chunk);
	assert_int_equal(next(f, &chunk), RESP_LAST_CHUNK);
	assert_str(chunk, "3.0\n3.1\n");
}

static void
a_header_is_optional(void **state)
{
	struct fixture *f = *state;
	struct str chunk;

	f->source.pages = 1;
	assert_int_equal(respond(f, STR_ABSENT), OK);
	assert_int_equal(next(f, &chunk), RESP_LAST_CHUNK);
	assert_str(chunk, "1.0\n1.1\n");
}

static void
the_first_page_can_be_refused(void **state)
{
	struct fixture *f = *state;

	f->source.pages = 2;
	f->source.broken = 0;
	assert_int_equal(respond(f, STR("row\n")), ERR_UNAVAILABLE);
	assert_null(f->resp.source);
	assert_int_equal(f->resp.header_count, 0);
}

static void
a_later_page_that_fails_breaks_off(void **state)
{
	struct fixture *f = *state;
	struct str chunk;

	f->source.pages = 3;
	f->source.broken = 1;
	assert_int_equal(respond(f, STR("row\n")), OK);
	assert_int_equal(next(f, &chunk), RESP_CHUNK);
	assert_int_equal(next(f, &chunk), RESP_BROKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(pages_follow_each_other, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_header_is_optional, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_first_page_can_be_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_later_page_that_fails_breaks_off, setup, teardown),
	};

	return cmocka_run_group_tests_name("web_export", tests, NULL, NULL);
}
