/* The audit log of an organization. */
#include "web/api/v1/handlers.h"

#include "domain/audit_format.h"
#include "flow/audit_log.h"
#include "web/api/respond.h"
#include "web/audit_log.h"
#include "web/present.h"

static enum err respond_page(struct call *c, const struct audit_filter *f) MUST_CHECK;
static void present_event(struct call *c, cJSON *o, const struct audit_log_row *row);
static void present_actor(struct call *c, cJSON *o, const struct audit_log_row *row);
static void present_details(cJSON *o, struct str details);

enum err
v1_audit_log(struct call *c)
{
	struct audit_filter f;
	enum err e = audit_log_filter(c, &f);

	if (e != OK)
		return e;
	if (api_accepts(c, STR("text/csv")))
		return audit_log_export(c, &f, AUDIT_LOG_CSV);
	if (api_accepts(c, STR("application/jsonl")))
		return audit_log_export(c, &f, AUDIT_LOG_JSON_LINES);
	return respond_page(c, &f);
}

static enum err
respond_page(struct call *c, const struct audit_filter *f)
{
	cJSON *list = model_list(c->model, "events");
	struct audit_page page;
	enum err e = flow_audit_page(&c->flow, f, AUDIT_PAGE, &page);

	if (e != OK)
		return e;
	for (size_t i = 0; i < page.count; i++)
		present_event(c, model_item(list), &page.list[i]);
	model_text(c->model, "next",
	    page.more ? audit_cursor_format(c->arena, &page.next) : STR_ABSENT);
	return api_respond(c, 200);
}

static void
present_event(struct call *c, cJSON *o, const struct audit_log_row *row)
{
	const struct audit_row *r = &row->row;
	cJSON *member;

	present_id(c, o, "accountId", ID_ACCOUNT, r->account);
	model_number(o, "seq", r->seq);
	model_text(o, "at", audit_format_time(c->arena, r->at));
	model_text(o, "kind", r->kind);
	model_text(o, "result", r->result);
	member = model_object(o, "member");
	model_text(member, "name", row->member.name);
	model_text(member, "email", row->member.email);
	present_actor(c, model_object(o, "actor"), row);
	present_id(c, o, "sessionId", ID_SESSION, r->session);
	present_id(c, o, "factorId", ID_FACTOR, r->factor);
	present_id(c, o, "organizationId", ID_ORGANIZATION, r->organization);
	model_text(o, "address", r->address);
	model_text(o, "userAgent", r->user_agent);
	model_text(o, "requestId", r->request_id);
	present_details(o, r->details);
}

static void
present_actor(struct call *c, cJSON *o, const struct audit_log_row *row)
{
	model_text(o, "type", row->row.actor);
	present_id(c, o, "accountId", ID_ACCOUNT, row->row.actor_id);
	model_text(o, "name", row->actor.name);
	model_text(o, "email", row->actor.email);
}

/* The details are stored as the text of a JSON object. */
static void
present_details(cJSON *o, struct str details)
{
	cJSON *parsed = str_is_absent(details) ? NULL : cJSON_ParseWithLength(details.p, details.n);

	if (cJSON_IsObject(parsed)) {
		cJSON_AddItemToObject(o, "details", parsed);
		return;
	}
	cJSON_Delete(parsed);
	model_text(o, "details", STR_ABSENT);
}
