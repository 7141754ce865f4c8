/*
 * What an operator does with all audit chains: verify, export and prune. The flow is as for
 * flow/operator.h, but `deadline_ms` is set here for each step, since a chain may be long.
 * Events are never held in memory all at once.
 */
#ifndef FLOW_AUDIT_H
#define FLOW_AUDIT_H

#include "domain/audit_verify.h"
#include "flow/flow.h"

struct audit_tally {
	bool part; /* a file with some events of several chains: accounts are not counted */
	int64_t accounts;
	int64_t events;
	int64_t faults;
};

/*
 * Verifies every chain, or the chain of one account (`email` absent: all), and reports each
 * fault. ERR_NOT_FOUND when there is no such account; OK even when there are faults.
 */
enum err operator_audit_verify(struct flow *fl, struct str email, audit_report *report, void *arg,
    struct audit_tally *out) MUST_CHECK;

/* Which events to export; absent and 0 mean no limit. */
struct audit_range {
	struct str email;
	int64_t since;
	int64_t before;
};

/* Receives one event and the MAC of the event before it; returns false to end the export. */
typedef bool audit_sink(void *arg, struct arena *a, const struct audit_row *r,
    const unsigned char previous[SHA256_SIZE]);

/*
 * Passes all events of a range to the sink, by account and number. ERR_NOT_FOUND when there is
 * no such account, ERR_CONFLICT when the sink ended the export.
 */
enum err operator_audit_export(struct flow *fl, const struct audit_range *range, audit_sink *sink,
    void *arg) MUST_CHECK;

struct audit_prune {
	int months;           /* how many months to keep, 1 to AUDIT_MONTHS_MAX */
	bool dry;             /* change nothing */
	audit_report *report; /* receives the faults in what would be pruned */
	void *arg;
	int64_t before;               /* out: events before this time are old enough */
	struct audit_tally tally;     /* out: with faults nothing is dropped */
	struct audit_partition *list; /* out: the partitions to drop */
	size_t count;
	/*
	 * out: events of these partitions that stay, since they follow younger events of their
	 * chain
	 */
	int64_t staying;
};

#define AUDIT_MONTHS_MAX 1200

/*
 * Makes the partitions of this month, the next three, and every month whose events wait for
 * one. Then it verifies what is old enough, writes a checkpoint where each chain begins from
 * now on, and drops the old partitions, in one transaction.
 */
enum err operator_audit_prune(struct flow *fl, struct audit_prune *io) MUST_CHECK;

#endif
