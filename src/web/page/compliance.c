/* The members of an organization and their compliance: totals, a list, a file. */
#include "web/page/handlers.h"

#include "base/array.h"
#include "base/clock.h"
#include "flow/compliance.h"
#include "web/member.h"
#include "web/organization.h"
#include "web/page/admin.h"
#include "web/page/organization.h"
#include "web/page/page.h"
#include "web/present.h"

/* Members per page, unless the request says otherwise. */
#define LIST_LIMIT 50

static const struct field_hint hints[] = {
    {"standing", "Choose a compliance status from the list."},
    {"search", "Enter the start of a name or of an email address."},
    {"after", "That page of the list no longer exists. This is the first page."},
    {"limit", "A page has 1 to 500 members."},
};

static enum err read_filter(struct call *c, struct member_query *q) MUST_CHECK;
static enum err read_cursor(struct call *c, struct member_query *q) MUST_CHECK;
static void present_totals(struct call *c, const struct member_totals *t);
static void present_filter(struct call *c, const struct member_query *q);
static void present_links(struct call *c, const struct member_query *q,
    const struct member_page *page);
static struct str list_url(struct call *c, const char *path, const struct member_query *q,
    struct str after, int limit);

enum err
page_compliance(struct call *c)
{
	struct member_query q = {.limit = LIST_LIMIT};
	struct member_totals totals;
	struct member_page page;
	cJSON *list = model_list(c->model, "members");
	enum err e = OK;

	present_admin(c, "members");
	/* After a refusal the page shows the whole list. */
	if (c->refusal == OK)
		e = read_filter(c, &q);
	if (c->refusal == OK && e == OK)
		e = read_cursor(c, &q);
	if (e == OK)
		e = flow_members_totals(&c->flow, c->admin->organization, &totals);
	if (e == OK)
		e = flow_members_list(&c->flow, c->admin->organization, &q, &page);
	if (e == ERR_FIELD && field_rejected(&c->fields) == NULL)
		field_reject(&c->fields, "after");
	if (e != OK)
		return e;
	for (size_t i = 0; i < page.count; i++)
		present_member(c, model_item(list), &page.list[i]);
	present_hint(c, hints, ARRAY_SIZE(hints));
	present_totals(c, &totals);
	present_filter(c, &q);
	present_links(c, &q, &page);
	present_switched(c);
	return present_page(c, "compliance", "Members");
}

enum err
page_compliance_csv(struct call *c)
{
	struct member_query q = {0};
	enum err e = read_filter(c, &q);

	return e == OK ? member_export(c, &q) : e;
}

static enum err
read_filter(struct call *c, struct member_query *q)
{
	struct str status = field_text(&c->fields, "standing");

	q->search = field_text(&c->fields, "search");
	q->filtered = !str_is_absent(status);
	if (q->filtered && !compliance_parse(status, &q->status)) {
		field_reject(&c->fields, "standing");
		return ERR_FIELD;
	}
	return OK;
}

static enum err
read_cursor(struct call *c, struct member_query *q)
{
	int64_t limit = field_number(&c->fields, "limit", LIST_LIMIT);

	q->after = field_text(&c->fields, "after");
	if (limit < 1 || limit > MEMBERS_PAGE_MAX) {
		field_reject(&c->fields, "limit");
		return ERR_FIELD;
	}
	q->limit = (int)limit;
	return OK;
}

/* The width of a bar is its share of the members, at least a tenth of a percent. */
static void
present_totals(struct call *c, const struct member_totals *t)
{
	cJSON *list = model_list(c->model, "totals");

	for (int i = 0; i < COMPLIANCE_COUNT; i++) {
		struct member_query q = {.filtered = true, .status = (enum compliance)i};
		int64_t n = t->status[i],
			tenths = t->members > 0 ? (n * 1000 + t->members / 2) / t->members : 0;
		cJSON *o = model_item(list);

		if (n > 0 && tenths == 0)
			tenths = 1;
		model_text(o, "text", str_of(compliance_label(q.status)));
		model_text(o, "name", compliance_name(q.status));
		model_text(o, "href", list_url(c, "/admin/mfa", &q, STR_ABSENT, LIST_LIMIT));
		model_number(o, "count", n);
		model_text(o, "percent",
		    str_printf(c->arena, "%lld.%lld", (long long)tenths / 10,
			(long long)tenths % 10));
	}
	model_number(c->model, "member_count", t->members);
}

static void
present_filter(struct call *c, const struct member_query *q)
{
	cJSON *list = model_list(c->model, "statuses");

	for (int i = 0; i < COMPLIANCE_COUNT; i++) {
		cJSON *o = model_item(list);

		model_text(o, "name", compliance_name((enum compliance)i));
		model_text(o, "text", str_of(compliance_label((enum compliance)i)));
		model_bool(o, "chosen", q->filtered && q->status == (enum compliance)i);
	}
	model_text(c->model, "search", q->search);
	model_bool(c->model, "filtered", q->filtered || !str_is_absent(q->search));
	if (q->filtered)
		model_text(c->model, "status_label", str_of(compliance_label(q->status)));
}

static void
present_links(struct call *c, const struct member_query *q, const struct member_page *page)
{
	struct str none = {0};

	model_text(c->model, "csv_href",
	    list_url(c, "/admin/mfa/members.csv", q, none, LIST_LIMIT));
	if (!str_is_absent(page->next))
		model_text(c->model, "next_href",
		    list_url(c, "/admin/mfa", q, page->next, q->limit));
	if (!str_is_absent(q->after))
		model_text(c->model, "first_href", list_url(c, "/admin/mfa", q, none, q->limit));
	if (q->limit < MEMBERS_PAGE_MAX && (!str_is_absent(page->next) || !str_is_absent(q->after)))
		model_text(c->model, "long_href",
		    list_url(c, "/admin/mfa", q, none, MEMBERS_PAGE_MAX));
}

static struct str
list_url(struct call *c, const char *path, const struct member_query *q, struct str after,
    int limit)
{
	struct buf b = {.arena = c->arena};

	buf_add(&b, str_of(path));
	if (q->filtered)
		page_add_pair(&b, "standing", compliance_name(q->status));
	page_add_pair(&b, "search", q->search);
	page_add_pair(&b, "after", after);
	if (limit != LIST_LIMIT)
		page_add_pair(&b, "limit", str_printf(c->arena, "%d", limit));
	return buf_str(&b);
}
