/* The sessions of an account. */
#include "flow/session.h"

#include "flow/internal.h"

#include "base/clock.h"
#include "store/session.h"

static flow_step revoke_step;
static flow_step revoke_others_step;
static flow_step switch_step;

enum err
flow_sessions_list(struct flow *fl, struct session **list, size_t *count)
{
	int64_t active_after = fl->now - fl->env->conf->session_idle * CLOCK_SECOND;

	return store_sessions_list(flow_db(fl), fl->subject.account.id, fl->now, active_after, list,
	    count);
}

enum err
flow_session_revoke(struct flow *fl, struct uuid session)
{
	enum err e = flow_attempt(fl, revoke_step, &session);

	if (e == OK && uuid_eq(session, fl->token.session))
		fl->ended = true;
	return e;
}

enum err
flow_sessions_revoke_others(struct flow *fl)
{
	return flow_attempt(fl, revoke_others_step, NULL);
}

enum err
flow_switch_organization(struct flow *fl, struct uuid organization)
{
	return flow_attempt(fl, switch_step, &organization);
}

static enum err
revoke_step(struct flow *fl, void *arg)
{
	const struct uuid *session = arg;
	struct str id = id_format(fl->arena, ID_SESSION, *session);
	enum err e = flow_change_begin(fl, AUDIT_SESSION_REVOKED, UUID_NIL,
	    str_printf(fl->arena, "{\"session\":\"%.*s\"}", STR_FMT(id)));

	if (e != OK)
		return e;
	return flow_change_end(fl,
	    store_session_end(flow_db(fl), fl->subject.account.id, *session));
}

static enum err
revoke_others_step(struct flow *fl, void *arg)
{
	enum err e =
	    flow_change_begin(fl, AUDIT_SESSION_REVOKED, UUID_NIL, STR("{\"session\":\"others\"}"));

	(void)arg;
	if (e != OK)
		return e;
	e = store_sessions_end_others(flow_db(fl), fl->subject.account.id, fl->subject.session.id);
	return flow_change_end(fl, e);
}

/* The event names the organization that the session switches to. */
static enum err
switch_step(struct flow *fl, void *arg)
{
	const struct uuid *organization = arg;
	const struct subject *s = &fl->subject;
	struct str id = id_format(fl->arena, ID_ORGANIZATION, *organization);
	enum err e;

	if (subject_membership(s, *organization) == NULL)
		return ERR_NOT_FOUND;
	if (uuid_eq(s->session.organization, *organization))
		return OK;
	e = flow_change_begin(fl, AUDIT_ORGANIZATION_SWITCHED, UUID_NIL,
	    str_printf(fl->arena, "{\"organization\":\"%.*s\"}", STR_FMT(id)));
	if (e != OK)
		return e;
	return flow_change_end(fl,
	    store_session_organization(flow_db(fl), s->account.id, s->session.id, *organization));
}

enum err
flow_setup_return_to(struct flow *fl, struct str path)
{
	struct session *s = &fl->subject.session;
	enum err e;

	if (str_eq(s->return_to, path))
		return OK;
	e = store_session_return_to(flow_db(fl), fl->subject.account.id, s->id, path);
	if (e == OK)
		s->return_to = path;
	return e;
}
