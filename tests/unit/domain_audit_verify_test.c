/* Verifying sound chains, and finding each kind of fault. */
#include "unit.h"

#include "base/arena.h"
#include "domain/audit_verify.h"

#define EVENTS 6
#define FOUND_MAX 16

struct fixture {
	struct arena *a;
	char folder[32];
	char path[64];
	struct keyring *keys;
	struct audit_row events[EVENTS + 1]; /* by their numbers; 0 is unused */
	struct audit_verifier verifier;
	struct audit_finding found[FOUND_MAX];
	size_t count;
};

static const struct uuid account = {{7}};

static void
collect(void *arg, const struct audit_finding *f)
{
	struct fixture *w = arg;

	assert_true(w->count < FOUND_MAX);
	w->found[w->count++] = *f;
}

static const unsigned char *
audit_key(const struct fixture *w)
{
	return keyring_key(w->keys, 1, KEY_USE_AUDIT);
}

static int
setup(void **state)
{
	struct fixture *w = calloc(1, sizeof(*w));
	unsigned char before[SHA256_SIZE] = {0};
	struct str why;

	if (w == NULL)
		return -1;
	w->a = arena_new(ARENA_REQUEST_MAX);
	snprintf(w->folder, sizeof(w->folder), "/tmp/chain-XXXXXX");
	if (mkdtemp(w->folder) == NULL)
		return -1;
	snprintf(w->path, sizeof(w->path), "%s/keys", w->folder);
	if (keyring_create(w->a, w->path, &why) != OK ||
	    keyring_load(w->a, w->path, &w->keys, &why) != OK)
		return -1;
	for (int64_t i = 1; i <= EVENTS; i++) {
		struct audit_row *r = &w->events[i];

		*r = (struct audit_row){
		    .account = account,
		    .seq = i,
		    .at = 1800000000000000 + i,
		    .kind = STR("sign_in"),
		    .result = STR("accepted"),
		    .actor = STR("account"),
		    .key_id = 1,
		};
		audit_mac(w->a, r, before, audit_key(w), r->mac);
		memcpy(before, r->mac, SHA256_SIZE);
	}
	w->verifier =
	    (struct audit_verifier){.keys = w->keys, .arena = w->a, .report = collect, .arg = w};
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *w = *state;
	int left;

	keyring_free(w->keys);
	unlink(w->path);
	left = rmdir(w->folder);
	arena_free(w->a);
	free(w);
	return left;
}

/* Verifies the events in an order such as "123456". */
static void
verify_events(struct fixture *w, const char *order, const struct audit_checkpoint *checkpoint,
    int64_t length, const unsigned char *head)
{
	w->count = 0;
	audit_verifier_begin(&w->verifier, account, checkpoint);
	for (; *order != '\0'; order++)
		audit_verifier_add(&w->verifier, &w->events[*order - '0'], NULL);
	audit_verifier_end(&w->verifier, length, head);
}

static void
verify_all(struct fixture *w)
{
	verify_events(w, "123456", NULL, EVENTS, w->events[EVENTS].mac);
}

static void
assert_found(const struct fixture *w, size_t i, enum audit_fault fault, int64_t seq, int64_t last)
{
	assert_true(i < w->count);
	assert_int_equal(w->found[i].fault, fault);
	assert_int_equal(w->found[i].seq, seq);
	assert_int_equal(w->found[i].last, last);
	assert_true(uuid_eq(w->found[i].account, account));
}

static void
assert_found_only(const struct fixture *w, enum audit_fault fault, int64_t seq, int64_t last)
{
	assert_int_equal(w->count, 1);
	assert_found(w, 0, fault, seq, last);
}

static struct audit_checkpoint
checkpoint_at(struct fixture *w, int64_t seq)
{
	struct audit_checkpoint checkpoint = {.account = account,
	    .seq = seq,
	    .pruned_at = 9,
	    .key_id = 1};

	memcpy(checkpoint.head, w->events[seq].mac, SHA256_SIZE);
	audit_checkpoint_mac(w->a, &checkpoint, audit_key(w), checkpoint.mac);
	return checkpoint;
}

static void
sound_chains(void **state)
{
	static const unsigned char zeros[SHA256_SIZE];
	struct fixture *w = *state;
	struct audit_checkpoint checkpoint = checkpoint_at(w, 4);

	verify_all(w);
	assert_int_equal(w->count, 0);
	assert_int_equal(w->verifier.events, EVENTS);
	assert_memory_equal(audit_verifier_head(&w->verifier), w->events[EVENTS].mac, SHA256_SIZE);
	verify_events(w, "", NULL, 0, zeros);
	assert_int_equal(w->count, 0);
	verify_events(w, "56", &checkpoint, EVENTS, w->events[EVENTS].mac);
	assert_int_equal(w->count, 0);
	verify_events(w, "", &checkpoint, 4, checkpoint.head);
	assert_int_equal(w->count, 0);
}

static void
changed_events(void **state)
{
	struct fixture *w = *state;
	struct audit_row was = w->events[3];

	w->events[3].at++;
	verify_all(w);
	assert_found_only(w, AUDIT_FAULT_CHANGED, 3, 3);
	w->events[3] = was;
	w->events[3].mac[0] ^= 1;
	verify_all(w);
	assert_found_only(w, AUDIT_FAULT_CHANGED, 3, 3);
	w->events[3] = was;
	w->events[3].malformed = true;
	verify_all(w);
	assert_found_only(w, AUDIT_FAULT_CHANGED, 3, 3);
	w->events[3] = was;
	w->events[3].key_id = 2;
	verify_all(w);
	assert_found_only(w, AUDIT_FAULT_KEY, 3, 3);
	w->events[3].key_id = 65537; /* must not be cut to 1 */
	verify_all(w);
	assert_found_only(w, AUDIT_FAULT_KEY, 3, 3);
	w->events[3] = was;
	was = w->events[6]; /* The head has the MAC that the last event should have. */
	w->events[6].mac[5] ^= 1;
	verify_events(w, "123456", NULL, EVENTS, was.mac);
	assert_found_only(w, AUDIT_FAULT_CHANGED, 6, 6);
	verify_events(w, "123456", NULL, EVENTS, w->events[6].mac); /* the head was changed too */
	assert_found_only(w, AUDIT_FAULT_CHANGED, 6, 6);
	verify_events(w, "123456", NULL, EVENTS, w->events[5].mac);
	assert_int_equal(w->count, 2);
	assert_found(w, 0, AUDIT_FAULT_CHANGED, 6, 6);
	assert_found(w, 1, AUDIT_FAULT_HEAD, 6, 6);
}

static void
removed_events(void **state)
{
	struct fixture *w = *state;

	verify_events(w, "12456", NULL, EVENTS, w->events[EVENTS].mac);
	assert_found_only(w, AUDIT_FAULT_MISSING, 3, 3);
	verify_events(w, "56", NULL, EVENTS, w->events[EVENTS].mac);
	assert_found_only(w, AUDIT_FAULT_MISSING, 1, 4);
	verify_events(w, "1234", NULL, EVENTS, w->events[EVENTS].mac);
	assert_found_only(w, AUDIT_FAULT_MISSING, 5, 6);
	verify_events(w, "1234", NULL, 4, w->events[EVENTS].mac);
	assert_found_only(w, AUDIT_FAULT_HEAD, 4, 4);
	verify_events(w, "123456", NULL, 4, w->events[4].mac);
	assert_found_only(w, AUDIT_FAULT_BEHIND, 5, 6);
	verify_events(w, "", NULL, 0, w->events[1].mac);
	assert_found_only(w, AUDIT_FAULT_HEAD, 0, 0);
}

static void
inserted_events(void **state)
{
	struct fixture *w = *state;
	struct audit_row was = w->events[4];

	verify_events(w, "1233456", NULL, EVENTS, w->events[EVENTS].mac);
	assert_found_only(w, AUDIT_FAULT_DUPLICATE, 3, 3);
	verify_events(w, "1234526", NULL, EVENTS, w->events[EVENTS].mac);
	assert_found_only(w, AUDIT_FAULT_DUPLICATE, 2, 2);
	/* After a false event and then the right one, the chain continues from the right one. */
	w->events[4] = w->events[2];
	w->events[4].seq = 3;
	verify_events(w, "124356", NULL, EVENTS, w->events[EVENTS].mac);
	assert_found(w, 0, AUDIT_FAULT_CHANGED, 3, 3);
	assert_found(w, 1, AUDIT_FAULT_DUPLICATE, 3, 3);
	assert_found(w, 2, AUDIT_FAULT_MISSING, 4, 4);
	assert_int_equal(w->count, 3);
	w->events[4] = was;
	/* An authentic event under another number. */
	w->events[4] = w->events[5];
	w->events[4].seq = 4;
	verify_events(w, "12346", NULL, EVENTS, w->events[EVENTS].mac);
	assert_found(w, 0, AUDIT_FAULT_CHANGED, 4, 4);
	assert_found(w, 1, AUDIT_FAULT_MISSING, 5, 5);
	audit_verifier_end_unrecorded(&w->verifier);
	assert_found(w, 2, AUDIT_FAULT_UNRECORDED, 6, 6);
}

static void
checkpoints(void **state)
{
	struct fixture *w = *state;
	struct audit_checkpoint checkpoint = checkpoint_at(w, 4), forged = checkpoint;

	verify_events(w, "456", &checkpoint, EVENTS, w->events[EVENTS].mac);
	assert_found_only(w, AUDIT_FAULT_DROPPED, 4, 4);
	verify_events(w, "6", &checkpoint, EVENTS, w->events[EVENTS].mac);
	assert_found_only(w, AUDIT_FAULT_MISSING, 5, 5);
	forged.seq = 5;
	memcpy(forged.head, w->events[5].mac, SHA256_SIZE);
	verify_events(w, "6", &forged, EVENTS, w->events[EVENTS].mac);
	assert_int_equal(w->count, 2);
	assert_found(w, 0, AUDIT_FAULT_CHECKPOINT, 5, 5);
	assert_found(w, 1, AUDIT_FAULT_MISSING, 1, 5);
	forged = checkpoint;
	forged.key_id = 3;
	verify_events(w, "56", &forged, EVENTS, w->events[EVENTS].mac);
	assert_found(w, 0, AUDIT_FAULT_CHECKPOINT, 4, 4);
}

/* As in an exported file, where each event states the previous MAC. */
static void
events_with_their_previous_mac(void **state)
{
	struct fixture *w = *state;
	struct audit_row was = w->events[4];

	audit_verifier_begin_part(&w->verifier, account, 2, w->events[2].mac);
	for (int i = 3; i <= EVENTS; i++)
		audit_verifier_add(&w->verifier, &w->events[i], w->events[i - 1].mac);
	assert_int_equal(w->count, 0);
	audit_verifier_begin_part(&w->verifier, account, 2, w->events[2].mac);
	audit_verifier_add(&w->verifier, &w->events[3], w->events[2].mac);
	audit_verifier_add(&w->verifier, &w->events[5], w->events[4].mac);
	assert_found_only(w, AUDIT_FAULT_MISSING, 4, 4);
	w->count = 0;
	audit_verifier_add(&w->verifier, &w->events[6], w->events[4].mac);
	assert_found_only(w, AUDIT_FAULT_CHANGED, 6, 6);
	/* Its MAC was made with the key, but behind another event than the one before it. */
	w->count = 0;
	audit_mac(w->a, &w->events[4], w->events[1].mac, audit_key(w), w->events[4].mac);
	audit_verifier_begin_part(&w->verifier, account, 2, w->events[2].mac);
	audit_verifier_add(&w->verifier, &w->events[3], w->events[2].mac);
	audit_verifier_add(&w->verifier, &w->events[4], w->events[1].mac);
	assert_found_only(w, AUDIT_FAULT_UNLINKED, 4, 4);
	w->events[4] = was;
}

static void
names_are_distinct(void **state)
{
	(void)state;
	for (int i = 0; i <= AUDIT_FAULT_UNRECORDED; i++) {
		assert_true(audit_fault_text((enum audit_fault)i).n > 0);
		for (int k = 0; k < i; k++)
			assert_false(str_eq(audit_fault_name((enum audit_fault)i),
			    audit_fault_name((enum audit_fault)k)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(sound_chains, setup, teardown),
	    cmocka_unit_test_setup_teardown(changed_events, setup, teardown),
	    cmocka_unit_test_setup_teardown(removed_events, setup, teardown),
	    cmocka_unit_test_setup_teardown(inserted_events, setup, teardown),
	    cmocka_unit_test_setup_teardown(checkpoints, setup, teardown),
	    cmocka_unit_test_setup_teardown(events_with_their_previous_mac, setup, teardown),
	    cmocka_unit_test(names_are_distinct),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
