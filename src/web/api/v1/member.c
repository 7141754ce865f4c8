/* The decisions of admins about a member: exemptions, and the reset of a lost factor. */
#include "web/api/v1/member.h"

#include "flow/compliance.h"
#include "flow/member.h"
#include "web/api/respond.h"
#include "web/api/v1/handlers.h"
#include "web/error.h"

static enum err respond_member(struct call *c, enum err e) MUST_CHECK;
static void present_methods(cJSON *o, const struct member *m);
static void present_exemption(struct call *c, cJSON *o, const struct member *m);

enum err
v1_member_exempt(struct call *c)
{
	enum err e =
	    flow_member_exempt(&c->flow, c->admin->organization, field_id(&c->fields, "account"),
		field_time(&c->fields, "until"), field_text(&c->fields, "reason"));

	if (e == ERR_FIELD)
		error_add_field(c, STR("until"),
		    "It must be in the future, at most a year from now.");
	return respond_member(c, e);
}

enum err
v1_member_unexempt(struct call *c)
{
	enum err e =
	    flow_member_unexempt(&c->flow, c->admin->organization, field_id(&c->fields, "account"));

	return e == OK ? api_no_content(c) : e;
}

enum err
v1_member_reset(struct call *c)
{
	return respond_member(c,
	    flow_member_reset(&c->flow, c->admin->organization, field_id(&c->fields, "account"),
		field_text(&c->fields, "reason")));
}

void
v1_present_member(struct call *c, cJSON *o, const struct member *m)
{
	model_text(o, "accountId", id_format(c->arena, ID_ACCOUNT, m->account));
	model_text(o, "name", m->name);
	model_text(o, "email", m->email);
	model_bool(o, "emailVerified", m->email_verified);
	model_text(o, "role", role_name(m->membership.role));
	model_bool(o, "sensitive", m->membership.sensitive);
	model_text(o, "standing", compliance_name(m->status.compliance));
	api_set_time(c, o, "deadline", m->status.deadline);
	present_exemption(c, o, m);
	present_methods(o, m);
	model_number(o, "backupCodesRemaining", m->codes_left);
	api_set_time(c, o, "lastSignInAt", m->last_sign_in_at);
	api_set_time(c, o, "joinedAt", m->membership.joined_at);
	model_bool(o, "disabled", m->disabled_at != 0);
}

/* Responds with the member as they are after the decision. */
static enum err
respond_member(struct call *c, enum err e)
{
	struct member m;

	if (e == OK)
		e = flow_member_show(&c->flow, c->admin->organization,
		    field_id(&c->fields, "account"), &m);
	if (e != OK)
		return e;
	v1_present_member(c, c->model, &m);
	return api_respond(c, 200);
}

static void
present_methods(cJSON *o, const struct member *m)
{
	cJSON *list = model_list(o, "methods");
	struct str rest = m->kinds;

	while (rest.n > 0)
		model_item_text(list, str_cut(&rest, ' '));
}

/* Shows an exemption that has ended, too, until another is granted. */
static void
present_exemption(struct call *c, cJSON *o, const struct member *m)
{
	cJSON *e;

	if (m->membership.exempt_until == 0) {
		model_text(o, "exemption", STR_ABSENT);
		return;
	}
	e = model_object(o, "exemption");
	api_set_time(c, e, "until", m->membership.exempt_until);
	model_text(e, "reason", m->exempt_reason);
	model_text(e, "givenBy", m->exempt_by);
	api_set_time(c, e, "givenAt", m->exempted_at);
}
