/* The handlers of the routes below /v1, by the file that has them. */
#ifndef WEB_API_V1_HANDLERS_H
#define WEB_API_V1_HANDLERS_H

#include "web/route.h"

/* session.c */
handler v1_sign_in, v1_session, v1_sign_out, v1_verify, v1_reauthenticate, v1_organization,
    v1_sessions, v1_session_revoke;
/* enroll.c */
handler v1_totp_enroll, v1_totp_verify;
/* factor.c */
handler v1_mfa, v1_totp_delete, v1_factors, v1_factor_change, v1_factor_delete;
/* recovery.c */
handler v1_recovery_replace;
/* for admins: policy.c, compliance.c, member.c, audit_log.c */
handler v1_policy, v1_policy_change;
handler v1_compliance;
handler v1_member_exempt, v1_member_unexempt, v1_member_reset;
handler v1_audit_log;
/* openapi.c */
handler v1_openapi;

#endif
