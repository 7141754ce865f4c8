/* Tokens that were issued are parsed, anything else is refused. */
#include "unit.h"

#include "base/arena.h"
#include "base/codec.h"
#include "crypto/token.h"

static void
an_issued_token_is_parsed(void **state)
{
	struct arena *a = arena_new(100000);
	struct uuid account = uuid_new(1);
	struct uuid session = uuid_new(2);
	struct token issued;
	struct token read;
	struct secret text;
	unsigned char *bytes;
	unsigned char hash[SHA256_SIZE];
	size_t n;

	(void)state;
	token_issue(a, account, session, &issued, &text);
	assert_int_equal(text.n, 86);
	assert_true(token_parse(a, secret_reveal(text), &read));
	assert_true(uuid_eq(read.account, account) && uuid_eq(issued.account, account));
	assert_true(uuid_eq(read.session, session) && uuid_eq(issued.session, session));
	assert_memory_equal(read.hash, issued.hash, SHA256_SIZE);
	assert_true(base64url_decode(a, secret_reveal(text), &bytes, &n));
	assert_int_equal(n, 64);
	assert_memory_equal(bytes, account.b, 16);
	assert_memory_equal(bytes + 16, session.b, 16);
	sha256(bytes + 32, 32, hash);
	assert_memory_equal(hash, issued.hash, SHA256_SIZE);
	arena_free(a);
}

static void
tokens_are_random(void **state)
{
	struct arena *a = arena_new(100000);
	struct uuid id = uuid_new(1);
	struct token x;
	struct token y;
	struct secret text_x;
	struct secret text_y;

	(void)state;
	token_issue(a, id, id, &x, &text_x);
	token_issue(a, id, id, &y, &text_y);
	assert_memory_not_equal(x.hash, y.hash, SHA256_SIZE);
	assert_false(secret_eq(text_x, text_y));
	arena_free(a);
}

static void
another_secret_has_another_hash(void **state)
{
	struct arena *a = arena_new(200000);
	struct uuid id = uuid_new(1);
	struct token issued;
	struct token read;
	struct secret text;

	(void)state;
	token_issue(a, id, id, &issued, &text);
	/* Characters 0 to 41 hold ids only, 43 to 85 the secret only. */
	for (size_t i = 0; i < text.n - 1; i++) {
		struct secret changed = secret_copy(a, secret_reveal(text));

		changed.p[i] = changed.p[i] == 'A' ? 'B' : 'A';
		assert_true(token_parse(a, secret_reveal(changed), &read));
		if (i < 42)
			assert_memory_equal(read.hash, issued.hash, SHA256_SIZE);
		else if (i > 42)
			assert_memory_not_equal(read.hash, issued.hash, SHA256_SIZE);
	}
	arena_free(a);
}

static void
malformed_tokens_are_refused(void **state)
{
	struct arena *a = arena_new((size_t)512 * 1024);
	struct uuid id = uuid_new(1);
	char text[300];
	struct token t;
	struct secret issued;

	(void)state;
	memset(text, 'A', sizeof(text));
	for (size_t n = 0; n < sizeof(text); n++)
		assert_int_equal(token_parse(a, (struct str){.p = text, .n = n}, &t), n == 86);
	assert_false(token_parse(a, str_of(NULL), &t));
	token_issue(a, id, id, &t, &issued);
	for (size_t i = 0; i < issued.n; i++) {
		static const char wrong[] = "=+/. \n%\0";

		for (size_t j = 0; j < sizeof(wrong); j++) {
			struct secret changed = secret_copy(a, secret_reveal(issued));

			changed.p[i] = (unsigned char)wrong[j];
			assert_false(token_parse(a, secret_reveal(changed), &t));
		}
	}
	/* The last character carries four bits that fill no byte. */
	issued.p[85] = 'B';
	assert_false(token_parse(a, secret_reveal(issued), &t));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_issued_token_is_parsed),
	    cmocka_unit_test(tokens_are_random),
	    cmocka_unit_test(another_secret_has_another_hash),
	    cmocka_unit_test(malformed_tokens_are_refused),
	};

	return cmocka_run_group_tests_name("crypto_token", tests, NULL, NULL);
}
