/* The one table of what can be asked for. */
#include "web/call.h"

#include "base/log.h"
#include "web/page/page.h"

#define G_PAGE (G_SESSION | G_ACTIVE)
#define G_FORM (G_SESSION | G_ACTIVE | G_SAME_ORIGIN)
#define G_CHANGE (G_FORM | G_FRESH_PASSWORD | G_FRESH_VERIFICATION)

/* A row that does not say who may come does not compile. */
#define WHO(guards) \
	((guards) + 0 * sizeof(struct { int says_who : ((guards) & (G_PUBLIC | G_VISITOR | G_SESSION)) ? 1 : -1; }))
#define ROUTE(m, p, g, f, ...) \
	{.method = METHOD_##m, .path = (p), .guards = (unsigned int)WHO(g), .fields = (f), __VA_ARGS__}

static const struct field next_fields[] = {{"next", FIELD_PATH, false}, {0}};
static const struct field login_fields[] = {
	{"email", FIELD_EMAIL, true},
	{"password", FIELD_PASSWORD, true},
	{"next", FIELD_PATH, false},
	{0},
};
static const struct field setup_fields[] = {{"step", FIELD_WORD, false}, {0}};
static const struct field qr_fields[] = {{"factor", FIELD_FACTOR, true}, {0}};
static const struct field start_fields[] = {{"label", FIELD_LABEL, false}, PROOF_FIELDS, {0}};
static const struct field confirm_fields[] = {{"factor", FIELD_FACTOR, true}, {"code", FIELD_CODE, true}, {0}};
static const struct field challenge_fields[] = {
	{"method", FIELD_WORD, false},
	{"factor", FIELD_FACTOR, false},
	{"next", FIELD_PATH, false},
	{0},
};
static const struct field answer_fields[] = {
	{"factor", FIELD_FACTOR, false},
	{"code", FIELD_CODE, false},
	{"recovery_code", FIELD_CODE, false},
	{"next", FIELD_PATH, false},
	{0},
};
static const struct field proof_fields[] = {PROOF_FIELDS, {0}};
static const struct field done_fields[] = {{"done", FIELD_WORD, false}, {0}};
static const struct field factor_fields[] = {{"factor", FIELD_FACTOR, true}, {0}};
static const struct field factor_proof_fields[] = {{"factor", FIELD_FACTOR, true}, PROOF_FIELDS, {0}};
static const struct field rename_fields[] = {
	{"factor", FIELD_FACTOR, true},
	{"label", FIELD_LABEL, true},
	PROOF_FIELDS,
	{0},
};
static const struct field session_fields[] = {{"session", FIELD_SESSION, true}, {0}};

static const struct route routes[] = {
	ROUTE(GET, "/", G_PUBLIC, NULL, .run = page_root),
	ROUTE(GET, "/login", G_VISITOR, next_fields, .run = page_login),
	ROUTE(POST, "/login", G_VISITOR | G_SAME_ORIGIN, login_fields, .run = page_login_post, .form = page_login),
	ROUTE(GET, "/logout", G_SESSION, NULL, .run = page_logout),
	ROUTE(POST, "/logout", G_SESSION | G_SAME_ORIGIN, NULL, .run = page_logout_post),
	ROUTE(GET, "/dashboard", G_PAGE, next_fields, .run = page_dashboard),

	ROUTE(GET, "/mfa/setup", G_PAGE, setup_fields, .run = page_setup),
	ROUTE(GET, "/mfa/setup/qr.png", G_PAGE, qr_fields, .run = page_setup_qr),
	ROUTE(POST, "/mfa/setup/start", G_CHANGE | G_EMAIL_VERIFIED, start_fields, .run = page_setup_start,
	    .form = page_setup_start_form, .what = "To set up two-factor authentication, sign in again."),
	ROUTE(POST, "/mfa/setup/confirm", G_FORM | G_EMAIL_VERIFIED, confirm_fields, .run = page_setup_confirm,
	    .form = page_setup_confirm_form),
	ROUTE(POST, "/mfa/setup/cancel", G_FORM, NULL, .run = page_setup_cancel),

	ROUTE(GET, "/mfa/challenge", G_SESSION, challenge_fields, .run = page_challenge),
	ROUTE(POST, "/mfa/challenge", G_SESSION | G_SAME_ORIGIN, answer_fields, .run = page_challenge_post,
	    .form = page_challenge),
	ROUTE(POST, "/mfa/challenge/cancel", G_SESSION | G_SAME_ORIGIN, NULL, .run = page_challenge_cancel),

	ROUTE(GET, "/mfa/recovery-codes", G_PAGE, NULL, .run = page_codes),
	ROUTE(POST, "/mfa/recovery-codes", G_FORM | G_FRESH_PASSWORD | G_APP_CODE_NOW, proof_fields,
	    .run = page_codes_post, .form = page_codes),
	ROUTE(POST, "/mfa/recovery-codes/acknowledge", G_FORM, NULL, .run = page_codes_acknowledge),
	ROUTE(GET, "/mfa/disable", G_PAGE, NULL, .run = page_disable),
	ROUTE(POST, "/mfa/disable", G_FORM | G_PASSWORD_NOW | G_FRESH_VERIFICATION, proof_fields,
	    .run = page_disable_post, .form = page_disable),

	ROUTE(GET, "/profile", G_PAGE, done_fields, .run = page_profile),
	ROUTE(POST, "/mfa/factors/rename", G_CHANGE, rename_fields, .run = page_factor_rename,
	    .what = "To rename this method, confirm that it is you."),
	ROUTE(POST, "/mfa/factors/prefer", G_CHANGE, factor_proof_fields, .run = page_factor_prefer,
	    .what = "To change your preferred method, confirm that it is you."),
	ROUTE(GET, "/mfa/factors/remove", G_PAGE, factor_fields, .run = page_factor_remove),
	ROUTE(POST, "/mfa/factors/remove", G_CHANGE, factor_proof_fields, .run = page_factor_remove_post,
	    .what = "To remove this method, confirm that it is you."),
	ROUTE(POST, "/profile/sessions/end", G_FORM, session_fields, .run = page_session_end),
	ROUTE(POST, "/profile/sessions/end-others", G_FORM, NULL, .run = page_sessions_end_others),

	ROUTE(GET, "/healthz", G_PUBLIC, NULL, .run = page_healthz),
	ROUTE(GET, "/readyz", G_PUBLIC, NULL, .run = page_readyz),
};

const struct route *
route_find(const struct req *rq, enum err *e, struct str *allow)
{
	enum method wanted = rq->method == METHOD_HEAD ? METHOD_GET : rq->method;
	struct buf methods = {.arena = rq->arena};
	size_t i;

	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		const struct route *r = &routes[i];

		if (!str_eq(str_of(r->path), rq->path))
			continue;
		if (r->method == wanted)
			return r;
		buf_add(&methods, methods.n > 0 ? STR(", ") : STR(""));
		buf_add(&methods, r->method == METHOD_GET ? STR("GET, HEAD") : STR("POST"));
	}
	*allow = buf_str(&methods);
	*e = methods.n > 0 ? ERR_METHOD : ERR_NOT_FOUND;
	return NULL;
}
