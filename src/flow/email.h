/* Proving the address of an account. */
#ifndef FLOW_EMAIL_H
#define FLOW_EMAIL_H

#include "flow/flow.h"

/*
 * Another message with a link that proves the address. ERR_CONFLICT when it is verified,
 * ERR_THROTTLED within a minute of the last one (`resend_wait` says how long).
 */
enum err flow_email_resend(struct flow *fl) MUST_CHECK;

/*
 * The address that a link's token would prove; changes nothing. ERR_NOT_FOUND when it is no
 * such token, its link was used, replaced or has ended, or the session is of another account.
 */
enum err flow_email_look(struct flow *fl, struct str token, struct str *address) MUST_CHECK;

/*
 * The address is verified and the link spent; ERR_NOT_FOUND as above. Nobody needs to be signed
 * in.
 */
enum err flow_email_verify(struct flow *fl, struct str token) MUST_CHECK;

#endif
