/* The ceremony of a factor: opening and sealing its state around the two steps. */
#include "flow/ceremony.h"

#include "flow/internal.h"

static struct factor_ceremony ceremony_of(const struct flow *fl, enum factor_purpose purpose);
static enum err open_state(struct flow *fl, const struct factor *f,
    struct secret *state) MUST_CHECK;

struct factor_prompt
ceremony_enroll(struct flow *fl, struct factor *f)
{
	struct factor_ceremony c = ceremony_of(fl, FACTOR_ENROLL);
	struct factor_begin_result r = f->kind->begin(fl->arena, &c, (struct secret){0});

	f->sealed = ceremony_seal(fl, f->id, r.state);
	return r.prompt;
}

enum err
ceremony_show(struct flow *fl, const struct factor *f, struct factor_prompt *prompt)
{
	struct factor_ceremony c = ceremony_of(fl, FACTOR_ENROLL);
	struct secret state;
	enum err e = open_state(fl, f, &state);

	if (e == OK)
		*prompt = f->kind->begin(fl->arena, &c, state).prompt;
	return e;
}

enum err
ceremony_finish(struct flow *fl, const struct factor *f, enum factor_purpose purpose,
    struct secret response, struct factor_finish_result *out)
{
	struct factor_ceremony c = ceremony_of(fl, purpose);
	struct factor_attempt attempt = {
	    .last_counter = f->last_counter,
	    .response = response,
	    .now = fl->now,
	};
	enum err e = open_state(fl, f, &attempt.state);

	if (e == OK)
		*out = f->kind->finish(fl->arena, &c, &attempt);
	return e;
}

struct str
ceremony_seal(struct flow *fl, struct uuid factor, struct secret state)
{
	return seal_make(fl->arena, fl->env->keyring, fl->subject.account.id, factor, state);
}

static struct factor_ceremony
ceremony_of(const struct flow *fl, enum factor_purpose purpose)
{
	return (struct factor_ceremony){
	    .rules = &fl->env->rules,
	    .purpose = purpose,
	    .account = fl->subject.account.email,
	};
}

static enum err
open_state(struct flow *fl, const struct factor *f, struct secret *state)
{
	return seal_open(fl->arena, fl->env->keyring, fl->subject.account.id, f->id, f->sealed,
	    state);
}
