/*
 * What an operator does through countersignctl: accounts and organizations. The flow needs env,
 * arena, now and deadline_ms only; nobody is signed in. Every change of an account has its
 * audit event, by the operator.
 */
#ifndef FLOW_OPERATOR_H
#define FLOW_OPERATOR_H

#include "domain/organization.h"
#include "flow/flow.h"

/* NIST SP 800-63B-4, 3.1.1.2: at least 8 characters where a second factor is used. */
#define PASSWORD_MIN 8

/*
 * Creates an account with one address, and sends a link to an address that is not verified.
 * ERR_CONFLICT when the address is taken, ERR_FIELD when the password is too short or too long.
 */
enum err operator_account_create(struct flow *fl, struct str email, struct str name,
    struct secret password, bool verified, struct uuid *id) MUST_CHECK;

/* The following find the account by its address. ERR_NOT_FOUND when there is none. */

/* Sets a new password and ends all sessions. ERR_FIELD. */
enum err operator_account_password(struct flow *fl, struct str email,
    struct secret password) MUST_CHECK;
/* Marks the address as verified. ERR_CONFLICT when it is already. */
enum err operator_account_verify_email(struct flow *fl, struct str email) MUST_CHECK;
/*
 * Disables or enables the account; disabling ends all sessions. ERR_CONFLICT when nothing would
 * change.
 */
enum err operator_account_disable(struct flow *fl, struct str email, bool disabled) MUST_CHECK;
/*
 * Removes factors and codes, clears the attempt limit and ends all sessions, for a person who
 * lost phone and codes or was locked. `reason` (not empty) goes into the audit event.
 * ERR_CONFLICT when there is nothing to reset.
 */
enum err operator_account_reset_mfa(struct flow *fl, struct str email,
    struct str reason) MUST_CHECK;
/*
 * Ends one session, or with a nil id all of them. ERR_NOT_FOUND also when there is no such
 * session.
 */
enum err operator_session_revoke(struct flow *fl, struct str email, struct uuid session) MUST_CHECK;

/* What to show of an account; the subject is in fl->subject. */
struct account_report {
	struct account_details details;
	struct session *sessions;
	size_t session_count;
};
enum err operator_account_show(struct flow *fl, struct str email,
    struct account_report *out) MUST_CHECK;

/*
 * Creates an organization. ERR_CONFLICT when the slug is taken, ERR_FIELD when it is not
 * lower-case letters, digits and dashes.
 */
enum err operator_organization_create(struct flow *fl, struct str slug, struct str name,
    struct uuid *id) MUST_CHECK;
/*
 * Adds a member. `role` is owner, admin or member (else ERR_FIELD). ERR_NOT_FOUND when there is
 * no such account or organization, ERR_CONFLICT when the account is a member already.
 */
enum err operator_organization_add_member(struct flow *fl, struct str slug, struct str email,
    struct str role, bool sensitive) MUST_CHECK;
/*
 * Changes the role of a member, or marks it as sensitive. Errors as above; ERR_NOT_FOUND also
 * when the account is no member.
 */
enum err operator_organization_set_role(struct flow *fl, struct str slug, struct str email,
    struct str role, bool sensitive) MUST_CHECK;
/*
 * Removes a member. Sessions that work in the organization work in none from then on.
 * ERR_NOT_FOUND as above.
 */
enum err operator_organization_remove_member(struct flow *fl, struct str slug,
    struct str email) MUST_CHECK;
/* Lists up to 100 organizations after the slug `after`. */
enum err operator_organizations_list(struct flow *fl, struct str after, struct organization **list,
    size_t *count) MUST_CHECK;

#endif
