/* Loading the subject of a use case. */
#include "store/subject.h"

#include "base/log.h"
#include "domain/subject.h"
#include "store/internal.h"

static void read_common(const struct q_subject_load_row *row, struct subject *s);
static void read_session(const struct q_subject_load_row *row, struct session *s);
static bool read_factor(const struct q_subject_load_row *row, struct factor *f);

enum err
store_subject_load(struct store *st, struct uuid account, struct uuid session, struct subject *s)
{
	struct q_subject_load_args args = {
	    .account_id = account,
	    .session_id = session,
	};
	struct q_subject_load_row row;
	struct pg_rows rows;
	enum err e = store_read(st, q_subject_load(st->arena, &args), &rows);

	*s = (struct subject){0};
	if (e == OK && rows.count == 0)
		e = ERR_NOT_FOUND;
	s->factors = arena_array(st->arena, (size_t)rows.count, sizeof(*s->factors));
	s->memberships = arena_array(st->arena, (size_t)rows.count, sizeof(*s->memberships));
	while (q_subject_load_next(&rows, &row)) {
		s->account.id = account;
		read_common(&row, s);
		s->factor_count += read_factor(&row, &s->factors[s->factor_count]);
		s->membership_count +=
		    store_read_membership(&row.membership, &s->memberships[s->membership_count]);
	}
	pg_clear(&rows);
	return e;
}

/* What is the same in every row. */
static void
read_common(const struct q_subject_load_row *row, struct subject *s)
{
	s->account.name = row->account.name;
	s->account.email = row->account.email;
	s->account.email_verified = row->account.email_verified_at != 0;
	s->account.disabled_at = row->account.disabled_at;
	s->account.password_hash = row->password_hash;
	read_session(row, &s->session);
	s->throttle = (struct throttle){
	    .failures = row->failures,
	    .blocked_until = row->blocked_until,
	};
	s->chain.length = row->length;
	(void)store_read_hash(row->head, s->chain.head);
	s->recovery = (struct recovery_set){
	    .id = row->set_id,
	    .created_at = row->set_created_at,
	    .acknowledged_at = row->acknowledged_at,
	    .left = row->codes_left,
	};
}

static void
read_session(const struct q_subject_load_row *row, struct session *s)
{
	store_read_session(&row->session, s);
	(void)store_read_hash(row->token_hash, s->token_hash);
	s->created_at = row->session_created_at;
	s->password_at = row->password_at;
	s->failures = row->session_failures;
	s->verified_by = row->verified_by;
	s->return_to = row->return_to;
	s->address = row->session_address;
	s->user_agent = row->user_agent;
}

/* False for a row without a factor. */
static bool
read_factor(const struct q_subject_load_row *row, struct factor *f)
{
	if (uuid_is_nil(row->factor_id))
		return false;
	*f = (struct factor){
	    .id = row->factor_id,
	    .kind = factor_kind_find(row->kind),
	    .label = row->label,
	    .state = str_eq(row->factor_state, STR("active")) ? FACTOR_ACTIVE : FACTOR_PENDING,
	    .preferred = row->preferred,
	    .sealed = row->sealed,
	    .last_counter = row->last_counter,
	    .created_at = row->factor_created_at,
	    .confirmed_at = row->confirmed_at,
	    .last_used_at = row->last_used_at,
	    .expires_at = row->factor_expires_at,
	    .session = row->factor_session_id,
	    .codes_issued = row->codes_issued > 0,
	};
	if (f->kind == NULL)
		log_fatal("store.factor", "unknown kind");
	return true;
}
