/* Sessions. */
#include "store/session.h"

#include "base/log.h"
#include "domain/session.h"
#include "store/internal.h"

enum err
store_session_end(struct store *st, struct uuid account, struct uuid session)
{
	struct q_session_end_args args = {.account_id = account, .session_id = session};

	return store_one(st, q_session_end(st->arena, &args));
}

enum err
store_sessions_end_others(struct store *st, struct uuid account, struct uuid keep)
{
	struct q_sessions_end_others_args args = {.account_id = account, .session_id = keep};

	return store_run(st, q_sessions_end_others(st->arena, &args));
}

enum err
store_sessions_unverify_others(struct store *st, struct uuid account, struct uuid keep)
{
	struct q_sessions_unverify_others_args args = {.account_id = account, .session_id = keep};

	return store_run(st, q_sessions_unverify_others(st->arena, &args));
}

enum err
store_session_verified(struct store *st, struct uuid account, struct uuid session,
    const unsigned char token_hash[SHA256_SIZE], struct str by, int64_t now)
{
	struct q_session_verified_args args = {
	    .account_id = account,
	    .session_id = session,
	    .token_hash = store_hash(token_hash),
	    .verified_by = by,
	    .now = now,
	};
	enum err e = store_one(st, q_session_verified(st->arena, &args));

	return e == ERR_NOT_FOUND ? ERR_UNAUTHENTICATED : e;
}

enum err
store_session_unverify(struct store *st, struct uuid account, struct uuid session)
{
	struct q_session_unverify_args args = {.account_id = account, .session_id = session};

	return store_run(st, q_session_unverify(st->arena, &args));
}

enum err
store_sessions_touch(struct store *st, const struct activity_list *activity)
{
	struct q_sessions_touch_args args = {
	    .accounts = {.ids = activity->accounts, .count = activity->count},
	    .sessions = {.ids = activity->sessions, .count = activity->count},
	    .times = {.us = activity->times, .count = activity->count},
	};

	return store_run(st, q_sessions_touch(st->arena, &args));
}

enum err
store_session_return_to(struct store *st, struct uuid account, struct uuid session, struct str path)
{
	struct q_session_return_to_args args = {
	    .account_id = account,
	    .session_id = session,
	    .return_to = path,
	};

	return store_run(st, q_session_return_to(st->arena, &args));
}

enum err
store_session_organization(struct store *st, struct uuid account, struct uuid session,
    struct uuid organization)
{
	struct q_session_organization_args args = {
	    .account_id = account,
	    .session_id = session,
	    .organization_id = organization,
	};
	enum err e = store_one(st, q_session_organization(st->arena, &args));

	return e == ERR_NOT_FOUND ? ERR_UNAUTHENTICATED : e;
}

enum err
store_sessions_list(struct store *st, struct uuid account, int64_t now, int64_t active_after,
    struct session **list, size_t *count)
{
	struct q_sessions_list_args args = {
	    .account_id = account,
	    .now = now,
	    .active_after = active_after,
	};
	struct q_sessions_list_row row;
	struct pg_rows rows;
	enum err e = store_read(st, q_sessions_list(st->arena, &args), &rows);

	*count = 0;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (q_sessions_list_next(&rows, &row)) {
		struct session *s = &(*list)[(*count)++];

		store_read_session(&row.session, s);
		s->created_at = row.created_at;
		s->address = row.address;
		s->user_agent = row.user_agent;
	}
	pg_clear(&rows);
	return e;
}

void
store_read_session(const struct q_session_row *row, struct session *s)
{
	s->id = row->session_id;
	s->last_seen_at = row->last_seen_at;
	s->expires_at = row->expires_at;
	s->verified_at = row->verified_at;
	s->organization = row->organization_id;
	if (!uuid_is_nil(s->id) && !session_state_parse(row->state, &s->state))
		log_fatal("store.session", "unknown state");
}
