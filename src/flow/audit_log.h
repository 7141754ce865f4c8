/* The audit log of an organization, for its admins. */
#ifndef FLOW_AUDIT_LOG_H
#define FLOW_AUDIT_LOG_H

#include "domain/audit_log.h"
#include "flow/flow.h"

#define AUDIT_PAGE 50

struct audit_page {
	struct audit_log_row *list; /* the newest first */
	size_t count;
	/* there may be more after `next`, even when this page is short or empty */
	bool more;
	struct audit_cursor next;
};

/*
 * Finds the account that an admin means by an address or an id. When there is none, the filter
 * matches nothing: it does not show whether such an account exists elsewhere.
 */
enum err flow_audit_person(struct flow *fl, struct str text, struct audit_filter *f,
    struct uuid *account) MUST_CHECK;

/* Reads up to `size` events after f->after. */
enum err flow_audit_page(struct flow *fl, const struct audit_filter *f, int size,
    struct audit_page *out) MUST_CHECK;

/*
 * Records, before an export begins, that the account of the session exports the log as
 * `format`.
 */
enum err flow_audit_exported(struct flow *fl, struct str format) MUST_CHECK;

#endif
