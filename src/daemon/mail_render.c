/* Rendering the templates below templates/mail and building the message. */
#include "daemon/mail_render.h"

#include "base/clock.h"
#include "mail/message.h"
#include "view/model.h"

static cJSON *build_model(struct arena *a, const struct conf *conf, const struct mail *m,
    struct secret token);
static void split_subject(struct message *msg, struct str text);

bool
mail_render(struct arena *a, const struct conf *conf, const struct templates *templates,
    const struct mail *m, struct secret token, struct envelope *out, struct str *why)
{
	const char *name = str_printf(a, "mail/%.*s", STR_FMT(mail_kind_name(m->kind))).p;
	struct message msg = {
	    .id = id_format(a, ID_MESSAGE, m->id),
	    .from = str_of(conf->mail_from),
	    .from_name = str_of(conf->issuer),
	    .to = m->recipient,
	    .date = m->created_at,
	};
	cJSON *values = build_model(a, conf, m, token);

	if (values == NULL) {
		*why = STR("its values are not an object");
		return false;
	}
	split_subject(&msg, template_render(templates, str_printf(a, "%s.txt", name).p, a, values));
	msg.html = template_render(templates, name, a, values);
	cJSON_Delete(values);
	*out = (struct envelope){.id = msg.id, .from = msg.from, .to = msg.to};
	if (!message_build(a, &msg, &out->text)) {
		*why = STR("mail cannot be sent to this address");
		return false;
	}
	return true;
}

/* The values of the message and those that all messages have; NULL when they are malformed. */
static cJSON *
build_model(struct arena *a, const struct conf *conf, const struct mail *m, struct secret token)
{
	cJSON *o = cJSON_ParseWithLength(m->values.p, m->values.n);
	struct str link;

	if (!cJSON_IsObject(o)) {
		cJSON_Delete(o);
		return NULL;
	}
	model_text(o, "issuer", str_of(conf->issuer));
	model_text(o, "email", m->recipient);
	model_text(o, "when", clock_text(a, m->created_at));
	model_text(o, "profile", str_printf(a, "%s/profile", conf->base_url));
	model_text(o, "setup", str_printf(a, "%s/mfa/setup", conf->base_url));
	if (token.p != NULL) {
		struct str text = secret_reveal(token);

		link = str_printf(a, "%s/verify-email?token=%.*s", conf->base_url, STR_FMT(text));
		model_text(o, "link", link);
	}
	return o;
}

static void
split_subject(struct message *msg, struct str text)
{
	msg->subject = str_cut(&text, '\n');
	while (text.n > 0 && text.p[0] == '\n')
		text = str_slice(text, 1, text.n);
	msg->text = text;
}
