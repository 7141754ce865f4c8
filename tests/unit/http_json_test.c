#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "http/json.h"

/* Deep enough for every text of the tables but those about depth. */
#define DEPTH 4

struct refusal {
	struct str text;
	size_t at;
	const char *what;
};

#define NO(text_, at_, what_)                                         \
	{                                                             \
		.text = STR_INIT(text_), .at = (at_), .what = (what_) \
	}

/* The reasons, once more: a client may show them. */
#define END "the end too soon"
#define MARK "a byte order mark"
#define BEHIND "something behind the document"
#define VALUE "no value"
#define COMMA "no comma or closing bracket"
#define COLON "no colon"
#define KEY "no key"
#define TWICE "a key twice"
#define KEYS "too many keys"
#define DEEP "nested too deep"
#define WORD "an unknown word"
#define DIGIT "no digit"
#define ZERO "a leading zero"
#define LONG "a number too long"
#define LARGE "a number too large"
#define CONTROL "a control character"
#define UTF8 "not UTF-8"
#define ESCAPE "an unknown escape"
#define NUL "U+0000"
#define HALF "half a surrogate pair"

#define DIGITS_60 "123456789012345678901234567890123456789012345678901234567890"

static const struct str accepted[] = {
    /* plain values, alone */
    STR_INIT("null"),
    STR_INIT("true"),
    STR_INIT("false"),
    STR_INIT("\"\""),
    STR_INIT("\"word\""),
    STR_INIT("0"),
    STR_INIT("7"),
    /* white space */
    STR_INIT(" \t\r\n0\n\r\t "),
    STR_INIT(" [ ] "),
    STR_INIT("\n{\t}\r"),
    STR_INIT("[ 1 , 2\n,\t3 ]"),
    STR_INIT("{ \"a\" : 1 , \"b\"\n:\t2 }"),
    /* arrays and objects */
    STR_INIT("[]"),
    STR_INIT("{}"),
    STR_INIT("[[]]"),
    STR_INIT("[{},[],\"\",0,null,true,false]"),
    STR_INIT("[[[[]]]]"),
    STR_INIT("[[],[[],[]],[[[]],[]]]"),
    STR_INIT("{\"a\":{\"b\":{\"c\":{}}}}"),
    STR_INIT("{\"a\":[{\"a\":[]},{\"a\":{}}]}"),
    STR_INIT("{\"\":0}"),
    STR_INIT("{\"code\":\"123456\",\"factorId\":null}"),
    /* numbers */
    STR_INIT("-0"),
    STR_INIT("-7"),
    STR_INIT("10"),
    STR_INIT("0.5"),
    STR_INIT("-0.0"),
    STR_INIT("1.2500"),
    STR_INIT("0e0"),
    STR_INIT("0E+07"),
    STR_INIT("1e5"),
    STR_INIT("1E-5"),
    STR_INIT("-1.5e+3"),
    STR_INIT("20e1"),
    STR_INIT("[0,-0,0.0]"),
    STR_INIT("9007199254740993"),
    STR_INIT("1e308"),
    STR_INIT("1.7976931348623157e308"),
    STR_INIT("-1.7976931348623157e308"),
    STR_INIT("1e-400"),
    STR_INIT("5e-324"),
    STR_INIT("0e999999"),
    STR_INIT(DIGITS_60 "123"),
    STR_INIT("-0." DIGITS_60),
    /* strings */
    STR_INIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
    STR_INIT("\"/ ' // /* */ # ,:[]{}\""),
    STR_INIT("\"\\u0001\\u001f\\u007F\""),
    STR_INIT("\"\\u00e9\\u00E9\\uabcd\\uABCD\""),
    STR_INIT("\"\\ud7ff\\ue000\\uffff\\ufffe\""),
    STR_INIT("\"\\ud83d\\ude00\""),
    STR_INIT("\"\\uD800\\uDC00\\uDBFF\\uDFFF\""),
    STR_INIT("\"\\\\u0000\""),
    STR_INIT("\"\\\\ud800\""),
    STR_INIT("\"\177\""),
    STR_INIT("\"\303\251\""),
    STR_INIT("\"\302\200 \337\277 \340\240\200 \357\277\277\""),
    STR_INIT("\"\355\237\277 \356\200\200\""),
    STR_INIT("\"\360\220\200\200 \364\217\277\277\""),
    STR_INIT("\"\357\273\277\""),
    STR_INIT("\"\342\200\250\342\200\251\""),
    /* keys that only look alike */
    STR_INIT("{\"Code\":1,\"code\":2}"),
    STR_INIT("{\"a\":1,\"a \":2,\" a\":3,\"aa\":4,\"\":5}"),
    STR_INIT("{\"a\":1,\"\\u0001a\":2,\"a\\u0001\":3}"),
    STR_INIT("{\"\\\\u0061\":1,\"a\":2}"),
    STR_INIT("{\"n\":1,\"\\n\":2,\"\\\\n\":3}"),
    STR_INIT("{\"\303\251\":1,\"e\314\201\":2}"),
    STR_INIT("{\"\\ud83d\\ude00\":1,\"\\ud83d\\ude01\":2}"),
    STR_INIT("{\"b\":1,\"\\b\":2,\"f\":3,\"\\f\":4,\"r\":5,\"\\r\":6,\"t\":7,\"\\t\":8}"),
    /* one key in several objects */
    STR_INIT("{\"a\":{\"a\":{\"a\":1}}}"),
    STR_INIT("[{\"a\":1},{\"a\":1}]"),
    STR_INIT("{\"a\":{\"b\":1},\"b\":{\"b\":1}}"),
    STR_INIT("[[\"a\",\"a\"],{\"a\":\"a\"}]"),
};

static const struct refusal refused[] = {
    /* nothing, or not only one document */
    NO("", 0, END),
    NO(" \t\r\n", 4, END),
    NO("1 2", 2, BEHIND),
    NO("{}{}", 2, BEHIND),
    NO("{} {}", 3, BEHIND),
    NO("[]]", 2, BEHIND),
    NO("{}}", 2, BEHIND),
    NO("{},", 2, BEHIND),
    NO("\"a\"b", 3, BEHIND),
    NO("null\0", 4, BEHIND),
    NO("{}\n\0", 3, BEHIND),
    NO("{}//", 2, BEHIND),
    NO("{}#", 2, BEHIND),
    NO("trues", 4, BEHIND),
    NO("\"\"\"\"", 2, BEHIND),
    /* other encodings, other white space, comments */
    NO("\357\273\277{}", 0, MARK),
    NO("\357\273\277", 0, MARK),
    NO("\357\273", 0, VALUE),
    NO("\377\376{\0}\0", 0, VALUE),
    NO("{\0}\0", 1, KEY),
    NO("\0", 0, VALUE),
    NO("\0{}", 0, VALUE),
    NO("\f{}", 0, VALUE),
    NO("\v1", 0, VALUE),
    NO("[\f]", 1, VALUE),
    NO("\302\240{}", 0, VALUE),
    NO("[\342\201\240]", 1, VALUE),
    NO("{}\302\205", 2, BEHIND),
    NO("/**/{}", 0, VALUE),
    NO("[1,/**/2]", 3, VALUE),
    NO("[1/**/]", 2, COMMA),
    NO("{\"a\":1 // b\n}", 7, COMMA),
    /* arrays */
    NO("[", 1, END),
    NO("[1", 2, END),
    NO("[1,", 3, END),
    NO("]", 0, VALUE),
    NO("[,]", 1, VALUE),
    NO("[,1]", 1, VALUE),
    NO("[1,]", 3, VALUE),
    NO("[1,,2]", 3, VALUE),
    NO("[1 2]", 3, COMMA),
    NO("[1:2]", 2, COMMA),
    NO("[\"a\" \"b\"]", 5, COMMA),
    NO("[1}", 2, COMMA),
    NO("[}", 1, VALUE),
    NO("[1;2]", 2, COMMA),
    NO("[\"a\":1]", 4, COMMA),
    NO("[*]", 1, VALUE),
    /* objects */
    NO("{", 1, END),
    NO("{\"a\"", 4, END),
    NO("{\"a\":", 5, END),
    NO("{\"a\":1", 6, END),
    NO("{\"a\":1,", 7, END),
    NO("}", 0, VALUE),
    NO("{]", 1, KEY),
    NO("{,}", 1, KEY),
    NO("{,\"a\":1}", 1, KEY),
    NO("{\"a\":1,}", 7, KEY),
    NO("{\"a\":1,,\"b\":2}", 7, KEY),
    NO("{\"a\":1 \"b\":2}", 7, COMMA),
    NO("{\"a\":1]", 6, COMMA),
    NO("{\"a\":1:2}", 6, COMMA),
    NO("{\"a\" 1}", 5, COLON),
    NO("{\"a\",1}", 4, COLON),
    NO("{\"a\"}", 4, COLON),
    NO("{\"a\"::1}", 5, VALUE),
    NO("{\"a\":}", 5, VALUE),
    NO("{:1}", 1, KEY),
    NO("{a:1}", 1, KEY),
    NO("{'a':1}", 1, KEY),
    NO("{1:1}", 1, KEY),
    NO("{null:1}", 1, KEY),
    NO("{[]:1}", 1, KEY),
    NO("{{}}", 1, KEY),
    NO("{\"a\":'b'}", 5, VALUE),
    NO("{\"a\":\"b\"", 8, END),
    NO("[{\"a\":1]", 7, COMMA),
    NO("{\"a\":[1}", 7, COMMA),
    NO("{\"a\":=1}", 5, VALUE),
    /* words */
    NO("n", 1, END),
    NO("nul", 3, END),
    NO("nulL", 3, WORD),
    NO("Null", 0, VALUE),
    NO("True", 0, VALUE),
    NO("tRUE", 1, WORD),
    NO("[fals]", 5, WORD),
    NO("[nullnull]", 5, COMMA),
    NO("NaN", 0, VALUE),
    NO("nan", 1, WORD),
    NO("Infinity", 0, VALUE),
    NO("-Infinity", 1, DIGIT),
    NO("undefined", 0, VALUE),
    NO("word", 0, VALUE),
    /* numbers */
    NO("-", 1, END),
    NO("+1", 0, VALUE),
    NO(".5", 0, VALUE),
    NO("-.5", 1, DIGIT),
    NO("1.", 2, END),
    NO("[1.]", 3, DIGIT),
    NO("1.e5", 2, DIGIT),
    NO("1e", 2, END),
    NO("1e+", 3, END),
    NO("[1e-]", 4, DIGIT),
    NO("[1e+-1]", 4, DIGIT),
    NO("1e5.0", 3, BEHIND),
    NO("1.2.3", 3, BEHIND),
    NO("00", 1, ZERO),
    NO("01", 1, ZERO),
    NO("-012", 2, ZERO),
    NO("[012345]", 2, ZERO),
    NO("--1", 1, DIGIT),
    NO("- 1", 1, DIGIT),
    NO("0x10", 1, BEHIND),
    NO("1_000", 1, BEHIND),
    NO("1,5", 1, BEHIND),
    NO("[1 000]", 3, COMMA),
    NO("1f", 1, BEHIND),
    NO("\357\274\221", 0, VALUE),
    NO("1e309", 0, LARGE),
    NO("[0,-1e309]", 3, LARGE),
    NO("1.7976931348623159e308", 0, LARGE),
    NO("1e99999999999999999999", 0, LARGE),
    NO("{\"a\":0.1e310}", 5, LARGE),
    NO(DIGITS_60 "1234", 0, LONG),
    NO("[-0." DIGITS_60 "1]", 1, LONG),
    NO("1" DIGITS_60 DIGITS_60, 0, LONG),
    /* strings */
    NO("\"", 1, END),
    NO("\"a", 2, END),
    NO("\"\\\"", 3, END),
    NO("'a'", 0, VALUE),
    NO("`a`", 0, VALUE),
    NO("\342\200\234a\342\200\235", 0, VALUE),
    NO("\"a\nb\"", 2, CONTROL),
    NO("\"a\tb\"", 2, CONTROL),
    NO("\"a\rb\"", 2, CONTROL),
    NO("\"a\0b\"", 2, CONTROL),
    NO("\"\037\"", 1, CONTROL),
    NO("{\"a\0\":1}", 3, CONTROL),
    NO("{\"a\nb\":1}", 3, CONTROL),
    /* escapes */
    NO("\"\\", 2, END),
    NO("\"\\\0\"", 2, ESCAPE),
    NO("\"\\x41\"", 2, ESCAPE),
    NO("\"\\a\"", 2, ESCAPE),
    NO("\"\\'\"", 2, ESCAPE),
    NO("\"\\0\"", 2, ESCAPE),
    NO("\"\\N\"", 2, ESCAPE),
    NO("\"\\U0041\"", 2, ESCAPE),
    NO("\"\\\n\"", 2, ESCAPE),
    NO("\"\\\303\251\"", 2, ESCAPE),
    NO("\"\\u\"", 3, ESCAPE),
    NO("\"\\u00", 5, END),
    NO("\"\\u004\"", 6, ESCAPE),
    NO("\"\\u004g\"", 6, ESCAPE),
    NO("\"\\u+041\"", 3, ESCAPE),
    NO("\"\\u 041\"", 3, ESCAPE),
    NO("\"\\u{41}\"", 3, ESCAPE),
    NO("{\"\\q\":1}", 3, ESCAPE),
    NO("\"\\u0000\"", 1, NUL),
    NO("\"123456\\u0000 more\"", 7, NUL),
    NO("{\"code\\u0000x\":1}", 6, NUL),
    NO("\"\\ud800\"", 1, HALF),
    NO("\"\\udbffabc\"", 1, HALF),
    NO("\"\\udc00\"", 1, HALF),
    NO("\"a\\uDFFF\\uD800\"", 2, HALF),
    NO("\"\\ud800\\n\"", 1, HALF),
    NO("\"\\ud800\\u0041\"", 1, HALF),
    NO("\"\\ud800\\ud800\\udc00\"", 1, HALF),
    NO("\"\\ud800\\ue000\"", 1, HALF),
    NO("\"\\ud800\\u00zz\"", 11, ESCAPE),
    NO("\"\\ud800u\\dc00\"", 1, HALF),
    NO("\"\\ud800", 7, END),
    NO("\"\\ud800\\", 8, END),
    NO("\"\\ud800\\udc0", 12, END),
    NO("{\"\\ud800\":1}", 2, HALF),
    /* bytes that are not UTF-8 */
    NO("\"\200\"", 1, UTF8),
    NO("\"a\277\"", 2, UTF8),
    NO("\"\300\200\"", 1, UTF8),
    NO("\"\301\277\"", 1, UTF8),
    NO("\"\303\"", 1, UTF8),
    NO("\"\303(\"", 1, UTF8),
    NO("\"\340\200\257\"", 1, UTF8),
    NO("\"\340\237\277\"", 1, UTF8),
    NO("\"\355\240\200\"", 1, UTF8),
    NO("\"\355\277\277\"", 1, UTF8),
    NO("\"\355\240\275\355\270\200\"", 1, UTF8),
    NO("\"\342\202\"", 1, UTF8),
    NO("\"\360\200\200\200\"", 1, UTF8),
    NO("\"\360\217\277\277\"", 1, UTF8),
    NO("\"\360\237\230\"", 1, UTF8),
    NO("\"\364\220\200\200\"", 1, UTF8),
    NO("\"\370\210\200\200\200\"", 1, UTF8),
    NO("\"\376\"", 1, UTF8),
    NO("\"\377\"", 1, UTF8),
    NO("\"\351\"", 1, UTF8),
    NO("{\"\351\":1}", 2, UTF8),
    NO("[\351]", 1, VALUE),
    /* keys twice */
    NO("{\"a\":1,\"a\":1}", 7, TWICE),
    NO("{\"a\":1,\"a\":2}", 7, TWICE),
    NO("{\"a\":1,\"b\":2, \"a\":3}", 14, TWICE),
    NO("{\"\":1,\"\":2}", 6, TWICE),
    NO("{\"a\":1,\"\\u0061\":2}", 7, TWICE),
    NO("{\"\\u0061\":1,\"a\":2}", 12, TWICE),
    NO("{\"c\\u006fde\":1,\"\\u0063ode\":2}", 15, TWICE),
    NO("{\"/\":1,\"\\/\":2}", 7, TWICE),
    NO("{\"\\n\":1,\"\\u000a\":2}", 8, TWICE),
    NO("{\"\\b\":1,\"\\u0008\":2}", 8, TWICE),
    NO("{\"\\f\":1,\"\\u000C\":2}", 8, TWICE),
    NO("{\"\\r\":1,\"\\u000d\":2}", 8, TWICE),
    NO("{\"\\t\":1,\"\\u0009\":2}", 8, TWICE),
    NO("{\"\\\"\":1,\"\\u0022\":2}", 8, TWICE),
    NO("{\"\\\\\":1,\"\\u005c\":2}", 8, TWICE),
    NO("{\"\\u00e9\":1,\"\303\251\":2}", 12, TWICE),
    NO("{\"\\u00e9\":1,\"\\u00E9\":2}", 12, TWICE),
    NO("{\"\\u20ac\":1,\"\342\202\254\":2}", 12, TWICE),
    NO("{\"\\ud83d\\ude00\":1,\"\360\237\230\200\":2}", 18, TWICE),
    NO("{\"\364\217\277\277\":1,\"\\udbff\\udfff\":2}", 10, TWICE),
    NO("{\"o\":{\"a\":1},\"p\":{\"a\":1,\"a\":2}}", 24, TWICE),
    NO("{\"a\":{\"b\":1},\"a\":{\"b\":1}}", 13, TWICE),
    NO("[{\"a\":1},{\"a\":1,\"a\":1}]", 16, TWICE),
};

/* What json.c calls; `strtod_stops_early` makes it leave a byte, as at an unknown point. */
double __real_strtod(const char *text, char **end);
double __wrap_strtod(const char *text, char **end);
static bool strtod_stops_early;

double
__wrap_strtod(const char *text, char **end)
{
	double value = __real_strtod(text, end);

	if (strtod_stops_early)
		*end -= 1;
	return value;
}

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

/* Checks a copy that ends where its memory ends, so that a step behind it is found. */
static enum err
check(struct arena *a, struct str text, int depth, struct json_fault *fault)
{
	char *copy = malloc(text.n > 0 ? text.n : 1);
	enum err e;

	assert_non_null(copy);
	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	arena_reset(a);
	e = json_check(a, (struct str){.p = copy, .n = text.n}, depth, fault);
	free(copy);
	return e;
}

static void
assert_refused(struct arena *a, struct str text, int depth, size_t at, const char *what)
{
	struct json_fault fault = {0};

	if (check(a, text, depth, &fault) != ERR_BAD_REQUEST)
		fail_msg("accepted: %.*s", STR_FMT(text));
	if (fault.at != at || strcmp(fault.what, what) != 0)
		fail_msg("%.*s: %s at %zu", STR_FMT(text), fault.what, fault.at);
}

static void
assert_accepted(struct arena *a, struct str text, int depth)
{
	struct json_fault fault = {.at = 1, .what = ""};

	if (check(a, text, depth, &fault) != OK)
		fail_msg("%.*s: %s at %zu", STR_FMT(text), fault.what, fault.at);
	assert_int_equal(fault.at, 0);
	assert_null(fault.what);
}

static void
texts_that_are_accepted(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(accepted); i++)
		assert_accepted(*state, accepted[i], DEPTH);
}

static void
texts_that_are_refused(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		assert_refused(*state, refused[i].text, DEPTH, refused[i].at, refused[i].what);
}

static void
no_text_at_all(void **state)
{
	struct json_fault fault = {.at = 1};

	assert_int_equal(json_check(*state, STR_ABSENT, DEPTH, &fault), ERR_BAD_REQUEST);
	assert_int_equal(fault.at, 0);
	assert_string_equal(fault.what, END);
}

/* Whether a proper prefix of an accepted text is a document, decided without the parser. */
static bool
prefix_is_document(struct str text, struct str prefix)
{
	struct str value = str_trim(text);
	struct str cut = str_trim(prefix);

	if (cut.n == 0)
		return false;
	if (str_has(STR("-0123456789"), value.p[0]))
		return str_has(STR("0123456789"), cut.p[cut.n - 1]);
	return cut.n == value.n;
}

static void
every_prefix(void **state)
{
	size_t documents = 0, others = 0;

	for (size_t i = 0; i < ARRAY_SIZE(accepted); i++)
		for (size_t n = 0; n < accepted[i].n; n++) {
			struct str prefix = str_slice(accepted[i], 0, n);

			if (prefix_is_document(accepted[i], prefix)) {
				assert_accepted(*state, prefix, DEPTH);
				documents++;
			} else {
				/* A character that is cut is not UTF-8; all else misses its end. */
				bool whole = str_is_utf8(prefix);
				size_t at = n;

				while (!whole && !str_is_utf8(str_slice(prefix, 0, at)))
					at--;
				assert_refused(*state, prefix, DEPTH, at, whole ? END : UTF8);
				others++;
			}
		}
	assert_true(documents > 100);
	assert_true(others > 500);
}

/* With 0x01, which stands nowhere in JSON, put in at every place. */
static void
a_stray_byte_anywhere(void **state)
{
	struct json_fault fault;

	for (size_t i = 0; i < ARRAY_SIZE(accepted); i++)
		for (size_t n = 0; n <= accepted[i].n; n++) {
			char copy[256];

			assert_true(accepted[i].n < sizeof(copy));
			memcpy(copy, accepted[i].p, n);
			copy[n] = '\001';
			memcpy(copy + n + 1, accepted[i].p + n, accepted[i].n - n);
			assert_int_equal(check(*state,
					     (struct str){.p = copy, .n = accepted[i].n + 1}, DEPTH,
					     &fault),
			    ERR_BAD_REQUEST);
			assert_true(fault.at <= n);
		}
}

/* "[[[…]]]", or objects, `levels` deep. */
static struct str
nested(struct buf *b, int levels, bool objects)
{
	b->n = 0;
	for (int i = 0; i < levels; i++)
		buf_add(b, objects && i > 0 ? STR("\"k\":{") : objects ? STR("{") : STR("["));
	for (int i = 0; i < levels; i++)
		buf_addc(b, objects ? '}' : ']');
	return buf_str(b);
}

static void
depth_edges(void **state)
{
	struct arena *texts = arena_new(ARENA_REQUEST_MAX);
	struct buf b = {.arena = texts};

	assert_accepted(*state, STR("1"), 0);
	assert_refused(*state, STR("[]"), 0, 0, DEEP);
	assert_refused(*state, STR(" {}"), 0, 1, DEEP);
	assert_accepted(*state, STR("{\"a\":1,\"b\":\"\"}"), 1);
	assert_refused(*state, STR("{\"a\":1,\"b\":[]}"), 1, 11, DEEP);
	for (int depth = 1; depth <= JSON_DEPTH_MAX; depth++) {
		assert_accepted(*state, nested(&b, depth, false), depth);
		assert_refused(*state, nested(&b, depth + 1, false), depth, (size_t)depth, DEEP);
		assert_accepted(*state, nested(&b, depth, true), depth);
		assert_refused(*state, nested(&b, depth + 1, true), depth, (size_t)depth * 5, DEEP);
	}
	/* Width is not depth. */
	assert_accepted(*state, STR("[[],[],[],{},{},[],[]]"), 2);
	arena_free(texts);
}

static void
check_with_depth(void *depth)
{
	struct json_fault fault;

	if (json_check(arena_new(ARENA_REQUEST_MAX), STR("1"), *(int *)depth, &fault) != OK)
		_exit(3);
}

static void
impossible_depths_end_the_process(void **state)
{
	int depths[] = {-1, JSON_DEPTH_MAX + 1, 0, JSON_DEPTH_MAX};

	(void)state;
	assert_true(unit_aborts(check_with_depth, &depths[0]));
	assert_true(unit_aborts(check_with_depth, &depths[1]));
	assert_false(unit_aborts(check_with_depth, &depths[2]));
	assert_false(unit_aborts(check_with_depth, &depths[3]));
}

static void
keys_of_one_object(void **state)
{
	struct arena *texts = arena_new(ARENA_REQUEST_MAX);
	struct buf b = {.arena = texts};
	size_t at;

	for (int i = 0; i < JSON_KEYS_MAX; i++)
		buf_printf(&b, "%c\"k%d\":{\"k%d\":[]}", i == 0 ? '{' : ',', i, i);
	at = b.n + 1;
	buf_addc(&b, '}');
	assert_accepted(*state, buf_str(&b), DEPTH);
	b.n--;
	buf_add(&b, STR(",\"k63\":0}"));
	assert_refused(*state, buf_str(&b), DEPTH, at, KEYS);
	b.n = at;
	buf_add(&b, STR("\"k64\":0}"));
	assert_refused(*state, buf_str(&b), DEPTH, at, KEYS);
	arena_free(texts);
}

/* The last of many keys is compared with all before it. */
static void
a_key_twice_among_many(void **state)
{
	struct arena *texts = arena_new(ARENA_REQUEST_MAX);
	struct buf b = {.arena = texts};
	size_t at;

	for (int i = 0; i < JSON_KEYS_MAX - 1; i++)
		buf_printf(&b, "%c\"k%d\":0", i == 0 ? '{' : ',', i);
	at = b.n + 1;
	for (int i = 0; i < JSON_KEYS_MAX - 1; i++) {
		b.n = at - 1;
		buf_printf(&b, ",\"\\u006b%d\":0}", i);
		assert_refused(*state, buf_str(&b), DEPTH, at, TWICE);
	}
	arena_free(texts);
}

/* However long the text, the arena gives no more than the keys of all levels take. */
static void
memory_is_bounded(void **state)
{
	struct arena *texts = arena_new(ARENA_REQUEST_MAX);
	struct arena *small = arena_new((size_t)16 * 1024);
	struct buf b = {.arena = texts};
	struct json_fault fault;
	struct str deep;

	(void)state;
	buf_addc(&b, '[');
	for (int i = 0; i < 5000; i++)
		buf_printf(&b, "{\"\\u0061\\u0062 %d\":[%d]},", i, i);
	buf_add(&b, STR("0]"));
	assert_int_equal(json_check(small, buf_str(&b), DEPTH, &fault), OK);
	arena_reset(small);
	deep = nested(&b, JSON_DEPTH_MAX, true);
	assert_int_equal(json_check(small, deep, JSON_DEPTH_MAX, &fault), OK);
	arena_free(small);
	arena_free(texts);
}

/* A number that is read in part only is not let through as that part. */
static void
a_foreign_decimal_point(void **state)
{
	strtod_stops_early = true;
	assert_refused(*state, STR("[1.5]"), DEPTH, 1, LARGE);
	strtod_stops_early = false;
	assert_accepted(*state, STR("[1.5]"), DEPTH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(texts_that_are_accepted, setup, teardown),
	    cmocka_unit_test_setup_teardown(texts_that_are_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(no_text_at_all, setup, teardown),
	    cmocka_unit_test_setup_teardown(every_prefix, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_stray_byte_anywhere, setup, teardown),
	    cmocka_unit_test_setup_teardown(depth_edges, setup, teardown),
	    cmocka_unit_test(impossible_depths_end_the_process),
	    cmocka_unit_test_setup_teardown(keys_of_one_object, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_key_twice_among_many, setup, teardown),
	    cmocka_unit_test(memory_is_bounded),
	    cmocka_unit_test_setup_teardown(a_foreign_decimal_point, setup, teardown),
	};

	return cmocka_run_group_tests_name("http_json", tests, NULL, NULL);
}
