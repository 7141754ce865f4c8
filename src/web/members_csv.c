/* The members of an organization as a file, of any length: a page of the list at a time. */
#include "web/members_csv.h"

#include "base/clock.h"
#include "base/codec.h"
#include "flow/compliance.h"

/* Members in one piece, and the time for it. */
#define CHUNK_MEMBERS 200
#define CHUNK_MS 3000

#define HEAD                                                                            \
	"name,email,role,sensitive,standing,deadline,exemptUntil,exemptReason,factors," \
	"recoveryCodesLeft,lastSignInAt,"                                               \
	"joinedAt,accountId\r\n"

/* Where an export is. It lives in the memory of the request, pieces have a memory of their own. */
struct export
{
	struct flow flow;
	struct uuid organization;
	struct member_query query;
	struct buf after;
	/* was looked for before the answer began, so that it can still be refused */
	struct member_page first;
	bool begun;
};

static resp_source next_chunk;
static struct str members_chunk(struct arena *a, bool begun, const struct member_page *page);
static void add_member(struct buf *b, const struct member *m);
static void add_cell(struct buf *b, struct str cell);
static void add_time(struct buf *b, int64_t us);
static void remember(struct export *x, struct str next);
static struct str file_name(struct call *c);

enum err
members_csv_export(struct call *c, const struct member_query *q)
{
	struct export *x = arena_alloc(c->arena, sizeof(*x));
	enum err e;

	*x = (struct export){
	    .flow = c->flow,
	    .organization = c->admin->organization,
	    .query = *q,
	    .after = {.arena = c->arena},
	};
	x->query.limit = CHUNK_MEMBERS;
	e = flow_members_list(&x->flow, x->organization, &x->query, &x->first);
	if (e != OK)
		return e;
	resp_header(c->resp, "Content-Disposition", file_name(c));
	resp_stream(c->resp, 200, STR("text/csv; charset=utf-8"), next_chunk, x);
	return OK;
}

static enum resp_chunk
next_chunk(void *arg, struct arena *a, struct str *chunk)
{
	struct export *x = arg;
	struct member_page page = x->first;
	bool begun = x->begun;

	if (begun) {
		x->flow.arena = a;
		x->flow.deadline_ms = clock_mono_ms() + CHUNK_MS;
		if (flow_members_list(&x->flow, x->organization, &x->query, &page) != OK)
			return RESP_BROKEN;
	}
	x->begun = true;
	*chunk = members_chunk(a, begun, &page);
	if (str_is_absent(page.next))
		return RESP_LAST_CHUNK;
	remember(x, page.next);
	return RESP_CHUNK;
}

static struct str
members_chunk(struct arena *a, bool begun, const struct member_page *page)
{
	struct buf b = {.arena = a};

	if (!begun)
		buf_add(&b, STR(HEAD));
	for (size_t i = 0; i < page->count; i++)
		add_member(&b, &page->list[i]);
	return buf_str(&b);
}

static void
add_member(struct buf *b, const struct member *m)
{
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

/* In the same place again, as the memory of a request has its bounds and an export has none. */
static void
remember(struct export *x, struct str next)
{
	x->after.n = 0;
	buf_add(&x->after, next);
	x->query.after = buf_str(&x->after);
}

static struct str
file_name(struct call *c)
{
	struct str day = str_slice(clock_rfc3339(c->arena, c->flow.now), 0, STR("YYYY-MM-DD").n);
	struct str slug = c->admin->slug;

	return str_printf(c->arena, "attachment; filename=\"%.*s-mfa-%.*s.csv\"", STR_FMT(slug),
	    STR_FMT(day));
}
