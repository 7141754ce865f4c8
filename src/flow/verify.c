/* The second factor: the one place that says verified. */
#include "flow/verify.h"

#include "flow/internal.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"

/* An answer, and whether the session is to rise by it or one change is to be proven. */
struct verifying {
	const struct factor_response *response;
	bool elevate;
};

/* What judging found. */
struct judgement {
	struct uuid factor;
	int64_t step;        /* of a right code, else 0 */
	struct str recovery; /* MAC of a right recovery code, else absent */
};

static flow_step verify_step;
static enum err judge(struct flow *fl, const struct factor_response *in,
    struct judgement *j) MUST_CHECK;
static enum err grant(struct flow *fl, const struct judgement *j) MUST_CHECK;
static enum err consume(struct flow *fl, const struct judgement *j) MUST_CHECK;

enum err
flow_verify(struct flow *fl, const struct factor_response *in)
{
	struct verifying v = {.response = in, .elevate = true};

	return flow_attempt(fl, verify_step, &v);
}

enum err
flow_confirm_change(struct flow *fl, const struct factor_response *in)
{
	struct verifying v = {.response = in};

	return flow_attempt(fl, verify_step, &v);
}

int64_t
flow_wait(const struct flow *fl)
{
	return throttle_wait(&fl->subject.throttle, fl->now);
}

struct stepup
flow_stepup_missing(const struct flow *fl)
{
	struct proof_ages ages = subject_ages(&fl->subject, fl->env->conf->step_up_age);

	return stepup_missing(&fl->subject.session, subject_active(&fl->subject) > 0, ages,
	    fl->now);
}

enum err
flow_verification_refused(struct flow *fl, struct uuid factor)
{
	const struct session *s = &fl->subject.session;
	struct proof_ages ages = subject_ages(&fl->subject, fl->env->conf->step_up_age);
	bool counts = !fl->password_confirmed && session_counts_failures(s, ages.password, fl->now);
	int failures = s->failures + (counts ? 1 : 0);
	bool ends = counts && failures >= SESSION_FAILURES_MAX;
	struct throttle after = throttle_after_failure(&fl->subject.throttle, fl->now);
	struct audit_event ev = flow_event(fl, AUDIT_VERIFICATION, false, factor,
	    ends ? STR("{\"session\":\"ended\"}") : STR_ABSENT);
	enum err e = store_verification_refused(flow_db(fl), &ev, &after, failures, ends);

	if (e != OK)
		return e;
	fl->subject.throttle = after;
	fl->stale = true;
	fl->ended = ends;
	return ERR_CODE_INVALID;
}

static enum err
verify_step(struct flow *fl, void *arg)
{
	const struct verifying *v = arg;
	struct judgement j = {0};
	enum err e;

	if (subject_active(&fl->subject) == 0)
		return ERR_NOT_ENABLED;
	e = throttle_check(&fl->subject.throttle, fl->now);
	if (e != OK)
		return e;
	e = judge(fl, v->response, &j);
	if (e == ERR_CODE_INVALID)
		return flow_verification_refused(fl, j.factor);
	if (e != OK)
		return e;
	return v->elevate ? grant(fl, &j) : consume(fl, &j);
}

static enum err
judge(struct flow *fl, const struct factor_response *in, struct judgement *j)
{
	const struct factor *f;
	struct secret state;
	enum err e;

	if (in->recovery) {
		j->recovery = fl->subject.recovery_match;
		return str_is_absent(j->recovery) ? ERR_CODE_INVALID : OK;
	}
	f = subject_factor(&fl->subject, in->factor);
	if (f == NULL)
		return ERR_NOT_FOUND;
	j->factor = f->id;
	e = seal_open(fl->arena, fl->env->keyring, fl->subject.account.id, f->id, f->sealed,
	    &state);
	if (e != OK)
		return e;
	j->step = f->kind->check(state, &fl->env->rules, f->last_counter, fl->now,
	    secret_reveal(in->code));
	return j->step > 0 ? OK : ERR_CODE_INVALID;
}

/*
 * Watermark or code, budget, session and event in one statement; the token leaves only behind
 * its commit.
 */
static enum err
grant(struct flow *fl, const struct judgement *j)
{
	const struct session *s = &fl->subject.session;
	bool by_code = !str_is_absent(j->recovery);
	struct session_elevation elevation = {.expires_at = s->expires_at};
	struct mail_code mail = flow_notify_code(fl);
	struct audit_event ev;
	struct token token;
	struct secret text;
	enum err e;

	if ((j->step > 0) == by_code || uuid_is_nil(s->id))
		log_fatal("verify.grant", "a session is to be raised without proof");
	text = flow_token_issue(fl, &token);
	memcpy(elevation.token_hash, token.hash, sizeof(elevation.token_hash));
	if (s->state == SESSION_MFA_REQUIRED)
		elevation.expires_at =
		    s->created_at + fl->env->conf->session_lifetime * CLOCK_SECOND;
	ev = flow_event(fl, AUDIT_VERIFICATION, true, j->factor,
	    by_code ? STR("{\"by\":\"recovery_code\"}") : STR_ABSENT);
	e = by_code ? store_verify_by_code(flow_db(fl), &ev, &elevation, j->recovery, &mail)
		    : store_verify_by_factor(flow_db(fl), &ev, &elevation, j->step);
	if (e == OK)
		flow_token_grant(fl, &token, text);
	return e;
}

/* The answer is used up for one change; nothing of the session rises, so its token stays. */
static enum err
consume(struct flow *fl, const struct judgement *j)
{
	bool by_code = !str_is_absent(j->recovery);
	struct mail_code mail = flow_notify_code(fl);
	struct audit_event ev = flow_event(fl, AUDIT_VERIFICATION, true, j->factor,
	    by_code ? STR("{\"by\":\"recovery_code\",\"for\":\"change\"}")
		    : STR("{\"for\":\"change\"}"));
	enum err e;

	if ((j->step > 0) == by_code)
		log_fatal("verify.spend", "a change is to be proven without proof");
	e = by_code ? store_consume_code(flow_db(fl), &ev, j->recovery, &mail)
		    : store_consume_counter(flow_db(fl), &ev, j->step);
	fl->stale = true;
	return e;
}
