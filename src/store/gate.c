/* What the gate loads. */
#include "store/gate.h"

#include "domain/subject.h"
#include "store/internal.h"

static void read_row(struct store *st, const struct q_gate_load_row *row, struct subject *s);

enum err
store_gate_load(struct store *st, struct uuid account, struct uuid session, struct uuid site_token,
    struct str origin, struct subject *s)
{
	struct q_gate_load_args args = {
	    .account_id = account,
	    .session_id = session,
	    .site_token_id = site_token,
	    .origin = origin,
	};
	struct q_gate_load_row row;
	struct pg_rows rows;
	enum err e = store_read(st, q_gate_load(st->arena, &args), &rows);

	*s = (struct subject){.account = {.id = account}};
	if (e == OK && rows.count == 0)
		e = ERR_NOT_FOUND;
	s->memberships = arena_array(st->arena, (size_t)rows.count, sizeof(*s->memberships));
	while (q_gate_load_next(&rows, &row))
		read_row(st, &row, s);
	pg_clear(&rows);
	return e;
}

/* The first row has everything; every row has a membership or none. */
static void
read_row(struct store *st, const struct q_gate_load_row *row, struct subject *s)
{
	size_t i;

	if (uuid_is_nil(s->session.id)) {
		store_read_account(&row->account, &s->account);
		store_read_session(&row->session, &s->session);
		(void)store_read_hash(row->token_hash, s->session.token_hash);
		s->factor_count = (size_t)row->factors;
		s->factors = arena_array(st->arena, s->factor_count, sizeof(*s->factors));
		for (i = 0; i < s->factor_count; i++)
			s->factors[i].state = FACTOR_ACTIVE;
	}
	s->membership_count +=
	    store_read_membership(&row->membership, &s->memberships[s->membership_count]);
}
