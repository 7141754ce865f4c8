/* Signing in, and the password in a session. */
#include "store/sign_in.h"

#include "domain/audit.h"
#include "domain/session.h"
#include "store/internal.h"

enum err
store_sign_in(struct store *st, const struct audit_event *ev, const struct session *s,
    struct str password_hash)
{
	struct q_sign_in_args args = {
	    .event = store_event_args(ev),
	    .token_hash = store_hash(s->token_hash),
	    .state = session_state_name(s->state),
	    .expires_at = s->expires_at,
	    .return_to = s->return_to,
	    .password_hash = password_hash,
	};

	return store_with_event(st, q_sign_in(st->arena, &args));
}

enum err
store_reauthenticate(struct store *st, const struct audit_event *ev,
    const unsigned char token_hash[SHA256_SIZE])
{
	struct q_reauthenticate_args args = {
	    .event = store_event_args(ev),
	    .token_hash = store_hash(token_hash),
	};

	return store_with_grant(st, q_reauthenticate(st->arena, &args));
}

enum err
store_password_wrong(struct store *st, const struct audit_event *ev, int failures)
{
	struct q_password_wrong_args args = {
	    .event = store_event_args(ev),
	    .failures = (int16_t)failures,
	};

	return store_with_event(st, q_password_wrong(st->arena, &args));
}
