/*
 * The record of when sessions were last used. A write with every request would make one of
 * every look-up at the gate, so a worker collects the uses and writes them together.
 */
#include "flow/internal.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/session.h"

/* How long the oldest collected use waits at most while the worker is busy. */
#define FLUSH_AFTER_MS 5000
/* How long the write may take. */
#define FLUSH_MS 1000

static void collect(struct flow_env *env, const struct session_use *use, int64_t now);
static void flush(struct flow_env *env, struct arena *a);

void
flow_activity_record(struct flow *fl)
{
	struct flow_env *env = fl->env;
	enum activity_action activity =
	    session_activity(fl->use.last_seen_at, env->conf->session_idle, fl->now);

	if (activity == ACTIVITY_RECENT)
		return;
	collect(env, &fl->use, fl->now);
	if (activity == ACTIVITY_WRITE_NOW || env->activity.count == ACTIVITY_MAX)
		flush(env, fl->arena);
}

void
flow_env_flush_activity(struct flow_env *env, struct arena *a, bool idle)
{
	if (env->activity.count > 0 &&
	    (idle || clock_mono_ms() - env->activity_since_ms >= FLUSH_AFTER_MS))
		flush(env, a);
}

static void
collect(struct flow_env *env, const struct session_use *use, int64_t now)
{
	struct activity_list *l = &env->activity;
	size_t i = 0;

	while (i < l->count &&
	       !(uuid_eq(l->sessions[i], use->session) && uuid_eq(l->accounts[i], use->account)))
		i++;
	if (l->count == 0)
		env->activity_since_ms = clock_mono_ms();
	l->accounts[i] = use->account;
	l->sessions[i] = use->session;
	l->times[i] = now;
	if (i == l->count)
		l->count++;
}

/* Uses that could not be written are dropped: the next request of each session brings its own. */
static void
flush(struct flow_env *env, struct arena *a)
{
	struct store *db = flow_env_db(env, a, clock_mono_ms() + FLUSH_MS);
	enum err e = store_sessions_touch(db, &env->activity);

	if (e != OK)
		log_warning("session.touch_failed", LOG_CSTR("error", err_code(e)),
		    LOG_INT("sessions", (int64_t)env->activity.count));
	env->activity.count = 0;
}
