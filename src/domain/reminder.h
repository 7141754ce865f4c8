/*
 * Telling members of an organization's rule by mail: once that it applies to them and until
 * when they have time, then 7, 3 and 1 days before the deadline. What was told belongs to one
 * deadline; when that moves, or the rule ends, it is forgotten or told anew.
 */
#ifndef DOMAIN_REMINDER_H
#define DOMAIN_REMINDER_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/mail.h"
#include "domain/policy.h"

/* In the order of time; the numbers are those in the database. */
enum reminder_stage {
	REMINDER_NONE,
	REMINDER_APPLIES,
	REMINDER_SEVEN_DAYS,
	REMINDER_THREE_DAYS,
	REMINDER_ONE_DAY
};

/* How long after a look at somebody who cannot be written to the next one is, in microseconds. */
#define REMINDER_UNREACHABLE_WAIT CLOCK_DAY

struct reminder_member {
	struct uuid account;
	struct membership membership;
	bool enrolled;
	struct str name;
	struct str recipient; /* absent: there is no verified address, or the account is disabled */
	int32_t stage;        /* the last that was told, or was past when the telling began */
	int64_t deadline;     /* the one that was told; 0: none */
};

/* What a look at a member comes to. */
struct reminder {
	bool sends;
	enum mail_kind kind; /* MAIL_POLICY_APPLIES or MAIL_DEADLINE_NEAR */
	/* until the deadline, the one that has begun included; 0: it has passed */
	int32_t days;
	enum reminder_stage stage; /* to be noted, like the two below */
	int64_t deadline;          /* 0: none */
	int64_t due_at;            /* when to look next; 0: not before something changes */
};

/*
 * Looks at a member at `now`. At most one message comes of it, and of one deadline none comes
 * twice.
 */
struct reminder reminder_decide(const struct reminder_member *m, int64_t now);

#endif
