/* The members of an organization, counted and in pages. */
#include "store/compliance.h"

#include <string.h>

#include "base/log.h"
#include "store/internal.h"

static struct member_cursor later(int64_t bound, const struct member_cursor *after);
static void read_member(const struct q_member_page_row *row, struct member *m);

enum err
store_members_all(struct store *st, struct uuid organization, const struct member_cursor *after,
    int batch, struct member **list, size_t *count)
{
	struct q_members_all_args args = {
	    .organization_id = organization,
	    .after_text = after->text,
	    .after_account = after->account,
	    .member_page.batch = batch,
	};

	return store_members(st, q_members_all(st->arena, &args), list, count);
}

enum err
store_members_by_enrolled(struct store *st, struct uuid organization, bool enrolled,
    bool plain_only, const struct member_cursor *after, int batch, struct member **list,
    size_t *count)
{
	struct q_members_by_enrolled_args args = {
	    .organization_id = organization,
	    .enrolled = enrolled,
	    .plain_only = plain_only,
	    .after_text = after->text,
	    .after_account = after->account,
	    .member_page.batch = batch,
	};

	return store_members(st, q_members_by_enrolled(st->arena, &args), list, count);
}

enum err
store_members_by_joined(struct store *st, struct uuid organization, int64_t now,
    struct joined_range privileged, struct joined_range plain, const struct member_cursor *after,
    int batch, struct member **list, size_t *count)
{
	struct member_cursor privileged_after = later(privileged.after, after);
	struct member_cursor plain_after = later(plain.after, after);
	struct q_members_by_joined_args args = {
	    .organization_id = organization,
	    .now = now,
	    .privileged = privileged.wanted,
	    .privileged_after = privileged_after.time,
	    .privileged_account = privileged_after.account,
	    .privileged_until = privileged.until,
	    .plain = plain.wanted,
	    .plain_after = plain_after.time,
	    .plain_account = plain_after.account,
	    .plain_until = plain.until,
	    .member_page.batch = batch,
	};

	return store_members(st, q_members_by_joined(st->arena, &args), list, count);
}

enum err
store_members_exempt(struct store *st, struct uuid organization, int64_t now, bool privileged,
    bool plain, const struct member_cursor *after, int batch, struct member **list, size_t *count)
{
	struct member_cursor cursor = later(now, after);
	struct q_members_exempt_args args = {
	    .organization_id = organization,
	    .privileged = privileged,
	    .plain = plain,
	    .after_time = cursor.time,
	    .after_account = cursor.account,
	    .member_page.batch = batch,
	};

	return store_members(st, q_members_exempt(st->arena, &args), list, count);
}

enum err
store_members_search(struct store *st, struct uuid organization, struct str term,
    const struct member_cursor *after, int batch, struct member **list, size_t *count)
{
	struct q_members_search_args args = {
	    .organization_id = organization,
	    .term = term,
	    .after_text = after->text,
	    .after_account = after->account,
	    .member_page.batch = batch,
	};

	return store_members(st, q_members_search(st->arena, &args), list, count);
}

enum err
store_member_counts(struct store *st, struct uuid organization, int64_t now,
    int64_t privileged_until, int64_t plain_until, struct member_counts counts[2])
{
	struct q_member_counts_args args = {
	    .organization_id = organization,
	    .now = now,
	    .privileged_until = privileged_until,
	    .plain_until = plain_until,
	};
	struct q_member_counts_row row;
	struct pg_rows rows;
	enum err e = store_read(st, q_member_counts(st->arena, &args), &rows);

	counts[0] = counts[1] = (struct member_counts){0};
	while (q_member_counts_next(&rows, &row))
		counts[row.privileged] = (struct member_counts){
		    .enrolled = row.enrolled,
		    .unenrolled = row.unenrolled,
		    .overdue = row.overdue,
		    .exempt = row.exempt,
		    .exempt_overdue = row.exempt_overdue,
		};
	pg_clear(&rows);
	return e;
}

enum err
store_members(struct store *st, const struct pg_query *q, struct member **list, size_t *count)
{
	struct q_member_page_row row;
	struct pg_rows rows;
	enum err e = store_read(st, q, &rows);

	*count = 0;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (q_member_page_next(&rows, &row))
		read_member(&row, &(*list)[(*count)++]);
	pg_clear(&rows);
	return e;
}

/* The cursor `after`, or the one behind all members up to `bound` (0: none) if that is later. */
static struct member_cursor
later(int64_t bound, const struct member_cursor *after)
{
	struct member_cursor cursor = {.time = bound};

	if (after->time > bound || bound == 0)
		return *after;
	memset(cursor.account.b, 0xff, sizeof(cursor.account.b));
	return cursor;
}

static void
read_member(const struct q_member_page_row *row, struct member *m)
{
	*m = (struct member){
	    .account = row->account_id,
	    .name = row->name,
	    .email = row->email,
	    .email_verified = row->email_verified_at != 0,
	    .membership.sensitive = row->sensitive,
	    .membership.joined_at = row->joined_at,
	    .membership.exempt_until = row->exempt_until,
	    .exempt_reason = row->exempt_reason,
	    .exempted_at = row->exempted_at,
	    .exempt_by = row->exempt_by,
	    .enrolled = row->enrolled,
	    .disabled_at = row->disabled_at,
	    .last_sign_in_at = row->last_sign_in_at,
	    .kinds = row->kinds,
	    .codes_left = row->codes_left,
	    .cursor.text = row->sort_text,
	    .cursor.time = row->sort_time,
	    .cursor.account = row->account_id,
	};
	if (!role_parse(row->role, &m->membership.role))
		log_fatal("store.member", "unknown role");
}
