/*
 * When sessions were last used. Noting it with every request would make a write of
 * every look through the gate; so a worker collects what it has seen, and writes it
 * down together.
 */
#include "flow/internal.h"

#include "base/clock.h"
#include "base/log.h"

/* How long the first of a collection waits at most while the worker is busy. */
#define NOTE_AFTER_MS 5000
/* How long writing may take. */
#define NOTE_MS 1000

static void collect(struct flow_env *env, const struct session *s, struct uuid account, int64_t now);
static void write_down(struct flow_env *env, struct arena *a);

void
flow_seen(struct flow *fl)
{
	const struct session *s = &fl->subject.session;
	struct flow_env *env = fl->env;
	enum seen seen = session_seen(s, env->conf->session_idle, fl->now);

	if (seen == SEEN_RECENTLY)
		return;
	collect(env, s, fl->subject.account.id, fl->now);
	if (seen == SEEN_NOTE_NOW || env->seen.count == SEEN_MAX)
		write_down(env, fl->arena);
}

void
flow_env_note(struct flow_env *env, struct arena *a, bool idle)
{
	if (env->seen.count > 0 && (idle || clock_mono_ms() - env->seen_since_ms >= NOTE_AFTER_MS))
		write_down(env, a);
}

static void
collect(struct flow_env *env, const struct session *s, struct uuid account, int64_t now)
{
	struct seen_list *l = &env->seen;
	size_t i = 0;

	while (i < l->count && !(uuid_eq(l->sessions[i], s->id) && uuid_eq(l->accounts[i], account)))
		i++;
	if (l->count == 0)
		env->seen_since_ms = clock_mono_ms();
	l->accounts[i] = account;
	l->sessions[i] = s->id;
	l->times[i] = now;
	if (i == l->count)
		l->count++;
}

/* What could not be written is not kept: the next request of each session brings it again. */
static void
write_down(struct flow_env *env, struct arena *a)
{
	struct store st = {.pg = env->pg, .arena = a, .deadline_ms = clock_mono_ms() + NOTE_MS};
	enum err e = store_sessions_seen(&st, &env->seen);

	if (e != OK)
		log_warning("session.touch_failed", LOG_CSTR("error", err_code(e)),
		    LOG_INT("sessions", (int64_t)env->seen.count));
	env->seen.count = 0;
}
