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
#include "domain/subject.h"
#include "flow/env.h"

/* The session that a request used, for the record of its last use. */
struct session_use {
	struct uuid account;
	struct uuid session; /* nil: none was used */
	int64_t last_seen_at;
};

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
	struct session_use use;
	bool stale;              /* the subject has changed since it was loaded */
	bool password_confirmed; /* flow_confirm_password() found it right in this request */
	unsigned char *macs;     /* of an offered recovery code, one a key of the keyring */
	size_t mac_count;
	/* the one an operator's change is about; nil: the account's own */
	struct uuid organization;
	/* whose wrong password is to be recorded once the answer has left */
	struct uuid failed_account;
};

/*
 * Loads again if something was changed since; ERR_UNAUTHENTICATED when the session is gone by
 * that.
 */
enum err flow_refresh(struct flow *fl) MUST_CHECK;

/* What is left to do once the answer has left: recording, last-seen. Failures are logged only. */
void flow_after(struct flow *fl);

#endif
