/* Recovery codes: new sets, and their acknowledgement. */
#include "flow/recovery.h"

#include "flow/internal.h"

#include "base/log.h"
#include "store/recovery.h"
#include "store/session.h"

static flow_step replace_step;
static flow_step acknowledge_step;

enum err
flow_recovery_replace(struct flow *fl, struct recovery_codes *out)
{
	return flow_attempt(fl, replace_step, out);
}

enum err
flow_recovery_acknowledge(struct flow *fl)
{
	return flow_attempt(fl, acknowledge_step, NULL);
}

struct code_macs
flow_recovery_macs(struct flow *fl, struct secret typed)
{
	uint16_t ids[KEYRING_KEYS_MAX];
	size_t n = keyring_ids(fl->env->keyring, ids);
	unsigned char *macs;
	struct str code;

	if (!recovery_code_parse(fl->arena, secret_reveal(typed), &code))
		return (struct code_macs){0};
	macs = arena_array(fl->arena, n, SHA256_SIZE);
	for (size_t i = 0; i < n; i++)
		recovery_code_mac(keyring_key(fl->env->keyring, ids[i], KEY_USE_RECOVERY),
		    fl->subject.account.id, code, macs + i * SHA256_SIZE);
	return (struct code_macs){.bytes = macs, .count = n};
}

unsigned char *
flow_recovery_make(struct flow *fl, struct recovery_codes *out)
{
	const unsigned char *key =
	    keyring_key(fl->env->keyring, keyring_active(fl->env->keyring), KEY_USE_RECOVERY);
	unsigned char *macs = arena_array(fl->arena, RECOVERY_CODES, SHA256_SIZE);
	int i;

	for (i = 0; i < RECOVERY_CODES; i++) {
		struct str read;

		out->list[i] =
		    recovery_code_make(fl->arena, (int)fl->env->conf->recovery_code_groups);
		if (!recovery_code_parse(fl->arena, out->list[i], &read))
			log_fatal("recovery.make", "a code that cannot be read");
		recovery_code_mac(key, fl->subject.account.id, read, macs + i * SHA256_SIZE);
	}
	out->count = RECOVERY_CODES;
	return macs;
}

enum err
flow_recovery_write(struct flow *fl, struct recovery_codes *out)
{
	unsigned char *macs = flow_recovery_make(fl, out);

	return store_recovery_replace(flow_db(fl), fl->subject.account.id, uuid_new(fl->now),
	    fl->now, macs, RECOVERY_CODES);
}

static enum err
replace_step(struct flow *fl, void *arg)
{
	struct recovery_codes *out = arg;
	enum err e;

	*out = (struct recovery_codes){0};
	if (subject_active(&fl->subject) == 0)
		return ERR_NOT_ENABLED;
	e = flow_change_begin(fl, AUDIT_CODES_REPLACED, UUID_NIL, STR_ABSENT);
	if (e != OK)
		return e;
	e = flow_recovery_write(fl, out);
	if (e == OK)
		e = store_sessions_unverify_others(flow_db(fl), fl->subject.account.id,
		    fl->subject.session.id);
	if (e == OK)
		e = flow_notify(fl, MAIL_CODES_REPLACED, STR_ABSENT);
	e = flow_change_end(fl, e);
	if (e != OK)
		*out = (struct recovery_codes){0};
	return e;
}

static enum err
acknowledge_step(struct flow *fl, void *arg)
{
	const struct recovery_set *set = &fl->subject.recovery;
	enum err e;

	(void)arg;
	if (uuid_is_nil(set->id) || set->acknowledged_at != 0)
		return OK;
	e = flow_change_begin(fl, AUDIT_CODES_ACKNOWLEDGED, UUID_NIL, STR_ABSENT);
	if (e != OK)
		return e;
	return flow_change_end(fl,
	    store_recovery_acknowledge(flow_db(fl), fl->subject.account.id, set->id, fl->now));
}
