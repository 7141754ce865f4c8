/* Cursors of the audit log as text. */
#include "domain/audit_log.h"

static bool parse_number(struct str text, int64_t *out);

struct str
audit_cursor_format(struct arena *a, const struct audit_cursor *cursor)
{
	struct str account = id_format(a, ID_ACCOUNT, cursor->account);

	return str_printf(a, "%lld.%lld.%.*s", (long long)cursor->at, (long long)cursor->seq,
	    STR_FMT(account));
}

bool
audit_cursor_parse(struct str text, struct audit_cursor *cursor)
{
	struct str at = str_cut(&text, '.'), seq = str_cut(&text, '.');

	return parse_number(at, &cursor->at) && parse_number(seq, &cursor->seq) &&
	       cursor->seq > 0 && id_parse(text, ID_ACCOUNT, &cursor->account);
}

/* Parses digits as they were formatted, up to AUDIT_TIME_MAX. */
static bool
parse_number(struct str text, int64_t *out)
{
	return text.n > 0 && text.n <= 18 && text.p[0] != '-' &&
	       (text.p[0] != '0' || text.n == 1) && str_to_int64(text, out) &&
	       *out <= AUDIT_TIME_MAX;
}
