/* From a row of the outbox to a letter. */
#ifndef DAEMON_MAIL_RENDER_H
#define DAEMON_MAIL_RENDER_H

#include "base/err.h"
#include "conf/conf.h"
#include "domain/mail.h"
#include "mail/deliver.h"
#include "view/template.h"

/*
 * The letter of a message, in the arena: its templates rendered with its values, the link with
 * `token` (p is NULL for a message without one) in it. The first line of the text template is
 * the subject. False with `why` when no letter can ever be made of it.
 */
bool mail_render(struct arena *a, const struct conf *conf, const struct templates *templates,
    const struct mail *m, struct secret token, struct envelope *out, struct str *why);

#endif
