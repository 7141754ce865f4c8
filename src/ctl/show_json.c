/* An account as JSON. */
#include <cjson/cJSON.h>

#include "base/clock.h"
#include "ctl/show.h"

static bool account(const struct show *s, cJSON *to);
static bool memberships(const struct show *s, cJSON *to);
static bool factors(const struct show *s, cJSON *to);
static bool recovery(const struct show *s, cJSON *to);
static bool budget(const struct show *s, cJSON *to);
static bool sessions(const struct show *s, cJSON *to);
static cJSON *append(cJSON *list);
static bool text(const struct show *s, cJSON *to, const char *name, struct str value);
static bool id(const struct show *s, cJSON *to, const char *name, const char *prefix,
    struct uuid value);
static bool when(const struct show *s, cJSON *to, const char *name, int64_t us);

bool
show_json(const struct show *s, FILE *out)
{
	cJSON *all = cJSON_CreateObject();
	char *printed = NULL;

	if (all != NULL && account(s, all) && memberships(s, all) && factors(s, all) &&
	    recovery(s, all) && budget(s, all) && sessions(s, all))
		printed = cJSON_Print(all);
	cJSON_Delete(all);
	if (printed == NULL)
		return false;
	fprintf(out, "%s\n", printed);
	cJSON_free(printed);
	return true;
}

static bool
account(const struct show *s, cJSON *to)
{
	const struct account *a = &s->subject->account;
	const struct account_details *d = &s->report->details;

	return id(s, to, "accountId", ID_ACCOUNT, a->id) && text(s, to, "name", a->name) &&
	       text(s, to, "email", a->email) &&
	       cJSON_AddBoolToObject(to, "emailVerified", a->email_verified) != NULL &&
	       text(s, to, "status", a->disabled_at == 0 ? STR("active") : STR("disabled")) &&
	       when(s, to, "disabledAt", a->disabled_at) &&
	       when(s, to, "createdAt", d->created_at) &&
	       when(s, to, "passwordChangedAt", d->password_changed_at) &&
	       when(s, to, "lastSignInAt", d->last_sign_in_at);
}

static bool
memberships(const struct show *s, cJSON *to)
{
	cJSON *list = cJSON_AddArrayToObject(to, "memberships");
	bool done = list != NULL;

	for (size_t i = 0; done && i < s->subject->membership_count; i++) {
		const struct membership *m = &s->subject->memberships[i];
		cJSON *o = append(list);

		done = o != NULL && text(s, o, "slug", m->slug) &&
		       text(s, o, "organization", m->name) &&
		       text(s, o, "role", role_name(m->role)) &&
		       cJSON_AddBoolToObject(o, "sensitive", m->sensitive) != NULL &&
		       when(s, o, "joinedAt", m->joined_at);
	}
	return done;
}

static bool
factors(const struct show *s, cJSON *to)
{
	cJSON *list = cJSON_AddArrayToObject(to, "factors");
	bool done = list != NULL;

	for (size_t i = 0; done && i < s->subject->factor_count; i++) {
		const struct factor *f = &s->subject->factors[i];
		cJSON *o = append(list);

		done = o != NULL && id(s, o, "factorId", ID_FACTOR, f->id) &&
		       text(s, o, "kind", str_of(f->kind->name)) && text(s, o, "label", f->label) &&
		       text(s, o, "state",
			   f->state == FACTOR_ACTIVE ? STR("active") : STR("pending")) &&
		       cJSON_AddBoolToObject(o, "preferred", f->preferred) != NULL &&
		       when(s, o, "addedAt", f->confirmed_at) &&
		       when(s, o, "lastUsedAt", f->last_used_at) &&
		       when(s, o, "expiresAt", f->expires_at);
	}
	return done;
}

static bool
recovery(const struct show *s, cJSON *to)
{
	const struct recovery_set *set = &s->subject->recovery;
	cJSON *o;

	if (uuid_is_nil(set->id))
		return cJSON_AddNullToObject(to, "recoveryCodes") != NULL;
	o = cJSON_AddObjectToObject(to, "recoveryCodes");
	return o != NULL && cJSON_AddNumberToObject(o, "remaining", set->left) != NULL &&
	       when(s, o, "createdAt", set->created_at) &&
	       when(s, o, "acknowledgedAt", set->acknowledged_at);
}

static bool
budget(const struct show *s, cJSON *to)
{
	const struct throttle *t = &s->subject->throttle;
	enum err e = throttle_check(t, s->now);
	cJSON *o = cJSON_AddObjectToObject(to, "secondFactor");

	return o != NULL && cJSON_AddNumberToObject(o, "wrongAnswers", t->failures) != NULL &&
	       when(s, o, "blockedUntil", e == ERR_THROTTLED ? t->blocked_until : 0) &&
	       cJSON_AddBoolToObject(o, "locked", e == ERR_LOCKED) != NULL;
}

static bool
sessions(const struct show *s, cJSON *to)
{
	cJSON *list = cJSON_AddArrayToObject(to, "sessions");
	bool done = list != NULL;

	for (size_t i = 0; done && i < s->report->session_count; i++) {
		const struct session *e = &s->report->sessions[i];
		cJSON *o = append(list);

		done = o != NULL && id(s, o, "sessionId", ID_SESSION, e->id) &&
		       text(s, o, "state", session_state_name(e->state)) &&
		       when(s, o, "createdAt", e->created_at) &&
		       when(s, o, "lastSeenAt", e->last_seen_at) &&
		       text(s, o, "address", e->address);
	}
	return done;
}

/* A new object at the end; NULL without memory. */
static cJSON *
append(cJSON *list)
{
	cJSON *o = cJSON_CreateObject();

	if (o != NULL && !cJSON_AddItemToArray(list, o)) {
		cJSON_Delete(o);
		return NULL;
	}
	return o;
}

static bool
text(const struct show *s, cJSON *to, const char *name, struct str value)
{
	return cJSON_AddStringToObject(to, name, str_c(s->arena, value)) != NULL;
}

static bool
id(const struct show *s, cJSON *to, const char *name, const char *prefix, struct uuid value)
{
	return text(s, to, name, id_format(s->arena, prefix, value));
}

static bool
when(const struct show *s, cJSON *to, const char *name, int64_t us)
{
	if (us == 0)
		return cJSON_AddNullToObject(to, name) != NULL;
	return text(s, to, name, clock_rfc3339(s->arena, us));
}
