/* The tree of values an answer is made of. */
#include "view/model.h"

#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* U+FFFD, which stands for what is not a character. */
#define MODEL_REPLACEMENT "\xEF\xBF\xBD"

static void *
model_alloc(size_t size)
{
	void *p = malloc(size);

	if (p == NULL)
		log_fatal("memory.exhausted", "model_alloc");
	return p;
}

/* Trees hold codes and secrets, and copies of them while they grow. */
static void
model_release(void *p)
{
	if (p == NULL)
		return;
	explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

void
model_setup(void)
{
	cJSON_Hooks hooks = {.malloc_fn = model_alloc, .free_fn = model_release};

	cJSON_InitHooks(&hooks);
}

/* cJSON answers NULL for lack of memory, which cannot be, and for a call that is a bug of ours. */
static cJSON *
model_sure(cJSON *node)
{
	if (node == NULL)
		log_fatal("model.impossible", "a value could not be made");
	return node;
}

static cJSON *
model_put(cJSON *o, const char *name, cJSON *node)
{
	cJSON_DeleteItemFromObjectCaseSensitive(o, name);
	if (!cJSON_AddItemToObject(o, name, model_sure(node)))
		log_fatal("model.impossible", name);
	return node;
}

static cJSON *
model_append(cJSON *list, cJSON *node)
{
	if (!cJSON_AddItemToArray(list, model_sure(node)))
		log_fatal("model.impossible", "a value could not be added to a list");
	return node;
}

cJSON *
model_new(void)
{
	return model_sure(cJSON_CreateObject());
}

/*
 * How many bytes of `s` from `at` on belong together: a character, or as much as is the
 * beginning of one. `whole` tells which.
 */
static size_t
model_character(struct str s, size_t at, int *whole)
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

/* A NUL-terminated copy that is UTF-8 for certain; NUL, which would cut it, is replaced too. */
static cJSON *
model_string(struct str text)
{
	static const struct str replacement = STR_INIT(MODEL_REPLACEMENT);
	size_t at = 0, n = 0;
	cJSON *node;
	char *copy;

	if (text.n > (SIZE_MAX - 1) / replacement.n)
		log_fatal("model.impossible", "a text is too long");
	copy = cJSON_malloc(text.n * replacement.n + 1);
	while (at < text.n) {
		int whole;
		size_t size = model_character(text, at, &whole);

		memcpy(copy + n, whole ? text.p + at : replacement.p, whole ? size : replacement.n);
		n += whole ? size : replacement.n;
		at += size;
	}
	copy[n] = '\0';
	node = cJSON_CreateString(copy);
	cJSON_free(copy);
	return node;
}

void
model_text(cJSON *o, const char *name, struct str text)
{
	model_put(o, name, str_is_absent(text) ? cJSON_CreateNull() : model_string(text));
}

void
model_number(cJSON *o, const char *name, int64_t n)
{
	char digits[24];

	if (n >= INT_MIN && n <= INT_MAX) {
		model_put(o, name, cJSON_CreateNumber((double)n));
		return;
	}
	/*
	 * cJSON keeps doubles: beyond an int the digits are kept as they are, or they would be
	 * rounded.
	 */
	snprintf(digits, sizeof(digits), "%lld", (long long)n);
	model_put(o, name, cJSON_CreateRaw(digits));
}

void
model_bool(cJSON *o, const char *name, int truth)
{
	model_put(o, name, cJSON_CreateBool(truth != 0));
}

cJSON *
model_object(cJSON *o, const char *name)
{
	return model_put(o, name, cJSON_CreateObject());
}

cJSON *
model_list(cJSON *o, const char *name)
{
	return model_put(o, name, cJSON_CreateArray());
}

cJSON *
model_item(cJSON *list)
{
	return model_append(list, cJSON_CreateObject());
}

void
model_item_text(cJSON *list, struct str text)
{
	model_append(list, str_is_absent(text) ? cJSON_CreateNull() : model_string(text));
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
