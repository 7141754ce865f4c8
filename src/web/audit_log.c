/* The audit log of an organization: reading the filter, and the log as a file. */
#include "web/audit_log.h"

#include "domain/audit_format.h"
#include "flow/audit_log.h"
#include "web/error.h"
#include "web/export.h"
#include "web/present.h"

#define EXPORT_PAGE 200

struct event_rows {
	struct audit_filter filter;
	struct audit_page page;
};

static void reject(struct call *c, const char *name, const char *detail);
static export_load load_events;
static export_print print_csv;
static export_print print_json_line;

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
		reject(c, "kind", "There is no such kind of event.");
	if (!str_is_absent(f->result) && !audit_result_known(f->result))
		reject(c, "result", "It must be accepted or refused.");
	if (!str_is_absent(after) && !audit_cursor_parse(after, &f->after))
		reject(c, "after", "It must be the `next` of the previous page.");
	if (c->error_count > 0)
		return ERR_FIELD;
	e = flow_audit_person(&c->flow, field_text(&c->fields, "actor"), f, &f->actor);
	if (e != OK)
		return e;
	return flow_audit_person(&c->flow, field_text(&c->fields, "member"), f, &f->member);
}

enum err
audit_log_export(struct call *c, const struct audit_filter *f, enum audit_log_format format)
{
	bool csv = format == AUDIT_LOG_CSV;
	struct event_rows *rows = arena_alloc(c->arena, sizeof(*rows));
	struct str slug = c->admin->slug, day = day_text(c->arena, c->flow.now);
	struct export_params params = {
	    .type = csv ? STR("text/csv; charset=utf-8") : STR("application/jsonl"),
	    .file_name = str_printf(c->arena, "audit-%.*s-%.*s.%s", STR_FMT(slug), STR_FMT(day),
		csv ? "csv" : "jsonl"),
	    .header = csv ? audit_format_csv_header() : STR_ABSENT,
	    .load = load_events,
	    .print = csv ? print_csv : print_json_line,
	    .state = rows,
	};
	enum err e = OK;

	rows->filter = *f;
	if (c->req->method != METHOD_HEAD)
		e = flow_audit_exported(&c->flow, csv ? STR("csv") : STR("jsonl"));
	return e == OK ? export_respond(c, &params) : e;
}

/* Rejects a value that its type allows: pages mark the field, the API lists the error. */
static void
reject(struct call *c, const char *name, const char *detail)
{
	field_reject(&c->fields, name);
	error_add_field(c, str_of(name), detail);
}

static enum err
load_events(void *state, struct flow *fl, struct export_page *page)
{
	struct event_rows *rows = state;
	enum err e = flow_audit_page(fl, &rows->filter, EXPORT_PAGE, &rows->page);

	if (e != OK)
		return e;
	*page = (struct export_page){.count = rows->page.count, .more = rows->page.more};
	rows->filter.after = rows->page.next;
	return OK;
}

static void
print_csv(const void *state, size_t i, struct buf *b)
{
	const struct event_rows *rows = state;

	buf_add(b, audit_format_csv(b->arena, &rows->page.list[i].row));
}

static void
print_json_line(const void *state, size_t i, struct buf *b)
{
	const struct event_rows *rows = state;
	const struct audit_log_row *row = &rows->page.list[i];

	buf_add(b, audit_format_json(b->arena, &row->row, row->previous));
	buf_addc(b, '\n');
}
