/* What the files of this floor share. */
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
	struct activity_list activity; /* uses of sessions that are not yet noted */
	int64_t activity_since_ms;     /* since when the first of them waits */
};

/* The database for one use, with memory from `a`, until `deadline_ms` (monotonic). It is good until the next call. */
struct store *flow_env_db(struct flow_env *env, struct arena *a, int64_t deadline_ms);

/* The database for the length of this request. */
struct store *flow_db(struct flow *fl);

/*
 * The answer has left: the use of its session is to be noted, with those of others if that can
 * wait (seen.c).
 */
void flow_activity_record(struct flow *fl);

/* One decision on the subject with its write; may be run again after a lost race. */
typedef enum err flow_step(struct flow *fl, void *arg);

/*
 * Runs a step; after ERR_RACE loads the subject anew and runs it again, until it comes through
 * or the deadline passes (ERR_UNAVAILABLE).
 */
enum err flow_attempt(struct flow *fl, flow_step *step, void *arg) MUST_CHECK;

/* An event of this request about its own account, placed behind the chain as loaded. */
struct audit_event flow_event(struct flow *fl, enum audit_kind kind, bool accepted,
    struct uuid factor, struct str details);

/*
 * The same about the account of `fl`, by the account and session of somebody else, in an
 * organization of both.
 */
struct audit_event flow_event_by(struct flow *fl, enum audit_kind kind, const struct subject *by,
    struct uuid organization, struct str details);

/* Begins a change of several statements with its event; ERR_RACE. */
enum err flow_change_begin(struct flow *fl, enum audit_kind kind, struct uuid factor,
    struct str details) MUST_CHECK;
/* Ends it: commits when `e` is OK, else takes all back and returns `e`. */
enum err flow_change_end(struct flow *fl, enum err e) MUST_CHECK;

/*
 * Hashes in a lane. ERR_BUSY when none becomes free in time; `right` says whether the password
 * fits.
 */
enum err flow_password_check(struct flow *fl, struct str hash, struct secret password,
    bool *right) MUST_CHECK;

/* Ten new codes and their MACs, end to end in the arena. */
unsigned char *flow_recovery_make(struct flow *fl, struct recovery_codes *out);

/* Within a change: factors and codes gone, the budget whole. */
enum err flow_remove_all(struct flow *fl) MUST_CHECK;

/* A new set of codes, written within a change. */
enum err flow_recovery_write(struct flow *fl, struct recovery_codes *out) MUST_CHECK;

/*
 * Within a change: the account's verified address is told of it; `label` is a factor's, or
 * absent.
 */
enum err flow_notify(struct flow *fl, enum mail_kind kind, struct str label) MUST_CHECK;
/*
 * Within the reset of the subject by an admin of an organization: its other owners and admins,
 * at most 100 of them, are told that `actor` did it.
 */
enum err flow_notify_admins(struct flow *fl, struct uuid organization, struct str organization_name,
    struct uuid actor) MUST_CHECK;
/* What is told when the recovery code that was offered is used. */
struct mail_code flow_notify_code(struct flow *fl);
/* Within a change: a new link for the account's address, and the message that carries it. */
enum err flow_email_link_write(struct flow *fl) MUST_CHECK;

/*
 * Loads the subject again for the session it has. ERR_UNAUTHENTICATED when it does not stand
 * any more.
 */
enum err flow_reload(struct flow *fl) MUST_CHECK;

/*
 * The budget's word on an answer, then a wrong answer's way: its slot and its event;
 * ERR_CODE_INVALID.
 */
enum err flow_verification_refused(struct flow *fl, struct uuid factor) MUST_CHECK;

/* A new token for the session, not yet given to anybody. */
struct secret flow_token_issue(struct flow *fl, struct token *token);
/* The commit is through: the client gets the new token. */
void flow_token_grant(struct flow *fl, const struct token *token, struct secret text);

#endif
