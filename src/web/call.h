/*
 * A call: one request while the web layer processes it. A handler gets it after the guards and the
 * fields were checked, runs a use case, and sets the response.
 */
#ifndef WEB_CALL_H
#define WEB_CALL_H

#include "flow/authn.h"
#include "flow/flow.h"
#include "http/req.h"
#include "http/resp.h"
#include "view/model.h"
#include "web/field.h"

/* The most errors of one body that are reported at once. */
#define CALL_ERRORS_MAX 16
/* The most variable segments of a path. */
#define CALL_SEGMENTS_MAX 4

struct conf;
struct route;
struct route_family;
struct web;

/* What is wrong with one member of a request where its field alone cannot say it. */
struct field_error {
	struct str name;
	const char *detail; /* a sentence */
};

/* The part of a path that stands for "{name}" of the route. */
struct segment {
	struct str name;
	struct str value;
};

struct call {
	struct web *web;
	const struct conf *conf;
	struct req *req;
	struct resp *resp;
	struct arena *arena;
	const struct route_family *family; /* never NULL */
	const struct route *route;         /* NULL when no route matches */
	struct segment segments[CALL_SEGMENTS_MAX];
	size_t segment_count;
	struct fields fields;
	struct field_error errors[CALL_ERRORS_MAX];
	size_t error_count;
	struct str detail; /* a sentence instead of the general one of the error; or absent */
	/* the client keeps its token itself: a new token goes into the body, never into a cookie */
	bool token_in_body;
	struct flow flow;
	bool signed_in; /* the flow has a subject with a session */
	/* with G_ADMIN: the membership of the account in the organization; else NULL */
	const struct membership *admin;
	struct stepup missing; /* the proofs that the guard did not find */
	enum err refusal;      /* why the handler shows its form again; OK at first */
	cJSON *model;          /* the value tree of the response */
};

#endif
