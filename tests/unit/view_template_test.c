/* Templates: rendering, escaping, and what is refused at load. */
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
write_template(struct folder *f, const char *name, const char *text)
{
	const char *path = str_c(f->arena, str_printf(f->arena, "%s/%s", f->dir, name));
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fputs(text, file) < 0, 0);
	assert_int_equal(fclose(file), 0);
}

static void
make_folder(struct folder *f, const char *name)
{
	const char *path = str_c(f->arena, str_printf(f->arena, "%s/%s", f->dir, name));

	assert_int_equal(mkdir(path, 0700), 0);
}

static struct templates *
load_templates(struct folder *f)
{
	struct templates *ts = NULL;
	struct str why = {0};

	if (templates_load(f->arena, f->dir, &ts, &why) != OK)
		fail_msg("%.*s", STR_FMT(why));
	return ts;
}

/* Asserts that the template `text` with the values of `json` renders to `expected`. */
static void
assert_renders(struct folder *f, const char *text, const char *json, const char *expected)
{
	cJSON *model = cJSON_Parse(json);
	struct str out;

	assert_non_null(model);
	write_template(f, "t.html", text);
	out = template_render(load_templates(f), "t", f->arena, model);
	assert_string_equal(str_c(f->arena, out), expected);
	cJSON_Delete(model);
}

/* Asserts that loading the template `text` fails with a reason that ends in `reason`. */
static void
assert_refused(struct folder *f, const char *text, const char *reason)
{
	struct templates *ts = NULL;
	struct str why = {0};

	write_template(f, "t.html", text);
	assert_int_equal(templates_load(f->arena, f->dir, &ts, &why), ERR_CONFIG);
	assert_null(ts);
	if (!str_ends(why, str_of(reason)) || !str_starts(why, str_of(f->dir)))
		fail_msg("%s: got: %.*s", text, STR_FMT(why));
}

static void
template_test_values(void **state)
{
	struct folder *f = *state;

	assert_renders(f, "plain", "{}", "plain");
	assert_renders(f, "", "{}", "");
	assert_renders(f, "{{a}}|{{ b }}|{{c}}|{{d}}|{{e}}|{{none}}",
	    "{\"a\":\"x\",\"b\":12,\"c\":true,\"d\":false,\"e\":null}", "x|12|true|false||");
	assert_renders(f, "{{a.b.c}}|{{a.x.c}}|{{a.b}}", "{\"a\":{\"b\":{\"c\":\"deep\"}}}",
	    "deep||");
	assert_renders(f, "{{n}} {{m}} {{x}}", "{\"n\":-2147483648,\"m\":1795425302,\"x\":0.5}",
	    "-2147483648 1795425302 0.5");
	assert_renders(f, "{{A}}", "{\"a\":\"case matters\"}", "");
	assert_renders(f, "{ {a} } }} {", "{}", "{ {a} } }} {");
}

static void
template_test_large_number(void **state)
{
	struct folder *f = *state;
	cJSON *model = model_new();
	struct str out;

	model_number(model, "n", INT64_MAX);
	write_template(f, "t.html", "{{n}}{{#n}}!{{/n}}");
	out = template_render(load_templates(f), "t", f->arena, model);
	assert_string_equal(str_c(f->arena, out), "9223372036854775807!");
	cJSON_Delete(model);
}

static void
template_test_sections(void **state)
{
	struct folder *f = *state;

	assert_renders(f, "{{#l}}<i>{{.}}</i>{{/l}}", "{\"l\":[\"a\",\"b\",3]}",
	    "<i>a</i><i>b</i><i>3</i>");
	assert_renders(f, "{{#l}}x{{/l}}{{^l}}none{{/l}}", "{\"l\":[]}", "none");
	assert_renders(f, "{{#v}}x{{/v}}{{^v}}y{{/v}}", "{\"v\":false}", "y");
	assert_renders(f, "{{#v}}x{{/v}}{{^v}}y{{/v}}", "{\"v\":null}", "y");
	assert_renders(f, "{{#v}}x{{/v}}{{^v}}y{{/v}}", "{\"v\":\"\"}", "y");
	assert_renders(f, "{{#v}}x{{/v}}{{^v}}y{{/v}}", "{}", "y");
	assert_renders(f, "{{#v}}x{{/v}}{{^v}}y{{/v}}", "{\"v\":0}", "x");
	assert_renders(f, "{{#v}}x{{/v}}{{^v}}y{{/v}}", "{\"v\":{}}", "x");
	assert_renders(f, "{{#v}}{{.}}{{/v}}", "{\"v\":\"word\"}", "word");
	assert_renders(f, "{{#l}}{{#t}}{{.}}{{/t}}{{/l}}", "{\"t\":true,\"l\":[\"a\",\"b\"]}",
	    "ab");
	assert_renders(f, "{{#a}}{{#b}}{{#l}}[{{#m}}{{.}}{{/m}}]{{/l}}{{/b}}{{/a}}",
	    "{\"a\":true,\"b\":{\"l\":[{\"m\":[1,2]},{\"m\":[]},{\"m\":[3]}]}}", "[12][][3]");
}

static void
template_test_scopes(void **state)
{
	struct folder *f = *state;

	assert_renders(f, "{{#o}}{{a}}{{b}}{{/o}}{{a}}", "{\"a\":1,\"b\":2,\"o\":{\"a\":9}}",
	    "921");
	/* A null in the inner scope hides the value of the outer one. */
	assert_renders(f, "{{#o}}{{a}}{{/o}}", "{\"a\":1,\"o\":{\"a\":null}}", "");
	assert_renders(f, "{{#l}}{{id}}{{^last}},{{/last}}{{/l}}",
	    "{\"id\":\"outer\",\"l\":[{\"id\":1},{},{\"id\":3,\"last\":true}]}", "1,outer,3");
	assert_renders(f, "{{^x}}{{#o}}{{a}}{{/o}}{{/x}}", "{\"o\":{\"a\":1}}", "1");
}

static void
template_test_equals(void **state)
{
	struct folder *f = *state;
	const char *text = "{{#e.field=code}}C{{/e.field=code}}{{^e.field=code}}-{{/e.field=code}}";

	assert_renders(f, text, "{\"e\":{\"field\":\"code\"}}", "C");
	assert_renders(f, text, "{\"e\":{\"field\":\"codes\"}}", "-");
	assert_renders(f, text, "{\"e\":{\"field\":null}}", "-");
	assert_renders(f, text, "{}", "-");
	assert_renders(f, "{{#n=0}}zero{{/n=0}}", "{\"n\":0}", "zero");
	assert_renders(f, "{{#l}}{{#a=x}}{{.}}{{/a=x}}{{/l}}", "{\"a\":\"x\",\"l\":[\"item\"]}",
	    "item");
	assert_refused(f, "{{#a=b}}{{/a}}", "t.html:1: another section is open here");
	assert_refused(f, "{{#a=}}{{/a=}}", "t.html:1: expected the name of a value");
}

static void
template_test_lines(void **state)
{
	struct folder *f = *state;

	assert_renders(f, "a\n  {{#t}}\nb\n\t{{/t}}  \nc\n", "{\"t\":true}", "a\nb\nc\n");
	assert_renders(f, "a\n{{! a remark }}\nb", "{}", "a\nb");
	assert_renders(f, "{{#t}}\nx\n{{/t}}", "{\"t\":true}", "x\n");
	assert_renders(f, "a {{#t}}b{{/t}}\nc", "{\"t\":true}", "a b\nc");
	assert_renders(f, "{{#t}}\r\nx\r\n{{/t}}\r\n", "{\"t\":true}", "x\r\n");
	assert_renders(f, "{{t}}\n", "{\"t\":\"v\"}", "v\n");
}

static void
template_test_escaping(void **state)
{
	struct folder *f = *state;
	const char *evil = "{\"v\":\"<b a='1' c=\\\"2\\\">&amp;\"}";

	assert_renders(f, "<p>{{v}}</p>", evil,
	    "<p>&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;</p>");
	assert_renders(f, "<p title=\"{{v}}\"></p>", evil,
	    "<p title=\"&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;\"></p>");
	assert_renders(f, "<p title='{{v}}'></p>", evil,
	    "<p title='&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;'></p>");
	assert_renders(f, "<!-- a --><script src=\"/a.js\"></script><p>{{v}}</p>", "{\"v\":\"<\"}",
	    "<!-- a --><script src=\"/a.js\"></script><p>&lt;</p>");
	assert_renders(f, "<style>a>b{c:d}</style>{{v}}", "{\"v\":\"'\"}",
	    "<style>a>b{c:d}</style>&#39;");
	assert_renders(f, "<input value=x {{#v}}checked{{/v}}>{{v}}", "{\"v\":\">\"}",
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

		assert_renders(f, str_c(f->arena, text), str_c(f->arena, json),
		    str_c(f->arena, expected));
	}
	assert_renders(f, "<a href=\"{{v}}\">", "{}", "<a href=\"#\">");
}

static void
template_test_url_part(void **state)
{
	struct folder *f = *state;

	assert_renders(f, "<a href=\"/x?next={{v}}\">", "{\"v\":\"/a?b&c=\\\"d:é\"}",
	    "<a href=\"/x?next=%2Fa%3Fb%26c%3D%22d%3A%C3%A9\">");
	assert_renders(f, "<a href=\"/x{{#v}}?next={{v}}{{/v}}\">", "{\"v\":\"a b\"}",
	    "<a href=\"/x?next=a%20b\">");
	assert_renders(f, "<a href=\"data:text/plain;charset=utf-8,{{v}}\">",
	    "{\"v\":\"ab-cd\\r\\n\"}", "<a href=\"data:text/plain;charset=utf-8,ab-cd%0D%0A\">");
	assert_renders(f, "<a href=\"{{a}}{{b}}\">", "{\"a\":\"/x\",\"b\":\"/y\"}",
	    "<a href=\"/x%2Fy\">");
	assert_renders(f, "<a href=\"#{{v}}\">", "{\"v\":\"code\"}", "<a href=\"#code\">");
	assert_renders(f, "<a href=\"/{{v}}\">", "{\"v\":\"/evil.example\"}",
	    "<a href=\"/%2Fevil.example\">");
}

static void
template_test_refused_contexts(void **state)
{
	static const char *const quoted[] = {"style", "onclick", "ONLOAD", "srcdoc", "srcset",
	    "content", "data"};
	struct folder *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(quoted); i++) {
		struct str text = str_printf(f->arena, "<p>\n<a %s=\"{{v}}\">", quoted[i]);

		assert_refused(f, str_c(f->arena, text),
		    "t.html:2: no value may appear in this attribute");
	}
	assert_refused(f, "<a b={{v}}>",
	    ":1: a value may appear in text and in quoted attributes only");
	assert_refused(f, "<a b=c{{v}}>",
	    ":1: a value may appear in text and in quoted attributes only");
	assert_refused(f, "<a {{v}}>",
	    ":1: a value may appear in text and in quoted attributes only");
	assert_refused(f, "<{{v}}>",
	    ":1: a value may appear in text and in quoted attributes only");
	assert_refused(f, "<a{{v}}>",
	    ":1: a value may appear in text and in quoted attributes only");
	assert_refused(f, "</a{{v}}>",
	    ":1: a value may appear in text and in quoted attributes only");
	assert_refused(f, "<script>{{v}}</script>",
	    ":1: a value may appear in text and in quoted attributes only");
	assert_refused(f, "<script>'</style>'+{{v}}</script>",
	    ":1: a value may appear in text and in quoted attributes only");
	assert_refused(f, "<STYLE>{{v}}",
	    ":1: a value may appear in text and in quoted attributes only");
	assert_refused(f, "<!-- > {{v}} -->",
	    ":1: a value may appear in text and in quoted attributes only");
	assert_refused(f, "<!doctype {{v}}>",
	    ":1: a value may appear in text and in quoted attributes only");
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
		assert_refused(f, texts[i], "t.html:1: this scheme is not allowed in a URL");
	assert_refused(f, "<a href=\"java&#115;cript:{{v}}\">",
	    ":1: an entity at the beginning of a URL");
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
		assert_refused(f, crossing[i],
		    "t.html:1: a section must end in the escaping context it began in");
	assert_refused(f, "{{#v}}<script>{{/v}}",
	    ":1: this may appear only in text, between attributes and in quoted values");
	assert_refused(f, "<script {{#v}}><p {{/v}}>{{v}}",
	    ":1: this may appear only in text, between attributes and in quoted values");
	assert_refused(f, "<a {{#v}}on{{/v}}click=\"x\">",
	    ":1: a name must not be assembled from parts");
	assert_refused(f, "<a on{{! }}click=\"x\">", ":1: a name must not be assembled from parts");
	assert_refused(f, "<a on{{#v}} b=\"1\"{{/v}}click=\"x\">",
	    ":1: a name must not be assembled from parts");
	assert_refused(f, "<a{{#v}}x{{/v}}>", ":1: a name must not be assembled from parts");
	assert_refused(f, "<script>{{#v}}{{/v}}</script>",
	    ":1: this may appear only in text, between attributes and in quoted values");
}

static void
template_test_refused_syntax(void **state)
{
	struct folder *f = *state;

	assert_refused(f, "a\n{{#x}}\nb", "t.html:2: this section is never closed");
	assert_refused(f, "a\n\n{{/x}}", "t.html:3: no section is open here");
	assert_refused(f, "{{#a}}{{#b}}{{/a}}{{/b}}", "t.html:1: another section is open here");
	assert_refused(f, "{{a", "t.html:1: }} is missing");
	assert_refused(f, "{{}}", "t.html:1: expected the name of a value");
	assert_refused(f, "{{{a}}}", "t.html:1: expected the name of a value");
	assert_refused(f, "{{&a}}", "t.html:1: expected the name of a value");
	assert_refused(f, "{{a..b}}", "t.html:1: expected the name of a value");
	assert_refused(f, "{{a.}}", "t.html:1: expected the name of a value");
	assert_refused(f, "{{a b}}", "t.html:1: expected the name of a value");
	assert_refused(f, "{{>../x}}", "t.html:1: expected the name of a template");
	assert_refused(f, "<p", "t.html:1: the file ends within a tag");
	assert_refused(f, "1 < 2", "t.html:1: a lone '<'");
	assert_refused(f, "<a b= \"c\">",
	    "t.html:1: the value of an attribute must follow its '='");
	assert_refused(f, "<a \"b\">", "t.html:1: an attribute was expected");
	assert_refused(f, "<p title=\"{{>t}}\">",
	    "t.html:1: a template may be included in text only");
	assert_refused(f, "\xFF", "t.html:0: not UTF-8 text");
}

static void
template_test_includes(void **state)
{
	struct folder *f = *state;

	make_folder(f, "part");
	make_folder(f, ".hidden");
	write_template(f, "part/item.html", "<li>{{name}}</li>\n");
	write_template(f, "part/empty.html", "");
	write_template(f, ".hidden/bad.html", "{{");
	write_template(f, ".t.html", "{{");
	write_template(f, "notes.md", "{{");
	assert_renders(f,
	    "<ul>\n{{#l}}\n{{>part/item}}\n{{/l}}\n</ul>{{>part/empty}}{{> part/item }}",
	    "{\"name\":\"n\",\"l\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
	    "<ul>\n<li>a</li>\n<li>b</li>\n</ul><li>n</li>\n");
	assert_refused(f, "a\n{{>part/none}}", "t.html:2: there is no such template");
}

static void
template_test_cycles(void **state)
{
	struct folder *f = *state;

	assert_refused(f, "\n{{>t}}", "t.html:2: this template includes itself");
	write_template(f, "a.html", "{{>b}}");
	write_template(f, "b.html", "\n\n{{>c}}");
	write_template(f, "c.html", "{{>b}}");
	/* The report names a file of the cycle, not one that only leads there. */
	assert_refused(f, "", ".html:1: this template includes itself");
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
	write_template(f, "x.html", "deep");
	assert_renders(f, str_c(f->arena, buf_str(&text)), "{\"v\":true}", "deep");
	write_template(f, "x.html", "{{#v}}deeper{{/v}}");
	assert_refused(f, str_c(f->arena, buf_str(&text)),
	    "t.html:1: sections and inclusions are nested too deeply");
}

static void
template_test_no_folder(void **state)
{
	struct folder *f = *state;
	struct templates *ts = NULL;
	struct str why = {0};

	assert_int_equal(templates_load(f->arena, f->dir, &ts, &why), ERR_CONFIG);
	assert_true(str_ends(why, STR(": there are no templates in it")));
	assert_int_equal(templates_load(f->arena, "/nonexistent/templates", &ts, &why), ERR_CONFIG);
	assert_true(str_ends(why, STR(": No such file or directory")));
	assert_null(ts);
}

static void
render_unknown(void *argument)
{
	struct folder *f = argument;
	cJSON *model = model_new();

	(void)template_render(load_templates(f), "tt", f->arena, model);
}

/* Rendering an unknown template is a bug: the process ends instead of sending an empty page. */
static void
template_test_unknown(void **state)
{
	struct folder *f = *state;

	write_template(f, "t.html", "t");
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

	write_template(f, "m.txt", "a < b {{v}}\n{{>foot}}\n{{#list}}\n{{.}};\n{{/list}}\n");
	write_template(f, "foot.txt", "-- {{v}}\n");
	write_template(f, "m.html", "<p>{{v}}</p>\n{{>foot}}");
	write_template(f, "foot.html", "<hr>");
	ts = load_templates(f);
	out = template_render(ts, "m.txt", f->arena, model);
	assert_str(out, "a < b <a & \"b\">  X: y\n-- <a & \"b\">  X: y\n1;\n2;\n");
	out = template_render(ts, "m", f->arena, model);
	assert_str(out, "<p>&lt;a &amp; &quot;b&quot;&gt;\r\nX: y</p>\n<hr>");
	cJSON_Delete(model);
	write_template(f, "n.txt", "{{>only}}");
	write_template(f, "only.html", "<hr>");
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
	    FOLDER_TEST(template_test_refused_contexts),
	    FOLDER_TEST(template_test_refused_urls),
	    FOLDER_TEST(template_test_refused_sections),
	    FOLDER_TEST(template_test_refused_syntax),
	    FOLDER_TEST(template_test_includes),
	    FOLDER_TEST(template_test_cycles),
	    FOLDER_TEST(template_test_depth),
	    FOLDER_TEST(template_test_no_folder),
	    FOLDER_TEST(template_test_unknown),
	    FOLDER_TEST(template_test_plain),
	};

	model_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
