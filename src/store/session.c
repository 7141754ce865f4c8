/* Sessions. */
#include "store/session.h"

#include "domain/session.h"
#include "store/internal.h"

enum err
store_session_end(struct store *st, struct uuid account, struct uuid session)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, session);
	return store_one(st, Q_SESSION_END, &args);
}

enum err
store_sessions_end_others(struct store *st, struct uuid account, struct uuid keep)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, keep);
	return store_run(st, Q_SESSIONS_END_OTHERS, &args);
}

enum err
store_sessions_unverify_others(struct store *st, struct uuid account, struct uuid keep)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, keep);
	return store_run(st, Q_SESSIONS_UNVERIFY_OTHERS, &args);
}

enum err
store_session_verified(struct store *st, struct uuid account, struct uuid session,
    const unsigned char token_hash[SHA256_SIZE], struct str by, int64_t now)
{
	struct pg_args args = {.arena = st->arena};
	enum err e;

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, session);
	pg_arg_bytes(&args, token_hash, SHA256_SIZE);
	pg_arg_text(&args, by);
	pg_arg_time(&args, now);
	e = store_one(st, Q_SESSION_VERIFIED, &args);
	return e == ERR_NOT_FOUND ? ERR_UNAUTHENTICATED : e;
}

enum err
store_session_unverify(struct store *st, struct uuid account, struct uuid session)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, session);
	return store_run(st, Q_SESSION_UNVERIFY, &args);
}

enum err
store_sessions_touch(struct store *st, const struct activity_list *activity)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid_array(&args, activity->accounts, activity->count);
	pg_arg_uuid_array(&args, activity->sessions, activity->count);
	pg_arg_time_array(&args, activity->times, activity->count);
	return store_run(st, Q_SESSIONS_TOUCH, &args);
}

enum err
store_session_return_to(struct store *st, struct uuid account, struct uuid session, struct str path)
{
	struct pg_args args = {.arena = st->arena};

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, session);
	pg_arg_text(&args, path);
	return store_run(st, Q_SESSION_RETURN_TO, &args);
}

enum err
store_session_organization(struct store *st, struct uuid account, struct uuid session,
    struct uuid organization)
{
	struct pg_args args = {.arena = st->arena};
	enum err e;

	pg_arg_uuid(&args, account);
	pg_arg_uuid(&args, session);
	pg_arg_uuid(&args, organization);
	e = store_one(st, Q_SESSION_ORGANIZATION, &args);
	return e == ERR_NOT_FOUND ? ERR_UNAUTHENTICATED : e;
}

enum err
store_sessions_list(struct store *st, struct uuid account, int64_t now, int64_t active_after,
    struct session **list, size_t *count)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	*count = 0;
	pg_arg_uuid(&args, account);
	pg_arg_time(&args, now);
	pg_arg_time(&args, active_after);
	e = pg_read(st->pg, st->deadline_ms, Q_SESSIONS_LIST, &args, &rows);
	if (e != OK)
		return e;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (pg_next(&rows)) {
		struct session *s = &(*list)[(*count)++];

		s->id = pg_uuid(&rows);
		(void)session_state_parse(pg_text(&rows), &s->state);
		s->created_at = pg_time(&rows);
		s->last_seen_at = pg_time(&rows);
		s->expires_at = pg_time(&rows);
		s->address = pg_text(&rows);
		s->user_agent = pg_text(&rows);
	}
	pg_clear(&rows);
	return OK;
}
