/*
 * Verifying chains of audit events, one after the other and each in the order of its numbers, and
 * reporting what was changed, removed or inserted. Takes constant memory.
 */
#ifndef DOMAIN_AUDIT_VERIFY_H
#define DOMAIN_AUDIT_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/keyring.h"
#include "domain/audit.h"

/* X(member, name for programs, text for people, which continues "event 5: ") */
#define AUDIT_FAULTS(X)                                                                            \
	X(AUDIT_FAULT_CHANGED, "changed",                                                          \
	    "does not match its MAC: it was changed or inserted, or the event before it was")      \
	X(AUDIT_FAULT_KEY, "unknown_key", "was made with a key that is not in the keyring")        \
	X(AUDIT_FAULT_MISSING, "missing", "missing")                                               \
	X(AUDIT_FAULT_DUPLICATE, "twice", "was inserted: its number occurs twice or out of order") \
	X(AUDIT_FAULT_UNLINKED, "unlinked", "does not follow the event before it")                 \
	X(AUDIT_FAULT_DROPPED, "dropped",                                                          \
	    "was inserted: its number is one of those dropped for their age")                      \
	X(AUDIT_FAULT_BEHIND, "behind",                                                            \
	    "past the recorded end of the chain: inserted, or the recorded length was changed")    \
	X(AUDIT_FAULT_HEAD, "head",                                                                \
	    "is the last one, but the recorded head of the chain is not its MAC")                  \
	X(AUDIT_FAULT_CHECKPOINT, "anchor",                                                        \
	    "is recorded as the last one dropped for its age, but that record is forged")          \
	X(AUDIT_FAULT_MALFORMED, "broken", "is not as it was exported")                            \
	X(AUDIT_FAULT_UNRECORDED, "unnoted",                                                       \
	    "belongs to a chain whose length and head are not recorded")

enum audit_fault {
#define AUDIT_FAULT_MEMBER(member, name, text) member,
	AUDIT_FAULTS(AUDIT_FAULT_MEMBER)
#undef AUDIT_FAULT_MEMBER
};

struct audit_finding {
	enum audit_fault fault;
	struct uuid account;
	int64_t seq;
	int64_t last; /* of several in a row; else the same as seq */
};

/* Called for each finding at once. */
typedef void audit_report(void *arg, const struct audit_finding *f);

/* One event of the chain, with its MAC as stored and as expected. */
struct audit_link {
	int64_t seq;
	bool known; /* false: the event is missing */
	bool sound;
	unsigned char stored[SHA256_SIZE];
	unsigned char expected[SHA256_SIZE];
};

struct audit_verifier {
	const struct keyring *keys;
	struct arena *arena; /* takes a few hundred bytes per event; may be reset between calls */
	audit_report *report;
	void *arg;
	int64_t events;
	int64_t faults;

	/* private */
	struct uuid account;
	int64_t dropped_through; /* the events up to here were dropped */
	struct audit_link last, before;
};

/* The name of a fault for programs, and its text for people. */
struct str audit_fault_name(enum audit_fault fault);
struct str audit_fault_text(enum audit_fault fault);

/* Begins a chain at its checkpoint; NULL: at its first event. */
void audit_verifier_begin(struct audit_verifier *v, struct uuid account,
    const struct audit_checkpoint *checkpoint);

/* Begins in the middle of a chain, behind the event `seq` with the MAC `head`. */
void audit_verifier_begin_part(struct audit_verifier *v, struct uuid account, int64_t seq,
    const unsigned char head[SHA256_SIZE]);

/*
 * Verifies the next event. `previous` is the previous MAC as the event itself states it, as in an
 * exported file; else NULL.
 */
void audit_verifier_add(struct audit_verifier *v, const struct audit_row *r,
    const unsigned char *previous);

/* Ends a chain of `length` events whose last one has the MAC `head` (NULL: not known). */
void audit_verifier_end(struct audit_verifier *v, int64_t length, const unsigned char *head);

/* Ends a chain whose length and head are not recorded, which is a fault. */
void audit_verifier_end_unrecorded(struct audit_verifier *v);

/* The stored MAC of the last event. */
const unsigned char *audit_verifier_head(const struct audit_verifier *v);

#endif
