/* Signing in, and the password in a session. */
#include "store/sign_in.h"

#include "domain/audit.h"
#include "domain/session.h"
#include "store/internal.h"

enum err
store_sign_in(struct store *st, const struct audit_event *ev, const struct session *s,
    struct str password_hash)
{
	struct pg_args args = {.arena = st->arena};

	store_bind_event(&args, ev);
	pg_arg_bytes(&args, s->token_hash, sizeof(s->token_hash));
	pg_arg_text(&args, session_state_name(s->state));
	pg_arg_time(&args, s->expires_at);
	pg_arg_text(&args, s->return_to);
	pg_arg_text(&args, password_hash);
	return store_with_event(st, Q_SIGN_IN, &args);
}

enum err
store_reauthenticate(struct store *st, const struct audit_event *ev,
    const unsigned char token_hash[SHA256_SIZE])
{
	struct pg_args args = {.arena = st->arena};

	store_bind_event(&args, ev);
	pg_arg_bytes(&args, token_hash, SHA256_SIZE);
	return store_with_event(st, Q_REAUTHENTICATE, &args);
}

enum err
store_password_wrong(struct store *st, const struct audit_event *ev, int failures)
{
	struct pg_args args = {.arena = st->arena};

	store_bind_event(&args, ev);
	pg_arg_smallint(&args, (int16_t)failures);
	return store_with_event(st, Q_PASSWORD_WRONG, &args);
}
