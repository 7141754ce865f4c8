/* The commands on the keyring. */
#include <stdio.h>

#include "crypto/keyring.h"
#include "ctl/ctl.h"

int
key_init(struct ctl *ctl)
{
	struct str why = {0};
	enum err e;
	int status = ctl_load(ctl);

	if (status != EX_OK)
		return status;
	e = keyring_create(ctl->arena, ctl->conf.keyring, &why);
	if (e == ERR_CONFLICT)
		return ctl_fail(EX_CANTCREAT, "%s already exists", ctl->conf.keyring);
	if (e != OK)
		return ctl_fail(EX_CONFIG, "%.*s", STR_FMT(why));
	printf("created %s; keep a copy of it, separate from copies of the database\n",
	    ctl->conf.keyring);
	return EX_OK;
}

int
key_list(struct ctl *ctl)
{
	uint16_t ids[KEYRING_KEYS_MAX];
	struct keyring *keys = NULL;
	struct str why = {0};
	size_t count;
	int status = ctl_load(ctl);

	if (status != EX_OK)
		return status;
	if (keyring_load(ctl->arena, ctl->conf.keyring, &keys, &why) != OK)
		return ctl_fail(EX_CONFIG, "%.*s", STR_FMT(why));
	count = keyring_ids(keys, ids);
	for (size_t i = 0; i < count; i++)
		printf("%u %s\n", (unsigned)ids[i],
		    ids[i] == keyring_active(keys) ? "active" : "readable");
	keyring_free(keys);
	return EX_OK;
}
