/* Setting up a factor: begin, offer, confirm, cancel. */
#include "flow/internal.h"

#include "base/clock.h"
#include "crypto/seal.h"

struct confirming {
	struct uuid factor;
	struct secret code;
	struct confirmed *out;
};

static flow_step begin_step;
static flow_step cancel_step;
static flow_step confirm_step;
static enum err rename_pending(struct flow *fl, const struct factor *f, struct str label) MUST_CHECK;
static enum err activate(struct flow *fl, const struct factor *pending, int64_t step, struct confirmed *out) MUST_CHECK;

enum err
flow_enroll_begin(struct flow *fl, struct str label)
{
	return flow_attempt(fl, begin_step, &label);
}

enum err
flow_enroll_offer(struct flow *fl, const struct factor **factor, struct factor_offer *offer)
{
	const struct factor *f;
	struct secret state;
	enum err e = flow_refresh(fl);

	if (e != OK)
		return e;
	f = subject_pending(&fl->subject, fl->now);
	if (f == NULL)
		return ERR_NO_PENDING;
	e = seal_open(fl->arena, fl->env->keyring, fl->subject.account.id, f->id, f->sealed, &state);
	if (e != OK)
		return e;
	*factor = f;
	*offer = f->kind->offer(fl->arena, state, &fl->env->rules, fl->subject.account.email);
	return OK;
}

enum err
flow_enroll_confirm(struct flow *fl, struct uuid factor, struct secret code, struct confirmed *out)
{
	struct confirming c = {.factor = factor, .code = code, .out = out};

	return flow_attempt(fl, confirm_step, &c);
}

enum err
flow_enroll_cancel(struct flow *fl)
{
	return flow_attempt(fl, cancel_step, NULL);
}

static enum err
begin_step(struct flow *fl, void *arg)
{
	const struct str *label = arg;
	const struct subject *s = &fl->subject;
	const struct factor *open = subject_pending(s, fl->now);
	struct factor f = {
		.id = uuid_new(fl->now),
		.kind = factor_kind_default(),
		.created_at = fl->now,
		.expires_at = fl->now + fl->env->conf->pending_lifetime * CLOCK_SECOND,
		.session = s->session.id,
	};
	struct store st = flow_store(fl);
	enum err e;

	if (open != NULL)
		return str_absent(*label) || str_eq(*label, open->label) ? OK : rename_pending(fl, open, *label);
	if (subject_active(s) >= (size_t)fl->env->conf->factors_max)
		return ERR_FACTOR_LIMIT;
	f.label = str_absent(*label) ? str_of(f.kind->title) : *label;
	f.sealed = seal_make(fl->arena, fl->env->keyring, s->account.id, f.id, f.kind->enroll(fl->arena));
	e = flow_change_begin(fl, AUDIT_FACTOR_STARTED, f.id, (struct str){0});
	if (e != OK)
		return e;
	e = store_factor_pending_delete(&st, s->account.id);
	if (e == OK)
		e = store_factor_insert(&st, s->account.id, &f);
	return flow_change_end(fl, e);
}

static enum err
rename_pending(struct flow *fl, const struct factor *f, struct str label)
{
	struct store st = flow_store(fl);
	enum err e = flow_change_begin(fl, AUDIT_FACTOR_RENAMED, f->id, (struct str){0});

	if (e != OK)
		return e;
	return flow_change_end(fl, store_factor_rename(&st, fl->subject.account.id, f->id, label));
}

static enum err
cancel_step(struct flow *fl, void *arg)
{
	const struct factor *f = subject_pending(&fl->subject, fl->now);
	struct store st = flow_store(fl);
	enum err e;

	(void)arg;
	if (f == NULL)
		return OK;
	e = flow_change_begin(fl, AUDIT_FACTOR_CANCELLED, f->id, (struct str){0});
	if (e != OK)
		return e;
	return flow_change_end(fl, store_factor_pending_delete(&st, fl->subject.account.id));
}

static enum err
confirm_step(struct flow *fl, void *arg)
{
	const struct confirming *c = arg;
	const struct factor *f = subject_pending(&fl->subject, fl->now);
	struct secret state;
	int64_t step;
	enum err e;

	if (f == NULL || (!uuid_nil(c->factor) && !uuid_eq(f->id, c->factor)))
		return ERR_NO_PENDING;
	e = throttle_admit(&fl->subject.throttle, fl->now);
	if (e != OK)
		return e;
	e = seal_open(fl->arena, fl->env->keyring, fl->subject.account.id, f->id, f->sealed, &state);
	if (e != OK)
		return e;
	step = f->kind->check(state, &fl->env->rules, f->watermark, fl->now, secret_reveal(c->code));
	if (step == 0)
		return flow_answer_wrong(fl, f->id);
	return activate(fl, f, step, c->out);
}

/*
 * The factor counts from now on; this session has just proven it, every other one
 * has to. The first factor brings the recovery codes.
 */
static enum err
activate(struct flow *fl, const struct factor *pending, int64_t step, struct confirmed *out)
{
	const struct subject *s = &fl->subject;
	bool first = subject_active(s) == 0;
	struct factor f = *pending;
	struct store st = flow_store(fl);
	struct token token;
	struct secret text = flow_token_issue(fl, &token);
	enum err e = flow_change_begin(fl, AUDIT_FACTOR_ADDED, f.id, (struct str){0});

	if (e != OK)
		return e;
	f.preferred = first;
	*out = (struct confirmed){0};
	e = store_factor_confirm(&st, s->account.id, &f, step, fl->now);
	if (e == OK)
		e = store_sessions_unverify_others(&st, s->account.id, s->session.id);
	if (e == OK)
		e = store_session_verified(&st, s->account.id, s->session.id, token.hash, str_of(f.kind->name), fl->now);
	if (e == OK && first)
		e = store_throttle_clear(&st, s->account.id);
	if (e == OK && first)
		e = flow_recovery_write(fl, out);
	e = flow_change_end(fl, e == ERR_NOT_FOUND ? ERR_NO_PENDING : e);
	if (e == OK)
		flow_token_grant(fl, &token, text);
	else
		*out = (struct confirmed){0};
	return e;
}
