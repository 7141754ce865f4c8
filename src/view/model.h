/*
 * The one tree of values an answer is made of: JSON prints it, HTML renders it. The tree is
 * cJSON's; its memory is wiped when it is freed (model_setup()).
 */
#ifndef VIEW_MODEL_H
#define VIEW_MODEL_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/secret.h"
#include "base/str.h"

/* Once a process, first of all: memory of trees never fails and is wiped at release. */
void model_setup(void);

/* A new object; free with cJSON_Delete(). */
cJSON *model_new(void);

/* Sets a member; an absent string becomes null. Text that is not UTF-8 is replaced by U+FFFD. */
void model_text(cJSON *o, const char *name, struct str text);
void model_number(cJSON *o, const char *name, int64_t n);
void model_bool(cJSON *o, const char *name, int truth);
/* A new empty object or list as a member, or object at the end of a list; owned by its parent. */
cJSON *model_object(cJSON *o, const char *name);
cJSON *model_list(cJSON *o, const char *name);
cJSON *model_item(cJSON *list);
/* A string at the end of a list. */
void model_item_text(cJSON *list, struct str text);

/* The tree as JSON text in the arena. */
struct str model_json(struct arena *a, const cJSON *o);

#endif
