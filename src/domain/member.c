/* Members in numbers, and places in their lists. */
#include "domain/member.h"

#include <endian.h>
#include <string.h>

#include "base/codec.h"

/* A key in bytes: time, account, text. */
#define KEY_HEAD (sizeof(uint64_t) + sizeof(struct uuid))

struct member_totals
member_totals(const struct policy *p, const struct member_counts counts[2], int64_t now)
{
	struct member_totals t = {0};

	for (int privileged = 0; privileged <= 1; privileged++) {
		const struct member_counts *c = &counts[privileged];

		t.members += c->enrolled + c->open;
		t.status[COMPLIANCE_ENROLLED] += c->enrolled;
		if (!policy_threshold(p, privileged, now).covered) {
			t.status[COMPLIANCE_NOT_REQUIRED] += c->open;
			continue;
		}
		t.covered += c->enrolled + c->open;
		t.covered_enrolled += c->enrolled;
		t.status[COMPLIANCE_EXEMPT] += c->exempt;
		t.status[COMPLIANCE_OVERDUE] += c->overdue - c->exempt_overdue;
		t.status[COMPLIANCE_GRACE] +=
		    c->open - c->overdue - (c->exempt - c->exempt_overdue);
	}
	return t;
}

struct str
member_key_print(struct arena *a, const struct member_key *k)
{
	size_t n = KEY_HEAD + k->text.n;
	unsigned char *bytes = arena_alloc(a, n);
	uint64_t time = htobe64((uint64_t)k->time);

	memcpy(bytes, &time, sizeof(time));
	memcpy(bytes + sizeof(time), k->account.b, sizeof(k->account.b));
	if (k->text.n > 0)
		memcpy(bytes + KEY_HEAD, k->text.p, k->text.n);
	return base64url_encode(a, bytes, n);
}

bool
member_key_parse(struct arena *a, struct str text, struct member_key *k)
{
	unsigned char *bytes;
	uint64_t time;
	size_t n;

	*k = (struct member_key){0};
	if (!base64url_decode(a, text, &bytes, &n) || n < KEY_HEAD)
		return false;
	memcpy(&time, bytes, sizeof(time));
	k->time = (int64_t)be64toh(time);
	memcpy(k->account.b, bytes + sizeof(time), sizeof(k->account.b));
	k->text = (struct str){.p = (const char *)bytes + KEY_HEAD, .n = n - KEY_HEAD};
	/* What no page of ours ends with; the database would not take it. */
	return str_is_utf8(k->text) && !str_has(k->text, '\0') && k->time >= 0 &&
	       k->time < INT64_MAX / 4;
}

bool
member_may_decide(enum role by, enum role of)
{
	return by == ROLE_OWNER || (by == ROLE_ADMIN && of != ROLE_OWNER);
}
