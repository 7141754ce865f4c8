/*
 * Parts of the value tree that several pages share, and the step from the tree to the page. The
 * names in the tree are those of templates/README.md.
 */
#ifndef WEB_PRESENT_H
#define WEB_PRESENT_H

#include "web/call.h"

/*
 * Adds what every page shows (issuer, title, account, the refusal with its field), and renders
 * the template into the response.
 */
enum err present_page(struct call *c, const char *template, const char *title) MUST_CHECK;

/* Replaces the value tree by an empty one. */
void present_nothing(struct call *c);

/* Shows the second factor of the account: `mfa` {enabled, recovery_left, recovery_low, …}. */
void present_mfa(struct call *c);

/* Lists the active factors: `methods` [{id, label, preferred}], and whether there are `several`. */
void present_methods(struct call *c);

/* Shows a factor: `factor` {id, label}, and a flag with the name of its kind. */
void present_factor(struct call *c, const struct factor *f);

/* Returns "YYYY-MM-DD" in UTC; absent for 0. */
struct str day_text(struct arena *a, int64_t us);

/* Sets an id as a member; null for nil. */
void present_id(struct call *c, cJSON *o, const char *name, const char *prefix, struct uuid id);

/* Returns the time as people read it; absent for 0. */
struct str time_text(struct arena *a, int64_t us);

/* Shows a flash message, which says what the last change did: `flash` {text}. */
void present_flash(struct call *c, const char *text);

/* A flash message by its name. A redirect puts the name into the query, as this field. */
#define FLASH_FIELD "done"
struct flash {
	const char *name;
	const char *text;
};
/* Shows the flash message that the request names, where the route has the field. */
void present_flash_named(struct call *c, const struct flash *list, size_t count);

/* A sentence of a page about one of its fields, instead of the general one. */
struct field_hint {
	const char *field;
	const char *text;
};
/* Sets the hint of the field that was rejected, where there is one, as the text of the refusal. */
void present_hint(struct call *c, const struct field_hint *hints, size_t count);

/*
 * Responds with the step-up page for a POST route: it asks for the missing proofs, and sends the
 * fields of the form again.
 */
enum err present_step_up(struct call *c) MUST_CHECK;

#endif
