/* Parsing exported audit events. */
#include "ctl/audit_parse.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "base/clock.h"
#include "base/codec.h"

/* Whole numbers up to here are exact in JSON everywhere. */
#define NUMBER_MAX INT64_C(9007199254740991)

static bool read_members(struct arena *a, const cJSON *o, struct audit_row *r,
    unsigned char *previous);
static bool read_text(struct arena *a, const cJSON *o, const char *key, struct str *out);
static bool read_number(const cJSON *o, const char *key, int64_t *out);
static bool read_id(struct arena *a, const cJSON *o, const char *key, const char *prefix,
    struct uuid *out);
static bool read_mac(struct arena *a, const cJSON *o, const char *key, unsigned char *out);
static bool read_time(struct arena *a, const cJSON *o, int64_t *out);
static bool parse_digits(struct str text, size_t from, size_t n, int64_t *out);

/* Formats the parsed event again: a line that differs from that was not exported so. */
bool
audit_parse(struct arena *a, struct str text, struct audit_row *r,
    unsigned char previous[SHA256_SIZE])
{
	cJSON *o;
	bool whole;

	*r = (struct audit_row){0};
	if (!str_is_utf8(text) || str_has(text, '\0'))
		return false;
	o = cJSON_ParseWithLength(text.p, text.n);
	whole = o != NULL && read_members(a, o, r, previous);
	cJSON_Delete(o);
	return whole && str_eq(audit_format_json(a, r, previous), text);
}

static bool
read_members(struct arena *a, const cJSON *o, struct audit_row *r, unsigned char *previous)
{
	return read_id(a, o, "accountId", ID_ACCOUNT, &r->account) &&
	       read_number(o, "seq", &r->seq) && r->seq > 0 && read_time(a, o, &r->at) &&
	       read_text(a, o, "kind", &r->kind) && read_text(a, o, "result", &r->result) &&
	       read_text(a, o, "actor", &r->actor) &&
	       read_id(a, o, "actorId", ID_ACCOUNT, &r->actor_id) &&
	       read_id(a, o, "sessionId", ID_SESSION, &r->session) &&
	       read_id(a, o, "factorId", ID_FACTOR, &r->factor) &&
	       read_id(a, o, "organizationId", ID_ORGANIZATION, &r->organization) &&
	       read_text(a, o, "address", &r->address) &&
	       read_text(a, o, "userAgent", &r->user_agent) &&
	       read_text(a, o, "requestId", &r->request_id) &&
	       read_text(a, o, "details", &r->details) && read_number(o, "keyId", &r->key_id) &&
	       read_mac(a, o, "previous", previous) && read_mac(a, o, "mac", r->mac);
}

static bool
read_text(struct arena *a, const cJSON *o, const char *key, struct str *out)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, key);

	*out = cJSON_IsString(item) ? str_copy(a, str_of(item->valuestring)) : STR_ABSENT;
	return cJSON_IsString(item) || cJSON_IsNull(item);
}

static bool
read_number(const cJSON *o, const char *key, int64_t *out)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, key);

	if (!cJSON_IsNumber(item) ||
	    !(item->valuedouble >= 0 && item->valuedouble <= (double)NUMBER_MAX))
		return false;
	*out = (int64_t)item->valuedouble;
	return true;
}

static bool
read_id(struct arena *a, const cJSON *o, const char *key, const char *prefix, struct uuid *out)
{
	struct str text;

	return read_text(a, o, key, &text) && (str_is_absent(text) || id_parse(text, prefix, out));
}

static bool
read_mac(struct arena *a, const cJSON *o, const char *key, unsigned char *out)
{
	unsigned char *bytes;
	struct str text;
	size_t n;

	if (!read_text(a, o, key, &text) || !hex_decode(a, text, &bytes, &n) || n != SHA256_SIZE)
		return false;
	memcpy(out, bytes, SHA256_SIZE);
	return true;
}

/* Parses what audit_format_time() writes; formatting the event again checks the exact form. */
static bool
read_time(struct arena *a, const cJSON *o, int64_t *out)
{
	int64_t day, hour, minute, second, us;
	struct str text;

	if (!read_text(a, o, "at", &text) || text.n != STR("YYYY-MM-DDTHH:MM:SS.UUUUUUZ").n)
		return false;
	if (!clock_parse_day(str_slice(text, 0, 10), &day) || !parse_digits(text, 11, 2, &hour) ||
	    !parse_digits(text, 14, 2, &minute) || !parse_digits(text, 17, 2, &second) ||
	    !parse_digits(text, 20, 6, &us))
		return false;
	*out = day + hour * CLOCK_HOUR + minute * CLOCK_MINUTE + second * CLOCK_SECOND + us;
	return true;
}

static bool
parse_digits(struct str text, size_t from, size_t n, int64_t *out)
{
	return str_to_int64(str_slice(text, from, n), out) && *out >= 0;
}
