/* Signing in and out, and the sessions of an account. */
#include "web/api/v1/handlers.h"

#include "base/clock.h"
#include "flow/session.h"
#include "flow/sign_in.h"
#include "flow/verify.h"
#include "web/api/respond.h"
#include "web/error.h"

static enum err respond_session(struct call *c, enum err e) MUST_CHECK;

/* The response has the token in its body: the client keeps it itself. */
enum err
v1_sign_in(struct call *c)
{
	struct sign_in in = {
	    .email = field_text(&c->fields, "email"),
	    .password = field_secret(c->arena, &c->fields, "password"),
	};
	enum err e;

	c->token_in_body = true;
	e = flow_sign_in(&c->flow, &in);
	if (e != OK)
		return e;
	api_present_session(c);
	return api_respond(c, 201);
}

enum err
v1_session(struct call *c)
{
	api_present_session(c);
	return api_respond(c, 200);
}

enum err
v1_sign_out(struct call *c)
{
	enum err e = flow_sign_out(&c->flow);

	return e == OK ? api_no_content(c) : e;
}

enum err
v1_verify(struct call *c)
{
	struct verify_params in = {
	    .factor = field_id(&c->fields, "factorId"),
	    .response = field_secret(c->arena, &c->fields, "code"),
	    .recovery_code = field_secret(c->arena, &c->fields, "recoveryCode"),
	};

	if ((in.response.n > 0) == (in.recovery_code.n > 0)) {
		error_add_field(c, STR("code"), "Send either code or recoveryCode.");
		error_add_field(c, STR("recoveryCode"), "Send either code or recoveryCode.");
		return ERR_FIELD;
	}
	return respond_session(c, flow_verify(&c->flow, &in, VERIFY_ELEVATE));
}

enum err
v1_reauthenticate(struct call *c)
{
	return respond_session(c,
	    flow_reauthenticate(&c->flow, field_secret(c->arena, &c->fields, "password")));
}

enum err
v1_organization(struct call *c)
{
	return respond_session(c,
	    flow_switch_organization(&c->flow, field_id(&c->fields, "organizationId")));
}

enum err
v1_sessions(struct call *c)
{
	cJSON *list = model_list(c->model, "sessions");
	struct session *sessions;
	size_t count, i;
	enum err e = flow_sessions_list(&c->flow, &sessions, &count);

	if (e != OK)
		return e;
	for (i = 0; i < count; i++) {
		const struct session *s = &sessions[i];
		cJSON *o = model_item(list);

		model_text(o, "id", id_format(c->arena, ID_SESSION, s->id));
		model_bool(o, "current", uuid_eq(s->id, c->flow.subject.session.id));
		model_text(o, "state", session_state_name(s->state));
		model_text(o, "createdAt", clock_rfc3339(c->arena, s->created_at));
		model_text(o, "lastSeenAt", clock_rfc3339(c->arena, s->last_seen_at));
		model_text(o, "expiresAt", clock_rfc3339(c->arena, s->expires_at));
		model_text(o, "address", s->address);
		model_text(o, "userAgent", s->user_agent);
	}
	return api_respond(c, 200);
}

enum err
v1_session_revoke(struct call *c)
{
	enum err e = flow_session_revoke(&c->flow, field_id(&c->fields, "session"));

	return e == OK ? api_no_content(c) : e;
}

/* Responds with the session as it is after the change. */
static enum err
respond_session(struct call *c, enum err e)
{
	if (e == OK)
		e = flow_refresh(&c->flow);
	if (e != OK)
		return e;
	api_present_session(c);
	return api_respond(c, 200);
}
