/* Claiming messages from the outbox, and recording what became of them. */
#include "flow/outbox.h"

#include "crypto/seal.h"
#include "flow/internal.h"
#include "store/outbox.h"

/* How much of the reason for a failed attempt is kept, in bytes. */
#define WHY_MAX 200

static struct str clean(struct arena *a, struct str why);

enum err
flow_outbox_claim(struct flow *fl, int64_t lost_at, int batch, struct mail **list, size_t *count)
{
	return store_outbox_claim(flow_db(fl), fl->now, lost_at, batch, list, count);
}

enum err
flow_outbox_token(struct flow *fl, const struct mail *m, struct secret *token)
{
	*token = (struct secret){0};
	if (str_is_absent(m->sealed))
		return OK;
	return seal_open(fl->arena, fl->env->keyring, m->account, m->id, m->sealed, token);
}

enum err
flow_outbox_sent(struct flow *fl, const struct mail *m)
{
	return store_outbox_sent(flow_db(fl), m, fl->now);
}

enum err
flow_outbox_failed(struct flow *fl, const struct mail *m, bool final, struct str why,
    bool *given_up)
{
	int64_t next = final ? 0 : mail_next_attempt(m->kind, m->created_at, m->attempts, fl->now);

	*given_up = next == 0;
	return store_outbox_failed(flow_db(fl), m, next, clean(fl->arena, why));
}

/* The printable ASCII of what another program said. */
static struct str
clean(struct arena *a, struct str why)
{
	struct buf b = {.arena = a};
	size_t i;

	for (i = 0; i < why.n && i < WHY_MAX; i++)
		buf_addc(&b, why.p[i] >= ' ' && why.p[i] < 0x7f ? why.p[i] : ' ');
	return b.n > 0 ? str_trim(buf_str(&b)) : STR("unknown");
}
