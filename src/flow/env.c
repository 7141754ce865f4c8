/* The environment of the use cases: opening, closing, housekeeping. */
#include "flow/internal.h"

#include "base/clock.h"
#include "base/log.h"
#include "pg/pg.h"
#include "store/housekeeping.h"

/* How long opening may wait for the database, in milliseconds. */
#define OPEN_MS 3000
/* How long one housekeeping statement may take, in milliseconds. */
#define JANITOR_MS 2500
/* The most batches in one run, so that a backlog does not hold up everything else. */
#define JANITOR_BATCHES 50

/* How many rows of each kind the janitor has deleted. */
struct janitor_counts {
	int sessions, pending, challenges, mail;
};

static enum err delete_batch(struct flow_env *env, struct arena *a, int64_t now,
    struct janitor_counts *n) MUST_CHECK;
static enum err check_schema(struct flow_env *env, struct arena *a, int64_t deadline_ms,
    struct str *why) MUST_CHECK;
static enum err give_up_mail(struct flow_env *env, struct arena *a, int64_t now) MUST_CHECK;

enum err
flow_env_open(struct arena *a, const struct conf *conf, struct hash_semaphore *hash_semaphore,
    struct flow_env **out, struct str *why)
{
	struct flow_env *env = arena_alloc(a, sizeof(*env));
	enum err e = keyring_load(a, conf->keyring, &env->keyring, why);

	if (e != OK)
		return e;
	env->conf = conf;
	env->hash_semaphore = hash_semaphore;
	env->db.pg = store_connection(a, conf->database);
	env->pwhash = (struct pwhash_params){
	    .memory_kib = (uint32_t)conf->argon2_memory_kib,
	    .passes = (uint32_t)conf->argon2_passes,
	};
	env->rules = (struct factor_rules){
	    .window = (int)conf->totp_window,
	    .issuer = str_of(conf->issuer),
	};
	e = check_schema(env, a, clock_mono_ms() + OPEN_MS, why);
	if (e == ERR_UNAVAILABLE) {
		log_warning("database.unreachable",
		    LOG_CSTR("consequence", "requests are answered 503 until it is back"));
		e = OK;
	}
	if (e != OK) {
		flow_env_close(env);
		return e;
	}
	*out = env;
	return OK;
}

void
flow_env_close(struct flow_env *env)
{
	if (env == NULL)
		return;
	pg_close(env->db.pg);
	keyring_free(env->keyring);
	env->keyring = NULL;
}

bool
flow_env_ready(struct flow_env *env, struct arena *a, int64_t deadline_ms)
{
	struct str why;

	return check_schema(env, a, deadline_ms, &why) == OK;
}

enum err
flow_janitor_run(struct flow_env *env, struct arena *a, int64_t now)
{
	struct janitor_counts all = {0};
	enum err e = OK;

	for (int batch = 0; e == OK && batch < JANITOR_BATCHES; batch++) {
		struct janitor_counts n = {0};

		e = delete_batch(env, a, now, &n);
		all.sessions += n.sessions;
		all.pending += n.pending;
		all.challenges += n.challenges;
		all.mail += n.mail;
		if (n.sessions + n.pending + n.challenges + n.mail == 0)
			break;
	}
	if (e == OK)
		e = give_up_mail(env, a, now);
	if (all.sessions + all.pending + all.challenges + all.mail > 0)
		log_info("janitor.deleted", LOG_INT("sessions", all.sessions),
		    LOG_INT("pending_factors", all.pending), LOG_INT("challenges", all.challenges),
		    LOG_INT("mail", all.mail));
	return e;
}

static enum err
delete_batch(struct flow_env *env, struct arena *a, int64_t now, struct janitor_counts *n)
{
	int64_t created_before = now - env->conf->session_lifetime * CLOCK_SECOND;
	struct store *db = flow_env_db(env, a, clock_mono_ms() + JANITOR_MS);
	enum err e = store_janitor_sessions(db, created_before, &n->sessions);

	if (e == OK)
		e = store_janitor_pending(db, now, &n->pending);
	if (e == OK)
		e = store_janitor_challenges(db, now, &n->challenges);
	return e == OK ? store_janitor_outbox(db, now - MAIL_RETENTION, &n->mail) : e;
}

/* Gives up messages that are too old to be sent, even when no mailer was there to send them. */
static enum err
give_up_mail(struct flow_env *env, struct arena *a, int64_t now)
{
	struct store *db = flow_env_db(env, a, clock_mono_ms() + JANITOR_MS);
	int n = 0;
	enum err e = store_janitor_outbox_overdue(db, now, now - MAIL_LIFETIME, &n);

	if (n > 0)
		log_warning("mail.given_up", LOG_INT("messages", n),
		    LOG_CSTR("why", "they were not sent in time"));
	return e;
}

static enum err
check_schema(struct flow_env *env, struct arena *a, int64_t deadline_ms, struct str *why)
{
	struct store *db = flow_env_db(env, a, deadline_ms);
	int32_t version;
	enum err e = pg_connect(env->db.pg, deadline_ms);

	if (e == ERR_CONFIG)
		*why = STR("the database refuses a statement: its schema is not the one this "
			   "version knows; "
			   "run countersignctl migrate");
	if (e == OK)
		e = store_schema_version(db, &version);
	if (e != OK)
		return e;
	if (version != SCHEMA_VERSION) {
		*why = str_printf(a,
		    "the database has schema version %d, this program knows version %d; %s",
		    (int)version, SCHEMA_VERSION,
		    version < SCHEMA_VERSION ? "run countersignctl migrate"
					     : "install the newer program");
		return ERR_CONFIG;
	}
	return OK;
}

struct store *
flow_env_db(struct flow_env *env, struct arena *a, int64_t deadline_ms)
{
	env->db.arena = a;
	env->db.deadline_ms = deadline_ms;
	return &env->db;
}

struct store *
flow_db(struct flow *fl)
{
	return flow_env_db(fl->env, fl->arena, fl->deadline_ms);
}
