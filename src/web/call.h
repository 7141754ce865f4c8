/*
 * One call: a request on its way through the web floor. A handler gets it with
 * guards passed and fields checked, runs a use case, and sets the answer.
 */
#ifndef WEB_CALL_H
#define WEB_CALL_H

#include "base/field.h"
#include "flow/flow.h"
#include "http/req.h"
#include "http/resp.h"
#include "view/model.h"
#include "web/web.h"

/*
 * What must hold before a handler runs. Each route says it with at least one of
 * the first three; a row without any does not compile.
 */
enum guard {
	G_PUBLIC = 1 << 0,             /* anybody; a session is not even looked for */
	G_VISITOR = 1 << 1,            /* anybody; a session is loaded when there is one */
	G_SESSION = 1 << 2,            /* a session, in any state */
	G_ACTIVE = 1 << 3,             /* with G_SESSION: nothing outstanding */
	G_SAME_ORIGIN = 1 << 4,        /* sent by a page of this site */
	G_EMAIL_VERIFIED = 1 << 5,
	G_FRESH_PASSWORD = 1 << 6,     /* password confirmed lately, or in this request */
	G_FRESH_VERIFICATION = 1 << 7, /* challenge passed lately, or in this request; without factors nothing */
	G_PASSWORD_NOW = 1 << 8,       /* password in this request */
	G_APP_CODE_NOW = 1 << 9        /* code of an app in this request */
};

#define G_PROOF (G_FRESH_PASSWORD | G_FRESH_VERIFICATION | G_PASSWORD_NOW | G_APP_CODE_NOW)

struct call;
typedef enum err handler(struct call *c);

struct route {
	enum method method;
	const char *path;
	unsigned int guards;
	const struct field *fields; /* of the query (GET) or the form (POST); NULL: none */
	handler *run;
	/*
	 * Shows the form again after a refusal (c->refused). NULL: the step-up page
	 * where a proof is missing or wrong, else the error page.
	 */
	handler *form;
	const char *what; /* for the step-up page: what the proof is for */
};

/* The fields of a route whose guards ask for proofs. */
#define PROOF_FIELDS                                 \
	{"password", FIELD_PASSWORD, false},         \
	{"code", FIELD_CODE, false},                 \
	{"recovery_code", FIELD_CODE, false},        \
	{"method", FIELD_FACTOR, false}

struct call {
	struct web *web;
	struct req *req;
	struct resp *resp;
	struct arena *arena;
	const struct route *route;
	struct fields fields;
	struct flow flow;
	bool signed_in;        /* the flow has a subject with a session */
	struct stepup missing; /* which proofs the guard did not find */
	enum err refused;      /* why a form is shown again; OK at first */
	cJSON *model;
};

/* ---- routes.c ---- */

/*
 * The route for a method and path. NULL with ERR_NOT_FOUND, or with ERR_METHOD and
 * the methods that exist in `allow`. HEAD takes the route of GET.
 */
const struct route *route_find(const struct req *rq, enum err *e, struct str *allow);

/* ---- guard.c ---- */

/* Parses the fields, finds the session and checks the guards of the route, in that order. */
enum err guard_pass(struct call *c) MUST_CHECK;

/* The session token of a request; absent without one. */
struct str guard_token(const struct req *rq);

/* ---- error.c ---- */

/* The HTTP status of a result. */
int error_status(enum err e);

/* A sentence for people about a refusal or failure. */
struct str error_text(struct call *c, enum err e);

/* The answer to a result that no form shows: a redirect to where it can be mended, or the error page. */
void error_answer(struct call *c, enum err e);

/* ---- present.c ---- */

/*
 * Renders a template of the model with the common part added: issuer, title,
 * account, the refusal in c->refused with the field it is about.
 */
enum err present_page(struct call *c, const char *template, const char *title) MUST_CHECK;

/* `mfa` {enabled, recovery_left, recovery_low, …}. */
void present_mfa(struct call *c);

/* `methods` [{id, label, preferred}] and `several`, of the active factors. */
void present_methods(struct call *c);

/* An object {id, label} and the truth of its kind's name. */
void present_factor(struct call *c, const struct factor *f);

/* `notice` {text}. */
void present_notice(struct call *c, const char *text);

/* The step-up page for a POST route: the proofs that miss, and the form's fields to go on with. */
enum err present_step_up(struct call *c) MUST_CHECK;

/* ---- web.c ---- */

const struct conf *web_conf(const struct call *c);

#endif
