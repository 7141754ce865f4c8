/* When mail is retried or given up, its values, and links that verify an address. */
#include "unit.h"

#include <string.h>

#include "base/arena.h"
#include "domain/email.h"
#include "domain/mail.h"

#define NOW ((int64_t)1795425302 * CLOCK_SECOND)

static void
every_kind_is_parsed_from_its_name(void **state)
{
	enum mail_kind kind;
	int i, k;

	(void)state;
	for (i = 0; i < MAIL_KIND_COUNT; i++) {
		assert_true(mail_kind_parse(mail_kind_name((enum mail_kind)i), &kind));
		assert_int_equal(kind, i);
		for (k = 0; k < i; k++)
			assert_false(str_eq(mail_kind_name((enum mail_kind)i),
			    mail_kind_name((enum mail_kind)k)));
	}
	assert_false(mail_kind_parse(STR("nothing"), &kind));
	assert_false(mail_kind_parse(STR_ABSENT, &kind));
}

/* The waits are 1, 3, 9, 27, 81 and 243 minutes, then six hours, for three days. */
static void
waits_grow_and_end(void **state)
{
	static const int minutes[] = {1, 3, 9, 27, 81, 243, 360, 360, 360};
	int64_t now = NOW, next;
	int32_t attempt;

	(void)state;
	for (attempt = 1; attempt <= 9; attempt++)
		assert_int_equal(mail_next_attempt(MAIL_MFA_RESET, NOW, attempt, NOW) - NOW,
		    minutes[attempt - 1] * CLOCK_MINUTE);
	assert_int_equal(mail_next_attempt(MAIL_MFA_RESET, NOW, INT32_MAX, NOW) - NOW,
	    MAIL_WAIT_LAST);
	for (attempt = 1; (next = mail_next_attempt(MAIL_MFA_RESET, NOW, attempt, now)) != 0;
	     attempt++) {
		assert_true(next > now && next < NOW + MAIL_LIFETIME);
		now = next;
		assert_true(attempt < 100);
	}
	assert_true(now > NOW + MAIL_LIFETIME - MAIL_WAIT_LAST - CLOCK_MINUTE);
	assert_int_equal(attempt, 17);
}

static void
links_and_reminders_are_given_up_after_a_day(void **state)
{
	(void)state;
	assert_int_equal(mail_lifetime(MAIL_VERIFY_EMAIL), EMAIL_LINK_LIFETIME);
	assert_int_equal(mail_next_attempt(MAIL_VERIFY_EMAIL, NOW, 1,
			     NOW + EMAIL_LINK_LIFETIME - CLOCK_MINUTE),
	    0);
	assert_true(mail_next_attempt(MAIL_VERIFY_EMAIL, NOW, 1,
			NOW + EMAIL_LINK_LIFETIME - 2 * CLOCK_MINUTE) > 0);
	assert_int_equal(mail_lifetime(MAIL_DEADLINE_NEAR), CLOCK_DAY);
	assert_int_equal(mail_lifetime(MAIL_POLICY_APPLIES), MAIL_LIFETIME);
	assert_int_equal(mail_next_attempt(MAIL_FACTOR_ADDED, NOW, 1,
			     NOW + MAIL_LIFETIME - CLOCK_MINUTE),
	    0);
	assert_true(mail_next_attempt(MAIL_FACTOR_ADDED, NOW, 1,
			NOW + MAIL_LIFETIME - CLOCK_MINUTE - 1) > 0);
}

static void
values_that_are_set_make_an_object(void **state)
{
	struct arena *a = arena_new(1000000);
	struct mail_values v = {.left = -1};

	(void)state;
	assert_str(mail_values_json(a, &v), "{}");
	v.left = 0;
	assert_str(mail_values_json(a, &v), "{\"left\":0}");
	v.name = STR("Mia \"M\" Santos");
	v.label = STR("a\nb");
	v.address = STR("192.0.2.1");
	assert_str(mail_values_json(a, &v),
	    "{\"name\":\"Mia \\\"M\\\" "
	    "Santos\",\"label\":\"a\\u000ab\",\"address\":\"192.0.2.1\",\"left\":0}");
	v = (struct mail_values){
	    .organization = STR("Acme \"1\""),
	    .deadline = STR("1 June 2030, 10:00 UTC"),
	    .member = STR("Mia"),
	    .member_email = STR("mia@example.org"),
	    .days = 3,
	    .left = -1,
	};
	assert_str(mail_values_json(a, &v), "{\"organization\":\"Acme \\\"1\\\"\",\"deadline\":\"1 "
					    "June 2030, 10:00 UTC\",\"member\":\"Mia\","
					    "\"member_email\":\"mia@example.org\",\"days\":3}");
	arena_free(a);
}

static void
a_link_is_valid_for_its_token_once_and_for_a_day(void **state)
{
	struct arena *a = arena_new(1000000);
	const struct uuid account = {{1}}, other = {{2}};
	struct secret text, text2;
	struct email_link link = email_link_make(a, account, STR("mia@example.org"), NOW, &text),
			  used;
	struct email_link second = email_link_make(a, account, STR("mia@example.org"), NOW, &text2);
	struct token token, token2, wrong;

	(void)state;
	assert_int_equal(text.n, 86);
	assert_true(token_parse(a, secret_reveal(text), &token));
	assert_true(token_parse(a, secret_reveal(text2), &token2));
	assert_true(email_link_is_valid(&link, &token, NOW));
	assert_true(email_link_is_valid(&link, &token, NOW + CLOCK_DAY - 1));
	assert_false(email_link_is_valid(&link, &token, NOW + CLOCK_DAY));
	assert_false(email_link_is_valid(&link, &token2, NOW));
	assert_false(email_link_is_valid(&second, &token, NOW));
	wrong = token;
	wrong.account = other;
	assert_false(email_link_is_valid(&link, &wrong, NOW));
	wrong = token;
	wrong.session = token2.session;
	assert_false(email_link_is_valid(&link, &wrong, NOW));
	wrong = token;
	wrong.hash[31] ^= 1;
	assert_false(email_link_is_valid(&link, &wrong, NOW));
	used = link;
	used.used_at = NOW;
	assert_false(email_link_is_valid(&used, &token, NOW));
	arena_free(a);
}

static void
another_message_after_a_minute(void **state)
{
	(void)state;
	assert_int_equal(email_link_wait(0, NOW), 0);
	assert_int_equal(email_link_wait(NOW, NOW), 60);
	assert_int_equal(email_link_wait(NOW, NOW + 1), 60);
	assert_int_equal(email_link_wait(NOW, NOW + 59 * CLOCK_SECOND), 1);
	assert_int_equal(email_link_wait(NOW, NOW + CLOCK_MINUTE - 1), 1);
	assert_int_equal(email_link_wait(NOW, NOW + CLOCK_MINUTE), 0);
	assert_int_equal(email_link_wait(NOW + CLOCK_DAY, NOW), 60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_kind_is_parsed_from_its_name),
	    cmocka_unit_test(waits_grow_and_end),
	    cmocka_unit_test(links_and_reminders_are_given_up_after_a_day),
	    cmocka_unit_test(values_that_are_set_make_an_object),
	    cmocka_unit_test(a_link_is_valid_for_its_token_once_and_for_a_day),
	    cmocka_unit_test(another_message_after_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
