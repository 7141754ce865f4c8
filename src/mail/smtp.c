/* To an SMTP server, by libcurl. */
#include <curl/curl.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "mail/internal.h"

/* An answer of the server to one command, or to connecting, in milliseconds. */
#define CONNECT_MS 10000
/* From this code on a server means it (RFC 5321 section 4.2.1). */
#define PERMANENT 500

struct transfer {
	struct str rest; /* of the message, to be sent */
	struct delivery_clock *delivery_clock;
	curl_socket_t socket;
	bool names_message; /* the last command was about the recipient or the message itself */
	char error[CURL_ERROR_SIZE];
};

static size_t read_message(char *into, size_t size, size_t count, void *arg);
static int watch(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d);
static int note_socket(void *arg, curl_socket_t fd, curlsocktype purpose);
static int listen_in(CURL *curl, curl_infotype type, char *data, size_t n, void *arg);
static size_t ignore(char *data, size_t size, size_t count, void *arg);
static bool set_up(struct arena *a, CURL *curl, const struct mail_transport *transport,
    const struct envelope *l, struct transfer *t);
static bool set_server(struct arena *a, CURL *curl, const struct mail_transport *transport);
static enum deliver_result judge(struct arena *a, CURL *curl, CURLcode code,
    const struct transfer *t, struct str *why);

bool
deliver_setup(void)
{
	return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

void
deliver_cleanup(void)
{
	curl_global_cleanup();
}

/* A connection for each letter: they are few. */
enum deliver_result
smtp_deliver(struct arena *a, const struct mail_transport *transport, const struct envelope *l,
    struct delivery_clock *p, struct str *why)
{
	struct transfer t = {.rest = l->text, .delivery_clock = p, .socket = CURL_SOCKET_BAD};
	CURL *curl = curl_easy_init();
	struct curl_slist *recipients =
	    curl_slist_append(NULL, str_printf(a, "<%.*s>", STR_FMT(l->to)).p);
	enum deliver_result result = DELIVER_LATER;

	if (curl == NULL || recipients == NULL)
		log_fatal("memory.exhausted", "smtp.deliver");
	if (curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK &&
	    set_up(a, curl, transport, l, &t))
		result = judge(a, curl, curl_easy_perform(curl), &t, why);
	else
		*why = STR("libcurl does not take an option");
	curl_easy_cleanup(curl);
	curl_slist_free_all(recipients);
	return result;
}

static bool
set_up(struct arena *a, CURL *curl, const struct mail_transport *transport,
    const struct envelope *l, struct transfer *t)
{
	long left = (long)delivery_time_left(t->delivery_clock);
	const char *from = str_printf(a, "<%.*s>", STR_FMT(l->from)).p;

	return left > 0 && set_server(a, curl, transport) &&
	       curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_message) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_READDATA, t) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, note_socket) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_SOCKOPTDATA, t) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_XFERINFODATA, t) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, listen_in) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_DEBUGDATA, t) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, t->error) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
		   left < CONNECT_MS ? left : (long)CONNECT_MS) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, left) == CURLE_OK;
}

/*
 * With TLS the certificate must be good and for the server's name: libcurl's default. No proxy
 * of the environment.
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
note_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	struct transfer *t = arg;

	(void)purpose;
	t->socket = fd;
	return CURL_SOCKOPT_OK;
}

/*
 * Called about once a second: not 0 breaks the transfer off. The connection is closed for good
 * by that: libcurl would say goodbye and wait for the answer.
 */
static int
watch(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct transfer *t = arg;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	if (delivery_time_left(t->delivery_clock) > 0)
		return 0;
	if (t->socket != CURL_SOCKET_BAD)
		(void)shutdown(t->socket, SHUT_RDWR);
	return 1;
}

/*
 * What was said last, and nothing else of it: a server that refuses the sender or the sign-in
 * does so because of a setting, which may be mended.
 */
static int
listen_in(CURL *curl, curl_infotype type, char *data, size_t n, void *arg)
{
	struct transfer *t = arg;
	struct str said = {.p = data, .n = n};

	(void)curl;
	if (type == CURLINFO_HEADER_OUT && !str_starts(said, STR("QUIT")))
		t->names_message = str_starts(said, STR("RCPT")) || str_starts(said, STR("DATA"));
	return 0;
}

static size_t
ignore(char *data, size_t size, size_t count, void *arg)
{
	(void)data;
	(void)arg;
	return size * count;
}

static enum deliver_result
judge(struct arena *a, CURL *curl, CURLcode code, const struct transfer *t, struct str *why)
{
	long answer = 0;

	if (code == CURLE_OK)
		return DELIVER_ACCEPTED;
	if (code == CURLE_ABORTED_BY_CALLBACK || code == CURLE_OPERATION_TIMEDOUT) {
		*why = STR("the server did not answer in time");
		return DELIVER_LATER;
	}
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
	*why = str_printf(a, "%s (code %ld)",
	    t->error[0] != '\0' ? t->error : curl_easy_strerror(code), answer);
	return answer >= PERMANENT && t->names_message ? DELIVER_REFUSED : DELIVER_LATER;
}
