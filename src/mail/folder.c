/* A file a message, named by its id: sent twice it is there once. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mail/internal.h"

static const char *write_file(int directory, const char *name, struct str text);

/* Written under another name and renamed: a reader finds it whole or not at all. */
enum deliver_result
folder_deliver(struct arena *a, const struct mail_transport *transport, const struct envelope *l,
    struct str *why)
{
	const char *name = str_printf(a, "%.*s.eml", STR_FMT(l->id)).p;
	const char *made = str_printf(a, ".%.*s.new", STR_FMT(l->id)).p;
	int directory = open(transport->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *wrong;

	if (directory < 0) {
		*why = str_printf(a, "%s: %s", transport->directory, strerror(errno));
		return DELIVER_LATER;
	}
	wrong = write_file(directory, made, l->text);
	if (wrong == NULL &&
	    (renameat(directory, made, directory, name) != 0 || fsync(directory) != 0))
		wrong = strerror(errno);
	if (wrong != NULL)
		*why = str_printf(a, "%s/%s: %s", transport->directory, name, wrong);
	(void)close(directory);
	return wrong == NULL ? DELIVER_ACCEPTED : DELIVER_LATER;
}

static const char *
write_file(int directory, const char *name, struct str text)
{
	int fd =
	    openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	const char *wrong = NULL;
	size_t done = 0;

	if (fd < 0)
		return strerror(errno);
	while (wrong == NULL && done < text.n) {
		ssize_t n = write(fd, text.p + done, text.n - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			wrong = strerror(errno);
	}
	if (wrong == NULL && fsync(fd) != 0)
		wrong = strerror(errno);
	if (close(fd) != 0 && wrong == NULL)
		wrong = strerror(errno);
	return wrong;
}
