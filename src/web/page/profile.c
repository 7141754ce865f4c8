/* The profile: factors, sessions. */
#include "web/page/handlers.h"

#include "base/array.h"
#include "base/clock.h"
#include "conf/conf.h"
#include "flow/factor.h"
#include "flow/session.h"
#include "web/organization.h"
#include "web/page/user_agent.h"
#include "web/present.h"
#include "web/redirect.h"

/* What the profile says after a change, by the word in its address. */
static const struct {
	const char *word;
	const char *text;
} flash_texts[] = {
    {"renamed", "The method was renamed."},
    {"preferred", "Your preferred method was changed."},
    {"removed", "The method was removed. Your other sessions have to enter a code again."},
    {"disabled", "Two-factor authentication is disabled. You were signed out everywhere else."},
    {"session-ended", "The session was signed out."},
    {"sessions-ended", "You were signed out everywhere else."},
};

static void present_flash_for(struct call *c);
static void present_factors(struct call *c);
static enum err present_sessions(struct call *c) MUST_CHECK;
static void done(struct call *c, const char *word);

enum err
page_profile(struct call *c)
{
	const struct account *account = &c->flow.subject.account;
	enum err e = present_sessions(c);

	if (e != OK)
		return e;
	present_flash_for(c);
	present_mfa(c);
	present_required_by(c);
	present_factors(c);
	model_bool(model_object(c->model, "nav"), "profile", true);
	model_text(c->model, "email", account->email);
	model_bool(c->model, "email_verified", account->email_verified);
	model_bool(c->model, "sends_mail", conf_sends_mail(c->conf));
	return present_page(c, "profile", "Profile");
}

enum err
page_factor_rename(struct call *c)
{
	enum err e = flow_factor_rename(&c->flow, field_id(&c->fields, "factor"),
	    field_text(&c->fields, "label"));

	if (e == OK)
		done(c, "renamed");
	return e;
}

enum err
page_factor_prefer(struct call *c)
{
	enum err e = flow_factor_prefer(&c->flow, field_id(&c->fields, "factor"));

	if (e == OK)
		done(c, "preferred");
	return e;
}

/* The last one is not removed: that is disabling, and says so. */
enum err
page_factor_remove(struct call *c)
{
	const struct factor *f = subject_factor(&c->flow.subject, field_id(&c->fields, "factor"));

	if (f == NULL)
		return ERR_NOT_FOUND;
	if (subject_active(&c->flow.subject) == 1) {
		redirect_to_path(c, STR("/mfa/disable"));
		return OK;
	}
	present_factor(c, f);
	model_bool(c->model, "preferred", f->preferred);
	return present_page(c, "factor_remove", "Remove a method");
}

enum err
page_factor_remove_post(struct call *c)
{
	enum err e = flow_factor_remove(&c->flow, field_id(&c->fields, "factor"));

	if (e == OK)
		done(c, "removed");
	return e;
}

enum err
page_session_end(struct call *c)
{
	enum err e = flow_session_revoke(&c->flow, field_id(&c->fields, "session"));

	/* Gone already, from another page or by itself: what was wanted is so. */
	if (e == ERR_NOT_FOUND)
		e = OK;
	if (e == OK && c->flow.ended)
		redirect_to_path(c, STR("/login"));
	else if (e == OK)
		done(c, "session-ended");
	return e;
}

enum err
page_sessions_end_others(struct call *c)
{
	enum err e = flow_sessions_revoke_others(&c->flow);

	if (e == OK)
		done(c, "sessions-ended");
	return e;
}

static void
present_flash_for(struct call *c)
{
	struct str word = field_text(&c->fields, "done");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flash_texts); i++)
		if (str_eq(word, str_of(flash_texts[i].word)))
			present_flash(c, flash_texts[i].text);
}

static void
present_factors(struct call *c)
{
	const struct subject *s = &c->flow.subject;
	cJSON *list = model_list(c->model, "factors");
	bool several = subject_active(s) > 1;
	size_t i;

	for (i = 0; i < s->factor_count; i++) {
		const struct factor *f = &s->factors[i];
		struct str used = {0};
		cJSON *o;

		if (f->state != FACTOR_ACTIVE)
			continue;
		if (f->last_used_at != 0)
			used = clock_text(c->arena, f->last_used_at);
		o = model_item(list);
		model_text(o, "id", id_format(c->arena, ID_FACTOR, f->id));
		model_text(o, "label", f->label);
		model_text(o, "kind_text", str_of(f->kind->title));
		model_text(o, "added", clock_text(c->arena, f->confirmed_at));
		model_text(o, "last_used", used);
		model_bool(o, "preferred", f->preferred);
		model_bool(o, "several", several);
		model_bool(o, "kept", !several && subject_requires_factor(s, c->flow.now));
	}
}

static enum err
present_sessions(struct call *c)
{
	cJSON *list = model_list(c->model, "sessions");
	struct session *sessions;
	size_t count, i;
	enum err e = flow_sessions_list(&c->flow, &sessions, &count);

	for (i = 0; e == OK && i < count; i++) {
		const struct session *s = &sessions[i];
		cJSON *o = model_item(list);

		model_text(o, "id", id_format(c->arena, ID_SESSION, s->id));
		model_bool(o, "current", uuid_eq(s->id, c->flow.subject.session.id));
		model_text(o, "address", s->address);
		model_text(o, "agent", user_agent_text(c->arena, s->user_agent));
		model_bool(o, "waiting", s->state == SESSION_MFA_REQUIRED);
		model_text(o, "started", clock_text(c->arena, s->created_at));
		model_text(o, "last_seen", clock_text(c->arena, s->last_seen_at));
	}
	return e;
}

static void
done(struct call *c, const char *word)
{
	redirect_to_path(c, str_printf(c->arena, "/profile?done=%s", word));
}
