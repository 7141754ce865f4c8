/* The audit log of an organization. */
#include "store/audit_log.h"

#include "domain/audit_log.h"
#include "store/internal.h"

/* How many events one page looks at. */
#define SCAN_MAX 20000

static enum err read_page(struct store *st, enum query q, const struct pg_args *args,
    struct audit_log_row **list, size_t *count) MUST_CHECK;
static void read_row(struct pg_rows *rows, struct audit_log_row *row);
static struct audit_cursor before_of(const struct audit_filter *f);
static void bind_organization(struct pg_args *args, const struct audit_filter *f);
static void bind_member(struct pg_args *args, const struct audit_filter *f);

enum err
store_audit_log(struct store *st, const struct audit_filter *f, int size,
    struct audit_log_row **list, size_t *count)
{
	struct pg_args args = {.arena = st->arena};
	bool member = !uuid_is_nil(f->member);

	if (member) {
		pg_arg_uuid(&args, f->organization);
		bind_member(&args, f);
	} else {
		bind_organization(&args, f);
	}
	pg_arg_uuid(&args, f->actor);
	pg_arg_text(&args, f->kind);
	pg_arg_text(&args, f->result);
	pg_arg_int(&args, size);
	return read_page(st, member ? Q_MEMBER_EVENTS : Q_ORGANIZATION_EVENTS, &args, list, count);
}

enum err
store_audit_log_reach(struct store *st, const struct audit_filter *f, struct audit_cursor *cursor)
{
	struct pg_args args = {.arena = st->arena};
	bool member = !uuid_is_nil(f->member);
	struct pg_rows rows;
	enum err e;

	*cursor = (struct audit_cursor){0};
	if (member)
		bind_member(&args, f);
	else
		bind_organization(&args, f);
	e = pg_read(st->pg, st->deadline_ms,
	    member ? Q_MEMBER_EVENTS_REACH : Q_ORGANIZATION_EVENTS_REACH, &args, &rows);
	if (e != OK)
		return e;
	if (pg_next(&rows)) {
		cursor->account = pg_uuid(&rows);
		cursor->seq = pg_bigint(&rows);
		cursor->at = pg_time(&rows);
	}
	pg_clear(&rows);
	return OK;
}

static enum err
read_page(struct store *st, enum query q, const struct pg_args *args, struct audit_log_row **list,
    size_t *count)
{
	struct pg_rows rows;
	enum err e = pg_read(st->pg, st->deadline_ms, (int)q, args, &rows);

	*count = 0;
	if (e != OK)
		return e;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (pg_next(&rows))
		read_row(&rows, &(*list)[(*count)++]);
	pg_clear(&rows);
	return OK;
}

/* A MAC before it that is not there, or is none, shows at the verification. */
static void
read_row(struct pg_rows *rows, struct audit_log_row *row)
{
	store_read_audit_row(rows, &row->row);
	if (!store_read_mac(rows, row->previous) && row->row.seq > 1)
		row->row.malformed = true;
	row->member.name = pg_text(rows);
	row->member.email = pg_text(rows);
	row->actor.name = pg_text(rows);
	row->actor.email = pg_text(rows);
}

/* The earlier of the place that was reached and the end that was asked for. */
static struct audit_cursor
before_of(const struct audit_filter *f)
{
	struct audit_cursor end = {.at = f->until != 0 ? f->until : AUDIT_TIME_MAX};

	return f->after.seq != 0 && f->after.at < end.at ? f->after : end;
}

static void
bind_organization(struct pg_args *args, const struct audit_filter *f)
{
	struct audit_cursor before = before_of(f);

	pg_arg_uuid(args, f->organization);
	pg_arg_time(args, f->since != 0 ? f->since : 1);
	pg_arg_time(args, before.at != 0 ? before.at : 1);
	pg_arg_uuid(args, before.account);
	pg_arg_bigint(args, before.seq);
	pg_arg_int(args, SCAN_MAX);
}

static void
bind_member(struct pg_args *args, const struct audit_filter *f)
{
	pg_arg_uuid(args, f->member);
	pg_arg_time(args, f->since != 0 ? f->since : 1);
	pg_arg_time(args, f->until != 0 ? f->until : AUDIT_TIME_MAX);
	pg_arg_bigint(args, f->after.seq != 0 ? f->after.seq : INT64_MAX);
	pg_arg_int(args, SCAN_MAX);
}
