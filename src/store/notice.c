/* Members who are to be told of a policy. */
#include "store/internal.h"

static void read_member(struct pg_rows *rows, struct notice_member *m);

enum err
store_notice_walk(struct store *st, int64_t now, bool *walked)
{
	struct pg_args args = {.arena = st->arena};
	enum err e;

	pg_arg_time(&args, now);
	e = store_one(st, Q_MAILER_POLICY_WALK, &args);
	*walked = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
store_notice_claim(struct store *st, int64_t now, int64_t taken_until, struct notice_member **list, size_t *count)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	*count = 0;
	pg_arg_time(&args, now);
	pg_arg_time(&args, taken_until);
	e = pg_write(st->pg, st->deadline_ms, Q_MAILER_NOTICE_CLAIM, &args, &rows);
	if (e != OK)
		return e;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (pg_next(&rows))
		read_member(&rows, &(*list)[(*count)++]);
	pg_done(&rows);
	return OK;
}

enum err
store_notice_settle(struct store *st, const struct notice_member *m, int64_t taken_until, const struct notice *n,
    const struct mail *mail, bool *told)
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
	e = store_one(st, Q_MAILER_NOTICE_SETTLE, &args);
	*told = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

static void
read_member(struct pg_rows *rows, struct notice_member *m)
{
	m->account = pg_uuid(rows);
	m->enrolled = pg_bool(rows);
	m->name = pg_text(rows);
	m->recipient = pg_text(rows);
	m->stage = pg_int(rows);
	m->deadline = pg_time(rows);
	(void)store_read_membership(rows, &m->membership);
}
