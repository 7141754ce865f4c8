/* Password sign-in, sign-out, reauthentication. */
#include "flow/sign_in.h"

#include "flow/internal.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/account.h"
#include "store/session.h"
#include "store/sign_in.h"
#include "store/subject.h"

/*
 * How many times recording a wrong password is tried when other changes of the account come
 * first.
 */
#define RECORD_TRIES 8
/* How long recording may take, in milliseconds. */
#define RECORD_MS 1000

/* What a new session is created with. */
struct session_params {
	struct str return_to;
	struct str new_hash; /* of the password, where the stored hash is outdated */
};

static enum err load_by_address(struct flow *fl, struct str email) MUST_CHECK;
static enum err rehash(struct flow *fl, struct secret password, struct str *hash) MUST_CHECK;
static enum err create_session(struct flow *fl, const struct session_params *params) MUST_CHECK;
static flow_step end_session;
static flow_step confirm_password;
static flow_step count_wrong_password;
static void record_failed_sign_in(struct flow *fl);

enum err
flow_sign_in(struct flow *fl, const struct sign_in *in)
{
	const struct account *account = &fl->subject.account;
	struct session_params params = {.return_to = in->return_to};
	struct str checked = {0};
	bool right = false;
	enum err e;

	do {
		e = load_by_address(fl, in->email);
		/*
		 * once a sign-in, unless another change has set a new password between load and
		 * write
		 */
		if (e == OK && (!right || !str_eq(checked, account->password_hash))) {
			checked = account->password_hash;
			e = flow_password_check(fl, checked, in->password, &right);
		}
		if (e == OK && (!right || account->disabled_at != 0)) {
			fl->failed_account = account->id;
			e = ERR_CREDENTIALS;
		}
		if (e == OK && str_is_absent(params.new_hash) &&
		    pwhash_outdated(&fl->env->pwhash, checked))
			e = rehash(fl, in->password, &params.new_hash);
		if (e == OK)
			e = create_session(fl, &params);
	} while (e == ERR_RACE && clock_mono_ms() < fl->deadline_ms);
	if (e != OK)
		fl->subject = (struct subject){0};
	return e == ERR_RACE ? ERR_UNAVAILABLE : e;
}

enum err
flow_sign_out(struct flow *fl)
{
	enum err e = flow_attempt(fl, end_session, NULL);

	if (e == ERR_UNAUTHENTICATED)
		e = OK;
	fl->ended = e == OK;
	return e;
}

enum err
flow_reauthenticate(struct flow *fl, struct secret password)
{
	bool right = false;
	enum err e = flow_password_check(fl, fl->subject.account.password_hash, password, &right);

	if (e != OK)
		return e;
	return flow_attempt(fl, right ? confirm_password : count_wrong_password, NULL);
}

enum err
flow_confirm_password(struct flow *fl, struct secret password)
{
	bool right = false;
	enum err e = flow_password_check(fl, fl->subject.account.password_hash, password, &right);

	fl->password_confirmed = e == OK && right;
	if (e != OK || right)
		return e;
	return flow_attempt(fl, count_wrong_password, NULL);
}

void
flow_after(struct flow *fl)
{
	if (!uuid_is_nil(fl->failed_account))
		record_failed_sign_in(fl);
	if (!fl->ended && !fl->stale && !uuid_is_nil(fl->use.session))
		flow_activity_record(fl);
}

/*
 * Loads the account of an address. An unknown address takes the same two statements and leaves
 * a subject without an account, whose absent password hash costs as much to check as a real
 * one.
 */
static enum err
load_by_address(struct flow *fl, struct str email)
{
	struct uuid id;
	enum err e = store_account_find(flow_db(fl), email, &id);

	if (e == OK)
		e = store_subject_load(flow_db(fl), id, UUID_NIL, &fl->subject);
	if (e == ERR_NOT_FOUND) {
		fl->subject = (struct subject){0};
		e = OK;
	}
	return e;
}

static enum err
rehash(struct flow *fl, struct secret password, struct str *hash)
{
	enum err e =
	    hash_semaphore_acquire(fl->env->hash_semaphore, fl->deadline_ms - clock_mono_ms());

	if (e != OK)
		return e;
	*hash = pwhash_make(fl->arena, &fl->env->pwhash, password);
	hash_semaphore_release(fl->env->hash_semaphore);
	return OK;
}

static enum err
create_session(struct flow *fl, const struct session_params *params)
{
	const struct conf *conf = fl->env->conf;
	bool asked = subject_active(&fl->subject) > 0;
	struct session *s = &fl->subject.session;
	struct audit_event ev;
	struct token token;
	struct secret text;
	enum err e;

	s->id = uuid_new(fl->now);
	text = flow_token_issue(fl, &token);
	s->state = asked ? SESSION_MFA_REQUIRED : SESSION_ACTIVE;
	s->created_at = s->last_seen_at = s->password_at = fl->now;
	s->expires_at =
	    fl->now + (asked ? conf->challenge_lifetime : conf->session_lifetime) * CLOCK_SECOND;
	s->return_to = params->return_to;
	s->organization = subject_organization(&fl->subject);
	memcpy(s->token_hash, token.hash, sizeof(s->token_hash));
	ev = flow_event(fl, AUDIT_SIGN_IN, true, UUID_NIL, STR_ABSENT);
	e = store_sign_in(flow_db(fl), &ev, s, params->new_hash);
	if (e == OK)
		flow_token_grant(fl, &token, text);
	return e;
}

static enum err
end_session(struct flow *fl, void *arg)
{
	enum err e = flow_change_begin(fl, AUDIT_SIGN_OUT, UUID_NIL, STR_ABSENT);

	(void)arg;
	if (e != OK)
		return e;
	e = store_session_end(flow_db(fl), fl->subject.account.id, fl->subject.session.id);
	return flow_change_end(fl, e == ERR_NOT_FOUND ? OK : e);
}

static enum err
confirm_password(struct flow *fl, void *arg)
{
	struct audit_event ev = flow_event(fl, AUDIT_REAUTHENTICATION, true, UUID_NIL, STR_ABSENT);
	struct token token;
	struct secret text = flow_token_issue(fl, &token);
	enum err e = store_reauthenticate(flow_db(fl), &ev, token.hash);

	(void)arg;
	if (e == OK)
		flow_token_grant(fl, &token, text);
	return e;
}

/*
 * Counts a wrong password against the session: somebody who holds a session but not the
 * password does not get to guess it for long.
 */
static enum err
count_wrong_password(struct flow *fl, void *arg)
{
	int failures = fl->subject.session.failures + 1;
	struct audit_event ev = flow_event(fl, AUDIT_REAUTHENTICATION, false, UUID_NIL, STR_ABSENT);
	enum err e;

	(void)arg;
	if (failures < SESSION_FAILURES_MAX) {
		e = store_password_wrong(flow_db(fl), &ev, failures);
		fl->stale = true;
		return e == OK ? ERR_CREDENTIALS : e;
	}
	e = store_begin(flow_db(fl), &ev);
	if (e != OK)
		return e;
	e = store_session_end(flow_db(fl), fl->subject.account.id, fl->subject.session.id);
	e = flow_change_end(fl, e == ERR_NOT_FOUND ? OK : e);
	fl->ended = e == OK;
	return e == OK ? ERR_UNAUTHENTICATED : e;
}

/*
 * Records a refused sign-in after the response was sent, so that a known account takes no
 * longer than an unknown one. The event names no session, since there is none.
 */
static void
record_failed_sign_in(struct flow *fl)
{
	enum err e = ERR_RACE;
	int tries;

	fl->deadline_ms = clock_mono_ms() + RECORD_MS;
	for (tries = 0; e == ERR_RACE && tries < RECORD_TRIES; tries++) {
		struct audit_event ev;

		e = store_subject_load(flow_db(fl), fl->failed_account, UUID_NIL, &fl->subject);
		if (e != OK)
			break;
		ev = flow_event(fl, AUDIT_SIGN_IN, false, UUID_NIL, STR_ABSENT);
		e = store_event(flow_db(fl), &ev);
	}
	if (e != OK)
		log_warning("sign_in.record_failed", LOG_CSTR("error", err_code(e)),
		    LOG_TEXT("request_id", fl->request_id));
	fl->subject = (struct subject){0};
}
