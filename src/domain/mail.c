/* Kinds of mail, when to retry, and values for the templates. */
#include "domain/mail.h"

#include "base/codec.h"
#include "domain/email.h"

static const struct str names[] = {
#define MAIL_NAME(member, name) [member] = STR_INIT(name),
    MAIL_KINDS(MAIL_NAME)
#undef MAIL_NAME
};

static void append_text(struct buf *b, const char *name, struct str text);
static void append_number(struct buf *b, const char *name, int64_t number);

struct str
mail_kind_name(enum mail_kind kind)
{
	return names[kind];
}

bool
mail_kind_parse(struct str name, enum mail_kind *kind)
{
	int i;

	for (i = 0; i < MAIL_KIND_COUNT; i++) {
		if (str_eq(name, names[i])) {
			*kind = (enum mail_kind)i;
			return true;
		}
	}
	return false;
}

int64_t
mail_lifetime(enum mail_kind kind)
{
	if (kind == MAIL_VERIFY_EMAIL)
		return EMAIL_LINK_LIFETIME;
	return kind == MAIL_DEADLINE_NEAR ? MAIL_REMINDER_LIFETIME : MAIL_LIFETIME;
}

int64_t
mail_next_attempt(enum mail_kind kind, int64_t created_at, int32_t attempts, int64_t now)
{
	int64_t wait = MAIL_WAIT_FIRST;
	int32_t i;

	for (i = 1; i < attempts && wait < MAIL_WAIT_LAST; i++)
		wait *= 3;
	if (wait > MAIL_WAIT_LAST)
		wait = MAIL_WAIT_LAST;
	return now + wait < created_at + mail_lifetime(kind) ? now + wait : 0;
}

struct str
mail_values_json(struct arena *a, const struct mail_values *v)
{
	struct buf b = {.arena = a};

	buf_addc(&b, '{');
	append_text(&b, "name", v->name);
	append_text(&b, "label", v->label);
	append_text(&b, "address", v->address);
	append_text(&b, "organization", v->organization);
	append_text(&b, "deadline", v->deadline);
	append_text(&b, "member", v->member);
	append_text(&b, "member_email", v->member_email);
	if (v->days > 0)
		append_number(&b, "days", v->days);
	if (v->left >= 0)
		append_number(&b, "left", v->left);
	buf_addc(&b, '}');
	return buf_str(&b);
}

static void
append_text(struct buf *b, const char *name, struct str text)
{
	if (text.n == 0)
		return;
	buf_printf(b, "%s\"%s\":", b->n > 1 ? "," : "", name);
	buf_add(b, json_quote(b->arena, text));
}

static void
append_number(struct buf *b, const char *name, int64_t number)
{
	buf_printf(b, "%s\"%s\":%lld", b->n > 1 ? "," : "", name, (long long)number);
}
