/* Sessions and the proofs that they hold. */
#ifndef DOMAIN_SESSION_H
#define DOMAIN_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"
#include "crypto/token.h"

/* Wrong proofs in a row before a session ends that cannot show it is its owner's. */
#define SESSION_FAILURES_MAX 5
/* How much of a User-Agent is kept, in bytes. */
#define SESSION_USER_AGENT_MAX 200
/*
 * How old `last_seen_at` may get before it is written again, in seconds; sooner where sessions
 * end soon.
 */
#define SESSION_ACTIVITY_STEP 60
/* How many uses of sessions are collected before they are written together. */
#define ACTIVITY_MAX 64

/* The last one is never stored: it comes of the policy and the time (subject_state()). */
enum session_state { SESSION_MFA_REQUIRED, SESSION_ACTIVE, SESSION_ENROLLMENT_REQUIRED };

struct session {
	struct uuid id; /* nil: no session */
	enum session_state state;
	unsigned char token_hash[SHA256_SIZE];
	int64_t created_at;
	int64_t last_seen_at;
	int64_t expires_at;
	int64_t password_at;
	int32_t failures;
	int64_t verified_at; /* 0: not verified */
	struct str verified_by;
	struct uuid organization;
	struct str return_to;
	struct str address;
	struct str user_agent;
};

/* What a session becomes when it is elevated. */
struct session_elevation {
	unsigned char token_hash[SHA256_SIZE];
	int64_t expires_at;
};

/* The names of the states in the database and the API; only what can be stored is parsed. */
struct str session_state_name(enum session_state state);
bool session_state_parse(struct str name, enum session_state *state);

/*
 * True while the session counts at `now`: not past its end, not idle for more than `idle`
 * seconds.
 */
bool session_alive(const struct session *s, int64_t idle, int64_t now);

/*
 * Whether a token opens the session at `now`: it is the token that the session has, the session is
 * alive, and the account is not disabled (`disabled_at` is 0).
 */
bool session_accepts(const struct session *s, const struct token *token, int64_t disabled_at,
    int64_t idle, int64_t now);

/*
 * What to do about a use of the session at `now`, where sessions end after `idle` seconds without
 * one: nothing, record it some time, or record it at once. A busy session does not cause a write
 * with every request, and a session in use never ends.
 */
enum activity_action { ACTIVITY_RECENT, ACTIVITY_QUEUE, ACTIVITY_WRITE_NOW };
enum activity_action session_activity(int64_t last_seen_at, int64_t idle, int64_t now);

/* When sessions were last used; each is in the list once at most. */
struct activity_list {
	struct uuid accounts[ACTIVITY_MAX];
	struct uuid sessions[ACTIVITY_MAX];
	int64_t times[ACTIVITY_MAX];
	size_t count;
};

/*
 * Whether a refused response counts against the session itself: only a person who knows the
 * password may use up the attempts of the account, and whether an active session is theirs is
 * unknown when its password was confirmed longer than `age` seconds ago.
 */
bool session_counts_failures(const struct session *s, int64_t age, int64_t now);

/*
 * True when `at` is no longer ago than `age` seconds. Never (0), and a time in the future, are
 * not.
 */
bool session_fresh(int64_t at, int64_t age, int64_t now);

/* What a step-up still has to ask. */
struct stepup {
	bool password;
	bool verification;
};

/* Up to which age, in seconds, a proof is fresh. */
struct proof_ages {
	int64_t password;
	int64_t verification;
};

/*
 * Which proofs are missing for a change: a password confirmed within its age and, where the
 * account has an active factor, a verification within its own. A time in the future is no
 * proof.
 */
struct stepup stepup_missing(const struct session *s, bool has_factor, struct proof_ages ages,
    int64_t now);

#endif
