/*
 * One call: a request on its way through the web floor. A handler gets it with guards passed
 * and fields checked, runs a use case, and sets the answer.
 */
#ifndef WEB_CALL_H
#define WEB_CALL_H

#include "base/field.h"
#include "flow/authn.h"
#include "flow/flow.h"
#include "http/req.h"
#include "http/resp.h"
#include "view/model.h"
#include "web/web.h"

/*
 * What must hold before a handler runs. Each route says it with at least one of the first
 * three; a row without any does not compile.
 */
enum guard {
	G_PUBLIC = 1 << 0,  /* anybody; a session is not even looked for */
	G_VISITOR = 1 << 1, /* anybody; a session is loaded when there is one */
	G_SESSION = 1 << 2, /* a session, in any state */
	G_ACTIVE = 1 << 3,  /* with G_SESSION: nothing outstanding */
	/* sent by a page of this site, or with the token in a header */
	G_SAME_ORIGIN = 1 << 4,
	G_EMAIL_VERIFIED = 1 << 5,
	G_FRESH_PASSWORD = 1 << 6, /* password confirmed lately, or in this request */
	/* challenge passed lately, or in this request; without factors nothing */
	G_FRESH_VERIFICATION = 1 << 7,
	G_PASSWORD_NOW = 1 << 8,  /* password in this request */
	G_CODE_NOW = 1 << 9,      /* code of an app or recovery code in this request */
	G_APP_CODE_NOW = 1 << 10, /* code of an app in this request */
	/* with G_ACTIVE: also when set-up is all that the policy still allows */
	G_ENROLLING = 1 << 11,
	/* owner or admin of the organization that is asked about, working in it */
	G_ADMIN = 1 << 12,
	G_OWN_FACTOR = 1 << 13 /* an active factor of one's own */
};

#define G_PROOF_NOW (G_CODE_NOW | G_APP_CODE_NOW)
#define G_PROOF (G_FRESH_PASSWORD | G_FRESH_VERIFICATION | G_PASSWORD_NOW | G_PROOF_NOW)

struct call;
typedef enum err handler(struct call *c);

struct route {
	enum method method;
	const char *path; /* "{name}" stands for one segment, the value of the field of that name */
	unsigned int guards;
	/* of the path, and of the query (GET) or the body; NULL: none */
	const struct field *fields;
	handler *run;
	/*
	 * Shows the form again after a refusal (c->refused). NULL: the step-up page where a
	 * proof is missing or wrong, else the error page.
	 */
	handler *form;
	const char *what; /* for the step-up page: what the proof is for */
	const char *back; /* for the step-up page: where Cancel leads; NULL: to the profile */
};

/* A row that does not say who may come does not compile. */
#define GUARDS(guards)                                                                   \
	((guards) + 0 * sizeof(struct {                                                  \
		int says_who : ((guards) & (G_PUBLIC | G_VISITOR | G_SESSION)) ? 1 : -1; \
	}))
#define ROUTE(m, p, g, f, ...)                                                        \
	{                                                                             \
		.method = METHOD_##m, .path = (p), .guards = (unsigned int)GUARDS(g), \
		.fields = (f), __VA_ARGS__                                            \
	}

/* How a family of routes is spoken to: pages by browsers, or a dialect of the API. */
struct route_family {
	bool token_in_header; /* the token may come in a header, too */
	/* no good answer but that of a handler, not even to OPTIONS */
	bool closed;
	enum err (*read)(struct call *c);           /* takes the body into the fields */
	void (*refuse)(struct call *c, enum err e); /* answers a result that is not OK */
};

struct route_set {
	const struct route_family *family;
	const struct route *routes;
	size_t count;
};

/* The fields of a form whose route asks for proofs. */
#define PROOF_FIELDS                                                         \
	FIELD_PROOF("password", FIELD_PASSWORD, false, PROOF_PASSWORD),      \
	    FIELD_PROOF("code", FIELD_CODE, false, PROOF_CODE),              \
	    FIELD_PROOF("recovery_code", FIELD_CODE, false, PROOF_RECOVERY), \
	    FIELD_PROOF("method", FIELD_FACTOR, false, PROOF_FACTOR)

/* At most so many faults of one body are told at once, and so many segments of a path vary. */
#define CALL_FAULTS_MAX 16
#define CALL_SEGMENTS_MAX 4

/* What is wrong with one member of a body that no field can say: unknown, or of another type. */
struct fault {
	struct str name;
	const char *what;
};

struct call {
	struct web *web;
	struct req *req;
	struct resp *resp;
	struct arena *arena;
	const struct route_family *family; /* never NULL */
	const struct route *route;         /* NULL when there is none */
	struct {
		struct str name;
		struct str value;
	} segments[CALL_SEGMENTS_MAX]; /* of the path, for "{name}" */
	size_t segment_count;
	struct fields fields;
	struct fault faults[CALL_FAULTS_MAX];
	size_t fault_count;
	struct str detail; /* more than the wording of the result says; or absent */
	/* the client keeps its token itself: a new one goes into the body, never a cookie */
	bool token_in_body;
	struct flow flow;
	bool signed_in; /* the flow has a subject with a session */
	/* with G_ADMIN: the asker's membership in the organization */
	const struct membership *admin;
	struct stepup missing; /* which proofs the guard did not find */
	enum err refused;      /* why a form is shown again; OK at first */
	cJSON *model;
};

/* ---- routes.c ---- */

/*
 * Finds dialect and route of the call by method and path. ERR_NOT_FOUND, or ERR_METHOD with the
 * methods that exist in `allow`; the dialect is set in any case. HEAD takes the route of GET.
 */
enum err route_find(struct call *c, struct str *allow) MUST_CHECK;

/* ---- guard.c ---- */

/*
 * Finds the token, parses the fields, loads the session and checks the guards of the route, in
 * that order.
 */
enum err guard_pass(struct call *c) MUST_CHECK;

/* ---- error.c ---- */

/* The HTTP status of a result. */
int error_status(enum err e);

/* A few words, and a sentence, for people about a refusal or failure. */
const char *error_title(enum err e);
struct str error_text(struct call *c, enum err e);

/* Sets Retry-After where waiting helps; returns the seconds, 0 where it does not. */
int64_t error_retry_after(struct call *c, enum err e);

/* ---- present.c ---- */

/*
 * Renders a template of the model with the common part added: issuer, title, account, the
 * refusal in c->refused with the field it is about.
 */
enum err present_page(struct call *c, const char *template, const char *title) MUST_CHECK;

/* `mfa` {enabled, recovery_left, recovery_low, …}. */
void present_mfa(struct call *c);

/* `methods` [{id, label, preferred}] and `several`, of the active factors. */
void present_methods(struct call *c);

/* An object {id, label} and the truth of its kind's name. */
void present_factor(struct call *c, const struct factor *f);

/* `notice` {text}. */
void present_flash(struct call *c, const char *text);

/* Puts the field that a refusal is about, and what is wanted of it, into words of one's own. */
struct field_hint {
	const char *field;
	const char *text;
};
void present_hint(struct call *c, const struct field_hint *hints, size_t count);

/* The step-up page for a POST route: the proofs that miss, and the form's fields to go on with. */
enum err present_step_up(struct call *c) MUST_CHECK;

/* ---- space.c ---- */

/*
 * What the frame of every page says of the organization that the session works in: `space`, and
 * of a policy without whose factor it may not stay: `deadline` while the transition period
 * runs, `lapsed` afterwards.
 */
void present_organization_context(struct call *c);

/*
 * `required_by`: the organization that wants the account to keep a factor; absent when none
 * does.
 */
void present_required(struct call *c);

/*
 * How a member stands, in a word or two, and the sign that goes with it: "good", "warn", "bad"
 * or "".
 */
const char *compliance_text(enum compliance status);
const char *compliance_sign(enum compliance status);

/* "admin", "owner, sensitive role": for people. */
struct str role_text(struct arena *a, const struct membership *m);

/* ---- web.c ---- */

const struct conf *web_conf(const struct call *c);

/* The value of the session's cookie; absent when there is none, or more than one. */
struct str web_session_cookie(const struct call *c);

/* Where the request can carry the token of a session. */
struct authn_sources web_token_sources(const struct call *c);

/* Throws away what was put into the value tree so far. */
void web_start_over(struct call *c);

#endif
