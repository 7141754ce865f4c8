/* The texts of the reference page. */
#include "web/page/docs.h"

static const struct str item_sign = STR_INIT("- ");

static struct str cut_block(struct str *rest);
static void add_block(struct call *c, cJSON *list, struct str block);
static void add_items(struct call *c, cJSON *list, struct str block);
static void add_run(cJSON *list, struct str text, bool code);

void
docs_blocks(struct call *c, cJSON *o, struct str text)
{
	cJSON *list = model_list(o, "blocks");

	while (!str_is_absent(text)) {
		struct str block = str_trim(cut_block(&text));

		if (block.n > 0)
			add_block(c, list, block);
	}
}

void
docs_runs(cJSON *o, struct str text)
{
	cJSON *list = model_list(o, "runs");
	bool code = false;

	while (!str_is_absent(text)) {
		struct str part = str_cut(&text, '`');

		if (part.n > 0)
			add_run(list, part, code);
		code = !code;
	}
}

struct str
docs_anchor(struct call *c, struct str heading)
{
	struct buf b = {.arena = c->arena};
	struct str low = str_lower(c->arena, heading);
	size_t i;

	buf_add(&b, STR("about-"));
	for (i = 0; i < low.n; i++) {
		char ch = low.p[i];

		buf_addc(&b, (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') ? ch : '-');
	}
	return buf_str(&b);
}

struct str
docs_upper(struct call *c, const char *word)
{
	struct buf b = {.arena = c->arena};

	for (; *word != '\0'; word++)
		buf_addc(&b, *word >= 'a' && *word <= 'z' ? (char)(*word - 'a' + 'A') : *word);
	return buf_str(&b);
}

/*
 * The printer puts a tab behind each colon; within a text there is none, it stands there
 * escaped.
 */
void
docs_json(cJSON *o, const char *name, const cJSON *value)
{
	char *printed = cJSON_Print(value);
	size_t i;

	for (i = 1; printed != NULL && printed[i - 1] != '\0'; i++)
		if (printed[i] == '\t' && printed[i - 1] == ':')
			printed[i] = ' ';
	model_text(o, name, str_of(printed));
	cJSON_free(printed);
}

/* As far as the next empty line. */
static struct str
cut_block(struct str *rest)
{
	struct str all = *rest;
	size_t i;

	for (i = 0; i + 1 < all.n; i++) {
		if (all.p[i] == '\n' && all.p[i + 1] == '\n') {
			*rest = str_slice(all, i + 2, all.n);
			return str_slice(all, 0, i);
		}
	}
	*rest = STR_ABSENT;
	return all;
}

static void
add_block(struct call *c, cJSON *list, struct str block)
{
	cJSON *o = model_item(list);
	bool listed = str_starts(block, item_sign);

	model_bool(o, "paragraph", !listed);
	if (listed)
		add_items(c, model_list(o, "items"), block);
	else
		docs_runs(o, block);
}

/* A line without the sign goes on with the item before. */
static void
add_items(struct call *c, cJSON *list, struct str block)
{
	struct buf item = {.arena = c->arena};

	while (!str_is_absent(block)) {
		struct str line = str_cut(&block, '\n');
		bool begins = str_starts(line, item_sign);

		if (begins && item.n > 0) {
			docs_runs(model_item(list), buf_str(&item));
			item = (struct buf){.arena = c->arena};
		}
		if (!begins)
			buf_addc(&item, '\n');
		buf_add(&item, begins ? str_slice(line, item_sign.n, line.n) : line);
	}
	docs_runs(model_item(list), buf_str(&item));
}

static void
add_run(cJSON *list, struct str text, bool code)
{
	cJSON *o = model_item(list);

	model_bool(o, "code", code);
	model_text(o, "text", text);
}
