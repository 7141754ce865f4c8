/* What the gate loads. */
#include "store/gate.h"

#include "domain/gate.h"
#include "store/internal.h"

static void read_subject(const struct q_gate_load_row *row, struct gate_subject *s);

enum err
store_gate_load(struct store *st, struct uuid account, struct uuid session, struct uuid site_token,
    struct str origin, struct gate_subject *s)
{
	struct q_gate_load_args args = {
	    .account_id = account,
	    .session_id = session,
	    .site_token_id = site_token,
	    .origin = origin,
	};
	struct q_gate_load_row row;
	struct membership *list;
	struct pg_rows rows;
	enum err e = store_read(st, q_gate_load(st->arena, &args), &rows);

	*s = (struct gate_subject){.account = account};
	if (e == OK && rows.count == 0)
		e = ERR_NOT_FOUND;
	list = arena_array(st->arena, (size_t)rows.count, sizeof(*list));
	s->memberships.list = list;
	while (q_gate_load_next(&rows, &row)) {
		read_subject(&row, s);
		s->memberships.count +=
		    store_read_membership(&row.membership, &list[s->memberships.count]);
	}
	pg_clear(&rows);
	return e;
}

/* Reads what is the same in every row. */
static void
read_subject(const struct q_gate_load_row *row, struct gate_subject *s)
{
	s->name = row->account.name;
	s->email = row->account.email;
	s->email_verified = row->account.email_verified_at != 0;
	s->disabled_at = row->account.disabled_at;
	store_read_session(&row->session, &s->session);
	(void)store_read_hash(row->token_hash, s->session.token_hash);
	s->active_factors = row->active_factors;
	s->memberships.chosen = row->session.organization_id;
}
