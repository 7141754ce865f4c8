/*
 * The use cases. Each is a ladder of steps over one subject: load, decide, write with the audit
 * event, commit. A step that loses a race (another change of the same account came between load
 * and write) loads and decides again.
 *
 * A refusal is a result: what it costs (an attempt) is committed before it is returned. A
 * failure grants nothing.
 */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/secret.h"
#include "crypto/token.h"
#include "domain/subject.h"
#include "flow/env.h"

/* The session that a request used, for the record of its last use. */
struct session_use {
	struct uuid account;
	struct uuid session; /* nil: none was used */
	int64_t last_seen_at;
};

/* One request in the use cases. Initialise it to zero and set the first part. */
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
	 * when p is set: the token that the client has to use from now on; only ever set after
	 * a commit
	 */
	struct secret new_token;
	/* the session has ended: the token of the client is worthless */
	bool ended;
	int64_t resend_wait; /* seconds, after flow_email_resend() returned ERR_THROTTLED */

	/* private to flow/ */
	struct session_use use;
	bool stale;              /* the subject has changed since it was loaded */
	bool password_confirmed; /* flow_confirm_password() accepted the password in this request */
	/* the organization that an operator's change is about; nil: the account's own */
	struct uuid organization;
	/* the account whose wrong password is recorded after the response was sent */
	struct uuid failed_account;
};

/*
 * Loads the subject again if something was changed since. ERR_UNAUTHENTICATED when the session
 * has ended by that.
 */
enum err flow_refresh(struct flow *fl) MUST_CHECK;

/*
 * Does what may wait until the response was sent: recording a refused sign-in and the use of
 * the session. Failures are only logged.
 */
void flow_after(struct flow *fl);

#endif
