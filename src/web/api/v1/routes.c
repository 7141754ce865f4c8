/* The routes below /v1: methods, paths, guards, fields, handlers. */
#include "web/api/v1/routes.h"

#include "base/array.h"
#include "web/api/body.h"
#include "web/api/respond.h"
#include "web/api/v1/handlers.h"

#define G_READ (G_SESSION | G_ACTIVE)
#define G_WRITE (G_SESSION | G_ACTIVE | G_SAME_ORIGIN)
#define G_READ_ADMIN (G_READ | G_ADMIN)
#define G_DECIDE (G_WRITE | G_ADMIN | G_OWN_FACTOR | G_FRESH_VERIFICATION)
#define G_FRESH (G_FRESH_PASSWORD | G_FRESH_VERIFICATION)

static const struct field sign_in_fields[] = {
    FIELD("email", FIELD_EMAIL, true),
    FIELD("password", FIELD_PASSWORD, true),
    FIELD_END,
};
static const struct field challenge_response_fields[] = {
    FIELD("code", FIELD_CODE, false),
    FIELD_PROOF("recoveryCode", FIELD_CODE, false, PROOF_RECOVERY),
    FIELD("factorId", FIELD_FACTOR, false),
    FIELD_END,
};
static const struct field password_fields[] = {FIELD("password", FIELD_PASSWORD, true), FIELD_END};
static const struct field organization_fields[] = {FIELD("organizationId", FIELD_ORGANIZATION,
						       true),
    FIELD_END};
static const struct field session_fields[] = {FIELD("session", FIELD_SESSION, true), FIELD_END};
static const struct field enroll_fields[] = {
    FIELD_PROOF("password", FIELD_PASSWORD, true, PROOF_PASSWORD),
    FIELD("label", FIELD_LABEL, false),
    FIELD_END,
};
static const struct field confirm_fields[] = {
    FIELD("code", FIELD_CODE, true),
    FIELD("factorId", FIELD_FACTOR, false),
    FIELD_END,
};
static const struct field proof_fields[] = {
    FIELD_PROOF("password", FIELD_PASSWORD, true, PROOF_PASSWORD),
    FIELD_END,
};
static const struct field factor_fields[] = {FIELD("factor", FIELD_FACTOR, true), FIELD_END};
static const struct field change_fields[] = {
    FIELD("factor", FIELD_FACTOR, true),
    FIELD("label", FIELD_LABEL, false),
    FIELD("preferred", FIELD_BOOLEAN, false),
    FIELD_END,
};
static const struct field code_fields[] = {
    FIELD_PROOF("code", FIELD_CODE, true, PROOF_CODE),
    FIELD_END,
};
static const struct field administered_fields[] = {FIELD("organization", FIELD_ORGANIZATION, true),
    FIELD_END};
static const struct field policy_fields[] = {
    FIELD("organization", FIELD_ORGANIZATION, true),
    FIELD("requirement", FIELD_WORD, true),
    FIELD("graceDays", FIELD_NUMBER, true),
    FIELD("requiredSince", FIELD_TIME, false),
    FIELD("reauthenticationAge", FIELD_NUMBER, false),
    FIELD("verificationAge", FIELD_NUMBER, false),
    FIELD("adminVerification", FIELD_BOOLEAN, false),
    FIELD("dryRun", FIELD_BOOLEAN, false),
    FIELD_END,
};
static const struct field compliance_fields[] = {
    FIELD("organization", FIELD_ORGANIZATION, true),
    FIELD("standing", FIELD_WORD, false),
    FIELD("search", FIELD_TEXT, false),
    FIELD("after", FIELD_TEXT, false),
    FIELD("limit", FIELD_NUMBER, false),
    FIELD_END,
};
static const struct field exemption_fields[] = {
    FIELD("organization", FIELD_ORGANIZATION, true),
    FIELD("account", FIELD_ACCOUNT, true),
    FIELD("until", FIELD_TIME, true),
    FIELD("reason", FIELD_TEXT, true),
    FIELD_END,
};
static const struct field member_fields[] = {
    FIELD("organization", FIELD_ORGANIZATION, true),
    FIELD("account", FIELD_ACCOUNT, true),
    FIELD_END,
};
static const struct field reset_fields[] = {
    FIELD("organization", FIELD_ORGANIZATION, true),
    FIELD("account", FIELD_ACCOUNT, true),
    FIELD("reason", FIELD_TEXT, true),
    FIELD_END,
};

static const struct field audit_fields[] = {
    FIELD("organization", FIELD_ORGANIZATION, true),
    FIELD("actor", FIELD_TEXT, false),
    FIELD("member", FIELD_TEXT, false),
    FIELD("kind", FIELD_WORD, false),
    FIELD("result", FIELD_WORD, false),
    FIELD("since", FIELD_TIME, false),
    FIELD("until", FIELD_TIME, false),
    FIELD("after", FIELD_TEXT, false),
    FIELD_END,
};

static const struct route routes[] = {
    ROUTE(POST, "/v1/sessions", G_PUBLIC, sign_in_fields, .run = v1_sign_in),
    ROUTE(GET, "/v1/sessions", G_READ, NULL, .run = v1_sessions),
    ROUTE(GET, "/v1/sessions/current", G_SESSION, NULL, .run = v1_session),
    ROUTE(DELETE, "/v1/sessions/current", G_SESSION | G_SAME_ORIGIN, NULL, .run = v1_sign_out),
    ROUTE(POST, "/v1/sessions/current/verification", G_SESSION | G_SAME_ORIGIN,
	challenge_response_fields, .run = v1_verify),
    ROUTE(POST, "/v1/sessions/current/reauthentication", G_WRITE | G_ENROLLING, password_fields,
	.run = v1_reauthenticate),
    ROUTE(PUT, "/v1/sessions/current/organization", G_WRITE, organization_fields,
	.run = v1_organization),
    ROUTE(DELETE, "/v1/sessions/{session}", G_WRITE, session_fields, .run = v1_session_revoke),

    ROUTE(GET, "/v1/me/mfa", G_READ | G_ENROLLING, NULL, .run = v1_mfa),
    ROUTE(POST, "/v1/me/mfa/totp/enroll",
	G_WRITE | G_ENROLLING | G_EMAIL_VERIFIED | G_PASSWORD_NOW | G_FRESH_VERIFICATION,
	enroll_fields, .run = v1_totp_enroll),
    ROUTE(POST, "/v1/me/mfa/totp/verify", G_WRITE | G_ENROLLING | G_EMAIL_VERIFIED, confirm_fields,
	.run = v1_totp_verify),
    ROUTE(DELETE, "/v1/me/mfa/totp", G_WRITE | G_PASSWORD_NOW | G_FRESH_VERIFICATION, proof_fields,
	.run = v1_totp_delete),
    ROUTE(GET, "/v1/me/mfa/factors", G_READ, NULL, .run = v1_factors),
    ROUTE(PATCH, "/v1/me/mfa/factors/{factor}", G_WRITE | G_FRESH, change_fields,
	.run = v1_factor_change),
    ROUTE(DELETE, "/v1/me/mfa/factors/{factor}", G_WRITE | G_FRESH, factor_fields,
	.run = v1_factor_delete),
    ROUTE(POST, "/v1/me/mfa/recovery-codes", G_WRITE | G_APP_CODE_NOW, code_fields,
	.run = v1_recovery_replace),

    ROUTE(GET, "/v1/organizations/{organization}/mfa/policy", G_READ_ADMIN, administered_fields,
	.run = v1_policy),
    ROUTE(PUT, "/v1/organizations/{organization}/mfa/policy", G_DECIDE, policy_fields,
	.run = v1_policy_change),
    ROUTE(GET, "/v1/organizations/{organization}/mfa/compliance", G_READ_ADMIN, compliance_fields,
	.run = v1_compliance),
    ROUTE(PUT, "/v1/organizations/{organization}/members/{account}/mfa/exemption", G_DECIDE,
	exemption_fields, .run = v1_member_exempt),
    ROUTE(DELETE, "/v1/organizations/{organization}/members/{account}/mfa/exemption", G_DECIDE,
	member_fields, .run = v1_member_unexempt),
    ROUTE(POST, "/v1/organizations/{organization}/members/{account}/mfa/reset", G_DECIDE,
	reset_fields, .run = v1_member_reset),
    ROUTE(GET, "/v1/organizations/{organization}/audit-events", G_READ_ADMIN, audit_fields,
	.run = v1_audit_log),

    ROUTE(GET, "/v1/openapi.json", G_PUBLIC, NULL, .run = v1_openapi),
};

static const struct route_family v1_family = {
    .name = "v1",
    .token_in_header = true,
    .read = api_read,
    .refuse = api_refuse,
};

const struct route_set api_v1_routes = {
    .family = &v1_family,
    .routes = routes,
    .count = ARRAY_SIZE(routes),
};
