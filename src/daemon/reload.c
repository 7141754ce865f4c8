/*
 * A reload starts a successor with the new configuration for one child after the other. The
 * listening socket stays open all the time, so that no connection is lost.
 */
#include "daemon/reload.h"

#include "base/log.h"
#include "daemon/slot.h"

#define RELOAD_ARENA_MAX ((size_t)512 * 1024)

static struct conf *read_conf(struct pool *p, struct arena *a);
static struct slot *find_successor(struct pool *p);
static void replace_with(struct pool *p, struct slot *successor, int64_t now);
static struct slot *find_slot(struct pool *p, enum slot_state state, bool old);
static void finish(struct pool *p, int64_t now);
static struct slot *find_empty_slot(struct pool *p, const struct service *service);

void
reload_start(struct pool *p, int64_t now)
{
	struct arena *a;
	struct conf *conf;

	if (p->reloading) {
		p->reload_requested = true;
		return;
	}
	a = arena_new(RELOAD_ARENA_MAX);
	conf = read_conf(p, a);
	if (conf == NULL) {
		arena_free(a);
		return;
	}
	p->old_conf = p->conf;
	p->old_conf_arena = p->conf_arena;
	p->conf = conf;
	p->conf_arena = a;
	p->generation++;
	p->reloading = true;
	reload_step(p, now);
}

void
reload_step(struct pool *p, int64_t now)
{
	struct slot *successor, *old, *empty;

	if (!p->reloading || p->stopping)
		return;
	successor = find_successor(p);
	if (successor != NULL && successor->ready)
		replace_with(p, successor, now);
	if (successor != NULL || find_slot(p, SLOT_STOPPING, false) != NULL)
		return; /* there is at most one more child than needed */
	old = find_slot(p, SLOT_RUNNING, true);
	if (old == NULL) {
		finish(p, now);
		return;
	}
	empty = find_empty_slot(p, old->service);
	if (empty == NULL)
		log_fatal("reload.step", "no slot for a successor");
	empty->successor = true;
	slot_start(p, empty, now);
	if (empty->state != SLOT_RUNNING) {
		empty->state = SLOT_EMPTY;
		empty->successor = false;
		reload_abandon(p, "no process could be forked");
	}
}

void
reload_abandon(struct pool *p, const char *why)
{
	log_error("reload.failed", LOG_CSTR("why", why));
	if (p->stopping || !p->reloading)
		return;
	arena_free(p->conf_arena);
	p->conf = p->old_conf;
	p->conf_arena = p->old_conf_arena;
	p->old_conf_arena = NULL;
	p->reloading = false;
	p->reload_requested = false;
}

/* Reads the configuration file; NULL, which is logged, when it is broken. */
static struct conf *
read_conf(struct pool *p, struct arena *a)
{
	struct conf *conf = arena_alloc(a, sizeof(*conf));
	struct str why = {0}, names;

	if (conf_load(a, p->params->conf_path, conf, &why) != OK) {
		log_error("reload.refused", LOG_TEXT("why", why));
		return NULL;
	}
	/* Compares with the configuration of the start, which these options still have. */
	names = conf_needs_restart(a, p->params->conf, conf);
	if (!str_is_absent(names))
		log_warning("reload.needs_restart", LOG_TEXT("options", names));
	return conf;
}

static struct slot *
find_successor(struct pool *p)
{
	for (size_t i = 0; i < p->slot_count; i++)
		if (p->slots[i].successor)
			return &p->slots[i];
	return NULL;
}

/* Stops the child that the successor, which is ready now, replaces. */
static void
replace_with(struct pool *p, struct slot *successor, int64_t now)
{
	successor->successor = false;
	for (size_t i = 0; i < p->slot_count; i++) {
		struct slot *s = &p->slots[i];

		if (s->service == successor->service && s->state == SLOT_RUNNING &&
		    s->generation != p->generation) {
			slot_stop(p, s, now);
			return;
		}
	}
	slot_stop(p, successor, now); /* the old child died and was replaced in the meantime */
}

/* Finds a slot of a rolling service in `state`; with `old`, only of an earlier configuration. */
static struct slot *
find_slot(struct pool *p, enum slot_state state, bool old)
{
	for (size_t i = 0; i < p->slot_count; i++) {
		struct slot *s = &p->slots[i];

		if (s->service->rolling && s->state == state &&
		    (!old || s->generation != p->generation))
			return s;
	}
	return NULL;
}

static void
finish(struct pool *p, int64_t now)
{
	for (size_t i = 0; i < p->slot_count; i++) {
		struct slot *s = &p->slots[i];

		if (s->state == SLOT_RUNNING && s->generation != p->generation)
			slot_stop(p, s, now); /* and is started again when it has ended */
	}
	arena_free(p->old_conf_arena);
	p->old_conf_arena = NULL;
	p->reloading = false;
	log_info("reloaded", LOG_INT("generation", (int64_t)p->generation));
	if (p->reload_requested) {
		p->reload_requested = false;
		reload_start(p, now);
	}
}

static struct slot *
find_empty_slot(struct pool *p, const struct service *service)
{
	for (size_t i = 0; i < p->slot_count; i++)
		if (p->slots[i].service == service && p->slots[i].state == SLOT_EMPTY)
			return &p->slots[i];
	return NULL;
}
