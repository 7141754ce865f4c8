/* Names and MACs of audit events. */
#include "domain/audit.h"

#include <endian.h>
#include <string.h>

#include "crypto/keyring.h"

static void add_number(struct buf *b, int64_t n);
static void add_bytes(struct buf *b, const void *p, size_t n);
static void add_text(struct buf *b, struct str s);
static void add_id(struct buf *b, struct uuid id);

struct str
audit_kind_name(enum audit_kind kind)
{
	static const struct str names[] = {
#define AUDIT_NAME(member, name) [member] = STR_INIT(name),
		AUDIT_KINDS(AUDIT_NAME)
#undef AUDIT_NAME
	};

	return names[kind];
}

struct str
audit_actor_name(enum audit_actor actor)
{
	static const struct str names[] = {
		[AUDIT_BY_ACCOUNT] = STR_INIT("account"),
		[AUDIT_BY_OPERATOR] = STR_INIT("operator"),
		[AUDIT_BY_SYSTEM] = STR_INIT("system"),
	};

	return names[actor];
}

struct str
audit_result_name(bool accepted)
{
	return accepted ? STR("accepted") : STR("refused");
}

/*
 * What is hashed: every field with its length before it, absent told apart from
 * empty, so that no two events have the same bytes.
 */
void
audit_append(struct arena *a, struct audit_event *ev, const struct audit_chain *chain, uint16_t key_id,
    const unsigned char *key)
{
	struct buf b = {.arena = a};
	unsigned char mac[64];

	ev->seq = chain->length + 1;
	ev->key_id = key_id;
	add_bytes(&b, chain->head, sizeof(chain->head));
	add_id(&b, ev->account);
	add_number(&b, ev->seq);
	add_number(&b, ev->at);
	add_text(&b, audit_kind_name(ev->kind));
	add_text(&b, audit_result_name(ev->accepted));
	add_text(&b, audit_actor_name(ev->actor));
	add_id(&b, ev->actor_id);
	add_id(&b, ev->session);
	add_id(&b, ev->factor);
	add_id(&b, ev->organization);
	add_text(&b, ev->address);
	add_text(&b, ev->user_agent);
	add_text(&b, ev->request_id);
	add_text(&b, ev->details);
	(void)hmac(HASH_SHA256, key, KEYRING_KEY_SIZE, b.p, b.n, mac);
	memcpy(ev->mac, mac, sizeof(ev->mac));
}

static void
add_number(struct buf *b, int64_t n)
{
	uint64_t be = htobe64((uint64_t)n);

	add_bytes(b, &be, sizeof(be));
}

static void
add_bytes(struct buf *b, const void *p, size_t n)
{
	uint32_t be = htobe32(p != NULL ? (uint32_t)n : UINT32_MAX);

	buf_bytes(b, &be, sizeof(be));
	if (p != NULL)
		buf_bytes(b, p, n);
}

static void
add_text(struct buf *b, struct str s)
{
	add_bytes(b, s.p, s.n);
}

static void
add_id(struct buf *b, struct uuid id)
{
	add_bytes(b, uuid_nil(id) ? NULL : id.b, sizeof(id.b));
}
