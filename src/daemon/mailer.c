/*
 * Rounds through the outbox. What is due is taken in small batches, for as long as sending them
 * may take at worst; each message is sent and marked by itself. Between the word of who took a
 * message and its mark lies the one moment in which a death makes it be sent twice, with the
 * same Message-ID.
 */
#include "daemon/mailer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"
#include "daemon/mail_render.h"
#include "flow/outbox.h"
#include "flow/reminder.h"
#include "view/model.h"

#define MAILER_HOME_MAX ((size_t)16 * 1024 * 1024)
#define MAILER_EVERY_MS 1500
#define MAILER_JITTER_MS 1000
#define MAILER_BATCH 5
/* One statement, in milliseconds. */
#define MAILER_STATEMENT_MS 2500
/* Between the end of sending a batch at worst and its being taken again, in seconds. */
#define MAILER_MARGIN_S 60
#define MAILER_PASSWORD_MAX 1024

struct mailer {
	const struct service_context *context;
	struct arena *home;
	struct arena *arena;    /* of one round */
	struct arena *envelope; /* of one message */
	struct flow_env *env;
	struct templates *templates;
	struct mail_transport transport;
	bool cut_off; /* the database did not answer */
	bool mute;    /* notices could not be written */
};

static enum err open_all(struct mailer *m, struct str *why) MUST_CHECK;
static enum err read_password(struct mailer *m, struct str *why) MUST_CHECK;
static void work(struct mailer *m);
static bool work_round(struct mailer *m);
static size_t send_batch(struct mailer *m);
static bool write_reminders(struct mailer *m);
static void send_one(struct mailer *m, const struct mail *mail);
static enum deliver_result hand_over(struct mailer *m, struct flow *fl, const struct mail *mail,
    struct str *why);
static void log_failure(struct flow *fl, const struct mail *mail, bool final, struct str why);
static struct flow flow_now(struct mailer *m, struct arena *a);

int
mailer_run(const struct service_context *context)
{
	struct mailer m = {
	    .context = context,
	    .home = arena_new(MAILER_HOME_MAX),
	    .arena = arena_new(ARENA_REQUEST_MAX),
	    .envelope = arena_new(ARENA_REQUEST_MAX),
	    .transport = {.term_fd = -1},
	};
	struct str why = {0};
	enum err e = open_all(&m, &why);
	int status = 0;

	if (e == OK) {
		service_ready(context);
		work(&m);
		deliver_cleanup();
	} else {
		log_error("mailer.start_failed", LOG_CSTR("error", err_code(e)),
		    LOG_TEXT("why", why));
		status = e == ERR_CONFIG ? SERVICE_EXIT_CONFIG : SERVICE_EXIT_FAILURE;
	}
	if (m.transport.term_fd >= 0)
		(void)close(m.transport.term_fd);
	flow_env_close(m.env);
	arena_free(m.envelope);
	arena_free(m.arena);
	arena_free(m.home);
	return status;
}

static enum err
open_all(struct mailer *m, struct str *why)
{
	const struct conf *c = m->context->conf;
	enum err e;

	model_setup();
	m->transport = (struct mail_transport){
	    .url = c->mail_url,
	    .command = c->mail_command,
	    .directory = c->mail_directory,
	    .user = c->mail_user,
	    .tls = c->mail_tls != 0,
	    .ca_file = c->mail_ca_file,
	    .term_fd = service_term_fd(),
	};
	if (m->transport.term_fd < 0 || !deliver_setup()) {
		*why = str_of(strerror(errno));
		return ERR_INTERNAL;
	}
	e = flow_env_open(m->home, c, m->context->hash_semaphore, &m->env, why);
	if (e == OK)
		e = templates_load(m->home, c->templates, &m->templates, why);
	return e == OK && c->mail_user[0] != '\0' ? read_password(m, why) : e;
}

/* One line; its end does not belong to it. */
static enum err
read_password(struct mailer *m, struct str *why)
{
	const char *path = m->context->conf->mail_password_file;
	struct secret s = secret_alloc(m->home, MAILER_PASSWORD_MAX);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, s.p, s.n) : -1;

	if (n < 0)
		*why = str_printf(m->home, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	if (n < 0)
		return ERR_CONFIG;
	while (n > 0 && (s.p[n - 1] == '\n' || s.p[n - 1] == '\r'))
		n--;
	s.n = (size_t)n;
	if (n == 0 || str_has(secret_reveal(s), '\0')) {
		*why = str_printf(m->home, "%s: there is no password in it", path);
		return ERR_CONFIG;
	}
	m->transport.password = s;
	return OK;
}

static void
work(struct mailer *m)
{
	bool sends = conf_sends_mail(m->context->conf);
	int64_t wait = 0;

	if (!sends)
		log_warning("mail.not_configured",
		    LOG_CSTR("consequence",
			"mail stays in the outbox and is given up after three days"));
	while (service_wait(m->context, m->transport.term_fd, wait)) {
		bool more = sends && work_round(m);

		wait = more ? 0 : MAILER_EVERY_MS + (int64_t)rand_below(MAILER_JITTER_MS);
		arena_reset(m->arena);
	}
}

/*
 * Whether there is more to do at once. Notices are written only when nothing else waits to be
 * sent, so that news of an account never stand behind those to a whole organization.
 */
static bool
work_round(struct mailer *m)
{
	if (send_batch(m) == MAILER_BATCH)
		return true;
	return !m->cut_off && write_reminders(m);
}

/*
 * How many were taken. What is left over when it is time to leave is taken again when it counts
 * as lost.
 */
static size_t
send_batch(struct mailer *m)
{
	int64_t longest =
	    MAILER_BATCH * (m->context->conf->mail_timeout + MAILER_STATEMENT_MS / 1000) +
	    MAILER_MARGIN_S;
	struct flow fl = flow_now(m, m->arena);
	struct mail *list = NULL;
	size_t count = 0, i;
	enum err e;

	scoreboard_busy(m->context->scoreboard, clock_mono_ms());
	e = flow_outbox_claim(&fl, fl.now + longest * CLOCK_SECOND, MAILER_BATCH, &list, &count);
	if (e != OK && !m->cut_off)
		log_warning("mailer.failed", LOG_CSTR("error", err_code(e)));
	m->cut_off = e != OK;
	for (i = 0; i < count; i++) {
		scoreboard_busy(m->context->scoreboard, clock_mono_ms());
		send_one(m, &list[i]);
		arena_reset(m->envelope);
		if (!service_wait(m->context, m->transport.term_fd, 0))
			break;
	}
	scoreboard_idle(m->context->scoreboard, clock_mono_ms());
	return count;
}

static bool
write_reminders(struct mailer *m)
{
	struct flow fl = flow_now(m, m->arena);
	bool more = false;
	int written = 0;
	enum err e;

	scoreboard_busy(m->context->scoreboard, clock_mono_ms());
	e = flow_reminders_run(&fl, &written, &more);
	scoreboard_idle(m->context->scoreboard, clock_mono_ms());
	if (e != OK && !m->mute)
		log_warning("notices.failed", LOG_CSTR("error", err_code(e)));
	m->mute = e != OK;
	if (written > 0)
		log_info("notices.written", LOG_INT("messages", written));
	return e == OK && more;
}

static void
send_one(struct mailer *m, const struct mail *mail)
{
	struct flow fl = flow_now(m, m->envelope);
	struct str why = {0}, id = id_format(m->envelope, ID_MESSAGE, mail->id);
	enum deliver_result result = DELIVER_REJECTED;
	enum err e;

	if (fl.now >= mail->created_at + mail_lifetime(mail->kind))
		why = STR("it was not sent in time");
	else
		result = hand_over(m, &fl, mail, &why);
	fl.now = clock_now();
	fl.deadline_ms = clock_mono_ms() + MAILER_STATEMENT_MS;
	if (result != DELIVER_ACCEPTED) {
		log_failure(&fl, mail, result == DELIVER_REJECTED, why);
		return;
	}
	log_info("mail.sent", LOG_TEXT("message", id), LOG_TEXT("kind", mail_kind_name(mail->kind)),
	    LOG_INT("attempt", mail->attempts));
	e = flow_outbox_sent(&fl, mail);
	if (e != OK)
		log_error("mail.not_marked", LOG_TEXT("message", id),
		    LOG_CSTR("error", err_code(e)),
		    LOG_CSTR("consequence", "it may be sent once more"));
}

static enum deliver_result
hand_over(struct mailer *m, struct flow *fl, const struct mail *mail, struct str *why)
{
	const struct conf *c = m->context->conf;
	struct envelope envelope;
	struct secret token;

	if (flow_outbox_token(fl, mail, &token) != OK) {
		*why = STR("its link cannot be opened");
		return DELIVER_REJECTED;
	}
	if (!mail_render(m->envelope, c, m->templates, mail, token, &envelope, why))
		return DELIVER_REJECTED;
	return deliver(m->envelope, &m->transport, &envelope,
	    clock_mono_ms() + c->mail_timeout * 1000, why);
}

static void
log_failure(struct flow *fl, const struct mail *mail, bool final, struct str why)
{
	struct str id = id_format(fl->arena, ID_MESSAGE, mail->id);
	bool given_up = false;
	enum err e = flow_outbox_failed(fl, mail, final, why, &given_up);

	log_warning(given_up ? "mail.given_up" : "mail.failed", LOG_TEXT("message", id),
	    LOG_TEXT("kind", mail_kind_name(mail->kind)), LOG_INT("attempt", mail->attempts),
	    LOG_TEXT("why", why));
	if (e != OK)
		log_error("mail.not_marked", LOG_TEXT("message", id),
		    LOG_CSTR("error", err_code(e)),
		    LOG_CSTR("consequence", "it is tried again when the attempt counts as lost"));
}

static struct flow
flow_now(struct mailer *m, struct arena *a)
{
	return (struct flow){
	    .env = m->env,
	    .arena = a,
	    .now = clock_now(),
	    .deadline_ms = clock_mono_ms() + MAILER_STATEMENT_MS,
	};
}
