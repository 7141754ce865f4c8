/* Recovery codes: new sets, acknowledgement. */
#include "flow/internal.h"

static flow_step replace_step;
static flow_step acknowledge_step;

enum err
flow_recovery_replace(struct flow *fl, struct confirmed *out)
{
	return flow_attempt(fl, replace_step, out);
}

enum err
flow_recovery_acknowledge(struct flow *fl)
{
	return flow_attempt(fl, acknowledge_step, NULL);
}

enum err
flow_recovery_write(struct flow *fl, struct confirmed *out)
{
	const unsigned char *key =
	    keyring_key(fl->env->keyring, keyring_active(fl->env->keyring), KEY_USE_RECOVERY);
	unsigned char *macs = arena_array(fl->arena, RECOVERY_CODES, SHA256_SIZE);
	struct uuid account = fl->subject.account.id;
	struct store st = flow_store(fl);
	int i;

	for (i = 0; i < RECOVERY_CODES; i++) {
		struct str read;

		out->codes[i] = recovery_code_make(fl->arena, (int)fl->env->conf->recovery_code_groups);
		if (!recovery_code_read(fl->arena, out->codes[i], &read))
			return ERR_INTERNAL;
		recovery_code_mac(key, account, read, macs + i * SHA256_SIZE);
	}
	out->code_count = RECOVERY_CODES;
	return store_recovery_replace(&st, account, uuid_new(fl->now), fl->now, macs, RECOVERY_CODES);
}

static enum err
replace_step(struct flow *fl, void *arg)
{
	struct confirmed *out = arg;
	struct uuid none = {{0}};
	struct store st = flow_store(fl);
	enum err e;

	*out = (struct confirmed){0};
	if (subject_active(&fl->subject) == 0)
		return ERR_NOT_ENABLED;
	e = flow_change_begin(fl, AUDIT_CODES_REPLACED, none, (struct str){0});
	if (e != OK)
		return e;
	e = flow_recovery_write(fl, out);
	if (e == OK)
		e = store_sessions_unverify_others(&st, fl->subject.account.id, fl->subject.session.id);
	e = flow_change_end(fl, e);
	if (e != OK)
		*out = (struct confirmed){0};
	return e;
}

static enum err
acknowledge_step(struct flow *fl, void *arg)
{
	const struct recovery_set *set = &fl->subject.recovery;
	struct uuid none = {{0}};
	struct store st = flow_store(fl);
	enum err e;

	(void)arg;
	if (uuid_nil(set->id) || set->acknowledged_at != 0)
		return OK;
	e = flow_change_begin(fl, AUDIT_CODES_ACKNOWLEDGED, none, (struct str){0});
	if (e != OK)
		return e;
	return flow_change_end(fl, store_recovery_acknowledge(&st, fl->subject.account.id, set->id, fl->now));
}
