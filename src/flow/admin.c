/* Who may administer an organization. */
#include "flow/admin.h"

#include "flow/internal.h"
#include "store/member.h"

enum err
flow_admin_membership(const struct flow *fl, struct uuid organization, const struct membership **m)
{
	*m = subject_membership(&fl->subject, organization);
	if (*m == NULL)
		return ERR_NOT_FOUND;
	return role_administers((*m)->role) ? OK : ERR_FORBIDDEN;
}

enum err
flow_admin_hold(struct flow *fl, struct uuid organization, enum role *role)
{
	enum err e = store_admin_hold(flow_db(fl), fl->subject.account.id, organization, role);

	if (e != OK)
		return e;
	return role_administers(*role) ? OK : ERR_FORBIDDEN;
}
