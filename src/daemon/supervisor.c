/* The supervisor's loop: signals, the dead, what is due. */
#include "daemon/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/notify.h"
#include "daemon/pool.h"

#define SUPERVISOR_ARENA_MAX ((size_t)1024 * 1024)
#define SUPERVISOR_LOOK_MS 1000
/*
 * After a longer pause we were stopped ourselves, and so perhaps were the children: they get a
 * round.
 */
#define SUPERVISOR_PAUSE_MS 5000

static void
supervisor_slot(struct pool *p, struct arena *a)
{
	const struct supervision *setup = p->setup;
	size_t n = 0;

	for (size_t i = 0; i < setup->service_count; i++)
		p->slot_count += setup->services[i].count + (setup->services[i].rolling ? 1 : 0);
	p->slots = arena_array(a, p->slot_count, sizeof(struct slot));
	p->scoreboard_rows = scoreboard_new((uint32_t)p->slot_count);
	for (size_t i = 0; i < setup->service_count; i++) {
		const struct service *service = &setup->services[i];

		for (uint32_t k = 0; k < service->count + (service->rolling ? 1 : 0); k++, n++)
			p->slots[n] = (struct slot){
			    .service = service,
			    .scoreboard = &p->scoreboard_rows[n],
			    .state = k < service->count ? SLOT_WAITING : SLOT_EMPTY,
			};
	}
}

static void
supervisor_open(struct pool *p, struct arena *a)
{
	sigset_t ours;

	(void)sigemptyset(&ours);
	(void)sigaddset(&ours, SIGCHLD);
	(void)sigaddset(&ours, SIGTERM);
	(void)sigaddset(&ours, SIGINT);
	(void)sigaddset(&ours, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &ours, NULL) != 0)
		log_fatal("supervisor.signals", strerror(errno));
	p->signal_fd = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
	p->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (p->signal_fd < 0 || p->ready_fd < 0)
		log_fatal("supervisor.descriptors", strerror(errno));
	supervisor_slot(p, a);
}

static void
supervisor_close(struct pool *p)
{
	(void)close(p->signal_fd);
	(void)close(p->ready_fd);
	scoreboard_free(p->scoreboard_rows, (uint32_t)p->slot_count);
	arena_free(p->conf_arena);
	arena_free(p->old_conf_arena);
}

static void
supervisor_stop(struct pool *p, int status, int64_t now)
{
	if (p->stopping)
		return;
	p->stopping = true;
	p->status = status;
	log_info("stopping", LOG_INT("status", status));
	notify_manager("STOPPING=1");
	for (size_t i = 0; i < p->slot_count; i++) {
		struct slot *s = &p->slots[i];

		s->successor = false;
		if (s->state == SLOT_RUNNING)
			slot_end(p, s, now);
		else if (s->state == SLOT_WAITING)
			s->state = SLOT_EMPTY;
	}
}

static void
supervisor_hear(struct pool *p, int64_t now)
{
	struct signalfd_siginfo info;

	while (read(p->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP && !p->stopping)
			reload_begin(p, now);
		else if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
			supervisor_stop(p, 0, now);
	}
}

static void
supervisor_reap(struct pool *p, int64_t now)
{
	pid_t pid;
	int how;

	while ((pid = waitpid(-1, &how, WNOHANG)) > 0)
		for (size_t i = 0; i < p->slot_count; i++)
			if (p->slots[i].pid == pid)
				slot_reap(p, &p->slots[i], how, now);
}

/* How many seats of rolling services are to be filled, ready, and found the configuration wrong. */
static void
supervisor_count(const struct pool *p, uint32_t *wanted, uint32_t *ready, uint32_t *misconfigured)
{
	*wanted = *ready = *misconfigured = 0;
	for (size_t i = 0; i < p->setup->service_count; i++)
		if (p->setup->services[i].rolling)
			*wanted += p->setup->services[i].count;
	for (size_t i = 0; i < p->slot_count; i++) {
		*ready += p->slots[i].service->rolling && p->slots[i].ready;
		*misconfigured += p->slots[i].service->rolling && p->slots[i].misconfigured;
	}
}

static void
supervisor_announce(struct pool *p, int64_t now)
{
	uint32_t wanted, ready, misconfigured;

	if (p->announced || p->stopping)
		return;
	supervisor_count(p, &wanted, &ready, &misconfigured);
	if (ready >= wanted) {
		p->announced = true;
		log_info("ready", LOG_INT("workers", wanted));
		notify_manager("READY=1");
	} else if (!p->was_ready && misconfigured >= wanted) {
		supervisor_stop(p, SERVICE_EXIT_CONFIG, now);
	}
}

static void
supervisor_tick(struct pool *p, int64_t now)
{
	bool paused = now - p->ticked_ms > SUPERVISOR_PAUSE_MS;

	p->ticked_ms = now;
	for (size_t i = 0; i < p->slot_count; i++) {
		slot_tick(p, &p->slots[i], now);
		if (!paused)
			slot_watch(p, &p->slots[i], now);
	}
}

static bool
supervisor_is_over(const struct pool *p)
{
	if (!p->stopping)
		return false;
	for (size_t i = 0; i < p->slot_count; i++)
		if (p->slots[i].state != SLOT_EMPTY)
			return false;
	return true;
}

/* Until something happens, something is due, or a look round is. */
static void
supervisor_sleep(const struct pool *p, int64_t now)
{
	struct pollfd fds[] = {{.fd = p->signal_fd, .events = POLLIN},
	    {.fd = p->ready_fd, .events = POLLIN}};
	int64_t wait = SUPERVISOR_LOOK_MS;
	eventfd_t ignored;

	for (size_t i = 0; i < p->slot_count; i++)
		if (p->slots[i].state != SLOT_EMPTY && p->slots[i].due_ms - now < wait)
			wait = p->slots[i].due_ms > now ? p->slots[i].due_ms - now : 0;
	if (poll(fds, 2, (int)wait) > 0 && fds[1].revents != 0)
		(void)eventfd_read(p->ready_fd, &ignored);
}

static void
supervisor_turn(struct pool *p, int64_t now)
{
	supervisor_hear(p, now);
	supervisor_reap(p, now);
	supervisor_tick(p, now);
	reload_step(p, now);
	supervisor_announce(p, now);
}

int
supervisor_run(const struct supervision *setup)
{
	struct arena *a = arena_new(SUPERVISOR_ARENA_MAX);
	struct pool p = {.setup = setup, .conf = setup->conf, .ticked_ms = clock_mono_ms()};

	supervisor_open(&p, a);
	supervisor_turn(&p, clock_mono_ms());
	while (!supervisor_is_over(&p)) {
		supervisor_sleep(&p, clock_mono_ms());
		supervisor_turn(&p, clock_mono_ms());
	}
	log_info("stopped", LOG_INT("status", p.status));
	supervisor_close(&p);
	arena_free(a);
	return p.status;
}
