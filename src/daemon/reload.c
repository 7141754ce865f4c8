/*
 * A reload: a new configuration, taken up by one child after the other. The listening socket
 * stays open all the time, so no connection is lost.
 */
#include "base/log.h"
#include "daemon/pool.h"

#define RELOAD_ARENA_MAX ((size_t)512 * 1024)

/* Reads the file into an arena of its own; NULL, logged, when it is broken. */
static struct conf *
reload_read(struct pool *p, struct arena *a)
{
	struct conf *conf = arena_alloc(a, sizeof(*conf));
	struct str why = {0}, names;

	if (conf_load(a, p->setup->conf_path, conf, &why) != OK) {
		log_error("reload.refused", LOG_TEXT("why", why));
		return NULL;
	}
	/* Compared with the start: that is what those options still are. */
	names = conf_needs_restart(a, p->setup->conf, conf);
	if (!str_is_absent(names))
		log_warning("reload.needs_restart", LOG_TEXT("options", names));
	return conf;
}

void
reload_begin(struct pool *p, int64_t now)
{
	struct arena *a;
	struct conf *conf;

	if (p->reloading) { /* once more when this one is through */
		p->reload_asked = true;
		return;
	}
	a = arena_new(RELOAD_ARENA_MAX);
	conf = reload_read(p, a);
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

static void
reload_finish(struct pool *p, int64_t now)
{
	for (size_t i = 0; i < p->slot_count; i++) {
		struct slot *s = &p->slots[i];

		if (s->state == SLOT_RUNNING && s->generation != p->generation)
			slot_end(p, s, now); /* and is started anew */
	}
	arena_free(p->old_conf_arena);
	p->old_conf_arena = NULL;
	p->reloading = false;
	log_info("reloaded", LOG_INT("generation", (int64_t)p->generation));
	if (p->reload_asked) {
		p->reload_asked = false;
		reload_begin(p, now);
	}
}

/* A seat of a rolling service in that state; with `old` only of an earlier configuration. */
static struct slot *
reload_find(struct pool *p, enum slot_state state, bool old)
{
	for (size_t i = 0; i < p->slot_count; i++) {
		struct slot *s = &p->slots[i];

		if (s->service->rolling && s->state == state &&
		    (!old || s->generation != p->generation))
			return s;
	}
	return NULL;
}

static struct slot *
reload_successor(struct pool *p)
{
	for (size_t i = 0; i < p->slot_count; i++)
		if (p->slots[i].successor)
			return &p->slots[i];
	return NULL;
}

static struct slot *
reload_empty_slot(struct pool *p, const struct service *service)
{
	for (size_t i = 0; i < p->slot_count; i++)
		if (p->slots[i].service == service && p->slots[i].state == SLOT_EMPTY)
			return &p->slots[i];
	return NULL;
}

/* The successor is at work: the one it replaces may go. */
static void
reload_replace_next(struct pool *p, struct slot *successor, int64_t now)
{
	successor->successor = false;
	for (size_t i = 0; i < p->slot_count; i++) {
		struct slot *s = &p->slots[i];

		if (s->service == successor->service && s->state == SLOT_RUNNING &&
		    s->generation != p->generation) {
			slot_end(p, s, now);
			return;
		}
	}
	slot_end(p, successor, now); /* the old one died meanwhile and has been replaced */
}

void
reload_step(struct pool *p, int64_t now)
{
	struct slot *successor, *old, *empty;

	if (!p->reloading || p->stopping)
		return;
	successor = reload_successor(p);
	if (successor != NULL && successor->ready)
		reload_replace_next(p, successor, now);
	if (successor != NULL || reload_find(p, SLOT_ENDING, false) != NULL)
		return; /* at most one more than wanted at any time */
	old = reload_find(p, SLOT_RUNNING, true);
	if (old == NULL) {
		reload_finish(p, now);
		return;
	}
	empty = reload_empty_slot(p, old->service);
	if (empty == NULL)
		log_fatal("reload.step", "no seat for a successor");
	empty->successor = true;
	slot_start(p, empty, now);
	if (empty->state != SLOT_RUNNING) {
		empty->state = SLOT_EMPTY;
		empty->successor = false;
		reload_fail(p, "no process could be made");
	}
}

void
reload_fail(struct pool *p, const char *why)
{
	log_error("reload.failed", LOG_CSTR("why", why));
	if (p->stopping || !p->reloading)
		return;
	arena_free(p->conf_arena);
	p->conf = p->old_conf;
	p->conf_arena = p->old_conf_arena;
	p->old_conf_arena = NULL;
	p->reloading = false;
	p->reload_asked = false;
}
