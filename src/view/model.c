/* Building and printing trees of values. */
#include "view/model.h"

#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* U+FFFD, the replacement character. */
#define REPLACEMENT "\xEF\xBF\xBD"

static void *alloc_or_die(size_t size);
static void wipe_and_free(void *p);
static cJSON *require_node(cJSON *node);
static cJSON *set_member(cJSON *o, const char *name, cJSON *node);
static cJSON *make_string(struct str text);
static size_t character_size(struct str s, size_t at, int *whole);
static cJSON *append_item(cJSON *list, cJSON *node);

void
model_setup(void)
{
	cJSON_Hooks hooks = {.malloc_fn = alloc_or_die, .free_fn = wipe_and_free};

	cJSON_InitHooks(&hooks);
}

cJSON *
model_new(void)
{
	return require_node(cJSON_CreateObject());
}

void
model_text(cJSON *o, const char *name, struct str text)
{
	set_member(o, name, str_is_absent(text) ? cJSON_CreateNull() : make_string(text));
}

void
model_number(cJSON *o, const char *name, int64_t n)
{
	char digits[24];

	if (n >= INT_MIN && n <= INT_MAX) {
		set_member(o, name, cJSON_CreateNumber((double)n));
		return;
	}
	/* cJSON stores doubles, which would round it: store the digits instead. */
	snprintf(digits, sizeof(digits), "%lld", (long long)n);
	set_member(o, name, cJSON_CreateRaw(digits));
}

void
model_bool(cJSON *o, const char *name, bool value)
{
	set_member(o, name, cJSON_CreateBool(value));
}

cJSON *
model_object(cJSON *o, const char *name)
{
	return set_member(o, name, cJSON_CreateObject());
}

cJSON *
model_list(cJSON *o, const char *name)
{
	return set_member(o, name, cJSON_CreateArray());
}

cJSON *
model_item(cJSON *list)
{
	return append_item(list, cJSON_CreateObject());
}

void
model_item_text(cJSON *list, struct str text)
{
	append_item(list, str_is_absent(text) ? cJSON_CreateNull() : make_string(text));
}

struct str
model_json(struct arena *a, const cJSON *o)
{
	char *text = cJSON_PrintUnformatted(o);
	struct str copy;

	if (text == NULL)
		log_fatal("model.impossible", "a tree could not be printed");
	copy = str_copy(a, str_of(text));
	cJSON_free(text);
	return copy;
}

static void *
alloc_or_die(size_t size)
{
	void *p = malloc(size);

	if (p == NULL)
		log_fatal("memory.exhausted", "model_alloc");
	return p;
}

/* Wipes before freeing: trees hold codes and secrets, and copies of them while they grow. */
static void
wipe_and_free(void *p)
{
	if (p == NULL)
		return;
	explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

/* cJSON returns NULL without memory, which alloc_or_die() rules out, and for a wrong call. */
static cJSON *
require_node(cJSON *node)
{
	if (node == NULL)
		log_fatal("model.impossible", "a value could not be made");
	return node;
}

static cJSON *
set_member(cJSON *o, const char *name, cJSON *node)
{
	cJSON_DeleteItemFromObjectCaseSensitive(o, name);
	if (!cJSON_AddItemToObject(o, name, require_node(node)))
		log_fatal("model.impossible", name);
	return node;
}

/* Makes a string of valid UTF-8; a NUL, which would end it, is replaced as well. */
static cJSON *
make_string(struct str text)
{
	static const struct str replacement = STR_INIT(REPLACEMENT);
	size_t at = 0, n = 0;
	cJSON *node;
	char *copy;

	if (text.n > (SIZE_MAX - 1) / replacement.n)
		log_fatal("model.impossible", "a text is too long");
	copy = cJSON_malloc(text.n * replacement.n + 1);
	while (at < text.n) {
		int whole;
		size_t size = character_size(text, at, &whole);

		memcpy(copy + n, whole ? text.p + at : replacement.p, whole ? size : replacement.n);
		n += whole ? size : replacement.n;
		at += size;
	}
	copy[n] = '\0';
	node = cJSON_CreateString(copy);
	cJSON_free(copy);
	return node;
}

/*
 * The size in bytes of the character of `s` at `at`, or of the beginning of one that is cut off;
 * `whole` says which.
 */
static size_t
character_size(struct str s, size_t at, int *whole)
{
	const size_t left = s.n - at;
	unsigned char first = (unsigned char)s.p[at];
	size_t need, have;

	*whole = 0;
	if (first < 0x80) {
		*whole = first != 0;
		return 1;
	}
	need = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
	if (first < 0xC2 || first > 0xF4)
		return 1;
	for (have = 1; have < need && have < left; have++) {
		unsigned char next = (unsigned char)s.p[at + have];
		unsigned char low = 0x80, high = 0xBF;

		if (have == 1) {
			low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : low;
			high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : high;
		}
		if (next < low || next > high)
			return have;
	}
	*whole = have == need;
	return have;
}

static cJSON *
append_item(cJSON *list, cJSON *node)
{
	if (!cJSON_AddItemToArray(list, require_node(node)))
		log_fatal("model.impossible", "a value could not be added to a list");
	return node;
}
