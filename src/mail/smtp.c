/* Delivery to an SMTP server. */
#include "mail/smtp.h"

#include <curl/curl.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"

/* How long connecting may take, in milliseconds. */
#define CONNECT_MS 10000
/* Replies from this code on are permanent (RFC 5321 section 4.2.1). */
#define PERMANENT 500

struct transfer {
	struct str rest; /* of the message, not sent yet */
	struct deliver_deadline *deadline;
	curl_socket_t socket;
	bool about_message; /* the last command was about the recipient or the message itself */
	char error[CURL_ERROR_SIZE];
};

static size_t read_message(char *into, size_t size, size_t count, void *arg);
static int check_deadline(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d);
static int record_socket(void *arg, curl_socket_t fd, curlsocktype purpose);
static int record_command(CURL *curl, curl_infotype type, char *data, size_t n, void *arg);
static size_t discard_response(char *data, size_t size, size_t count, void *arg);
static bool set_options(struct arena *a, CURL *curl, const struct mail_transport *transport,
    const struct envelope *e, struct transfer *t);
static bool set_server(struct arena *a, CURL *curl, const struct mail_transport *transport);
static enum deliver_result result_of(struct arena *a, CURL *curl, CURLcode code,
    const struct transfer *t, struct str *why);

bool
smtp_setup(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

void
smtp_cleanup(void)
{
	curl_global_cleanup();
}

/* Messages are few, so each gets a connection of its own. */
enum deliver_result
smtp_deliver(struct arena *a, const struct mail_transport *transport, const struct envelope *e,
    struct deliver_deadline *deadline, struct str *why)
{
	struct transfer t = {.rest = e->text, .deadline = deadline, .socket = CURL_SOCKET_BAD};
	CURL *curl = curl_easy_init();
	struct curl_slist *recipients =
	    curl_slist_append(NULL, str_printf(a, "<%.*s>", STR_FMT(e->to)).p);
	enum deliver_result result = DELIVER_DEFERRED;

	if (curl == NULL || recipients == NULL)
		log_fatal("memory.exhausted", "smtp.deliver");
	if (curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK &&
	    set_options(a, curl, transport, e, &t))
		result = result_of(a, curl, curl_easy_perform(curl), &t, why);
	else
		*why = STR("libcurl refuses an option");
	curl_easy_cleanup(curl);
	curl_slist_free_all(recipients);
	return result;
}

static bool
set_options(struct arena *a, CURL *curl, const struct mail_transport *transport,
    const struct envelope *e, struct transfer *t)
{
	long left = (long)deliver_ms_left(t->deadline);
	const char *from = str_printf(a, "<%.*s>", STR_FMT(e->from)).p;

	return left > 0 && set_server(a, curl, transport) &&
	       curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_message) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_READDATA, t) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, discard_response) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, record_socket) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_SOCKOPTDATA, t) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, check_deadline) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, record_command) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_DEBUGDATA, t) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, t->error) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
		   left < CONNECT_MS ? left : (long)CONNECT_MS) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, left) == CURLE_OK;
}

/*
 * With TLS the certificate must be valid for the server's name, which is libcurl's default. A
 * proxy in the environment is not used.
 */
static bool
set_server(struct arena *a, CURL *curl, const struct mail_transport *transport)
{
	bool good =
	    curl_easy_setopt(curl, CURLOPT_URL, transport->url) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
	    curl_easy_setopt(curl, CURLOPT_USE_SSL,
		(long)(transport->tls ? CURLUSESSL_ALL : CURLUSESSL_NONE)) == CURLE_OK;

	if (good && transport->ca_file[0] != '\0')
		good = curl_easy_setopt(curl, CURLOPT_CAINFO, transport->ca_file) == CURLE_OK;
	if (good && transport->user[0] != '\0')
		good = curl_easy_setopt(curl, CURLOPT_USERNAME, transport->user) == CURLE_OK &&
		       curl_easy_setopt(curl, CURLOPT_PASSWORD,
			   str_c(a, secret_reveal(transport->password))) == CURLE_OK;
	return good;
}

static size_t
read_message(char *into, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	struct str part = str_slice(t->rest, 0, size * count);

	if (part.n > 0)
		memcpy(into, part.p, part.n);
	t->rest = str_slice(t->rest, part.n, t->rest.n);
	return part.n;
}

static int
record_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	struct transfer *t = arg;

	(void)purpose;
	t->socket = fd;
	return CURL_SOCKOPT_OK;
}

/*
 * libcurl calls this about once a second; a result other than 0 aborts the transfer. The socket is
 * shut down too, as libcurl would otherwise send QUIT and wait for the reply.
 */
static int
check_deadline(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct transfer *t = arg;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	if (deliver_ms_left(t->deadline) > 0)
		return 0;
	if (t->socket != CURL_SOCKET_BAD)
		(void)shutdown(t->socket, SHUT_RDWR);
	return 1;
}

/*
 * Notes only whether the last command was about the message: a server that refuses the sender or
 * the authentication does so because of a setting, which can be corrected.
 */
static int
record_command(CURL *curl, curl_infotype type, char *data, size_t n, void *arg)
{
	struct transfer *t = arg;
	struct str command = {.p = data, .n = n};

	(void)curl;
	if (type == CURLINFO_HEADER_OUT && !str_starts(command, STR("QUIT")))
		t->about_message =
		    str_starts(command, STR("RCPT")) || str_starts(command, STR("DATA"));
	return 0;
}

static size_t
discard_response(char *data, size_t size, size_t count, void *arg)
{
	(void)data;
	(void)arg;
	return size * count;
}

static enum deliver_result
result_of(struct arena *a, CURL *curl, CURLcode code, const struct transfer *t, struct str *why)
{
	long reply = 0;

	if (code == CURLE_OK)
		return DELIVER_ACCEPTED;
	if (code == CURLE_ABORTED_BY_CALLBACK || code == CURLE_OPERATION_TIMEDOUT) {
		*why = STR("the server did not respond in time");
		return DELIVER_DEFERRED;
	}
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
	*why = str_printf(a, "%s (code %ld)",
	    t->error[0] != '\0' ? t->error : curl_easy_strerror(code), reply);
	return reply >= PERMANENT && t->about_message ? DELIVER_REJECTED : DELIVER_DEFERRED;
}
