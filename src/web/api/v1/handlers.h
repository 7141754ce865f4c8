/* The handlers of the routes below /v1. */
#ifndef WEB_API_V1_HANDLERS_H
#define WEB_API_V1_HANDLERS_H

#include "web/route.h"

/* session.c */
handler v1_sign_in, v1_session, v1_sign_out, v1_verify, v1_reauthenticate, v1_organization,
    v1_sessions, v1_session_revoke;
/* me.c */
handler v1_mfa, v1_totp_enroll, v1_totp_verify, v1_totp_delete, v1_factors, v1_factor_change,
    v1_factor_delete, v1_codes_replace;
/* organization.c */
handler v1_policy, v1_policy_change, v1_compliance, v1_member_exempt, v1_member_unexempt,
    v1_member_reset;
/* audit.c */
handler v1_audit_events;
/* openapi.c */
handler v1_openapi;

#endif
