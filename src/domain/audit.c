/* Names and MACs of audit events, and months. */
#include "domain/audit.h"

#include <endian.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/clock.h"
#include "crypto/keyring.h"

static const char *const kind_names[] = {
#define AUDIT_NAME(member, name) [member] = (name),
    AUDIT_KINDS(AUDIT_NAME)
#undef AUDIT_NAME
};

static void compute_mac(struct buf *b, const unsigned char *key, unsigned char mac[SHA256_SIZE]);
static void append_number(struct buf *b, int64_t n);
static void append_bytes(struct buf *b, const void *p, size_t n);
static void append_text(struct buf *b, struct str s);
static void append_id(struct buf *b, struct uuid id);

struct str
audit_kind_name(enum audit_kind kind)
{
	return str_of(kind_names[kind]);
}

const char *
audit_kind_at(size_t i)
{
	return i < ARRAY_SIZE(kind_names) ? kind_names[i] : NULL;
}

bool
audit_kind_known(struct str name)
{
	const char *known;

	for (size_t i = 0; (known = audit_kind_at(i)) != NULL; i++)
		if (str_eq(name, str_of(known)))
			return true;
	return false;
}

bool
audit_result_known(struct str name)
{
	return str_eq(name, audit_result_name(true)) || str_eq(name, audit_result_name(false));
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

void
audit_append(struct arena *a, struct audit_event *ev, const struct audit_chain *chain,
    uint16_t key_id, const unsigned char *key)
{
	struct audit_row r = {
	    .account = ev->account,
	    .seq = chain->length + 1,
	    .at = ev->at,
	    .kind = audit_kind_name(ev->kind),
	    .result = audit_result_name(ev->accepted),
	    .actor = audit_actor_name(ev->actor),
	    .actor_id = ev->actor_id,
	    .session = ev->session,
	    .factor = ev->factor,
	    .organization = ev->organization,
	    .address = ev->address,
	    .user_agent = ev->user_agent,
	    .request_id = ev->request_id,
	    .details = ev->details,
	};

	ev->seq = r.seq;
	ev->key_id = key_id;
	audit_mac(a, &r, chain->head, key, ev->mac);
}

/*
 * Hashes every field with its length before it, and absent fields unlike empty ones, so that no
 * two events hash the same bytes.
 */
void
audit_mac(struct arena *a, const struct audit_row *r, const unsigned char before[SHA256_SIZE],
    const unsigned char *key, unsigned char mac[SHA256_SIZE])
{
	struct buf b = {.arena = a};

	append_bytes(&b, before, SHA256_SIZE);
	append_id(&b, r->account);
	append_number(&b, r->seq);
	append_number(&b, r->at);
	append_text(&b, r->kind);
	append_text(&b, r->result);
	append_text(&b, r->actor);
	append_id(&b, r->actor_id);
	append_id(&b, r->session);
	append_id(&b, r->factor);
	append_id(&b, r->organization);
	append_text(&b, r->address);
	append_text(&b, r->user_agent);
	append_text(&b, r->request_id);
	append_text(&b, r->details);
	compute_mac(&b, key, mac);
}

/* Events begin with the length of a MAC, checkpoints with that of this fixed text. */
void
audit_checkpoint_mac(struct arena *a, const struct audit_checkpoint *checkpoint,
    const unsigned char *key, unsigned char mac[SHA256_SIZE])
{
	struct buf b = {.arena = a};

	append_text(&b, STR("audit anchor"));
	append_id(&b, checkpoint->account);
	append_number(&b, checkpoint->seq);
	append_bytes(&b, checkpoint->head, sizeof(checkpoint->head));
	append_number(&b, checkpoint->pruned_at);
	compute_mac(&b, key, mac);
}

int64_t
audit_month(int64_t at, int months)
{
	time_t seconds = (time_t)(at / CLOCK_SECOND - (at % CLOCK_SECOND < 0 ? 1 : 0));
	struct tm tm = {0};

	gmtime_r(&seconds, &tm);
	/* timegm() normalises months beyond the end of a year. */
	tm = (struct tm){.tm_year = tm.tm_year, .tm_mon = tm.tm_mon + months, .tm_mday = 1};
	return (int64_t)timegm(&tm) * CLOCK_SECOND;
}

static void
compute_mac(struct buf *b, const unsigned char *key, unsigned char mac[SHA256_SIZE])
{
	unsigned char room[64];

	(void)hmac(HASH_SHA256, key, KEYRING_KEY_SIZE, b->p, b->n, room);
	memcpy(mac, room, SHA256_SIZE);
}

static void
append_number(struct buf *b, int64_t n)
{
	uint64_t be = htobe64((uint64_t)n);

	append_bytes(b, &be, sizeof(be));
}

static void
append_bytes(struct buf *b, const void *p, size_t n)
{
	uint32_t be = htobe32(p != NULL ? (uint32_t)n : UINT32_MAX);

	buf_bytes(b, &be, sizeof(be));
	if (p != NULL)
		buf_bytes(b, p, n);
}

static void
append_text(struct buf *b, struct str s)
{
	append_bytes(b, s.p, s.n);
}

static void
append_id(struct buf *b, struct uuid id)
{
	append_bytes(b, uuid_is_nil(id) ? NULL : id.b, sizeof(id.b));
}
