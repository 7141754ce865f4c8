/* The supervisor's loop: signals, dead children, and what is due. */
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
#include "daemon/reload.h"
#include "daemon/slot.h"

#define PROCESS_ARENA_MAX ((size_t)1024 * 1024)
#define TICK_MS 1000
/*
 * After a longer pause the supervisor was stopped itself, and perhaps the children were too, so
 * that their missing heartbeats are ignored once.
 */
#define PAUSE_MS 5000

#define SUCCESSOR_DIED "the first child with the new configuration did not get ready"

static void open_pool(struct pool *p, struct arena *a);
static void make_slots(struct pool *p, struct arena *a);
static void run_once(struct pool *p, int64_t now);
static void handle_signals(struct pool *p, int64_t now);
static void stop_pool(struct pool *p, int status, int64_t now);
static void reap_children(struct pool *p, int64_t now);
static void tick_slots(struct pool *p, int64_t now);
static void announce_readiness(struct pool *p, int64_t now);
static void count_children(const struct pool *p, uint32_t *wanted, uint32_t *ready,
    uint32_t *misconfigured);
static bool is_empty(const struct pool *p);
static void sleep_until_due(const struct pool *p, int64_t now);
static void close_pool(struct pool *p);

int
supervisor_run(const struct supervisor_params *params)
{
	struct arena *a = arena_new(PROCESS_ARENA_MAX);
	struct pool p = {.params = params, .conf = params->conf, .ticked_ms = clock_mono_ms()};

	open_pool(&p, a);
	run_once(&p, clock_mono_ms());
	while (!is_empty(&p)) {
		sleep_until_due(&p, clock_mono_ms());
		run_once(&p, clock_mono_ms());
	}
	log_info("stopped", LOG_INT("status", p.status));
	close_pool(&p);
	arena_free(a);
	return p.status;
}

static void
open_pool(struct pool *p, struct arena *a)
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
	make_slots(p, a);
}

static void
make_slots(struct pool *p, struct arena *a)
{
	const struct supervisor_params *params = p->params;
	size_t n = 0;

	for (size_t i = 0; i < params->service_count; i++)
		p->slot_count += params->services[i].count + (params->services[i].rolling ? 1 : 0);
	p->slots = arena_array(a, p->slot_count, sizeof(struct slot));
	p->scoreboard = scoreboard_new((uint32_t)p->slot_count);
	for (size_t i = 0; i < params->service_count; i++) {
		const struct service *service = &params->services[i];

		for (uint32_t k = 0; k < service->count + (service->rolling ? 1 : 0); k++, n++)
			p->slots[n] = (struct slot){
			    .service = service,
			    .scoreboard = &p->scoreboard[n],
			    .state = k < service->count ? SLOT_WAITING : SLOT_EMPTY,
			};
	}
}

static void
run_once(struct pool *p, int64_t now)
{
	handle_signals(p, now);
	reap_children(p, now);
	tick_slots(p, now);
	reload_step(p, now);
	announce_readiness(p, now);
}

static void
handle_signals(struct pool *p, int64_t now)
{
	struct signalfd_siginfo info;

	while (read(p->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP && !p->stopping)
			reload_start(p, now);
		else if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
			stop_pool(p, 0, now);
	}
}

static void
stop_pool(struct pool *p, int status, int64_t now)
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
			slot_stop(p, s, now);
		else if (s->state == SLOT_WAITING)
			s->state = SLOT_EMPTY;
	}
}

static void
reap_children(struct pool *p, int64_t now)
{
	pid_t pid;
	int wait_status;

	while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0)
		for (size_t i = 0; i < p->slot_count; i++)
			if (p->slots[i].pid == pid && slot_reap(p, &p->slots[i], wait_status, now))
				reload_abandon(p, SUCCESSOR_DIED);
}

static void
tick_slots(struct pool *p, int64_t now)
{
	bool paused = now - p->ticked_ms > PAUSE_MS;

	p->ticked_ms = now;
	for (size_t i = 0; i < p->slot_count; i++) {
		slot_tick(p, &p->slots[i], now);
		if (!paused)
			slot_kill_stuck(p, &p->slots[i], now);
	}
}

static void
announce_readiness(struct pool *p, int64_t now)
{
	uint32_t wanted, ready, misconfigured;

	if (p->announced || p->stopping)
		return;
	count_children(p, &wanted, &ready, &misconfigured);
	if (ready >= wanted) {
		p->announced = true;
		log_info("ready", LOG_INT("workers", wanted));
		notify_manager("READY=1");
	} else if (!p->was_ready && misconfigured >= wanted) {
		stop_pool(p, SERVICE_EXIT_CONFIG, now);
	}
}

/* Counts the children of rolling services: how many are wanted, ready, and misconfigured. */
static void
count_children(const struct pool *p, uint32_t *wanted, uint32_t *ready, uint32_t *misconfigured)
{
	*wanted = *ready = *misconfigured = 0;
	for (size_t i = 0; i < p->params->service_count; i++)
		if (p->params->services[i].rolling)
			*wanted += p->params->services[i].count;
	for (size_t i = 0; i < p->slot_count; i++) {
		*ready += p->slots[i].service->rolling && p->slots[i].ready;
		*misconfigured += p->slots[i].service->rolling && p->slots[i].misconfigured;
	}
}

static bool
is_empty(const struct pool *p)
{
	if (!p->stopping)
		return false;
	for (size_t i = 0; i < p->slot_count; i++)
		if (p->slots[i].state != SLOT_EMPTY)
			return false;
	return true;
}

/* Sleeps until a signal or a ready child, or until something is due, at most for a tick. */
static void
sleep_until_due(const struct pool *p, int64_t now)
{
	struct pollfd fds[] = {{.fd = p->signal_fd, .events = POLLIN},
	    {.fd = p->ready_fd, .events = POLLIN}};
	int64_t wait = TICK_MS;
	eventfd_t ignored;

	for (size_t i = 0; i < p->slot_count; i++)
		if (p->slots[i].state != SLOT_EMPTY && p->slots[i].due_ms - now < wait)
			wait = p->slots[i].due_ms > now ? p->slots[i].due_ms - now : 0;
	if (poll(fds, 2, (int)wait) > 0 && fds[1].revents != 0)
		(void)eventfd_read(p->ready_fd, &ignored);
}

static void
close_pool(struct pool *p)
{
	(void)close(p->signal_fd);
	(void)close(p->ready_fd);
	scoreboard_free(p->scoreboard, (uint32_t)p->slot_count);
	arena_free(p->conf_arena);
	arena_free(p->old_conf_arena);
}
