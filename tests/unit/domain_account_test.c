/* Names and e-mail addresses of accounts. */
#include "unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "domain/account.h"

static int
setup(void **state)
{
	*state = arena_new(ARENA_REQUEST_MAX);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void
addresses(void **state)
{
	static const struct {
		struct str given;
		const char *kept; /* NULL: refused */
	} cases[] = {
	    {STR_INIT("a@b"), "a@b"},
	    {STR_INIT("Mia.Bos+x@Example.ORG"), "mia.bos+x@example.org"},
	    {STR_INIT("j\xc3\xb6rg@example.org"), "j\xc3\xb6rg@example.org"},
	    {STR_INIT(""), NULL},
	    {{0}, NULL},
	    {STR_INIT("a"), NULL},
	    {STR_INIT("@b"), NULL},
	    {STR_INIT("a@"), NULL},
	    {STR_INIT("a@b@c"), NULL},
	    {STR_INIT("a b@c"), NULL},
	    {STR_INIT(" a@b"), NULL},
	    {STR_INIT("a\n@b"), NULL},
	    {STR_INIT("a\0@b"), NULL},
	    {STR_INIT("a\xff@b"), NULL},
	};
	char longest[ACCOUNT_EMAIL_MAX + 1];
	struct str address;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		address = cases[i].given;
		assert_int_equal(account_email_normalize(*state, &address), cases[i].kept != NULL);
		if (cases[i].kept != NULL)
			assert_true(str_eq(address, str_of(cases[i].kept)));
	}
	memset(longest, 'a', sizeof(longest));
	longest[1] = '@';
	address = (struct str){.p = longest, .n = ACCOUNT_EMAIL_MAX};
	assert_true(account_email_normalize(*state, &address));
	address = (struct str){.p = longest, .n = ACCOUNT_EMAIL_MAX + 1};
	assert_false(account_email_normalize(*state, &address));
}

static void
names(void **state)
{
	static const struct str refused[] = {{0}, STR_INIT(""), STR_INIT(" \t "), STR_INIT("a\nb"),
	    STR_INIT("a\0b"), STR_INIT("\xff")};
	char longest[ACCOUNT_NAME_MAX + 1];
	struct str name = STR("  Mia Bos ");

	(void)state;
	assert_true(account_name_normalize(&name));
	assert_str(name, "Mia Bos");
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		name = refused[i];
		assert_false(account_name_normalize(&name));
	}
	memset(longest, 'a', sizeof(longest));
	name = (struct str){.p = longest, .n = ACCOUNT_NAME_MAX};
	assert_true(account_name_normalize(&name));
	name = (struct str){.p = longest, .n = ACCOUNT_NAME_MAX + 1};
	assert_false(account_name_normalize(&name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(addresses, setup, teardown),
	    cmocka_unit_test_setup_teardown(names, setup, teardown),
	};

	return cmocka_run_group_tests_name("domain_account", tests, NULL, NULL);
}
