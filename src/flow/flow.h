/*
 * The use cases. Each is a ladder of steps over one subject: load, decide, write with the audit
 * event, commit. A step that lost a race (another change of the same account came between load
 * and write) loads and decides again.
 *
 * A refusal is a result, and what it costs (a slot of the budget) is committed before it is
 * returned; a failure grants nothing.
 */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"
#include "crypto/token.h"
#include "domain/audit_log.h"
#include "domain/gate.h"
#include "domain/subject.h"
#include "flow/env.h"

/* One request's way through the use cases. Zero-initialise and set the first part. */
struct flow {
	struct flow_env *env;
	struct arena *arena;
	int64_t now;         /* microseconds since 1970, read once */
	int64_t deadline_ms; /* monotonic */
	struct str request_id;
	struct str address;
	struct str user_agent;

	/* after flow_authenticate() or flow_sign_in() */
	struct token token;
	struct subject subject;
	/*
	 * when p is set: the token the client has to use from now on; only ever set after a
	 * commit
	 */
	struct secret new_token;
	/* the session was ended: the client's token is worth nothing */
	bool ended;
	int64_t resend_wait; /* seconds, when flow_email_resend() said ERR_THROTTLED */

	/* private to the floor */
	bool stale;              /* the subject has changed since it was loaded */
	bool password_confirmed; /* flow_confirm_password() found it right in this request */
	unsigned char *macs;     /* of an offered recovery code, one a key of the keyring */
	size_t mac_count;
	/* the one an operator's change is about; nil: the account's own */
	struct uuid organization;
	/* whose wrong password is to be recorded once the answer has left */
	struct uuid failed_account;
};

/* ---- who asks (signin.c) ---- */

/*
 * Loads account and session of a token. ERR_UNAUTHENTICATED when it is no token, the session is
 * over or idle, or the account is disabled. `offered` is the recovery code that the request
 * carries, or absent: the same load tells whether it fits, for flow_verify().
 */
enum err flow_authenticate(struct flow *fl, struct str token, struct secret offered) MUST_CHECK;

/*
 * Loads again if something was changed since; ERR_UNAUTHENTICATED when the session is gone by
 * that.
 */
enum err flow_refresh(struct flow *fl) MUST_CHECK;

struct sign_in {
	struct str email;
	struct secret password;
	struct str return_to; /* a path of this site, or absent */
};

/*
 * Password sign-in. With an active factor the session is in `mfa_required`. ERR_CREDENTIALS for
 * an unknown account, a wrong password and a disabled account alike, in the same time; ERR_BUSY
 * when too many passwords are being hashed.
 */
enum err flow_sign_in(struct flow *fl, const struct sign_in *in) MUST_CHECK;

/* Ends the session; a session that is gone already is as good. */
enum err flow_sign_out(struct flow *fl) MUST_CHECK;

/*
 * Confirms the password in a session that stands. ERR_CREDENTIALS; after SESSION_FAILURES_MAX
 * wrong ones in a row the session ends: ERR_UNAUTHENTICATED.
 */
enum err flow_reauthenticate(struct flow *fl, struct secret password) MUST_CHECK;

/*
 * The password as a proof for one change, which leaves the session and its token as they are;
 * wrong ones count as above.
 */
enum err flow_confirm_password(struct flow *fl, struct secret password) MUST_CHECK;

/*
 * The session works in another organization of the account from now on; its verification is
 * cleared. ERR_NOT_FOUND when the account is no member there.
 */
enum err flow_switch_organization(struct flow *fl, struct uuid organization) MUST_CHECK;

/* What is left to do once the answer has left: recording, last-seen. Failures are logged only. */
void flow_after(struct flow *fl);

/* ---- the second factor (verify.c): the one function that says verified ---- */

/* One of the two. */
struct factor_response {
	struct uuid factor; /* nil: the preferred one */
	struct secret code;
	bool recovery; /* the recovery code offered to flow_authenticate() */
};

/*
 * Judges an answer and raises the session. ERR_CODE_INVALID for a wrong or used one (its slot
 * is taken; SESSION_FAILURES_MAX of them end an active session whose password is not fresh),
 * ERR_THROTTLED and ERR_LOCKED without judging, ERR_NOT_ENABLED without an active factor,
 * ERR_NOT_FOUND for a factor that is not there.
 */
enum err flow_verify(struct flow *fl, const struct factor_response *in) MUST_CHECK;

/*
 * The same for one change: the answer is judged and spent, the session and its token stay as
 * they are.
 */
enum err flow_confirm_change(struct flow *fl, const struct factor_response *in) MUST_CHECK;

/* Seconds until an answer is judged again. */
int64_t flow_wait(const struct flow *fl);

/* What a change would still have to ask of this session. */
struct stepup flow_stepup_missing(const struct flow *fl);

/* ---- set-up (enroll.c) ---- */

/* Ten recovery codes, shown once. */
struct codes {
	struct str list[RECOVERY_CODES];
	int count; /* 0: none were made */
};

struct enrolling {
	struct str label; /* absent: the kind's title */
	/* give the first factor's recovery codes out now: they count once it is confirmed */
	bool issue_codes;
	bool begun;         /* out: this is a new set-up, and not a repeat from the same session */
	struct codes codes; /* out: with `issue_codes`, and new at each repeat */
};

/*
 * Begins a set-up, or goes on with the one this session has begun. A set-up of another session
 * is dead from then on. ERR_FACTOR_LIMIT.
 */
enum err flow_enroll_begin(struct flow *fl, struct enrolling *io) MUST_CHECK;

/* The pending factor and what to put into an app. ERR_NO_PENDING. */
enum err flow_enroll_offer(struct flow *fl, const struct factor **factor,
    struct factor_offer *offer) MUST_CHECK;

struct confirming {
	struct uuid factor; /* nil: whichever is pending */
	struct secret code;
	bool elevate;       /* the session is verified by it and gets a new token */
	bool adopt_issued;  /* codes handed out at the begin become the set, if there are any */
	struct codes codes; /* out: the first factor's new set, where none was handed out */
};

/*
 * Confirms the pending factor with its first code, which is spent by that. ERR_CODE_INVALID,
 * ERR_THROTTLED, ERR_LOCKED as flow_verify(); ERR_NO_PENDING when there is none or its time is
 * over.
 */
enum err flow_enroll_confirm(struct flow *fl, struct confirming *io) MUST_CHECK;

/* Forgets the pending factor; none is as good. */
enum err flow_enroll_cancel(struct flow *fl) MUST_CHECK;

/* ---- factors and codes (factor.c, recovery.c) ---- */

/* ERR_NOT_FOUND when the account has no such active factor. */
enum err flow_factor_rename(struct flow *fl, struct uuid factor, struct str label) MUST_CHECK;
enum err flow_factor_prefer(struct flow *fl, struct uuid factor) MUST_CHECK;
/*
 * Removing the last one disables MFA: codes gone, other sessions ended. ERR_FACTOR_REQUIRED
 * under a policy that wants one.
 */
enum err flow_factor_remove(struct flow *fl, struct uuid factor) MUST_CHECK;
/*
 * All factors and codes gone, other sessions ended. ERR_NOT_ENABLED; ERR_FACTOR_REQUIRED as
 * above.
 */
enum err flow_mfa_disable(struct flow *fl) MUST_CHECK;

/* A new set in the place of the old one. ERR_NOT_ENABLED. */
enum err flow_recovery_replace(struct flow *fl, struct codes *out) MUST_CHECK;
/* The owner has saved the codes; a second time is as good. */
enum err flow_recovery_acknowledge(struct flow *fl) MUST_CHECK;

/* ---- the address (email.c) ---- */

/*
 * Another message with a link that proves the address. ERR_CONFLICT when it is verified,
 * ERR_THROTTLED within a minute of the last one (`resend_wait` says how long).
 */
enum err flow_email_resend(struct flow *fl) MUST_CHECK;

/*
 * The address that a link's token would prove; changes nothing. ERR_NOT_FOUND when it is no
 * such token, its link was used, replaced or has ended, or the session is of another account.
 */
enum err flow_email_look(struct flow *fl, struct str token, struct str *address) MUST_CHECK;

/*
 * The address is verified and the link spent; ERR_NOT_FOUND as above. Nobody needs to be signed
 * in.
 */
enum err flow_email_verify(struct flow *fl, struct str token) MUST_CHECK;

/* ---- the gate (gate.c) ---- */

/* Whether a text has the form of a token of ours; absent has not. */
bool flow_is_token(struct flow *fl, struct str text);

/* May a request to a guarded site pass? */
struct authorization_request {
	struct gate_rule rule;
	struct str organization;  /* slug of the one the place belongs to; absent: none */
	struct str session_token; /* as it was given, or absent */
	struct str site_token;    /* the same of the site itself */
	struct str origin;        /* of the site; absent: unknown */
};

/*
 * Answers it by one statement, two where a stale session token came with a site's. A failure is
 * no verdict: nobody passes. The subject is loaded as far as store_gate_load() does.
 */
enum err flow_gate_authorize(struct flow *fl, const struct authorization_request *q,
    enum gate_decision *decision) MUST_CHECK;

/* The membership in the organization of that slug; NULL when the subject is no member there. */
const struct membership *flow_membership(const struct flow *fl, struct str slug);

/*
 * A ticket that takes the session to a site on another host. `way` is what the browser was
 * given there. ERR_UNAUTHENTICATED when the session has changed meanwhile.
 */
enum err flow_site_ticket(struct flow *fl, struct str origin, struct str nonce,
    struct secret *ticket) MUST_CHECK;

/* Exchanges a ticket, once, for the token of the site. ERR_NOT_FOUND when it does not count. */
enum err flow_site_enter(struct flow *fl, struct str ticket, struct str origin, struct str nonce,
    struct secret *token) MUST_CHECK;

/* Notes where set-up is to go on afterwards; absent: nowhere. */
enum err flow_setup_return_to(struct flow *fl, struct str path) MUST_CHECK;

/* ---- sessions (sessions.c) ---- */

enum err flow_sessions_list(struct flow *fl, struct session **list, size_t *count) MUST_CHECK;
/* One of the account's own sessions; ERR_NOT_FOUND. */
enum err flow_session_revoke(struct flow *fl, struct uuid session) MUST_CHECK;
/* All but this one. */
enum err flow_sessions_revoke_others(struct flow *fl) MUST_CHECK;

/* ---- the audit log of an organization (audit_log.c) ---- */

#define AUDIT_PAGE 50

struct audit_page {
	struct audit_log_row *list; /* the last ones first */
	size_t count;
	/* there may be more behind `next`, also when this page is short or empty */
	bool more;
	struct audit_cursor next;
};

/*
 * Whom an admin means by an address or an id. Whoever is not found, or is nothing of the sort,
 * makes `nothing` of the filter: it is not told whether there is such an account elsewhere.
 */
enum err flow_audit_person(struct flow *fl, struct str text, struct audit_filter *f,
    struct uuid *account) MUST_CHECK;

/* Up to `size` events behind f->after. */
enum err flow_audit_page(struct flow *fl, const struct audit_filter *f, int size,
    struct audit_page *out) MUST_CHECK;

/*
 * That the session's account takes the log out of the house, as `format`: an event of its own,
 * before it does.
 */
enum err flow_audit_exported(struct flow *fl, struct str format) MUST_CHECK;

#endif
