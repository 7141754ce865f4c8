/* Delivery into a directory. */
#include "mail/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *write_file(int directory, const char *name, struct str text);

enum deliver_result
directory_deliver(struct arena *a, const struct mail_transport *transport, const struct envelope *e,
    struct str *why)
{
	/* Written under another name first, so that no reader finds an incomplete file. */
	const char *name = str_printf(a, "%.*s.eml", STR_FMT(e->id)).p;
	const char *temporary = str_printf(a, ".%.*s.new", STR_FMT(e->id)).p;
	int directory = open(transport->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *wrong;

	if (directory < 0) {
		*why = str_printf(a, "%s: %s", transport->directory, strerror(errno));
		return DELIVER_DEFERRED;
	}
	wrong = write_file(directory, temporary, e->text);
	if (wrong == NULL &&
	    (renameat(directory, temporary, directory, name) != 0 || fsync(directory) != 0))
		wrong = strerror(errno);
	if (wrong != NULL)
		*why = str_printf(a, "%s/%s: %s", transport->directory, name, wrong);
	(void)close(directory);
	return wrong == NULL ? DELIVER_ACCEPTED : DELIVER_DEFERRED;
}

static const char *
write_file(int directory, const char *name, struct str text)
{
	int fd =
	    openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	const char *wrong = NULL;
	size_t written = 0;

	if (fd < 0)
		return strerror(errno);
	while (wrong == NULL && written < text.n) {
		ssize_t n = write(fd, text.p + written, text.n - written);

		if (n >= 0)
			written += (size_t)n;
		else if (errno != EINTR)
			wrong = strerror(errno);
	}
	if (wrong == NULL && fsync(fd) != 0)
		wrong = strerror(errno);
	if (close(fd) != 0 && wrong == NULL)
		wrong = strerror(errno);
	return wrong;
}
