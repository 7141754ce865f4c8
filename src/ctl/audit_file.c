/* Reading an exported audit trail line by line. */
#include "ctl/audit_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/audit_parse.h"
#include "ctl/ctl.h"
#include "flow/audit.h"

/* No line of ours is longer. */
#define LINE_MAX_SIZE ((size_t)1024 * 1024)
/* A line, its parts, and the line written again. */
#define MEMORY_MAX (64 * LINE_MAX_SIZE)

/*
 * Which way the lines of a file go, as soon as two of them tell: by account and number, where a
 * gap is one; or the last events first, where it is none, as an organization's export has no
 * more of each chain than is its business.
 */
enum order { ORDER_OPEN, ORDER_CHAINS, ORDER_NEWEST };

struct reading {
	FILE *in;
	char *line; /* LINE_MAX_SIZE bytes */
	size_t n;
	bool whole; /* it ended with a newline, and all of it is there */
	int64_t number;
	struct audit_verifier verifier;
	enum order order;
	struct audit_row last; /* the line before; its texts are gone */
	int64_t accounts;
};

static void read_all(struct reading *rd);
static bool read_line(struct reading *rd);
static void take_line(struct reading *rd);
static void take_event(struct reading *rd, const struct audit_row *r,
    const unsigned char *previous);
static void take_newest(struct reading *rd, const struct audit_row *r,
    const unsigned char *previous, bool later);
static bool is_behind(const struct audit_row *r, const struct audit_row *last);
static bool is_older(const struct audit_row *r, const struct audit_row *last);

int
audit_file_verify(const char *path, const struct keyring *keys, audit_report *report, void *arg,
    struct audit_tally *tally)
{
	bool standard = str_eq(str_of(path), STR("-"));
	struct reading rd = {.in = standard ? stdin : fopen(path, "re")};
	struct arena *line;
	bool failed;

	if (rd.in == NULL)
		return ctl_fail(EX_NOINPUT, "%s: %s", path, strerror(errno));
	line = arena_new(LINE_MAX_SIZE);
	rd.line = arena_alloc(line, LINE_MAX_SIZE);
	rd.verifier = (struct audit_verifier){.keys = keys,
	    .arena = arena_new(MEMORY_MAX),
	    .report = report,
	    .arg = arg};
	read_all(&rd);
	failed = ferror(rd.in) != 0;
	*tally = (struct audit_tally){
	    .part = rd.order == ORDER_NEWEST,
	    .accounts = rd.accounts,
	    .events = rd.verifier.events,
	    .faults = rd.verifier.faults,
	};
	arena_free(rd.verifier.arena);
	arena_free(line);
	if (!standard)
		(void)fclose(rd.in);
	return failed ? ctl_fail(EX_NOINPUT, "%s cannot be read", path) : EX_OK;
}

static void
read_all(struct reading *rd)
{
	while (read_line(rd)) {
		take_line(rd);
		arena_reset(rd->verifier.arena);
	}
}

/* False at the end of the file. What is too long is read to its end and not kept. */
static bool
read_line(struct reading *rd)
{
	int c;

	rd->n = 0;
	rd->whole = true;
	while ((c = getc(rd->in)) != EOF && c != '\n') {
		if (rd->n < LINE_MAX_SIZE)
			rd->line[rd->n++] = (char)c;
		else
			rd->whole = false;
	}
	if (c == EOF && rd->n == 0)
		return false;
	rd->whole = rd->whole && c == '\n';
	rd->number++;
	return true;
}

static void
take_line(struct reading *rd)
{
	struct audit_finding broken = {.fault = AUDIT_FAULT_MALFORMED,
	    .seq = rd->number,
	    .last = rd->number};
	unsigned char previous[SHA256_SIZE];
	struct audit_row r;

	if (!rd->whole ||
	    !audit_parse(rd->verifier.arena, (struct str){rd->line, rd->n}, &r, previous)) {
		rd->verifier.faults++;
		rd->verifier.report(rd->verifier.arg, &broken);
		return;
	}
	take_event(rd, &r, previous);
}

static void
take_event(struct reading *rd, const struct audit_row *r, const unsigned char *previous)
{
	bool first = rd->accounts == 0, older = !first && is_older(r, &rd->last),
	     behind = !first && is_behind(r, &rd->last);

	if (rd->order == ORDER_OPEN && older != behind)
		rd->order = older ? ORDER_NEWEST : ORDER_CHAINS;
	if (rd->order == ORDER_NEWEST) {
		take_newest(rd, r, previous, !older);
		return;
	}
	if (first || !uuid_eq(r->account, rd->last.account)) {
		rd->accounts++;
		audit_verifier_begin_part(&rd->verifier, r->account, r->seq - 1, previous);
	}
	rd->last = *r;
	audit_verifier_add(&rd->verifier, r, previous);
}

/*
 * Each stands for itself: it names the MAC it continues. One that is later than the line before
 * was put there.
 */
static void
take_newest(struct reading *rd, const struct audit_row *r, const unsigned char *previous,
    bool later)
{
	struct audit_finding twice = {.fault = AUDIT_FAULT_DUPLICATE,
	    .account = r->account,
	    .seq = r->seq,
	    .last = r->seq};

	if (later) {
		rd->verifier.faults++;
		rd->verifier.report(rd->verifier.arg, &twice);
	} else {
		rd->last = *r;
	}
	audit_verifier_begin_part(&rd->verifier, r->account, r->seq - 1, previous);
	audit_verifier_add(&rd->verifier, r, previous);
}

static bool
is_behind(const struct audit_row *r, const struct audit_row *last)
{
	int order = uuid_compare(r->account, last->account);

	return order > 0 || (order == 0 && r->seq > last->seq);
}

/* By time, account and number; within one chain also by number alone, as clocks go wrong. */
static bool
is_older(const struct audit_row *r, const struct audit_row *last)
{
	int order = uuid_compare(r->account, last->account);

	if (order == 0 && r->seq < last->seq)
		return true;
	return r->at < last->at || (r->at == last->at && order < 0);
}
