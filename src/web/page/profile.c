/* The profile: methods, account, sessions. */
#include "web/page/profile.h"

#include "base/array.h"
#include "base/clock.h"
#include "conf/conf.h"
#include "flow/session.h"
#include "web/organization.h"
#include "web/page/handlers.h"
#include "web/page/user_agent.h"
#include "web/present.h"
#include "web/redirect.h"

static const struct flash flashes[] = {
    {"renamed", "The method was renamed."},
    {"preferred", "Your preferred method was changed."},
    {"removed", "The method was removed. Your other sessions have to enter a code again."},
    {"disabled", "Two-factor authentication is disabled. You were signed out everywhere else."},
    {"session-ended", "The session was signed out."},
    {"sessions-ended", "You were signed out everywhere else."},
};

static void present_factors(struct call *c);
static enum err present_sessions(struct call *c) MUST_CHECK;

enum err
page_profile(struct call *c)
{
	const struct account *account = &c->flow.subject.account;
	enum err e = present_sessions(c);

	if (e != OK)
		return e;
	present_flash_named(c, flashes, ARRAY_SIZE(flashes));
	present_mfa(c);
	present_required_by(c);
	present_factors(c);
	model_bool(model_object(c->model, "nav"), "profile", true);
	model_text(c->model, "email", account->email);
	model_bool(c->model, "email_verified", account->email_verified);
	model_bool(c->model, "sends_mail", conf_sends_mail(c->conf));
	return present_page(c, "profile", "Profile");
}

void
profile_redirect(struct call *c, const char *flash)
{
	redirect_to_path(c, str_printf(c->arena, "/profile?done=%s", flash));
}

static void
present_factors(struct call *c)
{
	const struct subject *s = &c->flow.subject;
	cJSON *list = model_list(c->model, "factors");
	bool several = subject_active(s) > 1;

	for (size_t i = 0; i < s->factor_count; i++) {
		const struct factor *f = &s->factors[i];
		cJSON *o;

		if (f->state != FACTOR_ACTIVE)
			continue;
		o = model_item(list);
		model_text(o, "id", id_format(c->arena, ID_FACTOR, f->id));
		model_text(o, "label", f->label);
		model_text(o, "kind_text", str_of(f->kind->title));
		model_text(o, "added", clock_text(c->arena, f->confirmed_at));
		model_text(o, "last_used", time_text(c->arena, f->last_used_at));
		model_bool(o, "preferred", f->preferred);
		model_bool(o, "several", several);
		model_bool(o, "required", !several && subject_requires_factor(s, c->flow.now));
	}
}

static enum err
present_sessions(struct call *c)
{
	cJSON *list = model_list(c->model, "sessions");
	struct session *sessions;
	size_t count;
	enum err e = flow_sessions_list(&c->flow, &sessions, &count);

	for (size_t i = 0; e == OK && i < count; i++) {
		const struct session *s = &sessions[i];
		cJSON *o = model_item(list);

		model_text(o, "id", id_format(c->arena, ID_SESSION, s->id));
		model_bool(o, "current", uuid_eq(s->id, c->flow.subject.session.id));
		model_text(o, "address", s->address);
		model_text(o, "user_agent", user_agent_text(c->arena, s->user_agent));
		model_bool(o, "unverified", s->state == SESSION_MFA_REQUIRED);
		model_text(o, "started", clock_text(c->arena, s->created_at));
		model_text(o, "last_activity", clock_text(c->arena, s->last_seen_at));
	}
	return e;
}
