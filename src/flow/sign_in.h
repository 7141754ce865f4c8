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
 * Signs in with a password. With an active factor the session begins as `mfa_required`.
 * ERR_CREDENTIALS for an unknown account, a wrong password and a disabled account alike, in the
 * same time; ERR_BUSY when too many passwords are being hashed.
 */
enum err flow_sign_in(struct flow *fl, const struct sign_in *in) MUST_CHECK;

/* Ends the session; it is no error when it has ended already. */
enum err flow_sign_out(struct flow *fl) MUST_CHECK;

/*
 * Confirms the password in a valid session and re-issues its token. ERR_CREDENTIALS; after
 * SESSION_FAILURES_MAX wrong passwords in a row the session ends: ERR_UNAUTHENTICATED.
 */
enum err flow_reauthenticate(struct flow *fl, struct secret password) MUST_CHECK;

/*
 * Confirms the password for one change and leaves the session and its token as they are. Wrong
 * passwords count as above.
 */
enum err flow_confirm_password(struct flow *fl, struct secret password) MUST_CHECK;

#endif
