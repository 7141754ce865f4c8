/* Checking chains of audit events. */
#include "domain/audit_verify.h"

#include <string.h>

#include "base/secret.h"

static void report(struct audit_verifier *t, enum audit_fault fault, int64_t seq, int64_t last);
static bool checkpoint_is_valid(struct audit_verifier *t,
    const struct audit_checkpoint *checkpoint);
static const unsigned char *key_of(const struct audit_verifier *t, int64_t id);
static bool follows(struct audit_verifier *t, const struct audit_row *r,
    const unsigned char *previous, const unsigned char *key, struct audit_link *link);
static bool fits(struct audit_verifier *t, const struct audit_row *r, const unsigned char *before,
    const unsigned char *key);
static bool same(const unsigned char *a, const unsigned char *b);
static void second(struct audit_verifier *t, const struct audit_row *r,
    const unsigned char *previous, const unsigned char *key);
static void step(struct audit_verifier *t, const struct audit_row *r,
    const unsigned char *previous);

struct str
audit_fault_name(enum audit_fault fault)
{
	static const struct str names[] = {
#define AUDIT_FAULT_NAME(member, name, text) [member] = STR_INIT(name),
	    AUDIT_FAULTS(AUDIT_FAULT_NAME)
#undef AUDIT_FAULT_NAME
	};

	return names[fault];
}

struct str
audit_fault_text(enum audit_fault fault)
{
	static const struct str texts[] = {
#define AUDIT_FAULT_TEXT(member, name, text) [member] = STR_INIT(text),
	    AUDIT_FAULTS(AUDIT_FAULT_TEXT)
#undef AUDIT_FAULT_TEXT
	};

	return texts[fault];
}

void
audit_verifier_begin(struct audit_verifier *t, struct uuid account,
    const struct audit_checkpoint *checkpoint)
{
	static const unsigned char zeros[SHA256_SIZE];

	if (checkpoint == NULL) {
		audit_verifier_begin_part(t, account, 0, zeros);
	} else if (checkpoint_is_valid(t, checkpoint)) {
		audit_verifier_begin_part(t, account, checkpoint->seq, checkpoint->head);
	} else {
		audit_verifier_begin_part(t, account, 0, zeros);
		report(t, AUDIT_FAULT_CHECKPOINT, checkpoint->seq, checkpoint->seq);
	}
}

void
audit_verifier_begin_part(struct audit_verifier *t, struct uuid account, int64_t seq,
    const unsigned char head[SHA256_SIZE])
{
	t->account = account;
	t->dropped_through = seq;
	t->last = (struct audit_link){.seq = seq, .known = true, .sound = true};
	memcpy(t->last.stored, head, SHA256_SIZE);
	memcpy(t->last.right, head, SHA256_SIZE);
	t->before = (struct audit_link){.seq = seq - 1};
}

void
audit_verifier_add(struct audit_verifier *t, const struct audit_row *r,
    const unsigned char *previous)
{
	const unsigned char *key = key_of(t, r->key_id);

	t->events++;
	if (r->seq <= t->dropped_through)
		report(t, AUDIT_FAULT_DROPPED, r->seq, r->seq);
	else if (r->seq < t->last.seq)
		report(t, AUDIT_FAULT_DUPLICATE, r->seq, r->seq);
	else if (r->seq == t->last.seq)
		second(t, r, previous, key);
	else
		step(t, r, previous);
}

void
audit_verifier_end(struct audit_verifier *t, int64_t length, const unsigned char *head)
{
	const struct audit_link *l = &t->last;

	if (l->seq < length)
		report(t, AUDIT_FAULT_MISSING, l->seq + 1, length);
	else if (l->seq > length)
		report(t, AUDIT_FAULT_BEHIND, length < 0 ? l->seq : length + 1, l->seq);
	else if (head != NULL && l->known && !same(l->stored, head) &&
		 (l->sound || !same(l->right, head)))
		report(t, AUDIT_FAULT_HEAD, l->seq, l->seq);
}

void
audit_verifier_end_unrecorded(struct audit_verifier *t)
{
	report(t, AUDIT_FAULT_UNRECORDED, t->last.seq, t->last.seq);
}

const unsigned char *
audit_verifier_head(const struct audit_verifier *t)
{
	return t->last.stored;
}

static void
report(struct audit_verifier *t, enum audit_fault fault, int64_t seq, int64_t last)
{
	struct audit_finding f = {.fault = fault, .account = t->account, .seq = seq, .last = last};

	t->faults++;
	t->report(t->arg, &f);
}

static bool
checkpoint_is_valid(struct audit_verifier *t, const struct audit_checkpoint *checkpoint)
{
	const unsigned char *key = key_of(t, checkpoint->key_id);
	unsigned char mac[SHA256_SIZE];

	if (key == NULL)
		return false;
	audit_checkpoint_mac(t->arena, checkpoint, key, mac);
	return same(mac, checkpoint->mac);
}

static const unsigned char *
key_of(const struct audit_verifier *t, int64_t id)
{
	return id > 0 && id <= UINT16_MAX ? keyring_key(t->keys, (uint16_t)id, KEY_USE_AUDIT)
					  : NULL;
}

/* The event behind the last one, perhaps with some missing between. */
static void
step(struct audit_verifier *t, const struct audit_row *r, const unsigned char *previous)
{
	const unsigned char *key = key_of(t, r->key_id);
	struct audit_link link = {.seq = r->seq, .known = true};

	if (r->seq > t->last.seq + 1) {
		report(t, AUDIT_FAULT_MISSING, t->last.seq + 1, r->seq - 1);
		t->last = (struct audit_link){.seq = r->seq - 1, .sound = true};
	}
	memcpy(link.stored, r->mac, SHA256_SIZE);
	memcpy(link.right, r->mac, SHA256_SIZE);
	if (key == NULL)
		report(t, AUDIT_FAULT_KEY, r->seq, r->seq);
	else if (follows(t, r, previous, key, &link))
		link.sound = true;
	else
		report(t, AUDIT_FAULT_CHANGED, r->seq, r->seq);
	/*
	 * Its MAC is right, but it names another predecessor than the one that is there and is
	 * as it was written.
	 */
	if (link.sound && previous != NULL && t->last.known && t->last.sound &&
	    !same(previous, t->last.stored)) {
		report(t, AUDIT_FAULT_UNLINKED, r->seq, r->seq);
		link.sound = false;
	}
	t->before = t->last;
	t->last = link;
}

/*
 * Whether the MAC fits behind what came before. Where that was found wrong, the event may still
 * be as it was written, behind what should have been there; a MAC that fits cannot have been
 * made without the key.
 */
static bool
follows(struct audit_verifier *t, const struct audit_row *r, const unsigned char *previous,
    const unsigned char *key, struct audit_link *link)
{
	const struct audit_link *last = &t->last;

	if (r->malformed)
		return false;
	if (previous != NULL)
		return fits(t, r, previous, key);
	if (!last->known)
		return true; /* nothing to hold it against */
	if (fits(t, r, last->stored, key))
		return true;
	audit_mac(t->arena, r, last->stored, key, link->right);
	return !last->sound && (fits(t, r, last->right, key) ||
				   (t->before.known && fits(t, r, t->before.stored, key)));
}

/* Two events with one number: the one whose MAC fits is the right one. */
static void
second(struct audit_verifier *t, const struct audit_row *r, const unsigned char *previous,
    const unsigned char *key)
{
	bool right = key != NULL && !r->malformed && !t->last.sound &&
		     (previous != NULL ? fits(t, r, previous, key)
				       : t->before.known && fits(t, r, t->before.stored, key));

	report(t, AUDIT_FAULT_DUPLICATE, r->seq, r->seq);
	if (!right)
		return;
	t->last = (struct audit_link){.seq = r->seq, .known = true, .sound = true};
	memcpy(t->last.stored, r->mac, SHA256_SIZE);
	memcpy(t->last.right, r->mac, SHA256_SIZE);
}

static bool
fits(struct audit_verifier *t, const struct audit_row *r, const unsigned char *before,
    const unsigned char *key)
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
