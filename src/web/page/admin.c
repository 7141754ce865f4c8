/* What the pages for admins have in common. */
#include "web/page/admin.h"

#include "base/clock.h"
#include "web/organization.h"
#include "web/present.h"

static struct str kinds_text(struct arena *a, struct str kinds);

void
present_admin(struct call *c, const char *current)
{
	model_text(c->model, "organization", c->admin->name);
	model_text(c->model, "as_of", clock_text(c->arena, c->flow.now));
	model_bool(model_object(c->model, "nav"), "admin", true);
	model_bool(model_object(c->model, "admin_nav"), current, true);
	model_bool(c->model, "own_factor", subject_active(&c->flow.subject) > 0);
}

void
present_member(struct call *c, cJSON *o, const struct member *m)
{
	enum compliance status = m->status.compliance;

	model_text(o, "id", id_format(c->arena, ID_ACCOUNT, m->account));
	model_text(o, "name", m->name);
	model_text(o, "email", m->email);
	model_bool(o, "unverified", !m->email_verified);
	model_text(o, "role", role_label(c->arena, &m->membership));
	model_text(o, "compliance", compliance_name(status));
	model_text(o, "compliance_label", str_of(compliance_label(status)));
	model_text(o, "tone", str_of(compliance_tone(status)));
	model_text(o, "deadline",
	    time_text(c->arena, status == COMPLIANCE_GRACE || status == COMPLIANCE_OVERDUE
				    ? m->status.deadline
				    : 0));
	model_text(o, "exempt_until",
	    time_text(c->arena, status == COMPLIANCE_EXEMPT ? m->membership.exempt_until : 0));
	model_text(o, "kinds", kinds_text(c->arena, m->kinds));
	model_bool(o, "enrolled", m->enrolled);
	model_number(o, "codes_left", m->codes_left);
	model_text(o, "last_sign_in", time_text(c->arena, m->last_sign_in_at));
	model_text(o, "disabled", time_text(c->arena, m->disabled_at));
}

/* The titles of kinds of factors: "Authenticator app, …"; absent for none. */
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
