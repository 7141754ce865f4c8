/*
 * All audit chains as a whole. Chains and events are read side by side, a page of each at a
 * time.
 */
#include "flow/audit.h"

#include <string.h>

#include "base/clock.h"
#include "flow/internal.h"
#include "store/account.h"
#include "store/audit_chain.h"

/* How long one step may take, waiting for another run included, in milliseconds. */
#define STEP_MS 600000
/* The most memory one page may take. */
#define PAGE_MAX ((size_t)256 * 1024 * 1024)
/* Months made ahead of the current one. */
#define MONTHS_AHEAD 3

/*
 * Reads chains with their events. Each page has memory of its own, since the pages end at
 * different times.
 */
struct chain_iterator {
	struct flow *fl;
	struct store chain_page, event_page;
	struct audit_chain_row *chains;
	size_t chain, chain_count;
	struct audit_row *events;
	size_t event, event_count;
};

/*
 * Works on one chain: its account and its stored length and head (NULL: nothing is stored of
 * it).
 */
typedef enum err chain_step(struct chain_iterator *w, struct uuid account,
    const struct audit_chain_row *c, void *arg);

struct verify_state {
	struct audit_verifier verifier;
	struct audit_tally *tally;
};

struct export_state {
	audit_sink *sink;
	void *arg;
	bool ended;
};

struct prune_state {
	struct audit_verifier verifier;
	struct audit_prune *io;
};

static enum err account_of(struct flow *fl, struct str email, struct uuid *account) MUST_CHECK;
static void iterator_open(struct chain_iterator *w, struct flow *fl);
static void iterator_close(struct chain_iterator *w);
static enum err iterate_chains(struct chain_iterator *w, chain_step *step, void *arg) MUST_CHECK;
static enum err next_chain_page(struct chain_iterator *w) MUST_CHECK;
static enum err next_event_page(struct chain_iterator *w) MUST_CHECK;
static struct audit_row *next_event(struct chain_iterator *w, struct uuid account);
static enum err verify_events(struct chain_iterator *w, struct audit_verifier *t,
    struct uuid account, int64_t last) MUST_CHECK;
static struct store *step_begin(struct flow *fl);
static struct audit_verifier verifier_new(struct chain_iterator *w, audit_report *report,
    void *arg);
static enum err read_all(struct flow *fl, const struct audit_range *range, struct chain_iterator *w,
    chain_step *step, void *arg) MUST_CHECK;
static chain_step verify_chain;
static chain_step export_chain;
static chain_step prune_chain;
static enum err make_months(struct flow *fl, int64_t since) MUST_CHECK;
static enum err prune_within(struct flow *fl, struct chain_iterator *w,
    struct audit_prune *io) MUST_CHECK;
static enum err drop_months(struct flow *fl, struct audit_prune *io) MUST_CHECK;
static enum err write_checkpoint(struct chain_iterator *w, const struct audit_verifier *t,
    struct uuid account, int64_t seq) MUST_CHECK;

enum err
operator_audit_verify(struct flow *fl, struct str email, audit_report *report, void *arg,
    struct audit_tally *out)
{
	struct audit_range range = {.email = email};
	struct verify_state v = {.tally = out};
	struct chain_iterator w;
	enum err e;

	*out = (struct audit_tally){0};
	iterator_open(&w, fl);
	v.verifier = verifier_new(&w, report, arg);
	e = read_all(fl, &range, &w, verify_chain, &v);
	iterator_close(&w);
	out->events = v.verifier.events;
	out->faults = v.verifier.faults;
	return e;
}

enum err
operator_audit_export(struct flow *fl, const struct audit_range *range, audit_sink *sink, void *arg)
{
	struct export_state x = {.sink = sink, .arg = arg};
	struct chain_iterator w;
	enum err e;

	iterator_open(&w, fl);
	e = read_all(fl, range, &w, export_chain, &x);
	iterator_close(&w);
	return e;
}

enum err
operator_audit_prune(struct flow *fl, struct audit_prune *io)
{
	struct store *db = step_begin(fl);
	struct chain_iterator w;
	enum err e;

	io->before = audit_month(fl->now, -io->months);
	e = store_audit_lock(db, true);
	if (e == OK && !io->dry)
		e = make_months(fl, io->before);
	db = step_begin(fl);
	if (e == OK)
		e = store_begin_plain(db);
	if (e != OK)
		return e;
	iterator_open(&w, fl);
	e = prune_within(fl, &w, io);
	iterator_close(&w);
	db = step_begin(fl);
	if (e == OK && !io->dry && io->tally.faults == 0)
		return store_commit(db);
	store_rollback(db);
	return e;
}

static enum err
account_of(struct flow *fl, struct str email, struct uuid *account)
{
	struct store *db = step_begin(fl);
	enum err e;

	*account = UUID_NIL;
	if (str_is_absent(email))
		return OK;
	e = store_account_find(db, email, account);
	return e == OK && uuid_is_nil(*account) ? ERR_NOT_FOUND : e;
}

/* Reads all chains as of one moment, while no partition is dropped. */
static enum err
read_all(struct flow *fl, const struct audit_range *range, struct chain_iterator *w,
    chain_step *step, void *arg)
{
	struct store *db = step_begin(fl);
	struct uuid account;
	enum err e = account_of(fl, range->email, &account);

	if (e == OK)
		e = store_audit_lock(db, false);
	if (e == OK)
		e = store_audit_snapshot(db);
	if (e != OK)
		return e;
	e = store_audit_open(db, account, range->since, range->before);
	if (e == OK)
		e = iterate_chains(w, step, arg);
	db = step_begin(fl);
	store_rollback(db);
	return e;
}

static struct store *
step_begin(struct flow *fl)
{
	fl->deadline_ms = clock_mono_ms() + STEP_MS;
	return flow_db(fl);
}

static struct audit_verifier
verifier_new(struct chain_iterator *w, audit_report *report, void *arg)
{
	return (struct audit_verifier){
	    .keys = w->fl->env->keyring,
	    .arena = w->event_page.arena,
	    .report = report,
	    .arg = arg,
	};
}

static void
iterator_open(struct chain_iterator *w, struct flow *fl)
{
	*w = (struct chain_iterator){.fl = fl,
	    .chain_page = *flow_db(fl),
	    .event_page = *flow_db(fl)};
	w->chain_page.arena = arena_new(PAGE_MAX);
	w->event_page.arena = arena_new(PAGE_MAX);
}

static void
iterator_close(struct chain_iterator *w)
{
	arena_free(w->chain_page.arena);
	arena_free(w->event_page.arena);
}

/* Both lists are in the order of their accounts: the lower one is next. */
static enum err
iterate_chains(struct chain_iterator *w, chain_step *step, void *arg)
{
	enum err e = next_chain_page(w);

	if (e == OK)
		e = next_event_page(w);
	while (e == OK && (w->chain_count > 0 || w->event_count > 0)) {
		const struct audit_chain_row *c = w->chain_count > 0 ? &w->chains[w->chain] : NULL;
		struct uuid account = c != NULL ? c->account : w->events[w->event].account;

		if (c != NULL && w->event_count > 0 &&
		    uuid_compare(w->events[w->event].account, account) < 0) {
			account = w->events[w->event].account;
			c = NULL;
		}
		e = step(w, account, c, arg);
		if (e == OK && c != NULL) {
			w->chain++;
			e = next_chain_page(w);
		}
	}
	return e;
}

/*
 * Reads the next page when the current one is at its end; an empty page is the end of
 * everything.
 */
static enum err
next_chain_page(struct chain_iterator *w)
{
	if (w->chain < w->chain_count)
		return OK;
	arena_reset(w->chain_page.arena);
	w->chain = 0;
	w->chain_page.deadline_ms = clock_mono_ms() + STEP_MS;
	return store_audit_chains(&w->chain_page, &w->chains, &w->chain_count);
}

static enum err
next_event_page(struct chain_iterator *w)
{
	if (w->event < w->event_count)
		return OK;
	arena_reset(w->event_page.arena);
	w->event = 0;
	w->event_page.deadline_ms = clock_mono_ms() + STEP_MS;
	return store_audit_events(&w->event_page, &w->events, &w->event_count);
}

/* The next event, if it belongs to that account; else NULL. */
static struct audit_row *
next_event(struct chain_iterator *w, struct uuid account)
{
	if (w->event_count == 0 || !uuid_eq(w->events[w->event].account, account))
		return NULL;
	return &w->events[w->event];
}

/* Passes the events of the account to the verifier, and skips those after `last`. */
static enum err
verify_events(struct chain_iterator *w, struct audit_verifier *t, struct uuid account, int64_t last)
{
	const struct audit_row *r;
	enum err e = OK;

	while (e == OK && (r = next_event(w, account)) != NULL) {
		if (r->seq <= last)
			audit_verifier_add(t, r, NULL);
		w->event++;
		e = next_event_page(w);
	}
	return e;
}

static enum err
verify_chain(struct chain_iterator *w, struct uuid account, const struct audit_chain_row *c,
    void *arg)
{
	struct verify_state *v = arg;
	enum err e;

	v->tally->accounts++;
	audit_verifier_begin(&v->verifier, account,
	    c != NULL && c->has_checkpoint ? &c->checkpoint : NULL);
	e = verify_events(w, &v->verifier, account, INT64_MAX);
	if (e != OK)
		return e;
	if (c != NULL && c->recorded)
		audit_verifier_end(&v->verifier, c->chain.length, c->chain.head);
	else
		audit_verifier_end_unrecorded(&v->verifier);
	return OK;
}

static enum err
export_chain(struct chain_iterator *w, struct uuid account, const struct audit_chain_row *c,
    void *arg)
{
	struct export_state *x = arg;
	unsigned char previous[SHA256_SIZE] = {0};
	const struct audit_row *r;
	int64_t seq = 0;
	enum err e = OK;

	(void)c;
	while (e == OK && !x->ended && (r = next_event(w, account)) != NULL) {
		if (r->seq != seq + 1) {
			e = store_audit_head(&w->event_page, account, r->seq - 1, previous);
			if (e == ERR_NOT_FOUND) { /* the verification of the export reports it */
				memset(previous, 0, sizeof(previous));
				e = OK;
			}
		}
		if (e != OK)
			break;
		x->ended = !x->sink(x->arg, w->event_page.arena, r, previous);
		seq = r->seq;
		memcpy(previous, r->mac, sizeof(previous));
		w->event++;
		e = next_event_page(w);
	}
	return e == OK && x->ended ? ERR_CONFLICT : e;
}

/*
 * The part of a chain that is pruned ends before the first event that is kept, so that a chain
 * never has a gap. That part must be sound, or pruning would destroy the proof that an event
 * was changed.
 */
static enum err
prune_chain(struct chain_iterator *w, struct uuid account, const struct audit_chain_row *c,
    void *arg)
{
	struct prune_state *p = arg;
	struct audit_verifier *t = &p->verifier;
	int64_t events = t->events, faults = t->faults;
	int64_t last = c != NULL && c->recorded ? c->chain.length : 0;
	enum err e;

	if (c != NULL && c->first_kept != 0)
		last = c->first_kept - 1;
	audit_verifier_begin(t, account, c != NULL && c->has_checkpoint ? &c->checkpoint : NULL);
	e = verify_events(w, t, account, c != NULL && c->first_kept != 0 ? last : INT64_MAX);
	if (e != OK)
		return e;
	if (c == NULL || !c->recorded)
		audit_verifier_end_unrecorded(t);
	else
		audit_verifier_end(t, last, c->first_kept == 0 ? c->chain.head : NULL);
	if (t->events == events)
		return OK;
	p->io->tally.accounts++;
	return t->faults == faults && !p->io->dry ? write_checkpoint(w, t, account, last) : OK;
}

static enum err
write_checkpoint(struct chain_iterator *w, const struct audit_verifier *t, struct uuid account,
    int64_t seq)
{
	const struct keyring *keys = w->fl->env->keyring;
	uint16_t key = keyring_active(keys);
	struct audit_checkpoint checkpoint = {.account = account,
	    .seq = seq,
	    .pruned_at = w->fl->now,
	    .key_id = key};

	memcpy(checkpoint.head, audit_verifier_head(t), sizeof(checkpoint.head));
	audit_checkpoint_mac(w->chain_page.arena, &checkpoint,
	    keyring_key(keys, key, KEY_USE_AUDIT), checkpoint.mac);
	return store_audit_checkpoint_put(&w->chain_page, &checkpoint);
}

/* Every partition is made in a commit of its own, so that locks are short. */
static enum err
make_months(struct flow *fl, int64_t since)
{
	struct store *db = step_begin(fl);
	struct audit_partition *waiting = NULL;
	size_t count;
	bool made;
	enum err e = store_audit_partitions_waiting(db, since, &waiting, &count);

	for (size_t i = 0; e == OK && i < count; i++)
		e = store_audit_partition_make(db, waiting[i].month, &made);
	for (int i = 0; e == OK && i <= MONTHS_AHEAD; i++)
		e = store_audit_partition_make(db, audit_month(fl->now, i), &made);
	return e;
}

static enum err
prune_within(struct flow *fl, struct chain_iterator *w, struct audit_prune *io)
{
	struct store *db = step_begin(fl);
	struct prune_state p = {.io = io};
	struct uuid all = {{0}};
	enum err e = store_audit_partitions_lock(db, io->before);

	p.verifier = verifier_new(w, io->report, io->arg);
	if (e == OK)
		e = store_audit_partitions(db, io->before, &io->list, &io->count);
	if (e == OK)
		e = store_audit_open(db, all, 0, io->before);
	if (e == OK)
		e = iterate_chains(w, prune_chain, &p);
	io->tally.events = p.verifier.events;
	io->tally.faults = p.verifier.faults;
	return e == OK && !io->dry && io->tally.faults == 0 ? drop_months(fl, io) : e;
}

static enum err
drop_months(struct flow *fl, struct audit_prune *io)
{
	struct store *db = step_begin(fl);
	enum err e = store_audit_close(db);

	for (size_t i = 0; e == OK && i < io->count; i++) {
		int64_t staying = 0;

		e = store_audit_partition_drop(db, io->list[i].month, &staying);
		io->staying += staying;
	}
	return e == OK ? store_audit_default_clear(db, io->before) : e;
}
