/*
 * Rounds through the outbox. Due messages are claimed in small batches, for the longest time that
 * sending them can take, and each is sent and marked on its own. A mailer that dies after a
 * message was accepted and before it is marked sends it twice, with the same Message-ID.
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

#define PROCESS_ARENA_MAX ((size_t)16 * 1024 * 1024)
#define INTERVAL_MS 1500
#define JITTER_MS 1000
#define BATCH_MAX 5
/* The deadline of one statement, in milliseconds. */
#define STATEMENT_MS 2500
/* How long a claim outlasts the longest time that its batch can take, in seconds. */
#define CLAIM_MARGIN_S 60
#define PASSWORD_SIZE_MAX 1024

struct mailer {
	const struct service_context *context;
	struct arena *process_arena;
	struct arena *arena;    /* of one round */
	struct arena *envelope; /* of one message */
	struct flow_env *env;
	struct templates *templates;
	struct mail_transport transport;
	bool claim_failed;     /* the last time: logged once in a row */
	bool reminders_failed; /* likewise */
};

static enum err open_mailer(struct mailer *m, struct str *why) MUST_CHECK;
static enum err read_password(struct mailer *m, struct str *why) MUST_CHECK;
static void run_rounds(struct mailer *m);
static bool run_round(struct mailer *m);
static size_t send_batch(struct mailer *m);
static bool write_reminders(struct mailer *m);
static void send_message(struct mailer *m, const struct mail *mail);
static enum deliver_result deliver_message(struct mailer *m, struct flow *fl,
    const struct mail *mail, struct str *why);
static void record_failure(struct flow *fl, const struct mail *mail, bool final, struct str why);
static struct flow flow_now(struct mailer *m, struct arena *a);

int
mailer_run(const struct service_context *context)
{
	struct mailer m = {
	    .context = context,
	    .process_arena = arena_new(PROCESS_ARENA_MAX),
	    .arena = arena_new(ARENA_REQUEST_MAX),
	    .envelope = arena_new(ARENA_REQUEST_MAX),
	    .transport = {.term_fd = -1},
	};
	struct str why = {0};
	enum err e = open_mailer(&m, &why);
	int status = 0;

	if (e == OK) {
		service_report_ready(context);
		run_rounds(&m);
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
	arena_free(m.process_arena);
	return status;
}

static enum err
open_mailer(struct mailer *m, struct str *why)
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
	e = flow_env_open(m->process_arena, c, m->context->hash_semaphore, &m->env, why);
	if (e == OK)
		e = templates_load(m->process_arena, c->templates, &m->templates, why);
	return e == OK && c->mail_user[0] != '\0' ? read_password(m, why) : e;
}

/* Reads the password: one line without its end. */
static enum err
read_password(struct mailer *m, struct str *why)
{
	const char *path = m->context->conf->mail_password_file;
	struct secret s = secret_alloc(m->process_arena, PASSWORD_SIZE_MAX);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, s.p, s.n) : -1;

	if (n < 0)
		*why = str_printf(m->process_arena, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	if (n < 0)
		return ERR_CONFIG;
	while (n > 0 && (s.p[n - 1] == '\n' || s.p[n - 1] == '\r'))
		n--;
	s.n = (size_t)n;
	if (n == 0 || str_has(secret_reveal(s), '\0')) {
		*why = str_printf(m->process_arena, "%s: there is no password in it", path);
		return ERR_CONFIG;
	}
	m->transport.password = s;
	return OK;
}

static void
run_rounds(struct mailer *m)
{
	bool sends = conf_sends_mail(m->context->conf);
	int64_t wait = 0;

	if (!sends)
		log_warning("mail.not_configured",
		    LOG_CSTR("consequence",
			"mail stays in the outbox and is given up after three days"));
	while (service_wait(m->context, m->transport.term_fd, wait)) {
		bool more = sends && run_round(m);

		wait = more ? 0 : INTERVAL_MS + (int64_t)rand_below(JITTER_MS);
		arena_reset(m->arena);
	}
}

/*
 * True when there is more to do at once. Reminders are written only when no message is due, so
 * that those to a whole organization never delay the notifications of an account.
 */
static bool
run_round(struct mailer *m)
{
	if (send_batch(m) == BATCH_MAX)
		return true;
	return !m->claim_failed && write_reminders(m);
}

/*
 * Returns how many messages were claimed. Those that are left when the process has to end are
 * claimed again once the claim has expired.
 */
static size_t
send_batch(struct mailer *m)
{
	int64_t longest =
	    BATCH_MAX * (m->context->conf->mail_timeout + STATEMENT_MS / 1000) + CLAIM_MARGIN_S;
	struct flow fl = flow_now(m, m->arena);
	struct mail *list = NULL;
	size_t count = 0, i;
	enum err e;

	scoreboard_busy(m->context->scoreboard, clock_mono_ms());
	e = flow_outbox_claim(&fl, fl.now + longest * CLOCK_SECOND, BATCH_MAX, &list, &count);
	if (e != OK && !m->claim_failed)
		log_warning("mailer.failed", LOG_CSTR("error", err_code(e)));
	m->claim_failed = e != OK;
	for (i = 0; i < count; i++) {
		scoreboard_busy(m->context->scoreboard, clock_mono_ms());
		send_message(m, &list[i]);
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
	if (e != OK && !m->reminders_failed)
		log_warning("reminders.failed", LOG_CSTR("error", err_code(e)));
	m->reminders_failed = e != OK;
	if (written > 0)
		log_info("reminders.written", LOG_INT("messages", written));
	return e == OK && more;
}

static void
send_message(struct mailer *m, const struct mail *mail)
{
	struct flow fl = flow_now(m, m->envelope);
	struct str why = {0}, id = id_format(m->envelope, ID_MESSAGE, mail->id);
	enum deliver_result result = DELIVER_REJECTED;
	enum err e;

	if (fl.now >= mail->created_at + mail_lifetime(mail->kind))
		why = STR("it was not sent in time");
	else
		result = deliver_message(m, &fl, mail, &why);
	fl.now = clock_now();
	fl.deadline_ms = clock_mono_ms() + STATEMENT_MS;
	if (result != DELIVER_ACCEPTED) {
		record_failure(&fl, mail, result == DELIVER_REJECTED, why);
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
deliver_message(struct mailer *m, struct flow *fl, const struct mail *mail, struct str *why)
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
record_failure(struct flow *fl, const struct mail *mail, bool final, struct str why)
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
		    LOG_CSTR("consequence", "it is tried again when its claim has expired"));
}

static struct flow
flow_now(struct mailer *m, struct arena *a)
{
	return (struct flow){
	    .env = m->env,
	    .arena = a,
	    .now = clock_now(),
	    .deadline_ms = clock_mono_ms() + STATEMENT_MS,
	};
}
