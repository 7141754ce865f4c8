/* The outbox. */
#include "store/outbox.h"

#include "base/log.h"
#include "domain/mail.h"
#include "store/internal.h"

static void read_message(const struct q_outbox_claim_row *row, struct mail *m);

enum err
store_outbox_insert(struct store *st, const struct mail *m)
{
	struct q_outbox_insert_args args = {
	    .account_id = m->account,
	    .message_id = m->id,
	    .kind = mail_kind_name(m->kind),
	    .recipient = m->recipient,
	    .content = m->values,
	    .sealed = m->sealed,
	    .now = m->created_at,
	};

	return store_run(st, q_outbox_insert(st->arena, &args));
}

enum err
store_outbox_insert_admins(struct store *st, struct uuid organization, struct uuid member,
    struct uuid actor, struct str values, int64_t now)
{
	struct q_outbox_insert_admins_args args = {
	    .organization_id = organization,
	    .member_id = member,
	    .actor_id = actor,
	    .content = values,
	    .now = now,
	};

	return store_run(st, q_outbox_insert_admins(st->arena, &args));
}

enum err
store_outbox_claim(struct store *st, int64_t now, int64_t lost_at, int batch, struct mail **list,
    size_t *count)
{
	struct q_outbox_claim_args args = {.now = now, .lost_at = lost_at, .batch = batch};
	struct q_outbox_claim_row row;
	struct pg_rows rows;
	enum err e = store_write(st, q_outbox_claim(st->arena, &args), &rows);

	*count = 0;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (q_outbox_claim_next(&rows, &row))
		read_message(&row, &(*list)[(*count)++]);
	pg_clear(&rows);
	return e;
}

enum err
store_outbox_sent(struct store *st, const struct mail *m, int64_t now)
{
	struct q_outbox_sent_args args = {
	    .account_id = m->account,
	    .message_id = m->id,
	    .now = now,
	};

	return store_run(st, q_outbox_sent(st->arena, &args));
}

enum err
store_outbox_failed(struct store *st, const struct mail *m, int64_t next, struct str error)
{
	struct q_outbox_failed_args args = {
	    .account_id = m->account,
	    .message_id = m->id,
	    .attempts = m->attempts,
	    .next_attempt_at = next,
	    .error = error,
	};

	return store_run(st, q_outbox_failed(st->arena, &args));
}

static void
read_message(const struct q_outbox_claim_row *row, struct mail *m)
{
	*m = (struct mail){
	    .account = row->account_id,
	    .id = row->message_id,
	    .recipient = row->recipient,
	    .values = row->content,
	    .sealed = row->sealed,
	    .created_at = row->created_at,
	    .attempts = row->attempts,
	};
	if (!mail_kind_parse(row->kind, &m->kind))
		log_fatal("store.outbox", "unknown kind");
}
