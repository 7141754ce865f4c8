/* The members of an organization, counted and in pages. */
#include "store/compliance.h"

#include <string.h>

#include "base/log.h"
#include "domain/member.h"
#include "store/internal.h"

static void bind_text_key(struct pg_args *args, const struct member_cursor *after, int batch);
static void bind_cursor(struct pg_args *args, int64_t bound, const struct member_cursor *after);
static void bind_range(struct pg_args *args, struct joined_range range,
    const struct member_cursor *after);
static void read_member(struct pg_rows *rows, struct member *m);

enum err
store_members_all(struct store *st, struct uuid organization, const struct member_cursor *after,
    int batch, struct member **list, size_t *count)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, organization);
	bind_text_key(&args, after, batch);
	return store_read_members(st, Q_MEMBERS_ALL, &args, list, count);
}

enum err
store_members_by_enrolled(struct store *st, struct uuid organization, bool enrolled,
    bool plain_only, const struct member_cursor *after, int batch, struct member **list,
    size_t *count)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, organization);
	pg_arg_bool(&args, enrolled);
	pg_arg_bool(&args, plain_only);
	bind_text_key(&args, after, batch);
	return store_read_members(st, Q_MEMBERS_BY_ENROLLED, &args, list, count);
}

enum err
store_members_by_joined(struct store *st, struct uuid organization, int64_t now,
    struct joined_range privileged, struct joined_range plain, const struct member_cursor *after,
    int batch, struct member **list, size_t *count)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, organization);
	pg_arg_time(&args, now);
	bind_range(&args, privileged, after);
	bind_range(&args, plain, after);
	pg_arg_int(&args, batch);
	return store_read_members(st, Q_MEMBERS_BY_JOINED, &args, list, count);
}

enum err
store_members_exempt(struct store *st, struct uuid organization, int64_t now, bool privileged,
    bool plain, const struct member_cursor *after, int batch, struct member **list, size_t *count)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, organization);
	pg_arg_bool(&args, privileged);
	pg_arg_bool(&args, plain);
	bind_cursor(&args, now, after);
	pg_arg_int(&args, batch);
	return store_read_members(st, Q_MEMBERS_EXEMPT, &args, list, count);
}

enum err
store_members_search(struct store *st, struct uuid organization, struct str term,
    const struct member_cursor *after, int batch, struct member **list, size_t *count)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, organization);
	pg_arg_text(&args, term);
	bind_text_key(&args, after, batch);
	return store_read_members(st, Q_MEMBERS_SEARCH, &args, list, count);
}

enum err
store_member_counts(struct store *st, struct uuid organization, int64_t now,
    int64_t privileged_until, int64_t plain_until, struct member_counts counts[2])
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	counts[0] = counts[1] = (struct member_counts){0};
	pg_arg_uuid(&args, organization);
	pg_arg_time(&args, now);
	pg_arg_time(&args, privileged_until);
	pg_arg_time(&args, plain_until);
	e = pg_read(st->pg, st->deadline_ms, Q_MEMBER_COUNTS, &args, &rows);
	if (e != OK)
		return e;
	while (pg_next(&rows)) {
		struct member_counts *c = &counts[pg_bool(&rows)];

		c->enrolled = pg_bigint(&rows);
		c->unenrolled = pg_bigint(&rows);
		c->overdue = pg_bigint(&rows);
		c->exempt = pg_bigint(&rows);
		c->exempt_overdue = pg_bigint(&rows);
	}
	pg_clear(&rows);
	return OK;
}

static void
bind_text_key(struct pg_args *args, const struct member_cursor *after, int batch)
{
	pg_arg_text(args, after->text);
	pg_arg_uuid(args, after->account);
	pg_arg_int(args, batch);
}

/* Behind the page before, or behind everything up to `bound`, whichever is later. */
static void
bind_cursor(struct pg_args *args, int64_t bound, const struct member_cursor *after)
{
	struct uuid last;

	memset(last.b, 0xff, sizeof(last.b));
	if (after->time > bound || bound == 0) {
		pg_arg_time(args, after->time);
		pg_arg_uuid(args, after->account);
	} else {
		pg_arg_time(args, bound);
		pg_arg_uuid(args, last);
	}
}

static void
bind_range(struct pg_args *args, struct joined_range range, const struct member_cursor *after)
{
	pg_arg_bool(args, range.wanted);
	bind_cursor(args, range.after, after);
	pg_arg_time(args, range.until);
}

enum err
store_read_members(struct store *st, enum query q, const struct pg_args *args, struct member **list,
    size_t *count)
{
	struct pg_rows rows;
	enum err e = pg_read(st->pg, st->deadline_ms, (int)q, args, &rows);

	*count = 0;
	if (e != OK)
		return e;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (pg_next(&rows))
		read_member(&rows, &(*list)[(*count)++]);
	pg_clear(&rows);
	return OK;
}

static void
read_member(struct pg_rows *rows, struct member *m)
{
	*m = (struct member){.account = pg_uuid(rows)};
	m->name = pg_text(rows);
	m->email = pg_text(rows);
	m->email_verified = pg_time(rows) != 0;
	if (!role_parse(pg_text(rows), &m->membership.role))
		log_fatal("store.member", "a role we do not know");
	m->membership.sensitive = pg_bool(rows);
	m->membership.joined_at = pg_time(rows);
	m->membership.exempt_until = pg_time(rows);
	m->exempt_reason = pg_text(rows);
	m->exempted_at = pg_time(rows);
	m->exempt_by = pg_text(rows);
	m->enrolled = pg_bool(rows);
	m->disabled_at = pg_time(rows);
	m->last_sign_in_at = pg_time(rows);
	m->kinds = pg_text(rows);
	m->codes_left = pg_int(rows);
	m->cursor.text = pg_text(rows);
	m->cursor.time = pg_time(rows);
	m->cursor.account = m->account;
}
