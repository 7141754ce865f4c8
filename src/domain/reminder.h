/*
 * Reminding members of their organization's policy by mail: once that it applies to them, with
 * their deadline, then 7, 3 and 1 days before it. The stage that was reached belongs to one
 * deadline; when that moves or the policy ends, it starts over or is reset.
 */
#ifndef DOMAIN_REMINDER_H
#define DOMAIN_REMINDER_H

#include <stdbool.h>
#include <stdint.h>

#include "domain/mail.h"
#include "domain/policy.h"

/* In order; the database stores these numbers. */
enum reminder_stage {
	REMINDER_NONE,
	REMINDER_APPLIES,
	REMINDER_SEVEN_DAYS,
	REMINDER_THREE_DAYS,
	REMINDER_ONE_DAY
};

/* When to check a member again who cannot be sent mail, in microseconds. */
#define REMINDER_UNREACHABLE_WAIT CLOCK_DAY

struct reminder_member {
	struct uuid account;
	struct membership membership;
	bool enrolled;
	struct str name;
	struct str recipient; /* absent: no verified address, or the account is disabled */
	int32_t stage;        /* the last one that was sent or skipped */
	int64_t deadline;     /* that the stage belongs to; 0: none */
};

/* What to send to a member, and what to record. */
struct reminder {
	bool sends;
	enum mail_kind kind;       /* MAIL_POLICY_APPLIES or MAIL_DEADLINE_NEAR */
	int32_t days;              /* until the deadline, rounded up; 0: it has passed */
	enum reminder_stage stage; /* this and the rest are to be recorded */
	int64_t deadline;          /* 0: none */
	int64_t due_at;            /* when to check next; 0: when something changes */
};

/* Decides on one member at `now`. No message about one deadline is ever sent twice. */
struct reminder reminder_decide(const struct reminder_member *m, int64_t now);

#endif
