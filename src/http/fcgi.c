/* The only file that knows libfcgi. */
#include "http/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"

struct fcgi {
	int listen_fd;
	FCGX_Request request;
};

static bool fcgi_nothing_there(int error);

struct fcgi *
fcgi_new(struct arena *a, int listen_fd)
{
	struct fcgi *f = arena_alloc(a, sizeof(*f));
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	f->listen_fd = listen_fd;
	/* Without a listening socket the library cannot accept connections itself. */
	if (FCGX_Init() != 0 || FCGX_InitRequest(&f->request, -1, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		log_fatal("fcgi.init", "libfcgi cannot be initialised");
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigaction(SIGUSR1, &ignore, NULL);
	return f;
}

int
fcgi_accept(struct fcgi *f)
{
	struct timeval wait = {.tv_sec = FCGI_WAIT_S};
	int fd = accept4(f->listen_fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return fcgi_nothing_there(errno) ? 0 : -1;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) != 0) {
		(void)close(fd);
		return -1;
	}
	f->request.ipcFd = fd;
	return 1;
}

bool
fcgi_begin(struct fcgi *f)
{
	/* "keepConnection" stops the library from closing the accepted connection first. */
	f->request.keepConnection = 1;
	if (FCGX_Accept_r(&f->request) != 0)
		return false;
	/* The library takes incomplete parameters for complete; the stream has the error. */
	if (FCGX_GetError(f->request.in) == 0)
		return true;
	fcgi_finish(f);
	return false;
}

char **
fcgi_params(struct fcgi *f)
{
	return f->request.envp;
}

size_t
fcgi_read(void *fcgi, char *into, size_t n)
{
	struct fcgi *f = fcgi;
	int got = FCGX_GetStr(into, n > INT_MAX ? INT_MAX : (int)n, f->request.in);

	return got > 0 ? (size_t)got : 0;
}

bool
fcgi_write(struct fcgi *f, struct str response)
{
	if (response.n > INT_MAX)
		log_fatal("fcgi.write", "response too large");
	return response.n == 0 ||
	       FCGX_PutStr(response.p, (int)response.n, f->request.out) == (int)response.n;
}

/*
 * nginx takes the end of a connection for the end of a response without a length. Only a malformed
 * record, one of version 0, shows it that the response is incomplete.
 */
void
fcgi_abort(struct fcgi *f)
{
	static const unsigned char malformed[8];

	(void)send(f->request.ipcFd, malformed, sizeof(malformed), MSG_NOSIGNAL);
	(void)shutdown(f->request.ipcFd, SHUT_RDWR);
}

void
fcgi_finish(struct fcgi *f)
{
	/* The parameters include cookies and Authorization; the library frees them unwiped. */
	for (char **p = f->request.envp; p != NULL && *p != NULL; p++)
		secret_wipe(*p, strlen(*p));
	f->request.envp = NULL;
	f->request.keepConnection = 0;
	FCGX_Finish_r(&f->request);
}

/* The errors of accept() when a peer has left, or another worker has accepted it. */
static bool
fcgi_nothing_there(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ECONNABORTED ||
	       error == EPROTO;
}
