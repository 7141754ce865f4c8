/* Reading exported audit events line by line. */
#include "ctl/audit_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/audit_parse.h"
#include "ctl/ctl.h"
#include "flow/audit.h"

/* The longest line that is an event. */
#define LINE_MAX_SIZE ((size_t)1024 * 1024)
/* For the parts of a line, and the line formatted again. */
#define MEMORY_MAX (64 * LINE_MAX_SIZE)

/*
 * The order of the lines, which two of them determine. In order of account and number a gap is a
 * fault. With the newest first it is not, as an organization exports only its part of each chain.
 */
enum order { ORDER_UNKNOWN, ORDER_CHAINS, ORDER_NEWEST };

struct file_reader {
	FILE *in;
	char *line; /* LINE_MAX_SIZE bytes */
	size_t n;
	bool whole; /* it ended with a newline and fitted into `line` */
	int64_t number;
	struct audit_verifier verifier;
	enum order order;
	struct audit_row last; /* the previous event; its texts are no longer valid */
	int64_t accounts;
};

static void read_all(struct file_reader *rd);
static bool read_line(struct file_reader *rd);
static void verify_line(struct file_reader *rd);
static void verify_event(struct file_reader *rd, const struct audit_row *r,
    const unsigned char *previous);
static void verify_single(struct file_reader *rd, const struct audit_row *r,
    const unsigned char *previous, bool later);
static bool comes_after(const struct audit_row *r, const struct audit_row *last);
static bool is_older(const struct audit_row *r, const struct audit_row *last);

int
audit_file_verify(const char *path, const struct keyring *keys, audit_report *report, void *arg,
    struct audit_tally *tally)
{
	bool standard = str_eq(str_of(path), STR("-"));
	struct file_reader rd = {.in = standard ? stdin : fopen(path, "re")};
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
read_all(struct file_reader *rd)
{
	while (read_line(rd)) {
		verify_line(rd);
		arena_reset(rd->verifier.arena);
	}
}

/* Reads the next line; false at the end of the file. The rest of a too long one is skipped. */
static bool
read_line(struct file_reader *rd)
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
verify_line(struct file_reader *rd)
{
	struct audit_finding malformed = {.fault = AUDIT_FAULT_MALFORMED,
	    .seq = rd->number,
	    .last = rd->number};
	unsigned char previous[SHA256_SIZE];
	struct audit_row r;

	if (!rd->whole ||
	    !audit_parse(rd->verifier.arena, (struct str){rd->line, rd->n}, &r, previous)) {
		rd->verifier.faults++;
		rd->verifier.report(rd->verifier.arg, &malformed);
		return;
	}
	verify_event(rd, &r, previous);
}

static void
verify_event(struct file_reader *rd, const struct audit_row *r, const unsigned char *previous)
{
	bool first = rd->accounts == 0, older = !first && is_older(r, &rd->last),
	     after = !first && comes_after(r, &rd->last);

	if (rd->order == ORDER_UNKNOWN && older != after)
		rd->order = older ? ORDER_NEWEST : ORDER_CHAINS;
	if (rd->order == ORDER_NEWEST) {
		verify_single(rd, r, previous, !older);
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
 * Verifies an event on its own, as it states the previous MAC. One that is later than the line
 * before it was inserted.
 */
static void
verify_single(struct file_reader *rd, const struct audit_row *r, const unsigned char *previous,
    bool later)
{
	struct audit_finding duplicate = {.fault = AUDIT_FAULT_DUPLICATE,
	    .account = r->account,
	    .seq = r->seq,
	    .last = r->seq};

	if (later) {
		rd->verifier.faults++;
		rd->verifier.report(rd->verifier.arg, &duplicate);
	} else {
		rd->last = *r;
	}
	audit_verifier_begin_part(&rd->verifier, r->account, r->seq - 1, previous);
	audit_verifier_add(&rd->verifier, r, previous);
}

static bool
comes_after(const struct audit_row *r, const struct audit_row *last)
{
	int order = uuid_compare(r->account, last->account);

	return order > 0 || (order == 0 && r->seq > last->seq);
}

/* Orders by time, account and number; within a chain by number alone, as clocks can be wrong. */
static bool
is_older(const struct audit_row *r, const struct audit_row *last)
{
	int order = uuid_compare(r->account, last->account);

	if (order == 0 && r->seq < last->seq)
		return true;
	return r->at < last->at || (r->at == last->at && order < 0);
}
