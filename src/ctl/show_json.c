/* An account as JSON. */
#include <cjson/cJSON.h>

#include "base/clock.h"
#include "ctl/show.h"

static bool add_account(const struct show *s, cJSON *to);
static bool add_memberships(const struct show *s, cJSON *to);
static bool add_factors(const struct show *s, cJSON *to);
static bool add_recovery(const struct show *s, cJSON *to);
static bool add_attempts(const struct show *s, cJSON *to);
static bool add_sessions(const struct show *s, cJSON *to);
static cJSON *append_object(cJSON *list);
static bool add_text(const struct show *s, cJSON *to, const char *name, struct str value);
static bool add_id(const struct show *s, cJSON *to, const char *name, const char *prefix,
    struct uuid value);
static bool add_time(const struct show *s, cJSON *to, const char *name, int64_t us);

bool
show_json(const struct show *s, FILE *out)
{
	cJSON *all = cJSON_CreateObject();
	char *printed = NULL;

	if (all != NULL && add_account(s, all) && add_memberships(s, all) && add_factors(s, all) &&
	    add_recovery(s, all) && add_attempts(s, all) && add_sessions(s, all))
		printed = cJSON_Print(all);
	cJSON_Delete(all);
	if (printed == NULL)
		return false;
	fprintf(out, "%s\n", printed);
	cJSON_free(printed);
	return true;
}

static bool
add_account(const struct show *s, cJSON *to)
{
	const struct account *a = &s->subject->account;
	const struct account_details *d = &s->report->details;

	return add_id(s, to, "accountId", ID_ACCOUNT, a->id) && add_text(s, to, "name", a->name) &&
	       add_text(s, to, "email", a->email) &&
	       cJSON_AddBoolToObject(to, "emailVerified", a->email_verified) != NULL &&
	       add_text(s, to, "status", a->disabled_at == 0 ? STR("active") : STR("disabled")) &&
	       add_time(s, to, "disabledAt", a->disabled_at) &&
	       add_time(s, to, "createdAt", d->created_at) &&
	       add_time(s, to, "passwordChangedAt", d->password_changed_at) &&
	       add_time(s, to, "lastSignInAt", d->last_sign_in_at);
}

static bool
add_memberships(const struct show *s, cJSON *to)
{
	cJSON *list = cJSON_AddArrayToObject(to, "memberships");
	bool ok = list != NULL;

	for (size_t i = 0; ok && i < s->subject->membership_count; i++) {
		const struct membership *m = &s->subject->memberships[i];
		cJSON *o = append_object(list);

		ok = o != NULL && add_text(s, o, "slug", m->slug) &&
		     add_text(s, o, "organization", m->name) &&
		     add_text(s, o, "role", role_name(m->role)) &&
		     cJSON_AddBoolToObject(o, "sensitive", m->sensitive) != NULL &&
		     add_time(s, o, "joinedAt", m->joined_at);
	}
	return ok;
}

static bool
add_factors(const struct show *s, cJSON *to)
{
	cJSON *list = cJSON_AddArrayToObject(to, "factors");
	bool ok = list != NULL;

	for (size_t i = 0; ok && i < s->subject->factor_count; i++) {
		const struct factor *f = &s->subject->factors[i];
		cJSON *o = append_object(list);

		ok = o != NULL && add_id(s, o, "factorId", ID_FACTOR, f->id) &&
		     add_text(s, o, "kind", str_of(f->kind->name)) &&
		     add_text(s, o, "label", f->label) &&
		     add_text(s, o, "state",
			 f->state == FACTOR_ACTIVE ? STR("active") : STR("pending")) &&
		     cJSON_AddBoolToObject(o, "preferred", f->preferred) != NULL &&
		     add_time(s, o, "addedAt", f->confirmed_at) &&
		     add_time(s, o, "lastUsedAt", f->last_used_at) &&
		     add_time(s, o, "expiresAt", f->expires_at);
	}
	return ok;
}

static bool
add_recovery(const struct show *s, cJSON *to)
{
	const struct recovery_set *set = &s->subject->recovery;
	cJSON *o;

	if (uuid_is_nil(set->id))
		return cJSON_AddNullToObject(to, "recoveryCodes") != NULL;
	o = cJSON_AddObjectToObject(to, "recoveryCodes");
	return o != NULL && cJSON_AddNumberToObject(o, "remaining", set->left) != NULL &&
	       add_time(s, o, "createdAt", set->created_at) &&
	       add_time(s, o, "acknowledgedAt", set->acknowledged_at);
}

static bool
add_attempts(const struct show *s, cJSON *to)
{
	const struct throttle *t = &s->subject->throttle;
	enum err e = throttle_check(t, s->now);
	cJSON *o = cJSON_AddObjectToObject(to, "secondFactor");

	return o != NULL && cJSON_AddNumberToObject(o, "wrongAnswers", t->failures) != NULL &&
	       add_time(s, o, "blockedUntil", e == ERR_THROTTLED ? t->blocked_until : 0) &&
	       cJSON_AddBoolToObject(o, "locked", e == ERR_LOCKED) != NULL;
}

static bool
add_sessions(const struct show *s, cJSON *to)
{
	cJSON *list = cJSON_AddArrayToObject(to, "sessions");
	bool ok = list != NULL;

	for (size_t i = 0; ok && i < s->report->session_count; i++) {
		const struct session *e = &s->report->sessions[i];
		cJSON *o = append_object(list);

		ok = o != NULL && add_id(s, o, "sessionId", ID_SESSION, e->id) &&
		     add_text(s, o, "state", session_state_name(e->state)) &&
		     add_time(s, o, "createdAt", e->created_at) &&
		     add_time(s, o, "lastSeenAt", e->last_seen_at) &&
		     add_text(s, o, "address", e->address);
	}
	return ok;
}

/* Appends an object to a list; NULL without memory. */
static cJSON *
append_object(cJSON *list)
{
	cJSON *o = cJSON_CreateObject();

	if (o != NULL && !cJSON_AddItemToArray(list, o)) {
		cJSON_Delete(o);
		return NULL;
	}
	return o;
}

static bool
add_text(const struct show *s, cJSON *to, const char *name, struct str value)
{
	return cJSON_AddStringToObject(to, name, str_c(s->arena, value)) != NULL;
}

static bool
add_id(const struct show *s, cJSON *to, const char *name, const char *prefix, struct uuid value)
{
	return add_text(s, to, name, id_format(s->arena, prefix, value));
}

static bool
add_time(const struct show *s, cJSON *to, const char *name, int64_t us)
{
	if (us == 0)
		return cJSON_AddNullToObject(to, name) != NULL;
	return add_text(s, to, name, clock_rfc3339(s->arena, us));
}
