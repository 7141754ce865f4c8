/*
 * The gate: may a request to a site that is guarded pass? What a place asks for is fixed where
 * it is guarded, and never comes from the client.
 */
#ifndef DOMAIN_GATE_H
#define DOMAIN_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "domain/session.h"

/* The longest age a place can ask for, in seconds: a month. */
#define GATE_AGE_MAX 2592000

/* The strictest is zero: what was never set is not open. */
enum gate_level { GATE_TWO_FACTOR, GATE_ONE_FACTOR };

/* What a place asks for. */
struct gate_rule {
	enum gate_level level;
	int64_t max_age; /* of the verification, in seconds; 0: any */
};

/* What is known of whoever asks to pass. */
struct auth_context {
	bool signed_in; /* a session that stands; without it nothing else is looked at */
	enum session_state state;
	bool has_factor;
	int64_t verified_at;      /* 0: not verified */
	bool organization_asked;  /* the place belongs to an organization, and */
	bool member;              /* the account is a member there, and */
	bool works_there;         /* the session works in it */
	bool enrollment_required; /* the deadline of a policy that counts here has passed */
};

enum gate_decision {
	GATE_ALLOW,
	GATE_SIGN_IN,
	GATE_CHALLENGE, /* the factor is outstanding since sign-in */
	GATE_STEP_UP,   /* it was asked for, but not here or too long ago */
	/* the session has to enter the organization first: verifications belong to one */
	GATE_SWITCH_ORGANIZATION,
	GATE_SET_UP,
	GATE_FORBIDDEN
};

/*
 * The rule of a place by its words: `level` is one_factor or two_factor, `max_age` seconds or
 * absent. Whatever else they say, or do not say, is two factors within `strictest` seconds.
 */
struct gate_rule gate_rule_parse(struct str level, struct str max_age, int64_t strictest);

/*
 * Whether to let pass. An outstanding second factor passes nowhere, also where one would do: an
 * account that has a factor is not signed in before it.
 */
enum gate_decision gate_decide(const struct gate_rule *rule, const struct auth_context *context,
    int64_t now);

#endif
