/* Rendering a row of the outbox into a message. */
#ifndef DAEMON_MAIL_RENDER_H
#define DAEMON_MAIL_RENDER_H

#include "base/err.h"
#include "conf/conf.h"
#include "domain/mail.h"
#include "mail/deliver.h"
#include "view/template.h"

/*
 * Renders the templates of a message with its values and, unless token.p is NULL, the link with
 * `token`, into the arena. The first line of the text template is the subject. False with `why`
 * when this message can never be sent.
 */
bool mail_render(struct arena *a, const struct conf *conf, const struct templates *templates,
    const struct mail *m, struct secret token, struct envelope *out, struct str *why);

#endif
