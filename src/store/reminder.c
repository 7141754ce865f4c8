/* Reminders of a policy. */
#include "store/reminder.h"

#include "domain/reminder.h"
#include "store/internal.h"

static void read_member(const struct q_reminder_claim_row *row, struct reminder_member *m);

enum err
store_reminder_scan(struct store *st, int64_t now, bool *scanned)
{
	struct q_reminder_scan_args args = {.now = now};
	enum err e = store_one(st, q_reminder_scan(st->arena, &args));

	*scanned = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
store_reminder_claim(struct store *st, int64_t now, int64_t taken_until,
    struct reminder_member **list, size_t *count)
{
	struct q_reminder_claim_args args = {.now = now, .taken_until = taken_until};
	struct q_reminder_claim_row row;
	struct pg_rows rows;
	enum err e = store_write(st, q_reminder_claim(st->arena, &args), &rows);

	*count = 0;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (q_reminder_claim_next(&rows, &row))
		read_member(&row, &(*list)[(*count)++]);
	pg_clear(&rows);
	return e;
}

enum err
store_reminder_record(struct store *st, const struct reminder_member *m, int64_t taken_until,
    const struct reminder *n, const struct mail *mail, bool *sent)
{
	struct q_reminder_record_args args = {
	    .account_id = m->account,
	    .organization_id = m->membership.organization,
	    .taken_until = taken_until,
	    .stage = (int16_t)n->stage,
	    .deadline = n->deadline,
	    .due_at = n->due_at,
	    .message_id = n->sends ? mail->id : UUID_NIL,
	    .kind = mail_kind_name(mail->kind),
	    .recipient = mail->recipient,
	    .content = mail->values,
	    .now = mail->created_at,
	};
	enum err e = store_one(st, q_reminder_record(st->arena, &args));

	*sent = e == OK;
	return e == ERR_NOT_FOUND ? OK : e;
}

static void
read_member(const struct q_reminder_claim_row *row, struct reminder_member *m)
{
	*m = (struct reminder_member){
	    .account = row->account_id,
	    .enrolled = row->enrolled,
	    .name = row->name,
	    .recipient = row->recipient,
	    .stage = row->notice_stage,
	    .deadline = row->notice_deadline,
	};
	(void)store_read_membership(&row->membership, &m->membership);
}
