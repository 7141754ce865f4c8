/*
 * Audit events. Each belongs to the chain of the account that it is about: its MAC covers the
 * event and the previous MAC, so that a changed, removed or inserted row is detected.
 */
#ifndef DOMAIN_AUDIT_H
#define DOMAIN_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/uuid.h"
#include "crypto/hmac.h"

/* X(member, name in the database and the API) */
#define AUDIT_KINDS(X)                                             \
	X(AUDIT_ACCOUNT_CREATED, "account_created")                \
	X(AUDIT_ACCOUNT_DISABLED, "account_disabled")              \
	X(AUDIT_ACCOUNT_ENABLED, "account_enabled")                \
	X(AUDIT_PASSWORD_CHANGED, "password_changed")              \
	X(AUDIT_EMAIL_LINK_SENT, "email_link_sent")                \
	X(AUDIT_EMAIL_VERIFIED, "email_verified")                  \
	X(AUDIT_MEMBERSHIP_ADDED, "membership_added")              \
	X(AUDIT_SIGN_IN, "sign_in")                                \
	X(AUDIT_SIGN_OUT, "sign_out")                              \
	X(AUDIT_SESSION_REVOKED, "session_revoked")                \
	X(AUDIT_ORGANIZATION_SWITCHED, "organization_switched")    \
	X(AUDIT_REAUTHENTICATION, "reauthentication")              \
	X(AUDIT_VERIFICATION, "verification")                      \
	X(AUDIT_FACTOR_STARTED, "factor_setup_started")            \
	X(AUDIT_FACTOR_CANCELLED, "factor_setup_cancelled")        \
	X(AUDIT_FACTOR_ADDED, "factor_added")                      \
	X(AUDIT_FACTOR_RENAMED, "factor_renamed")                  \
	X(AUDIT_FACTOR_PREFERRED, "factor_preferred")              \
	X(AUDIT_FACTOR_REMOVED, "factor_removed")                  \
	X(AUDIT_CODES_REPLACED, "recovery_codes_replaced")         \
	X(AUDIT_CODES_ACKNOWLEDGED, "recovery_codes_acknowledged") \
	X(AUDIT_MFA_DISABLED, "mfa_disabled")                      \
	X(AUDIT_MFA_RESET, "mfa_reset")                            \
	X(AUDIT_POLICY_CHANGED, "policy_changed")                  \
	X(AUDIT_EXEMPTION_GIVEN, "exemption_given")                \
	X(AUDIT_EXEMPTION_ENDED, "exemption_ended")                \
	X(AUDIT_MEMBERSHIP_CHANGED, "membership_changed")          \
	X(AUDIT_MEMBERSHIP_REMOVED, "membership_removed")          \
	X(AUDIT_EXPORTED, "audit_exported")

enum audit_kind {
#define AUDIT_MEMBER(member, name) member,
	AUDIT_KINDS(AUDIT_MEMBER)
#undef AUDIT_MEMBER
};

enum audit_actor { AUDIT_BY_ACCOUNT, AUDIT_BY_OPERATOR, AUDIT_BY_SYSTEM };

/* No event can be later than 9999-12-31. */
#define AUDIT_TIME_MAX INT64_C(253402214400000000)

/* The length of an account's chain and the MAC of its last event. */
struct audit_chain {
	int64_t length;
	unsigned char head[SHA256_SIZE];
};

struct audit_event {
	struct uuid account;
	int64_t seq;
	int64_t at;
	enum audit_kind kind;
	bool accepted;
	enum audit_actor actor;
	struct uuid actor_id;
	struct uuid session;
	struct uuid factor;
	struct uuid organization;
	struct str address;
	struct str user_agent;
	struct str request_id;
	struct str details; /* JSON, or absent */
	uint16_t key_id;
	unsigned char mac[SHA256_SIZE];
};

/* An event as stored or exported. Nothing in it can be trusted before its MAC is checked. */
struct audit_row {
	struct uuid account;
	int64_t seq;
	int64_t at; /* microseconds since 1970 */
	struct str kind;
	struct str result;
	struct str actor;
	struct uuid actor_id;
	struct uuid session;
	struct uuid factor;
	struct uuid organization;
	struct str address;
	struct str user_agent;
	struct str request_id;
	struct str details;
	int64_t key_id;
	unsigned char mac[SHA256_SIZE];
	bool malformed; /* it holds a value that no event can have */
};

/* Where a chain begins once its oldest events have been dropped. */
struct audit_checkpoint {
	struct uuid account;
	int64_t seq; /* the last event that was dropped; 0: none */
	unsigned char head[SHA256_SIZE];
	int64_t pruned_at;
	int64_t key_id;
	unsigned char mac[SHA256_SIZE];
};

/* A month whose events have a table of their own, or wait for one. */
struct audit_partition {
	int64_t month; /* when it begins, in microseconds since 1970 */
	int64_t events;
};

/* Names in the database and the API. */
struct str audit_kind_name(enum audit_kind kind);
struct str audit_actor_name(enum audit_actor actor);
struct str audit_result_name(bool accepted);

/* True when there is a kind or result of that name. */
bool audit_kind_known(struct str name);
bool audit_result_known(struct str name);

/* The names of the kinds in their order; NULL after the last. */
const char *audit_kind_at(size_t i);

/*
 * Appends the event to the chain: sets its number, key id and MAC. `key` is the audit key with
 * the id `key_id`.
 */
void audit_append(struct arena *a, struct audit_event *ev, const struct audit_chain *chain,
    uint16_t key_id, const unsigned char *key);

/* Computes the MAC of an event that follows one with the MAC `before` (zeros: the first). */
void audit_mac(struct arena *a, const struct audit_row *r, const unsigned char before[SHA256_SIZE],
    const unsigned char *key, unsigned char mac[SHA256_SIZE]);

/* Computes the MAC of a checkpoint, which no event can have. */
void audit_checkpoint_mac(struct arena *a, const struct audit_checkpoint *checkpoint,
    const unsigned char *key, unsigned char mac[SHA256_SIZE]);

/*
 * The beginning of the month that is `months` after the month of `at`, both in microseconds since
 * 1970, UTC.
 */
int64_t audit_month(int64_t at, int months);

#endif
