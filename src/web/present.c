/* Parts of the value tree that several pages share, and the step from the tree to the page. */
#include "web/present.h"

#include "base/clock.h"
#include "conf/conf.h"
#include "flow/verify.h"
#include "view/template.h"
#include "web/error.h"
#include "web/internal.h"
#include "web/organization.h"
#include "web/route.h"

static void present_refusal(struct call *c);
static void present_wait(struct call *c);
static const char *refused_field(const struct call *c);
static bool was_sent(const struct call *c, const char *name);

enum err
present_page(struct call *c, const char *template, const char *title)
{
	const struct account *account = &c->flow.subject.account;
	enum session_state state = subject_state(&c->flow.subject, c->flow.now);
	bool has_session = c->signed_in && !c->flow.ended;

	model_text(c->model, "issuer", str_of(c->conf->issuer));
	model_text(c->model, "title", str_of(title));
	model_text(c->model, "request_id", c->req->id);
	model_bool(c->model, "signed_in", has_session && state == SESSION_ACTIVE);
	model_bool(c->model, "enrolling", has_session && state == SESSION_ENROLLMENT_REQUIRED);
	if (c->signed_in) {
		cJSON *o = model_object(c->model, "account");

		model_text(o, "name", account->name);
		model_text(o, "email", account->email);
	}
	if (has_session)
		present_organization_context(c);
	if (c->refusal != OK)
		present_refusal(c);
	resp_set(c->resp, c->refusal != OK ? error_status(c->refusal) : 200,
	    STR("text/html; charset=utf-8"),
	    template_render(c->web->templates, template, c->arena, c->model));
	return OK;
}

void
present_nothing(struct call *c)
{
	cJSON_Delete(c->model);
	c->model = model_new();
}

void
present_mfa(struct call *c)
{
	const struct subject *s = &c->flow.subject;
	bool enabled = subject_active(s) > 0;
	cJSON *o = model_object(c->model, "mfa");

	model_bool(o, "enabled", enabled);
	model_text(o, "status_text", enabled ? STR("Enabled") : STR("Disabled"));
	model_number(o, "recovery_left", s->recovery.left);
	model_bool(o, "recovery_low", enabled && s->recovery.left < RECOVERY_LOW);
	model_bool(o, "codes_unacknowledged",
	    !uuid_is_nil(s->recovery.id) && s->recovery.acknowledged_at == 0);
}

void
present_methods(struct call *c)
{
	const struct subject *s = &c->flow.subject;
	cJSON *list = model_list(c->model, "methods");
	size_t i;

	for (i = 0; i < s->factor_count; i++) {
		const struct factor *f = &s->factors[i];
		cJSON *o;

		if (f->state != FACTOR_ACTIVE)
			continue;
		o = model_item(list);
		model_text(o, "id", id_format(c->arena, ID_FACTOR, f->id));
		model_text(o, "label", f->label);
		model_bool(o, "preferred", f->preferred);
	}
	model_bool(c->model, "several", subject_active(s) > 1);
}

void
present_factor(struct call *c, const struct factor *f)
{
	cJSON *o = model_object(c->model, "factor");

	model_text(o, "id", id_format(c->arena, ID_FACTOR, f->id));
	model_text(o, "label", f->label);
	model_bool(c->model, f->kind->name, true);
}

struct str
day_text(struct arena *a, int64_t us)
{
	return us != 0 ? str_slice(clock_rfc3339(a, us), 0, STR("YYYY-MM-DD").n) : STR_ABSENT;
}

void
present_id(struct call *c, cJSON *o, const char *name, const char *prefix, struct uuid id)
{
	model_text(o, name, uuid_is_nil(id) ? STR_ABSENT : id_format(c->arena, prefix, id));
}

struct str
time_text(struct arena *a, int64_t us)
{
	return us != 0 ? clock_text(a, us) : STR_ABSENT;
}

void
present_flash(struct call *c, const char *text)
{
	model_text(model_object(c->model, "flash"), "text", str_of(text));
}

void
present_flash_named(struct call *c, const struct flash *list, size_t count)
{
	if (!field_known(&c->fields, STR(FLASH_FIELD)))
		return;
	for (size_t i = 0; i < count; i++)
		if (str_eq(field_text(&c->fields, FLASH_FIELD), str_of(list[i].name)))
			present_flash(c, list[i].text);
}

void
present_hint(struct call *c, const struct field_hint *hints, size_t count)
{
	const char *field = c->refusal == ERR_FIELD ? field_rejected(&c->fields) : NULL;

	for (size_t i = 0; field != NULL && i < count; i++)
		if (str_eq(str_of(field), str_of(hints[i].field)))
			c->detail = str_of(hints[i].text);
}

enum err
present_step_up(struct call *c)
{
	cJSON *hidden = model_list(c->model, "hidden");
	size_t i;

	for (i = 0; i < c->fields.count; i++) {
		const struct field_value *v = &c->fields.values[i];
		cJSON *o;

		if (str_is_absent(v->text) || v->field->proof != PROOF_NONE)
			continue;
		o = model_item(hidden);
		model_text(o, "name", str_of(v->field->name));
		model_text(o, "value", v->text);
	}
	model_text(c->model, "purpose", str_of(c->route->purpose));
	model_text(c->model, "action", str_of(c->route->path));
	model_bool(c->model, "need_password", c->missing.password);
	model_bool(c->model, "need_code", c->missing.verification);
	model_bool(c->model, "allow_recovery", true);
	model_text(c->model, "cancel_href",
	    c->route->cancel_path != NULL ? str_of(c->route->cancel_path) : STR("/profile"));
	present_methods(c);
	return present_page(c, "step_up", "Confirm your identity");
}

/* A missing proof is shown as an error only where one was sent. */
static void
present_refusal(struct call *c)
{
	bool missing =
	    c->refusal == ERR_REAUTHENTICATION_REQUIRED || c->refusal == ERR_VERIFICATION_REQUIRED;
	const char *field = refused_field(c);
	cJSON *o;

	if (missing && !was_sent(c, "password") && !was_sent(c, "code") &&
	    !was_sent(c, "recovery_code"))
		return;
	o = model_object(c->model, "error");
	model_text(o, "text",
	    str_is_absent(c->detail) ? error_detail_for(c, c->refusal) : c->detail);
	if (field != NULL)
		model_text(o, "field", str_of(field));
	if (c->refusal == ERR_THROTTLED || c->refusal == ERR_CODE_INVALID)
		present_wait(c);
}

/* The incorrect code that reaches the attempt limit shows the wait, too. */
static void
present_wait(struct call *c)
{
	int64_t wait = flow_wait(&c->flow);
	cJSON *o;

	if (wait == 0)
		return;
	o = model_object(c->model, "waiting");
	model_number(o, "seconds", wait);
	model_text(o, "text", error_detail_for(c, ERR_THROTTLED));
	if (c->refusal == ERR_THROTTLED)
		(void)error_retry_after(c, ERR_THROTTLED);
}

/* Returns the name of the field that the refusal is about; NULL for none. */
static const char *
refused_field(const struct call *c)
{
	switch (c->refusal) {
	case ERR_CREDENTIALS:
		return c->signed_in ? "password" : "email";
	case ERR_REAUTHENTICATION_REQUIRED:
		return "password";
	case ERR_CODE_INVALID:
	case ERR_VERIFICATION_REQUIRED:
		return was_sent(c, "recovery_code") ? "recovery_code" : "code";
	case ERR_FIELD:
		return field_rejected(&c->fields);
	default:
		return NULL;
	}
}

static bool
was_sent(const struct call *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->fields.count; i++)
		if (str_eq(str_of(c->fields.values[i].field->name), str_of(name)))
			return c->fields.values[i].text.n > 0;
	return false;
}
