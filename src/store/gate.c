/* What the gate loads. */
#include "store/gate.h"

#include <string.h>

#include "base/log.h"
#include "domain/gate.h"
#include "store/internal.h"

static void read_subject(struct pg_rows *rows, struct gate_subject *s);

enum err
store_gate_load(struct store *st, struct uuid account, struct uuid session, struct uuid site_token,
    struct str origin, struct gate_subject *s)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	struct membership *list;
	enum err e;

	*s = (struct gate_subject){.account = account};
	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, session);
	pg_arg_uuid(&args, site_token);
	pg_arg_text(&args, origin);
	e = pg_read(st->pg, st->deadline_ms, Q_GATE_LOAD, &args, &rows);
	if (e != OK)
		return e;
	if (rows.count == 0)
		e = ERR_NOT_FOUND;
	list = arena_array(st->arena, (size_t)rows.count, sizeof(*list));
	s->memberships.list = list;
	while (pg_next(&rows)) {
		read_subject(&rows, s);
		s->memberships.count += store_read_membership(&rows, &list[s->memberships.count]);
	}
	pg_clear(&rows);
	return e;
}

static void
read_subject(struct pg_rows *rows, struct gate_subject *v)
{
	struct session *s = &v->session;
	struct str hash;

	v->name = pg_text(rows);
	v->email = pg_text(rows);
	v->email_verified = pg_time(rows) != 0;
	v->disabled_at = pg_time(rows);
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
	v->memberships.chosen = s->organization;
	v->active_factors = pg_int(rows);
}
