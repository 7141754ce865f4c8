/* Setting up a factor: begin, show, confirm, cancel. */
#include "flow/enroll.h"

#include "base/clock.h"
#include "flow/ceremony.h"
#include "flow/internal.h"
#include "flow/recovery.h"
#include "store/factor.h"
#include "store/recovery.h"
#include "store/session.h"
#include "store/verification.h"

struct begin_step_arg {
	const struct enroll_params *in;
	struct enroll_result *out;
};

struct confirm_step_arg {
	const struct confirm_params *in;
	struct recovery_codes *codes;
};

static flow_step begin_step;
static flow_step cancel_step;
static flow_step confirm_step;
static enum err begin_new(struct flow *fl, const struct begin_step_arg *b) MUST_CHECK;
static enum err begin_again(struct flow *fl, const struct factor *f,
    const struct begin_step_arg *b) MUST_CHECK;
static enum err issue_codes(struct flow *fl, struct uuid factor,
    const struct begin_step_arg *b) MUST_CHECK;
static enum err activate(struct flow *fl, const struct factor *pending,
    const struct factor_finish_result *r, const struct confirm_step_arg *c) MUST_CHECK;
static enum err write_codes(struct flow *fl, const struct factor *f,
    const struct confirm_step_arg *c) MUST_CHECK;

enum err
flow_enroll_begin(struct flow *fl, const struct enroll_params *in, struct enroll_result *out)
{
	struct begin_step_arg b = {.in = in, .out = out};

	return flow_attempt(fl, begin_step, &b);
}

enum err
flow_enroll_show(struct flow *fl, const struct factor **factor, struct factor_prompt *prompt)
{
	enum err e = flow_refresh(fl);

	if (e != OK)
		return e;
	*factor = subject_pending(&fl->subject, fl->now);
	return *factor == NULL ? ERR_NO_PENDING : ceremony_show(fl, *factor, prompt);
}

enum err
flow_enroll_confirm(struct flow *fl, const struct confirm_params *in, struct recovery_codes *codes)
{
	struct confirm_step_arg c = {.in = in, .codes = codes};
	enum err e = flow_attempt(fl, confirm_step, &c);

	if (e != OK)
		*codes = (struct recovery_codes){0};
	return e;
}

enum err
flow_enroll_cancel(struct flow *fl)
{
	return flow_attempt(fl, cancel_step, NULL);
}

static enum err
begin_step(struct flow *fl, void *arg)
{
	const struct begin_step_arg *b = arg;
	const struct factor *pending = subject_pending(&fl->subject, fl->now);

	*b->out = (struct enroll_result){.begun = pending == NULL};
	return pending == NULL ? begin_new(fl, b) : begin_again(fl, pending, b);
}

static enum err
begin_new(struct flow *fl, const struct begin_step_arg *b)
{
	const struct subject *s = &fl->subject;
	struct factor f = {
	    .id = uuid_new(fl->now),
	    .kind = factor_kind_default(),
	    .created_at = fl->now,
	    .expires_at = fl->now + fl->env->conf->pending_lifetime * CLOCK_SECOND,
	    .session = s->session.id,
	};
	enum err e;

	if (subject_active(s) >= (size_t)fl->env->conf->factors_max)
		return ERR_FACTOR_LIMIT;
	f.label = str_is_absent(b->in->label) ? str_of(f.kind->title) : b->in->label;
	(void)ceremony_enroll(fl, &f);
	e = flow_change_begin(fl, AUDIT_FACTOR_STARTED, f.id, STR_ABSENT);
	if (e != OK)
		return e;
	e = store_factor_pending_delete(flow_db(fl), s->account.id);
	if (e == OK)
		e = store_factor_insert(flow_db(fl), s->account.id, &f);
	if (e == OK)
		e = issue_codes(fl, f.id, b);
	return flow_change_end(fl, e);
}

/* A repeat from the same session: the same secret, perhaps under another label, and new codes. */
static enum err
begin_again(struct flow *fl, const struct factor *f, const struct begin_step_arg *b)
{
	struct str label = b->in->label;
	bool renamed = !str_is_absent(label) && !str_eq(label, f->label);
	enum err e;

	if (!renamed && !b->in->issue_codes)
		return OK;
	e = flow_change_begin(fl, AUDIT_FACTOR_STARTED, f->id, STR("{\"repeat\":true}"));
	if (e != OK)
		return e;
	if (renamed)
		e = store_factor_rename(flow_db(fl), fl->subject.account.id, f->id, label);
	if (e == OK)
		e = issue_codes(fl, f->id, b);
	return flow_change_end(fl, e);
}

/* With the first factor only: later ones share its codes. */
static enum err
issue_codes(struct flow *fl, struct uuid factor, const struct begin_step_arg *b)
{
	unsigned char *macs;

	if (!b->in->issue_codes || subject_active(&fl->subject) > 0)
		return OK;
	macs = flow_recovery_make(fl, &b->out->codes);
	return store_factor_code_macs(flow_db(fl), fl->subject.account.id, factor, macs,
	    RECOVERY_CODES);
}

static enum err
cancel_step(struct flow *fl, void *arg)
{
	const struct factor *f = subject_pending(&fl->subject, fl->now);
	enum err e;

	(void)arg;
	if (f == NULL)
		return OK;
	e = flow_change_begin(fl, AUDIT_FACTOR_CANCELLED, f->id, STR_ABSENT);
	if (e != OK)
		return e;
	return flow_change_end(fl,
	    store_factor_pending_delete(flow_db(fl), fl->subject.account.id));
}

static enum err
confirm_step(struct flow *fl, void *arg)
{
	const struct confirm_step_arg *c = arg;
	const struct factor *f = subject_pending(&fl->subject, fl->now);
	struct factor_finish_result r;
	enum err e;

	if (f == NULL || (!uuid_is_nil(c->in->factor) && !uuid_eq(f->id, c->in->factor)))
		return ERR_NO_PENDING;
	e = throttle_check(&fl->subject.throttle, fl->now);
	if (e == OK)
		e = ceremony_finish(fl, f, FACTOR_ENROLL, c->in->response, &r);
	if (e != OK)
		return e;
	if (r.verdict != FACTOR_ACCEPTED)
		return flow_verification_refused(fl, f->id);
	return activate(fl, f, &r, c);
}

/*
 * The factor counts from now on. This session has just shown it; every other one has to be
 * asked. The first factor brings the recovery codes.
 */
static enum err
activate(struct flow *fl, const struct factor *pending, const struct factor_finish_result *r,
    const struct confirm_step_arg *c)
{
	const struct subject *s = &fl->subject;
	bool first = subject_active(s) == 0;
	struct factor f = *pending;
	struct token token;
	struct secret text = flow_token_issue(fl, &token);
	enum err e = flow_change_begin(fl, AUDIT_FACTOR_ADDED, f.id, STR_ABSENT);

	if (e != OK)
		return e;
	f.preferred = first;
	f.last_counter = r->counter;
	*c->codes = (struct recovery_codes){0};
	if (first)
		e = write_codes(fl, &f, c);
	if (e == OK)
		e = store_factor_confirm(flow_db(fl), s->account.id, &f, fl->now);
	if (e == OK)
		e = store_sessions_unverify_others(flow_db(fl), s->account.id, s->session.id);
	if (e == OK && c->in->elevate)
		e = store_session_verified(flow_db(fl), s->account.id, s->session.id, token.hash,
		    str_of(f.kind->name), fl->now);
	if (e == OK)
		e = flow_notify(fl, MAIL_FACTOR_ADDED, f.label);
	e = flow_change_end(fl, e == ERR_NOT_FOUND ? ERR_NO_PENDING : e);
	if (e == OK && c->in->elevate)
		flow_token_grant(fl, &token, text);
	return e;
}

static enum err
write_codes(struct flow *fl, const struct factor *f, const struct confirm_step_arg *c)
{
	enum err e = store_throttle_clear(flow_db(fl), fl->subject.account.id);

	if (e != OK)
		return e;
	if (c->in->adopt_issued && f->codes_issued)
		return store_recovery_adopt_issued(flow_db(fl), fl->subject.account.id,
		    uuid_new(fl->now), f->id, fl->now);
	return flow_recovery_write(fl, c->codes);
}
