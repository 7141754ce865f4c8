/* Verifying chains of audit events. */
#include "domain/audit_verify.h"

#include <string.h>

#include "base/secret.h"

static void report(struct audit_verifier *v, enum audit_fault fault, int64_t seq, int64_t last);
static bool checkpoint_is_valid(struct audit_verifier *v,
    const struct audit_checkpoint *checkpoint);
static const unsigned char *find_key(const struct audit_verifier *v, int64_t id);
static bool mac_follows(struct audit_verifier *v, const struct audit_row *r,
    const unsigned char *previous, const unsigned char *key, struct audit_link *link);
static bool mac_matches(struct audit_verifier *v, const struct audit_row *r,
    const unsigned char *before, const unsigned char *key);
static bool mac_equals(const unsigned char *a, const unsigned char *b);
static void add_duplicate(struct audit_verifier *v, const struct audit_row *r,
    const unsigned char *previous, const unsigned char *key);
static void add_next(struct audit_verifier *v, const struct audit_row *r,
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
audit_verifier_begin(struct audit_verifier *v, struct uuid account,
    const struct audit_checkpoint *checkpoint)
{
	static const unsigned char zeros[SHA256_SIZE];

	if (checkpoint == NULL) {
		audit_verifier_begin_part(v, account, 0, zeros);
	} else if (checkpoint_is_valid(v, checkpoint)) {
		audit_verifier_begin_part(v, account, checkpoint->seq, checkpoint->head);
	} else {
		audit_verifier_begin_part(v, account, 0, zeros);
		report(v, AUDIT_FAULT_CHECKPOINT, checkpoint->seq, checkpoint->seq);
	}
}

void
audit_verifier_begin_part(struct audit_verifier *v, struct uuid account, int64_t seq,
    const unsigned char head[SHA256_SIZE])
{
	v->account = account;
	v->dropped_through = seq;
	v->last = (struct audit_link){.seq = seq, .known = true, .sound = true};
	memcpy(v->last.stored, head, SHA256_SIZE);
	memcpy(v->last.expected, head, SHA256_SIZE);
	v->before = (struct audit_link){.seq = seq - 1};
}

void
audit_verifier_add(struct audit_verifier *v, const struct audit_row *r,
    const unsigned char *previous)
{
	const unsigned char *key = find_key(v, r->key_id);

	v->events++;
	if (r->seq <= v->dropped_through)
		report(v, AUDIT_FAULT_DROPPED, r->seq, r->seq);
	else if (r->seq < v->last.seq)
		report(v, AUDIT_FAULT_DUPLICATE, r->seq, r->seq);
	else if (r->seq == v->last.seq)
		add_duplicate(v, r, previous, key);
	else
		add_next(v, r, previous);
}

void
audit_verifier_end(struct audit_verifier *v, int64_t length, const unsigned char *head)
{
	const struct audit_link *l = &v->last;

	if (l->seq < length)
		report(v, AUDIT_FAULT_MISSING, l->seq + 1, length);
	else if (l->seq > length)
		report(v, AUDIT_FAULT_BEHIND, length < 0 ? l->seq : length + 1, l->seq);
	else if (head != NULL && l->known && !mac_equals(l->stored, head) &&
		 (l->sound || !mac_equals(l->expected, head)))
		report(v, AUDIT_FAULT_HEAD, l->seq, l->seq);
}

void
audit_verifier_end_unrecorded(struct audit_verifier *v)
{
	report(v, AUDIT_FAULT_UNRECORDED, v->last.seq, v->last.seq);
}

const unsigned char *
audit_verifier_head(const struct audit_verifier *v)
{
	return v->last.stored;
}

static void
report(struct audit_verifier *v, enum audit_fault fault, int64_t seq, int64_t last)
{
	struct audit_finding f = {.fault = fault, .account = v->account, .seq = seq, .last = last};

	v->faults++;
	v->report(v->arg, &f);
}

static bool
checkpoint_is_valid(struct audit_verifier *v, const struct audit_checkpoint *checkpoint)
{
	const unsigned char *key = find_key(v, checkpoint->key_id);
	unsigned char mac[SHA256_SIZE];

	if (key == NULL)
		return false;
	audit_checkpoint_mac(v->arena, checkpoint, key, mac);
	return mac_equals(mac, checkpoint->mac);
}

static const unsigned char *
find_key(const struct audit_verifier *v, int64_t id)
{
	return id > 0 && id <= UINT16_MAX ? keyring_key(v->keys, (uint16_t)id, KEY_USE_AUDIT)
					  : NULL;
}

/* Verifies an event with a higher number than the last one. */
static void
add_next(struct audit_verifier *v, const struct audit_row *r, const unsigned char *previous)
{
	const unsigned char *key = find_key(v, r->key_id);
	struct audit_link link = {.seq = r->seq, .known = true};

	if (r->seq > v->last.seq + 1) {
		report(v, AUDIT_FAULT_MISSING, v->last.seq + 1, r->seq - 1);
		v->last = (struct audit_link){.seq = r->seq - 1, .sound = true};
	}
	memcpy(link.stored, r->mac, SHA256_SIZE);
	memcpy(link.expected, r->mac, SHA256_SIZE);
	if (key == NULL)
		report(v, AUDIT_FAULT_KEY, r->seq, r->seq);
	else if (mac_follows(v, r, previous, key, &link))
		link.sound = true;
	else
		report(v, AUDIT_FAULT_CHANGED, r->seq, r->seq);
	/* Its MAC is right, but it states another previous MAC than that of the sound event. */
	if (link.sound && previous != NULL && v->last.known && v->last.sound &&
	    !mac_equals(previous, v->last.stored)) {
		report(v, AUDIT_FAULT_UNLINKED, r->seq, r->seq);
		link.sound = false;
	}
	v->before = v->last;
	v->last = link;
}

/*
 * True when the MAC matches behind what came before. Where that was found wrong, the event may
 * still be unchanged and match behind what should have been there; a MAC that matches cannot have
 * been made without the key.
 */
static bool
mac_follows(struct audit_verifier *v, const struct audit_row *r, const unsigned char *previous,
    const unsigned char *key, struct audit_link *link)
{
	const struct audit_link *last = &v->last;

	if (r->malformed)
		return false;
	if (previous != NULL)
		return mac_matches(v, r, previous, key);
	if (!last->known)
		return true; /* there is nothing to compare it with */
	if (mac_matches(v, r, last->stored, key))
		return true;
	audit_mac(v->arena, r, last->stored, key, link->expected);
	return !last->sound && (mac_matches(v, r, last->expected, key) ||
				   (v->before.known && mac_matches(v, r, v->before.stored, key)));
}

/* Verifies a second event with the same number; the one whose MAC matches is the right one. */
static void
add_duplicate(struct audit_verifier *v, const struct audit_row *r, const unsigned char *previous,
    const unsigned char *key)
{
	bool right =
	    key != NULL && !r->malformed && !v->last.sound &&
	    (previous != NULL ? mac_matches(v, r, previous, key)
			      : v->before.known && mac_matches(v, r, v->before.stored, key));

	report(v, AUDIT_FAULT_DUPLICATE, r->seq, r->seq);
	if (!right)
		return;
	v->last = (struct audit_link){.seq = r->seq, .known = true, .sound = true};
	memcpy(v->last.stored, r->mac, SHA256_SIZE);
	memcpy(v->last.expected, r->mac, SHA256_SIZE);
}

static bool
mac_matches(struct audit_verifier *v, const struct audit_row *r, const unsigned char *before,
    const unsigned char *key)
{
	unsigned char mac[SHA256_SIZE];

	audit_mac(v->arena, r, before, key, mac);
	return mac_equals(mac, r->mac);
}

static bool
mac_equals(const unsigned char *a, const unsigned char *b)
{
	return secret_eq_bytes(a, b, SHA256_SIZE);
}
