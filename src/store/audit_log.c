/* The audit log of an organization. */
#include "store/audit_log.h"

#include "domain/audit_log.h"
#include "store/internal.h"

/* How many events one page reads. */
#define SCAN_MAX 20000

static const struct pg_query *organization_events(struct store *st, const struct audit_filter *f,
    struct q_audit_filter_args filter);
static const struct pg_query *member_events(struct store *st, const struct audit_filter *f,
    struct q_audit_filter_args filter);
static const struct pg_query *organization_reach(struct store *st, const struct audit_filter *f);
static const struct pg_query *member_reach(struct store *st, const struct audit_filter *f);
static struct audit_cursor end_of(const struct audit_filter *f);
static int64_t after_zero(int64_t at);
static void read_row(const struct q_audit_page_row *row, struct audit_log_row *r);

enum err
store_audit_log(struct store *st, const struct audit_filter *f, int size,
    struct audit_log_row **list, size_t *count)
{
	struct q_audit_filter_args filter = {
	    .actor_id = f->actor,
	    .kind = f->kind,
	    .result = f->result,
	    .size = size,
	};
	const struct pg_query *q = uuid_is_nil(f->member) ? organization_events(st, f, filter)
							  : member_events(st, f, filter);
	struct q_audit_page_row row;
	struct pg_rows rows;
	enum err e = store_read(st, q, &rows);

	*count = 0;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (q_audit_page_next(&rows, &row))
		read_row(&row, &(*list)[(*count)++]);
	pg_clear(&rows);
	return e;
}

enum err
store_audit_log_reach(struct store *st, const struct audit_filter *f, struct audit_cursor *cursor)
{
	struct q_audit_reach_row row = {0};
	struct pg_rows rows;
	enum err e = store_read(st,
	    uuid_is_nil(f->member) ? organization_reach(st, f) : member_reach(st, f), &rows);

	(void)q_audit_reach_next(&rows, &row);
	*cursor = (struct audit_cursor){
	    .account = row.account_id,
	    .seq = row.seq,
	    .at = row.at,
	};
	pg_clear(&rows);
	return e;
}

static const struct pg_query *
organization_events(struct store *st, const struct audit_filter *f,
    struct q_audit_filter_args filter)
{
	struct audit_cursor end = end_of(f);
	struct q_organization_events_args args = {
	    .organization_id = f->organization,
	    .since = after_zero(f->since),
	    .before = after_zero(end.at),
	    .account_id = end.account,
	    .seq = end.seq,
	    .scan = SCAN_MAX,
	    .audit_filter = filter,
	};

	return q_organization_events(st->arena, &args);
}

static const struct pg_query *
member_events(struct store *st, const struct audit_filter *f, struct q_audit_filter_args filter)
{
	struct q_member_events_args args = {
	    .organization_id = f->organization,
	    .account_id = f->member,
	    .since = after_zero(f->since),
	    .until = f->until != 0 ? f->until : AUDIT_TIME_MAX,
	    .seq = f->after.seq != 0 ? f->after.seq : INT64_MAX,
	    .scan = SCAN_MAX,
	    .audit_filter = filter,
	};

	return q_member_events(st->arena, &args);
}

static const struct pg_query *
organization_reach(struct store *st, const struct audit_filter *f)
{
	struct audit_cursor end = end_of(f);
	struct q_organization_events_reach_args args = {
	    .organization_id = f->organization,
	    .since = after_zero(f->since),
	    .before = after_zero(end.at),
	    .account_id = end.account,
	    .seq = end.seq,
	    .scan = SCAN_MAX,
	};

	return q_organization_events_reach(st->arena, &args);
}

static const struct pg_query *
member_reach(struct store *st, const struct audit_filter *f)
{
	struct q_member_events_reach_args args = {
	    .account_id = f->member,
	    .since = after_zero(f->since),
	    .until = f->until != 0 ? f->until : AUDIT_TIME_MAX,
	    .seq = f->after.seq != 0 ? f->after.seq : INT64_MAX,
	    .scan = SCAN_MAX,
	};

	return q_member_events_reach(st->arena, &args);
}

/* The end that was asked for, or the cursor of the page before where that is earlier. */
static struct audit_cursor
end_of(const struct audit_filter *f)
{
	struct audit_cursor end = {.at = f->until != 0 ? f->until : AUDIT_TIME_MAX};

	return f->after.seq != 0 && f->after.at < end.at ? f->after : end;
}

/* The time 0 would be NULL, and no event is as old. */
static int64_t
after_zero(int64_t at)
{
	return at != 0 ? at : 1;
}

/* The MAC before an event that is missing, or is none, shows when the event is verified. */
static void
read_row(const struct q_audit_page_row *row, struct audit_log_row *r)
{
	const struct q_audit_people_row *people = &row->audit_people;

	store_read_audit_event(&row->audit_event, &r->row);
	if (!store_read_hash(people->previous, r->previous) && r->row.seq > 1)
		r->row.malformed = true;
	r->member =
	    (struct audit_person){.name = people->member_name, .email = people->member_email};
	r->actor = (struct audit_person){.name = people->actor_name, .email = people->actor_email};
}
