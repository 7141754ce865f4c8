/* The statements of a verification. */
#include "store/verification.h"

#include "domain/audit.h"
#include "domain/mail.h"
#include "domain/session.h"
#include "domain/throttle.h"
#include "store/internal.h"

static struct q_elevate_session_args elevate_args(const struct session_elevation *elevation);
static struct q_notify_code_used_args notify_args(const struct mail_code *mail);

enum err
store_verify_by_factor(struct store *st, const struct audit_event *ev,
    const struct session_elevation *elevation, int64_t step)
{
	struct q_verification_by_factor_args args = {
	    .event = store_event_args(ev),
	    .consume_counter_of_factor.step = step,
	    .elevate_session = elevate_args(elevation),
	};

	return store_with_grant(st, q_verification_by_factor(st->arena, &args));
}

enum err
store_verify_by_code(struct store *st, const struct audit_event *ev,
    const struct session_elevation *elevation, struct str mac, const struct mail_code *mail)
{
	struct q_verification_by_code_args args = {
	    .event = store_event_args(ev),
	    .consume_recovery_code.code_mac = mac,
	    .notify_code_used = notify_args(mail),
	    .elevate_session = elevate_args(elevation),
	};

	return store_with_grant(st, q_verification_by_code(st->arena, &args));
}

enum err
store_consume_counter(struct store *st, const struct audit_event *ev, int64_t step)
{
	struct q_consume_counter_args args = {
	    .event = store_event_args(ev),
	    .consume_counter_of_factor.step = step,
	};

	return store_with_grant(st, q_consume_counter(st->arena, &args));
}

enum err
store_consume_code(struct store *st, const struct audit_event *ev, struct str mac,
    const struct mail_code *mail)
{
	struct q_consume_code_args args = {
	    .event = store_event_args(ev),
	    .consume_recovery_code.code_mac = mac,
	    .notify_code_used = notify_args(mail),
	};

	return store_with_grant(st, q_consume_code(st->arena, &args));
}

enum err
store_verification_refused(struct store *st, const struct audit_event *ev,
    const struct throttle *after, int failures, bool ends)
{
	struct q_verification_refused_args args = {
	    .event = store_event_args(ev),
	    .failures = after->failures,
	    .blocked_until = after->blocked_until,
	    .session_failures = (int16_t)failures,
	    .session_ends = ends,
	};

	return store_with_event(st, q_verification_refused(st->arena, &args));
}

enum err
store_throttle_clear(struct store *st, struct uuid account)
{
	struct q_throttle_clear_args args = {.account_id = account};

	return store_run(st, q_throttle_clear(st->arena, &args));
}

static struct q_elevate_session_args
elevate_args(const struct session_elevation *elevation)
{
	return (struct q_elevate_session_args){
	    .token_hash = store_hash(elevation->token_hash),
	    .expires_at = elevation->expires_at,
	};
}

static struct q_notify_code_used_args
notify_args(const struct mail_code *mail)
{
	return (struct q_notify_code_used_args){
	    .mail_id = mail->id,
	    .mail_low_id = mail->low_id,
	    .mail_recipient = mail->recipient,
	    .mail_values = mail->values,
	};
}
