/* Checking the options of mail. */
#include "conf/option.h"

#include "base/address.h"

static bool is_set(const char *value);
static bool is_smtp_url(struct str url);

bool
conf_sends_mail(const struct conf *c)
{
	return c->mail_url[0] != '\0' || c->mail_command[0] != '\0' || c->mail_directory[0] != '\0';
}

const char *
conf_check_mail(const struct conf *c)
{
	if (is_set(c->mail_from) && !address_fits(str_of(c->mail_from)))
		return "mail_from is not an address that mail can be sent from";
	if (is_set(c->mail_url) + is_set(c->mail_command) + is_set(c->mail_directory) > 1)
		return "only one of mail_url, mail_command and mail_directory can be used";
	if (is_set(c->mail_url) && !is_smtp_url(str_of(c->mail_url)))
		return "mail_url is not smtp:// or smtps:// and a host";
	if (is_set(c->mail_command) && c->mail_command[0] != '/')
		return "mail_command does not begin with the absolute path of a program";
	if (is_set(c->mail_directory) && c->mail_directory[0] != '/')
		return "mail_directory is not an absolute path";
	if (is_set(c->mail_user) != is_set(c->mail_password_file))
		return "mail_user and mail_password_file must be set together";
	if (is_set(c->mail_user) && !c->mail_tls)
		return "mail_user needs mail_tls: a password is never sent in the clear";
	if (conf_sends_mail(c) && !is_set(c->mail_from))
		return "mail_from is needed to send mail";
	if (conf_sends_mail(c) && !is_set(c->base_url))
		return "base_url is needed to send mail";
	return NULL;
}

static bool
is_set(const char *value)
{
	return value[0] != '\0';
}

static bool
is_smtp_url(struct str url)
{
	bool smtp = str_starts(url, STR("smtp://")), smtps = str_starts(url, STR("smtps://"));

	return (smtp || smtps) && url.n > (smtp ? 7U : 8U) && !str_has(url, '@') &&
	       !str_has(url, ' ');
}
