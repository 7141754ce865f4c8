/* The handlers of the browser's pages. */
#ifndef WEB_PAGE_HANDLERS_H
#define WEB_PAGE_HANDLERS_H

#include "web/route.h"

/* signing in and out (login.c) */
handler page_root, page_login, page_login_post, page_logout, page_logout_post, page_dashboard;
/* set-up (setup.c) */
handler page_setup, page_setup_qr, page_setup_start, page_setup_start_form, page_setup_confirm,
    page_setup_confirm_form, page_setup_cancel;
/* the challenge (challenge.c) */
handler page_challenge, page_challenge_post, page_challenge_cancel;
/* recovery codes and disabling (recovery.c) */
handler page_codes, page_codes_post, page_codes_acknowledge, page_disable, page_disable_post;
/* the profile (profile.c) */
handler page_profile, page_factor_rename, page_factor_prefer, page_factor_remove,
    page_factor_remove_post, page_session_end, page_sessions_end_others;
/* verifying an e-mail address (email.c) */
handler page_email, page_email_post, page_email_resend;
/* choosing an organization (organization.c) */
handler page_organization, page_organization_post;
/* for admins: members (admin.c), one of them (admin_member.c), the policy (admin_policy.c) */
handler page_members, page_members_csv;
handler page_member, page_member_reset, page_member_exempt, page_member_unexempt;
handler page_policy, page_policy_preview, page_policy_post;
/* the audit log of an organization (audit.c) */
handler page_audit, page_audit_form, page_audit_csv, page_audit_jsonl;
/* for operators (health.c), and the reference of the API (docs.c) */
handler page_healthz, page_readyz, page_docs;

#endif
