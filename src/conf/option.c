/*
 * The table of options. A new option is a row here and a member of struct conf (conf/conf.h).
 */
#include "conf/option.h"

#include "base/address.h"
#include "base/array.h"

#ifndef COUNTERSIGN_SYSCONFDIR
#define COUNTERSIGN_SYSCONFDIR "/etc/countersign"
#endif
#ifndef COUNTERSIGN_DATADIR
#define COUNTERSIGN_DATADIR "/usr/share/countersign"
#endif

#define TEXT_MAX 1024
#define ORIGINS_MAX 8192

#define AT(member) offsetof(struct conf, member)

const struct conf_option conf_options[] = {
    {"database", CONF_SECRET_TEXT, AT(database), 1, TEXT_MAX,
	"dbname=countersign user=countersign_worker", true,
	"libpq connection string of the worker role."},
    {"owner_database", CONF_SECRET_TEXT, AT(owner_database), 0, TEXT_MAX, "", true,
	"libpq connection string of the owner role, for countersignctl only; empty: use database."},
    {"keyring", CONF_TEXT, AT(keyring), 1, TEXT_MAX, COUNTERSIGN_SYSCONFDIR "/keyring", true,
	"File of the keys that seal secrets. Do not keep its backup with that of the database."},
    {"listen", CONF_TEXT, AT(listen), 1, TEXT_MAX, "/run/countersign/countersign.sock", false,
	"Path of the Unix socket for nginx; unused when a socket is inherited."},
    {"listen_mode", CONF_OCTAL, AT(listen_mode), 0600, 0777, "0660", false,
	"Permissions of the socket, octal."},
    {"listen_group", CONF_TEXT, AT(listen_group), 0, 64, "", false,
	"Group that owns the socket, such as www-data; empty: unchanged."},
    {"pid_file", CONF_TEXT, AT(pid_file), 0, TEXT_MAX, "", false,
	"File that holds the process id while the service runs; empty: none."},
    {"templates", CONF_TEXT, AT(templates), 1, TEXT_MAX, COUNTERSIGN_DATADIR "/templates", true,
	"Directory of the page templates."},
    {"api_document", CONF_TEXT, AT(api_document), 1, TEXT_MAX,
	COUNTERSIGN_DATADIR "/api/openapi.json", true,
	"File of the OpenAPI document that the service serves."},
    {"workers", CONF_NUMBER, AT(workers), 0, 256, "0", false,
	"Worker processes, each with one database connection; 0: three per processor."},
    {"hash_lanes", CONF_NUMBER, AT(hash_lanes), 0, 256, "0", false,
	"Password hashes that all workers together may compute at once; 0: one per processor."},
    {"issuer", CONF_ISSUER, AT(issuer), 1, 64, "Countersign", true,
	"Name of this service in authenticator apps and on pages; without a colon."},
    {"base_url", CONF_TEXT, AT(base_url), 0, 200, "", true,
	"URL of this service for links in mail and on protected sites, such as "
	"https://mfa.example.org."},
    {"gate_origins", CONF_TEXT, AT(gate_origins), 0, ORIGINS_MAX, "", true,
	"Origins of the protected sites on other hosts that people may return to, separated by "
	"spaces."},
    {"cookie_domain", CONF_TEXT, AT(cookie_domain), 0, 253, "", true,
	"Domain whose hosts all receive the session cookie, such as example.org; empty: this "
	"host only."},
    {"mail_from", CONF_TEXT, AT(mail_from), 0, ADDRESS_MAX, "", true,
	"Sender address of mail; required with any of the next three options."},
    {"mail_url", CONF_TEXT, AT(mail_url), 0, TEXT_MAX, "", true,
	"Send mail through this server: smtp://host:port, or smtps:// for TLS from the first "
	"byte."},
    {"mail_command", CONF_TEXT, AT(mail_command), 0, TEXT_MAX, "", true,
	"Send mail by this program, run without a shell: the recipient is its last argument, the "
	"message its standard input."},
    {"mail_directory", CONF_TEXT, AT(mail_directory), 0, TEXT_MAX, "", true,
	"Write mail into this directory, one file per message."},
    {"mail_user", CONF_TEXT, AT(mail_user), 0, 256, "", true,
	"User name for the server of mail_url; empty: do not authenticate."},
    {"mail_password_file", CONF_TEXT, AT(mail_password_file), 0, TEXT_MAX, "", true,
	"File that holds the password of mail_user."},
    {"mail_tls", CONF_SWITCH, AT(mail_tls), 0, 1, "yes", true,
	"Require TLS and a certificate for the name of the server of mail_url: yes or no."},
    {"mail_ca_file", CONF_TEXT, AT(mail_ca_file), 0, TEXT_MAX, "", true,
	"Trusted CA certificates for the server of mail_url; empty: those of the system."},
    {"mail_timeout", CONF_NUMBER, AT(mail_timeout), 1, 120, "30", true,
	"Seconds that sending one message may take."},
    {"totp_window", CONF_NUMBER, AT(totp_window), 0, 1, "1", true,
	"Time steps accepted on either side of the current one."},
    {"recovery_code_groups", CONF_NUMBER, AT(recovery_code_groups), 2, 3, "2", true,
	"Groups of five characters in a recovery code: 2 give 50 bits, 3 give 75."},
    {"factors_max", CONF_NUMBER, AT(factors_max), 1, 20, "5", true,
	"Active factors that an account may have."},
    {"pending_lifetime", CONF_NUMBER, AT(pending_lifetime), 60, 3600, "600", true,
	"Seconds that the setup of a factor may take."},
    {"step_up_age", CONF_NUMBER, AT(step_up_age), 30, 86400, "600", true,
	"Seconds that a password or code counts as fresh for a change of factors."},
    {"challenge_lifetime", CONF_NUMBER, AT(challenge_lifetime), 60, 3600, "900", true,
	"Seconds that a session may wait for its second factor."},
    {"session_idle", CONF_NUMBER, AT(session_idle), 60, 2592000, "3600", true,
	"Seconds without a request after which a session ends."},
    {"session_lifetime", CONF_NUMBER, AT(session_lifetime), 300, 2592000, "86400", true,
	"Seconds after which a session ends in any case."},
    {"argon2_memory_kib", CONF_NUMBER, AT(argon2_memory_kib), 1024, 1048576, "19456", true,
	"Memory of one password hash in KiB; up to hash_lanes of them run at once."},
    {"argon2_passes", CONF_NUMBER, AT(argon2_passes), 1, 16, "2", true,
	"Passes of one password hash."},
    {NULL, CONF_TEXT, 0, 0, 0, NULL, false, NULL},
};

const size_t conf_option_count = ARRAY_SIZE(conf_options) - 1;

const char *const *
conf_text_at(const struct conf *c, const struct conf_option *o)
{
	return (const char *const *)(const void *)((const char *)c + o->offset);
}

const int64_t *
conf_number_at(const struct conf *c, const struct conf_option *o)
{
	return (const int64_t *)(const void *)((const char *)c + o->offset);
}

bool
conf_is_text(const struct conf_option *o)
{
	return o->kind != CONF_NUMBER && o->kind != CONF_OCTAL && o->kind != CONF_SWITCH;
}
