/* The way into the pages for admins, and a member as they show it. */
#include "web/page/admin.h"

#include "base/clock.h"
#include "web/organization.h"

static struct str kinds_text(struct arena *a, struct str kinds);
static struct str time_or_none(struct call *c, int64_t us);

void
admin_enter(struct call *c, const char *current)
{
	model_text(c->model, "organization", c->admin->name);
	model_text(c->model, "as_of", clock_text(c->arena, c->flow.now));
	model_bool(model_object(c->model, "nav"), "admin", true);
	model_bool(model_object(c->model, "admin_nav"), current, true);
	model_bool(c->model, "own_factor", subject_active(&c->flow.subject) > 0);
}

void
admin_present_member(struct call *c, cJSON *o, const struct member *m)
{
	enum compliance status = m->status.compliance;

	model_text(o, "id", id_format(c->arena, ID_ACCOUNT, m->account));
	model_text(o, "name", m->name);
	model_text(o, "email", m->email);
	model_bool(o, "unverified", !m->email_verified);
	model_text(o, "role", role_label(c->arena, &m->membership));
	model_text(o, "standing", compliance_name(status));
	model_text(o, "standing_text", str_of(compliance_label(status)));
	model_text(o, "sign", str_of(compliance_tone(status)));
	model_text(o, "deadline",
	    time_or_none(c, status == COMPLIANCE_GRACE || status == COMPLIANCE_OVERDUE
				? m->status.deadline
				: 0));
	model_text(o, "exempt_until",
	    time_or_none(c, status == COMPLIANCE_EXEMPT ? m->membership.exempt_until : 0));
	model_text(o, "kinds", kinds_text(c->arena, m->kinds));
	model_bool(o, "enrolled", m->enrolled);
	model_number(o, "codes_left", m->codes_left);
	model_text(o, "last_sign_in", time_or_none(c, m->last_sign_in_at));
	model_text(o, "disabled", time_or_none(c, m->disabled_at));
}

/* The names of the kinds, for people. */
static struct str
kinds_text(struct arena *a, struct str kinds)
{
	struct buf b = {.arena = a};

	while (!str_is_absent(kinds)) {
		const struct factor_kind *kind = factor_kind_find(str_cut(&kinds, ' '));

		if (kind != NULL)
			buf_printf(&b, "%s%s", b.n > 0 ? ", " : "", kind->title);
	}
	return b.n > 0 ? buf_str(&b) : STR_ABSENT;
}

static struct str
time_or_none(struct call *c, int64_t us)
{
	return us != 0 ? clock_text(c->arena, us) : STR_ABSENT;
}
