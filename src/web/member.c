/* The members of an organization as a file. */
#include "web/member.h"

#include "base/clock.h"
#include "base/codec.h"
#include "web/export.h"
#include "web/present.h"

#define EXPORT_PAGE 200

#define CSV_HEADER                                                                      \
	"name,email,role,sensitive,standing,deadline,exemptUntil,exemptReason,factors," \
	"recoveryCodesLeft,lastSignInAt,joinedAt,accountId\r\n"

struct member_rows {
	struct uuid organization;
	struct member_query query;
	struct buf after; /* the cursor: it outlives the page that it came with */
	struct member_page page;
};

static export_load load_members;
static export_print print_member;
static void add_cell(struct buf *b, struct str cell);
static void add_time(struct buf *b, int64_t us);

enum err
member_export(struct call *c, const struct member_query *q)
{
	struct member_rows *rows = arena_alloc(c->arena, sizeof(*rows));
	struct str slug = c->admin->slug, day = day_text(c->arena, c->flow.now);
	struct export_params params = {
	    .type = STR("text/csv; charset=utf-8"),
	    .file_name = str_printf(c->arena, "%.*s-mfa-%.*s.csv", STR_FMT(slug), STR_FMT(day)),
	    .header = STR(CSV_HEADER),
	    .load = load_members,
	    .print = print_member,
	    .state = rows,
	};

	rows->organization = c->admin->organization;
	rows->query = *q;
	rows->query.limit = EXPORT_PAGE;
	rows->after.arena = c->arena;
	return export_respond(c, &params);
}

/*
 * The cursor is overwritten in place: the memory of the request is bounded, and the number of
 * pages is not.
 */
static enum err
load_members(void *state, struct flow *fl, struct export_page *page)
{
	struct member_rows *rows = state;
	enum err e = flow_members_list(fl, rows->organization, &rows->query, &rows->page);

	if (e != OK)
		return e;
	*page = (struct export_page){
	    .count = rows->page.count,
	    .more = !str_is_absent(rows->page.next),
	};
	if (page->more) {
		rows->after.n = 0;
		buf_add(&rows->after, rows->page.next);
		rows->query.after = buf_str(&rows->after);
	}
	return OK;
}

static void
print_member(const void *state, size_t i, struct buf *b)
{
	const struct member_rows *rows = state;
	const struct member *m = &rows->page.list[i];

	add_cell(b, m->name);
	add_cell(b, m->email);
	add_cell(b, role_name(m->membership.role));
	add_cell(b, m->membership.sensitive ? STR("true") : STR("false"));
	add_cell(b, compliance_name(m->status.compliance));
	add_time(b, m->status.deadline);
	add_time(b, m->membership.exempt_until);
	add_cell(b, m->exempt_reason);
	add_cell(b, m->kinds);
	add_cell(b, str_printf(b->arena, "%d", (int)m->codes_left));
	add_time(b, m->last_sign_in_at);
	add_time(b, m->membership.joined_at);
	csv_append(b, id_format(b->arena, ID_ACCOUNT, m->account));
	buf_add(b, STR("\r\n"));
}

static void
add_cell(struct buf *b, struct str cell)
{
	csv_append(b, cell);
	buf_addc(b, ',');
}

static void
add_time(struct buf *b, int64_t us)
{
	add_cell(b, us != 0 ? clock_rfc3339(b->arena, us) : STR_ABSENT);
}
