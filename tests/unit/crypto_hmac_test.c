/* HMAC and SHA-256 by published vectors: RFC 2202, RFC 4231, FIPS 180-4. */
#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "base/codec.h"
#include "crypto/hmac.h"

/* The keys and data that RFC 2202 and RFC 4231 share: a text, or one byte repeated. */
struct input {
	unsigned char key_byte;
	size_t key_n;
	const char *key;
	unsigned char data_byte;
	size_t data_n;
	const char *data;
};

static const char counting[] =
    "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14"
    "\x15\x16\x17\x18\x19";
static const char long_key[] = "Test Using Larger Than Block-Size Key - Hash Key First";

static void
assert_mac(enum hash h, struct input in, const char *want)
{
	struct arena *a = arena_new(10000);
	unsigned char *key = arena_alloc(a, in.key_n);
	unsigned char *data = arena_alloc(a, in.data_n);
	unsigned char mac[64];
	size_t n;

	if (in.key != NULL)
		memcpy(key, in.key, in.key_n);
	else
		memset(key, in.key_byte, in.key_n);
	if (in.data != NULL)
		memcpy(data, in.data, in.data_n);
	else
		memset(data, in.data_byte, in.data_n);
	n = hmac(h, key, in.key_n, data, in.data_n, mac);
	assert_string_equal(str_c(a, hex_encode(a, mac, n)), want);
	arena_free(a);
}

static void
sha1_vectors(void **state)
{
	(void)state;
	assert_mac(HASH_SHA1,
	    (struct input){.key_byte = 0x0b, .key_n = 20, .data = "Hi There", .data_n = 8},
	    "b617318655057264e28bc0b6fb378c8ef146be00");
	assert_mac(HASH_SHA1,
	    (struct input){.key = "Jefe",
		.key_n = 4,
		.data = "what do ya want for nothing?",
		.data_n = 28},
	    "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	assert_mac(HASH_SHA1,
	    (struct input){.key_byte = 0xaa, .key_n = 20, .data_byte = 0xdd, .data_n = 50},
	    "125d7342b9ac11cd91a39af48aa17b4f63f175d3");
	assert_mac(HASH_SHA1,
	    (struct input){.key = counting, .key_n = 25, .data_byte = 0xcd, .data_n = 50},
	    "4c9007f4026250c6bc8414f9bf50c86c2d7235da");
	assert_mac(HASH_SHA1,
	    (struct input){.key_byte = 0xaa,
		.key_n = 80,
		.data = long_key,
		.data_n = sizeof(long_key) - 1},
	    "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

static void
sha256_vectors(void **state)
{
	(void)state;
	assert_mac(HASH_SHA256,
	    (struct input){.key_byte = 0x0b, .key_n = 20, .data = "Hi There", .data_n = 8},
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	assert_mac(HASH_SHA256,
	    (struct input){.key = "Jefe",
		.key_n = 4,
		.data = "what do ya want for nothing?",
		.data_n = 28},
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	assert_mac(HASH_SHA256,
	    (struct input){.key_byte = 0xaa, .key_n = 20, .data_byte = 0xdd, .data_n = 50},
	    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
	assert_mac(HASH_SHA256,
	    (struct input){.key = counting, .key_n = 25, .data_byte = 0xcd, .data_n = 50},
	    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
	assert_mac(HASH_SHA256,
	    (struct input){.key_byte = 0xaa,
		.key_n = 131,
		.data = long_key,
		.data_n = sizeof(long_key) - 1},
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void
sha512_vectors(void **state)
{
	(void)state;
	assert_mac(HASH_SHA512,
	    (struct input){.key_byte = 0x0b, .key_n = 20, .data = "Hi There", .data_n = 8},
	    "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
	    "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854");
	assert_mac(HASH_SHA512,
	    (struct input){.key = "Jefe",
		.key_n = 4,
		.data = "what do ya want for nothing?",
		.data_n = 28},
	    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
	    "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
	assert_mac(HASH_SHA512,
	    (struct input){.key_byte = 0xaa, .key_n = 20, .data_byte = 0xdd, .data_n = 50},
	    "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39"
	    "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb");
	assert_mac(HASH_SHA512,
	    (struct input){.key = counting, .key_n = 25, .data_byte = 0xcd, .data_n = 50},
	    "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db"
	    "a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd");
	assert_mac(HASH_SHA512,
	    (struct input){.key_byte = 0xaa,
		.key_n = 131,
		.data = long_key,
		.data_n = sizeof(long_key) - 1},
	    "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
	    "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

/* An empty key must not mean the key of the previous call. The MACs are Python's hmac's. */
static void
an_empty_key_is_a_key(void **state)
{
	static const char want[] =
	    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";

	(void)state;
	assert_mac(HASH_SHA256, (struct input){.key = "Jefe", .key_n = 4, .data = "", .data_n = 0},
	    "923598ca6d64af2a5dba79dcd021a8a0fe5c5f557519adaaf0ad532d4506dd30");
	assert_mac(HASH_SHA256, (struct input){.key = "", .key_n = 0, .data = "", .data_n = 0},
	    want);
}

static void
sha256_digests(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
	    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	struct arena *a = arena_new(10000);
	unsigned char digest[SHA256_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		sha256(rows[i].text, strlen(rows[i].text), digest);
		assert_string_equal(str_c(a, hex_encode(a, digest, sizeof(digest))), rows[i].want);
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sha1_vectors),
	    cmocka_unit_test(sha256_vectors),
	    cmocka_unit_test(sha512_vectors),
	    cmocka_unit_test(an_empty_key_is_a_key),
	    cmocka_unit_test(sha256_digests),
	};

	return cmocka_run_group_tests_name("crypto_hmac", tests, NULL, NULL);
}
