/* The statements of a verification. */
#include "store/verification.h"

#include "domain/audit.h"
#include "domain/factor.h"
#include "domain/mail.h"
#include "domain/recovery.h"
#include "domain/session.h"
#include "domain/throttle.h"
#include "store/internal.h"

static struct q_elevate_session_args elevate_args(const struct session_elevation *elevation);
static struct q_consume_factor_args factor_args(const struct factor_use *use);
static struct q_event_with_code_args code_args(const struct code_macs *macs);
static enum err with_code(struct store *st, const struct pg_query *q) MUST_CHECK;
static struct q_notify_code_used_args notify_args(const struct mail_code *mail);

enum err
store_verify_by_factor(struct store *st, const struct audit_event *ev,
    const struct session_elevation *elevation, const struct factor_use *use)
{
	struct q_verification_by_factor_args args = {
	    .event = store_event_args(ev),
	    .consume_factor = factor_args(use),
	    .elevate_session = elevate_args(elevation),
	};

	return store_with_grant(st, q_verification_by_factor(st->arena, &args));
}

enum err
store_verify_by_code(struct store *st, const struct audit_event *ev,
    const struct session_elevation *elevation, const struct code_macs *macs,
    const struct mail_code *mail)
{
	struct q_verification_by_code_args args = {
	    .event = store_event_args(ev),
	    .event_with_code = code_args(macs),
	    .notify_code_used = notify_args(mail),
	    .elevate_session = elevate_args(elevation),
	};

	return with_code(st, q_verification_by_code(st->arena, &args));
}

enum err
store_consume_response(struct store *st, const struct audit_event *ev, const struct factor_use *use)
{
	struct q_consume_response_args args = {
	    .event = store_event_args(ev),
	    .consume_factor = factor_args(use),
	};

	return store_with_grant(st, q_consume_response(st->arena, &args));
}

enum err
store_consume_code(struct store *st, const struct audit_event *ev, const struct code_macs *macs,
    const struct mail_code *mail)
{
	struct q_consume_code_args args = {
	    .event = store_event_args(ev),
	    .event_with_code = code_args(macs),
	    .notify_code_used = notify_args(mail),
	};

	return with_code(st, q_consume_code(st->arena, &args));
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

static struct q_consume_factor_args
factor_args(const struct factor_use *use)
{
	return (struct q_consume_factor_args){
	    .counter = use->counter,
	    .counter_stays = use->counter_stays,
	    .sealed = use->sealed,
	};
}

static struct q_event_with_code_args
code_args(const struct code_macs *macs)
{
	return (struct q_event_with_code_args){
	    .code_macs = {.bytes = macs->bytes, .size = SHA256_SIZE, .count = macs->count},
	};
}

/* Without an unused code the statement has changed nothing, whatever happened to the chain. */
static enum err
with_code(struct store *st, const struct pg_query *q)
{
	struct q_code_granted_row row;
	struct pg_rows rows;
	enum err e = store_write(st, q, &rows);

	if (e == OK && !q_code_granted_next(&rows, &row))
		e = ERR_INTERNAL;
	if (e == OK && row.found != 1)
		e = ERR_CODE_INVALID;
	if (e == OK && row.moved != 1)
		e = ERR_RACE;
	if (e == OK && row.granted != 1)
		e = ERR_UNAUTHENTICATED;
	pg_clear(&rows);
	return e;
}
