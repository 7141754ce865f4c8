/* The handlers of the browser's pages, by the file that has them. */
#ifndef WEB_PAGE_HANDLERS_H
#define WEB_PAGE_HANDLERS_H

#include "web/route.h"

/* sign_in.c */
handler page_root, page_sign_in, page_sign_in_post, page_sign_out, page_sign_out_post;
/* dashboard.c */
handler page_dashboard;
/* verify.c */
handler page_verify, page_verify_post, page_verify_cancel;
/* enroll.c */
handler page_enroll, page_enroll_qr, page_enroll_start, page_enroll_start_form, page_enroll_confirm,
    page_enroll_confirm_form, page_enroll_cancel;
/* recovery.c */
handler page_recovery, page_recovery_post, page_recovery_acknowledge;
/* profile.c, factor.c, session.c */
handler page_profile;
handler page_factor_rename, page_factor_prefer, page_factor_remove, page_factor_remove_post,
    page_mfa_disable, page_mfa_disable_post;
handler page_session_end, page_sessions_end_others;
/* email.c */
handler page_email, page_email_post, page_email_resend;
/* organization.c */
handler page_organization, page_organization_post;
/* for admins: compliance.c, member.c, policy.c, audit_log.c */
handler page_compliance, page_compliance_csv;
handler page_member, page_member_reset, page_member_exempt, page_member_unexempt;
handler page_policy, page_policy_preview, page_policy_post;
handler page_audit_log, page_audit_log_form, page_audit_log_csv, page_audit_log_jsonl;
/* docs.c, health.c */
handler page_docs, page_healthz, page_readyz;

#endif
