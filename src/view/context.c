/* Which place of HTML a template is in, byte by byte. */
#include "view/context.h"

/* Elements whose content a browser does not read as text with entities. */
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

/* Attributes that hold one address. */
static const struct str url_attributes[] = {
    STR_INIT("href"),
    STR_INIT("src"),
    STR_INIT("action"),
    STR_INIT("formaction"),
};

/* Attributes that run, load or navigate in ways of their own. */
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

/*
 * What an address may begin with when a value follows; encoded values stay what they are behind
 * these.
 */
static const struct str url_beginnings[] = {
    STR_INIT("http:"),
    STR_INIT("https:"),
    STR_INIT("otpauth:"),
    STR_INIT("mailto:"),
    STR_INIT("data:text/plain;charset=utf-8,"),
};

#define CONTEXT_COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool
context_listed(struct str word, const struct str *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (str_eq_nocase(word, list[i]))
			return true;
	}
	return false;
}

static bool
context_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool
context_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
context_name_char(char c)
{
	return context_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == ':';
}

/* What has been read of the name or value up to `at`. */
static struct str
context_read(const struct context *c, size_t at)
{
	return str_slice(c->source, c->start, at - c->start);
}

struct context
context_new(struct str source)
{
	return (struct context){.source = source, .state = CONTEXT_TEXT};
}

static const char *
context_open(struct context *c, size_t at)
{
	char ch = c->source.p[at];

	if (ch == '!') {
		bool comment = str_starts(str_slice(c->source, at + 1, 2), STR("--"));

		c->state = comment ? CONTEXT_COMMENT : CONTEXT_DECLARATION;
		c->start = at + 3; /* of a comment: where its end may begin */
		return NULL;
	}
	if (ch == '/') {
		c->state = CONTEXT_CLOSING;
		return NULL;
	}
	if (!context_letter(ch))
		return "a lone '<'";
	c->state = CONTEXT_ELEMENT;
	c->start = at;
	return NULL;
}

/* The '>' of an opening tag. */
static void
context_enter(struct context *c)
{
	if (context_listed(c->element, raw_elements, CONTEXT_COUNT(raw_elements))) {
		c->state = CONTEXT_RAW;
		return;
	}
	c->state = CONTEXT_TEXT;
	c->element = STR_ABSENT;
}

/* Between attributes. */
static const char *
context_between(struct context *c, size_t at)
{
	char ch = c->source.p[at];

	if (ch == '>') {
		context_enter(c);
		return NULL;
	}
	if (context_space(ch) || ch == '/') {
		c->state = CONTEXT_TAG;
		return NULL;
	}
	if (c->state == CONTEXT_CUT)
		return "a name must not be put together";
	if (!context_name_char(ch))
		return "an attribute was expected";
	c->state = CONTEXT_ATTRIBUTE;
	c->start = at;
	return NULL;
}

static const char *
context_element(struct context *c, size_t at)
{
	if (context_name_char(c->source.p[at]))
		return NULL;
	c->element = context_read(c, at);
	c->state = CONTEXT_TAG;
	return context_between(c, at);
}

static const char *
context_attribute(struct context *c, size_t at)
{
	char ch = c->source.p[at];
	struct str name;

	if (context_name_char(ch))
		return NULL;
	if (ch != '=') {
		c->state = CONTEXT_TAG;
		return context_between(c, at);
	}
	name = context_read(c, at);
	c->attribute = CONTEXT_PLAIN;
	if (context_listed(name, url_attributes, CONTEXT_COUNT(url_attributes)))
		c->attribute = CONTEXT_URL;
	else if (context_listed(name, refused_attributes, CONTEXT_COUNT(refused_attributes)) ||
		 str_eq_nocase(str_slice(name, 0, 2), STR("on")))
		c->attribute = CONTEXT_REFUSED;
	c->state = CONTEXT_EQUALS;
	return NULL;
}

static const char *
context_equals(struct context *c, size_t at)
{
	char ch = c->source.p[at];

	if (context_space(ch) || ch == '>')
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

/* The literal beginning of an address: everything that could make it another scheme is refused. */
static const char *
context_url(struct context *c, size_t at)
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
		return "an entity at the beginning of an address";
	if (ch != ':')
		return NULL;
	for (i = 0; i < CONTEXT_COUNT(url_beginnings); i++) {
		struct str begin = str_slice(c->source, c->start, url_beginnings[i].n);

		if (str_eq_nocase(begin, url_beginnings[i])) {
			c->url = CONTEXT_URL_OPEN;
			return NULL;
		}
	}
	return "this scheme is not allowed in an address";
}

static const char *
context_quoted(struct context *c, size_t at)
{
	if (c->source.p[at] == c->quote) {
		c->state = CONTEXT_TAG;
		return NULL;
	}
	return c->attribute == CONTEXT_URL ? context_url(c, at) : NULL;
}

/* Raw text ends at the closing tag of its own element only. */
static void
context_raw(struct context *c, size_t at)
{
	struct str rest = str_slice(c->source, at, c->element.n + 2);

	if (c->source.p[at] != '<' || !str_starts(rest, STR("</")))
		return;
	if (!str_eq_nocase(str_slice(rest, 2, c->element.n), c->element))
		return;
	c->state = CONTEXT_CLOSING;
	c->element = STR_ABSENT;
}

static void
context_comment(struct context *c, size_t at)
{
	if (c->source.p[at] == '>' && at >= c->start + 2 && c->source.p[at - 1] == '-' &&
	    c->source.p[at - 2] == '-')
		c->state = CONTEXT_TEXT;
}

const char *
context_feed(struct context *c, size_t at)
{
	char ch = c->source.p[at];

	switch (c->state) {
	case CONTEXT_TEXT:
		if (ch == '<')
			c->state = CONTEXT_OPEN;
		return NULL;
	case CONTEXT_OPEN:
		return context_open(c, at);
	case CONTEXT_ELEMENT:
		return context_element(c, at);
	case CONTEXT_CLOSING:
	case CONTEXT_DECLARATION:
		if (ch == '>')
			c->state = CONTEXT_TEXT;
		return NULL;
	case CONTEXT_COMMENT:
		context_comment(c, at);
		return NULL;
	case CONTEXT_RAW:
		context_raw(c, at);
		return NULL;
	case CONTEXT_TAG:
	case CONTEXT_CUT:
		return context_between(c, at);
	case CONTEXT_ATTRIBUTE:
		return context_attribute(c, at);
	case CONTEXT_EQUALS:
		return context_equals(c, at);
	case CONTEXT_QUOTED:
		return context_quoted(c, at);
	case CONTEXT_UNQUOTED:
		break;
	}
	if (ch == '>')
		context_enter(c);
	else if (context_space(ch))
		c->state = CONTEXT_TAG;
	return NULL;
}

const char *
context_tag(struct context *c, size_t at)
{
	switch (c->state) {
	case CONTEXT_TEXT:
	case CONTEXT_TAG:
	case CONTEXT_CUT:
	case CONTEXT_QUOTED:
		return NULL;
	case CONTEXT_ELEMENT:
		c->element = context_read(c, at);
		c->state = CONTEXT_CUT;
		return NULL;
	case CONTEXT_ATTRIBUTE:
		c->state = CONTEXT_CUT;
		return NULL;
	default:
		return "only text, tags between their attributes, and quoted values may hold this";
	}
}

const char *
context_value(struct context *c, enum ops_escape *escape)
{
	*escape = OPS_ESCAPE_HTML;
	if (c->state == CONTEXT_TEXT)
		return NULL;
	if (c->state != CONTEXT_QUOTED)
		return "a value may stand in text and in quoted attributes only";
	if (c->attribute == CONTEXT_REFUSED)
		return "no value may stand in this attribute";
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
