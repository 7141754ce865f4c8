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
#define SEAT_CONFIG_WAIT_MS 1000

/*
 * The child. It leaves by exit(), so that what reports at the end (sanitizers,
 * coverage) does, and it dies with its parent.
 */
static _Noreturn void
seat_work(const struct pool *p, const struct seat *s, pid_t parent)
{
	struct post post = {
		.conf = p->conf,
		.lanes = p->setup->lanes,
		.listen_fd = p->setup->listen_fd,
		.score = s->score,
		.ready_fd = p->ready_fd,
	};

	(void)prctl(PR_SET_NAME, s->service->name); /* for ps(1) */
	(void)close(p->signal_fd);
	pidfile_forget(p->setup->pidfile);
	if (prctl(PR_SET_PDEATHSIG, (unsigned long)SIGTERM, 0UL, 0UL, 0UL) != 0 ||
	    getppid() != parent)
		exit(SERVICE_EXIT_FAILURE);
	exit(s->service->run(&post));
}

static void
seat_wait(struct seat *s, int64_t until)
{
	s->state = SEAT_WAITING;
	s->due_ms = until;
}

void
seat_start(struct pool *p, struct seat *s, int64_t now)
{
	const struct supervisor_limits *limits = &p->setup->limits;
	pid_t parent = getpid(), pid;

	score_start(s->score, now);
	pid = fork();
	if (pid == 0)
		seat_work(p, s, parent);
	if (pid < 0) {
		log_error("child.fork_failed", LOG_CSTR("service", s->service->name),
		    LOG_CSTR("error", strerror(errno)));
		(void)backoff_note(&s->backoff, 0);
		seat_wait(s, now + BACKOFF_MAX_MS);
		return;
	}
	atomic_store(&s->score->pid, pid);
	s->pid = pid;
	s->state = SEAT_RUNNING;
	s->ready = false;
	s->started_ms = now;
	s->generation = p->generation;
	s->due_ms = now + (s->successor ? limits->successor : limits->start);
}

void
seat_end(struct pool *p, struct seat *s, int64_t now)
{
	(void)kill(s->pid, SIGTERM);
	s->state = SEAT_ENDING;
	s->due_ms = now + p->setup->limits.drain;
}

static void
seat_log_death(const struct seat *s, int how, int64_t wait)
{
	bool killed = WIFSIGNALED(how);

	log_warning("child.died", LOG_CSTR("service", s->service->name), LOG_INT("pid", s->pid),
	    LOG_INT(killed ? "signal" : "status", killed ? WTERMSIG(how) : WEXITSTATUS(how)),
	    LOG_INT("replaced_in_ms", wait));
}

/* Nobody asked it to end. */
static void
seat_replace(struct pool *p, struct seat *s, int how, int64_t now)
{
	int64_t wait = backoff_note(&s->backoff, now - s->started_ms);

	if (WIFEXITED(how) && WEXITSTATUS(how) == SERVICE_EXIT_CONFIG) {
		s->misconfigured = !p->was_ready;
		wait = wait > SEAT_CONFIG_WAIT_MS ? wait : SEAT_CONFIG_WAIT_MS;
	}
	seat_log_death(s, how, wait);
	seat_wait(s, now + wait);
}

void
seat_reap(struct pool *p, struct seat *s, int how, int64_t now)
{
	bool asked = s->state == SEAT_ENDING, successor = s->successor;

	lanes_release(p->setup->lanes, s->pid);
	atomic_store(&s->score->pid, 0);
	s->successor = false;
	if (successor) {
		seat_log_death(s, how, -1);
		s->state = SEAT_EMPTY;
		reload_fail(p, "the first child with the new configuration did not get ready");
	} else if (!asked) {
		seat_replace(p, s, how, now);
	} else if (!p->stopping && !s->service->rolling) {
		seat_wait(s, now);
	} else {
		s->state = SEAT_EMPTY;
	}
	s->pid = 0;
	s->ready = false;
}

/* Too late for what was expected of it. */
static void
seat_kill(struct seat *s, const char *why)
{
	log_error("child.killed", LOG_CSTR("service", s->service->name), LOG_INT("pid", s->pid),
	    LOG_CSTR("why", why));
	(void)kill(s->pid, SIGKILL);
	s->due_ms = INT64_MAX;
}

void
seat_look(struct pool *p, struct seat *s, int64_t now)
{
	if (s->state == SEAT_RUNNING && !s->ready && atomic_load(&s->score->ready)) {
		s->ready = true;
		s->due_ms = INT64_MAX;
		p->was_ready = true;
	}
	if (s->state == SEAT_EMPTY || now < s->due_ms)
		return;
	if (s->state == SEAT_WAITING)
		seat_start(p, s, now);
	else
		seat_kill(s, s->state == SEAT_ENDING ? "did not end" : "did not get ready");
}

void
seat_watch(struct pool *p, struct seat *s, int64_t now)
{
	if (s->state == SEAT_RUNNING && s->ready &&
	    score_is_stuck(s->score, now, s->service->busy_limit_ms, p->setup->limits.quiet))
		seat_kill(s, "stuck");
}
