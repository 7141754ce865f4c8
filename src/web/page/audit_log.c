/* The audit log of an organization as a page. */
#include "web/page/handlers.h"

#include "base/array.h"
#include "base/clock.h"
#include "domain/audit_format.h"
#include "flow/audit_log.h"
#include "web/audit_log.h"
#include "web/page/admin.h"
#include "web/page/audit_label.h"
#include "web/page/page.h"
#include "web/page/user_agent.h"
#include "web/present.h"

static void present_form(struct call *c);
static void present_kinds(struct call *c);
static void present_links(struct call *c, const struct audit_page *page);
static struct str log_url(struct call *c, const char *path, struct str after);
static void present_event(struct call *c, cJSON *o, const struct audit_log_row *row);
static void present_person(struct call *c, cJSON *o, struct uuid id,
    const struct audit_person *person);
static enum err respond_file(struct call *c, enum audit_log_format format) MUST_CHECK;

enum err
page_audit_log(struct call *c)
{
	cJSON *list = model_list(c->model, "events");
	struct audit_filter f;
	struct audit_page page;
	enum err e = audit_log_filter(c, &f);

	if (e == OK)
		e = flow_audit_page(&c->flow, &f, AUDIT_PAGE, &page);
	if (e != OK)
		return e;
	for (size_t i = 0; i < page.count; i++)
		present_event(c, model_item(list), &page.list[i]);
	model_bool(c->model, "searched", true);
	model_number(c->model, "count", (int64_t)page.count);
	model_bool(c->model, "one", page.count == 1);
	if (page.count > 0) {
		model_text(c->model, "newest", clock_text(c->arena, page.list[0].row.at));
		model_text(c->model, "oldest",
		    clock_text(c->arena, page.list[page.count - 1].row.at));
	}
	present_links(c, &page);
	return page_audit_log_form(c);
}

/* The filter without events: shown alone when the filter was refused. */
enum err
page_audit_log_form(struct call *c)
{
	present_admin(c, "audit");
	present_form(c);
	return present_page(c, "audit_log", "Audit log");
}

enum err
page_audit_log_csv(struct call *c)
{
	return respond_file(c, AUDIT_LOG_CSV);
}

enum err
page_audit_log_jsonl(struct call *c)
{
	return respond_file(c, AUDIT_LOG_JSON_LINES);
}

static enum err
respond_file(struct call *c, enum audit_log_format format)
{
	struct audit_filter f;
	enum err e = audit_log_filter(c, &f);

	return e == OK ? audit_log_export(c, &f, format) : e;
}

/* The filter as it was sent. */
static void
present_form(struct call *c)
{
	static const char *const texts[] = {"actor", "member"}, *const days[] = {"since", "until"};
	struct str result = field_text(&c->fields, "result");
	cJSON *o = model_object(c->model, "filter");

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		model_text(o, texts[i], field_text(&c->fields, texts[i]));
	/* A date input accepts nothing but a day. */
	for (size_t i = 0; i < ARRAY_SIZE(days); i++) {
		struct str day = field_text(&c->fields, days[i]);
		int64_t us;

		model_text(o, days[i], clock_parse_day(day, &us) ? day : STR_ABSENT);
	}
	model_bool(o, "accepted", str_eq(result, audit_result_name(true)));
	model_bool(o, "refused", str_eq(result, audit_result_name(false)));
	present_kinds(c);
}

static void
present_kinds(struct call *c)
{
	struct str chosen = field_text(&c->fields, "kind");
	cJSON *list = model_list(c->model, "kinds");
	const char *kind;

	for (size_t i = 0; (kind = audit_kind_at(i)) != NULL; i++) {
		cJSON *o = model_item(list);

		model_text(o, "name", str_of(kind));
		model_text(o, "text", audit_label(str_of(kind), true));
		model_bool(o, "chosen", str_eq(str_of(kind), chosen));
	}
}

/* Links to other pages of the same events, and to their files. */
static void
present_links(struct call *c, const struct audit_page *page)
{
	struct str none = {0};

	if (page->more)
		model_text(c->model, "older_href",
		    log_url(c, "/admin/audit", audit_cursor_format(c->arena, &page->next)));
	if (!str_is_absent(field_text(&c->fields, "after")))
		model_text(c->model, "newest_href", log_url(c, "/admin/audit", none));
	model_text(c->model, "csv_href", log_url(c, "/admin/audit/export.csv", none));
	model_text(c->model, "jsonl_href", log_url(c, "/admin/audit/export.jsonl", none));
}

/* The URL of a path with the filter as it was sent, and a cursor. */
static struct str
log_url(struct call *c, const char *path, struct str after)
{
	struct buf b = {.arena = c->arena};

	buf_add(&b, str_of(path));
	for (size_t i = 0; i < c->fields.count; i++) {
		const char *name = c->fields.values[i].field->name;

		if (!str_eq(str_of(name), STR("after")))
			page_add_pair(&b, name, c->fields.values[i].text);
	}
	page_add_pair(&b, "after", after);
	return buf_str(&b);
}

static void
present_event(struct call *c, cJSON *o, const struct audit_log_row *row)
{
	const struct audit_row *r = &row->row;
	bool accepted = str_eq(r->result, audit_result_name(true));
	cJSON *actor;

	model_text(o, "at", audit_format_time(c->arena, r->at));
	model_text(o, "when", clock_text(c->arena, r->at));
	model_text(o, "label", audit_label(r->kind, accepted));
	model_bool(o, "refused", !accepted);
	present_person(c, model_object(o, "member"), r->account, &row->member);
	actor = model_object(o, "actor");
	present_person(c, actor, r->actor_id, &row->actor);
	model_bool(actor, "self", uuid_eq(r->actor_id, r->account));
	model_bool(actor, "operator", str_eq(r->actor, audit_actor_name(AUDIT_BY_OPERATOR)));
	model_bool(actor, "system", str_eq(r->actor, audit_actor_name(AUDIT_BY_SYSTEM)));
	model_text(o, "address", r->address);
	model_text(o, "user_agent",
	    str_is_absent(r->user_agent) ? r->user_agent
					 : user_agent_text(c->arena, r->user_agent));
	model_text(o, "kind", r->kind);
	model_number(o, "seq", r->seq);
	present_id(c, o, "session", ID_SESSION, r->session);
	present_id(c, o, "factor", ID_FACTOR, r->factor);
	model_text(o, "request", r->request_id);
	model_text(o, "details", r->details);
}

static void
present_person(struct call *c, cJSON *o, struct uuid id, const struct audit_person *person)
{
	present_id(c, o, "id", ID_ACCOUNT, id);
	model_text(o, "name", person->name);
	model_text(o, "email", person->email);
}
