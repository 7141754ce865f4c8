/*
 * Following a chain of audit events from its beginning to its end and naming what is wrong with
 * it: what was changed, removed or inserted. One chain after the other, in the order of their
 * numbers; nothing of what was followed is kept.
 */
#ifndef DOMAIN_AUDIT_VERIFY_H
#define DOMAIN_AUDIT_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/keyring.h"
#include "domain/audit.h"

/* X(member, name for programs, what it is for people) */
#define AUDIT_FAULTS(X)                                                                            \
	X(AUDIT_FAULT_CHANGED, "changed",                                                          \
	    "does not fit its MAC: it was changed or inserted, or the one before it was")          \
	X(AUDIT_FAULT_KEY, "unknown_key", "was made with a key that is not in the keyring")        \
	X(AUDIT_FAULT_MISSING, "missing", "is missing")                                            \
	X(AUDIT_FAULT_DUPLICATE, "twice",                                                          \
	    "was inserted: its number is there twice or out of order")                             \
	X(AUDIT_FAULT_UNLINKED, "unlinked", "does not follow on the one before it")                \
	X(AUDIT_FAULT_DROPPED, "dropped",                                                          \
	    "was inserted: its number is among those dropped for their age")                       \
	X(AUDIT_FAULT_BEHIND, "behind",                                                            \
	    "was inserted, or the noted length of the chain was changed: it is behind the end")    \
	X(AUDIT_FAULT_HEAD, "head", "is the last, but the noted head of the chain is not its MAC") \
	X(AUDIT_FAULT_CHECKPOINT, "anchor",                                                        \
	    "is noted as the last one dropped for its age, but that note is forged")               \
	X(AUDIT_FAULT_MALFORMED, "broken", "is not as it was exported")                            \
	X(AUDIT_FAULT_UNRECORDED, "unnoted", "is of a chain of which no length and head are noted")

enum audit_fault {
#define AUDIT_FAULT_MEMBER(member, name, text) member,
	AUDIT_FAULTS(AUDIT_FAULT_MEMBER)
#undef AUDIT_FAULT_MEMBER
};

struct audit_finding {
	enum audit_fault fault;
	struct uuid account;
	int64_t seq;
	int64_t last; /* of several in a row; else as seq */
};

/* Told of each finding, at once. */
typedef void audit_report(void *arg, const struct audit_finding *f);

/* An event's place in the chain and the MACs it may have: as it is stored, and as it should be. */
struct audit_link {
	int64_t seq;
	bool known; /* false: what was here is not */
	bool sound;
	unsigned char stored[SHA256_SIZE];
	unsigned char right[SHA256_SIZE];
};

struct audit_verifier {
	const struct keyring *keys;
	struct arena *arena; /* for a few hundred bytes an event; may be reset between two calls */
	audit_report *report;
	void *arg;
	int64_t events;
	int64_t faults;

	/* private */
	struct uuid account;
	int64_t dropped_through; /* all up to here were dropped */
	struct audit_link last, before;
};

/* The name and the words of a fault. */
struct str audit_fault_name(enum audit_fault fault);
struct str audit_fault_text(enum audit_fault fault);

/* Begins a chain; `anchor` is where it begins, NULL: at its first event. */
void audit_verifier_begin(struct audit_verifier *t, struct uuid account,
    const struct audit_checkpoint *checkpoint);

/* Begins a part of a chain, behind the event `seq` with the MAC `head`. */
void audit_verifier_begin_part(struct audit_verifier *t, struct uuid account, int64_t seq,
    const unsigned char head[SHA256_SIZE]);

/*
 * The next event. `previous` is the MAC of the event before it where the event itself says so,
 * as in an exported file; else NULL.
 */
void audit_verifier_add(struct audit_verifier *t, const struct audit_row *r,
    const unsigned char *previous);

/* The end: the chain has `length` events, and its last one the MAC `head` (NULL: not known). */
void audit_verifier_end(struct audit_verifier *t, int64_t length, const unsigned char *head);

/* The end of a chain of which nothing is noted. */
void audit_verifier_end_unrecorded(struct audit_verifier *t);

/* The MAC of the last event, to go on from. */
const unsigned char *audit_verifier_head(const struct audit_verifier *t);

#endif
