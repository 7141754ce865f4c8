/*
 * The lifecycle of a request in a worker: connection, parameters, response, log line, wiped
 * memory. The web layer makes the response.
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

#define PROCESS_ARENA_MAX ((size_t)64 * 1024 * 1024)
/* For what is read for one chunk of a response, and its text. */
#define CHUNK_ARENA_MAX ARENA_REQUEST_MAX
/* How long an idle worker waits at most. */
#define TICK_MS 500
/* The wait after accept() fails, as it does when descriptors run out. */
#define ACCEPT_RETRY_MS 100

struct worker {
	const struct service_context *context;
	struct arena *process_arena;
	struct arena *arena; /* of the request */
	struct arena *chunk; /* of one chunk of a response */
	struct flow_env *env;
	struct web *web;
	struct fcgi *fcgi;
	int epoll_fd;
	int term_fd;
};

static int open_worker(struct worker *w);
static int log_start_failure(const char *step, enum err e, struct str why);
static int open_descriptors(struct worker *w);
static bool watch_descriptor(struct worker *w, int fd, uint32_t events);
static void serve(struct worker *w);
static bool wait_for_connection(struct worker *w, bool *idle);
static void serve_connection(struct worker *w);
static void answer_request(struct worker *w, int64_t start_ms);
static void send_chunks(struct worker *w, struct resp *rs);
static void log_request(const struct req *rq, struct str method, int status, int64_t ms);
static void close_worker(struct worker *w);

int
worker_run(const struct service_context *context)
{
	struct worker w = {
	    .context = context,
	    .process_arena = arena_new(PROCESS_ARENA_MAX),
	    .arena = arena_new(ARENA_REQUEST_MAX),
	    .chunk = arena_new(CHUNK_ARENA_MAX),
	    .epoll_fd = -1,
	    .term_fd = -1,
	};
	int status = open_worker(&w);

	if (status == 0) {
		service_report_ready(context);
		serve(&w);
	}
	close_worker(&w);
	return status;
}

/* Returns 0, or the exit status. */
static int
open_worker(struct worker *w)
{
	const struct service_context *context = w->context;
	struct str why = {0};
	enum err e;

	model_setup();
	e = flow_env_open(w->process_arena, context->conf, context->hash_semaphore, &w->env, &why);
	if (e != OK)
		return log_start_failure("flow", e, why);
	e = web_open(w->process_arena, context->conf, w->env, &w->web, &why);
	if (e != OK)
		return log_start_failure("web", e, why);
	w->fcgi = fcgi_new(w->process_arena, context->listen_fd);
	return open_descriptors(w);
}

static int
log_start_failure(const char *step, enum err e, struct str why)
{
	log_error("worker.start_failed", LOG_CSTR("step", step), LOG_CSTR("error", err_code(e)),
	    LOG_TEXT("why", why));
	return e == ERR_CONFIG ? SERVICE_EXIT_CONFIG : SERVICE_EXIT_FAILURE;
}

static int
open_descriptors(struct worker *w)
{
	w->term_fd = service_term_fd();
	w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	/* EPOLLEXCLUSIVE: a connection wakes one worker, not all of them. */
	if (w->term_fd < 0 || w->epoll_fd < 0 || !watch_descriptor(w, w->term_fd, EPOLLIN) ||
	    !watch_descriptor(w, w->context->listen_fd, EPOLLIN | EPOLLEXCLUSIVE))
		return log_start_failure("descriptors", ERR_INTERNAL, str_of(strerror(errno)));
	return 0;
}

static bool
watch_descriptor(struct worker *w, int fd, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data = {.fd = fd}};

	return epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &ev) == 0;
}

/*
 * Tries to accept a connection however the wait ended: a connection may come together with the
 * signal to end, and one whose worker was killed as it woke up is accepted at the next tick of
 * another.
 */
static void
serve(struct worker *w)
{
	bool stay = true, idle = false;

	while (stay) {
		stay = wait_for_connection(w, &idle);
		serve_connection(w);
		flow_env_flush_activity(w->env, w->arena, idle || !stay);
		arena_reset(w->arena);
	}
}

/* Waits for a connection; `idle` is set when none came. False when the worker must end. */
static bool
wait_for_connection(struct worker *w, bool *idle)
{
	struct epoll_event ev[2];
	int n = epoll_wait(w->epoll_fd, ev, 2, TICK_MS);

	*idle = n == 0;
	for (int i = 0; i < n; i++)
		if (ev[i].data.fd == w->term_fd)
			return false;
	return true;
}

/* Accepts one connection at most and answers it. */
static void
serve_connection(struct worker *w)
{
	int64_t now = clock_mono_ms();
	int accepted = fcgi_accept(w->fcgi);

	scoreboard_alive(w->context->scoreboard, now);
	if (accepted == 0)
		return;
	if (accepted < 0) {
		log_error("worker.accept_failed", LOG_CSTR("error", strerror(errno)));
		(void)poll(NULL, 0, ACCEPT_RETRY_MS);
		return;
	}
	scoreboard_busy(w->context->scoreboard, now);
	if (fcgi_begin(w->fcgi))
		answer_request(w, now);
	else
		log_warning("worker.request_broken", LOG_INT("ms", clock_mono_ms() - now));
	scoreboard_idle(w->context->scoreboard, clock_mono_ms());
}

static void
answer_request(struct worker *w, int64_t start_ms)
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
		send_chunks(w, &rs);
	fcgi_finish(w->fcgi);
	rq.params = NULL;
	log_request(&rq, method, rs.status, clock_mono_ms() - start_ms);
	web_after(w->web, &rq);
	arena_reset(w->arena);
}

/*
 * Sends a response of any length. Each chunk has a deadline of its own, and counts as a heartbeat
 * for the supervisor.
 */
static void
send_chunks(struct worker *w, struct resp *rs)
{
	enum resp_chunk result = RESP_CHUNK;

	while (result == RESP_CHUNK) {
		struct str chunk = {0};

		arena_reset(w->chunk);
		result = rs->source(rs->source_arg, w->chunk, &chunk);
		if (result != RESP_BROKEN && !fcgi_write(w->fcgi, chunk))
			result = RESP_BROKEN;
		scoreboard_busy(w->context->scoreboard, clock_mono_ms());
	}
	arena_reset(w->chunk);
	if (result == RESP_BROKEN)
		fcgi_abort(w->fcgi);
}

/* Logs one line per request, with its path only, as a query may hold personal data. */
static void
log_request(const struct req *rq, struct str method, int status, int64_t ms)
{
	log_info("request", LOG_TEXT("method", method), LOG_TEXT("path", rq->path),
	    LOG_INT("status", status), LOG_INT("ms", ms), LOG_TEXT("request_id", rq->id));
}

static void
close_worker(struct worker *w)
{
	flow_env_close(w->env);
	arena_free(w->chunk);
	arena_free(w->arena);
	arena_free(w->process_arena);
	if (w->term_fd >= 0)
		(void)close(w->term_fd);
	if (w->epoll_fd >= 0)
		(void)close(w->epoll_fd);
}
