/* The command account show, and an account as text. */
#include "ctl/show.h"

#include "base/clock.h"
#include "ctl/ctl.h"
#include "flow/operator.h"

static void print_account(const struct show *s, FILE *out);
static void print_memberships(const struct show *s, FILE *out);
static void print_factors(const struct show *s, FILE *out);
static void print_recovery(const struct show *s, FILE *out);
static void print_attempts(const struct show *s, FILE *out);
static void print_sessions(const struct show *s, FILE *out);
static struct str format_time(const struct show *s, int64_t us);
static void print_line(FILE *out, const char *title, struct str text);

int
account_show(struct ctl *ctl)
{
	struct account_report report;
	struct show s = {.arena = ctl->arena,
	    .subject = &ctl->flow.subject,
	    .report = &report,
	    .now = ctl->now};
	struct str email;
	enum err e;
	int status = ctl_parse_email(ctl, ctl->args.words[0], &email);

	if (status == EX_OK)
		status = ctl_open(ctl);
	if (status != EX_OK)
		return status;
	e = operator_account_show(&ctl->flow, email, &report);
	if (e == ERR_NOT_FOUND)
		return ctl_fail_no_account(email);
	if (e != OK)
		return ctl_fail_err(e);
	if (ctl->args.options[ARGS_JSON] == NULL)
		show_text(&s, stdout);
	else if (!show_json(&s, stdout))
		return ctl_fail_err(ERR_INTERNAL);
	return EX_OK;
}

void
show_text(const struct show *s, FILE *out)
{
	print_account(s, out);
	print_memberships(s, out);
	print_factors(s, out);
	print_recovery(s, out);
	print_attempts(s, out);
	print_sessions(s, out);
}

static void
print_account(const struct show *s, FILE *out)
{
	const struct account *a = &s->subject->account;

	print_line(out, "Account", id_format(s->arena, ID_ACCOUNT, a->id));
	print_line(out, "Name", a->name);
	print_line(out, "E-mail",
	    str_printf(s->arena, "%.*s, %s", STR_FMT(a->email),
		a->email_verified ? "verified" : "not verified"));
	print_line(out, "Status",
	    a->disabled_at == 0 ? STR("active")
				: str_printf(s->arena, "disabled since %.*s",
				      STR_FMT(format_time(s, a->disabled_at))));
	print_line(out, "Created", format_time(s, s->report->details.created_at));
	print_line(out, "Password set", format_time(s, s->report->details.password_changed_at));
	print_line(out, "Last sign-in", format_time(s, s->report->details.last_sign_in_at));
}

static void
print_memberships(const struct show *s, FILE *out)
{
	if (s->subject->membership_count == 0)
		print_line(out, "Memberships", STR("none"));
	for (size_t i = 0; i < s->subject->membership_count; i++) {
		const struct membership *m = &s->subject->memberships[i];
		struct str role = role_name(m->role);

		print_line(out, i == 0 ? "Memberships" : "",
		    str_printf(s->arena, "%.*s (%.*s), %.*s%s, since %.*s", STR_FMT(m->name),
			STR_FMT(m->slug), STR_FMT(role), m->sensitive ? " (sensitive)" : "",
			STR_FMT(format_time(s, m->joined_at))));
	}
}

static void
print_factors(const struct show *s, FILE *out)
{
	if (s->subject->factor_count == 0)
		print_line(out, "Factors", STR("none"));
	for (size_t i = 0; i < s->subject->factor_count; i++) {
		const struct factor *f = &s->subject->factors[i];
		struct str text =
		    str_printf(s->arena, "%s \"%.*s\", ", f->kind->name, STR_FMT(f->label));

		if (f->state == FACTOR_PENDING)
			text = str_printf(s->arena, "%.*ssetup started, open until %.*s",
			    STR_FMT(text), STR_FMT(format_time(s, f->expires_at)));
		else
			text = str_printf(s->arena, "%.*s%sadded %.*s, last used %.*s",
			    STR_FMT(text), f->preferred ? "preferred, " : "",
			    STR_FMT(format_time(s, f->confirmed_at)),
			    STR_FMT(format_time(s, f->last_used_at)));
		print_line(out, i == 0 ? "Factors" : "", text);
	}
}

static void
print_recovery(const struct show *s, FILE *out)
{
	const struct recovery_set *set = &s->subject->recovery;

	if (uuid_is_nil(set->id))
		print_line(out, "Recovery codes", STR("none"));
	else
		print_line(out, "Recovery codes",
		    str_printf(s->arena, "%d left, created %.*s, %s", (int)set->left,
			STR_FMT(format_time(s, set->created_at)),
			set->acknowledged_at != 0 ? "saved by the owner"
						  : "not yet saved by the owner"));
}

static void
print_attempts(const struct show *s, FILE *out)
{
	const struct throttle *t = &s->subject->throttle;
	struct str text = t->failures == 0
			      ? STR("no wrong codes")
			      : str_printf(s->arena, "%d wrong in a row", (int)t->failures);

	switch (throttle_check(t, s->now)) {
	case ERR_LOCKED:
		text = str_printf(s->arena, "%.*s; locked", STR_FMT(text));
		break;
	case ERR_THROTTLED:
		text = str_printf(s->arena, "%.*s; blocked until %.*s", STR_FMT(text),
		    STR_FMT(format_time(s, t->blocked_until)));
		break;
	default:
		break;
	}
	print_line(out, "Second factor", text);
}

static void
print_sessions(const struct show *s, FILE *out)
{
	if (s->report->session_count == 0)
		print_line(out, "Sessions", STR("none"));
	for (size_t i = 0; i < s->report->session_count; i++) {
		const struct session *e = &s->report->sessions[i];

		print_line(out, i == 0 ? "Sessions" : "",
		    str_printf(s->arena, "%.*s, %.*s, since %.*s, last active %.*s, from %.*s",
			STR_FMT(id_format(s->arena, ID_SESSION, e->id)),
			STR_FMT(session_state_name(e->state)),
			STR_FMT(format_time(s, e->created_at)),
			STR_FMT(format_time(s, e->last_seen_at)), STR_FMT(e->address)));
	}
}

static struct str
format_time(const struct show *s, int64_t us)
{
	return us != 0 ? clock_text(s->arena, us) : STR("never");
}

static void
print_line(FILE *out, const char *title, struct str text)
{
	fprintf(out, "%-16s%.*s\n", title, STR_FMT(text));
}
