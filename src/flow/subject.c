/* Loading the subject of a request, and the verdict on its session. */
#include "store/subject.h"
#include "flow/internal.h"

enum err
flow_refresh(struct flow *fl)
{
	return fl->stale ? flow_reload(fl) : OK;
}

enum err
flow_reload(struct flow *fl)
{
	struct subject *s = &fl->subject;
	enum err e = store_subject_load(flow_db(fl), fl->token.account, fl->token.session, s);

	if (e == ERR_NOT_FOUND)
		return ERR_UNAUTHENTICATED;
	if (e != OK)
		return e;
	fl->stale = false;
	if (!flow_accept_session(fl, s->account.id, &s->session, s->account.disabled_at,
		&fl->token)) {
		*s = (struct subject){0};
		return ERR_UNAUTHENTICATED;
	}
	return OK;
}

bool
flow_accept_session(struct flow *fl, struct uuid account, const struct session *s,
    int64_t disabled_at, const struct token *token)
{
	if (!session_accepts(s, token, disabled_at, fl->env->conf->session_idle, fl->now))
		return false;
	fl->use = (struct session_use){
	    .account = account,
	    .session = s->id,
	    .last_seen_at = s->last_seen_at,
	};
	return true;
}
