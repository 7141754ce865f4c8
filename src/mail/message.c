/* Building a message. */
#include "mail/message.h"

#include "base/address.h"
#include "mail/encode.h"

static void append_part(struct buf *out, const struct message *m, const char *type,
    struct str body);

/*
 * The boundary cannot occur in a part, as quoted-printable never has "=_". Auto-Submitted keeps
 * automatic responders from replying (RFC 3834).
 */
bool
message_build(struct arena *a, const struct message *m, struct str *out)
{
	struct buf b = {.arena = a};
	struct str date = encode_date(a, m->date), domain = address_domain(m->from);

	if (!address_fits(m->to) || !address_fits(m->from))
		return false;
	buf_printf(&b, "Date: %.*s\r\nFrom: ", STR_FMT(date));
	encode_words(&b, m->from_name, sizeof("From: ") - 1);
	buf_printf(&b, "\r\n <%.*s>\r\nTo: <%.*s>\r\nSubject: ", STR_FMT(m->from), STR_FMT(m->to));
	encode_header(&b, m->subject, sizeof("Subject: ") - 1);
	buf_printf(&b,
	    "\r\nMessage-ID: <%.*s@%.*s>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative;\r\n boundary=\"=_%.*s\"\r\n\r\n",
	    STR_FMT(m->id), STR_FMT(domain), STR_FMT(m->id));
	append_part(&b, m, "plain", m->text);
	append_part(&b, m, "html", m->html);
	buf_printf(&b, "--=_%.*s--\r\n", STR_FMT(m->id));
	*out = buf_str(&b);
	return true;
}

static void
append_part(struct buf *out, const struct message *m, const char *type, struct str body)
{
	buf_printf(out,
	    "--=_%.*s\r\nContent-Type: text/%s; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
	    STR_FMT(m->id), type);
	encode_body(out, body);
}
