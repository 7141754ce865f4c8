/* The commands on the audit log. */
#include <stdio.h>

#include "base/clock.h"
#include "base/codec.h"
#include "ctl/audit_file.h"
#include "ctl/ctl.h"
#include "domain/audit_format.h"
#include "flow/audit.h"

/* How the findings of a verification are printed. */
struct report {
	struct arena *arena; /* reset after each finding */
	bool json;
	int64_t printed;
};

static int verify_database(struct ctl *ctl, struct report *r, struct audit_tally *tally) MUST_CHECK;
static int verify_file(struct ctl *ctl, struct report *r, struct audit_tally *tally) MUST_CHECK;
static void print_summary(const struct report *r, const struct audit_tally *tally);
static void print_count(int64_t n, const char *what);
static audit_report print_finding;
static void print_text(const struct audit_finding *f, struct str account);
static void print_json(struct arena *a, const struct audit_finding *f, struct str account,
    bool first);
static audit_sink write_json, write_csv;
static bool write_text(struct str text);
static int parse_day(const char *text, int64_t *us) MUST_CHECK;
static int print_pruned(struct ctl *ctl, const struct audit_prune *p) MUST_CHECK;

int
audit_verify(struct ctl *ctl)
{
	const char *const *options = ctl->args.options;
	struct report r = {.json = options[ARGS_JSON] != NULL};
	struct audit_tally tally = {0};
	int status;

	if (options[ARGS_FILE] != NULL && options[ARGS_ACCOUNT] != NULL)
		return ctl_fail(EX_USAGE, "--account and --file cannot be used together");
	r.arena = arena_new(ARENA_REQUEST_MAX);
	if (options[ARGS_FILE] != NULL)
		status = verify_file(ctl, &r, &tally);
	else
		status = verify_database(ctl, &r, &tally);
	arena_free(r.arena);
	if (status != EX_OK)
		return status;
	print_summary(&r, &tally);
	return tally.faults == 0 ? EX_OK : EX_DATAERR;
}

int
audit_export(struct ctl *ctl)
{
	const char *const *options = ctl->args.options;
	struct str format =
	    options[ARGS_FORMAT] != NULL ? str_of(options[ARGS_FORMAT]) : STR("jsonl");
	bool csv = str_eq(format, STR("csv"));
	struct audit_range range = {0};
	enum err e;
	int status = EX_OK;

	if (!csv && !str_eq(format, STR("jsonl")))
		return ctl_fail(EX_USAGE, "--format must be jsonl or csv");
	if (options[ARGS_SINCE] != NULL)
		status = parse_day(options[ARGS_SINCE], &range.since);
	if (status == EX_OK && options[ARGS_UNTIL] != NULL)
		status = parse_day(options[ARGS_UNTIL], &range.before);
	if (status == EX_OK && options[ARGS_ACCOUNT] != NULL)
		status = ctl_parse_email(ctl, options[ARGS_ACCOUNT], &range.email);
	if (status == EX_OK)
		status = ctl_open(ctl);
	if (status != EX_OK)
		return status;
	if (csv && !write_text(audit_format_csv_header()))
		return ctl_fail(EX_IOERR, "cannot write to standard output");
	e = operator_audit_export(&ctl->flow, &range, csv ? write_csv : write_json, NULL);
	if (e == ERR_NOT_FOUND)
		return ctl_fail_no_account(range.email);
	if (e == ERR_CONFLICT)
		return ctl_fail(EX_IOERR, "cannot write to standard output");
	return e == OK ? EX_OK : ctl_fail_err(e);
}

int
audit_prune(struct ctl *ctl)
{
	struct report r = {0};
	struct audit_prune p = {.dry = ctl->args.options[ARGS_DRY_RUN] != NULL,
	    .report = print_finding,
	    .arg = &r};
	int64_t months;
	enum err e;
	int status;

	if (!str_to_int64(str_of(ctl->args.options[ARGS_MONTHS]), &months) || months < 1 ||
	    months > AUDIT_MONTHS_MAX)
		return ctl_fail(EX_USAGE, "--months must be a number from 1 to %d",
		    AUDIT_MONTHS_MAX);
	p.months = (int)months;
	status = ctl_open(ctl);
	if (status != EX_OK)
		return status;
	r.arena = arena_new(ARENA_REQUEST_MAX);
	e = operator_audit_prune(&ctl->flow, &p);
	arena_free(r.arena);
	return e == OK ? print_pruned(ctl, &p) : ctl_fail_err(e);
}

static int
verify_database(struct ctl *ctl, struct report *r, struct audit_tally *tally)
{
	const char *address = ctl->args.options[ARGS_ACCOUNT];
	struct str email = {0};
	enum err e;
	int status = address != NULL ? ctl_parse_email(ctl, address, &email) : EX_OK;

	if (status == EX_OK)
		status = ctl_open(ctl);
	if (status != EX_OK)
		return status;
	if (r->json)
		fputs("{\"faults\":[", stdout);
	e = operator_audit_verify(&ctl->flow, email, print_finding, r, tally);
	if (e == ERR_NOT_FOUND)
		return ctl_fail_no_account(email);
	return e == OK ? EX_OK : ctl_fail_err(e);
}

static int
verify_file(struct ctl *ctl, struct report *r, struct audit_tally *tally)
{
	struct keyring *keys = NULL;
	struct str why = {0};
	int status = ctl_load(ctl);

	if (status != EX_OK)
		return status;
	if (keyring_load(ctl->arena, ctl->conf.keyring, &keys, &why) != OK)
		return ctl_fail(EX_CONFIG, "%.*s", STR_FMT(why));
	if (r->json)
		fputs("{\"faults\":[", stdout);
	status = audit_file_verify(ctl->args.options[ARGS_FILE], keys, print_finding, r, tally);
	keyring_free(keys);
	return status;
}

static void
print_summary(const struct report *r, const struct audit_tally *tally)
{
	if (r->json) {
		printf("],\"accounts\":");
		if (tally->part)
			printf("null");
		else
			printf("%lld", (long long)tally->accounts);
		printf(",\"events\":%lld,\"sound\":%s}\n", (long long)tally->events,
		    tally->faults == 0 ? "true" : "false");
		return;
	}
	if (!tally->part) {
		print_count(tally->accounts, "account");
		printf(", ");
	}
	print_count(tally->events, "event");
	printf("%s: ", tally->part ? " of partial chains" : "");
	if (tally->faults == 0) {
		printf("sound\n");
		return;
	}
	printf("NOT SOUND, ");
	print_count(tally->faults, "fault");
	printf("\n");
}

/* Prints "1 event" or "2 events". */
static void
print_count(int64_t n, const char *what)
{
	printf("%lld %s%s", (long long)n, what, n == 1 ? "" : "s");
}

static void
print_finding(void *arg, const struct audit_finding *f)
{
	struct report *r = arg;
	struct str account = id_format(r->arena, ID_ACCOUNT, f->account);

	if (r->json)
		print_json(r->arena, f, account, r->printed == 0);
	else
		print_text(f, account);
	r->printed++;
	arena_reset(r->arena);
}

static void
print_text(const struct audit_finding *f, struct str account)
{
	struct str text = audit_fault_text(f->fault);

	if (f->fault == AUDIT_FAULT_MALFORMED)
		printf("line %lld: ", (long long)f->seq);
	else if (f->last > f->seq)
		printf("%.*s events %lld to %lld: ", STR_FMT(account), (long long)f->seq,
		    (long long)f->last);
	else
		printf("%.*s event %lld: ", STR_FMT(account), (long long)f->seq);
	printf("%.*s\n", STR_FMT(text));
}

static void
print_json(struct arena *a, const struct audit_finding *f, struct str account, bool first)
{
	struct str name = audit_fault_name(f->fault),
		   text = json_quote(a, audit_fault_text(f->fault));

	printf("%s\n", first ? "" : ",");
	if (f->fault == AUDIT_FAULT_MALFORMED)
		printf("{\"line\":%lld,", (long long)f->seq);
	else
		printf("{\"accountId\":\"%.*s\",\"seq\":%lld,\"lastSeq\":%lld,", STR_FMT(account),
		    (long long)f->seq, (long long)f->last);
	printf("\"fault\":\"%.*s\",\"text\":%.*s}", STR_FMT(name), STR_FMT(text));
}

static bool
write_json(void *arg, struct arena *a, const struct audit_row *r,
    const unsigned char previous[SHA256_SIZE])
{
	(void)arg;
	return write_text(audit_format_json(a, r, previous)) && putchar('\n') != EOF;
}

static bool
write_csv(void *arg, struct arena *a, const struct audit_row *r,
    const unsigned char previous[SHA256_SIZE])
{
	(void)arg;
	(void)previous;
	return write_text(audit_format_csv(a, r));
}

static bool
write_text(struct str text)
{
	return fwrite(text.p, 1, text.n, stdout) == text.n;
}

static int
parse_day(const char *text, int64_t *us)
{
	if (!clock_parse_day(str_of(text), us))
		return ctl_fail(EX_DATAERR, "not a date in the form YYYY-MM-DD: %s", text);
	return EX_OK;
}

static int
print_pruned(struct ctl *ctl, const struct audit_prune *p)
{
	struct str before = str_slice(clock_rfc3339(ctl->arena, p->before), 0, 10);
	const char *verb = p->dry ? "would drop" : "dropped";

	if (p->tally.faults > 0)
		return ctl_fail(EX_DATAERR,
		    "the events to drop are not sound: nothing was dropped");
	for (size_t i = 0; i < p->count; i++) {
		struct str month = str_slice(clock_rfc3339(ctl->arena, p->list[i].month), 0, 7);

		printf("%s %.*s: ", verb, STR_FMT(month));
		print_count(p->list[i].events, "event");
		printf("\n");
	}
	if (p->staying > 0) {
		printf("%s, as they follow newer events in their chains: ",
		    p->dry ? "would keep" : "kept");
		print_count(p->staying, "event");
		printf("\n");
	}
	printf("%s in total, before %.*s: ", verb, STR_FMT(before));
	print_count(p->tally.events, "event");
	printf(" of ");
	print_count(p->tally.accounts, "account");
	printf("\n");
	return EX_OK;
}
