/* Browsers by the names that their owners know. */
#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "web/page/user_agent.h"

static void
browsers_are_recognized_by_their_user_agent(void **state)
{
	static const struct {
		const char *agent, *text;
	} rows[] = {
	    {"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
		"Firefox on Linux"},
	    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
	     "Chrome/131.0.0.0 "
	     "Safari/537.36",
		"Chrome on Windows"},
	    {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
	     "Chrome/131.0.0.0 "
	     "Safari/537.36 Edg/131.0.0.0",
		"Edge on Windows"},
	    {"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
	     "like Gecko) "
	     "Version/18.1 Mobile/15E148 Safari/604.1",
		"Safari on iPhone"},
	    {"Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) "
	     "Chrome/131.0.0.0 Mobile "
	     "Safari/537.36",
		"Chrome on Android"},
	    {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like "
	     "Gecko) Version/18.1 "
	     "Safari/605.1.15",
		"Safari on macOS"},
	    {"curl/7.88.1", "curl/7.88.1"},
	    {"Firefox/1", "Firefox"},
	    {"", ""},
	};
	struct arena *a = arena_new(100000);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct str text = user_agent_text(a, str_of(rows[i].agent));

		assert_true(str_eq(text, str_of(rows[i].text)));
	}
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(browsers_are_recognized_by_their_user_agent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
