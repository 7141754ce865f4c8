/* Templates: what is rendered, what is escaped, and what is refused at load. */
#include "unit.h"

#include <sys/stat.h>

#include "base/arena.h"
#include "base/array.h"
#include "view/model.h"
#include "view/template.h"

#define DIR_SIZE 64
#define PROCESS_MAX ((size_t)4 * 1024 * 1024)

/* A folder of templates that lasts as long as one test. */
struct folder {
	struct arena *arena;
	char dir[DIR_SIZE];
};

static int
folder_setup(void **state)
{
	struct folder *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	snprintf(f->dir, sizeof(f->dir), "/tmp/view_template.XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	f->arena = arena_new(PROCESS_MAX);
	*state = f;
	return 0;
}

static int
folder_teardown(void **state)
{
	struct folder *f = *state;
	char command[DIR_SIZE + 16];
	int rc;

	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	rc = system(command);
	arena_free(f->arena);
	free(f);
	return rc;
}

static void
folder_put(struct folder *f, const char *name, const char *text)
{
	const char *path = str_c(f->arena, str_printf(f->arena, "%s/%s", f->dir, name));
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fputs(text, file) < 0, 0);
	assert_int_equal(fclose(file), 0);
}

static void
folder_sub(struct folder *f, const char *name)
{
	const char *path = str_c(f->arena, str_printf(f->arena, "%s/%s", f->dir, name));

	assert_int_equal(mkdir(path, 0700), 0);
}

static struct templates *
folder_load(struct folder *f)
{
	struct templates *ts = NULL;
	struct str why = {0};

	if (templates_load(f->arena, f->dir, &ts, &why) != OK)
		fail_msg("%.*s", STR_FMT(why));
	return ts;
}

/* The template `text` with the values of `json` gives `expected`. */
static void
expect(struct folder *f, const char *text, const char *json, const char *expected)
{
	cJSON *model = cJSON_Parse(json);
	struct str out;

	assert_non_null(model);
	folder_put(f, "t.html", text);
	out = template_render(folder_load(f), "t", f->arena, model);
	assert_string_equal(str_c(f->arena, out), expected);
	cJSON_Delete(model);
}

/* Loading fails, and the reason ends as given: "t.html:line: what". */
static void
expect_refused(struct folder *f, const char *text, const char *reason)
{
	struct templates *ts = NULL;
	struct str why = {0};

	folder_put(f, "t.html", text);
	assert_int_equal(templates_load(f->arena, f->dir, &ts, &why), ERR_CONFIG);
	assert_null(ts);
	if (!str_ends(why, str_of(reason)) || !str_starts(why, str_of(f->dir)))
		fail_msg("%s: got: %.*s", text, STR_FMT(why));
}

static void
template_test_values(void **state)
{
	struct folder *f = *state;

	expect(f, "plain", "{}", "plain");
	expect(f, "", "{}", "");
	expect(f, "{{a}}|{{ b }}|{{c}}|{{d}}|{{e}}|{{none}}",
	    "{\"a\":\"x\",\"b\":12,\"c\":true,\"d\":false,\"e\":null}", "x|12|true|false||");
	expect(f, "{{a.b.c}}|{{a.x.c}}|{{a.b}}", "{\"a\":{\"b\":{\"c\":\"deep\"}}}", "deep||");
	expect(f, "{{n}} {{m}} {{x}}", "{\"n\":-2147483648,\"m\":1795425302,\"x\":0.5}",
	    "-2147483648 1795425302 0.5");
	expect(f, "{{A}}", "{\"a\":\"case matters\"}", "");
	expect(f, "{ {a} } }} {", "{}", "{ {a} } }} {");
}

static void
template_test_large_number(void **state)
{
	struct folder *f = *state;
	cJSON *model = model_new();
	struct str out;

	model_number(model, "n", INT64_MAX);
	folder_put(f, "t.html", "{{n}}{{#n}}!{{/n}}");
	out = template_render(folder_load(f), "t", f->arena, model);
	assert_string_equal(str_c(f->arena, out), "9223372036854775807!");
	cJSON_Delete(model);
}

static void
template_test_sections(void **state)
{
	struct folder *f = *state;

	expect(f, "{{#l}}<i>{{.}}</i>{{/l}}", "{\"l\":[\"a\",\"b\",3]}",
	    "<i>a</i><i>b</i><i>3</i>");
	expect(f, "{{#l}}x{{/l}}{{^l}}none{{/l}}", "{\"l\":[]}", "none");
	expect(f, "{{#v}}x{{/v}}{{^v}}y{{/v}}", "{\"v\":false}", "y");
	expect(f, "{{#v}}x{{/v}}{{^v}}y{{/v}}", "{\"v\":null}", "y");
	expect(f, "{{#v}}x{{/v}}{{^v}}y{{/v}}", "{\"v\":\"\"}", "y");
	expect(f, "{{#v}}x{{/v}}{{^v}}y{{/v}}", "{}", "y");
	expect(f, "{{#v}}x{{/v}}{{^v}}y{{/v}}", "{\"v\":0}", "x");
	expect(f, "{{#v}}x{{/v}}{{^v}}y{{/v}}", "{\"v\":{}}", "x");
	expect(f, "{{#v}}{{.}}{{/v}}", "{\"v\":\"word\"}", "word");
	expect(f, "{{#l}}{{#t}}{{.}}{{/t}}{{/l}}", "{\"t\":true,\"l\":[\"a\",\"b\"]}", "ab");
	expect(f, "{{#a}}{{#b}}{{#l}}[{{#m}}{{.}}{{/m}}]{{/l}}{{/b}}{{/a}}",
	    "{\"a\":true,\"b\":{\"l\":[{\"m\":[1,2]},{\"m\":[]},{\"m\":[3]}]}}", "[12][][3]");
}

static void
template_test_scopes(void **state)
{
	struct folder *f = *state;

	expect(f, "{{#o}}{{a}}{{b}}{{/o}}{{a}}", "{\"a\":1,\"b\":2,\"o\":{\"a\":9}}", "921");
	/* A null of the inner scope hides the outer one: a missing name is not borrowed. */
	expect(f, "{{#o}}{{a}}{{/o}}", "{\"a\":1,\"o\":{\"a\":null}}", "");
	expect(f, "{{#l}}{{id}}{{^last}},{{/last}}{{/l}}",
	    "{\"id\":\"outer\",\"l\":[{\"id\":1},{},{\"id\":3,\"last\":true}]}", "1,outer,3");
	expect(f, "{{^x}}{{#o}}{{a}}{{/o}}{{/x}}", "{\"o\":{\"a\":1}}", "1");
}

static void
template_test_equals(void **state)
{
	struct folder *f = *state;
	const char *text = "{{#e.field=code}}C{{/e.field=code}}{{^e.field=code}}-{{/e.field=code}}";

	expect(f, text, "{\"e\":{\"field\":\"code\"}}", "C");
	expect(f, text, "{\"e\":{\"field\":\"codes\"}}", "-");
	expect(f, text, "{\"e\":{\"field\":null}}", "-");
	expect(f, text, "{}", "-");
	expect(f, "{{#n=0}}zero{{/n=0}}", "{\"n\":0}", "zero");
	expect(f, "{{#l}}{{#a=x}}{{.}}{{/a=x}}{{/l}}", "{\"a\":\"x\",\"l\":[\"item\"]}", "item");
	expect_refused(f, "{{#a=b}}{{/a}}", "t.html:1: another section is open here");
	expect_refused(f, "{{#a=}}{{/a=}}", "t.html:1: the name of a value was expected");
}

static void
template_test_lines(void **state)
{
	struct folder *f = *state;

	expect(f, "a\n  {{#t}}\nb\n\t{{/t}}  \nc\n", "{\"t\":true}", "a\nb\nc\n");
	expect(f, "a\n{{! a remark }}\nb", "{}", "a\nb");
	expect(f, "{{#t}}\nx\n{{/t}}", "{\"t\":true}", "x\n");
	expect(f, "a {{#t}}b{{/t}}\nc", "{\"t\":true}", "a b\nc");
	expect(f, "{{#t}}\r\nx\r\n{{/t}}\r\n", "{\"t\":true}", "x\r\n");
	expect(f, "{{t}}\n", "{\"t\":\"v\"}", "v\n");
}

static void
template_test_escaping(void **state)
{
	struct folder *f = *state;
	const char *evil = "{\"v\":\"<b a='1' c=\\\"2\\\">&amp;\"}";

	expect(f, "<p>{{v}}</p>", evil, "<p>&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;</p>");
	expect(f, "<p title=\"{{v}}\"></p>", evil,
	    "<p title=\"&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;\"></p>");
	expect(f, "<p title='{{v}}'></p>", evil,
	    "<p title='&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;'></p>");
	expect(f, "<!-- a --><script src=\"/a.js\"></script><p>{{v}}</p>", "{\"v\":\"<\"}",
	    "<!-- a --><script src=\"/a.js\"></script><p>&lt;</p>");
	expect(f, "<style>a>b{c:d}</style>{{v}}", "{\"v\":\"'\"}", "<style>a>b{c:d}</style>&#39;");
	expect(f, "<input value=x {{#v}}checked{{/v}}>{{v}}", "{\"v\":\">\"}",
	    "<input value=x checked>&gt;");
}

static void
template_test_url_start(void **state)
{
	static const struct {
		const char *value, *expected;
	} cases[] = {
	    {"/profile?a=1&b=2#c", "/profile?a=1&amp;b=2#c"},
	    {"https://example.org/x%20y", "https://example.org/x%20y"},
	    {"HTTP://example.org", "HTTP://example.org"},
	    {"otpauth://totp/A:b%40c?secret=X&issuer=A",
		"otpauth://totp/A:b%40c?secret=X&amp;issuer=A"},
	    {"mailto:a@b.c", "mailto:a@b.c"},
	    {"/a'b<c\\\"d e", "/a&#39;b%3Cc%22d%20e"},
	    {"//evil.example", "#"},
	    {"/\\\\evil.example", "#"},
	    {"/\\t/evil.example", "#"},
	    {"javascript:alert(1)", "#"},
	    {" javascript:alert(1)", "#"},
	    {"data:text/html,x", "#"},
	    {"vbscript:x", "#"},
	    {"evil", "#"},
	    {"", "#"},
	};
	struct folder *f = *state;
	const char *attributes[] = {"href", "SRC", "action", "formaction"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *name = attributes[i % 4];
		struct str text = str_printf(f->arena, "<x %s=\"{{v}}\">", name);
		struct str json = str_printf(f->arena, "{\"v\":\"%s\"}", cases[i].value);
		struct str expected =
		    str_printf(f->arena, "<x %s=\"%s\">", name, cases[i].expected);

		expect(f, str_c(f->arena, text), str_c(f->arena, json), str_c(f->arena, expected));
	}
	expect(f, "<a href=\"{{v}}\">", "{}", "<a href=\"#\">");
}

static void
template_test_url_part(void **state)
{
	struct folder *f = *state;

	expect(f, "<a href=\"/x?next={{v}}\">", "{\"v\":\"/a?b&c=\\\"d:é\"}",
	    "<a href=\"/x?next=%2Fa%3Fb%26c%3D%22d%3A%C3%A9\">");
	expect(f, "<a href=\"/x{{#v}}?next={{v}}{{/v}}\">", "{\"v\":\"a b\"}",
	    "<a href=\"/x?next=a%20b\">");
	expect(f, "<a href=\"data:text/plain;charset=utf-8,{{v}}\">", "{\"v\":\"ab-cd\\r\\n\"}",
	    "<a href=\"data:text/plain;charset=utf-8,ab-cd%0D%0A\">");
	expect(f, "<a href=\"{{a}}{{b}}\">", "{\"a\":\"/x\",\"b\":\"/y\"}", "<a href=\"/x%2Fy\">");
	expect(f, "<a href=\"#{{v}}\">", "{\"v\":\"code\"}", "<a href=\"#code\">");
	expect(f, "<a href=\"/{{v}}\">", "{\"v\":\"/evil.example\"}",
	    "<a href=\"/%2Fevil.example\">");
}

static void
template_test_refused_places(void **state)
{
	static const char *const quoted[] = {"style", "onclick", "ONLOAD", "srcdoc", "srcset",
	    "content", "data"};
	struct folder *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(quoted); i++) {
		struct str text = str_printf(f->arena, "<p>\n<a %s=\"{{v}}\">", quoted[i]);

		expect_refused(f, str_c(f->arena, text),
		    "t.html:2: no value may stand in this attribute");
	}
	expect_refused(f, "<a b={{v}}>",
	    ":1: a value may stand in text and in quoted attributes only");
	expect_refused(f, "<a b=c{{v}}>",
	    ":1: a value may stand in text and in quoted attributes only");
	expect_refused(f, "<a {{v}}>",
	    ":1: a value may stand in text and in quoted attributes only");
	expect_refused(f, "<{{v}}>", ":1: a value may stand in text and in quoted attributes only");
	expect_refused(f, "<a{{v}}>",
	    ":1: a value may stand in text and in quoted attributes only");
	expect_refused(f, "</a{{v}}>",
	    ":1: a value may stand in text and in quoted attributes only");
	expect_refused(f, "<script>{{v}}</script>",
	    ":1: a value may stand in text and in quoted attributes only");
	expect_refused(f, "<script>'</style>'+{{v}}</script>",
	    ":1: a value may stand in text and in quoted attributes only");
	expect_refused(f, "<STYLE>{{v}}",
	    ":1: a value may stand in text and in quoted attributes only");
	expect_refused(f, "<!-- > {{v}} -->",
	    ":1: a value may stand in text and in quoted attributes only");
	expect_refused(f, "<!doctype {{v}}>",
	    ":1: a value may stand in text and in quoted attributes only");
}

static void
template_test_refused_urls(void **state)
{
	static const char *const texts[] = {
	    "<a href=\"javascript:f({{v}})\">",
	    "<a href=\"JavaScript:{{v}}\">",
	    "<a href=\" javascript:{{v}}\">",
	    "<a href=\"data:text/html,{{v}}\">",
	    "<a href=\"vbscript:{{v}}\">",
	    "<a href=\"ja{{v}}:x\">",
	    "<a href=\"ja{{#v}}vascript:{{/v}}\">",
	};
	struct folder *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		expect_refused(f, texts[i], "t.html:1: this scheme is not allowed in an address");
	expect_refused(f, "<a href=\"java&#115;cript:{{v}}\">",
	    ":1: an entity at the beginning of an address");
}

static void
template_test_refused_sections(void **state)
{
	static const char *const crossing[] = {
	    "{{#v}}<a {{/v}}>",
	    "<a {{#v}}b=\"{{/v}}\">",
	    "<a href=\"{{#v}}\" c=\"{{/v}}{{v}}\">",
	    "<a href=\"{{#v}}/x{{/v}}{{v}}\">",
	    "<p {{#v}}><script {{/v}}>{{v}}",
	};
	struct folder *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(crossing); i++)
		expect_refused(f, crossing[i],
		    "t.html:1: a section must end in the place of HTML it began in");
	expect_refused(f, "{{#v}}<script>{{/v}}",
	    ":1: only text, tags between their attributes, and quoted values may hold this");
	expect_refused(f, "<script {{#v}}><p {{/v}}>{{v}}",
	    ":1: only text, tags between their attributes, and quoted values may hold this");
	expect_refused(f, "<a {{#v}}on{{/v}}click=\"x\">", ":1: a name must not be put together");
	expect_refused(f, "<a on{{! }}click=\"x\">", ":1: a name must not be put together");
	expect_refused(f, "<a on{{#v}} b=\"1\"{{/v}}click=\"x\">",
	    ":1: a name must not be put together");
	expect_refused(f, "<a{{#v}}x{{/v}}>", ":1: a name must not be put together");
	expect_refused(f, "<script>{{#v}}{{/v}}</script>",
	    ":1: only text, tags between their attributes, and quoted values may hold this");
}

static void
template_test_refused_syntax(void **state)
{
	struct folder *f = *state;

	expect_refused(f, "a\n{{#x}}\nb", "t.html:2: this section is never closed");
	expect_refused(f, "a\n\n{{/x}}", "t.html:3: no section is open here");
	expect_refused(f, "{{#a}}{{#b}}{{/a}}{{/b}}", "t.html:1: another section is open here");
	expect_refused(f, "{{a", "t.html:1: }} is missing");
	expect_refused(f, "{{}}", "t.html:1: the name of a value was expected");
	expect_refused(f, "{{{a}}}", "t.html:1: the name of a value was expected");
	expect_refused(f, "{{&a}}", "t.html:1: the name of a value was expected");
	expect_refused(f, "{{a..b}}", "t.html:1: the name of a value was expected");
	expect_refused(f, "{{a.}}", "t.html:1: the name of a value was expected");
	expect_refused(f, "{{a b}}", "t.html:1: the name of a value was expected");
	expect_refused(f, "{{>../x}}", "t.html:1: the name of a template was expected");
	expect_refused(f, "<p", "t.html:1: the file ends within a tag");
	expect_refused(f, "1 < 2", "t.html:1: a lone '<'");
	expect_refused(f, "<a b= \"c\">",
	    "t.html:1: the value of an attribute must follow its '='");
	expect_refused(f, "<a \"b\">", "t.html:1: an attribute was expected");
	expect_refused(f, "<p title=\"{{>t}}\">",
	    "t.html:1: another template may be included in text only");
	expect_refused(f, "\xFF", "t.html:0: not UTF-8 text");
}

static void
template_test_includes(void **state)
{
	struct folder *f = *state;

	folder_sub(f, "part");
	folder_sub(f, ".hidden");
	folder_put(f, "part/item.html", "<li>{{name}}</li>\n");
	folder_put(f, "part/empty.html", "");
	folder_put(f, ".hidden/bad.html", "{{");
	folder_put(f, ".t.html", "{{");
	folder_put(f, "notes.md", "{{");
	expect(f, "<ul>\n{{#l}}\n{{>part/item}}\n{{/l}}\n</ul>{{>part/empty}}{{> part/item }}",
	    "{\"name\":\"n\",\"l\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
	    "<ul>\n<li>a</li>\n<li>b</li>\n</ul><li>n</li>\n");
	expect_refused(f, "a\n{{>part/none}}", "t.html:2: there is no such template");
}

static void
template_test_circles(void **state)
{
	struct folder *f = *state;

	expect_refused(f, "\n{{>t}}", "t.html:2: this template comes to include itself");
	folder_put(f, "a.html", "{{>b}}");
	folder_put(f, "b.html", "\n\n{{>c}}");
	folder_put(f, "c.html", "{{>b}}");
	/* Told of a file on the circle, not of one that only leads there. */
	expect_refused(f, "", ".html:1: this template comes to include itself");
}

static void
template_test_depth(void **state)
{
	struct folder *f = *state;
	struct buf text = {.arena = f->arena};
	int i;

	for (i = 0; i < 15; i++)
		buf_add(&text, STR("{{#v}}"));
	buf_add(&text, STR("{{>x}}"));
	for (i = 0; i < 15; i++)
		buf_add(&text, STR("{{/v}}"));
	folder_put(f, "x.html", "deep");
	expect(f, str_c(f->arena, buf_str(&text)), "{\"v\":true}", "deep");
	folder_put(f, "x.html", "{{#v}}deeper{{/v}}");
	expect_refused(f, str_c(f->arena, buf_str(&text)),
	    "t.html:1: sections and inclusions are nested too deeply");
}

static void
template_test_no_folder(void **state)
{
	struct folder *f = *state;
	struct templates *ts = NULL;
	struct str why = {0};

	assert_int_equal(templates_load(f->arena, f->dir, &ts, &why), ERR_CONFIG);
	assert_true(str_ends(why, STR(": no template is here")));
	assert_int_equal(templates_load(f->arena, "/nonexistent/templates", &ts, &why), ERR_CONFIG);
	assert_true(str_ends(why, STR(": No such file or directory")));
	assert_null(ts);
}

static void
render_unknown(void *argument)
{
	struct folder *f = argument;
	cJSON *model = model_new();

	(void)template_render(folder_load(f), "tt", f->arena, model);
}

/*
 * A name the program asks for and nobody wrote is a bug: the process ends, it does not answer
 * with an empty page.
 */
static void
template_test_unknown(void **state)
{
	struct folder *f = *state;

	folder_put(f, "t.html", "t");
	assert_true(unit_aborts(render_unknown, f));
}

#define FOLDER_TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

static void
template_test_plain(void **state)
{
	struct folder *f = *state;
	cJSON *model = cJSON_Parse("{\"v\":\"<a & \\\"b\\\">\\r\\nX: y\", \"list\":[1,2]}");
	struct templates *ts;
	struct str why = {0}, out;

	folder_put(f, "m.txt", "a < b {{v}}\n{{>foot}}\n{{#list}}\n{{.}};\n{{/list}}\n");
	folder_put(f, "foot.txt", "-- {{v}}\n");
	folder_put(f, "m.html", "<p>{{v}}</p>\n{{>foot}}");
	folder_put(f, "foot.html", "<hr>");
	ts = folder_load(f);
	out = template_render(ts, "m.txt", f->arena, model);
	assert_str(out, "a < b <a & \"b\">  X: y\n-- <a & \"b\">  X: y\n1;\n2;\n");
	out = template_render(ts, "m", f->arena, model);
	assert_str(out, "<p>&lt;a &amp; &quot;b&quot;&gt;\r\nX: y</p>\n<hr>");
	cJSON_Delete(model);
	folder_put(f, "n.txt", "{{>only}}");
	folder_put(f, "only.html", "<hr>");
	assert_int_equal(templates_load(f->arena, f->dir, &ts, &why), ERR_CONFIG);
	assert_true(str_ends(why, STR("n.txt:1: there is no such template")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FOLDER_TEST(template_test_values),
	    FOLDER_TEST(template_test_large_number),
	    FOLDER_TEST(template_test_sections),
	    FOLDER_TEST(template_test_scopes),
	    FOLDER_TEST(template_test_equals),
	    FOLDER_TEST(template_test_lines),
	    FOLDER_TEST(template_test_escaping),
	    FOLDER_TEST(template_test_url_start),
	    FOLDER_TEST(template_test_url_part),
	    FOLDER_TEST(template_test_refused_places),
	    FOLDER_TEST(template_test_refused_urls),
	    FOLDER_TEST(template_test_refused_sections),
	    FOLDER_TEST(template_test_refused_syntax),
	    FOLDER_TEST(template_test_includes),
	    FOLDER_TEST(template_test_circles),
	    FOLDER_TEST(template_test_depth),
	    FOLDER_TEST(template_test_no_folder),
	    FOLDER_TEST(template_test_unknown),
	    FOLDER_TEST(template_test_plain),
	};

	model_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
