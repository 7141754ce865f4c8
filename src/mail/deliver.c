/* Choosing the transport. */
#include "mail/deliver.h"

#include "mail/command.h"
#include "mail/directory.h"
#include "mail/smtp.h"

bool
deliver_setup(void)
{
	return smtp_setup();
}

void
deliver_cleanup(void)
{
	smtp_cleanup();
}

enum deliver_result
deliver(struct arena *a, const struct mail_transport *transport, const struct envelope *e,
    int64_t deadline_ms, struct str *why)
{
	struct deliver_deadline deadline = {.term_fd = transport->term_fd, .at_ms = deadline_ms};

	if (transport->url[0] != '\0')
		return smtp_deliver(a, transport, e, &deadline, why);
	if (transport->command[0] != '\0')
		return command_deliver(a, transport, e, &deadline, why);
	return directory_deliver(a, transport, e, why);
}
