/* Formatting audit events as JSON and CSV. */
#include "domain/audit_format.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/codec.h"

static void append_key(struct buf *b, const char *key);
static void append_text(struct buf *b, const char *key, struct str value);
static void append_id(struct buf *b, const char *key, const char *prefix, struct uuid id);
static void append_mac(struct buf *b, const char *key, const unsigned char mac[SHA256_SIZE]);
static struct str format_id(struct arena *a, const char *prefix, struct uuid id);

struct str
audit_format_json(struct arena *a, const struct audit_row *r,
    const unsigned char previous[SHA256_SIZE])
{
	struct buf b = {.arena = a};

	buf_addc(&b, '{');
	append_id(&b, "accountId", ID_ACCOUNT, r->account);
	buf_printf(&b, ",\"seq\":%lld,", (long long)r->seq);
	append_text(&b, "at", audit_format_time(a, r->at));
	buf_addc(&b, ',');
	append_text(&b, "kind", r->kind);
	buf_addc(&b, ',');
	append_text(&b, "result", r->result);
	buf_addc(&b, ',');
	append_text(&b, "actor", r->actor);
	buf_addc(&b, ',');
	append_id(&b, "actorId", ID_ACCOUNT, r->actor_id);
	buf_addc(&b, ',');
	append_id(&b, "sessionId", ID_SESSION, r->session);
	buf_addc(&b, ',');
	append_id(&b, "factorId", ID_FACTOR, r->factor);
	buf_addc(&b, ',');
	append_id(&b, "organizationId", ID_ORGANIZATION, r->organization);
	buf_addc(&b, ',');
	append_text(&b, "address", r->address);
	buf_addc(&b, ',');
	append_text(&b, "userAgent", r->user_agent);
	buf_addc(&b, ',');
	append_text(&b, "requestId", r->request_id);
	buf_addc(&b, ',');
	append_text(&b, "details", r->details);
	buf_printf(&b, ",\"keyId\":%lld,", (long long)r->key_id);
	append_mac(&b, "previous", previous);
	buf_addc(&b, ',');
	append_mac(&b, "mac", r->mac);
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
	    format_id(a, ID_ACCOUNT, r->actor_id),
	    format_id(a, ID_SESSION, r->session),
	    format_id(a, ID_FACTOR, r->factor),
	    format_id(a, ID_ORGANIZATION, r->organization),
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
append_key(struct buf *b, const char *key)
{
	buf_printf(b, "\"%s\":", key);
}

static void
append_text(struct buf *b, const char *key, struct str value)
{
	append_key(b, key);
	buf_add(b, str_is_absent(value) ? STR("null") : json_quote(b->arena, value));
}

static void
append_id(struct buf *b, const char *key, const char *prefix, struct uuid id)
{
	append_text(b, key, format_id(b->arena, prefix, id));
}

static void
append_mac(struct buf *b, const char *key, const unsigned char mac[SHA256_SIZE])
{
	append_text(b, key, hex_encode(b->arena, mac, SHA256_SIZE));
}

/* Formats an id; absent for the nil id. */
static struct str
format_id(struct arena *a, const char *prefix, struct uuid id)
{
	return uuid_is_nil(id) ? STR_ABSENT : id_format(a, prefix, id);
}
