/*
 * A route: method and path, the guards that must hold before its handler runs, and the fields of
 * a request. Routes stand in tables, one per API family, one for the pages.
 */
#ifndef WEB_ROUTE_H
#define WEB_ROUTE_H

#include "base/err.h"
#include "http/req.h"
#include "web/field.h"

struct call;

/*
 * What must hold before a handler runs. Each route names at least one of the first three; a row
 * without any of them does not compile.
 */
enum guard {
	G_PUBLIC = 1 << 0,  /* anybody may come, and no session is looked for */
	G_VISITOR = 1 << 1, /* anybody may come, and a session is loaded when there is one */
	G_SESSION = 1 << 2, /* a session, in any state */
	G_ACTIVE = 1 << 3,  /* with G_SESSION: the session is active */
	/* a page of this site sent the request, or the token came in a header */
	G_SAME_ORIGIN = 1 << 4,
	G_EMAIL_VERIFIED = 1 << 5,
	/* the password was confirmed within the step-up age, or is in this request */
	G_FRESH_PASSWORD = 1 << 6,
	/* the same of the second factor; holds for an account without factors */
	G_FRESH_VERIFICATION = 1 << 7,
	G_PASSWORD_NOW = 1 << 8,  /* the password is in this request */
	G_CODE_NOW = 1 << 9,      /* the code of an app or a recovery code is in this request */
	G_APP_CODE_NOW = 1 << 10, /* the code of an app is in this request */
	/* with G_ACTIVE: holds also where the policy allows nothing but set-up */
	G_ENROLLING = 1 << 11,
	/* the account is owner or admin of the organization, and the session works in it */
	G_ADMIN = 1 << 12,
	G_OWN_FACTOR = 1 << 13 /* the account has an active factor */
};

#define G_PROOF_NOW (G_CODE_NOW | G_APP_CODE_NOW)
#define G_PROOF (G_FRESH_PASSWORD | G_FRESH_VERIFICATION | G_PASSWORD_NOW | G_PROOF_NOW)

typedef enum err handler(struct call *c);

struct route {
	enum method method;
	const char *path; /* "{name}" stands for one segment, the value of the field of that name */
	unsigned int guards;
	/* of the path, and of the query (GET) or the body; NULL: none */
	const struct field *fields;
	handler *run;
	/*
	 * Shows the form again after a refusal (c->refusal). NULL: the step-up page where a proof
	 * is missing or wrong, else the error page.
	 */
	handler *form;
	const char *purpose;     /* for the step-up page: what the proof is for */
	const char *cancel_path; /* for the step-up page; NULL: the profile */
};

/* A row that does not name who may come does not compile. */
#define GUARDS(guards)                                                                       \
	((guards) + 0 * sizeof(struct {                                                      \
		int who_may_come : ((guards) & (G_PUBLIC | G_VISITOR | G_SESSION)) ? 1 : -1; \
	}))
#define ROUTE(m, p, g, f, ...)                                                        \
	{                                                                             \
		.method = METHOD_##m, .path = (p), .guards = (unsigned int)GUARDS(g), \
		.fields = (f), __VA_ARGS__                                            \
	}

/* How a family of routes reads requests and answers refusals: pages, the gate, an API family. */
struct route_family {
	const char *name;
	bool token_in_header; /* the token may come in a header, too */
	/* only a handler may answer with a 2xx status: OPTIONS is refused like any other method */
	bool handlers_only;
	enum err (*read)(struct call *c);           /* reads the body into the fields */
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

#endif
