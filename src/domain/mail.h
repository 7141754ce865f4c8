/*
 * Messages to the owner of an account: their kinds, and when sending is retried or given up. The
 * only secret in a message is the link that verifies an address, whose token is kept sealed until
 * the message is sent.
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

/* The wait between attempts triples from the first to the last, in microseconds. */
#define MAIL_WAIT_FIRST CLOCK_MINUTE
#define MAIL_WAIT_LAST (6 * CLOCK_HOUR)
/* After this time a message is given up. A reminder counts days, so it is wrong the next day. */
#define MAIL_LIFETIME (3 * CLOCK_DAY)
#define MAIL_REMINDER_LIFETIME CLOCK_DAY
/* How long a message is kept after it was sent or given up. */
#define MAIL_RETENTION (30 * CLOCK_DAY)

struct mail {
	struct uuid account;
	struct uuid id;
	enum mail_kind kind;
	struct str recipient;
	struct str values; /* a JSON object for the templates */
	struct str sealed; /* the token of its link, or absent */
	int64_t created_at;
	int32_t attempts; /* including the current one */
};

/* The messages about the use of a recovery code; with a nil id there is none. */
struct mail_code {
	struct uuid id;
	struct uuid low_id; /* of the message that few codes are left */
	struct str recipient;
	struct str values;
};

/* The name of a kind, such as "factor_added", in the database and of its templates. */
struct str mail_kind_name(enum mail_kind kind);
bool mail_kind_parse(struct str name, enum mail_kind *kind);

/* How long a message of a kind is worth sending, in microseconds. */
int64_t mail_lifetime(enum mail_kind kind);

/* When to retry after attempt number `attempts` failed at `now`; 0: the message is given up. */
int64_t mail_next_attempt(enum mail_kind kind, int64_t created_at, int32_t attempts, int64_t now);

/* The values for the templates. Absent texts, 0 days and negative numbers are left out. */
struct mail_values {
	struct str name;    /* of the owner */
	struct str label;   /* of a factor */
	struct str address; /* network address that the action came from */
	struct str organization;
	struct str deadline;
	struct str member; /* whose factors were reset */
	struct str member_email;
	int32_t days; /* until the deadline, or 0 */
	int64_t left; /* recovery codes, or -1 */
};
/* Formats the values as a JSON object. */
struct str mail_values_json(struct arena *a, const struct mail_values *v);

#endif
