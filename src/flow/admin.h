/* Who may administer an organization: decided here, for the guard and for every use case. */
#ifndef FLOW_ADMIN_H
#define FLOW_ADMIN_H

#include "flow/flow.h"

/*
 * The membership by which the account of the session administers an organization. ERR_NOT_FOUND
 * for an account that is no member, ERR_FORBIDDEN for a member who is neither owner nor admin.
 */
enum err flow_admin_membership(const struct flow *fl, struct uuid organization,
    const struct membership **m) MUST_CHECK;

/*
 * Decides the same again within a change, and keeps the role as it is until the change ends.
 * Every write in the name of an admin calls it: the role may be gone since the load.
 */
enum err flow_admin_hold(struct flow *fl, struct uuid organization, enum role *role) MUST_CHECK;

#endif
