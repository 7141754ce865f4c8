/*
 * The table of options and what is read off it: the defaults, the parser of the file, and which
 * options a reload cannot take up. A new option is a member of struct conf and a row here.
 */
#include "conf/option.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/address.h"
#include "base/arena.h"
#include "base/array.h"

#ifndef COUNTERSIGN_SYSCONFDIR
#define COUNTERSIGN_SYSCONFDIR "/etc/countersign"
#endif
#ifndef COUNTERSIGN_DATADIR
#define COUNTERSIGN_DATADIR "/usr/share/countersign"
#endif

#define CONF_FILE_MAX ((size_t)64 * 1024)
#define CONF_TEXT_MAX 1024
#define CONF_NAME_MAX 64
#define CONF_ORIGINS_MAX 8192
#define CONF_OPTIONS (ARRAY_SIZE(conf_options) - 1)

#define AT(member) offsetof(struct conf, member)

const struct conf_option conf_options[] = {
    {"database", CONF_SECRET_TEXT, AT(database), 1, CONF_TEXT_MAX,
	"dbname=countersign user=countersign_worker", true,
	"Connection string of libpq for the worker role."},
    {"owner_database", CONF_SECRET_TEXT, AT(owner_database), 0, CONF_TEXT_MAX, "", true,
	"The same for the owner role, used by countersignctl only; empty: use database."},
    {"keyring", CONF_TEXT, AT(keyring), 1, CONF_TEXT_MAX, COUNTERSIGN_SYSCONFDIR "/keyring", true,
	"File of the keys that seal secrets. Back it up apart from the database."},
    {"listen", CONF_TEXT, AT(listen), 1, CONF_TEXT_MAX, "/run/countersign/countersign.sock", false,
	"Path of the Unix socket for nginx; unused when a socket is inherited."},
    {"listen_mode", CONF_OCTAL, AT(listen_mode), 0600, 0777, "0660", false,
	"Permissions of the socket, octal."},
    {"listen_group", CONF_TEXT, AT(listen_group), 0, 64, "", false,
	"Group that owns the socket, such as www-data; empty: unchanged."},
    {"pid_file", CONF_TEXT, AT(pid_file), 0, CONF_TEXT_MAX, "", false,
	"File that holds the process id while the service runs; empty: none."},
    {"templates", CONF_TEXT, AT(templates), 1, CONF_TEXT_MAX, COUNTERSIGN_DATADIR "/templates",
	true, "Directory of the page templates."},
    {"api_document", CONF_TEXT, AT(api_document), 1, CONF_TEXT_MAX,
	COUNTERSIGN_DATADIR "/api/openapi.json", true, "The OpenAPI document that is served."},
    {"workers", CONF_NUMBER, AT(workers), 0, 256, "0", false,
	"Worker processes, each with one database connection; 0: three a processor."},
    {"hash_lanes", CONF_NUMBER, AT(hash_lanes), 0, 256, "0", false,
	"Password hashes at the same time over all workers; 0: one a processor."},
    {"issuer", CONF_ISSUER, AT(issuer), 1, 64, "Countersign", true,
	"Name of this service in authenticator apps and on pages; without a colon."},
    {"base_url", CONF_TEXT, AT(base_url), 0, 200, "", true,
	"Address of this service in links of mail and from guarded sites, such as "
	"https://mfa.example.org."},
    {"gate_origins", CONF_TEXT, AT(gate_origins), 0, CONF_ORIGINS_MAX, "", true,
	"Guarded sites on other hosts that people may be sent back to: origins, divided by "
	"blanks."},
    {"cookie_domain", CONF_TEXT, AT(cookie_domain), 0, 253, "", true,
	"Domain whose hosts all get the session's cookie, such as example.org; empty: this host "
	"alone."},
    {"mail_from", CONF_TEXT, AT(mail_from), 0, ADDRESS_MAX, "", true,
	"Address that mail is from; needed with one of the three that follow."},
    {"mail_url", CONF_TEXT, AT(mail_url), 0, CONF_TEXT_MAX, "", true,
	"Mail goes to this server: smtp://host:port, or smtps:// for TLS from the first byte."},
    {"mail_command", CONF_TEXT, AT(mail_command), 0, CONF_TEXT_MAX, "", true,
	"Mail goes to this program on its standard input, the recipient being its last word; no "
	"shell."},
    {"mail_directory", CONF_TEXT, AT(mail_directory), 0, CONF_TEXT_MAX, "", true,
	"Mail goes into this directory, a file a message."},
    {"mail_user", CONF_TEXT, AT(mail_user), 0, 256, "", true,
	"Name to sign in to the server of mail_url with; empty: without."},
    {"mail_password_file", CONF_TEXT, AT(mail_password_file), 0, CONF_TEXT_MAX, "", true,
	"File with the password that belongs to mail_user."},
    {"mail_tls", CONF_SWITCH, AT(mail_tls), 0, 1, "yes", true,
	"Whether the server of mail_url must speak TLS with a certificate for its name: yes or "
	"no."},
    {"mail_ca_file", CONF_TEXT, AT(mail_ca_file), 0, CONF_TEXT_MAX, "", true,
	"Certificates that vouch for the server of mail_url; empty: those of the system."},
    {"mail_timeout", CONF_NUMBER, AT(mail_timeout), 1, 120, "30", true,
	"Seconds that handing over one message may take."},
    {"totp_window", CONF_NUMBER, AT(totp_window), 0, 1, "1", true,
	"Time steps accepted either side of the current one."},
    {"recovery_code_groups", CONF_NUMBER, AT(recovery_code_groups), 2, 3, "2", true,
	"Groups of five characters in a recovery code: 2 give 50 bits, 3 give 75."},
    {"factors_max", CONF_NUMBER, AT(factors_max), 1, 20, "5", true,
	"Active factors an account may have."},
    {"pending_lifetime", CONF_NUMBER, AT(pending_lifetime), 60, 3600, "600", true,
	"Seconds a started set-up stays open."},
    {"step_up_age", CONF_NUMBER, AT(step_up_age), 30, 86400, "600", true,
	"Seconds a confirmation stays good for a change of factors."},
    {"challenge_lifetime", CONF_NUMBER, AT(challenge_lifetime), 60, 3600, "900", true,
	"Seconds a session may wait for its second factor."},
    {"session_idle", CONF_NUMBER, AT(session_idle), 60, 2592000, "3600", true,
	"Seconds without a request after which a session ends."},
    {"session_lifetime", CONF_NUMBER, AT(session_lifetime), 300, 2592000, "86400", true,
	"Seconds after which a session ends in any case."},
    {"argon2_memory_kib", CONF_NUMBER, AT(argon2_memory_kib), 1024, 1048576, "19456", true,
	"Memory of one password hash in KiB; hash_lanes of them can be in use at once."},
    {"argon2_passes", CONF_NUMBER, AT(argon2_passes), 1, 16, "2", true,
	"Passes of one password hash."},
    {NULL, CONF_TEXT, 0, 0, 0, NULL, false, NULL},
};

/* The file being read: where we are, and what was already given. */
struct conf_reader {
	struct arena *arena;
	const char *path;
	int line;
	int given[CONF_OPTIONS]; /* the line it was given on; 0: not yet */
	struct str *why;
};

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

static bool
conf_parse_octal(struct str s, int64_t *out)
{
	int64_t n = 0;

	if (s.n == 0 || s.n > 6)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '7')
			return false;
		n = n * 8 + (s.p[i] - '0');
	}
	*out = n;
	return true;
}

static const char *
conf_range(struct arena *a, const struct conf_option *o)
{
	if (o->kind == CONF_OCTAL)
		return str_printf(a, "is not between 0%" PRIo64 " and 0%" PRIo64, (uint64_t)o->min,
		    (uint64_t)o->max)
		    .p;
	return str_printf(a, "is not between %" PRId64 " and %" PRId64, o->min, o->max).p;
}

/* Sets a number; what is wrong with it, or NULL. */
static const char *
conf_set_number(struct arena *a, struct conf *c, const struct conf_option *o, struct str value)
{
	int64_t n = str_eq(value, STR("yes"));
	bool octal = o->kind == CONF_OCTAL;

	if (o->kind == CONF_SWITCH) {
		if (n == 0 && !str_eq(value, STR("no")))
			return "is neither yes nor no";
		*(int64_t *)(void *)((char *)c + o->offset) = n;
		return NULL;
	}
	if (octal ? !conf_parse_octal(value, &n) : !str_to_int64(value, &n))
		return octal ? "is not an octal number" : "is not a whole number";
	if (n < o->min || n > o->max)
		return conf_range(a, o);
	*(int64_t *)(void *)((char *)c + o->offset) = n;
	return NULL;
}

static const char *
conf_set_text(struct arena *a, struct conf *c, const struct conf_option *o, struct str value)
{
	if ((int64_t)value.n < o->min)
		return "must not be empty";
	if ((int64_t)value.n > o->max)
		return str_printf(a, "is longer than %lld bytes", (long long)o->max).p;
	if (str_has_control(value) || !str_is_utf8(value))
		return "is not plain UTF-8 text";
	if (o->kind == CONF_ISSUER && str_has(value, ':'))
		return "must not have a colon";
	*(const char **)(void *)((char *)c + o->offset) = str_c(a, value);
	return NULL;
}

static const char *
conf_set(struct arena *a, struct conf *c, const struct conf_option *o, struct str value)
{
	if (conf_is_text(o))
		return conf_set_text(a, c, o, value);
	return conf_set_number(a, c, o, value);
}

static void
conf_defaults(struct arena *a, struct conf *c)
{
	for (const struct conf_option *o = conf_options; o->name != NULL; o++)
		if (conf_set(a, c, o, str_of(o->initial)) != NULL)
			log_fatal("conf.default", o->name);
}

static const struct conf_option *
conf_find(struct str name)
{
	for (const struct conf_option *o = conf_options; o->name != NULL; o++)
		if (str_eq(name, str_of(o->name)))
			return o;
	return NULL;
}

/* The line up to a '#' at its beginning or behind a blank: passwords may hold one. */
static struct str
conf_without_comment(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#' && (i == 0 || line.p[i - 1] == ' ' || line.p[i - 1] == '\t'))
			return str_trim(str_slice(line, 0, i));
	return str_trim(line);
}

static enum err
conf_refuse(struct conf_reader *r, struct str name, const char *what)
{
	*r->why = str_printf(r->arena, "%s:%d: %.*s%s%s", r->path, r->line, STR_FMT(name),
	    name.n > 0 ? " " : "", what);
	return ERR_CONFIG;
}

/* The name is quoted as far as it is fit to print. */
static enum err
conf_refuse_name(struct conf_reader *r, struct str name)
{
	struct str what = STR("unknown option");

	if (str_is_utf8(name) && !str_has_control(name) && name.n <= CONF_NAME_MAX)
		what = str_printf(r->arena, "unknown option \"%.*s\"", STR_FMT(name));
	return conf_refuse(r, STR(""), what.p);
}

static enum err
conf_read_line(struct conf_reader *r, struct conf *c, struct str line)
{
	struct str value = conf_without_comment(line), name;
	const struct conf_option *o;
	const char *wrong;
	size_t i;

	if (value.n == 0)
		return OK;
	name = str_trim(str_cut(&value, '='));
	if (str_is_absent(value))
		return conf_refuse(r, STR(""), "expected \"name = value\"");
	o = conf_find(name);
	if (o == NULL)
		return conf_refuse_name(r, name);
	i = (size_t)(o - conf_options);
	if (r->given[i] != 0)
		return conf_refuse(r, name,
		    str_printf(r->arena, "was already given on line %d", r->given[i]).p);
	r->given[i] = r->line;
	wrong = conf_set(r->arena, c, o, str_trim(value));
	return wrong == NULL ? OK : conf_refuse(r, name, wrong);
}

bool
conf_sends_mail(const struct conf *c)
{
	return c->mail_url[0] != '\0' || c->mail_command[0] != '\0' || c->mail_directory[0] != '\0';
}

static bool
conf_is_smtp(struct str url)
{
	bool smtp = str_starts(url, STR("smtp://")), smtps = str_starts(url, STR("smtps://"));

	return (smtp || smtps) && url.n > (smtp ? 7U : 8U) && !str_has(url, '@') &&
	       !str_has(url, ' ');
}

static bool
conf_given(const char *value)
{
	return value[0] != '\0';
}

static const char *
conf_check_mail(const struct conf *c)
{
	if (conf_given(c->mail_from) && !address_fits(str_of(c->mail_from)))
		return "mail_from is not an address mail can be sent from";
	if (conf_given(c->mail_url) + conf_given(c->mail_command) + conf_given(c->mail_directory) >
	    1)
		return "only one of mail_url, mail_command and mail_directory can be used";
	if (conf_given(c->mail_url) && !conf_is_smtp(str_of(c->mail_url)))
		return "mail_url is not smtp:// or smtps:// and a host";
	if (conf_given(c->mail_command) && c->mail_command[0] != '/')
		return "mail_command does not begin with the path of a program";
	if (conf_given(c->mail_directory) && c->mail_directory[0] != '/')
		return "mail_directory is not an absolute path";
	if (conf_given(c->mail_user) != conf_given(c->mail_password_file))
		return "mail_user and mail_password_file go together";
	if (conf_given(c->mail_user) && !c->mail_tls)
		return "mail_user needs mail_tls: a password does not travel in the clear";
	if (conf_sends_mail(c) && !conf_given(c->mail_from))
		return "mail_from is needed to send mail";
	if (conf_sends_mail(c) && !conf_given(c->base_url))
		return "base_url is needed to send mail";
	return NULL;
}

/* What one option alone cannot say. */
static enum err
conf_check(struct arena *a, const char *path, const struct conf *c, struct str *why)
{
	const char *what = conf_check_sites(a, c);

	if (what == NULL)
		what = conf_check_mail(c);
	if (what == NULL && c->session_idle > c->session_lifetime)
		what = "session_idle is longer than session_lifetime";
	else if (what == NULL && c->challenge_lifetime > c->session_lifetime)
		what = "challenge_lifetime is longer than session_lifetime";
	if (what == NULL)
		return OK;
	*why = str_printf(a, "%s: %s", path, what);
	return ERR_CONFIG;
}

/* The whole file; false with `why` when it cannot be read or is too large. */
static bool
conf_slurp(struct arena *a, const char *path, struct str *text, struct str *why)
{
	char *into = arena_alloc(a, CONF_FILE_MAX + 1);
	FILE *f = fopen(path, "re");
	size_t n;
	bool failed;

	if (f == NULL) {
		*why = str_printf(a, "%s: %s", path, strerror(errno));
		return false;
	}
	errno = 0;
	n = fread(into, 1, CONF_FILE_MAX + 1, f);
	failed = ferror(f) != 0;
	if (failed)
		*why = str_printf(a, "%s: %s", path, strerror(errno));
	else if (n > CONF_FILE_MAX)
		*why = str_printf(a, "%s: larger than %zu bytes", path, CONF_FILE_MAX);
	(void)fclose(f);
	*text = (struct str){.p = into, .n = n};
	return !failed && n <= CONF_FILE_MAX;
}

enum err
conf_load(struct arena *a, const char *path, struct conf *c, struct str *why)
{
	struct conf_reader r = {.arena = a, .path = path, .why = why};
	struct str rest;
	enum err e = OK;

	memset(c, 0, sizeof(*c));
	conf_defaults(a, c);
	if (path == NULL)
		return OK;
	if (!conf_slurp(a, path, &rest, why))
		return ERR_CONFIG;
	while (e == OK && !str_is_absent(rest)) {
		r.line++;
		e = conf_read_line(&r, c, str_cut(&rest, '\n'));
	}
	return e == OK ? conf_check(a, path, c, why) : e;
}

static bool
conf_differs(const struct conf_option *o, const struct conf *x, const struct conf *y)
{
	if (conf_is_text(o))
		return !str_eq(str_of(*conf_text_at(x, o)), str_of(*conf_text_at(y, o)));
	return *conf_number_at(x, o) != *conf_number_at(y, o);
}

struct str
conf_needs_restart(struct arena *a, const struct conf *old, const struct conf *new)
{
	struct buf names = {.arena = a};

	for (const struct conf_option *o = conf_options; o->name != NULL; o++) {
		if (o->reloads || !conf_differs(o, old, new))
			continue;
		if (names.n > 0)
			buf_add(&names, STR(", "));
		buf_add(&names, str_of(o->name));
	}
	return names.n > 0 ? buf_str(&names) : STR_ABSENT;
}
