/* Signing in with a password, signing out, and confirming the password in a session. */
#ifndef FLOW_SIGN_IN_H
#define FLOW_SIGN_IN_H

#include "flow/flow.h"

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

#endif
