/*
 * Reminders to members whose organization requires a second factor: who is due, and the message
 * to them.
 */
#include "flow/reminder.h"

#include "flow/outbox.h"

#include "base/clock.h"
#include "domain/reminder.h"
#include "flow/internal.h"
#include "store/reminder.h"

/*
 * How long a member stays claimed: when a mailer dies, another one claims the member after
 * that.
 */
#define TAKEN_FOR CLOCK_MINUTE

static enum err record(struct flow *fl, const struct reminder_member *m, int64_t taken_until,
    bool *sent) MUST_CHECK;
static struct str values(struct flow *fl, const struct reminder_member *m,
    const struct reminder *n);

enum err
flow_reminders_run(struct flow *fl, int *written, bool *more)
{
	int64_t taken_until = fl->now + TAKEN_FOR;
	struct reminder_member *list = NULL;
	bool scanned = false;
	size_t count = 0, i;
	enum err e = store_reminder_scan(flow_db(fl), fl->now, &scanned);

	if (e == OK)
		e = store_reminder_claim(flow_db(fl), fl->now, taken_until, &list, &count);
	for (i = 0; i < count && e != ERR_UNAVAILABLE && e != ERR_OUTCOME_UNKNOWN; i++) {
		bool sent = false;
		enum err one = record(fl, &list[i], taken_until, &sent);

		*written += sent;
		e = one == OK ? e : one;
	}
	*more = scanned || count > 0;
	return e;
}

static enum err
record(struct flow *fl, const struct reminder_member *m, int64_t taken_until, bool *sent)
{
	struct reminder n = reminder_decide(m, fl->now);
	struct mail mail = {
	    .account = m->account,
	    .id = uuid_new(fl->now),
	    .kind = n.kind,
	    .recipient = m->recipient,
	    .values = values(fl, m, &n),
	    .created_at = fl->now,
	};

	return store_reminder_record(flow_db(fl), m, taken_until, &n, &mail, sent);
}

/* The values of the message; the deadline is left out when it has passed. */
static struct str
values(struct flow *fl, const struct reminder_member *m, const struct reminder *n)
{
	struct mail_values v = {
	    .name = m->name,
	    .organization = m->membership.name,
	    .days = n->days,
	    .left = -1,
	};

	if (n->days > 0)
		v.deadline = clock_text(fl->arena, n->deadline);
	return mail_values_json(fl->arena, &v);
}
