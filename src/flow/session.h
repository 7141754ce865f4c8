/* The sessions of an account, and what a session remembers. */
#ifndef FLOW_SESSION_H
#define FLOW_SESSION_H

#include "flow/flow.h"

enum err flow_sessions_list(struct flow *fl, struct session **list, size_t *count) MUST_CHECK;
/* One of the account's own sessions; ERR_NOT_FOUND. */
enum err flow_session_revoke(struct flow *fl, struct uuid session) MUST_CHECK;
/* All but this one. */
enum err flow_sessions_revoke_others(struct flow *fl) MUST_CHECK;

/*
 * The session works in another organization of the account from now on; its verification is
 * cleared. ERR_NOT_FOUND when the account is no member there.
 */
enum err flow_switch_organization(struct flow *fl, struct uuid organization) MUST_CHECK;

/* Notes where set-up is to go on afterwards; absent: nowhere. */
enum err flow_setup_return_to(struct flow *fl, struct str path) MUST_CHECK;

#endif
