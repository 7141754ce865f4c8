/*
 * Factors, and the interface of a kind of factor. A factor is used in a ceremony of two steps:
 * begin() says what the person is to be shown and, for a kind that needs one, which challenge
 * they are to answer; finish() examines what came back. A kind sees bytes, a time and its own
 * state; never a request, a connection or a row. A new kind is one file and one line in the list
 * of factor.c.
 */
#ifndef DOMAIN_FACTOR_H
#define DOMAIN_FACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"
#include "base/uuid.h"

enum factor_state { FACTOR_PENDING, FACTOR_ACTIVE };

struct factor {
	struct uuid id;
	const struct factor_kind *kind;
	struct str label;
	enum factor_state state;
	bool preferred;
	struct str sealed;    /* the state of the kind, sealed */
	int64_t last_counter; /* the counter of the last accepted response; 0: none yet */
	int64_t created_at;
	int64_t confirmed_at; /* 0 while pending */
	int64_t last_used_at; /* 0: never */
	int64_t expires_at;   /* of a pending factor; else 0 */
	struct uuid session;  /* the session that set a pending factor up */
	bool codes_issued;    /* recovery codes were issued with a pending factor */
};

/* What an operator may set about the kinds. */
struct factor_rules {
	int window;        /* TOTP: steps accepted either side of the current one, 0 or 1 */
	struct str issuer; /* the name of the service in authenticator apps */
};

/* What a ceremony is for. */
enum factor_purpose {
	FACTOR_ENROLL, /* to prove that the person holds a new factor */
	FACTOR_VERIFY  /* to show a factor that the account has */
};

/* "enroll" or "verify": the name of a purpose in the database. */
struct str factor_purpose_name(enum factor_purpose purpose);

/* What both steps of a ceremony know. */
struct factor_ceremony {
	const struct factor_rules *rules;
	enum factor_purpose purpose;
	struct str account; /* what the account is called in an authenticator app: its address */
};

/* What begin() wants the person to see; what a kind does not use is absent. */
struct factor_prompt {
	struct secret uri; /* otpauth://..., also the text of the QR code */
	struct secret key; /* the secret for typing, base32 */
};

struct factor_begin_result {
	struct secret state;         /* FACTOR_ENROLL: the state to keep for the new factor */
	struct factor_prompt prompt; /* what to show */
	struct str challenge; /* to be kept and passed to finish() once; absent: none is needed */
};

/* A response as it arrived, and what is known of the factor that it may belong to. */
struct factor_attempt {
	struct secret state;
	int64_t last_counter;
	struct str challenge; /* as begin() made it, or absent */
	struct secret response;
	int64_t now; /* microseconds since 1970 */
};

enum factor_verdict {
	FACTOR_REFUSED,  /* the response is wrong, or it was right at another time */
	FACTOR_REPLAYED, /* the response is right, but it or a later one was accepted before */
	FACTOR_ACCEPTED
};

struct factor_finish_result {
	enum factor_verdict verdict;
	int64_t counter;     /* FACTOR_ACCEPTED: the last counter of the factor from now on */
	bool counter_stays;  /* the counter may be the one before: a challenge prevents replays */
	struct secret state; /* the state from now on; p is NULL while it stays as it is */
};

/* What an accepted response changes in its factor. */
struct factor_use {
	int64_t counter;
	bool counter_stays;
	struct str sealed; /* the new state, sealed; absent: it stays as it is */
};

struct factor_kind {
	const char *name;  /* in the database and the API: "totp" */
	const char *title; /* for people: "Authenticator app" */

	/*
	 * Begins a ceremony. `state` is that of the factor; with FACTOR_ENROLL its p is NULL the
	 * first time, and a new random state is made in the arena.
	 */
	struct factor_begin_result (
	    *begin)(struct arena *a, const struct factor_ceremony *c, struct secret state);

	/* Examines a response. What it returns is in the arena. */
	struct factor_finish_result (*finish)(struct arena *a, const struct factor_ceremony *c,
	    const struct factor_attempt *attempt);
};

/* The kind of that name, NULL when there is none. */
const struct factor_kind *factor_kind_find(struct str name);

/* The kind that a set-up without a wish makes. */
const struct factor_kind *factor_kind_default(void);

#endif
