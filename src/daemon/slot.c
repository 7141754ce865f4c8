/* The life of one child: forked, ready, asked to end or dead, replaced. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/pool.h"

/* A wrong configuration does not heal at once. */
#define SLOT_CONFIG_WAIT_MS 1000

/*
 * The child. It leaves by exit(), so that what reports at the end (sanitizers, coverage) does,
 * and it dies with its parent.
 */
static _Noreturn void
slot_work(const struct pool *p, const struct slot *s, pid_t parent)
{
	struct service_context context = {
	    .conf = p->conf,
	    .hash_semaphore = p->setup->hash_semaphore,
	    .listen_fd = p->setup->listen_fd,
	    .scoreboard = s->scoreboard,
	    .ready_fd = p->ready_fd,
	};

	(void)prctl(PR_SET_NAME, s->service->name); /* for ps(1) */
	(void)close(p->signal_fd);
	pidfile_forget(p->setup->pidfile);
	if (prctl(PR_SET_PDEATHSIG, (unsigned long)SIGTERM, 0UL, 0UL, 0UL) != 0 ||
	    getppid() != parent)
		exit(SERVICE_EXIT_FAILURE);
	exit(s->service->run(&context));
}

static void
slot_wait(struct slot *s, int64_t until)
{
	s->state = SLOT_WAITING;
	s->due_ms = until;
}

void
slot_start(struct pool *p, struct slot *s, int64_t now)
{
	const struct supervisor_limits *limits = &p->setup->limits;
	pid_t parent = getpid(), pid;

	scoreboard_start(s->scoreboard, now);
	pid = fork();
	if (pid == 0)
		slot_work(p, s, parent);
	if (pid < 0) {
		log_error("child.fork_failed", LOG_CSTR("service", s->service->name),
		    LOG_CSTR("error", strerror(errno)));
		(void)backoff_record(&s->backoff, 0);
		slot_wait(s, now + BACKOFF_MAX_MS);
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
slot_end(struct pool *p, struct slot *s, int64_t now)
{
	(void)kill(s->pid, SIGTERM);
	s->state = SLOT_ENDING;
	s->due_ms = now + p->setup->limits.drain;
}

static void
slot_log_death(const struct slot *s, int how, int64_t wait)
{
	bool killed = WIFSIGNALED(how);

	log_warning("child.died", LOG_CSTR("service", s->service->name), LOG_INT("pid", s->pid),
	    LOG_INT(killed ? "signal" : "status", killed ? WTERMSIG(how) : WEXITSTATUS(how)),
	    LOG_INT("replaced_in_ms", wait));
}

/* Nobody asked it to end. */
static void
slot_replace(struct pool *p, struct slot *s, int how, int64_t now)
{
	int64_t wait = backoff_record(&s->backoff, now - s->started_ms);

	if (WIFEXITED(how) && WEXITSTATUS(how) == SERVICE_EXIT_CONFIG) {
		s->misconfigured = !p->was_ready;
		wait = wait > SLOT_CONFIG_WAIT_MS ? wait : SLOT_CONFIG_WAIT_MS;
	}
	slot_log_death(s, how, wait);
	slot_wait(s, now + wait);
}

void
slot_reap(struct pool *p, struct slot *s, int how, int64_t now)
{
	bool asked = s->state == SLOT_ENDING, successor = s->successor;

	hash_semaphore_reclaim(p->setup->hash_semaphore, s->pid);
	atomic_store(&s->scoreboard->pid, 0);
	s->successor = false;
	if (successor) {
		slot_log_death(s, how, -1);
		s->state = SLOT_EMPTY;
		reload_fail(p, "the first child with the new configuration did not get ready");
	} else if (!asked) {
		slot_replace(p, s, how, now);
	} else if (!p->stopping && !s->service->rolling) {
		slot_wait(s, now);
	} else {
		s->state = SLOT_EMPTY;
	}
	s->pid = 0;
	s->ready = false;
}

/* Too late for what was expected of it. */
static void
slot_kill(struct slot *s, const char *why)
{
	log_error("child.killed", LOG_CSTR("service", s->service->name), LOG_INT("pid", s->pid),
	    LOG_CSTR("why", why));
	(void)kill(s->pid, SIGKILL);
	s->due_ms = INT64_MAX;
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
		slot_kill(s, s->state == SLOT_ENDING ? "did not end" : "did not get ready");
}

void
slot_watch(struct pool *p, struct slot *s, int64_t now)
{
	if (s->state == SLOT_RUNNING && s->ready &&
	    scoreboard_is_stuck(s->scoreboard, now, s->service->busy_limit_ms,
		p->setup->limits.quiet))
		slot_kill(s, "stuck");
}
