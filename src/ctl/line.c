/* Audit events as lines of JSON and CSV. */
#include "ctl/line.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "base/clock.h"
#include "base/codec.h"

/* Whole numbers up to here are exact in JSON everywhere. */
#define NUMBER_MAX INT64_C(9007199254740991)

static void add_key(struct buf *b, const char *key);
static void add_text(struct buf *b, const char *key, struct str value);
static void add_id(struct buf *b, const char *key, const char *prefix, struct uuid id);
static void add_mac(struct buf *b, const char *key, const unsigned char mac[SHA256_SIZE]);
static struct str id_text(struct arena *a, const char *prefix, struct uuid id);
static bool take_all(struct arena *a, const cJSON *o, struct audit_record *r, unsigned char *previous);
static bool take_text(struct arena *a, const cJSON *o, const char *key, struct str *out);
static bool take_number(const cJSON *o, const char *key, int64_t *out);
static bool take_id(struct arena *a, const cJSON *o, const char *key, const char *prefix, struct uuid *out);
static bool take_mac(struct arena *a, const cJSON *o, const char *key, unsigned char *out);
static bool take_time(struct arena *a, const cJSON *o, int64_t *out);
static bool number_at(struct str text, size_t from, size_t n, int64_t *out);

struct str
line_json(struct arena *a, const struct audit_record *r, const unsigned char previous[SHA256_SIZE])
{
	struct buf b = {.arena = a};

	buf_addc(&b, '{');
	add_id(&b, "accountId", ID_ACCOUNT, r->account);
	buf_printf(&b, ",\"seq\":%lld,", (long long)r->seq);
	add_text(&b, "at", line_time(a, r->at));
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

/* What is read is written again: a line with anything else in it, or otherwise, is not ours. */
bool
line_parse(struct arena *a, struct str text, struct audit_record *r, unsigned char previous[SHA256_SIZE])
{
	cJSON *o;
	bool whole;

	*r = (struct audit_record){0};
	if (!str_is_utf8(text) || str_has(text, '\0'))
		return false;
	o = cJSON_ParseWithLength(text.p, text.n);
	whole = o != NULL && take_all(a, o, r, previous);
	cJSON_Delete(o);
	return whole && str_eq(line_json(a, r, previous), text);
}

struct str
line_csv_head(void)
{
	return STR("accountId,seq,at,kind,result,actor,actorId,sessionId,factorId,organizationId,address,userAgent,"
		   "requestId,details,keyId,mac\r\n");
}

struct str
line_csv(struct arena *a, const struct audit_record *r)
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
	struct str account = id_format(a, ID_ACCOUNT, r->account), at = line_time(a, r->at),
		   mac = hex_encode(a, r->mac, sizeof(r->mac));

	buf_printf(&b, "%.*s,%lld,%.*s", STR_FMT(account), (long long)r->seq, STR_FMT(at));
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		buf_addc(&b, ',');
		csv_add(&b, cells[i]);
	}
	buf_printf(&b, ",%lld,%.*s\r\n", (long long)r->key_id, STR_FMT(mac));
	return buf_str(&b);
}

struct str
line_time(struct arena *a, int64_t us)
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
	buf_add(b, str_absent(value) ? STR("null") : json_quote(b->arena, value));
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
	return uuid_nil(id) ? (struct str){0} : id_format(a, prefix, id);
}

static bool
take_all(struct arena *a, const cJSON *o, struct audit_record *r, unsigned char *previous)
{
	return take_id(a, o, "accountId", ID_ACCOUNT, &r->account) && take_number(o, "seq", &r->seq) && r->seq > 0 &&
	    take_time(a, o, &r->at) && take_text(a, o, "kind", &r->kind) && take_text(a, o, "result", &r->result) &&
	    take_text(a, o, "actor", &r->actor) && take_id(a, o, "actorId", ID_ACCOUNT, &r->actor_id) &&
	    take_id(a, o, "sessionId", ID_SESSION, &r->session) && take_id(a, o, "factorId", ID_FACTOR, &r->factor) &&
	    take_id(a, o, "organizationId", ID_ORGANIZATION, &r->organization) &&
	    take_text(a, o, "address", &r->address) && take_text(a, o, "userAgent", &r->user_agent) &&
	    take_text(a, o, "requestId", &r->request_id) && take_text(a, o, "details", &r->details) &&
	    take_number(o, "keyId", &r->key_id) && take_mac(a, o, "previous", previous) &&
	    take_mac(a, o, "mac", r->mac);
}

static bool
take_text(struct arena *a, const cJSON *o, const char *key, struct str *out)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, key);

	*out = cJSON_IsString(item) ? str_copy(a, str_of(item->valuestring)) : (struct str){0};
	return cJSON_IsString(item) || cJSON_IsNull(item);
}

static bool
take_number(const cJSON *o, const char *key, int64_t *out)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, key);

	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= (double)NUMBER_MAX))
		return false;
	*out = (int64_t)item->valuedouble;
	return true;
}

static bool
take_id(struct arena *a, const cJSON *o, const char *key, const char *prefix, struct uuid *out)
{
	struct str text;

	return take_text(a, o, key, &text) && (str_absent(text) || id_parse(text, prefix, out));
}

static bool
take_mac(struct arena *a, const cJSON *o, const char *key, unsigned char *out)
{
	unsigned char *bytes;
	struct str text;
	size_t n;

	if (!take_text(a, o, key, &text) || !hex_decode(a, text, &bytes, &n) || n != SHA256_SIZE)
		return false;
	memcpy(out, bytes, SHA256_SIZE);
	return true;
}

/* The form of line_time(); that it is exactly that shows when the line is written again. */
static bool
take_time(struct arena *a, const cJSON *o, int64_t *out)
{
	int64_t day, hour, minute, second, us;
	struct str text;

	if (!take_text(a, o, "at", &text) || text.n != STR("YYYY-MM-DDTHH:MM:SS.UUUUUUZ").n)
		return false;
	if (!clock_day(str_slice(text, 0, 10), &day) || !number_at(text, 11, 2, &hour) ||
	    !number_at(text, 14, 2, &minute) || !number_at(text, 17, 2, &second) || !number_at(text, 20, 6, &us))
		return false;
	*out = day + hour * CLOCK_HOUR + minute * CLOCK_MINUTE + second * CLOCK_SECOND + us;
	return true;
}

static bool
number_at(struct str text, size_t from, size_t n, int64_t *out)
{
	return str_to_int64(str_slice(text, from, n), out) && *out >= 0;
}
