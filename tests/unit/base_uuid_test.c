/* Making identifiers, and their text form. */
#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/rand.h"
#include "base/uuid.h"

#define NOW ((int64_t)1795425302123456)

static void
version_variant_and_time(void **state)
{
	/* 1795425302123 ms is 0x1a207aff66b. */
	static const unsigned char time_bytes[] = {0x01, 0xa2, 0x07, 0xaf, 0xf6, 0x6b};

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct uuid id = uuid_new(NOW);

		assert_int_equal(id.b[6] >> 4, 7);
		assert_int_equal(id.b[8] >> 6, 2);
		assert_memory_equal(id.b, time_bytes, 6);
	}
}

/* Among 200 identifiers each of the 74 random bits is 0 in one and 1 in another. */
static void
the_rest_is_random(void **state)
{
	unsigned char ones[16] = {0};
	unsigned char zeros[16] = {0};

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct uuid id = uuid_new(NOW);

		for (int j = 6; j < 16; j++) {
			ones[j] = (unsigned char)(ones[j] | id.b[j]);
			zeros[j] = (unsigned char)(zeros[j] | (id.b[j] ^ 0xff));
		}
	}
	assert_int_equal(ones[6] & zeros[6], 0x0f);
	assert_int_equal(ones[8] & zeros[8], 0x3f);
	assert_int_equal(ones[7] & zeros[7], 0xff);
	for (int j = 9; j < 16; j++)
		assert_int_equal(ones[j] & zeros[j], 0xff);
}

static void
order_follows_the_time(void **state)
{
	struct arena *a = arena_new(100000);
	struct uuid before = uuid_new(0);

	(void)state;
	for (int64_t t = 1; t < 40; t++) {
		struct uuid id = uuid_new((int64_t)1000 << t);

		assert_true(memcmp(before.b, id.b, sizeof(id.b)) < 0);
		assert_true(strcmp(str_c(a, id_format(a, "x", before)),
				str_c(a, id_format(a, "x", id))) < 0);
		before = id;
	}
	arena_free(a);
}

static void
equal_and_nil(void **state)
{
	struct uuid id = uuid_new(NOW);
	struct uuid other = id;

	(void)state;
	assert_true(uuid_eq(id, other));
	other.b[15] ^= 1;
	assert_false(uuid_eq(id, other));
	assert_false(uuid_is_nil(id));
	assert_true(uuid_is_nil(UUID_NIL));
	assert_false(uuid_is_nil((struct uuid){.b = {[15] = 1}}));
}

/* The pair is the example of the TypeID specification, computed by its own tools. */
static void
text_form(void **state)
{
	static const struct uuid example = {{0x01, 0x89, 0x0a, 0x5d, 0xac, 0x96, 0x77, 0x4b, 0xbc,
	    0xce, 0xb3, 0x02, 0x09, 0x9a, 0x80, 0x57}};
	struct arena *a = arena_new(1000);
	struct uuid id = {{0}};
	struct uuid ones;

	(void)state;
	memset(ones.b, 0xff, sizeof(ones.b));
	assert_str(id_format(a, "prefix", example), "prefix_01h455vb4pex5vsknk084sn02q");
	assert_true(id_parse(STR("prefix_01h455vb4pex5vsknk084sn02q"), "prefix", &id));
	assert_true(uuid_eq(id, example));
	assert_str(id_format(a, "usr", UUID_NIL), "usr_00000000000000000000000000");
	assert_str(id_format(a, "usr", ones), "usr_7zzzzzzzzzzzzzzzzzzzzzzzzz");
	assert_true(id_parse(STR("usr_7zzzzzzzzzzzzzzzzzzzzzzzzz"), "usr", &id));
	assert_true(uuid_eq(id, ones));
	arena_free(a);
}

static void
round_trips(void **state)
{
	struct arena *a = arena_new(100000);

	(void)state;
	for (int i = 0; i < 500; i++) {
		struct uuid id;
		struct uuid back = {{0}};

		rand_bytes(id.b, sizeof(id.b));
		assert_true(id_parse(id_format(a, ID_FACTOR, id), ID_FACTOR, &back));
		assert_true(uuid_eq(id, back));
	}
	arena_free(a);
}

static void
refusals(void **state)
{
	static const char *const bad[] = {
	    "",
	    "usr",
	    "usr_",
	    "usr01h455vb4pex5vsknk084sn02q",
	    "usr_01h455vb4pex5vsknk084sn02",
	    "usr_01h455vb4pex5vsknk084sn02qq",
	    "org_01h455vb4pex5vsknk084sn02q",
	    "USR_01h455vb4pex5vsknk084sn02q",
	    "usr_01H455VB4PEX5VSKNK084SN02Q",
	    "usr-01h455vb4pex5vsknk084sn02q",
	    "usr_81h455vb4pex5vsknk084sn02q",
	    "usr_z1h455vb4pex5vsknk084sn02q",
	    "usr_01h455vb4pex5vsknk084sn02i",
	    "usr_01h455vb4pex5vsknk084sn02l",
	    "usr_01h455vb4pex5vsknk084sn02o",
	    "usr_01h455vb4pex5vsknk084sn02u",
	    "usr_ 1h455vb4pex5vsknk084sn02q",
	    "usr_-1h455vb4pex5vsknk084sn02q",
	    " usr_01h455vb4pex5vsknk084sn02",
	};
	struct uuid id = {.b = {9}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (id_parse(str_of(bad[i]), ID_ACCOUNT, &id))
			fail_msg("%s was parsed", bad[i]);
	assert_false(id_parse(STR("usr_01h455vb4pex5vsknk084sn02\0"), ID_ACCOUNT, &id));
	assert_false(id_parse(str_of(NULL), ID_ACCOUNT, &id));
	assert_true(uuid_eq(id, (struct uuid){.b = {9}}));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(version_variant_and_time),
	    cmocka_unit_test(the_rest_is_random),
	    cmocka_unit_test(order_follows_the_time),
	    cmocka_unit_test(equal_and_nil),
	    cmocka_unit_test(text_form),
	    cmocka_unit_test(round_trips),
	    cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests_name("base_uuid", tests, NULL, NULL);
}
