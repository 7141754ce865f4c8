/* Messages: headers that cannot be injected, encodings, lines, parts. */
#include "unit.h"

#include "base/address.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "mail/encode.h"
#include "mail/message.h"

static struct arena *a;

static int
setup(void **state)
{
	(void)state;
	a = arena_new((size_t)16 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static struct str
encoded_header(struct str text)
{
	struct buf b = {.arena = a};

	encode_header(&b, text, sizeof("Subject: ") - 1);
	return buf_str(&b);
}

static struct str
encoded_body(struct str text)
{
	struct buf b = {.arena = a};

	encode_body(&b, text);
	return buf_str(&b);
}

/* Asserts that every line ends in CRLF and has at most 76 bytes of printable ASCII and tabs. */
static void
assert_lines(struct str text)
{
	while (text.n > 0) {
		struct str line = str_cut(&text, '\n');
		size_t i;

		assert_false(str_is_absent(text));
		assert_true(str_ends(line, STR("\r")));
		assert_true(line.n - 1 <= 76);
		for (i = 0; i + 1 < line.n; i++)
			assert_true((line.p[i] >= ' ' && line.p[i] <= '~') || line.p[i] == '\t');
	}
}

static struct message
sample(void)
{
	return (struct message){
	    .id = STR("msg_1"),
	    .from = STR("mfa@example.org"),
	    .from_name = STR("Countersign"),
	    .to = STR("mia@example.org"),
	    .subject = STR("Hello"),
	    .text = STR("One\nTwo\n"),
	    .html = STR("<p>One</p>\n"),
	    .date = 1795425302 * CLOCK_SECOND,
	};
}

static void
plain_subjects_stay_and_others_are_encoded(void **state)
{
	(void)state;
	assert_str(encoded_header(STR("A recovery code was used")), "A recovery code was used");
	assert_str(encoded_header(STR("Grüße")), "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=");
	assert_str(encoded_header(STR("a =?utf-8?Q?b?=")),
	    "=?utf-8?Q?a_=3D=3Futf=2D8=3FQ=3Fb=3F=3D?=");
	assert_str(encoded_header(STR("")), "");
	assert_str(encoded_header(STR("\n")), "");
}

static void
no_header_can_be_injected(void **state)
{
	static const struct str evil[] = {STR_INIT("Hi\r\nBcc: eve@example.org"),
	    STR_INIT("Hi\nX: y"), STR_INIT("Hi\rX: y"), STR_INIT("Hi\0X: y"),
	    STR_INIT("Hi\x7f\x1b[2J")};
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(evil); i++) {
		struct str out = encoded_header(evil[i]);

		for (k = 0; k < out.n; k++)
			assert_true(out.p[k] >= ' ' && out.p[k] <= '~');
	}
	assert_str(encoded_header(STR("Hi\xff there")), "=?utf-8?Q?Hi=EF=BF=BD_there?=");
}

/* A character is never split over two words, nor a word over two lines. */
static void
long_headers_fold_between_characters(void **state)
{
	struct buf long_text = {.arena = a}, whole = {.arena = a};
	struct str rest;
	int i, lines = 0;

	(void)state;
	for (i = 0; i < 60; i++)
		buf_add(&long_text, i % 3 == 0 ? STR("\xf0\x9f\x82\xa1") : STR("\xc3\xbc"));
	rest = encoded_header(buf_str(&long_text));
	while (rest.n > 0) {
		struct str line = str_trim(str_cut(&rest, '\n')), decoded;
		struct buf bytes = {.arena = a};
		size_t k;

		assert_true(line.n <= 75);
		assert_true(str_starts(line, STR("=?utf-8?Q?")) && str_ends(line, STR("?=")));
		line = str_slice(line, 10, line.n - 12);
		for (k = 0; k < line.n; k += 3) {
			char hex[3] = {line.p[k + 1], line.p[k + 2], 0};

			assert_int_equal(line.p[k], '=');
			buf_addc(&bytes, (char)strtol(hex, NULL, 16));
		}
		decoded = buf_str(&bytes);
		assert_true(str_is_utf8(decoded));
		buf_add(&whole, decoded);
		lines++;
	}
	assert_true(lines > 3);
	assert_true(str_eq(buf_str(&whole), buf_str(&long_text)));
}

static void
bodies_are_quoted_printable(void **state)
{
	struct buf long_line = {.arena = a};
	int i;

	(void)state;
	assert_str(encoded_body(STR("a = b\n")), "a =3D b\r\n");
	assert_str(encoded_body(STR("blank \ntab\t\n")), "blank=20\r\ntab=09\r\n");
	assert_str(encoded_body(STR("one\r\ntwo")), "one\r\ntwo\r\n");
	assert_str(encoded_body(STR("ü\n\n.\n")), "=C3=BC\r\n\r\n.\r\n");
	assert_str(encoded_body(STR("")), "");
	for (i = 0; i < 200; i++)
		buf_add(&long_line, i % 7 == 0 ? STR("ü") : STR("x="));
	assert_lines(encoded_body(buf_str(&long_line)));
	assert_lines(encoded_body(STR("\x01\x02\xff\x00z\n")));
}

/* A line of 75 characters is not broken, one of 76 is. */
static void
only_too_long_lines_are_broken(void **state)
{
	char text[90];
	int n;

	(void)state;
	for (n = 70; n < 90; n++) {
		struct str out;

		memset(text, 'x', sizeof(text));
		out = encoded_body((struct str){.p = text, .n = (size_t)n});
		assert_lines(out);
		assert_int_equal(out.n, n <= 75 ? n + 2 : n + 5);
	}
}

static void
dates_are_formatted(void **state)
{
	(void)state;
	assert_str(encode_date(a, 1795425302 * CLOCK_SECOND), "Mon, 23 Nov 2026 09:15:02 +0000");
	assert_str(encode_date(a, 0), "Thu, 01 Jan 1970 00:00:00 +0000");
	assert_str(encode_date(a, 951782400 * CLOCK_SECOND + 999999),
	    "Tue, 29 Feb 2000 00:00:00 +0000");
}

static void
a_message_has_headers_and_two_parts(void **state)
{
	struct message m = sample();
	struct str out;

	(void)state;
	assert_true(message_build(a, &m, &out));
	assert_str(out, "Date: Mon, 23 Nov 2026 09:15:02 +0000\r\n"
			"From: =?utf-8?Q?Countersign?=\r\n <mfa@example.org>\r\n"
			"To: <mia@example.org>\r\n"
			"Subject: Hello\r\n"
			"Message-ID: <msg_1@example.org>\r\n"
			"Auto-Submitted: auto-generated\r\n"
			"MIME-Version: 1.0\r\n"
			"Content-Type: multipart/alternative;\r\n boundary=\"=_msg_1\"\r\n"
			"\r\n"
			"--=_msg_1\r\n"
			"Content-Type: text/plain; charset=utf-8\r\n"
			"Content-Transfer-Encoding: quoted-printable\r\n"
			"\r\n"
			"One\r\nTwo\r\n"
			"--=_msg_1\r\n"
			"Content-Type: text/html; charset=utf-8\r\n"
			"Content-Transfer-Encoding: quoted-printable\r\n"
			"\r\n"
			"<p>One</p>\r\n"
			"--=_msg_1--\r\n");
}

/* Whatever the values contain, the number of headers and boundaries stays the same. */
static void
no_value_adds_a_header_or_part(void **state)
{
	struct message m = sample();
	struct str out, rest;
	int boundaries = 0, headers = 0;

	(void)state;
	m.from_name = STR("Eve\r\nBcc: eve@example.org\r\n\r\n<script>, \"x\" <y@z>");
	m.subject = STR("Hi\r\n\r\n--=_msg_1--\r\nX: y");
	m.text = STR("--=_msg_1\nContent-Type: text/html\n\n--=_msg_1--\n");
	assert_true(message_build(a, &m, &out));
	assert_lines(out);
	for (rest = out; rest.n > 0;) {
		struct str line = str_trim(str_cut(&rest, '\n'));

		if (line.n == 0)
			break;
		headers += str_has(line, ':');
		assert_false(str_starts(line, STR("Bcc")));
		assert_false(str_starts(line, STR("X:")));
	}
	assert_int_equal(headers, 8);
	for (rest = out; rest.n > 0;)
		boundaries += str_starts(str_cut(&rest, '\n'), STR("--=_"));
	assert_int_equal(boundaries, 3);
}

static void
other_addresses_are_refused(void **state)
{
	static const char *const good[] = {"a@b", "mia.santos+x@mail.example.org",
	    "o'hara@example.org", "A_b-c@x-y.example", "a@localhost"};
	static const char *const bad[] = {"", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c",
	    "-oQ/tmp@b", "a@b>", "<a@b", "a\r\n@b", "a@b\r\nRCPT TO:<c@d>", "a..b@c", ".a@b",
	    "a.@b", "a@.b", "a@b.", "a@b..c", "\"a\"@b", "a,c@b", "ü@b", "a@ü", "a@b_c", "a;b@c",
	    "a(b)@c"};
	struct message m = sample();
	struct str out;
	char long_one[300];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(address_fits(str_of(good[i])));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		m.to = str_of(bad[i]);
		if (address_fits(m.to) || message_build(a, &m, &out))
			fail_msg("\"%s\" was accepted", bad[i]);
	}
	assert_false(address_fits(STR("a\0b@c")));
	assert_false(address_fits(STR_ABSENT));
	memset(long_one, 'a', sizeof(long_one));
	long_one[100] = '@';
	assert_true(address_fits((struct str){.p = long_one, .n = ADDRESS_MAX}));
	assert_false(address_fits((struct str){.p = long_one, .n = ADDRESS_MAX + 1}));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plain_subjects_stay_and_others_are_encoded),
	    cmocka_unit_test(no_header_can_be_injected),
	    cmocka_unit_test(long_headers_fold_between_characters),
	    cmocka_unit_test(bodies_are_quoted_printable),
	    cmocka_unit_test(only_too_long_lines_are_broken),
	    cmocka_unit_test(dates_are_formatted),
	    cmocka_unit_test(a_message_has_headers_and_two_parts),
	    cmocka_unit_test(no_value_adds_a_header_or_part),
	    cmocka_unit_test(other_addresses_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
