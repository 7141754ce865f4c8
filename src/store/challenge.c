/* Challenges that wait for the response of a factor. */
#include "store/challenge.h"

#include "store/internal.h"

enum err
store_challenge_insert(struct store *st, const struct challenge *c, struct str bytes, int64_t now,
    int64_t expires_at)
{
	struct q_challenge_insert_args args = {
	    .account_id = c->account,
	    .challenge_id = c->id,
	    .session_id = c->session,
	    .kind = str_of(c->kind->name),
	    .purpose = factor_purpose_name(c->purpose),
	    .challenge = bytes,
	    .now = now,
	    .expires_at = expires_at,
	};

	return store_run(st, q_challenge_insert(st->arena, &args));
}

enum err
store_challenge_consume(struct store *st, const struct challenge *c, int64_t now, struct str *bytes)
{
	struct q_challenge_consume_args args = {
	    .account_id = c->account,
	    .challenge_id = c->id,
	    .session_id = c->session,
	    .kind = str_of(c->kind->name),
	    .purpose = factor_purpose_name(c->purpose),
	    .now = now,
	};
	struct q_challenge_consume_row row;
	struct pg_rows rows;
	enum err e = store_write(st, q_challenge_consume(st->arena, &args), &rows);

	if (e == OK && !q_challenge_consume_next(&rows, &row))
		e = ERR_NOT_FOUND;
	if (e == OK)
		*bytes = str_copy(st->arena, row.challenge);
	pg_clear(&rows);
	return e;
}
