/* The escaping context of a template, byte by byte. */
#include "view/context.h"

#include "base/array.h"

/* Elements whose content a browser does not parse as text with entities. */
static const struct str raw_elements[] = {
    STR_INIT("script"),
    STR_INIT("style"),
    STR_INIT("iframe"),
    STR_INIT("xmp"),
    STR_INIT("noembed"),
    STR_INIT("noframes"),
    STR_INIT("noscript"),
    STR_INIT("plaintext"),
};

/* Attributes that hold one URL. */
static const struct str url_attributes[] = {
    STR_INIT("href"),
    STR_INIT("src"),
    STR_INIT("action"),
    STR_INIT("formaction"),
};

/* Attributes that run code, load or navigate in other forms. */
static const struct str refused_attributes[] = {
    STR_INIT("style"),
    STR_INIT("srcdoc"),
    STR_INIT("srcset"),
    STR_INIT("imagesrcset"),
    STR_INIT("poster"),
    STR_INIT("ping"),
    STR_INIT("cite"),
    STR_INIT("data"),
    STR_INIT("background"),
    STR_INIT("content"),
    STR_INIT("http-equiv"),
    STR_INIT("xlink:href"),
    STR_INIT("manifest"),
    STR_INIT("codebase"),
};

/* What a URL may begin with when a value follows: behind these an encoded value is harmless. */
static const struct str url_beginnings[] = {
    STR_INIT("http:"),
    STR_INIT("https:"),
    STR_INIT("otpauth:"),
    STR_INIT("mailto:"),
    STR_INIT("data:text/plain;charset=utf-8,"),
};

static const char *after_lt(struct context *c, size_t at);
static bool is_letter(char c);
static const char *element_name(struct context *c, size_t at);
static bool is_name_char(char c);
static struct str text_read(const struct context *c, size_t at);
static const char *between_attributes(struct context *c, size_t at);
static void end_tag(struct context *c);
static bool is_listed(struct str word, const struct str *list, size_t count);
static bool is_space(char c);
static void comment(struct context *c, size_t at);
static void raw_text(struct context *c, size_t at);
static const char *attribute_name(struct context *c, size_t at);
static const char *after_equals(struct context *c, size_t at);
static const char *quoted_value(struct context *c, size_t at);
static const char *url_beginning(struct context *c, size_t at);

struct context
context_new(struct str source)
{
	return (struct context){.source = source, .state = CONTEXT_TEXT};
}

const char *
context_advance(struct context *c, size_t at)
{
	char ch = c->source.p[at];

	switch (c->state) {
	case CONTEXT_TEXT:
		if (ch == '<')
			c->state = CONTEXT_OPEN;
		return NULL;
	case CONTEXT_OPEN:
		return after_lt(c, at);
	case CONTEXT_ELEMENT:
		return element_name(c, at);
	case CONTEXT_CLOSING:
	case CONTEXT_DECLARATION:
		if (ch == '>')
			c->state = CONTEXT_TEXT;
		return NULL;
	case CONTEXT_COMMENT:
		comment(c, at);
		return NULL;
	case CONTEXT_RAW:
		raw_text(c, at);
		return NULL;
	case CONTEXT_TAG:
	case CONTEXT_CUT:
		return between_attributes(c, at);
	case CONTEXT_ATTRIBUTE:
		return attribute_name(c, at);
	case CONTEXT_EQUALS:
		return after_equals(c, at);
	case CONTEXT_QUOTED:
		return quoted_value(c, at);
	case CONTEXT_UNQUOTED:
		break;
	}
	if (ch == '>')
		end_tag(c);
	else if (is_space(ch))
		c->state = CONTEXT_TAG;
	return NULL;
}

const char *
context_advance_tag(struct context *c, size_t at)
{
	switch (c->state) {
	case CONTEXT_TEXT:
	case CONTEXT_TAG:
	case CONTEXT_CUT:
	case CONTEXT_QUOTED:
		return NULL;
	case CONTEXT_ELEMENT:
		c->element = text_read(c, at);
		c->state = CONTEXT_CUT;
		return NULL;
	case CONTEXT_ATTRIBUTE:
		c->state = CONTEXT_CUT;
		return NULL;
	default:
		return "this may appear only in text, between attributes and in quoted values";
	}
}

const char *
context_advance_value(struct context *c, enum ops_escape *escape)
{
	*escape = OPS_ESCAPE_HTML;
	if (c->state == CONTEXT_TEXT)
		return NULL;
	if (c->state != CONTEXT_QUOTED)
		return "a value may appear in text and in quoted attributes only";
	if (c->attribute == CONTEXT_REFUSED)
		return "no value may appear in this attribute";
	if (c->attribute != CONTEXT_URL)
		return NULL;
	if (c->url == CONTEXT_URL_EMPTY) {
		*escape = OPS_ESCAPE_URL_START;
		c->url = CONTEXT_URL_OPEN;
	} else {
		*escape = OPS_ESCAPE_URL_PART;
	}
	return NULL;
}

bool
context_join(struct context *c, const struct context *begin)
{
	bool cut = c->state == CONTEXT_CUT || begin->state == CONTEXT_CUT;

	if (cut && (c->state == CONTEXT_TAG || c->state == CONTEXT_CUT) &&
	    (begin->state == CONTEXT_TAG || begin->state == CONTEXT_CUT)) {
		c->state = CONTEXT_CUT;
		return str_eq(c->element, begin->element);
	}
	if (c->state != begin->state || !str_eq(c->element, begin->element))
		return false;
	if (c->state != CONTEXT_QUOTED)
		return true;
	return c->quote == begin->quote && c->attribute == begin->attribute &&
	       (c->attribute != CONTEXT_URL || c->url == begin->url);
}

static const char *
after_lt(struct context *c, size_t at)
{
	char ch = c->source.p[at];

	if (ch == '!') {
		bool is_comment = str_starts(str_slice(c->source, at + 1, 2), STR("--"));

		c->state = is_comment ? CONTEXT_COMMENT : CONTEXT_DECLARATION;
		c->start = at + 3; /* of a comment: where its end may begin at the earliest */
		return NULL;
	}
	if (ch == '/') {
		c->state = CONTEXT_CLOSING;
		return NULL;
	}
	if (!is_letter(ch))
		return "a lone '<'";
	c->state = CONTEXT_ELEMENT;
	c->start = at;
	return NULL;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const char *
element_name(struct context *c, size_t at)
{
	if (is_name_char(c->source.p[at]))
		return NULL;
	c->element = text_read(c, at);
	c->state = CONTEXT_TAG;
	return between_attributes(c, at);
}

static bool
is_name_char(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == ':';
}

/* The part of the name or value before `at`. */
static struct str
text_read(const struct context *c, size_t at)
{
	return str_slice(c->source, c->start, at - c->start);
}

static const char *
between_attributes(struct context *c, size_t at)
{
	char ch = c->source.p[at];

	if (ch == '>') {
		end_tag(c);
		return NULL;
	}
	if (is_space(ch) || ch == '/') {
		c->state = CONTEXT_TAG;
		return NULL;
	}
	if (c->state == CONTEXT_CUT)
		return "a name must not be assembled from parts";
	if (!is_name_char(ch))
		return "an attribute was expected";
	c->state = CONTEXT_ATTRIBUTE;
	c->start = at;
	return NULL;
}

/* Ends an opening tag at its '>'. */
static void
end_tag(struct context *c)
{
	if (is_listed(c->element, raw_elements, ARRAY_SIZE(raw_elements))) {
		c->state = CONTEXT_RAW;
		return;
	}
	c->state = CONTEXT_TEXT;
	c->element = STR_ABSENT;
}

static bool
is_listed(struct str word, const struct str *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (str_eq_nocase(word, list[i]))
			return true;
	}
	return false;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static void
comment(struct context *c, size_t at)
{
	if (c->source.p[at] == '>' && at >= c->start + 2 && c->source.p[at - 1] == '-' &&
	    c->source.p[at - 2] == '-')
		c->state = CONTEXT_TEXT;
}

/* Ends raw text, which only the closing tag of its element does. */
static void
raw_text(struct context *c, size_t at)
{
	struct str rest = str_slice(c->source, at, c->element.n + 2);

	if (c->source.p[at] != '<' || !str_starts(rest, STR("</")))
		return;
	if (!str_eq_nocase(str_slice(rest, 2, c->element.n), c->element))
		return;
	c->state = CONTEXT_CLOSING;
	c->element = STR_ABSENT;
}

static const char *
attribute_name(struct context *c, size_t at)
{
	char ch = c->source.p[at];
	struct str name;

	if (is_name_char(ch))
		return NULL;
	if (ch != '=') {
		c->state = CONTEXT_TAG;
		return between_attributes(c, at);
	}
	name = text_read(c, at);
	c->attribute = CONTEXT_PLAIN;
	if (is_listed(name, url_attributes, ARRAY_SIZE(url_attributes)))
		c->attribute = CONTEXT_URL;
	else if (is_listed(name, refused_attributes, ARRAY_SIZE(refused_attributes)) ||
		 str_eq_nocase(str_slice(name, 0, 2), STR("on")))
		c->attribute = CONTEXT_REFUSED;
	c->state = CONTEXT_EQUALS;
	return NULL;
}

static const char *
after_equals(struct context *c, size_t at)
{
	char ch = c->source.p[at];

	if (is_space(ch) || ch == '>')
		return "the value of an attribute must follow its '='";
	if (ch == '"' || ch == '\'') {
		c->state = CONTEXT_QUOTED;
		c->quote = ch;
		c->start = at + 1;
		c->url = CONTEXT_URL_EMPTY;
	} else {
		c->state = CONTEXT_UNQUOTED;
	}
	return NULL;
}

static const char *
quoted_value(struct context *c, size_t at)
{
	if (c->source.p[at] == c->quote) {
		c->state = CONTEXT_TAG;
		return NULL;
	}
	return c->attribute == CONTEXT_URL ? url_beginning(c, at) : NULL;
}

/* Follows the literal beginning of a URL and refuses all that could give it another scheme. */
static const char *
url_beginning(struct context *c, size_t at)
{
	char ch = c->source.p[at];
	size_t i;

	if (c->url == CONTEXT_URL_OPEN)
		return NULL;
	c->url = CONTEXT_URL_HEAD;
	if (ch == '/' || ch == '?' || ch == '#') {
		c->url = CONTEXT_URL_OPEN;
		return NULL;
	}
	if (ch == '&')
		return "an entity at the beginning of a URL";
	if (ch != ':')
		return NULL;
	for (i = 0; i < ARRAY_SIZE(url_beginnings); i++) {
		struct str begin = str_slice(c->source, c->start, url_beginnings[i].n);

		if (str_eq_nocase(begin, url_beginnings[i])) {
			c->url = CONTEXT_URL_OPEN;
			return NULL;
		}
	}
	return "this scheme is not allowed in a URL";
}
