/* Members who are to be told of a policy. */
#include "store/reminder.h"

#include "domain/reminder.h"
#include "store/internal.h"

static void read_member(struct pg_rows *rows, struct reminder_member *m);

enum err
store_reminder_scan(struct store *st, int64_t now, bool *scanned)
{
	struct pg_args args = {.arena = st->arena};
	enum err e;

	pg_arg_time(&args, now);
	e = store_one(st, Q_REMINDER_SCAN, &args);
	*scanned = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
store_reminder_claim(struct store *st, int64_t now, int64_t taken_until,
    struct reminder_member **list, size_t *count)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	*count = 0;
	pg_arg_time(&args, now);
	pg_arg_time(&args, taken_until);
	e = pg_write(st->pg, st->deadline_ms, Q_REMINDER_CLAIM, &args, &rows);
	if (e != OK)
		return e;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (pg_next(&rows))
		read_member(&rows, &(*list)[(*count)++]);
	pg_clear(&rows);
	return OK;
}

enum err
store_reminder_record(struct store *st, const struct reminder_member *m, int64_t taken_until,
    const struct reminder *n, const struct mail *mail, bool *sent)
{
	struct pg_args args = {.arena = st->arena};
	const struct uuid none = {{0}};
	enum err e;

	pg_arg_uuid(&args, m->account);
	pg_arg_uuid(&args, m->membership.organization);
	pg_arg_time(&args, taken_until);
	pg_arg_smallint(&args, (int16_t)n->stage);
	pg_arg_time(&args, n->deadline);
	pg_arg_time(&args, n->due_at);
	pg_arg_uuid(&args, n->sends ? mail->id : none);
	pg_arg_text(&args, mail_kind_name(mail->kind));
	pg_arg_text(&args, mail->recipient);
	pg_arg_text(&args, mail->values);
	pg_arg_time(&args, mail->created_at);
	e = store_one(st, Q_REMINDER_RECORD, &args);
	*sent = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

static void
read_member(struct pg_rows *rows, struct reminder_member *m)
{
	m->account = pg_uuid(rows);
	m->enrolled = pg_bool(rows);
	m->name = pg_text(rows);
	m->recipient = pg_text(rows);
	m->stage = pg_int(rows);
	m->deadline = pg_time(rows);
	(void)store_read_membership(rows, &m->membership);
}
