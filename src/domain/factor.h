/*
 * Factors: what the rest of the house knows of an authenticator, and the interface of a kind. A
 * kind sees bytes, time and its own state; never a request, a connection or a row. A new kind
 * is one file and one line in the list.
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
	struct str sealed;    /* the kind's state, sealed */
	int64_t last_counter; /* counter of the last accepted answer; 0: none yet */
	int64_t created_at;
	int64_t confirmed_at; /* 0 while pending */
	int64_t last_used_at; /* 0: never */
	int64_t expires_at;   /* of a pending one; else 0 */
	struct uuid session;  /* the session that set a pending one up */
	bool codes_issued;    /* recovery codes were given out with a pending one */
};

/* What an operator may set about the kinds. */
struct factor_rules {
	int window;        /* TOTP: steps accepted either side of the current one, 0 or 1 */
	struct str issuer; /* shown in authenticator apps */
};

/* What a person needs to put a new factor into an app. */
struct factor_offer {
	struct secret uri; /* otpauth://…, also the text of the QR code */
	struct secret key; /* for typing, base32 */
};

struct factor_kind {
	const char *name;  /* in the database and the API: "totp" */
	const char *title; /* for people: "Authenticator app" */

	/* A new state, random, in the arena. */
	struct secret (*enroll)(struct arena *a);

	/* How to offer a state to an app. `account` is what the app shows beside the issuer. */
	struct factor_offer (*offer)(struct arena *a, struct secret state,
	    const struct factor_rules *rules, struct str account);

	/*
	 * Judges an answer given at `now` (microseconds since 1970). Returns the counter of the
	 * answer, above `watermark`, or 0 when it is wrong, not of this time or not above the
	 * watermark.
	 */
	int64_t (*check)(struct secret state, const struct factor_rules *rules,
	    int64_t last_counter, int64_t now, struct str response);
};

/* The kind of that name, NULL when there is none. */
const struct factor_kind *factor_kind_find(struct str name);

/* The kind that a set-up without a wish makes. */
const struct factor_kind *factor_kind_default(void);

#endif
