/* The routes of the pages: methods, paths, guards, fields, handlers. */
#include "web/page/routes.h"

#include "base/array.h"
#include "web/page/handlers.h"
#include "web/page/page.h"
#include "web/present.h"

#define G_PAGE (G_SESSION | G_ACTIVE)
#define G_FORM (G_SESSION | G_ACTIVE | G_SAME_ORIGIN)
/* The pages that lead to a factor are open also where the policy allows nothing else. */
#define G_ENROLL (G_SESSION | G_ACTIVE | G_ENROLLING)
#define G_ENROLL_FORM (G_ENROLL | G_SAME_ORIGIN)
#define G_CHANGE (G_FORM | G_FRESH_PASSWORD | G_FRESH_VERIFICATION)
/* The decisions of admins about others. */
#define G_DECIDE (G_FORM | G_ADMIN | G_OWN_FACTOR | G_FRESH_VERIFICATION)

static const struct field next_fields[] = {FIELD("next", FIELD_PATH, false), FIELD_END};
static const struct field sign_in_fields[] = {
    FIELD("email", FIELD_EMAIL, true),
    FIELD("password", FIELD_PASSWORD, true),
    FIELD("next", FIELD_PATH, false),
    FIELD_END,
};
static const struct field enroll_fields[] = {
    FIELD("step", FIELD_WORD, false),
    FIELD("next", FIELD_PATH, false),
    FIELD_END,
};
static const struct field next_flash_fields[] = {FIELD("next", FIELD_PATH, false),
    FIELD(FLASH_FIELD, FIELD_WORD, false), FIELD_END};
static const struct field qr_fields[] = {FIELD("factor", FIELD_FACTOR, true), FIELD_END};
static const struct field start_fields[] = {FIELD("label", FIELD_LABEL, false), PROOF_FIELDS,
    FIELD_END};
static const struct field confirm_fields[] = {FIELD("factor", FIELD_FACTOR, true),
    FIELD("code", FIELD_CODE, true), FIELD_END};
static const struct field verify_fields[] = {
    FIELD("method", FIELD_WORD, false),
    FIELD("factor", FIELD_FACTOR, false),
    FIELD("next", FIELD_PATH, false),
    FIELD_END,
};
static const struct field verify_post_fields[] = {
    FIELD("factor", FIELD_FACTOR, false),
    FIELD("code", FIELD_CODE, false),
    FIELD_PROOF("recovery_code", FIELD_CODE, false, PROOF_RECOVERY),
    FIELD("next", FIELD_PATH, false),
    FIELD_END,
};
static const struct field proof_fields[] = {PROOF_FIELDS, FIELD_END};
static const struct field flash_fields[] = {FIELD(FLASH_FIELD, FIELD_WORD, false), FIELD_END};
static const struct field factor_fields[] = {FIELD("factor", FIELD_FACTOR, true), FIELD_END};
static const struct field factor_proof_fields[] = {FIELD("factor", FIELD_FACTOR, true),
    PROOF_FIELDS, FIELD_END};
static const struct field rename_fields[] = {
    FIELD("factor", FIELD_FACTOR, true),
    FIELD("label", FIELD_LABEL, true),
    PROOF_FIELDS,
    FIELD_END,
};
static const struct field email_link_fields[] = {FIELD("token", FIELD_TOKEN, false),
    FIELD(FLASH_FIELD, FIELD_WORD, false), FIELD_END};
static const struct field token_fields[] = {FIELD("token", FIELD_TOKEN, true), FIELD_END};
static const struct field audit_fields[] = {
    FIELD("actor", FIELD_TEXT, false),
    FIELD("member", FIELD_TEXT, false),
    FIELD("kind", FIELD_WORD, false),
    FIELD("result", FIELD_WORD, false),
    FIELD("since", FIELD_TIME, false),
    FIELD("until", FIELD_TIME, false),
    FIELD("after", FIELD_TEXT, false),
    FIELD_END,
};
static const struct field session_fields[] = {FIELD("session", FIELD_SESSION, true), FIELD_END};
static const struct field switch_fields[] = {
    FIELD("organization", FIELD_ORGANIZATION, true),
    FIELD("next", FIELD_PATH, false),
    FIELD_END,
};
static const struct field compliance_fields[] = {
    FIELD("standing", FIELD_WORD, false),
    FIELD("search", FIELD_TEXT, false),
    FIELD("after", FIELD_TEXT, false),
    FIELD("limit", FIELD_NUMBER, false),
    FIELD(FLASH_FIELD, FIELD_WORD, false),
    FIELD_END,
};
static const struct field export_fields[] = {
    FIELD("standing", FIELD_WORD, false),
    FIELD("search", FIELD_TEXT, false),
    FIELD_END,
};
static const struct field member_fields[] = {
    FIELD("account", FIELD_ACCOUNT, true),
    FIELD(FLASH_FIELD, FIELD_WORD, false),
    FIELD_END,
};
static const struct field reset_fields[] = {
    FIELD("account", FIELD_ACCOUNT, true),
    FIELD("reason", FIELD_TEXT, true),
    FIELD("confirm", FIELD_EMAIL, true),
    PROOF_FIELDS,
    FIELD_END,
};
static const struct field exempt_fields[] = {
    FIELD("account", FIELD_ACCOUNT, true),
    FIELD("until", FIELD_TIME, true),
    FIELD("exempt_reason", FIELD_TEXT, true),
    PROOF_FIELDS,
    FIELD_END,
};
static const struct field unexempt_fields[] = {FIELD("account", FIELD_ACCOUNT, true), PROOF_FIELDS,
    FIELD_END};
/* The preview leads back to the form with these values. */
#define POLICY_FIELDS(required)                                                                 \
	FIELD("requirement", FIELD_WORD, required), FIELD("required_since", FIELD_TIME, false), \
	    FIELD("grace_days", FIELD_NUMBER, required),                                        \
	    FIELD("reauthentication_age", FIELD_NUMBER, false),                                 \
	    FIELD("verification_age", FIELD_NUMBER, false),                                     \
	    FIELD("admin_verification", FIELD_BOOLEAN, false)
static const struct field policy_form_fields[] = {POLICY_FIELDS(false),
    FIELD(FLASH_FIELD, FIELD_WORD, false), FIELD_END};
static const struct field policy_preview_fields[] = {POLICY_FIELDS(true), FIELD_END};
static const struct field policy_fields[] = {POLICY_FIELDS(true), PROOF_FIELDS, FIELD_END};

static const struct route routes[] = {
    ROUTE(GET, "/", G_PUBLIC, NULL, .run = page_root),
    ROUTE(GET, "/login", G_VISITOR, next_fields, .run = page_sign_in),
    ROUTE(POST, "/login", G_VISITOR | G_SAME_ORIGIN, sign_in_fields, .run = page_sign_in_post,
	.form = page_sign_in),
    ROUTE(GET, "/logout", G_SESSION, NULL, .run = page_sign_out),
    ROUTE(POST, "/logout", G_SESSION | G_SAME_ORIGIN, NULL, .run = page_sign_out_post),
    ROUTE(GET, "/dashboard", G_PAGE, next_flash_fields, .run = page_dashboard),

    ROUTE(GET, "/mfa/setup", G_ENROLL, enroll_fields, .run = page_enroll),
    ROUTE(GET, "/mfa/setup/qr.png", G_ENROLL, qr_fields, .run = page_enroll_qr),
    ROUTE(POST, "/mfa/setup/start",
	G_ENROLL_FORM | G_FRESH_PASSWORD | G_FRESH_VERIFICATION | G_EMAIL_VERIFIED, start_fields,
	.run = page_enroll_start, .form = page_enroll_start_form,
	.purpose = "To set up two-factor authentication, sign in again."),
    ROUTE(POST, "/mfa/setup/confirm", G_ENROLL_FORM | G_EMAIL_VERIFIED, confirm_fields,
	.run = page_enroll_confirm, .form = page_enroll_confirm_form),
    ROUTE(POST, "/mfa/setup/cancel", G_ENROLL_FORM, NULL, .run = page_enroll_cancel),

    ROUTE(GET, "/mfa/challenge", G_SESSION, verify_fields, .run = page_verify),
    ROUTE(POST, "/mfa/challenge", G_SESSION | G_SAME_ORIGIN, verify_post_fields,
	.run = page_verify_post, .form = page_verify),
    ROUTE(POST, "/mfa/challenge/cancel", G_SESSION | G_SAME_ORIGIN, NULL,
	.run = page_verify_cancel),

    ROUTE(GET, "/mfa/recovery-codes", G_PAGE, NULL, .run = page_recovery),
    ROUTE(POST, "/mfa/recovery-codes", G_FORM | G_FRESH_PASSWORD | G_APP_CODE_NOW, proof_fields,
	.run = page_recovery_post, .form = page_recovery),
    ROUTE(POST, "/mfa/recovery-codes/acknowledge", G_FORM, NULL, .run = page_recovery_acknowledge),
    ROUTE(GET, "/mfa/disable", G_PAGE, NULL, .run = page_mfa_disable),
    ROUTE(POST, "/mfa/disable", G_FORM | G_PASSWORD_NOW | G_FRESH_VERIFICATION, proof_fields,
	.run = page_mfa_disable_post, .form = page_mfa_disable),

    ROUTE(GET, "/profile", G_PAGE, flash_fields, .run = page_profile),
    ROUTE(POST, "/mfa/factors/rename", G_CHANGE, rename_fields, .run = page_factor_rename,
	.purpose = "Confirm your identity to rename this method."),
    ROUTE(POST, "/mfa/factors/prefer", G_CHANGE, factor_proof_fields, .run = page_factor_prefer,
	.purpose = "Confirm your identity to change your preferred method."),
    ROUTE(GET, "/mfa/factors/remove", G_PAGE, factor_fields, .run = page_factor_remove),
    ROUTE(POST, "/mfa/factors/remove", G_CHANGE, factor_proof_fields,
	.run = page_factor_remove_post, .purpose = "Confirm your identity to remove this method."),
    ROUTE(POST, "/profile/sessions/end", G_FORM, session_fields, .run = page_session_end),
    ROUTE(POST, "/profile/sessions/end-others", G_FORM, NULL, .run = page_sessions_end_others),

    ROUTE(GET, "/verify-email", G_VISITOR, email_link_fields, .run = page_email),
    ROUTE(POST, "/verify-email", G_VISITOR | G_SAME_ORIGIN, token_fields, .run = page_email_post),
    ROUTE(POST, "/verify-email/resend", G_ENROLL_FORM, NULL, .run = page_email_resend),

    ROUTE(GET, "/organization", G_PAGE, next_flash_fields, .run = page_organization),
    ROUTE(POST, "/organization", G_FORM, switch_fields, .run = page_organization_post),

    ROUTE(GET, "/admin/mfa", G_PAGE | G_ADMIN, compliance_fields, .run = page_compliance,
	.form = page_compliance),
    ROUTE(GET, "/admin/mfa/members.csv", G_PAGE | G_ADMIN, export_fields,
	.run = page_compliance_csv),
    ROUTE(GET, "/admin/mfa/member", G_PAGE | G_ADMIN, member_fields, .run = page_member),
    ROUTE(POST, "/admin/mfa/member/reset", G_DECIDE, reset_fields, .run = page_member_reset,
	.form = page_member,
	.purpose = "Confirm your identity to reset the second factor of this member.",
	.cancel_path = "/admin/mfa"),
    ROUTE(POST, "/admin/mfa/member/exempt", G_DECIDE, exempt_fields, .run = page_member_exempt,
	.form = page_member, .purpose = "Confirm your identity to exempt this member.",
	.cancel_path = "/admin/mfa"),
    ROUTE(POST, "/admin/mfa/member/unexempt", G_DECIDE, unexempt_fields,
	.run = page_member_unexempt, .form = page_member,
	.purpose = "Confirm your identity to end the exemption of this member.",
	.cancel_path = "/admin/mfa"),
    ROUTE(GET, "/admin/mfa/policy", G_PAGE | G_ADMIN, policy_form_fields, .run = page_policy,
	.form = page_policy),
    ROUTE(GET, "/admin/mfa/policy/preview", G_PAGE | G_ADMIN | G_OWN_FACTOR, policy_preview_fields,
	.run = page_policy_preview, .form = page_policy),
    ROUTE(POST, "/admin/mfa/policy", G_DECIDE, policy_fields, .run = page_policy_post,
	.form = page_policy, .purpose = "Confirm your identity to change the policy.",
	.cancel_path = "/admin/mfa/policy"),
    ROUTE(GET, "/admin/audit", G_PAGE | G_ADMIN, audit_fields, .run = page_audit_log,
	.form = page_audit_log_form),
    ROUTE(GET, "/admin/audit/export.csv", G_PAGE | G_ADMIN, audit_fields,
	.run = page_audit_log_csv),
    ROUTE(GET, "/admin/audit/export.jsonl", G_PAGE | G_ADMIN, audit_fields,
	.run = page_audit_log_jsonl),

    ROUTE(GET, "/docs/api", G_PUBLIC, NULL, .run = page_docs),

    ROUTE(GET, "/healthz", G_PUBLIC, NULL, .run = page_healthz),
    ROUTE(GET, "/readyz", G_PUBLIC, NULL, .run = page_readyz),
};

const struct route_set page_routes = {
    .family = &page_family,
    .routes = routes,
    .count = ARRAY_SIZE(routes),
};
