/* Ending sessions from the profile. */
#include "web/page/handlers.h"

#include "flow/session.h"
#include "web/page/profile.h"
#include "web/redirect.h"

/* A session that has ended already counts as ended by this request. */
enum err
page_session_end(struct call *c)
{
	enum err e = flow_session_revoke(&c->flow, field_id(&c->fields, "session"));

	if (e == ERR_NOT_FOUND)
		e = OK;
	if (e == OK && c->flow.ended)
		redirect_to_path(c, STR("/login"));
	else if (e == OK)
		profile_redirect(c, "session-ended");
	return e;
}

enum err
page_sessions_end_others(struct call *c)
{
	enum err e = flow_sessions_revoke_others(&c->flow);

	if (e == OK)
		profile_redirect(c, "sessions-ended");
	return e;
}
