/* Audit events as lines of JSON and CSV. */
#include "domain/audit_format.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/codec.h"

static void add_key(struct buf *b, const char *key);
static void add_text(struct buf *b, const char *key, struct str value);
static void add_id(struct buf *b, const char *key, const char *prefix, struct uuid id);
static void add_mac(struct buf *b, const char *key, const unsigned char mac[SHA256_SIZE]);
static struct str id_text(struct arena *a, const char *prefix, struct uuid id);

struct str
audit_format_json(struct arena *a, const struct audit_row *r,
    const unsigned char previous[SHA256_SIZE])
{
	struct buf b = {.arena = a};

	buf_addc(&b, '{');
	add_id(&b, "accountId", ID_ACCOUNT, r->account);
	buf_printf(&b, ",\"seq\":%lld,", (long long)r->seq);
	add_text(&b, "at", audit_format_time(a, r->at));
	buf_addc(&b, ',');
	add_text(&b, "kind", r->kind);
	buf_addc(&b, ',');
	add_text(&b, "result", r->result);
	buf_addc(&b, ',');
	add_text(&b, "actor", r->actor);
	buf_addc(&b, ',');
	add_id(&b, "actorId", ID_ACCOUNT, r->actor_id);
	buf_addc(&b, ',');
	add_id(&b, "sessionId", ID_SESSION, r->session);
	buf_addc(&b, ',');
	add_id(&b, "factorId", ID_FACTOR, r->factor);
	buf_addc(&b, ',');
	add_id(&b, "organizationId", ID_ORGANIZATION, r->organization);
	buf_addc(&b, ',');
	add_text(&b, "address", r->address);
	buf_addc(&b, ',');
	add_text(&b, "userAgent", r->user_agent);
	buf_addc(&b, ',');
	add_text(&b, "requestId", r->request_id);
	buf_addc(&b, ',');
	add_text(&b, "details", r->details);
	buf_printf(&b, ",\"keyId\":%lld,", (long long)r->key_id);
	add_mac(&b, "previous", previous);
	buf_addc(&b, ',');
	add_mac(&b, "mac", r->mac);
	buf_addc(&b, '}');
	return buf_str(&b);
}

struct str
audit_format_csv_header(void)
{
	return STR("accountId,seq,at,kind,result,actor,actorId,sessionId,factorId,organizationId,"
		   "address,userAgent,"
		   "requestId,details,keyId,mac\r\n");
}

struct str
audit_format_csv(struct arena *a, const struct audit_row *r)
{
	struct buf b = {.arena = a};
	struct str cells[] = {
	    r->kind,
	    r->result,
	    r->actor,
	    id_text(a, ID_ACCOUNT, r->actor_id),
	    id_text(a, ID_SESSION, r->session),
	    id_text(a, ID_FACTOR, r->factor),
	    id_text(a, ID_ORGANIZATION, r->organization),
	    r->address,
	    r->user_agent,
	    r->request_id,
	    r->details,
	};
	struct str account = id_format(a, ID_ACCOUNT, r->account), at = audit_format_time(a, r->at),
		   mac = hex_encode(a, r->mac, sizeof(r->mac));

	buf_printf(&b, "%.*s,%lld,%.*s", STR_FMT(account), (long long)r->seq, STR_FMT(at));
	for (size_t i = 0; i < ARRAY_SIZE(cells); i++) {
		buf_addc(&b, ',');
		csv_append(&b, cells[i]);
	}
	buf_printf(&b, ",%lld,%.*s\r\n", (long long)r->key_id, STR_FMT(mac));
	return buf_str(&b);
}

struct str
audit_format_time(struct arena *a, int64_t us)
{
	int64_t rest = us % CLOCK_SECOND;
	struct str whole;

	if (rest < 0)
		rest += CLOCK_SECOND;
	whole = clock_rfc3339(a, us - rest);
	return str_printf(a, "%.*s.%06lldZ", (int)whole.n - 1, whole.p, (long long)rest);
}

static void
add_key(struct buf *b, const char *key)
{
	buf_printf(b, "\"%s\":", key);
}

static void
add_text(struct buf *b, const char *key, struct str value)
{
	add_key(b, key);
	buf_add(b, str_is_absent(value) ? STR("null") : json_quote(b->arena, value));
}

static void
add_id(struct buf *b, const char *key, const char *prefix, struct uuid id)
{
	add_text(b, key, id_text(b->arena, prefix, id));
}

static void
add_mac(struct buf *b, const char *key, const unsigned char mac[SHA256_SIZE])
{
	add_text(b, key, hex_encode(b->arena, mac, SHA256_SIZE));
}

/* Absent for no id. */
static struct str
id_text(struct arena *a, const char *prefix, struct uuid id)
{
	return uuid_is_nil(id) ? STR_ABSENT : id_format(a, prefix, id);
}
