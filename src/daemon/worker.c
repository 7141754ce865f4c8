/*
 * The way of a request through a worker: connection, parameters, answer, log line, clean
 * memory. What is asked and answered is the web floor's.
 */
#include "daemon/worker.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "flow/env.h"
#include "http/fcgi.h"
#include "view/model.h"
#include "web/web.h"

#define WORKER_HOME_MAX ((size_t)64 * 1024 * 1024)
/* What is read for one piece of an answer, and the text made of it. */
#define WORKER_CHUNK_MAX ARENA_REQUEST_MAX
/* How often an idle worker looks round by itself. */
#define WORKER_TICK_MS 500
#define WORKER_NAP_MS 100

struct worker {
	const struct service_context *context;
	struct arena *home;  /* as long as the process */
	struct arena *arena; /* as long as a request */
	struct arena *chunk; /* as long as a piece of an answer */
	struct flow_env *env;
	struct web *web;
	struct fcgi *fcgi;
	int epoll_fd;
	int term_fd;
};

static int
worker_failed(const char *step, enum err e, struct str why)
{
	log_error("worker.start_failed", LOG_CSTR("step", step), LOG_CSTR("error", err_code(e)),
	    LOG_TEXT("why", why));
	return e == ERR_CONFIG ? SERVICE_EXIT_CONFIG : SERVICE_EXIT_FAILURE;
}

static bool
worker_watch(struct worker *w, int fd, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data = {.fd = fd}};

	return epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &ev) == 0;
}

static int
worker_open_descriptors(struct worker *w)
{
	w->term_fd = service_term_fd();
	w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	/* Exclusive: a connection wakes one worker, not all. */
	if (w->term_fd < 0 || w->epoll_fd < 0 || !worker_watch(w, w->term_fd, EPOLLIN) ||
	    !worker_watch(w, w->context->listen_fd, EPOLLIN | EPOLLEXCLUSIVE))
		return worker_failed("descriptors", ERR_INTERNAL, str_of(strerror(errno)));
	return 0;
}

/* 0, or the exit status. */
static int
worker_open(struct worker *w)
{
	const struct service_context *context = w->context;
	struct str why = {0};
	enum err e;

	model_setup();
	e = flow_env_open(w->home, context->conf, context->hash_semaphore, &w->env, &why);
	if (e != OK)
		return worker_failed("flow", e, why);
	e = web_open(w->home, context->conf, w->env, &w->web, &why);
	if (e != OK)
		return worker_failed("web", e, why);
	w->fcgi = fcgi_new(w->home, context->listen_fd);
	return worker_open_descriptors(w);
}

static void
worker_close(struct worker *w)
{
	flow_env_close(w->env);
	arena_free(w->chunk);
	arena_free(w->arena);
	arena_free(w->home);
	if (w->term_fd >= 0)
		(void)close(w->term_fd);
	if (w->epoll_fd >= 0)
		(void)close(w->epoll_fd);
}

/* One line a request. The path alone: a query may hold what is nobody's business. */
static void
worker_log(const struct req *rq, struct str method, int status, int64_t ms)
{
	log_info("request", LOG_TEXT("method", method), LOG_TEXT("path", rq->path),
	    LOG_INT("status", status), LOG_INT("ms", ms), LOG_TEXT("request_id", rq->id));
}

/*
 * However long it takes: each piece has a deadline of its own, and is a sign of life for the
 * supervisor.
 */
static void
worker_stream(struct worker *w, struct resp *rs)
{
	enum resp_chunk said = RESP_CHUNK;

	while (said == RESP_CHUNK) {
		struct str chunk = {0};

		arena_reset(w->chunk);
		said = rs->source(rs->source_arg, w->chunk, &chunk);
		if (said != RESP_BROKEN && !fcgi_write(w->fcgi, chunk))
			said = RESP_BROKEN;
		scoreboard_busy(w->context->scoreboard, clock_mono_ms());
	}
	arena_reset(w->chunk);
	if (said == RESP_BROKEN)
		fcgi_abort(w->fcgi);
}

static void
worker_respond(struct worker *w, int64_t start_ms)
{
	struct req rq = {.now = clock_now(), .deadline_ms = start_ms + WORKER_DEADLINE_MS};
	struct resp rs;
	struct str method;
	enum err read;

	arena_reset(w->arena);
	read = req_read(&rq, w->arena, fcgi_params(w->fcgi), fcgi_read, w->fcgi);
	method = str_copy(w->arena, str_slice(req_param(&rq, "REQUEST_METHOD"), 0, 16));
	resp_init(&rs, w->arena);
	web_handle(w->web, &rq, read, &rs);
	if (fcgi_write(w->fcgi, resp_print(&rs, &rq)) && rs.source != NULL &&
	    rq.method != METHOD_HEAD)
		worker_stream(w, &rs);
	fcgi_finish(w->fcgi);
	rq.params = NULL;
	worker_log(&rq, method, rs.status, clock_mono_ms() - start_ms);
	web_after(w->web, &rq);
	arena_reset(w->arena);
}

/* Takes at most one connection and answers it. */
static void
worker_serve(struct worker *w)
{
	int64_t now = clock_mono_ms();
	int got = fcgi_accept(w->fcgi);

	scoreboard_alive(w->context->scoreboard, now);
	if (got == 0)
		return;
	if (got < 0) {
		log_error("worker.accept_failed", LOG_CSTR("error", strerror(errno)));
		(void)poll(NULL, 0, WORKER_NAP_MS); /* out of descriptors, say: not at full speed */
		return;
	}
	scoreboard_busy(w->context->scoreboard, now);
	if (fcgi_begin(w->fcgi))
		worker_respond(w, now);
	else
		log_warning("worker.request_broken", LOG_INT("ms", clock_mono_ms() - now));
	scoreboard_idle(w->context->scoreboard, clock_mono_ms());
}

/* Waits for something to do; `idle` when there was nothing. False when it is time to leave. */
static bool
worker_wait(struct worker *w, bool *idle)
{
	struct epoll_event ev[2];
	int n = epoll_wait(w->epoll_fd, ev, 2, WORKER_TICK_MS);

	*idle = n == 0;
	for (int i = 0; i < n; i++)
		if (ev[i].data.fd == w->term_fd)
			return false;
	return true;
}

/*
 * Whatever ended the wait, one connection is looked for: the one that woke us may come together
 * with the signal to leave, and a connection whose worker was killed as it woke is found by the
 * next that looks round.
 */
static void
worker_loop(struct worker *w)
{
	bool stay = true, idle = false;

	while (stay) {
		stay = worker_wait(w, &idle);
		worker_serve(w);
		flow_env_flush_activity(w->env, w->arena, idle || !stay);
		arena_reset(w->arena);
	}
}

int
worker_run(const struct service_context *context)
{
	struct worker w = {
	    .context = context,
	    .home = arena_new(WORKER_HOME_MAX),
	    .arena = arena_new(ARENA_REQUEST_MAX),
	    .chunk = arena_new(WORKER_CHUNK_MAX),
	    .epoll_fd = -1,
	    .term_fd = -1,
	};
	int status = worker_open(&w);

	if (status == 0) {
		service_ready(context);
		worker_loop(&w);
	}
	worker_close(&w);
	return status;
}
