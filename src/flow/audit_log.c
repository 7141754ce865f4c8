/* The audit log of an organization, for its admins. */
#include "flow/audit_log.h"

#include "flow/internal.h"
#include "store/account.h"
#include "store/audit_log.h"

static flow_step exported_step;
static struct audit_cursor cursor_of(const struct audit_filter *f, const struct audit_row *r);

enum err
flow_audit_person(struct flow *fl, struct str text, struct audit_filter *f, struct uuid *account)
{
	enum err e = OK;

	*account = UUID_NIL;
	if (str_is_absent(text) || id_parse(text, ID_ACCOUNT, account))
		return OK;
	e = store_account_find(flow_db(fl), str_lower(fl->arena, text), account);
	if (e == OK && uuid_is_nil(*account))
		f->matches_nothing = true;
	return e;
}

enum err
flow_audit_page(struct flow *fl, const struct audit_filter *f, int size, struct audit_page *out)
{
	enum err e;

	*out = (struct audit_page){0};
	if (f->matches_nothing)
		return OK;
	/* Reads one more than the page holds, to see whether there is another page. */
	e = store_audit_log(flow_db(fl), f, size + 1, &out->list, &out->count);
	if (e != OK)
		return e;
	if (out->count > (size_t)size) {
		out->count = (size_t)size;
		out->next = cursor_of(f, &out->list[size - 1].row);
	} else {
		e = store_audit_log_reach(flow_db(fl), f, &out->next);
	}
	out->more = out->next.seq != 0;
	return e;
}

enum err
flow_audit_exported(struct flow *fl, struct str format)
{
	return flow_attempt(fl, exported_step, &format);
}

static enum err
exported_step(struct flow *fl, void *arg)
{
	const struct str *format = arg;
	struct audit_event ev = flow_event(fl, AUDIT_EXPORTED, true, UUID_NIL,
	    str_printf(fl->arena, "{\"format\":\"%.*s\"}", STR_FMT(*format)));
	enum err e = store_event(flow_db(fl), &ev);

	fl->stale = true;
	return e;
}

/* Within one chain the number of the event is enough; how many events lie between is not shown. */
static struct audit_cursor
cursor_of(const struct audit_filter *f, const struct audit_row *r)
{
	return (struct audit_cursor){
	    .at = uuid_is_nil(f->member) ? r->at : 0,
	    .account = r->account,
	    .seq = r->seq,
	};
}
