/* The members of an organization and their compliance. */
#include "web/api/v1/compliance.h"

#include "flow/compliance.h"
#include "web/api/respond.h"
#include "web/api/v1/handlers.h"
#include "web/api/v1/member.h"
#include "web/error.h"
#include "web/member.h"

#define PAGE_DEFAULT 50

static enum err read_query(struct call *c, struct member_query *q) MUST_CHECK;

enum err
v1_compliance(struct call *c)
{
	struct member_query q;
	struct member_totals totals;
	struct member_page page;
	cJSON *list;
	enum err e = read_query(c, &q);

	if (e == OK && api_accepts(c, STR("text/csv")))
		return member_export(c, &q);
	if (e == OK)
		e = flow_members_totals(&c->flow, c->admin->organization, &totals);
	if (e == OK)
		e = flow_members_list(&c->flow, c->admin->organization, &q, &page);
	if (e == ERR_FIELD && c->error_count == 0)
		error_add_field(c, STR("after"), "It must be the `next` of the previous page.");
	if (e != OK)
		return e;
	v1_present_totals(model_object(c->model, "totals"), &totals);
	list = model_list(c->model, "members");
	for (size_t i = 0; i < page.count; i++)
		v1_present_member(c, model_item(list), &page.list[i]);
	model_text(c->model, "next", page.next);
	return api_respond(c, 200);
}

void
v1_present_totals(cJSON *o, const struct member_totals *totals)
{
	model_number(o, "members", totals->members);
	model_number(o, "enrolled", totals->status[COMPLIANCE_ENROLLED]);
	model_number(o, "grace", totals->status[COMPLIANCE_GRACE]);
	model_number(o, "lapsed", totals->status[COMPLIANCE_OVERDUE]);
	model_number(o, "exempt", totals->status[COMPLIANCE_EXEMPT]);
	model_number(o, "notRequired", totals->status[COMPLIANCE_NOT_REQUIRED]);
}

static enum err
read_query(struct call *c, struct member_query *q)
{
	struct str status = field_text(&c->fields, "standing");
	int64_t limit = field_number(&c->fields, "limit", PAGE_DEFAULT);

	*q = (struct member_query){
	    .filtered = !str_is_absent(status),
	    .search = field_text(&c->fields, "search"),
	    .after = field_text(&c->fields, "after"),
	    .limit = (int)limit,
	};
	if (q->filtered && !compliance_parse(status, &q->status))
		error_add_field(c, STR("standing"),
		    "It must be enrolled, grace, lapsed, exempt or not_required.");
	if (limit < 1 || limit > MEMBERS_PAGE_MAX)
		error_add_field(c, STR("limit"), "It must be 1 to 500.");
	return c->error_count == 0 ? OK : ERR_FIELD;
}
