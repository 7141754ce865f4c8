/* What the gate loads. */
#include "store/gate.h"

#include <string.h>

#include "base/log.h"
#include "domain/subject.h"
#include "store/internal.h"

static void read_gate_row(struct store *st, struct pg_rows *rows, struct subject *s);

enum err
store_gate_load(struct store *st, struct uuid account, struct uuid session, struct uuid site_token,
    struct str origin, struct subject *s)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	*s = (struct subject){.account = {.id = account}};
	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, session);
	pg_arg_uuid(&args, site_token);
	pg_arg_text(&args, origin);
	e = pg_read(st->pg, st->deadline_ms, Q_GATE_LOAD, &args, &rows);
	if (e != OK)
		return e;
	if (rows.count == 0)
		e = ERR_NOT_FOUND;
	s->memberships = arena_array(st->arena, (size_t)rows.count, sizeof(*s->memberships));
	while (pg_next(&rows)) {
		read_gate_row(st, &rows, s);
		s->membership_count +=
		    store_read_membership(&rows, &s->memberships[s->membership_count]);
	}
	pg_clear(&rows);
	return e;
}

static void
read_gate_row(struct store *st, struct pg_rows *rows, struct subject *v)
{
	struct session *s = &v->session;
	struct str hash;
	size_t i;

	v->account.name = pg_text(rows);
	v->account.email = pg_text(rows);
	v->account.email_verified = pg_time(rows) != 0;
	v->account.disabled_at = pg_time(rows);
	s->id = pg_uuid(rows);
	if (!session_state_parse(pg_text(rows), &s->state))
		log_fatal("store.session", "a state we do not know");
	hash = pg_bytes(rows);
	if (hash.n == SHA256_SIZE)
		memcpy(s->token_hash, hash.p, SHA256_SIZE);
	s->last_seen_at = pg_time(rows);
	s->expires_at = pg_time(rows);
	s->verified_at = pg_time(rows);
	s->organization = pg_uuid(rows);
	v->factor_count = (size_t)pg_int(rows);
	v->factors = arena_array(st->arena, v->factor_count, sizeof(*v->factors));
	for (i = 0; i < v->factor_count; i++)
		v->factors[i].state = FACTOR_ACTIVE;
}
