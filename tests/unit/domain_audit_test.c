/* Audit events: the MAC covers every field and the previous MAC. */
#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "crypto/keyring.h"
#include "domain/audit.h"

static const unsigned char key[KEYRING_KEY_SIZE] = {7};

static struct audit_event
sample(void)
{
	return (struct audit_event){
	    .account = {{1}},
	    .at = 1800000000000000,
	    .kind = AUDIT_VERIFICATION,
	    .accepted = true,
	    .actor = AUDIT_BY_ACCOUNT,
	    .actor_id = {{1}},
	    .session = {{2}},
	    .factor = {{3}},
	    .organization = {{4}},
	    .address = STR("192.0.2.1"),
	    .user_agent = STR("agent"),
	    .request_id = STR("0123"),
	    .details = STR("{}"),
	};
}

static void
an_event_gets_the_next_number(void **state)
{
	struct arena *a = arena_new(1000000);
	struct audit_chain chain = {.length = 41};
	struct audit_event ev = sample();

	(void)state;
	audit_append(a, &ev, &chain, 3, key);
	assert_int_equal(ev.seq, 42);
	assert_int_equal(ev.key_id, 3);
	arena_free(a);
}

static void
every_field_is_in_the_mac(void **state)
{
	struct arena *a = arena_new(1000000);
	const unsigned char other_key[KEYRING_KEY_SIZE] = {8};
	struct audit_chain chain = {.length = 41}, longer = {.length = 42},
			   moved = {.length = 41, .head = {1}};
	struct audit_event base = sample(), ev[15];
	size_t n = ARRAY_SIZE(ev), i, k;

	(void)state;
	audit_append(a, &base, &chain, 1, key);
	for (i = 0; i < n; i++)
		ev[i] = sample();
	ev[0].account.b[0] = 9;
	ev[1].at++;
	ev[2].kind = AUDIT_SIGN_IN;
	ev[3].accepted = false;
	ev[4].actor = AUDIT_BY_OPERATOR;
	ev[5].actor_id = UUID_NIL;
	ev[6].session.b[15] = 1;
	ev[7].factor = UUID_NIL;
	ev[8].organization.b[3] = 1;
	ev[9].address = STR("192.0.2.11");
	ev[10].user_agent = STR("");
	ev[11].request_id = STR("012");
	ev[12].details = STR_ABSENT;
	/* The same bytes, divided differently between two fields. */
	ev[13].address = STR("192.0.2.1a");
	ev[13].user_agent = STR("gent");
	ev[14].user_agent = STR_ABSENT;
	for (i = 0; i < n; i++) {
		audit_append(a, &ev[i], &chain, 1, key);
		assert_memory_not_equal(ev[i].mac, base.mac, SHA256_SIZE);
		for (k = 0; k < i; k++)
			assert_memory_not_equal(ev[i].mac, ev[k].mac, SHA256_SIZE);
	}
	ev[0] = ev[1] = ev[2] = sample();
	audit_append(a, &ev[0], &longer, 1, key);
	audit_append(a, &ev[1], &moved, 1, key);
	audit_append(a, &ev[2], &chain, 1, other_key);
	for (i = 0; i < 3; i++)
		assert_memory_not_equal(ev[i].mac, base.mac, SHA256_SIZE);
	arena_free(a);
}

/* The MAC of a row is the one that was appended; that of a checkpoint covers all its fields. */
static void
macs_of_rows_and_checkpoints(void **state)
{
	struct arena *a = arena_new(1000000);
	struct audit_chain chain = {.length = 41, .head = {5}};
	struct audit_event ev = sample();
	struct audit_row r = {
	    .account = ev.account,
	    .seq = 42,
	    .at = ev.at,
	    .kind = STR("verification"),
	    .result = STR("accepted"),
	    .actor = STR("account"),
	    .actor_id = ev.actor_id,
	    .session = ev.session,
	    .factor = ev.factor,
	    .organization = ev.organization,
	    .address = ev.address,
	    .user_agent = ev.user_agent,
	    .request_id = ev.request_id,
	    .details = ev.details,
	};
	struct audit_checkpoint base = {.account = {{1}}, .seq = 42, .pruned_at = 5}, other[4];
	unsigned char mac[SHA256_SIZE], again[SHA256_SIZE];
	size_t i;

	(void)state;
	audit_append(a, &ev, &chain, 1, key);
	audit_mac(a, &r, chain.head, key, mac);
	assert_memory_equal(mac, ev.mac, SHA256_SIZE);
	audit_checkpoint_mac(a, &base, key, mac);
	for (i = 0; i < 4; i++)
		other[i] = base;
	other[0].account.b[15] = 1;
	other[1].seq++;
	other[2].head[31] = 1;
	other[3].pruned_at++;
	for (i = 0; i < 4; i++) {
		audit_checkpoint_mac(a, &other[i], key, again);
		assert_memory_not_equal(again, mac, SHA256_SIZE);
	}
	arena_free(a);
}

static void
months_begin_at_midnight_utc(void **state)
{
	static const struct {
		int64_t at; /* seconds */
		int months;
		int64_t begins;
	} rows[] = {
	    {1795424102, 0, 1793491200},      /* 2026-11-23 -> 2026-11-01 */
	    {1793491200, 0, 1793491200},      /* the first instant */
	    {1793491199, 0, 1790812800},      /* the last of October */
	    {1795424102, 1, 1796083200},      /* December */
	    {1795424102, 2, 1798761600},      /* 2027-01 */
	    {1795424102, -11, 1764547200},    /* 2025-12 */
	    {1835481599, -12, 1801440000},    /* 2028-02-29 23:59:59 -> 2027-02-01 */
	    {1795424102, -1200, -1362268800}, /* 1926-11-01 */
	    {-1, 0, -2678400},                /* 1969-12-01 */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(audit_month(rows[i].at * 1000000 +
						 (rows[i].at == 1793491199 ? 999999 : 0),
				     rows[i].months),
		    rows[i].begins * 1000000);
}

static void
names_are_distinct(void **state)
{
	static const enum audit_kind kinds[] = {
#define KIND(member, name) member,
	    AUDIT_KINDS(KIND)
#undef KIND
	};
	size_t n = ARRAY_SIZE(kinds), i, k;

	(void)state;
	for (i = 0; i < n; i++)
		for (k = 0; k < i; k++)
			assert_false(str_eq(audit_kind_name(kinds[i]), audit_kind_name(kinds[k])));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_event_gets_the_next_number),
	    cmocka_unit_test(every_field_is_in_the_mac),
	    cmocka_unit_test(macs_of_rows_and_checkpoints),
	    cmocka_unit_test(months_begin_at_midnight_utc),
	    cmocka_unit_test(names_are_distinct),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
