/* Organizations. */
#include "store/organization.h"

#include "domain/organization.h"
#include "store/internal.h"

enum err
store_organization_create(struct store *st, const struct organization *o)
{
	struct q_organization_insert_args args = {
	    .organization_id = o->id,
	    .slug = o->slug,
	    .name = o->name,
	    .now = o->created_at,
	};
	struct q_policy_insert_args policy = {.organization_id = o->id, .now = o->created_at};
	enum err e = store_run(st, q_organization_insert(st->arena, &args));

	return e == OK ? store_run(st, q_policy_insert(st->arena, &policy)) : e;
}

enum err
store_organization_find(struct store *st, struct str slug, struct uuid *id)
{
	struct q_organization_find_args args = {.slug = slug};
	struct q_organization_find_row row;
	struct pg_rows rows;
	enum err e = store_read(st, q_organization_find(st->arena, &args), &rows);

	*id = q_organization_find_next(&rows, &row) ? row.organization_id : UUID_NIL;
	pg_clear(&rows);
	return e;
}

enum err
store_organizations_list(struct store *st, struct str after, struct organization **list,
    size_t *count)
{
	struct q_organizations_list_args args = {.after = after};
	struct q_organizations_list_row row;
	struct pg_rows rows;
	enum err e = store_read(st, q_organizations_list(st->arena, &args), &rows);

	*count = 0;
	*list = arena_array(st->arena, (size_t)rows.count, sizeof(**list));
	while (q_organizations_list_next(&rows, &row))
		(*list)[(*count)++] = (struct organization){
		    .id = row.organization_id,
		    .slug = row.slug,
		    .name = row.name,
		    .created_at = row.created_at,
		    .members = row.members,
		};
	pg_clear(&rows);
	return e;
}
