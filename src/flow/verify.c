/* The second factor: judge a response, consume it, apply its effect. */
#include "flow/verify.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "flow/ceremony.h"
#include "flow/internal.h"
#include "store/verification.h"

/* One attempt: what was asked for. */
struct attempt {
	const struct verify_params *params;
	enum verify_effect effect;
};

/* What judging found: a factor with its new counter and state, or a recovery code. */
struct judgement {
	const struct factor *factor; /* NULL: a recovery code */
	struct factor_use use;       /* of the factor */
	struct code_macs macs;       /* of the recovery code */
};

static flow_step verify_step;
static enum err judge_code(struct flow *fl, const struct verify_params *in,
    struct judgement *j) MUST_CHECK;
static enum err judge_factors(struct flow *fl, const struct verify_params *in,
    struct judgement *j) MUST_CHECK;
static enum err try_factor(struct flow *fl, const struct factor *f, struct secret response,
    struct judgement *j) MUST_CHECK;
static enum err elevate(struct flow *fl, const struct judgement *j) MUST_CHECK;
static enum err authorize_change(struct flow *fl, const struct judgement *j) MUST_CHECK;
static struct audit_event verification_event(struct flow *fl, const struct judgement *j,
    enum verify_effect effect);

enum err
flow_verify(struct flow *fl, const struct verify_params *in, enum verify_effect effect)
{
	struct attempt a = {.params = in, .effect = effect};

	return flow_attempt(fl, verify_step, &a);
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
	const struct attempt *a = arg;
	struct judgement j = {0};
	enum err e;

	if (subject_active(&fl->subject) == 0)
		return ERR_NOT_ENABLED;
	e = throttle_check(&fl->subject.throttle, fl->now);
	if (e != OK)
		return e;
	e = a->params->recovery_code.n > 0 ? judge_code(fl, a->params, &j)
					   : judge_factors(fl, a->params, &j);
	if (e == OK && (j.factor != NULL) == (j.macs.count > 0))
		log_fatal("verify.judge", "a response was accepted without proof");
	if (e == OK)
		e = a->effect == VERIFY_ELEVATE ? elevate(fl, &j) : authorize_change(fl, &j);
	if (e == ERR_CODE_INVALID)
		return flow_verification_refused(fl, j.factor != NULL ? j.factor->id : UUID_NIL);
	return e;
}

/* Whether an unused code fits is decided by the statement that consumes it. */
static enum err
judge_code(struct flow *fl, const struct verify_params *in, struct judgement *j)
{
	j->macs = flow_recovery_macs(fl, in->recovery_code);
	return j->macs.count > 0 ? OK : ERR_CODE_INVALID;
}

/*
 * The chosen factor is tried first and then every other active one: the person has typed the
 * code of one of their apps, and which one it was need not be known. A refusal names the chosen
 * factor.
 */
static enum err
judge_factors(struct flow *fl, const struct verify_params *in, struct judgement *j)
{
	const struct subject *s = &fl->subject;
	const struct factor *chosen = subject_factor(s, in->factor);
	enum err e;
	size_t i;

	if (chosen == NULL)
		return ERR_NOT_FOUND;
	e = try_factor(fl, chosen, in->response, j);
	for (i = 0; e == ERR_CODE_INVALID && i < s->factor_count; i++)
		if (s->factors[i].state == FACTOR_ACTIVE && &s->factors[i] != chosen)
			e = try_factor(fl, &s->factors[i], in->response, j);
	if (e == ERR_CODE_INVALID)
		j->factor = chosen;
	return e;
}

static enum err
try_factor(struct flow *fl, const struct factor *f, struct secret response, struct judgement *j)
{
	struct factor_finish_result r;
	enum err e = ceremony_finish(fl, f, FACTOR_VERIFY, response, &r);

	if (e != OK)
		return e;
	if (r.verdict != FACTOR_ACCEPTED)
		return ERR_CODE_INVALID;
	j->factor = f;
	j->use = (struct factor_use){
	    .counter = r.counter,
	    .counter_stays = r.counter_stays,
	    .sealed = r.state.p != NULL ? ceremony_seal(fl, f->id, r.state) : STR_ABSENT,
	};
	return OK;
}

/*
 * The factor or the code, the attempt limit, the session and the event change in one statement;
 * the token leaves only after its commit.
 */
static enum err
elevate(struct flow *fl, const struct judgement *j)
{
	const struct session *s = &fl->subject.session;
	struct session_elevation elevation = {.expires_at = s->expires_at};
	struct mail_code mail = flow_notify_code(fl);
	struct audit_event ev;
	struct token token;
	struct secret text;
	enum err e;

	if (uuid_is_nil(s->id))
		log_fatal("verify.elevate", "there is no session to elevate");
	text = flow_token_issue(fl, &token);
	memcpy(elevation.token_hash, token.hash, sizeof(elevation.token_hash));
	if (s->state == SESSION_MFA_REQUIRED)
		elevation.expires_at =
		    s->created_at + fl->env->conf->session_lifetime * CLOCK_SECOND;
	ev = verification_event(fl, j, VERIFY_ELEVATE);
	e = j->factor == NULL ? store_verify_by_code(flow_db(fl), &ev, &elevation, &j->macs, &mail)
			      : store_verify_by_factor(flow_db(fl), &ev, &elevation, &j->use);
	if (e == OK)
		flow_token_grant(fl, &token, text);
	return e;
}

static enum err
authorize_change(struct flow *fl, const struct judgement *j)
{
	struct mail_code mail = flow_notify_code(fl);
	struct audit_event ev = verification_event(fl, j, VERIFY_CHANGE);
	enum err e = j->factor == NULL ? store_consume_code(flow_db(fl), &ev, &j->macs, &mail)
				       : store_consume_response(flow_db(fl), &ev, &j->use);

	fl->stale = true;
	return e;
}

static struct audit_event
verification_event(struct flow *fl, const struct judgement *j, enum verify_effect effect)
{
	static const struct str details[2][2] = {
	    [VERIFY_ELEVATE] = {{0}, STR_INIT("{\"by\":\"recovery_code\"}")},
	    [VERIFY_CHANGE] = {STR_INIT("{\"for\":\"change\"}"),
		STR_INIT("{\"by\":\"recovery_code\",\"for\":\"change\"}")},
	};
	bool by_code = j->factor == NULL;

	return flow_event(fl, AUDIT_VERIFICATION, true, by_code ? UUID_NIL : j->factor->id,
	    details[effect][by_code]);
}
