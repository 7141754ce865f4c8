/* Totals of members, and cursors of their lists. */
#include "domain/member.h"

#include <endian.h>
#include <string.h>

#include "base/codec.h"

/* A cursor in bytes is time, account, text; this is the size of the first two. */
#define CURSOR_HEAD (sizeof(uint64_t) + sizeof(struct uuid))

struct member_totals
member_totals(const struct policy *p, const struct member_counts counts[2], int64_t now)
{
	struct member_totals t = {0};

	for (int privileged = 0; privileged <= 1; privileged++) {
		const struct member_counts *c = &counts[privileged];

		t.members += c->enrolled + c->unenrolled;
		t.status[COMPLIANCE_ENROLLED] += c->enrolled;
		if (!policy_threshold(p, privileged, now).covered) {
			t.status[COMPLIANCE_NOT_REQUIRED] += c->unenrolled;
			continue;
		}
		t.covered += c->enrolled + c->unenrolled;
		t.covered_enrolled += c->enrolled;
		t.status[COMPLIANCE_EXEMPT] += c->exempt;
		t.status[COMPLIANCE_OVERDUE] += c->overdue - c->exempt_overdue;
		t.status[COMPLIANCE_GRACE] +=
		    c->unenrolled - c->overdue - (c->exempt - c->exempt_overdue);
	}
	return t;
}

struct str
member_cursor_format(struct arena *a, const struct member_cursor *cursor)
{
	size_t n = CURSOR_HEAD + cursor->text.n;
	unsigned char *bytes = arena_alloc(a, n);
	uint64_t time = htobe64((uint64_t)cursor->time);

	memcpy(bytes, &time, sizeof(time));
	memcpy(bytes + sizeof(time), cursor->account.b, sizeof(cursor->account.b));
	if (cursor->text.n > 0)
		memcpy(bytes + CURSOR_HEAD, cursor->text.p, cursor->text.n);
	return base64url_encode(a, bytes, n);
}

bool
member_cursor_parse(struct arena *a, struct str text, struct member_cursor *cursor)
{
	unsigned char *bytes;
	uint64_t time;
	size_t n;

	*cursor = (struct member_cursor){0};
	if (!base64url_decode(a, text, &bytes, &n) || n < CURSOR_HEAD)
		return false;
	memcpy(&time, bytes, sizeof(time));
	cursor->time = (int64_t)be64toh(time);
	memcpy(cursor->account.b, bytes + sizeof(time), sizeof(cursor->account.b));
	cursor->text = (struct str){.p = (const char *)bytes + CURSOR_HEAD, .n = n - CURSOR_HEAD};
	/* No page ends with such a cursor, and the database would refuse it. */
	return str_is_utf8(cursor->text) && !str_has(cursor->text, '\0') && cursor->time >= 0 &&
	       cursor->time < INT64_MAX / 4;
}

bool
member_may_decide(enum role by, enum role of)
{
	return by == ROLE_OWNER || (by == ROLE_ADMIN && of != ROLE_OWNER);
}
