/*
 * Following a chain of audit events from its beginning to its end and naming
 * what is wrong with it: what was changed, removed or inserted. One chain after the
 * other, in the order of their numbers; nothing of what was followed is kept.
 */
#ifndef DOMAIN_TRAIL_H
#define DOMAIN_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/keyring.h"
#include "domain/audit.h"

/* X(member, name for programs, what it is for people) */
#define TRAIL_FAULTS(X)                                                                                            \
	X(TRAIL_CHANGED, "changed", "does not fit its MAC: it was changed or inserted, or the one before it was")   \
	X(TRAIL_KEY, "unknown_key", "was made with a key that is not in the keyring")                                \
	X(TRAIL_MISSING, "missing", "is missing")                                                                    \
	X(TRAIL_TWICE, "twice", "was inserted: its number is there twice or out of order")                           \
	X(TRAIL_UNLINKED, "unlinked", "does not follow on the one before it")                                        \
	X(TRAIL_DROPPED, "dropped", "was inserted: its number is among those dropped for their age")                 \
	X(TRAIL_BEHIND, "behind", "was inserted, or the noted length of the chain was changed: it is behind the end") \
	X(TRAIL_HEAD, "head", "is the last, but the noted head of the chain is not its MAC")                         \
	X(TRAIL_ANCHOR, "anchor", "is noted as the last one dropped for its age, but that note is forged")           \
	X(TRAIL_BROKEN, "broken", "is not as it was exported")                                                         \
	X(TRAIL_UNNOTED, "unnoted", "is of a chain of which no length and head are noted")

enum trail_fault {
#define TRAIL_MEMBER(member, name, text) member,
	TRAIL_FAULTS(TRAIL_MEMBER)
#undef TRAIL_MEMBER
};

struct trail_finding {
	enum trail_fault fault;
	struct uuid account;
	int64_t seq;
	int64_t last; /* of several in a row; else as seq */
};

/* Told of each finding, at once. */
typedef void trail_report(void *arg, const struct trail_finding *f);

/* An event's place in the chain and the MACs it may have: as it is stored, and as it should be. */
struct trail_link {
	int64_t seq;
	bool known; /* false: what was here is not */
	bool sound;
	unsigned char stored[SHA256_SIZE];
	unsigned char right[SHA256_SIZE];
};

struct trail {
	const struct keyring *keys;
	struct arena *arena; /* for a few hundred bytes an event; may be reset between two calls */
	trail_report *report;
	void *arg;
	int64_t events;
	int64_t faults;

	/* private */
	struct uuid account;
	int64_t floor; /* all up to here were dropped */
	struct trail_link last, before;
};

/* The name and the words of a fault. */
struct str trail_fault_name(enum trail_fault fault);
struct str trail_fault_text(enum trail_fault fault);

/* Begins a chain; `anchor` is where it begins, NULL: at its first event. */
void trail_begin(struct trail *t, struct uuid account, const struct audit_anchor *anchor);

/* Begins a part of a chain, behind the event `seq` with the MAC `head`. */
void trail_begin_part(struct trail *t, struct uuid account, int64_t seq, const unsigned char head[SHA256_SIZE]);

/*
 * The next event. `previous` is the MAC of the event before it where the event
 * itself says so, as in an exported file; else NULL.
 */
void trail_event(struct trail *t, const struct audit_record *r, const unsigned char *previous);

/* The end: the chain has `length` events, and its last one the MAC `head` (NULL: not known). */
void trail_end(struct trail *t, int64_t length, const unsigned char *head);

/* The end of a chain of which nothing is noted. */
void trail_end_unnoted(struct trail *t);

/* The MAC of the last event, to go on from. */
const unsigned char *trail_head(const struct trail *t);

#endif
