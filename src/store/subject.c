/* Loading the subject of a use case. */
#include "store/subject.h"

#include <string.h>

#include "base/log.h"
#include "domain/subject.h"
#include "store/internal.h"

static void read_account(struct pg_rows *rows, struct account *account);
static void read_session(struct pg_rows *rows, struct session *s);
static void read_security(struct pg_rows *rows, struct subject *s);
static bool read_factor(struct pg_rows *rows, struct factor *f);
static void read_policy(struct pg_rows *rows, struct policy *p);
static void read_hash(struct pg_rows *rows, unsigned char out[SHA256_SIZE]);

enum err
store_subject_load(struct store *st, struct uuid account, struct uuid session,
    const unsigned char *macs, size_t mac_count, struct subject *s)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	*s = (struct subject){0};
	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, session);
	pg_arg_bytes_array(&args, macs, SHA256_SIZE, mac_count);
	e = pg_read(st->pg, st->deadline_ms, Q_SUBJECT_LOAD, &args, &rows);
	if (e != OK)
		return e;
	if (rows.count == 0)
		e = ERR_NOT_FOUND;
	s->factors = arena_array(st->arena, (size_t)rows.count, sizeof(*s->factors));
	s->memberships = arena_array(st->arena, (size_t)rows.count, sizeof(*s->memberships));
	while (pg_next(&rows)) {
		s->account.id = account;
		read_account(&rows, &s->account);
		read_session(&rows, &s->session);
		read_security(&rows, s);
		s->factor_count += read_factor(&rows, &s->factors[s->factor_count]);
		s->membership_count +=
		    store_read_membership(&rows, &s->memberships[s->membership_count]);
	}
	pg_clear(&rows);
	return e;
}

bool
store_read_membership(struct pg_rows *rows, struct membership *m)
{
	m->organization = pg_uuid(rows);
	m->slug = pg_text(rows);
	m->name = pg_text(rows);
	if (!role_parse(pg_text(rows), &m->role) && !uuid_is_nil(m->organization))
		log_fatal("store.membership", "a role we do not know");
	m->sensitive = pg_bool(rows);
	m->joined_at = pg_time(rows);
	m->exempt_until = pg_time(rows);
	read_policy(rows, &m->policy);
	return !uuid_is_nil(m->organization);
}

static void
read_account(struct pg_rows *rows, struct account *account)
{
	account->name = pg_text(rows);
	account->email = pg_text(rows);
	account->email_verified = pg_time(rows) != 0;
	account->password_hash = pg_text(rows);
	account->disabled_at = pg_time(rows);
}

static void
read_session(struct pg_rows *rows, struct session *s)
{
	struct str state;

	s->id = pg_uuid(rows);
	state = pg_text(rows);
	if (!uuid_is_nil(s->id) && !session_state_parse(state, &s->state))
		log_fatal("store.session", "a state we do not know");
	read_hash(rows, s->token_hash);
	s->created_at = pg_time(rows);
	s->last_seen_at = pg_time(rows);
	s->expires_at = pg_time(rows);
	s->password_at = pg_time(rows);
	s->failures = pg_int(rows);
	s->verified_at = pg_time(rows);
	s->verified_by = pg_text(rows);
	s->organization = pg_uuid(rows);
	s->return_to = pg_text(rows);
	s->address = pg_text(rows);
	s->user_agent = pg_text(rows);
}

static void
read_security(struct pg_rows *rows, struct subject *s)
{
	s->throttle.failures = pg_int(rows);
	s->throttle.blocked_until = pg_time(rows);
	s->chain.length = pg_bigint(rows);
	read_hash(rows, s->chain.head);
	s->recovery.id = pg_uuid(rows);
	s->recovery.created_at = pg_time(rows);
	s->recovery.acknowledged_at = pg_time(rows);
	s->recovery.left = pg_int(rows);
	s->recovery_match = pg_bytes(rows);
}

/* False for a row without a factor. */
static bool
read_factor(struct pg_rows *rows, struct factor *f)
{
	struct str kind, state;

	f->id = pg_uuid(rows);
	kind = pg_text(rows);
	f->kind = factor_kind_find(kind);
	if (!uuid_is_nil(f->id) && f->kind == NULL)
		log_fatal("store.factor", "a kind we do not know");
	f->label = pg_text(rows);
	state = pg_text(rows);
	f->state = str_eq(state, STR("active")) ? FACTOR_ACTIVE : FACTOR_PENDING;
	f->preferred = pg_bool(rows);
	f->sealed = pg_bytes(rows);
	f->last_counter = pg_bigint(rows);
	f->created_at = pg_time(rows);
	f->confirmed_at = pg_time(rows);
	f->last_used_at = pg_time(rows);
	f->expires_at = pg_time(rows);
	f->session = pg_uuid(rows);
	f->codes_issued = pg_int(rows) > 0;
	return !uuid_is_nil(f->id);
}

static void
read_policy(struct pg_rows *rows, struct policy *p)
{
	struct str requirement = pg_text(rows);

	if (!requirement_parse(requirement, &p->requirement) && !str_is_absent(requirement))
		log_fatal("store.policy", "a requirement we do not know");
	p->required_since = pg_time(rows);
	p->everyone_since = pg_time(rows);
	p->grace_days = pg_int(rows);
	p->reauthentication_age = pg_int(rows);
	p->verification_age = pg_int(rows);
	p->admin_verification = pg_bool(rows);
	p->version = pg_int(rows);
}

static void
read_hash(struct pg_rows *rows, unsigned char out[SHA256_SIZE])
{
	struct str bytes = pg_bytes(rows);

	if (bytes.n == SHA256_SIZE)
		memcpy(out, bytes.p, SHA256_SIZE);
	else
		memset(out, 0, SHA256_SIZE);
}
