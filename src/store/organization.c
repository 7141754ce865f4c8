/* Organizations. */
#include "store/organization.h"

#include "domain/organization.h"
#include "store/internal.h"

enum err
store_organization_create(struct store *st, const struct organization *o)
{
	struct pg_args args = {.arena = st->arena}, policy = {.arena = st->arena};
	enum err e;

	pg_arg_uuid(&args, o->id);
	pg_arg_text(&args, o->slug);
	pg_arg_text(&args, o->name);
	pg_arg_time(&args, o->created_at);
	pg_arg_uuid(&policy, o->id);
	pg_arg_time(&policy, o->created_at);
	e = store_run(st, Q_ORGANIZATION_INSERT, &args);
	return e == OK ? store_run(st, Q_POLICY_INSERT, &policy) : e;
}

enum err
store_organization_find(struct store *st, struct str slug, struct uuid *id)
{
	return store_find_id(st, Q_ORGANIZATION_FIND, slug, id);
}

enum err
store_organizations_list(struct store *st, struct str after, struct organization **list,
    size_t *count)
{
	struct pg_args args = {.arena = st->arena};
	struct pg_rows rows;
	enum err e;

	*count = 0;
	pg_arg_text(&args, after);
	e = pg_read(st->pg, st->deadline_ms, Q_ORGANIZATIONS_LIST, &args, &rows);
	if (e != OK)
		return e;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (pg_next(&rows)) {
		struct organization *o = &(*list)[(*count)++];

		o->id = pg_uuid(&rows);
		o->slug = pg_text(&rows);
		o->name = pg_text(&rows);
		o->created_at = pg_time(&rows);
		o->members = pg_bigint(&rows);
	}
	pg_clear(&rows);
	return OK;
}
