/* Setting up a factor: begin, offer, confirm, cancel. */
#include "flow/enroll.h"

#include "flow/internal.h"

#include "base/clock.h"
#include "flow/recovery.h"
#include "store/factor.h"
#include "store/recovery.h"
#include "store/session.h"
#include "store/verification.h"

static flow_step begin_step;
static flow_step cancel_step;
static flow_step confirm_step;
static enum err resume(struct flow *fl, const struct factor *f, struct enrolling *io) MUST_CHECK;
static enum err issue_codes(struct flow *fl, struct uuid factor, struct enrolling *io) MUST_CHECK;
static enum err activate(struct flow *fl, const struct factor *pending, int64_t step,
    struct confirming *io) MUST_CHECK;
static enum err write_codes(struct flow *fl, const struct factor *f,
    struct confirming *io) MUST_CHECK;

enum err
flow_enroll_begin(struct flow *fl, struct enrolling *io)
{
	return flow_attempt(fl, begin_step, io);
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
	e = seal_open(fl->arena, fl->env->keyring, fl->subject.account.id, f->id, f->sealed,
	    &state);
	if (e != OK)
		return e;
	*factor = f;
	*offer = f->kind->offer(fl->arena, state, &fl->env->rules, fl->subject.account.email);
	return OK;
}

enum err
flow_enroll_confirm(struct flow *fl, struct confirming *io)
{
	enum err e = flow_attempt(fl, confirm_step, io);

	if (e != OK)
		io->codes = (struct recovery_codes){0};
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
	struct enrolling *io = arg;
	const struct subject *s = &fl->subject;
	const struct factor *open = subject_pending(s, fl->now);
	struct factor f = {
	    .id = uuid_new(fl->now),
	    .kind = factor_kind_default(),
	    .created_at = fl->now,
	    .expires_at = fl->now + fl->env->conf->pending_lifetime * CLOCK_SECOND,
	    .session = s->session.id,
	};
	enum err e;

	io->begun = open == NULL;
	io->codes = (struct recovery_codes){0};
	if (open != NULL)
		return resume(fl, open, io);
	if (subject_active(s) >= (size_t)fl->env->conf->factors_max)
		return ERR_FACTOR_LIMIT;
	f.label = str_is_absent(io->label) ? str_of(f.kind->title) : io->label;
	f.sealed =
	    seal_make(fl->arena, fl->env->keyring, s->account.id, f.id, f.kind->enroll(fl->arena));
	e = flow_change_begin(fl, AUDIT_FACTOR_STARTED, f.id, STR_ABSENT);
	if (e != OK)
		return e;
	e = store_factor_pending_delete(flow_db(fl), s->account.id);
	if (e == OK)
		e = store_factor_insert(flow_db(fl), s->account.id, &f);
	if (e == OK)
		e = issue_codes(fl, f.id, io);
	return flow_change_end(fl, e);
}

/* A repeat from the same session: the same secret, perhaps by another name, and codes anew. */
static enum err
resume(struct flow *fl, const struct factor *f, struct enrolling *io)
{
	bool renamed = !str_is_absent(io->label) && !str_eq(io->label, f->label);
	enum err e;

	if (!renamed && !io->issue_codes)
		return OK;
	e = flow_change_begin(fl, AUDIT_FACTOR_STARTED, f->id, STR("{\"repeat\":true}"));
	if (e != OK)
		return e;
	if (renamed)
		e = store_factor_rename(flow_db(fl), fl->subject.account.id, f->id, io->label);
	if (e == OK)
		e = issue_codes(fl, f->id, io);
	return flow_change_end(fl, e);
}

/* With the first factor only: later ones share its codes. */
static enum err
issue_codes(struct flow *fl, struct uuid factor, struct enrolling *io)
{
	unsigned char *macs;

	if (!io->issue_codes || subject_active(&fl->subject) > 0)
		return OK;
	macs = flow_recovery_make(fl, &io->codes);
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
	struct confirming *io = arg;
	const struct factor *f = subject_pending(&fl->subject, fl->now);
	struct secret state;
	int64_t step;
	enum err e;

	if (f == NULL || (!uuid_is_nil(io->factor) && !uuid_eq(f->id, io->factor)))
		return ERR_NO_PENDING;
	e = throttle_check(&fl->subject.throttle, fl->now);
	if (e != OK)
		return e;
	e = seal_open(fl->arena, fl->env->keyring, fl->subject.account.id, f->id, f->sealed,
	    &state);
	if (e != OK)
		return e;
	step = f->kind->check(state, &fl->env->rules, f->last_counter, fl->now,
	    secret_reveal(io->code));
	if (step == 0)
		return flow_verification_refused(fl, f->id);
	return activate(fl, f, step, io);
}

/*
 * The factor counts from now on; this session has just proven it, every other one has to. The
 * first factor brings the recovery codes.
 */
static enum err
activate(struct flow *fl, const struct factor *pending, int64_t step, struct confirming *io)
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
	io->codes = (struct recovery_codes){0};
	if (first)
		e = write_codes(fl, &f, io);
	if (e == OK)
		e = store_factor_confirm(flow_db(fl), s->account.id, &f, step, fl->now);
	if (e == OK)
		e = store_sessions_unverify_others(flow_db(fl), s->account.id, s->session.id);
	if (e == OK && io->elevate)
		e = store_session_verified(flow_db(fl), s->account.id, s->session.id, token.hash,
		    str_of(f.kind->name), fl->now);
	if (e == OK)
		e = flow_notify(fl, MAIL_FACTOR_ADDED, f.label);
	e = flow_change_end(fl, e == ERR_NOT_FOUND ? ERR_NO_PENDING : e);
	if (e == OK && io->elevate)
		flow_token_grant(fl, &token, text);
	return e;
}

static enum err
write_codes(struct flow *fl, const struct factor *f, struct confirming *io)
{
	enum err e = store_throttle_clear(flow_db(fl), fl->subject.account.id);

	if (e != OK)
		return e;
	if (io->adopt_issued && f->codes_issued)
		return store_recovery_adopt_issued(flow_db(fl), fl->subject.account.id,
		    uuid_new(fl->now), f->id, fl->now);
	return flow_recovery_write(fl, &io->codes);
}
