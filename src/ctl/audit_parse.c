/* Reading lines of JSON back. */
#include "ctl/audit_parse.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "base/clock.h"
#include "base/codec.h"

/* Whole numbers up to here are exact in JSON everywhere. */
#define NUMBER_MAX INT64_C(9007199254740991)

static bool take_all(struct arena *a, const cJSON *o, struct audit_row *r, unsigned char *previous);
static bool take_text(struct arena *a, const cJSON *o, const char *key, struct str *out);
static bool take_number(const cJSON *o, const char *key, int64_t *out);
static bool take_id(struct arena *a, const cJSON *o, const char *key, const char *prefix,
    struct uuid *out);
static bool take_mac(struct arena *a, const cJSON *o, const char *key, unsigned char *out);
static bool take_time(struct arena *a, const cJSON *o, int64_t *out);
static bool number_at(struct str text, size_t from, size_t n, int64_t *out);

/* What is read is written again: a line with anything else in it, or otherwise, is not ours. */
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
	whole = o != NULL && take_all(a, o, r, previous);
	cJSON_Delete(o);
	return whole && str_eq(audit_format_json(a, r, previous), text);
}

static bool
take_all(struct arena *a, const cJSON *o, struct audit_row *r, unsigned char *previous)
{
	return take_id(a, o, "accountId", ID_ACCOUNT, &r->account) &&
	       take_number(o, "seq", &r->seq) && r->seq > 0 && take_time(a, o, &r->at) &&
	       take_text(a, o, "kind", &r->kind) && take_text(a, o, "result", &r->result) &&
	       take_text(a, o, "actor", &r->actor) &&
	       take_id(a, o, "actorId", ID_ACCOUNT, &r->actor_id) &&
	       take_id(a, o, "sessionId", ID_SESSION, &r->session) &&
	       take_id(a, o, "factorId", ID_FACTOR, &r->factor) &&
	       take_id(a, o, "organizationId", ID_ORGANIZATION, &r->organization) &&
	       take_text(a, o, "address", &r->address) &&
	       take_text(a, o, "userAgent", &r->user_agent) &&
	       take_text(a, o, "requestId", &r->request_id) &&
	       take_text(a, o, "details", &r->details) && take_number(o, "keyId", &r->key_id) &&
	       take_mac(a, o, "previous", previous) && take_mac(a, o, "mac", r->mac);
}

static bool
take_text(struct arena *a, const cJSON *o, const char *key, struct str *out)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, key);

	*out = cJSON_IsString(item) ? str_copy(a, str_of(item->valuestring)) : STR_ABSENT;
	return cJSON_IsString(item) || cJSON_IsNull(item);
}

static bool
take_number(const cJSON *o, const char *key, int64_t *out)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(o, key);

	if (!cJSON_IsNumber(item) ||
	    !(item->valuedouble >= 0 && item->valuedouble <= (double)NUMBER_MAX))
		return false;
	*out = (int64_t)item->valuedouble;
	return true;
}

static bool
take_id(struct arena *a, const cJSON *o, const char *key, const char *prefix, struct uuid *out)
{
	struct str text;

	return take_text(a, o, key, &text) && (str_is_absent(text) || id_parse(text, prefix, out));
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

/* The form of audit_format_time(); that it is exactly that shows when the line is written again. */
static bool
take_time(struct arena *a, const cJSON *o, int64_t *out)
{
	int64_t day, hour, minute, second, us;
	struct str text;

	if (!take_text(a, o, "at", &text) || text.n != STR("YYYY-MM-DDTHH:MM:SS.UUUUUUZ").n)
		return false;
	if (!clock_parse_day(str_slice(text, 0, 10), &day) || !number_at(text, 11, 2, &hour) ||
	    !number_at(text, 14, 2, &minute) || !number_at(text, 17, 2, &second) ||
	    !number_at(text, 20, 6, &us))
		return false;
	*out = day + hour * CLOCK_HOUR + minute * CLOCK_MINUTE + second * CLOCK_SECOND + us;
	return true;
}

static bool
number_at(struct str text, size_t from, size_t n, int64_t *out)
{
	return str_to_int64(str_slice(text, from, n), out) && *out >= 0;
}
