/* What all use cases share: loading, retries after a lost race, events, changes, tokens. */
#include "flow/internal.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/subject.h"

/* How long a request waits at most until its password hash may begin, in milliseconds. */
#define HASH_WAIT_MS 1000

static void append(struct flow *fl, struct audit_event *ev);

enum err
flow_attempt(struct flow *fl, flow_step *step, void *arg)
{
	for (;;) {
		enum err e = flow_refresh(fl);

		if (e == OK)
			e = step(fl, arg);
		if (e != ERR_RACE)
			return e;
		fl->stale = true;
		if (clock_mono_ms() >= fl->deadline_ms) {
			log_warning("flow.race_without_end",
			    LOG_TEXT("request_id", fl->request_id));
			return ERR_UNAVAILABLE;
		}
	}
}

struct audit_event
flow_event(struct flow *fl, enum audit_kind kind, bool accepted, struct uuid factor,
    struct str details)
{
	const struct subject *s = &fl->subject;
	struct audit_event ev = {
	    .kind = kind,
	    .accepted = accepted,
	    .actor_id = s->account.id,
	    .session = s->session.id,
	    .factor = factor,
	    .organization = subject_organization(s),
	    .details = details,
	};

	append(fl, &ev);
	return ev;
}

struct audit_event
flow_event_by(struct flow *fl, enum audit_kind kind, const struct subject *by,
    struct uuid organization, struct str details)
{
	struct audit_event ev = {
	    .kind = kind,
	    .accepted = true,
	    .actor_id = by->account.id,
	    .session = by->session.id,
	    .organization = organization,
	    .details = details,
	};

	append(fl, &ev);
	return ev;
}

enum err
flow_change_begin(struct flow *fl, enum audit_kind kind, struct uuid factor, struct str details)
{
	struct audit_event ev = flow_event(fl, kind, true, factor, details);

	return store_begin(flow_db(fl), &ev);
}

enum err
flow_change_end(struct flow *fl, enum err e)
{
	if (e == OK)
		e = store_commit(flow_db(fl));
	else
		store_rollback(flow_db(fl));
	fl->stale = true;
	return e;
}

enum err
flow_password_check(struct flow *fl, struct str hash, struct secret password, bool *right)
{
	int64_t left = fl->deadline_ms - clock_mono_ms();
	enum err e = hash_semaphore_acquire(fl->env->hash_semaphore,
	    left < HASH_WAIT_MS ? left : HASH_WAIT_MS);

	if (e != OK)
		return e;
	*right = pwhash_verify(&fl->env->pwhash, hash, password);
	hash_semaphore_release(fl->env->hash_semaphore);
	return OK;
}

struct secret
flow_token_issue(struct flow *fl, struct token *token)
{
	struct secret text;

	token_issue(fl->arena, fl->subject.account.id, fl->subject.session.id, token, &text);
	return text;
}

void
flow_token_grant(struct flow *fl, const struct token *token, struct secret text)
{
	fl->token = *token;
	fl->new_token = text;
	fl->stale = true;
}

/* Appends the event to the chain of the subject, with the origin of the request. */
static void
append(struct flow *fl, struct audit_event *ev)
{
	uint16_t key = keyring_active(fl->env->keyring);

	ev->account = fl->subject.account.id;
	ev->at = fl->now;
	ev->actor = AUDIT_BY_ACCOUNT;
	ev->address = fl->address;
	ev->user_agent = fl->user_agent;
	ev->request_id = fl->request_id;
	audit_append(fl->arena, ev, &fl->subject.chain, key,
	    keyring_key(fl->env->keyring, key, KEY_USE_AUDIT));
}
