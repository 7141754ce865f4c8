/*
 * Rows in, rows out: one function a statement of sql/queries, typed by the domain. Nothing is
 * decided here. Every function returns what pg_read() and pg_write() do, or more where it says
 * so.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "domain/audit_log.h"
#include "domain/email.h"
#include "domain/mail.h"
#include "domain/member.h"
#include "domain/reminder.h"
#include "domain/site.h"
#include "domain/subject.h"
#include "pg/pg.h"

/* The schema this build knows: the number of the last migration in sql/migrations. */
#define SCHEMA_VERSION 6

/* How many uses of sessions are noted at once. */
#define ACTIVITY_MAX 64

/* One use of the database: the connection, memory for what is read, and until when. */
struct store {
	struct pg *pg;
	struct arena *arena;
	int64_t deadline_ms; /* monotonic */
};

/* A connection that prepares all our statements. */
struct pg *store_connection(struct arena *a, const char *database);

/* The version of the schema in the database; 0 for an empty one. */
enum err store_schema_version(struct store *st, int32_t *version) MUST_CHECK;

/* ---- a change of several statements: begin with its event, end with the commit ---- */

/*
 * Begins a transaction with the event in it; ERR_RACE when the chain has moved since it was
 * read.
 */
enum err store_begin(struct store *st, const struct audit_event *ev) MUST_CHECK;
enum err store_commit(struct store *st) MUST_CHECK;
void store_rollback(struct store *st);

/* The event alone, committed at once; ERR_RACE as above. */
enum err store_event(struct store *st, const struct audit_event *ev) MUST_CHECK;

/* ---- the subject ---- */

/* The account that has an address; nil when nobody has. */
enum err store_account_find(struct store *st, struct str address, struct uuid *account) MUST_CHECK;

/*
 * Loads an account with a session (nil: without one) and looks for an unused recovery code
 * among `mac_count` MACs of SHA256_SIZE bytes end to end. ERR_NOT_FOUND when there is no such
 * account.
 */
enum err store_subject_load(struct store *st, struct uuid account, struct uuid session,
    const unsigned char *macs, size_t mac_count, struct subject *s) MUST_CHECK;

/* ---- verification: each one statement that commits by itself ---- */

/* What a session becomes when it rises. */
struct session_elevation {
	unsigned char token_hash[SHA256_SIZE];
	int64_t expires_at;
};

/*
 * The event's session is verified by the event's factor with the answer of `step`, or by the
 * recovery code of `mac`. ERR_RACE when the chain has moved; ERR_UNAUTHENTICATED when the
 * session is gone.
 */
enum err store_verify_by_factor(struct store *st, const struct audit_event *ev,
    const struct session_elevation *elevation, int64_t step) MUST_CHECK;
enum err store_verify_by_code(struct store *st, const struct audit_event *ev,
    const struct session_elevation *elevation, struct str mac,
    const struct mail_code *mail) MUST_CHECK;
/* The same for one change, without the session. ERR_RACE. */
enum err store_consume_counter(struct store *st, const struct audit_event *ev,
    int64_t step) MUST_CHECK;
enum err store_consume_code(struct store *st, const struct audit_event *ev, struct str mac,
    const struct mail_code *mail) MUST_CHECK;
/*
 * A wrong answer: the budget becomes `after`, the session's failures become `failures`, or it
 * ends. ERR_RACE when the chain has moved.
 */
enum err store_verification_refused(struct store *st, const struct audit_event *ev,
    const struct throttle *after, int failures, bool ends) MUST_CHECK;

enum err store_throttle_clear(struct store *st, struct uuid account) MUST_CHECK;

/* ---- sessions ---- */

/* A new session (the event's), with a new password hash when `password_hash` is there. ERR_RACE. */
enum err store_sign_in(struct store *st, const struct audit_event *ev, const struct session *s,
    struct str password_hash) MUST_CHECK;
/* ERR_RACE; ERR_UNAUTHENTICATED when the session is gone. */
enum err store_reauthenticate(struct store *st, const struct audit_event *ev,
    const unsigned char token_hash[SHA256_SIZE]) MUST_CHECK;
enum err store_password_wrong(struct store *st, const struct audit_event *ev,
    int failures) MUST_CHECK;
/* ERR_NOT_FOUND when it is not there. */
enum err store_session_end(struct store *st, struct uuid account, struct uuid session) MUST_CHECK;
/* All but one; a nil `keep` keeps none. */
enum err store_sessions_end_others(struct store *st, struct uuid account,
    struct uuid keep) MUST_CHECK;
enum err store_sessions_unverify_others(struct store *st, struct uuid account,
    struct uuid keep) MUST_CHECK;
/* ERR_UNAUTHENTICATED when it is gone. */
enum err store_session_verified(struct store *st, struct uuid account, struct uuid session,
    const unsigned char token_hash[SHA256_SIZE], struct str by, int64_t now) MUST_CHECK;
enum err store_session_unverify(struct store *st, struct uuid account,
    struct uuid session) MUST_CHECK;
/* When sessions were last used; each at most once. */
struct activity_list {
	struct uuid accounts[ACTIVITY_MAX];
	struct uuid sessions[ACTIVITY_MAX];
	int64_t times[ACTIVITY_MAX];
	size_t count;
};
enum err store_sessions_touch(struct store *st, const struct activity_list *activity) MUST_CHECK;
enum err store_session_return_to(struct store *st, struct uuid account, struct uuid session,
    struct str path) MUST_CHECK;
/*
 * The session works in another organization, its verification cleared. ERR_UNAUTHENTICATED when
 * it is gone.
 */
enum err store_session_organization(struct store *st, struct uuid account, struct uuid session,
    struct uuid organization) MUST_CHECK;
/* Those alive at `now` and seen after `active_after`, the last used first, at most 100. */
enum err store_sessions_list(struct store *st, struct uuid account, int64_t now,
    int64_t active_after, struct session **list, size_t *count) MUST_CHECK;

/* ---- the gate ---- */

/*
 * Loads what the gate looks at and nothing else: name and address, the session without what a
 * page shows, memberships, and factors of which only the number counts. By a session's token,
 * or with a nil `session` by a site's at an origin; then the session's hash is that of the
 * site's token, zero when it counts no more. ERR_NOT_FOUND when there is no such session.
 */
enum err store_gate_load(struct store *st, struct uuid account, struct uuid session,
    struct uuid site_token, struct str origin, struct subject *s) MUST_CHECK;
/* ERR_UNAUTHENTICATED when the session is gone or has another token by now. */
enum err store_site_ticket_insert(struct store *st, const struct site_token *t) MUST_CHECK;
/* The ticket becomes the token of `hash`; ERR_NOT_FOUND when it does not count (any more). */
enum err store_site_ticket_exchange(struct store *st, const struct token *ticket, struct str origin,
    struct str nonce, const unsigned char hash[SHA256_SIZE], int64_t now) MUST_CHECK;

/* ---- factors ---- */

enum err store_factor_pending_delete(struct store *st, struct uuid account) MUST_CHECK;
enum err store_factor_insert(struct store *st, struct uuid account,
    const struct factor *f) MUST_CHECK;
/* ERR_NOT_FOUND when no row was as it had to be. */
enum err store_factor_confirm(struct store *st, struct uuid account, const struct factor *f,
    int64_t step, int64_t now) MUST_CHECK;
/* MACs of recovery codes handed out with a pending factor, end to end. */
enum err store_factor_code_macs(struct store *st, struct uuid account, struct uuid factor,
    const unsigned char *macs, size_t count) MUST_CHECK;
enum err store_factor_rename(struct store *st, struct uuid account, struct uuid factor,
    struct str label) MUST_CHECK;
enum err store_factor_prefer(struct store *st, struct uuid account, struct uuid factor) MUST_CHECK;
enum err store_factor_delete(struct store *st, struct uuid account, struct uuid factor) MUST_CHECK;
enum err store_factors_delete(struct store *st, struct uuid account) MUST_CHECK;

/* ---- recovery codes ---- */

/* Deletes the set and its codes, used and unused. */
enum err store_recovery_delete(struct store *st, struct uuid account) MUST_CHECK;
/* A new set of `count` codes, MACs end to end, in the place of any before. */
enum err store_recovery_replace(struct store *st, struct uuid account, struct uuid set, int64_t now,
    const unsigned char *macs, size_t count) MUST_CHECK;
/* A new set of the codes that were handed out with a pending factor, in the place of any before. */
enum err store_recovery_adopt_issued(struct store *st, struct uuid account, struct uuid set,
    struct uuid factor, int64_t now) MUST_CHECK;
/* ERR_NOT_FOUND when that set is not there or was acknowledged before. */
enum err store_recovery_acknowledge(struct store *st, struct uuid account, struct uuid set,
    int64_t now) MUST_CHECK;

/* ---- mail ---- */

/* Within the change it tells of. */
enum err store_mail_insert(struct store *st, const struct mail *m) MUST_CHECK;
/* Takes up to `batch` messages that are due at `now`, until `lost_at`. */
enum err store_mail_claim(struct store *st, int64_t now, int64_t lost_at, int batch,
    struct mail **list, size_t *count) MUST_CHECK;
enum err store_mail_sent(struct store *st, const struct mail *m, int64_t now) MUST_CHECK;
/* To be tried again at `next`; 0: given up. */
enum err store_mail_failed(struct store *st, const struct mail *m, int64_t next,
    struct str error) MUST_CHECK;

/*
 * To the owners and admins of an organization but `actor` (nil: nobody) and `member`; `values`
 * is without their names.
 */
enum err store_mail_insert_admins(struct store *st, struct uuid organization, struct uuid member,
    struct uuid actor, struct str values, int64_t now) MUST_CHECK;

/* ---- notices of a policy (notice.c) ---- */

/* One step through the members of a policy that has changed; `walked` is false when none has. */
enum err store_reminder_scan(struct store *st, int64_t now, bool *scanned) MUST_CHECK;
/* Takes some members who are due at `now`, until `taken_until`. */
enum err store_reminder_claim(struct store *st, int64_t now, int64_t taken_until,
    struct reminder_member **list, size_t *count) MUST_CHECK;
/*
 * Notes what a look at a member came to, with its message where it sends one. Nothing is
 * written when something has changed since the member was taken: it will be looked at again.
 * `told`: a message was written.
 */
enum err store_reminder_record(struct store *st, const struct reminder_member *m,
    int64_t taken_until, const struct reminder *n, const struct mail *mail, bool *sent) MUST_CHECK;

/* ---- links that prove an address ---- */

/* In the place of any before it for that address. */
enum err store_email_link_put(struct store *st, const struct email_link *link) MUST_CHECK;
/* When the account's last one was made; 0: never. */
enum err store_email_link_last(struct store *st, struct uuid account, int64_t *at) MUST_CHECK;
/* ERR_NOT_FOUND when it is not there or its address is not to be verified any more. */
enum err store_email_link_find(struct store *st, struct uuid account, struct uuid id,
    struct email_link *link) MUST_CHECK;
/* ERR_NOT_FOUND when it is over. */
enum err store_email_link_use(struct store *st, const struct email_link *link,
    int64_t now) MUST_CHECK;

/* ---- accounts and organizations, for countersignctl ---- */

/*
 * With one address, verified or not; ERR_CONFLICT when the address is taken. Within a
 * transaction.
 */
enum err store_account_create(struct store *st, const struct account *account,
    int64_t now) MUST_CHECK;
/* ERR_NOT_FOUND when it is not there or was verified before. */
enum err store_email_verify(struct store *st, struct uuid account, struct str address,
    int64_t now) MUST_CHECK;
enum err store_account_password(struct store *st, struct uuid account, struct str hash,
    int64_t now) MUST_CHECK;
/* 0 makes it usable again. */
enum err store_account_disable(struct store *st, struct uuid account,
    int64_t disabled_at) MUST_CHECK;

struct account_details {
	int64_t created_at;
	int64_t password_changed_at;
	int64_t last_sign_in_at; /* 0: never */
};
enum err store_account_details(struct store *st, struct uuid account,
    struct account_details *d) MUST_CHECK;

struct organization {
	struct uuid id;
	struct str slug;
	struct str name;
	int64_t created_at;
	int64_t members;
};
/*
 * With a policy that requires nothing; ERR_CONFLICT when the slug is taken. Within a
 * transaction.
 */
enum err store_organization_create(struct store *st, const struct organization *o) MUST_CHECK;
/* nil when there is none. */
enum err store_organization_find(struct store *st, struct str slug, struct uuid *id) MUST_CHECK;
/* Up to 100 behind the slug `after`. */
enum err store_organizations_list(struct store *st, struct str after, struct organization **list,
    size_t *count) MUST_CHECK;
/* ERR_CONFLICT when the account is a member already. */
enum err store_membership_create(struct store *st, struct uuid account, struct uuid organization,
    struct str role, bool sensitive, int64_t now) MUST_CHECK;
/* ERR_NOT_FOUND when the account is no member. */
enum err store_membership_role(struct store *st, struct uuid account, struct uuid organization,
    struct str role, bool sensitive, int64_t now) MUST_CHECK;
/* The same; its sessions that work there work nowhere. Within a transaction. */
enum err store_membership_delete(struct store *st, struct uuid account,
    struct uuid organization) MUST_CHECK;

/* ---- an organization's members and policy, for its admins (compliance.c) ---- */

/*
 * Pages of members behind a key, at most `batch`; policy and standing are left to the caller.
 * By name:
 */
enum err store_members_all(struct store *st, struct uuid organization,
    const struct member_cursor *after, int batch, struct member **list, size_t *count) MUST_CHECK;
/* with a factor, or without; `plain_only`: without those whom a policy for admins covers */
enum err store_members_by_enrolled(struct store *st, struct uuid organization, bool enrolled,
    bool plain_only, const struct member_cursor *after, int batch, struct member **list,
    size_t *count) MUST_CHECK;

/* Of one group those who joined behind one time and up to another; 0: no such bound. */
struct joined_range {
	bool wanted;
	int64_t after;
	int64_t until;
};
/* By the time they joined: neither factor nor exemption. */
enum err store_members_by_joined(struct store *st, struct uuid organization, int64_t now,
    struct joined_range privileged, struct joined_range plain, const struct member_cursor *after,
    int batch, struct member **list, size_t *count) MUST_CHECK;
/* By the end of their exemption: no factor; of the groups that the policy covers. */
enum err store_members_exempt(struct store *st, struct uuid organization, int64_t now,
    bool privileged, bool plain, const struct member_cursor *after, int batch, struct member **list,
    size_t *count) MUST_CHECK;
/* By what is found: a name from one of its words on, or the address, begins with the term. */
enum err store_members_search(struct store *st, struct uuid organization, struct str term,
    const struct member_cursor *after, int batch, struct member **list, size_t *count) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum err store_member_find(struct store *st, struct uuid organization, struct uuid account,
    struct member *m) MUST_CHECK;
/*
 * Of the others [0] and of the privileged [1]; with the `overdue_joined` of their
 * policy_threshold()s.
 */
enum err store_member_counts(struct store *st, struct uuid organization, int64_t now,
    int64_t privileged_until, int64_t plain_until, struct member_counts counts[2]) MUST_CHECK;

/* ERR_RACE when it is not version - 1 that is in force. */
enum err store_policy_update(struct store *st, struct uuid organization, const struct policy *p,
    int64_t now) MUST_CHECK;
/* Within a transaction: the role of who decides, held until its end. ERR_NOT_FOUND. */
enum err store_admin_hold(struct store *st, struct uuid account, struct uuid organization,
    enum role *role) MUST_CHECK;
/* ERR_NOT_FOUND when the account is no member. */
enum err store_membership_exempt(struct store *st, struct uuid account, struct uuid organization,
    int64_t until, struct str reason, struct uuid by, int64_t now) MUST_CHECK;
/* ERR_NOT_FOUND when there is no exemption. */
enum err store_membership_unexempt(struct store *st, struct uuid account, struct uuid organization,
    int64_t now) MUST_CHECK;

/* A transaction without an event, for what belongs to no account. */
enum err store_begin_plain(struct store *st) MUST_CHECK;

/* ---- the audit log of an organization (audit_log.c) ---- */

/*
 * Up to `size` events, the last ones first. A page looks at a bounded number of events, so that
 * fewer than `size` need not be the last ones: see below.
 */
enum err store_audit_log(struct store *st, const struct audit_filter *f, int size,
    struct audit_log_row **list, size_t *count) MUST_CHECK;
/* How far the same page has looked; all zero when there was nothing more to look at. */
enum err store_audit_log_reach(struct store *st, const struct audit_filter *f,
    struct audit_cursor *cursor) MUST_CHECK;

/* ---- the audit trail as a whole (trail.c), for countersignctl ---- */

/* A chain as it is noted beside its events. */
struct audit_chain_row {
	struct uuid account;
	bool noted; /* false: nothing is, though there is an anchor */
	struct audit_chain chain;
	bool has_checkpoint;
	struct audit_checkpoint checkpoint;
	int64_t first_kept; /* number of the first event not before the cutoff; 0: there is none */
};

/* A month with a table of its own. */
struct audit_partition {
	int64_t month; /* when it begins */
	int64_t events;
};

/*
 * Keeps those who drop from everybody else until the connection ends; waits. Outside a
 * transaction.
 */
enum err store_audit_lock(struct store *st, bool exclusive) MUST_CHECK;
/* Begins a transaction that sees one moment and changes nothing. */
enum err store_audit_snapshot(struct store *st) MUST_CHECK;
/* Opens both cursors within a transaction: of all accounts, or of one. `before` 0: no cutoff. */
enum err store_audit_open(struct store *st, struct uuid account, int64_t since,
    int64_t before) MUST_CHECK;
/* Tables that a cursor reads cannot be dropped. */
enum err store_audit_close(struct store *st) MUST_CHECK;
/* The next rows, by account; by account and number. None at the end. */
enum err store_audit_chains(struct store *st, struct audit_chain_row **list,
    size_t *count) MUST_CHECK;
enum err store_audit_events(struct store *st, struct audit_row **list, size_t *count) MUST_CHECK;
/* The MAC that event `seq` has; ERR_NOT_FOUND when neither it nor an anchor has it. */
enum err store_audit_head(struct store *st, struct uuid account, int64_t seq,
    unsigned char mac[SHA256_SIZE]) MUST_CHECK;

/* Months before a time that have a table. */
enum err store_audit_partitions(struct store *st, int64_t before, struct audit_partition **list,
    size_t *count) MUST_CHECK;
/* Months from a time on whose events have no table yet; `events` is not counted. */
enum err store_audit_partitions_waiting(struct store *st, int64_t since,
    struct audit_partition **list, size_t *count) MUST_CHECK;
/*
 * Makes a month's table; `made` is false when it is there. ERR_UNAVAILABLE when it is used too
 * much just now.
 */
enum err store_audit_partition_make(struct store *st, int64_t month, bool *made) MUST_CHECK;
/* Within a transaction: nobody else writes to what is before a time. ERR_UNAVAILABLE as above. */
enum err store_audit_partitions_lock(struct store *st, int64_t before) MUST_CHECK;
enum err store_audit_checkpoint_put(struct store *st,
    const struct audit_checkpoint *checkpoint) MUST_CHECK;
/* Within a transaction, after the anchors; `staying` counts the events that no anchor covers. */
enum err store_audit_partition_drop(struct store *st, int64_t month, int64_t *staying) MUST_CHECK;
enum err store_audit_default_clear(struct store *st, int64_t before) MUST_CHECK;

/* ---- housekeeping: at most a thousand rows each; `count` says how many ---- */

enum err store_janitor_sessions(struct store *st, int64_t created_before, int *count) MUST_CHECK;
enum err store_janitor_pending(struct store *st, int64_t now, int *count) MUST_CHECK;
/* Gives up what is due and was written before. */
enum err store_janitor_mail_overdue(struct store *st, int64_t now, int64_t created_before,
    int *count) MUST_CHECK;
enum err store_janitor_mail(struct store *st, int64_t created_before, int *count) MUST_CHECK;

#endif
