/*
 * What the operator does with the audit trail as a whole: verify, export, and drop what is too
 * old. The flow is as for flow/operator.h, but `deadline_ms` is set here for each step: a trail
 * may be long. What was read is never held as a whole.
 */
#ifndef FLOW_AUDIT_H
#define FLOW_AUDIT_H

#include "domain/audit_verify.h"
#include "flow/flow.h"

struct audit_tally {
	bool part; /* a file of some events of several chains: accounts are not counted */
	int64_t accounts;
	int64_t events;
	int64_t faults;
};

/*
 * Follows every chain, or that of one account (`email` absent: all), and reports what is wrong.
 * ERR_NOT_FOUND without that account; OK also with faults.
 */
enum err operator_audit_verify(struct flow *fl, struct str email, audit_report *report, void *arg,
    struct audit_tally *out) MUST_CHECK;

/* What is to be exported; absent and 0 mean no limit. */
struct audit_range {
	struct str email;
	int64_t since;
	int64_t before;
};

/* Takes one event and the MAC of the one before it; false ends the export. */
typedef bool audit_sink(void *arg, struct arena *a, const struct audit_row *r,
    const unsigned char previous[SHA256_SIZE]);

/*
 * All events of a range by account and number. ERR_NOT_FOUND without that account, ERR_CONFLICT
 * when the taker ended it.
 */
enum err operator_audit_export(struct flow *fl, const struct audit_range *range, audit_sink *sink,
    void *arg) MUST_CHECK;

struct audit_prune {
	int months;           /* what is wholly older goes, 1 to AUDIT_MONTHS_MAX */
	bool dry;             /* only look */
	audit_report *report; /* of what is wrong with what would go */
	void *arg;
	int64_t before;               /* out: everything before this was too old */
	struct audit_tally tally;     /* out: of what goes; with faults nothing is dropped */
	struct audit_partition *list; /* out: the months that go */
	size_t count;
	/* out: events of them that stay, being behind younger ones in their chain */
	int64_t staying;
};

#define AUDIT_MONTHS_MAX 1200

/*
 * Makes the tables of this month and the next three and of months whose events wait for one;
 * then verifies what is too old, notes where each chain begins without it, and drops it, in one
 * transaction.
 */
enum err operator_audit_prune(struct flow *fl, struct audit_prune *io) MUST_CHECK;

#endif
