/* The sessions of an account, and what a session remembers. */
#ifndef FLOW_SESSION_H
#define FLOW_SESSION_H

#include "flow/flow.h"

enum err flow_sessions_list(struct flow *fl, struct session **list, size_t *count) MUST_CHECK;
/* Ends one of the account's own sessions. ERR_NOT_FOUND. */
enum err flow_session_revoke(struct flow *fl, struct uuid session) MUST_CHECK;
/* Ends every session of the account except this one. */
enum err flow_sessions_revoke_others(struct flow *fl) MUST_CHECK;

/*
 * Switches the session to another organization of the account and clears its verification.
 * ERR_NOT_FOUND when the account is no member there.
 */
enum err flow_switch_organization(struct flow *fl, struct uuid organization) MUST_CHECK;

/* Remembers the path that set-up leads to at its end; absent: none. */
enum err flow_setup_return_to(struct flow *fl, struct str path) MUST_CHECK;

#endif
