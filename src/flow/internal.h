/* What the files of flow/ share and no other layer sees. */
#ifndef FLOW_INTERNAL_H
#define FLOW_INTERNAL_H

#include "crypto/keyring.h"
#include "crypto/pwhash.h"
#include "crypto/seal.h"
#include "domain/mail.h"
#include "domain/member.h"
#include "flow/flow.h"
#include "store/store.h"

struct flow_env {
	const struct conf *conf;
	struct hash_semaphore *hash_semaphore;
	struct keyring *keyring;
	struct store db; /* of the use case that runs; set by flow_env_db() */
	struct pwhash_params pwhash;
	struct factor_rules rules;
	struct activity_list activity; /* uses of sessions that are not yet recorded */
	int64_t activity_since_ms;     /* when the first of them was collected; monotonic */
};

/*
 * The database for one use, with memory from `a`, until `deadline_ms` (monotonic). The result is
 * good until the next call.
 */
struct store *flow_env_db(struct flow_env *env, struct arena *a, int64_t deadline_ms);

/* The database for this request. */
struct store *flow_db(struct flow *fl);

/* ---- sessions and tokens ---- */

/*
 * The one verdict on a session: whether a token opens it. Remembers the use of an accepted
 * session in `fl`.
 */
bool flow_accept_session(struct flow *fl, struct uuid account, const struct session *s,
    int64_t disabled_at, const struct token *token);

/* Loads the subject again by the token of `fl`. ERR_UNAUTHENTICATED when it opens no session. */
enum err flow_reload(struct flow *fl) MUST_CHECK;

/* Makes a new token for the session; nobody has it yet. */
struct secret flow_token_issue(struct flow *fl, struct token *token);

/* Gives the client a new token. Call it after the commit that stored its hash. */
void flow_token_grant(struct flow *fl, const struct token *token, struct secret text);

/* Records the use of the session, now or together with the uses of other sessions (activity.c). */
void flow_activity_record(struct flow *fl);

/* ---- decisions and changes ---- */

/* Decides on the subject and writes the decision. A lost race makes it run again. */
typedef enum err flow_step(struct flow *fl, void *arg);

/*
 * Runs a step. After ERR_RACE it loads the subject anew and runs the step again, until the step
 * comes through or the deadline passes (ERR_UNAVAILABLE).
 */
enum err flow_attempt(struct flow *fl, flow_step *step, void *arg) MUST_CHECK;

/* An event by and about the account of `fl`, appended to its chain as loaded. */
struct audit_event flow_event(struct flow *fl, enum audit_kind kind, bool accepted,
    struct uuid factor, struct str details);

/* An event about the account of `fl`, by another account in an organization of both. */
struct audit_event flow_event_by(struct flow *fl, enum audit_kind kind, const struct subject *by,
    struct uuid organization, struct str details);

/* Begins a change of several statements with its event. ERR_RACE. */
enum err flow_change_begin(struct flow *fl, enum audit_kind kind, struct uuid factor,
    struct str details) MUST_CHECK;

/* Ends a change: commits it when `e` is OK, else rolls it back and returns `e`. */
enum err flow_change_end(struct flow *fl, enum err e) MUST_CHECK;

/* ---- parts of changes that several use cases make ---- */

/*
 * Checks a password within the limit of hashes that run at once. ERR_BUSY when none may begin in
 * time; `right` says whether it is the password.
 */
enum err flow_password_check(struct flow *fl, struct str hash, struct secret password,
    bool *right) MUST_CHECK;

/* Counts a refused response against the attempt limit, with its event. Returns ERR_CODE_INVALID. */
enum err flow_verification_refused(struct flow *fl, struct uuid factor) MUST_CHECK;

/* The MACs of what was typed as a recovery code, for the account of `fl`. */
struct code_macs flow_recovery_macs(struct flow *fl, struct secret typed);

/* Makes new recovery codes; returns their MACs, end to end in the arena. */
unsigned char *flow_recovery_make(struct flow *fl, struct recovery_codes *out);

/* Within a change: replaces the set of recovery codes by a new one. */
enum err flow_recovery_write(struct flow *fl, struct recovery_codes *out) MUST_CHECK;

/* Within a change: removes all factors and codes, and clears the attempt limit. */
enum err flow_remove_all(struct flow *fl) MUST_CHECK;

/*
 * Within a change: notifies the verified address of the account; `label` is that of a factor,
 * or absent.
 */
enum err flow_notify(struct flow *fl, enum mail_kind kind, struct str label) MUST_CHECK;

/*
 * Within the reset of the subject by an admin: notifies the other owners and admins of the
 * organization, at most 100 of them, that `actor` did it.
 */
enum err flow_notify_admins(struct flow *fl, struct uuid organization, struct str organization_name,
    struct uuid actor) MUST_CHECK;

/* The message about the use of a recovery code, for the statement that consumes the code. */
struct mail_code flow_notify_code(struct flow *fl);

/* Within a change: makes a new link for the address of the account, and the message with it. */
enum err flow_email_link_write(struct flow *fl) MUST_CHECK;

#endif
