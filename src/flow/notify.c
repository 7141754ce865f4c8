/* Messages to the owner of an account, written together with the change that they are about. */
#include "domain/email.h"
#include "flow/internal.h"
#include "store/email.h"
#include "store/outbox.h"

static struct str values(struct flow *fl, struct str label, int64_t left);

enum err
flow_notify(struct flow *fl, enum mail_kind kind, struct str label)
{
	const struct account *account = &fl->subject.account;
	struct mail m = {
	    .account = account->id,
	    .id = uuid_new(fl->now),
	    .kind = kind,
	    .recipient = account->email,
	    .created_at = fl->now,
	};

	if (!account->email_verified)
		return OK;
	m.values = values(fl, label, -1);
	return store_outbox_insert(flow_db(fl), &m);
}

enum err
flow_notify_admins(struct flow *fl, struct uuid organization, struct str organization_name,
    struct uuid actor)
{
	const struct account *account = &fl->subject.account;
	struct mail_values v = {
	    .organization = organization_name,
	    .member = account->name,
	    .member_email = account->email,
	    .left = -1,
	};

	return store_outbox_insert_admins(flow_db(fl), organization, account->id, actor,
	    mail_values_json(fl->arena, &v), fl->now);
}

struct mail_code
flow_notify_code(struct flow *fl)
{
	const struct subject *s = &fl->subject;
	int64_t left = s->recovery.left - 1;
	struct mail_code m = {{{0}}, {{0}}, {0}, {0}};

	if (!s->account.email_verified)
		return m;
	m.id = uuid_new(fl->now);
	if (left < RECOVERY_LOW)
		m.low_id = uuid_new(fl->now);
	m.recipient = s->account.email;
	m.values = values(fl, STR_ABSENT, left);
	return m;
}

enum err
flow_email_link_write(struct flow *fl)
{
	const struct account *account = &fl->subject.account;
	struct secret token;
	struct email_link link =
	    email_link_make(fl->arena, account->id, account->email, fl->now, &token);
	struct mail m = {
	    .account = account->id,
	    .id = uuid_new(fl->now),
	    .kind = MAIL_VERIFY_EMAIL,
	    .recipient = account->email,
	    .created_at = fl->now,
	};
	enum err e = store_email_link_put(flow_db(fl), &link);

	m.values = values(fl, STR_ABSENT, -1);
	m.sealed = seal_make(fl->arena, fl->env->keyring, m.account, m.id, token);
	return e == OK ? store_outbox_insert(flow_db(fl), &m) : e;
}

/* A message never shows the address of an operator. */
static struct str
values(struct flow *fl, struct str label, int64_t left)
{
	struct mail_values v = {
	    .name = fl->subject.account.name,
	    .label = label,
	    .address = fl->address,
	    .left = left,
	};

	return mail_values_json(fl->arena, &v);
}
