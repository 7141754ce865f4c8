/* The audit log of an organization: reading its filter, and writing it out. */
#include "web/audit_log.h"

#include "base/clock.h"
#include "domain/audit_format.h"
#include "flow/audit_log.h"

/* Of one page of an export: how many events, and how long it may take, in milliseconds. */
#define EXPORT_PAGE 200
#define EXPORT_PAGE_MS 3000

struct export
{
	struct flow flow; /* of its own: the memory of a page is gone after it */
	struct audit_filter filter;
	enum audit_form form;
	bool begun;
};

static void note(struct call *c, const char *name, const char *what);
static resp_source export_chunk;
static void add_row(struct buf *b, const struct export *x, const struct audit_log_row *row);

enum err
audit_log_filter(struct call *c, struct audit_filter *f)
{
	struct str after = {0};
	enum err e;

	*f = (struct audit_filter){
	    .organization = c->admin->organization,
	    .kind = field_text(&c->fields, "kind"),
	    .result = field_text(&c->fields, "result"),
	    .since = field_time(&c->fields, "since"),
	    .until = field_time(&c->fields, "until"),
	};
	if (field_known(&c->fields, STR("after")))
		after = field_text(&c->fields, "after");
	if (!str_is_absent(f->kind) && !audit_kind_known(f->kind))
		note(c, "kind", "There is no such kind of event.");
	if (!str_is_absent(f->result) && !audit_result_known(f->result))
		note(c, "result", "It must be accepted or refused.");
	if (!str_is_absent(after) && !audit_cursor_parse(after, &f->after))
		note(c, "after", "It must be the `next` of the previous page.");
	if (c->fault_count > 0)
		return ERR_FIELD;
	e = flow_audit_person(&c->flow, field_text(&c->fields, "actor"), f, &f->actor);
	return e == OK
		   ? flow_audit_person(&c->flow, field_text(&c->fields, "member"), f, &f->member)
		   : e;
}

/* HEAD takes nothing out of the house. */
enum err
audit_log_export(struct call *c, const struct audit_filter *f, enum audit_form form)
{
	bool csv = form == AUDIT_CSV;
	struct export *x = arena_alloc(c->arena, sizeof(*x));
	struct str day = str_slice(clock_rfc3339(c->arena, c->flow.now), 0, 10);
	enum err e = OK;

	if (c->req->method != METHOD_HEAD)
		e = flow_audit_exported(&c->flow, csv ? STR("csv") : STR("jsonl"));
	if (e != OK)
		return e;
	*x = (struct export){.flow = c->flow, .filter = *f, .form = form};
	resp_header(c->resp, "Content-Disposition",
	    str_printf(c->arena, "attachment; filename=\"audit-%.*s-%.*s.%s\"",
		STR_FMT(c->admin->slug), STR_FMT(day), csv ? "csv" : "jsonl"));
	resp_stream(c->resp, 200, csv ? STR("text/csv; charset=utf-8") : STR("application/jsonl"),
	    export_chunk, x);
	return OK;
}

/* For people and for programs: what is wrong with a value that its type allows. */
static void
note(struct call *c, const char *name, const char *what)
{
	for (size_t i = 0; i < c->fields.count; i++)
		if (str_eq(str_of(c->fields.values[i].field->name), str_of(name)))
			c->fields.values[i].valid = false;
	if (c->fault_count < CALL_FAULTS_MAX)
		c->faults[c->fault_count++] = (struct fault){.name = str_of(name), .what = what};
}

/* The next page of events, each of them a line. */
static enum resp_chunk
export_chunk(void *arg, struct arena *a, struct str *chunk)
{
	struct export *x = arg;
	struct buf b = {.arena = a};
	struct audit_page page;

	x->flow.arena = a;
	x->flow.deadline_ms = clock_mono_ms() + EXPORT_PAGE_MS;
	if (flow_audit_page(&x->flow, &x->filter, EXPORT_PAGE, &page) != OK)
		return RESP_BROKEN;
	if (!x->begun && x->form == AUDIT_CSV)
		buf_add(&b, audit_format_csv_header());
	x->begun = true;
	for (size_t i = 0; i < page.count; i++)
		add_row(&b, x, &page.list[i]);
	*chunk = buf_str(&b);
	x->filter.after = page.next;
	return page.more ? RESP_CHUNK : RESP_LAST_CHUNK;
}

static void
add_row(struct buf *b, const struct export *x, const struct audit_log_row *row)
{
	if (x->form == AUDIT_CSV) {
		buf_add(b, audit_format_csv(b->arena, &row->row));
		return;
	}
	buf_add(b, audit_format_json(b->arena, &row->row, row->previous));
	buf_addc(b, '\n');
}
