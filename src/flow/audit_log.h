/* The audit log of an organization, for its admins. */
#ifndef FLOW_AUDIT_LOG_H
#define FLOW_AUDIT_LOG_H

#include "domain/audit_log.h"
#include "flow/flow.h"

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
