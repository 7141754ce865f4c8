/* The members of an organization: totals, lists, one member. */
#include "flow/compliance.h"

#include "flow/internal.h"

#include "flow/admin.h"
#include "store/compliance.h"
#include "store/member.h"

/*
 * A search for one compliance status reads so many members at a time, and so many in all for
 * one page.
 */
#define SEARCH_BATCH 200
#define SEARCH_MAX 2000

static enum err by_status(struct flow *fl, const struct membership *m, const struct member_query *q,
    const struct member_cursor *after, struct member_page *out) MUST_CHECK;
static enum err by_deadline(struct flow *fl, const struct membership *m,
    const struct member_query *q, const struct member_cursor *after,
    struct member_page *out) MUST_CHECK;
static enum err by_search(struct flow *fl, const struct membership *m, const struct member_query *q,
    struct member_cursor after, struct member_page *out) MUST_CHECK;
static void set_compliance(const struct flow *fl, const struct membership *m, struct member *list,
    size_t count);
static void end_page(struct flow *fl, int limit, struct member_page *page);

enum err
flow_members_totals(struct flow *fl, struct uuid organization, struct member_totals *out)
{
	const struct membership *m;
	enum err e = flow_admin_membership(fl, organization, &m);

	return e == OK ? flow_members_count(fl, organization, &m->policy, out) : e;
}

enum err
flow_members_count(struct flow *fl, struct uuid organization, const struct policy *p,
    struct member_totals *out)
{
	struct policy_threshold privileged = policy_threshold(p, true, fl->now),
				plain = policy_threshold(p, false, fl->now);
	struct member_counts counts[2];
	enum err e = store_member_counts(flow_db(fl), organization, fl->now,
	    privileged.overdue_joined, plain.overdue_joined, counts);

	if (e == OK)
		*out = member_totals(p, counts, fl->now);
	return e;
}

enum err
flow_members_list(struct flow *fl, struct uuid organization, const struct member_query *q,
    struct member_page *out)
{
	const struct membership *m;
	struct member_cursor after = {0};
	enum err e = flow_admin_membership(fl, organization, &m);

	*out = (struct member_page){0};
	if (e == OK && !str_is_absent(q->after) &&
	    !member_cursor_parse(fl->arena, q->after, &after))
		e = ERR_FIELD;
	if (e != OK)
		return e;
	if (!str_is_absent(q->search))
		return by_search(fl, m, q, after, out);
	e = by_status(fl, m, q, &after, out);
	if (e != OK)
		return e;
	set_compliance(fl, m, out->list, out->count);
	end_page(fl, q->limit, out);
	return OK;
}

enum err
flow_member_show(struct flow *fl, struct uuid organization, struct uuid account, struct member *out)
{
	const struct membership *m;
	enum err e = flow_admin_membership(fl, organization, &m);

	if (e == OK)
		e = store_member_find(flow_db(fl), organization, account, out);
	if (e == OK)
		set_compliance(fl, m, out, 1);
	return e;
}

/* Reads one member more than the page holds, to see whether there is another page. */
static enum err
by_status(struct flow *fl, const struct membership *m, const struct member_query *q,
    const struct member_cursor *after, struct member_page *out)
{
	struct policy_threshold privileged = policy_threshold(&m->policy, true, fl->now),
				plain = policy_threshold(&m->policy, false, fl->now);
	int batch = q->limit + 1;

	if (!q->filtered)
		return store_members_all(flow_db(fl), m->organization, after, batch, &out->list,
		    &out->count);
	switch (q->status) {
	case COMPLIANCE_ENROLLED:
		return store_members_by_enrolled(flow_db(fl), m->organization, true, false, after,
		    batch, &out->list, &out->count);
	case COMPLIANCE_NOT_REQUIRED:
		/* A policy that covers the other members covers the privileged ones, too. */
		if (plain.covered)
			return OK;
		return store_members_by_enrolled(flow_db(fl), m->organization, false,
		    privileged.covered, after, batch, &out->list, &out->count);
	case COMPLIANCE_EXEMPT:
		return store_members_exempt(flow_db(fl), m->organization, fl->now,
		    privileged.covered, plain.covered, after, batch, &out->list, &out->count);
	case COMPLIANCE_GRACE:
	case COMPLIANCE_OVERDUE:
		return by_deadline(fl, m, q, after, out);
	case COMPLIANCE_COUNT:
		break;
	}
	return ERR_FIELD;
}

static enum err
by_deadline(struct flow *fl, const struct membership *m, const struct member_query *q,
    const struct member_cursor *after, struct member_page *out)
{
	bool overdue = q->status == COMPLIANCE_OVERDUE;
	struct joined_range ranges[2];
	int privileged;

	for (privileged = 0; privileged <= 1; privileged++) {
		struct policy_threshold threshold =
		    policy_threshold(&m->policy, privileged, fl->now);

		ranges[privileged] = (struct joined_range){
		    .wanted = threshold.covered && (!overdue || threshold.overdue_joined != 0),
		    .after = overdue ? 0 : threshold.overdue_joined,
		    .until = overdue ? threshold.overdue_joined : 0,
		};
	}
	return store_members_by_joined(flow_db(fl), m->organization, fl->now, ranges[1], ranges[0],
	    after, q->limit + 1, &out->list, &out->count);
}

/*
 * The page ends when it is full, when there are no more members, or when enough members were
 * read; then its cursor says where the next page begins.
 */
static enum err
by_search(struct flow *fl, const struct membership *m, const struct member_query *q,
    struct member_cursor after, struct member_page *out)
{
	int batch = q->filtered ? SEARCH_BATCH : q->limit;
	size_t limit = (size_t)q->limit, looked = 0, i, count;
	struct member *found;

	out->list = arena_array(fl->arena, limit, sizeof(*out->list));
	do {
		enum err e = store_members_search(flow_db(fl), m->organization, q->search, &after,
		    batch, &found, &count);

		if (e != OK)
			return e;
		set_compliance(fl, m, found, count);
		for (i = 0; i < count && out->count < limit; i++) {
			after = found[i].cursor;
			if (!q->filtered || found[i].status.compliance == q->status)
				out->list[out->count++] = found[i];
		}
		looked += count;
		if (i == count && count < (size_t)batch)
			return OK;
	} while (out->count < limit && looked < SEARCH_MAX);
	out->next = member_cursor_format(fl->arena, &after);
	return OK;
}

/* Sets the compliance of each member under the policy of the organization. */
static void
set_compliance(const struct flow *fl, const struct membership *m, struct member *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		list[i].membership.organization = m->organization;
		list[i].membership.policy = m->policy;
		list[i].status =
		    membership_compliance(&list[i].membership, list[i].enrolled, fl->now);
	}
}

static void
end_page(struct flow *fl, int limit, struct member_page *page)
{
	if (page->count <= (size_t)limit)
		return;
	page->count = (size_t)limit;
	page->next = member_cursor_format(fl->arena, &page->list[page->count - 1].cursor);
}
