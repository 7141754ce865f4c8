/*
 * What json_check() accepts, cJSON must read to the end, as the same type, and print
 * as a text that is accepted again. For libFuzzer; the seeds are in corpus/json.
 *
 *	clang -std=c11 -D_GNU_SOURCE -g -O1 -Isrc -fsanitize=fuzzer,address,undefined \
 *	    tests/fuzz/json_fuzz.c src/http/json.c src/base/{arena,clock,log,str}.c \
 *	    -lcjson -o json_fuzz
 *	./json_fuzz -max_total_time=60 -max_len=4096 NEW_FOLDER tests/fuzz/corpus/json
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "http/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static bool
type_fits(const cJSON *value, char first)
{
	switch (first) {
	case '{':
		return cJSON_IsObject(value);
	case '[':
		return cJSON_IsArray(value);
	case '"':
		return cJSON_IsString(value);
	case 't':
		return cJSON_IsTrue(value);
	case 'f':
		return cJSON_IsFalse(value);
	case 'n':
		return cJSON_IsNull(value);
	default:
		return cJSON_IsNumber(value);
	}
}

static void
must_be_accepted_again(struct arena *a, const cJSON *value, int depth)
{
	char *printed = cJSON_PrintUnformatted(value);
	struct json_fault fault;

	must(printed != NULL);
	must(json_check(a, str_of(printed), depth, &fault) == OK);
	cJSON_free(printed);
}

/* Once with a NUL behind the text, which cJSON is to reach, and once without. */
static void
must_be_read(struct arena *a, struct str text, int depth)
{
	struct str trimmed = str_trim(text);
	char *copy = malloc(text.n + 1);
	const char *end = NULL;
	cJSON *value;

	must(copy != NULL);
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	value = cJSON_ParseWithLengthOpts(copy, text.n + 1, &end, true);
	must(value != NULL && end == copy + text.n && type_fits(value, trimmed.p[0]));
	must_be_accepted_again(a, value, depth);
	cJSON_Delete(value);
	free(copy);

	value = cJSON_ParseWithLengthOpts(text.p, text.n, &end, false);
	must(value != NULL && end == trimmed.p + trimmed.n && type_fits(value, trimmed.p[0]));
	cJSON_Delete(value);
}

/* The first byte chooses the depth, the rest is the text. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_fault fault;
	struct str text;
	struct arena *a;
	int depth;

	if (size == 0)
		return 0;
	a = arena_new(ARENA_REQUEST_MAX);
	depth = data[0] % (JSON_DEPTH_MAX + 1);
	text = (struct str){.p = (const char *)data + 1, .n = size - 1};
	if (json_check(a, text, depth, &fault) == OK)
		must_be_read(a, text, depth);
	else
		must(fault.at <= text.n && fault.what != NULL);
	arena_free(a);
	return 0;
}
