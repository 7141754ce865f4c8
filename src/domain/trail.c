/* Checking chains of audit events. */
#include "domain/trail.h"

#include <string.h>

#include "base/secret.h"

static void report(struct trail *t, enum trail_fault fault, int64_t seq, int64_t last);
static bool anchor_fits(struct trail *t, const struct audit_anchor *anchor);
static const unsigned char *key_of(const struct trail *t, int64_t id);
static bool follows(struct trail *t, const struct audit_record *r, const unsigned char *previous,
    const unsigned char *key, struct trail_link *link);
static bool fits(struct trail *t, const struct audit_record *r, const unsigned char *before, const unsigned char *key);
static bool same(const unsigned char *a, const unsigned char *b);
static void second(struct trail *t, const struct audit_record *r, const unsigned char *previous,
    const unsigned char *key);
static void step(struct trail *t, const struct audit_record *r, const unsigned char *previous);

struct str
trail_fault_name(enum trail_fault fault)
{
	static const struct str names[] = {
#define TRAIL_NAME(member, name, text) [member] = STR_INIT(name),
		TRAIL_FAULTS(TRAIL_NAME)
#undef TRAIL_NAME
	};

	return names[fault];
}

struct str
trail_fault_text(enum trail_fault fault)
{
	static const struct str texts[] = {
#define TRAIL_TEXT(member, name, text) [member] = STR_INIT(text),
		TRAIL_FAULTS(TRAIL_TEXT)
#undef TRAIL_TEXT
	};

	return texts[fault];
}

void
trail_begin(struct trail *t, struct uuid account, const struct audit_anchor *anchor)
{
	static const unsigned char zeros[SHA256_SIZE];

	if (anchor == NULL) {
		trail_begin_part(t, account, 0, zeros);
	} else if (anchor_fits(t, anchor)) {
		trail_begin_part(t, account, anchor->seq, anchor->head);
	} else {
		trail_begin_part(t, account, 0, zeros);
		report(t, TRAIL_ANCHOR, anchor->seq, anchor->seq);
	}
}

void
trail_begin_part(struct trail *t, struct uuid account, int64_t seq, const unsigned char head[SHA256_SIZE])
{
	t->account = account;
	t->floor = seq;
	t->last = (struct trail_link){.seq = seq, .known = true, .sound = true};
	memcpy(t->last.stored, head, SHA256_SIZE);
	memcpy(t->last.right, head, SHA256_SIZE);
	t->before = (struct trail_link){.seq = seq - 1};
}

void
trail_event(struct trail *t, const struct audit_record *r, const unsigned char *previous)
{
	const unsigned char *key = key_of(t, r->key_id);

	t->events++;
	if (r->seq <= t->floor)
		report(t, TRAIL_DROPPED, r->seq, r->seq);
	else if (r->seq < t->last.seq)
		report(t, TRAIL_TWICE, r->seq, r->seq);
	else if (r->seq == t->last.seq)
		second(t, r, previous, key);
	else
		step(t, r, previous);
}

void
trail_end(struct trail *t, int64_t length, const unsigned char *head)
{
	const struct trail_link *l = &t->last;

	if (l->seq < length)
		report(t, TRAIL_MISSING, l->seq + 1, length);
	else if (l->seq > length)
		report(t, TRAIL_BEHIND, length < 0 ? l->seq : length + 1, l->seq);
	else if (head != NULL && l->known && !same(l->stored, head) && (l->sound || !same(l->right, head)))
		report(t, TRAIL_HEAD, l->seq, l->seq);
}

void
trail_end_unnoted(struct trail *t)
{
	report(t, TRAIL_UNNOTED, t->last.seq, t->last.seq);
}

const unsigned char *
trail_head(const struct trail *t)
{
	return t->last.stored;
}

static void
report(struct trail *t, enum trail_fault fault, int64_t seq, int64_t last)
{
	struct trail_finding f = {.fault = fault, .account = t->account, .seq = seq, .last = last};

	t->faults++;
	t->report(t->arg, &f);
}

static bool
anchor_fits(struct trail *t, const struct audit_anchor *anchor)
{
	const unsigned char *key = key_of(t, anchor->key_id);
	unsigned char mac[SHA256_SIZE];

	if (key == NULL)
		return false;
	audit_anchor_mac(t->arena, anchor, key, mac);
	return same(mac, anchor->mac);
}

static const unsigned char *
key_of(const struct trail *t, int64_t id)
{
	return id > 0 && id <= UINT16_MAX ? keyring_key(t->keys, (uint16_t)id, KEY_USE_AUDIT) : NULL;
}

/* The event behind the last one, perhaps with some missing between. */
static void
step(struct trail *t, const struct audit_record *r, const unsigned char *previous)
{
	const unsigned char *key = key_of(t, r->key_id);
	struct trail_link link = {.seq = r->seq, .known = true};

	if (r->seq > t->last.seq + 1) {
		report(t, TRAIL_MISSING, t->last.seq + 1, r->seq - 1);
		t->last = (struct trail_link){.seq = r->seq - 1, .sound = true};
	}
	memcpy(link.stored, r->mac, SHA256_SIZE);
	memcpy(link.right, r->mac, SHA256_SIZE);
	if (key == NULL)
		report(t, TRAIL_KEY, r->seq, r->seq);
	else if (follows(t, r, previous, key, &link))
		link.sound = true;
	else
		report(t, TRAIL_CHANGED, r->seq, r->seq);
	/* Its MAC is right, but it names another predecessor than the one that is there and is as it was written. */
	if (link.sound && previous != NULL && t->last.known && t->last.sound && !same(previous, t->last.stored)) {
		report(t, TRAIL_UNLINKED, r->seq, r->seq);
		link.sound = false;
	}
	t->before = t->last;
	t->last = link;
}

/*
 * Whether the MAC fits behind what came before. Where that was found wrong, the
 * event may still be as it was written, behind what should have been there; a MAC
 * that fits cannot have been made without the key.
 */
static bool
follows(struct trail *t, const struct audit_record *r, const unsigned char *previous, const unsigned char *key,
    struct trail_link *link)
{
	const struct trail_link *last = &t->last;

	if (r->odd)
		return false;
	if (previous != NULL)
		return fits(t, r, previous, key);
	if (!last->known)
		return true; /* nothing to hold it against */
	if (fits(t, r, last->stored, key))
		return true;
	audit_mac(t->arena, r, last->stored, key, link->right);
	return !last->sound &&
	    (fits(t, r, last->right, key) || (t->before.known && fits(t, r, t->before.stored, key)));
}

/* Two events with one number: the one whose MAC fits is the right one. */
static void
second(struct trail *t, const struct audit_record *r, const unsigned char *previous, const unsigned char *key)
{
	bool right = key != NULL && !r->odd && !t->last.sound &&
	    (previous != NULL ? fits(t, r, previous, key) : t->before.known && fits(t, r, t->before.stored, key));

	report(t, TRAIL_TWICE, r->seq, r->seq);
	if (!right)
		return;
	t->last = (struct trail_link){.seq = r->seq, .known = true, .sound = true};
	memcpy(t->last.stored, r->mac, SHA256_SIZE);
	memcpy(t->last.right, r->mac, SHA256_SIZE);
}

static bool
fits(struct trail *t, const struct audit_record *r, const unsigned char *before, const unsigned char *key)
{
	unsigned char mac[SHA256_SIZE];

	audit_mac(t->arena, r, before, key, mac);
	return same(mac, r->mac);
}

static bool
same(const unsigned char *a, const unsigned char *b)
{
	return secret_eq_bytes(a, b, SHA256_SIZE);
}
