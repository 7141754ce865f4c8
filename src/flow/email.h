/* Verifying the address of an account. */
#ifndef FLOW_EMAIL_H
#define FLOW_EMAIL_H

#include "flow/flow.h"

/*
 * Sends another message with a link that verifies the address. ERR_CONFLICT when the address is
 * verified, ERR_THROTTLED within a minute of the last message (`resend_wait` has the seconds to
 * wait).
 */
enum err flow_email_resend(struct flow *fl) MUST_CHECK;

/*
 * Finds the address that the token of a link would verify, and changes nothing. ERR_NOT_FOUND
 * when it is no such token, its link was used, replaced or has expired, or the session belongs
 * to another account.
 */
enum err flow_email_find(struct flow *fl, struct str token, struct str *address) MUST_CHECK;

/*
 * Verifies the address and consumes the link. ERR_NOT_FOUND as above. Nobody needs to be signed
 * in.
 */
enum err flow_email_verify(struct flow *fl, struct str token) MUST_CHECK;

#endif
