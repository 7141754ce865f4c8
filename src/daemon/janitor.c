/*
 * Rounds of housekeeping. The intervals between them vary at random, so that the janitors of
 * several nodes do not compete for the same rows every time.
 */
#include "daemon/janitor.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "flow/env.h"

#define PROCESS_ARENA_MAX ((size_t)16 * 1024 * 1024)
#define FIRST_INTERVAL_MS 1000
#define INTERVAL_MS 55000
#define JITTER_MS 10000

static int run_rounds(const struct service_context *context, struct flow_env *env, struct arena *a);
static void run_round(const struct service_context *context, struct flow_env *env, struct arena *a);

int
janitor_run(const struct service_context *context)
{
	struct arena *process_arena = arena_new(PROCESS_ARENA_MAX),
		     *a = arena_new(ARENA_REQUEST_MAX);
	struct flow_env *env = NULL;
	struct str why = {0};
	enum err e =
	    flow_env_open(process_arena, context->conf, context->hash_semaphore, &env, &why);
	int status;

	if (e == OK) {
		status = run_rounds(context, env, a);
	} else {
		log_error("janitor.start_failed", LOG_CSTR("error", err_code(e)),
		    LOG_TEXT("why", why));
		status = e == ERR_CONFIG ? SERVICE_EXIT_CONFIG : SERVICE_EXIT_FAILURE;
	}
	flow_env_close(env);
	arena_free(a);
	arena_free(process_arena);
	return status;
}

static int
run_rounds(const struct service_context *context, struct flow_env *env, struct arena *a)
{
	int term_fd = service_term_fd();
	int64_t wait = FIRST_INTERVAL_MS;

	if (term_fd < 0) {
		log_error("janitor.start_failed", LOG_CSTR("why", strerror(errno)));
		return SERVICE_EXIT_FAILURE;
	}
	service_report_ready(context);
	while (service_wait(context, term_fd, wait + (int64_t)rand_below(JITTER_MS))) {
		run_round(context, env, a);
		wait = INTERVAL_MS;
	}
	(void)close(term_fd);
	return 0;
}

static void
run_round(const struct service_context *context, struct flow_env *env, struct arena *a)
{
	enum err e;

	scoreboard_busy(context->scoreboard, clock_mono_ms());
	e = flow_janitor_run(env, a, clock_now());
	if (e != OK)
		log_warning("janitor.failed", LOG_CSTR("error", err_code(e)));
	arena_reset(a);
	scoreboard_idle(context->scoreboard, clock_mono_ms());
}
