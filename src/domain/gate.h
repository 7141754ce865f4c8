/*
 * The gate: may a request to a protected resource pass? What a resource asks for is fixed in the
 * configuration of the web server, and never comes from the client.
 */
#ifndef DOMAIN_GATE_H
#define DOMAIN_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "domain/membership.h"
#include "domain/session.h"

/* The longest age a resource can ask for, in seconds: a month. */
#define GATE_AGE_MAX 2592000

/* The strictest level is zero: what was never set is not open. */
enum gate_level { GATE_TWO_FACTOR, GATE_ONE_FACTOR };

/* What a protected resource asks for. */
struct gate_rule {
	enum gate_level level;
	int64_t max_age; /* of the verification, in seconds; 0: any */
};

/*
 * What is loaded of an account and one of its sessions for a decision, and nothing else. Of the
 * session the times of creation and password, the return URL, the address and the user agent
 * are not loaded.
 */
struct gate_subject {
	struct uuid account;
	struct str name;
	struct str email;
	bool email_verified;
	int64_t disabled_at; /* 0: not disabled */
	struct session session;
	int32_t active_factors;
	struct memberships memberships;
};

/* What a decision depends on. */
struct auth_context {
	bool signed_in; /* there is a valid session; without it nothing else counts */
	enum session_state state;
	bool has_factor;
	int64_t verified_at;      /* 0: not verified */
	bool organization_asked;  /* the resource belongs to an organization, and */
	bool member;              /* the account is a member there, and */
	bool works_there;         /* the session works in it */
	bool enrollment_required; /* the deadline of a policy that counts has passed */
};

enum gate_decision {
	GATE_ALLOW,
	GATE_SIGN_IN,
	GATE_CHALLENGE, /* the second factor is outstanding since sign-in */
	GATE_STEP_UP,   /* the second factor was shown too long ago, or not since the last switch */
	/* the session works in another organization, and a verification belongs to one */
	GATE_SWITCH_ORGANIZATION,
	GATE_SET_UP,
	GATE_FORBIDDEN
};

/*
 * The rule that a configuration asks for: `level` is "one_factor" or "two_factor", `max_age` is
 * seconds or absent. Anything else means two factors within `strictest` seconds.
 */
struct gate_rule gate_rule_parse(struct str level, struct str max_age, int64_t strictest);

/*
 * The context of a valid session at a resource of the organization `slug`; absent or empty: of
 * none.
 */
struct auth_context gate_context(const struct gate_subject *s, struct str slug, int64_t now);

/*
 * Decides on one request. An outstanding second factor is allowed nowhere, not even where one
 * factor would do: an account that has a factor is not signed in before it.
 */
enum gate_decision gate_decide(const struct gate_rule *rule, const struct auth_context *context,
    int64_t now);

#endif
