/*
 * The audit trail as a whole. Chains and events are read side by side, each a
 * page at a time.
 */
#include "flow/audit.h"

#include <string.h>

#include "base/clock.h"
#include "flow/internal.h"

/* How long one step may take, waiting for another run included, in milliseconds. */
#define STEP_MS 600000
/* The most memory one page may take. */
#define PAGE_MAX ((size_t)256 * 1024 * 1024)
/* Months made ahead of the current one. */
#define MONTHS_AHEAD 3

/* A reading of the trail; both pages have memory of their own, as they are turned at different times. */
struct walk {
	struct flow *fl;
	struct store chain_page, event_page;
	struct trail_chain *chains;
	size_t chain, chain_count;
	struct audit_record *events;
	size_t event, event_count;
};

/* What is done with one chain: its account, and what is noted of it (NULL: nothing). */
typedef enum err chain_step(struct walk *w, struct uuid account, const struct trail_chain *c, void *arg);

struct verifying {
	struct trail trail;
	struct audit_tally *tally;
};

struct exporting {
	audit_taker *take;
	void *arg;
	bool ended;
};

struct pruning {
	struct trail trail;
	struct audit_pruning *io;
};

static enum err account_of(struct flow *fl, struct str email, struct uuid *account) MUST_CHECK;
static void walk_open(struct walk *w, struct flow *fl);
static void walk_close(struct walk *w);
static enum err walk_all(struct walk *w, chain_step *step, void *arg) MUST_CHECK;
static enum err turn_chains(struct walk *w) MUST_CHECK;
static enum err turn_events(struct walk *w) MUST_CHECK;
static struct audit_record *event_of(struct walk *w, struct uuid account);
static enum err follow(struct walk *w, struct trail *t, struct uuid account, int64_t last) MUST_CHECK;
static struct store step_store(struct flow *fl);
static struct trail trail_of(struct walk *w, trail_report *report, void *arg);
static enum err read_all(struct flow *fl, const struct audit_range *range, struct walk *w, chain_step *step,
    void *arg) MUST_CHECK;
static chain_step verify_chain;
static chain_step export_chain;
static chain_step prune_chain;
static enum err make_months(struct flow *fl, int64_t since) MUST_CHECK;
static enum err prune_within(struct flow *fl, struct walk *w, struct audit_pruning *io) MUST_CHECK;
static enum err drop_months(struct flow *fl, struct audit_pruning *io) MUST_CHECK;
static enum err write_anchor(struct walk *w, const struct trail *t, struct uuid account, int64_t seq) MUST_CHECK;

enum err
operator_audit_verify(struct flow *fl, struct str email, trail_report *report, void *arg, struct audit_tally *out)
{
	struct audit_range range = {.email = email};
	struct verifying v = {.tally = out};
	struct walk w;
	enum err e;

	*out = (struct audit_tally){0};
	walk_open(&w, fl);
	v.trail = trail_of(&w, report, arg);
	e = read_all(fl, &range, &w, verify_chain, &v);
	walk_close(&w);
	out->events = v.trail.events;
	out->faults = v.trail.faults;
	return e;
}

enum err
operator_audit_export(struct flow *fl, const struct audit_range *range, audit_taker *take, void *arg)
{
	struct exporting x = {.take = take, .arg = arg};
	struct walk w;
	enum err e;

	walk_open(&w, fl);
	e = read_all(fl, range, &w, export_chain, &x);
	walk_close(&w);
	return e;
}

enum err
operator_audit_prune(struct flow *fl, struct audit_pruning *io)
{
	struct store st = step_store(fl);
	struct walk w;
	enum err e;

	io->before = audit_month(fl->now, -io->months);
	e = store_trail_lock(&st, true);
	if (e == OK && !io->dry)
		e = make_months(fl, io->before);
	st = step_store(fl);
	if (e == OK)
		e = store_begin_plain(&st);
	if (e != OK)
		return e;
	walk_open(&w, fl);
	e = prune_within(fl, &w, io);
	walk_close(&w);
	st = step_store(fl);
	if (e == OK && !io->dry && io->tally.faults == 0)
		return store_commit(&st);
	store_rollback(&st);
	return e;
}

static enum err
account_of(struct flow *fl, struct str email, struct uuid *account)
{
	struct store st = step_store(fl);
	enum err e;

	*account = (struct uuid){{0}};
	if (str_absent(email))
		return OK;
	e = store_account_find(&st, email, account);
	return e == OK && uuid_nil(*account) ? ERR_NOT_FOUND : e;
}

/* Everything of one moment, while nothing is dropped. */
static enum err
read_all(struct flow *fl, const struct audit_range *range, struct walk *w, chain_step *step, void *arg)
{
	struct store st = step_store(fl);
	struct uuid account;
	enum err e = account_of(fl, range->email, &account);

	if (e == OK)
		e = store_trail_lock(&st, false);
	if (e == OK)
		e = store_trail_snapshot(&st);
	if (e != OK)
		return e;
	e = store_trail_open(&st, account, range->since, range->before);
	if (e == OK)
		e = walk_all(w, step, arg);
	st = step_store(fl);
	store_rollback(&st);
	return e;
}

static struct store
step_store(struct flow *fl)
{
	fl->deadline_ms = clock_mono_ms() + STEP_MS;
	return flow_store(fl);
}

static struct trail
trail_of(struct walk *w, trail_report *report, void *arg)
{
	return (struct trail){
		.keys = w->fl->env->keyring,
		.arena = w->event_page.arena,
		.report = report,
		.arg = arg,
	};
}

static void
walk_open(struct walk *w, struct flow *fl)
{
	*w = (struct walk){.fl = fl, .chain_page = flow_store(fl), .event_page = flow_store(fl)};
	w->chain_page.arena = arena_new(PAGE_MAX);
	w->event_page.arena = arena_new(PAGE_MAX);
}

static void
walk_close(struct walk *w)
{
	arena_free(w->chain_page.arena);
	arena_free(w->event_page.arena);
}

/* Both lists are in the order of their accounts: the lower one is next. */
static enum err
walk_all(struct walk *w, chain_step *step, void *arg)
{
	enum err e = turn_chains(w);

	if (e == OK)
		e = turn_events(w);
	while (e == OK && (w->chain_count > 0 || w->event_count > 0)) {
		const struct trail_chain *c = w->chain_count > 0 ? &w->chains[w->chain] : NULL;
		struct uuid account = c != NULL ? c->account : w->events[w->event].account;

		if (c != NULL && w->event_count > 0 && uuid_compare(w->events[w->event].account, account) < 0) {
			account = w->events[w->event].account;
			c = NULL;
		}
		e = step(w, account, c, arg);
		if (e == OK && c != NULL) {
			w->chain++;
			e = turn_chains(w);
		}
	}
	return e;
}

/* A new page when the old one is at its end; an empty one is the end of all. */
static enum err
turn_chains(struct walk *w)
{
	if (w->chain < w->chain_count)
		return OK;
	arena_reset(w->chain_page.arena);
	w->chain = 0;
	w->chain_page.deadline_ms = clock_mono_ms() + STEP_MS;
	return store_trail_chains(&w->chain_page, &w->chains, &w->chain_count);
}

static enum err
turn_events(struct walk *w)
{
	if (w->event < w->event_count)
		return OK;
	arena_reset(w->event_page.arena);
	w->event = 0;
	w->event_page.deadline_ms = clock_mono_ms() + STEP_MS;
	return store_trail_events(&w->event_page, &w->events, &w->event_count);
}

/* The event to be read, if it is of that account. */
static struct audit_record *
event_of(struct walk *w, struct uuid account)
{
	if (w->event_count == 0 || !uuid_eq(w->events[w->event].account, account))
		return NULL;
	return &w->events[w->event];
}

/* Takes the account's events; those behind `last` are passed over. */
static enum err
follow(struct walk *w, struct trail *t, struct uuid account, int64_t last)
{
	const struct audit_record *r;
	enum err e = OK;

	while (e == OK && (r = event_of(w, account)) != NULL) {
		if (r->seq <= last)
			trail_event(t, r, NULL);
		w->event++;
		e = turn_events(w);
	}
	return e;
}

static enum err
verify_chain(struct walk *w, struct uuid account, const struct trail_chain *c, void *arg)
{
	struct verifying *v = arg;
	enum err e;

	v->tally->accounts++;
	trail_begin(&v->trail, account, c != NULL && c->anchored ? &c->anchor : NULL);
	e = follow(w, &v->trail, account, INT64_MAX);
	if (e != OK)
		return e;
	if (c != NULL && c->noted)
		trail_end(&v->trail, c->chain.length, c->chain.head);
	else
		trail_end_unnoted(&v->trail);
	return OK;
}

static enum err
export_chain(struct walk *w, struct uuid account, const struct trail_chain *c, void *arg)
{
	struct exporting *x = arg;
	unsigned char previous[SHA256_SIZE] = {0};
	const struct audit_record *r;
	int64_t seq = 0;
	enum err e = OK;

	(void)c;
	while (e == OK && !x->ended && (r = event_of(w, account)) != NULL) {
		if (r->seq != seq + 1) {
			e = store_trail_head(&w->event_page, account, r->seq - 1, previous);
			if (e == ERR_NOT_FOUND) { /* it shows at the export's verification */
				memset(previous, 0, sizeof(previous));
				e = OK;
			}
		}
		if (e != OK)
			break;
		x->ended = !x->take(x->arg, w->event_page.arena, r, previous);
		seq = r->seq;
		memcpy(previous, r->mac, sizeof(previous));
		w->event++;
		e = turn_events(w);
	}
	return e == OK && x->ended ? ERR_CONFLICT : e;
}

/*
 * What goes of a chain ends before its first event that is kept: a chain never
 * has a hole. What goes has to be sound, or a changed event would be lost with the
 * proof of its change.
 */
static enum err
prune_chain(struct walk *w, struct uuid account, const struct trail_chain *c, void *arg)
{
	struct pruning *p = arg;
	struct trail *t = &p->trail;
	int64_t events = t->events, faults = t->faults;
	int64_t last = c != NULL && c->noted ? c->chain.length : 0;
	enum err e;

	if (c != NULL && c->first_kept != 0)
		last = c->first_kept - 1;
	trail_begin(t, account, c != NULL && c->anchored ? &c->anchor : NULL);
	e = follow(w, t, account, c != NULL && c->first_kept != 0 ? last : INT64_MAX);
	if (e != OK)
		return e;
	if (c == NULL || !c->noted)
		trail_end_unnoted(t);
	else
		trail_end(t, last, c->first_kept == 0 ? c->chain.head : NULL);
	if (t->events == events)
		return OK;
	p->io->tally.accounts++;
	return t->faults == faults && !p->io->dry ? write_anchor(w, t, account, last) : OK;
}

static enum err
write_anchor(struct walk *w, const struct trail *t, struct uuid account, int64_t seq)
{
	const struct keyring *keys = w->fl->env->keyring;
	uint16_t key = keyring_active(keys);
	struct audit_anchor anchor = {.account = account, .seq = seq, .pruned_at = w->fl->now, .key_id = key};

	memcpy(anchor.head, trail_head(t), sizeof(anchor.head));
	audit_anchor_mac(w->chain_page.arena, &anchor, keyring_key(keys, key, KEY_USE_AUDIT), anchor.mac);
	return store_trail_anchor(&w->chain_page, &anchor);
}

/* Each commits by itself, so that its locks are short. */
static enum err
make_months(struct flow *fl, int64_t since)
{
	struct store st = step_store(fl);
	struct trail_month *waiting = NULL;
	size_t count;
	bool made;
	enum err e = store_trail_months_waiting(&st, since, &waiting, &count);

	for (size_t i = 0; e == OK && i < count; i++)
		e = store_trail_month_make(&st, waiting[i].month, &made);
	for (int i = 0; e == OK && i <= MONTHS_AHEAD; i++)
		e = store_trail_month_make(&st, audit_month(fl->now, i), &made);
	return e;
}

static enum err
prune_within(struct flow *fl, struct walk *w, struct audit_pruning *io)
{
	struct store st = step_store(fl);
	struct pruning p = {.io = io};
	struct uuid all = {{0}};
	enum err e = store_trail_months_lock(&st, io->before);

	p.trail = trail_of(w, io->report, io->arg);
	if (e == OK)
		e = store_trail_months(&st, io->before, &io->list, &io->count);
	if (e == OK)
		e = store_trail_open(&st, all, 0, io->before);
	if (e == OK)
		e = walk_all(w, prune_chain, &p);
	io->tally.events = p.trail.events;
	io->tally.faults = p.trail.faults;
	return e == OK && !io->dry && io->tally.faults == 0 ? drop_months(fl, io) : e;
}

static enum err
drop_months(struct flow *fl, struct audit_pruning *io)
{
	struct store st = step_store(fl);
	enum err e = store_trail_close(&st);

	for (size_t i = 0; e == OK && i < io->count; i++) {
		int64_t staying = 0;

		e = store_trail_month_drop(&st, io->list[i].month, &staying);
		io->staying += staying;
	}
	return e == OK ? store_trail_default_clear(&st, io->before) : e;
}
