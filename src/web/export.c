/* Responses of any length, page by page. */
#include "web/export.h"

#include "base/clock.h"

/* How long the loading of a page may take, in milliseconds. */
#define PAGE_MS 3000

struct export_run {
	struct export_params params;
	struct flow flow; /* a copy: its arena and its deadline are those of a page */
	struct export_page page;
	bool begun; /* the first page was printed */
};

static resp_source next_chunk;
static struct str print_page(const struct export_run *x, struct arena *a);

enum err
export_respond(struct call *c, const struct export_params *params)
{
	struct export_run *x = arena_alloc(c->arena, sizeof(*x));
	enum err e;

	*x = (struct export_run){.params = *params, .flow = c->flow};
	e = params->load(params->state, &x->flow, &x->page);
	if (e != OK)
		return e;
	resp_header(c->resp, "Content-Disposition",
	    str_printf(c->arena, "attachment; filename=\"%.*s\"", STR_FMT(params->file_name)));
	resp_stream(c->resp, 200, params->type, next_chunk, x);
	return OK;
}

/* The first page was loaded before the response began. */
static enum resp_chunk
next_chunk(void *arg, struct arena *a, struct str *chunk)
{
	struct export_run *x = arg;

	x->flow.arena = a;
	x->flow.deadline_ms = clock_mono_ms() + PAGE_MS;
	if (x->begun && x->params.load(x->params.state, &x->flow, &x->page) != OK)
		return RESP_BROKEN;
	*chunk = print_page(x, a);
	x->begun = true;
	return x->page.more ? RESP_CHUNK : RESP_LAST_CHUNK;
}

static struct str
print_page(const struct export_run *x, struct arena *a)
{
	struct buf b = {.arena = a};

	if (!x->begun && !str_is_absent(x->params.header))
		buf_add(&b, x->params.header);
	for (size_t i = 0; i < x->page.count; i++)
		x->params.print(x->params.state, i, &b);
	return buf_str(&b);
}
