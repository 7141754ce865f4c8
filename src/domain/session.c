/* Rules of sessions and of the step-up. */
#include "domain/session.h"

#include "base/clock.h"

struct str
session_state_name(enum session_state state)
{
	static const struct str names[] = {
	    [SESSION_MFA_REQUIRED] = STR_INIT("mfa_required"),
	    [SESSION_ACTIVE] = STR_INIT("active"),
	    [SESSION_ENROLLMENT_REQUIRED] = STR_INIT("enrollment_required"),
	};

	return names[state];
}

bool
session_state_parse(struct str name, enum session_state *state)
{
	if (str_eq(name, STR("active")))
		*state = SESSION_ACTIVE;
	else if (str_eq(name, STR("mfa_required")))
		*state = SESSION_MFA_REQUIRED;
	else
		return false;
	return true;
}

bool
session_alive(const struct session *s, int64_t idle, int64_t now)
{
	return now < s->expires_at && now - s->last_seen_at < idle * CLOCK_SECOND;
}

bool
session_accepts(const struct session *s, const struct token *token, int64_t disabled_at,
    int64_t idle, int64_t now)
{
	return !uuid_is_nil(s->id) && disabled_at == 0 &&
	       secret_eq_bytes(s->token_hash, token->hash, sizeof(token->hash)) &&
	       session_alive(s, idle, now);
}

enum activity_action
session_activity(int64_t last_seen_at, int64_t idle, int64_t now)
{
	int64_t step = idle / 4 < SESSION_ACTIVITY_STEP ? idle / 4 : SESSION_ACTIVITY_STEP;
	int64_t since = now - last_seen_at;

	if (since < step * CLOCK_SECOND)
		return ACTIVITY_RECENT;
	return since < idle / 2 * CLOCK_SECOND ? ACTIVITY_QUEUE : ACTIVITY_WRITE_NOW;
}

bool
session_counts_failures(const struct session *s, int64_t age, int64_t now)
{
	return s->state == SESSION_ACTIVE && !session_fresh(s->password_at, age, now);
}

struct stepup
stepup_missing(const struct session *s, bool has_factor, struct proof_ages ages, int64_t now)
{
	return (struct stepup){
	    .password = !session_fresh(s->password_at, ages.password, now),
	    .verification = has_factor && !session_fresh(s->verified_at, ages.verification, now),
	};
}

bool
session_fresh(int64_t at, int64_t age, int64_t now)
{
	return at != 0 && at <= now && now - at < age * CLOCK_SECOND;
}
