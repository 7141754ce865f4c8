/* Starting, stopping, reaping and replacing a child. */
#include "daemon/slot.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

/* The shortest wait after a wrong configuration, which will not be corrected at once. */
#define MISCONFIGURED_WAIT_MS 1000

static _Noreturn void run_child(const struct pool *p, const struct slot *s, pid_t parent);
static void schedule_start(struct slot *s, int64_t until);
static void log_death(const struct slot *s, int wait_status, int64_t wait);
static void schedule_replacement(struct pool *p, struct slot *s, int wait_status, int64_t now);
static void kill_child(struct slot *s, const char *why);

void
slot_start(struct pool *p, struct slot *s, int64_t now)
{
	const struct supervisor_limits *limits = &p->params->limits;
	pid_t parent = getpid(), pid;

	scoreboard_start(s->scoreboard, now);
	pid = fork();
	if (pid == 0)
		run_child(p, s, parent);
	if (pid < 0) {
		log_error("child.fork_failed", LOG_CSTR("service", s->service->name),
		    LOG_CSTR("error", strerror(errno)));
		(void)backoff_record(&s->backoff, 0);
		schedule_start(s, now + BACKOFF_MAX_MS);
		return;
	}
	atomic_store(&s->scoreboard->pid, pid);
	s->pid = pid;
	s->state = SLOT_RUNNING;
	s->ready = false;
	s->started_ms = now;
	s->generation = p->generation;
	s->due_ms = now + (s->successor ? limits->successor : limits->start);
}

void
slot_stop(struct pool *p, struct slot *s, int64_t now)
{
	(void)kill(s->pid, SIGTERM);
	s->state = SLOT_STOPPING;
	s->due_ms = now + p->params->limits.drain;
}

bool
slot_reap(struct pool *p, struct slot *s, int wait_status, int64_t now)
{
	bool stopping = s->state == SLOT_STOPPING, successor = s->successor;

	hash_semaphore_reclaim(p->params->hash_semaphore, s->pid);
	atomic_store(&s->scoreboard->pid, 0);
	s->successor = false;
	if (successor) {
		log_death(s, wait_status, -1);
		s->state = SLOT_EMPTY;
	} else if (!stopping) {
		schedule_replacement(p, s, wait_status, now);
	} else if (!p->stopping && !s->service->rolling) {
		schedule_start(s, now);
	} else {
		s->state = SLOT_EMPTY;
	}
	s->pid = 0;
	s->ready = false;
	return successor;
}

void
slot_tick(struct pool *p, struct slot *s, int64_t now)
{
	if (s->state == SLOT_RUNNING && !s->ready && atomic_load(&s->scoreboard->ready)) {
		s->ready = true;
		s->due_ms = INT64_MAX;
		p->was_ready = true;
	}
	if (s->state == SLOT_EMPTY || now < s->due_ms)
		return;
	if (s->state == SLOT_WAITING)
		slot_start(p, s, now);
	else
		kill_child(s, s->state == SLOT_STOPPING ? "did not end" : "did not get ready");
}

void
slot_kill_stuck(struct pool *p, struct slot *s, int64_t now)
{
	if (s->state == SLOT_RUNNING && s->ready &&
	    scoreboard_is_stuck(s->scoreboard, now, s->service->busy_limit_ms,
		p->params->limits.quiet))
		kill_child(s, "stuck");
}

/*
 * Runs the service in the child, which ends with its parent. It leaves by exit(), so that
 * sanitizers and coverage can report.
 */
static _Noreturn void
run_child(const struct pool *p, const struct slot *s, pid_t parent)
{
	struct service_context context = {
	    .conf = p->conf,
	    .hash_semaphore = p->params->hash_semaphore,
	    .listen_fd = p->params->listen_fd,
	    .scoreboard = s->scoreboard,
	    .ready_fd = p->ready_fd,
	};

	(void)prctl(PR_SET_NAME, s->service->name); /* for ps(1) */
	(void)close(p->signal_fd);
	pidfile_forget(p->params->pidfile);
	if (prctl(PR_SET_PDEATHSIG, (unsigned long)SIGTERM, 0UL, 0UL, 0UL) != 0 ||
	    getppid() != parent)
		exit(SERVICE_EXIT_FAILURE);
	exit(s->service->run(&context));
}

static void
schedule_start(struct slot *s, int64_t until)
{
	s->state = SLOT_WAITING;
	s->due_ms = until;
}

static void
log_death(const struct slot *s, int wait_status, int64_t wait)
{
	bool killed = WIFSIGNALED(wait_status);

	log_warning("child.died", LOG_CSTR("service", s->service->name), LOG_INT("pid", s->pid),
	    LOG_INT(killed ? "signal" : "status",
		killed ? WTERMSIG(wait_status) : WEXITSTATUS(wait_status)),
	    LOG_INT("replaced_in_ms", wait));
}

/* Decides when to replace a child that ended without being asked. */
static void
schedule_replacement(struct pool *p, struct slot *s, int wait_status, int64_t now)
{
	int64_t wait = backoff_record(&s->backoff, now - s->started_ms);

	if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == SERVICE_EXIT_CONFIG) {
		s->misconfigured = !p->was_ready;
		wait = wait > MISCONFIGURED_WAIT_MS ? wait : MISCONFIGURED_WAIT_MS;
	}
	log_death(s, wait_status, wait);
	schedule_start(s, now + wait);
}

static void
kill_child(struct slot *s, const char *why)
{
	log_error("child.killed", LOG_CSTR("service", s->service->name), LOG_INT("pid", s->pid),
	    LOG_CSTR("why", why));
	(void)kill(s->pid, SIGKILL);
	s->due_ms = INT64_MAX;
}
