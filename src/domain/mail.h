/*
 * Mail to the owner of an account: what there is to tell, and when sending is tried again or
 * given up. No message holds a secret but the link that proves an address, whose token is kept
 * sealed until it is sent.
 */
#ifndef DOMAIN_MAIL_H
#define DOMAIN_MAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/uuid.h"

/* X(member, name in the database and of its templates) */
#define MAIL_KINDS(X)                                     \
	X(MAIL_FACTOR_ADDED, "factor_added")              \
	X(MAIL_FACTOR_REMOVED, "factor_removed")          \
	X(MAIL_CODE_USED, "recovery_code_used")           \
	X(MAIL_CODES_LOW, "recovery_codes_low")           \
	X(MAIL_CODES_REPLACED, "recovery_codes_replaced") \
	X(MAIL_MFA_DISABLED, "mfa_disabled")              \
	X(MAIL_MFA_RESET, "mfa_reset")                    \
	X(MAIL_VERIFY_EMAIL, "verify_email")              \
	X(MAIL_MEMBER_RESET, "member_reset")              \
	X(MAIL_POLICY_APPLIES, "policy_applies")          \
	X(MAIL_DEADLINE_NEAR, "deadline_near")

enum mail_kind {
#define MAIL_MEMBER(member, name) member,
	MAIL_KINDS(MAIL_MEMBER)
#undef MAIL_MEMBER
	    MAIL_KIND_COUNT
};

/* Waits between attempts grow threefold from the first to the last, in microseconds. */
#define MAIL_WAIT_FIRST CLOCK_MINUTE
#define MAIL_WAIT_LAST (6 * CLOCK_HOUR)
/* What was not sent for so long is given up; a reminder is wrong when another day has gone by. */
#define MAIL_LIFETIME (3 * CLOCK_DAY)
#define MAIL_REMINDER_LIFETIME CLOCK_DAY
/* How long a message that is sent or given up is kept. */
#define MAIL_KEPT (30 * CLOCK_DAY)

struct mail {
	struct uuid account;
	struct uuid id;
	enum mail_kind kind;
	struct str recipient;
	struct str values; /* a JSON object for the templates */
	struct str sealed; /* the token of its link, or absent */
	int64_t created_at;
	int32_t attempts; /* begun so far, this one included */
};

/* What is told of a recovery code that was used; nil ids and absent texts tell nothing. */
struct mail_code {
	struct uuid id;
	struct uuid low_id; /* also: few are left */
	struct str recipient;
	struct str values;
};

/* "factor_added"; the name of its templates, too. */
struct str mail_kind_name(enum mail_kind kind);
bool mail_kind_parse(struct str name, enum mail_kind *kind);

/*
 * How long a message of a kind is worth sending, in microseconds: a link is not when it has
 * ended, a reminder not the day after.
 */
int64_t mail_lifetime(enum mail_kind kind);

/* When to try again after attempt number `attempts` has failed at `now`; 0: given up. */
int64_t mail_next_attempt(enum mail_kind kind, int64_t created_at, int32_t attempts, int64_t now);

/* Members of the values of a message; absent texts, 0 days and negative numbers are left out. */
struct mail_values {
	struct str name;    /* what its owner is called */
	struct str label;   /* of a factor */
	struct str address; /* network address of whoever did it */
	struct str organization;
	struct str deadline;
	struct str member; /* who was reset */
	struct str member_email;
	int32_t days; /* until the deadline, or 0 */
	int64_t left; /* recovery codes, or -1 */
};
struct str mail_values_json(struct arena *a, const struct mail_values *v);

#endif
