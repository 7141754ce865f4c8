/*
 * The tree of values that a response is made from: JSON prints it, a template renders it. The
 * tree is cJSON's, and its memory is wiped when it is freed (see model_setup()).
 */
#ifndef VIEW_MODEL_H
#define VIEW_MODEL_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/secret.h"
#include "base/str.h"

/* Installs the allocator of trees, which never fails and wipes. Call once, before all else. */
void model_setup(void);

/* Makes an object. Free it with cJSON_Delete(). */
cJSON *model_new(void);

/* Sets a member. An absent string becomes null; bytes that are not UTF-8 become U+FFFD. */
void model_text(cJSON *o, const char *name, struct str text);
void model_number(cJSON *o, const char *name, int64_t n);
void model_bool(cJSON *o, const char *name, bool value);
/* Adds an empty object or list as a member, or an object to a list. The parent owns it. */
cJSON *model_object(cJSON *o, const char *name);
cJSON *model_list(cJSON *o, const char *name);
cJSON *model_item(cJSON *list);
/* Appends a string to a list. */
void model_item_text(cJSON *list, struct str text);

/* Prints the tree as JSON into the arena. */
struct str model_json(struct arena *a, const cJSON *o);

#endif
