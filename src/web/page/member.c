/* One member for admins: compliance, the reset of a lost factor, exemptions. */
#include "web/page/handlers.h"

#include "base/array.h"
#include "base/clock.h"
#include "flow/compliance.h"
#include "flow/member.h"
#include "web/page/admin.h"
#include "web/present.h"
#include "web/redirect.h"

static const struct flash flashes[] = {
    {"reset", "The second factor was reset and the member was signed out everywhere. They can set "
	      "up a new one after their next sign-in."},
    {"exempted", "The exemption was saved."},
    {"unexempted", "The exemption has ended."},
};

static const struct field_hint hints[] = {
    {"account", "There is no such member."},
    {"reason", "Enter a reason of up to 500 characters. It is recorded in the audit log."},
    {"confirm", "Enter the email address of this member exactly as it is shown above."},
    {"until", "Choose a day from today up to a year from now."},
    {"exempt_reason", "Enter a reason of up to 500 characters. It is recorded in the audit log."},
};

static void present_rights(struct call *c, const struct member *m);
static void present_exemption(struct call *c, const struct member *m);
static void present_input(struct call *c);
static void redirect_with_flash(struct call *c, const char *flash);

enum err
page_member(struct call *c)
{
	struct member m;
	enum err e =
	    flow_member_show(&c->flow, c->admin->organization, field_id(&c->fields, "account"), &m);

	if (e != OK)
		return e;
	present_admin(c, "members");
	present_member(c, model_object(c->model, "member"), &m);
	model_text(c->model, "joined", clock_text(c->arena, m.membership.joined_at));
	present_rights(c, &m);
	present_exemption(c, &m);
	present_input(c);
	present_flash_named(c, flashes, ARRAY_SIZE(flashes));
	present_hint(c, hints, ARRAY_SIZE(hints));
	return present_page(c, "member", "Member");
}

/* The admin types the address of the member, so that no other member is reset by mistake. */
enum err
page_member_reset(struct call *c)
{
	struct uuid account = field_id(&c->fields, "account");
	struct member m;
	enum err e = flow_member_show(&c->flow, c->admin->organization, account, &m);

	if (e == OK && !str_eq(field_text(&c->fields, "confirm"), m.email)) {
		field_reject(&c->fields, "confirm");
		e = ERR_FIELD;
	}
	if (e == OK)
		e = flow_member_reset(&c->flow, c->admin->organization, account,
		    field_text(&c->fields, "reason"));
	if (e == OK)
		redirect_with_flash(c, "reset");
	return e;
}

/* The exemption ends with the day that was chosen, at midnight UTC. */
enum err
page_member_exempt(struct call *c)
{
	int64_t until = field_time(&c->fields, "until");
	enum err e;

	if (field_text(&c->fields, "until").n == STR("YYYY-MM-DD").n)
		until += CLOCK_DAY;
	e = flow_member_exempt(&c->flow, c->admin->organization, field_id(&c->fields, "account"),
	    until, field_text(&c->fields, "exempt_reason"));
	if (e == ERR_FIELD)
		field_reject(&c->fields, "until");
	if (e == OK)
		redirect_with_flash(c, "exempted");
	return e;
}

enum err
page_member_unexempt(struct call *c)
{
	enum err e =
	    flow_member_unexempt(&c->flow, c->admin->organization, field_id(&c->fields, "account"));

	if (e == OK)
		redirect_with_flash(c, "unexempted");
	return e;
}

/* Which decisions the admin may make, or why none. */
static void
present_rights(struct call *c, const struct member *m)
{
	bool oneself = uuid_eq(m->account, c->flow.subject.account.id);
	bool owner = !member_may_decide(c->admin->role, m->membership.role);

	model_bool(c->model, "oneself", oneself);
	model_bool(c->model, "owner", owner && !oneself);
	model_bool(c->model, "may_decide",
	    !oneself && !owner && subject_active(&c->flow.subject) > 0);
	model_bool(c->model, "needs_factor",
	    !oneself && !owner && subject_active(&c->flow.subject) == 0);
	model_bool(c->model, "resettable", m->enrolled || m->codes_left > 0);
	model_text(c->model, "today", day_text(c->arena, c->flow.now));
	model_text(c->model, "last_day",
	    day_text(c->arena, c->flow.now + (POLICY_AHEAD_MAX - 1) * CLOCK_DAY));
}

/* Shows an exemption until it ends, also where the member has a factor and does not need it. */
static void
present_exemption(struct call *c, const struct member *m)
{
	cJSON *o;

	if (m->membership.exempt_until <= c->flow.now)
		return;
	o = model_object(c->model, "exemption");
	model_text(o, "until", clock_text(c->arena, m->membership.exempt_until));
	model_text(o, "reason", m->exempt_reason);
	model_text(o, "by", m->exempt_by);
	model_text(o, "at", clock_text(c->arena, m->exempted_at));
	if (c->refusal == OK) {
		model_text(c->model, "until", day_text(c->arena, m->membership.exempt_until - 1));
		model_text(c->model, "exempt_reason", m->exempt_reason);
	}
}

/* A form that was refused is shown with what was typed. */
static void
present_input(struct call *c)
{
	static const char *const names[] = {"reason", "confirm", "until", "exempt_reason"};

	for (size_t i = 0; c->refusal != OK && i < ARRAY_SIZE(names); i++)
		if (field_known(&c->fields, str_of(names[i])))
			model_text(c->model, names[i], field_text(&c->fields, names[i]));
}

static void
redirect_with_flash(struct call *c, const char *flash)
{
	struct str id = id_format(c->arena, ID_ACCOUNT, field_id(&c->fields, "account"));

	redirect_to_path(c,
	    str_printf(c->arena, "/admin/mfa/member?account=%.*s&done=%s", STR_FMT(id), flash));
}
