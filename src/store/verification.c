/* The statements of a check. */
#include "store/verification.h"

#include "domain/audit.h"
#include "domain/mail.h"
#include "domain/session.h"
#include "domain/throttle.h"
#include "store/internal.h"

static void bind_mail(struct pg_args *args, const struct mail_code *mail);

enum err
store_verify_by_factor(struct store *st, const struct audit_event *ev,
    const struct session_elevation *elevation, int64_t step)
{
	struct pg_args args = {.arena = st->arena};

	store_bind_event(&args, ev);
	pg_arg_bigint(&args, step);
	pg_arg_bytes(&args, elevation->token_hash, sizeof(elevation->token_hash));
	pg_arg_time(&args, elevation->expires_at);
	return store_with_event(st, Q_VERIFICATION_BY_FACTOR, &args);
}

enum err
store_verify_by_code(struct store *st, const struct audit_event *ev,
    const struct session_elevation *elevation, struct str mac, const struct mail_code *mail)
{
	struct pg_args args = {.arena = st->arena};

	store_bind_event(&args, ev);
	pg_arg_bytes(&args, mac.p, mac.n);
	bind_mail(&args, mail);
	pg_arg_bytes(&args, elevation->token_hash, sizeof(elevation->token_hash));
	pg_arg_time(&args, elevation->expires_at);
	return store_with_event(st, Q_VERIFICATION_BY_CODE, &args);
}

enum err
store_consume_counter(struct store *st, const struct audit_event *ev, int64_t step)
{
	struct pg_args args = {.arena = st->arena};

	store_bind_event(&args, ev);
	pg_arg_bigint(&args, step);
	return store_with_event(st, Q_CONSUME_COUNTER, &args);
}

enum err
store_consume_code(struct store *st, const struct audit_event *ev, struct str mac,
    const struct mail_code *mail)
{
	struct pg_args args = {.arena = st->arena};

	store_bind_event(&args, ev);
	pg_arg_bytes(&args, mac.p, mac.n);
	bind_mail(&args, mail);
	return store_with_event(st, Q_CONSUME_CODE, &args);
}

enum err
store_verification_refused(struct store *st, const struct audit_event *ev,
    const struct throttle *after, int failures, bool ends)
{
	struct pg_args args = {.arena = st->arena};

	store_bind_event(&args, ev);
	pg_arg_int(&args, after->failures);
	pg_arg_time(&args, after->blocked_until);
	pg_arg_smallint(&args, (int16_t)failures);
	pg_arg_bool(&args, ends);
	return store_with_event(st, Q_VERIFICATION_REFUSED, &args);
}

enum err
store_throttle_clear(struct store *st, struct uuid account)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	return store_run(st, Q_THROTTLE_CLEAR, &args);
}

/* The parameters of the fragment `tell_code`, in its order. */
static void
bind_mail(struct pg_args *args, const struct mail_code *mail)
{
	pg_arg_uuid(args, mail->id);
	pg_arg_uuid(args, mail->low_id);
	pg_arg_text(args, mail->recipient);
	pg_arg_text(args, mail->values);
}
