/* Responses of the API families. */
#include "web/api/respond.h"

#include "base/clock.h"
#include "flow/recovery.h"
#include "web/error.h"
#include "web/present.h"

static void present_errors(struct call *c);
static void present_error(struct call *c, cJSON *list, struct str name, const char *detail);
static const char *type_error(const struct field *f);
static void list_methods(const struct call *c, cJSON *list);
static void present_policy(struct call *c);

enum err
api_respond(struct call *c, int status)
{
	resp_set(c->resp, status, STR("application/json"), model_json(c->arena, c->model));
	return OK;
}

bool
api_accepts(const struct call *c, struct str type)
{
	struct str rest = req_param(c->req, "HTTP_ACCEPT");

	while (rest.n > 0) {
		struct str range = str_cut(&rest, ',');

		if (str_eq_nocase(str_trim(str_cut(&range, ';')), type))
			return true;
	}
	return false;
}

enum err
api_no_content(struct call *c)
{
	resp_set(c->resp, 204, STR_ABSENT, STR_ABSENT);
	return OK;
}

/* An incorrect password is 401 at sign-in, and 422 within a session. */
void
api_refuse(struct call *c, enum err e)
{
	int status = e == ERR_CREDENTIALS && !c->signed_in ? 401 : error_status(e);
	int64_t retry;

	present_nothing(c);
	model_text(c->model, "type", str_printf(c->arena, "/docs/api#%s", err_code(e)));
	model_text(c->model, "title", str_of(error_title(e)));
	model_number(c->model, "status", status);
	model_text(c->model, "detail",
	    str_is_absent(c->detail) ? error_detail_for(c, e) : c->detail);
	model_text(c->model, "code", str_of(err_code(e)));
	model_text(c->model, "requestId", c->req->id);
	retry = error_retry_after(c, e);
	if (retry > 0)
		model_number(c->model, "retryAfter", retry);
	if (e == ERR_FIELD)
		present_errors(c);
	if (status == 401)
		resp_header(c->resp, "WWW-Authenticate", STR("Bearer"));
	resp_set(c->resp, status, STR("application/problem+json"), model_json(c->arena, c->model));
}

void
api_present_session(struct call *c)
{
	const struct subject *s = &c->flow.subject;
	cJSON *o = c->model;

	model_text(o, "id", id_format(c->arena, ID_SESSION, s->session.id));
	if (c->token_in_body && c->flow.new_token.p != NULL)
		model_text(o, "token", secret_reveal(c->flow.new_token));
	model_text(o, "accountId", id_format(c->arena, ID_ACCOUNT, s->account.id));
	model_text(o, "state", session_state_name(subject_state(s, c->flow.now)));
	list_methods(c, model_list(o, "methods"));
	present_id(c, o, "organizationId", ID_ORGANIZATION, s->session.organization);
	api_set_time(c, o, "createdAt", s->session.created_at);
	api_set_time(c, o, "reauthenticatedAt", s->session.password_at);
	api_set_time(c, o, "verifiedAt", s->session.verified_at);
	api_set_time(c, o, "expiresAt", s->session.expires_at);
}

void
api_present_mfa(struct call *c)
{
	const struct subject *s = &c->flow.subject;

	model_bool(c->model, "enabled", subject_active(s) > 0);
	list_methods(c, model_list(c->model, "methods"));
	model_number(c->model, "backupCodesRemaining", s->recovery.left);
	present_policy(c);
}

enum err
api_respond_mfa(struct call *c)
{
	enum err e = flow_refresh(&c->flow);

	if (e != OK)
		return e;
	api_present_mfa(c);
	return api_respond(c, 200);
}

void
api_set_time(struct call *c, cJSON *o, const char *name, int64_t us)
{
	model_text(o, name, us == 0 ? STR_ABSENT : clock_rfc3339(c->arena, us));
}

void
api_set_codes(cJSON *o, const char *name, const struct recovery_codes *codes)
{
	cJSON *list = model_list(o, name);
	for (int i = 0; i < codes->count; i++)
		model_item_text(list, codes->list[i]);
}

/* The policy that requires a factor which the account has not, and its deadline. */
static void
present_policy(struct call *c)
{
	const struct subject *s = &c->flow.subject;
	struct compliance_status status;
	const struct membership *m = subject_policy(s, c->flow.now, &status);
	cJSON *o;

	if (m == NULL)
		return;
	o = model_object(c->model, "policy");
	model_text(o, "organizationId", id_format(c->arena, ID_ORGANIZATION, m->organization));
	model_text(o, "organization", m->name);
	model_text(o, "standing", compliance_name(status.compliance));
	api_set_time(c, o, "deadline", status.deadline);
	if (status.compliance == COMPLIANCE_EXEMPT)
		api_set_time(c, o, "exemptUntil", m->exempt_until);
}

/* Each kind of active factor once, and recovery codes while some are left. */
static void
list_methods(const struct call *c, cJSON *list)
{
	const struct subject *s = &c->flow.subject;
	for (size_t i = 0; i < s->factor_count; i++) {
		bool listed = s->factors[i].state != FACTOR_ACTIVE;

		for (size_t k = 0; k < i && !listed; k++)
			listed = s->factors[k].state == FACTOR_ACTIVE &&
				 s->factors[k].kind == s->factors[i].kind;
		if (!listed)
			model_item_text(list, str_of(s->factors[i].kind->name));
	}
	if (subject_active(s) > 0 && s->recovery.left > 0)
		model_item_text(list, STR("backup_code"));
}

static void
present_errors(struct call *c)
{
	cJSON *list = model_list(c->model, "errors");
	for (size_t i = 0; i < c->error_count; i++)
		present_error(c, list, c->errors[i].name, c->errors[i].detail);
	for (size_t i = 0; i < c->fields.count; i++) {
		const struct field_value *v = &c->fields.values[i];
		bool listed = v->valid;

		for (size_t k = 0; k < c->error_count && !listed; k++)
			listed = str_eq(c->errors[k].name, str_of(v->field->name));
		if (!listed)
			present_error(c, list, str_of(v->field->name),
			    v->text.n == 0 ? "It is missing." : type_error(v->field));
	}
}

/* A JSON pointer (RFC 6901): '~' and '/' of a name are escaped. */
static void
present_error(struct call *c, cJSON *list, struct str name, const char *detail)
{
	struct buf pointer = {.arena = c->arena};
	cJSON *o = model_item(list);

	buf_addc(&pointer, '/');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '~')
			buf_add(&pointer, STR("~0"));
		else if (name.p[i] == '/')
			buf_add(&pointer, STR("~1"));
		else
			buf_addc(&pointer, name.p[i]);
	}
	model_text(o, "pointer", buf_str(&pointer));
	model_text(o, "detail", str_of(detail));
}

static const char *
type_error(const struct field *f)
{
	static const char *const wants[] = {
	    [FIELD_EMAIL] = "It must be an email address.",
	    [FIELD_PASSWORD] = "It must be text of at most 1024 bytes without U+0000.",
	    [FIELD_CODE] = "It must be text of at most 64 bytes.",
	    [FIELD_LABEL] = "It must be 1 to 64 bytes of text without control characters.",
	    [FIELD_PATH] = "It must be a path on this site.",
	    [FIELD_TOKEN] = "It must be text of at most 256 bytes.",
	    [FIELD_FACTOR] = "It must be the id of a factor, fct_ and 26 characters.",
	    [FIELD_SESSION] = "It must be the id of a session, ses_ and 26 characters.",
	    [FIELD_ORGANIZATION] = "It must be the id of an organization, org_ and 26 characters.",
	    [FIELD_ACCOUNT] = "It must be the id of an account, usr_ and 26 characters.",
	    [FIELD_TEXT] = "It must be 1 to 500 characters of text without control characters.",
	    [FIELD_NUMBER] = "It must be a whole number of 0 or more.",
	    [FIELD_TIME] = "It must be a date, or a date and time with a zone.",
	    [FIELD_BOOLEAN] = "It must be true or false.",
	    [FIELD_WORD] = "It must be a word of lower-case letters, digits, - and _.",
	};

	return wants[f->type];
}
