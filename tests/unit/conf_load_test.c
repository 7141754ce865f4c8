/* Reading, checking and printing the configuration. */
#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "conf/conf.h"

struct fixture {
	struct arena *a;
	char path[64];
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fd;

	if (f == NULL)
		return 1;
	f->a = arena_new((size_t)8 * 1024 * 1024);
	memcpy(f->path, "/tmp/conf_load.XXXXXX", sizeof("/tmp/conf_load.XXXXXX"));
	fd = mkstemp(f->path);
	if (fd < 0)
		return 1;
	close(fd);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	unlink(f->path);
	arena_free(f->a);
	free(f);
	return 0;
}

static void
write_file(const struct fixture *f, const char *text, size_t n)
{
	FILE *out = fopen(f->path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, n, out), n);
	assert_int_equal(fclose(out), 0);
}

static enum err
load(const struct fixture *f, const char *text, struct conf *c, struct str *why)
{
	write_file(f, text, strlen(text));
	*why = STR_ABSENT;
	return conf_load(f->a, f->path, c, why);
}

/* Asserts that a file with this text is refused, with `want` behind its path. */
static void
assert_refused(const struct fixture *f, const char *text, const char *want)
{
	struct conf c;
	struct str why, path = str_of(f->path);

	assert_int_equal(load(f, text, &c, &why), ERR_CONFIG);
	assert_true(str_starts(why, path));
	if (!str_eq(str_slice(why, path.n, why.n), str_of(want)))
		fail_msg("\"%.*s\" does not end in \"%s\"", STR_FMT(why), want);
}

static void
defaults(void **state)
{
	struct fixture *f = *state;
	struct conf c;
	struct str why = {0};

	assert_int_equal(conf_load(f->a, NULL, &c, &why), OK);
	assert_string_equal(c.database, "dbname=countersign user=countersign_worker");
	assert_string_equal(c.owner_database, "");
	assert_int_equal(c.listen_mode, 0660);
	assert_string_equal(c.listen_group, "");
	assert_int_equal(c.workers, 0);
	assert_string_equal(c.issuer, "Countersign");
	assert_int_equal(c.totp_window, 1);
	assert_int_equal(c.recovery_code_groups, 2);
	assert_int_equal(c.pending_lifetime, 600);
	assert_int_equal(c.step_up_age, 600);
	assert_int_equal(c.challenge_lifetime, 900);
	assert_int_equal(c.session_idle, 3600);
	assert_int_equal(c.session_lifetime, 86400);
	assert_int_equal(c.argon2_memory_kib, 19456);
	assert_int_equal(c.argon2_passes, 2);
}

static void
values_are_parsed(void **state)
{
	struct fixture *f = *state;
	struct conf c;
	struct str why;

	assert_int_equal(load(f,
			     "# a comment\r\n"
			     "\n"
			     "  issuer = Acme & S\xc3\xb6hne \t\r\n"
			     "database=host=/run user=w password=a#b=c\n"
			     "workers\t=\t7 # seven\n"
			     "listen_mode = 0600\n"
			     "pid_file =\n"
			     "listen = /run/x.sock",
			     &c, &why),
	    OK);
	assert_string_equal(c.issuer, "Acme & S\xc3\xb6hne");
	assert_string_equal(c.database, "host=/run user=w password=a#b=c");
	assert_int_equal(c.workers, 7);
	assert_int_equal(c.listen_mode, 0600);
	assert_string_equal(c.pid_file, "");
	assert_string_equal(c.listen, "/run/x.sock");
}

#define MAIL "mail_from = mfa@example.org\nbase_url = https://mfa.example.org\n"

static void
one_transport_for_mail_and_its_options(void **state)
{
	struct fixture *f = *state;
	struct conf c;
	struct str why;

	assert_int_equal(load(f, "workers = 1\n", &c, &why), OK);
	assert_false(conf_sends_mail(&c));
	assert_int_equal(c.mail_tls, 1);
	assert_int_equal(load(f, MAIL "mail_url = smtp://relay:587\nmail_tls = no\n", &c, &why),
	    OK);
	assert_true(conf_sends_mail(&c));
	assert_int_equal(c.mail_tls, 0);
	assert_int_equal(load(f, MAIL "mail_command = /usr/bin/msmtp --\n", &c, &why), OK);
	assert_true(conf_sends_mail(&c));
	assert_int_equal(load(f,
			     "mail_from = a@localhost\nbase_url = "
			     "http://localhost:8080\nmail_directory = /tmp\n",
			     &c, &why),
	    OK);
	assert_true(conf_sends_mail(&c));
	assert_refused(f, MAIL "mail_url = smtp://r\nmail_directory = /tmp\n",
	    ": only one of mail_url, mail_command and mail_directory can be used");
	assert_refused(f, "base_url = https://x\nmail_url = smtp://r\n",
	    ": mail_from is needed to send mail");
	assert_refused(f, "mail_from = a@b\nmail_url = smtp://r\n",
	    ": base_url is needed to send mail");
	assert_refused(f, MAIL "mail_url = http://r\n",
	    ": mail_url is not smtp:// or smtps:// and a host");
	assert_refused(f, MAIL "mail_url = smtp://user:word@r\n",
	    ": mail_url is not smtp:// or smtps:// and a host");
	assert_refused(f, MAIL "mail_command = sendmail\n",
	    ": mail_command does not begin with the absolute path of a program");
	assert_refused(f, MAIL "mail_directory = mail\n",
	    ": mail_directory is not an absolute path");
	assert_refused(f, "mail_from = Mia <a@b>\n",
	    ": mail_from is not an address that mail can be sent from");
	assert_refused(f, "mail_user = a\n",
	    ": mail_user and mail_password_file must be set together");
	assert_refused(f, "mail_password_file = /a\n",
	    ": mail_user and mail_password_file must be set together");
	assert_refused(f, "mail_user = a\nmail_password_file = /a\nmail_tls = no\n",
	    ": mail_user needs mail_tls: a password is never sent in the clear");
	assert_refused(f, "mail_tls = maybe\n", ":1: mail_tls is neither yes nor no");
	assert_refused(f, "mail_timeout = 121\n", ":1: mail_timeout is not between 1 and 120");
	assert_refused(f, "base_url = http://mfa.example.org\n",
	    ": base_url is not https:// and a host, without a path");
	assert_refused(f, "base_url = https://mfa.example.org/\n",
	    ": base_url is not https:// and a host, without a path");
	assert_refused(f, "base_url = https://a\"b\n",
	    ": base_url is not https:// and a host, without a path");
	assert_refused(f, "base_url = https://\n",
	    ": base_url is not https:// and a host, without a path");
	assert_refused(f, "base_url = http://localhost.example.org\n",
	    ": base_url is not https:// and a host, without a path");
}

static void
errors_name_their_line(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, "workers = 1\n\nnonsense = 1\n", ":3: unknown option \"nonsense\"");
	assert_refused(f, "Workers = 1\n", ":1: unknown option \"Workers\"");
	assert_refused(f, "= 1\n", ":1: unknown option \"\"");
	assert_refused(f, "\xff = 1\n", ":1: unknown option");
	assert_refused(f, "issuer = a\nworkers\n", ":2: expected \"name = value\"");
	assert_refused(f, "workers = 1\n# x\nworkers = 1\n",
	    ":3: workers was already given on line 1");
	assert_refused(f, "\nworkers = many\n", ":2: workers is not a whole number");
	assert_refused(f, "workers = 1.5\n", ":1: workers is not a whole number");
	assert_refused(f, "workers =\n", ":1: workers is not a whole number");
	assert_refused(f, "workers = -1\n", ":1: workers is not between 0 and 256");
	assert_refused(f, "workers = 257\n", ":1: workers is not between 0 and 256");
	assert_refused(f, "workers = 99999999999999999999\n", ":1: workers is not a whole number");
	assert_refused(f, "totp_window = 2\n", ":1: totp_window is not between 0 and 1");
	assert_refused(f, "recovery_code_groups = 1\n",
	    ":1: recovery_code_groups is not between 2 and 3");
	assert_refused(f, "listen_mode = 0888\n", ":1: listen_mode is not an octal number");
	assert_refused(f, "listen_mode = \n", ":1: listen_mode is not an octal number");
	assert_refused(f, "listen_mode = 0400\n", ":1: listen_mode is not between 0600 and 0777");
	assert_refused(f, "listen_mode = 01777\n", ":1: listen_mode is not between 0600 and 0777");
	assert_refused(f, "issuer = a:b\n", ":1: issuer must not contain a colon");
	assert_refused(f, "issuer =\n", ":1: issuer must not be empty");
	assert_refused(f, "issuer = \xc3\n", ":1: issuer is not plain UTF-8 text");
	assert_refused(f, "issuer = a\tb\n", ":1: issuer is not plain UTF-8 text");
	assert_refused(f, "database =\n", ":1: database must not be empty");
	assert_refused(f,
	    "issuer = 123456789012345678901234567890123456789012345678901234567890ABCDE\n",
	    ":1: issuer is longer than 64 bytes");
}

static void
contradicting_options_are_refused(void **state)
{
	struct fixture *f = *state;

	assert_refused(f, "session_idle = 7200\nsession_lifetime = 3600\n",
	    ": session_idle is longer than session_lifetime");
	assert_refused(f, "session_idle = 300\nsession_lifetime = 300\n",
	    ": challenge_lifetime is longer than session_lifetime");
}

#define BASE "base_url = https://mfa.example.org\n"

static void
protected_sites(void **state)
{
	struct fixture *f = *state;
	struct conf c;
	struct str why;

	assert_int_equal(load(f,
			     BASE "gate_origins = https://app.example.org  "
				  "https://Wiki.example.net:443 http://app.localhost:81\n",
			     &c, &why),
	    OK);
	assert_true(conf_is_gate_origin(f->a, &c, STR("https://app.example.org")));
	assert_true(conf_is_gate_origin(f->a, &c, STR("https://wiki.example.net")));
	assert_true(conf_is_gate_origin(f->a, &c, STR("http://app.localhost:81")));
	assert_false(conf_is_gate_origin(f->a, &c, STR("https://mfa.example.org")));
	assert_false(conf_is_gate_origin(f->a, &c, STR("http://app.localhost")));
	assert_false(conf_is_gate_origin(f->a, &c, STR("")));
	assert_int_equal(load(f, "", &c, &why), OK);
	assert_false(conf_is_gate_origin(f->a, &c, STR("https://app.example.org")));
	assert_false(conf_is_gate_origin(f->a, &c, STR("")));

	assert_refused(f, "gate_origins = https://app.example.org\n",
	    ": base_url is needed to protect sites on other hosts (gate_origins)");
	assert_refused(f, BASE "gate_origins = https://a.example.org, https://b.example.org\n",
	    ": gate_origins: https://a.example.org, is not https:// and a host, without a path");
	assert_refused(f, BASE "gate_origins = https://app.example.org/\n",
	    ": gate_origins: https://app.example.org/ is not https:// and a host, without a path");
	assert_refused(f, BASE "gate_origins = http://app.example.org\n",
	    ": gate_origins: http://app.example.org is not https:// and a host, without a path");
	assert_refused(f, BASE "gate_origins = *\n",
	    ": gate_origins: * is not https:// and a host, without a path");

	assert_int_equal(load(f, BASE "cookie_domain = example.org\n", &c, &why), OK);
	assert_int_equal(load(f, BASE "cookie_domain = mfa.example.org\n", &c, &why), OK);
	assert_refused(f, BASE "cookie_domain = example.net\n",
	    ": cookie_domain does not contain the host of base_url");
	assert_refused(f, BASE "cookie_domain = a.mfa.example.org\n",
	    ": cookie_domain does not contain the host of base_url");
	assert_refused(f, "cookie_domain = example.org\n",
	    ": cookie_domain does not contain the host of base_url");
	assert_refused(f, BASE "cookie_domain = .example.org\n",
	    ": cookie_domain is not a domain in lower case, such as example.org");
	assert_refused(f, BASE "cookie_domain = org\n",
	    ": cookie_domain is not a domain in lower case, such as example.org");
	assert_refused(f, BASE "cookie_domain = Example.org\n",
	    ": cookie_domain is not a domain in lower case, such as example.org");
	assert_refused(f, BASE "cookie_domain = example.org;x\n",
	    ": cookie_domain is not a domain in lower case, such as example.org");
}

/* The text of a file that sets this option, with nothing that contradicts it. */
static struct str
file_with(struct fixture *f, const char *name, long long value)
{
	return str_printf(f->a, "session_lifetime = 2592000\n%s = %lld\n", name, value);
}

static void
ranges_are_inclusive(void **state)
{
	static const struct {
		const char *name;
		long long min, max;
	} ranges[] = {
	    {"hash_lanes", 0, 256},
	    {"factors_max", 1, 20},
	    {"pending_lifetime", 60, 3600},
	    {"step_up_age", 30, 86400},
	    {"challenge_lifetime", 60, 3600},
	    {"session_idle", 60, 2592000},
	    {"argon2_memory_kib", 1024, 1048576},
	    {"argon2_passes", 1, 16},
	};
	struct fixture *f = *state;
	struct conf c;
	struct str why;

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		struct str low = file_with(f, ranges[i].name, ranges[i].min);
		struct str high = file_with(f, ranges[i].name, ranges[i].max);
		struct str want = str_printf(f->a, ":2: %s is not between %lld and %lld",
		    ranges[i].name, ranges[i].min, ranges[i].max);

		assert_int_equal(load(f, low.p, &c, &why), OK);
		assert_int_equal(load(f, high.p, &c, &why), OK);
		assert_refused(f, file_with(f, ranges[i].name, ranges[i].min - 1).p, want.p);
		assert_refused(f, file_with(f, ranges[i].name, ranges[i].max + 1).p, want.p);
	}
}

static void
unreadable_files_are_refused(void **state)
{
	struct fixture *f = *state;
	struct conf c;
	struct str why = {0};
	char *large;

	assert_int_equal(conf_load(f->a, "/nowhere/countersign.conf", &c, &why), ERR_CONFIG);
	assert_str(why, "/nowhere/countersign.conf: No such file or directory");
	assert_int_equal(conf_load(f->a, "/tmp", &c, &why), ERR_CONFIG);
	assert_str(why, "/tmp: Is a directory");

	large = malloc(65537);
	assert_non_null(large);
	memset(large, '\n', 65537);
	write_file(f, large, 65536);
	assert_int_equal(conf_load(f->a, f->path, &c, &why), OK);
	write_file(f, large, 65537);
	assert_int_equal(conf_load(f->a, f->path, &c, &why), ERR_CONFIG);
	assert_true(str_ends(why, STR(": larger than 65536 bytes")));
	free(large);

	write_file(f, "issuer = a\0b\n", 13);
	assert_int_equal(conf_load(f->a, f->path, &c, &why), ERR_CONFIG);
	assert_true(str_ends(why, STR(":1: issuer is not plain UTF-8 text")));
}

static void
options_that_need_a_restart_are_listed(void **state)
{
	struct fixture *f = *state;
	struct conf old, new;
	struct str why;

	assert_int_equal(load(f, "", &old, &why), OK);
	assert_int_equal(load(f, "issuer = X\ntotp_window = 0\ndatabase = dbname=y\n", &new, &why),
	    OK);
	assert_true(str_is_absent(conf_needs_restart(f->a, &old, &new)));
	assert_int_equal(load(f, "issuer = X\nworkers = 3\nlisten = /x\nhash_lanes = 1\n", &new,
			     &why),
	    OK);
	assert_str(conf_needs_restart(f->a, &old, &new), "listen, workers, hash_lanes");
}

/* What conf_print(), or without `c` conf_print_sample(), writes, in the arena. */
static struct str
printed(struct fixture *f, const struct conf *c)
{
	FILE *out = tmpfile();
	char *text = arena_alloc(f->a, 65536);
	size_t n;

	assert_non_null(out);
	if (c != NULL)
		conf_print(c, out);
	else
		conf_print_sample(out);
	rewind(out);
	n = fread(text, 1, 65535, out);
	fclose(out);
	return (struct str){.p = text, .n = n};
}

static void
sample_is_the_defaults(void **state)
{
	struct fixture *f = *state;
	struct str sample = printed(f, NULL), why = {0}, rest = sample;
	struct buf live = {.arena = f->a};
	struct conf defaults_only, c;
	int options = 0;

	/*
	 * As shipped the sample sets nothing; without the comment signs before its options it
	 * sets the defaults.
	 */
	assert_int_equal(load(f, sample.p, &c, &why), OK);
	while (!str_is_absent(rest)) {
		struct str line = str_cut(&rest, '\n');

		if (str_starts(line, STR("#")) && !str_starts(line, STR("# ")) &&
		    str_has(line, '=')) {
			line = str_slice(line, 1, line.n);
			options++;
		}
		buf_add(&live, line);
		buf_addc(&live, '\n');
	}
	assert_int_equal(options, 34);
	assert_int_equal(load(f, str_copy(f->a, buf_str(&live)).p, &c, &why), OK);
	assert_int_equal(conf_load(f->a, NULL, &defaults_only, &why), OK);
	assert_true(str_eq(printed(f, &c), printed(f, &defaults_only)));
	assert_true(str_is_absent(conf_needs_restart(f->a, &c, &defaults_only)));
}

static void
print_hides_connection_strings(void **state)
{
	struct fixture *f = *state;
	struct conf c;
	struct str why, text;

	assert_int_equal(load(f,
			     "database = password=hunter2\nowner_database = "
			     "password=hunter3\nworkers = 9\n"
			     "listen_mode = 0666\n",
			     &c, &why),
	    OK);
	text = printed(f, &c);
	assert_null(strstr(text.p, "hunter"));
	assert_non_null(strstr(text.p, "\nworkers = 9\n"));
	assert_non_null(strstr(text.p, "\nlisten_mode = 0666\n"));
	assert_non_null(strstr(text.p, "\nissuer = Countersign\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(defaults, setup, teardown),
	    cmocka_unit_test_setup_teardown(values_are_parsed, setup, teardown),
	    cmocka_unit_test_setup_teardown(one_transport_for_mail_and_its_options, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(errors_name_their_line, setup, teardown),
	    cmocka_unit_test_setup_teardown(contradicting_options_are_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(protected_sites, setup, teardown),
	    cmocka_unit_test_setup_teardown(ranges_are_inclusive, setup, teardown),
	    cmocka_unit_test_setup_teardown(unreadable_files_are_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(options_that_need_a_restart_are_listed, setup,
		teardown),
	    cmocka_unit_test_setup_teardown(sample_is_the_defaults, setup, teardown),
	    cmocka_unit_test_setup_teardown(print_hides_connection_strings, setup, teardown),
	};

	return cmocka_run_group_tests_name("conf_load", tests, NULL, NULL);
}
