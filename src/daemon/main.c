/* countersignd: reads arguments and configuration, and runs the pool. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/keyring.h"
#include "daemon/harden.h"
#include "daemon/janitor.h"
#include "daemon/listen.h"
#include "daemon/mailer.h"
#include "daemon/supervisor.h"
#include "daemon/worker.h"
#include "view/model.h"
#include "web/route_print.h"

#ifndef COUNTERSIGN_SYSCONFDIR
#define COUNTERSIGN_SYSCONFDIR "/etc/countersign"
#endif
#ifndef COUNTERSIGN_VERSION
#define COUNTERSIGN_VERSION "unversioned"
#endif

#define PROCESS_ARENA_MAX ((size_t)1024 * 1024)
#define WORKERS_PER_PROCESSOR 3
#define WORKERS_MAX 256
#define WORKER_BUSY_MS 10000
#define JANITOR_BUSY_MS 60000
/* Longer than mail_timeout and the two statements around it. */
#define MAILER_BUSY_MS 150000

enum mode {
	MODE_RUN,
	MODE_TEST,
	MODE_SAMPLE,
	MODE_ROUTES,
	MODE_VERSION,
	MODE_HELP,
	MODE_USAGE_ERROR
};

struct args {
	enum mode mode;
	const char *conf_path;
};

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"test", no_argument, NULL, 't'},
    {"sample", no_argument, NULL, 's'},
    {"routes", no_argument, NULL, 'r'},
    {"version", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static struct args read_args(int argc, char **argv);
static bool open_stdio(void);
static int run(struct arena *a, const char *path);
static int supervise(const char *path, const struct conf *conf, const struct listener *l,
    struct pidfile *pid);
static uint32_t count_or_default(int64_t asked, int64_t per_processor, int64_t max);
static struct hash_semaphore *make_hash_semaphore(const struct conf *conf, uint32_t workers);
static int fail(struct str why, enum err e);
static int test_conf(struct arena *a, const char *path);
static void print_routes(struct arena *a);
static void print_version(void);
static void print_usage(FILE *out);

int
main(int argc, char **argv)
{
	struct args args = read_args(argc, argv);
	struct arena *a = arena_new(PROCESS_ARENA_MAX);
	int status = EX_OK;

	if (args.mode == MODE_RUN)
		status = open_stdio() ? run(a, args.conf_path) : EX_OSERR;
	else if (args.mode == MODE_TEST)
		status = test_conf(a, args.conf_path);
	else if (args.mode == MODE_SAMPLE)
		conf_print_sample(stdout);
	else if (args.mode == MODE_ROUTES)
		print_routes(a);
	else if (args.mode == MODE_VERSION)
		print_version();
	else
		print_usage(args.mode == MODE_HELP ? stdout : stderr);
	if (args.mode == MODE_USAGE_ERROR)
		status = EX_USAGE;
	arena_free(a);
	if (fflush(stdout) != 0)
		status = EX_IOERR;
	return status;
}

static struct args
read_args(int argc, char **argv)
{
	struct args args = {.mode = MODE_RUN,
	    .conf_path = COUNTERSIGN_SYSCONFDIR "/countersign.conf"};
	int c;

	while (args.mode != MODE_USAGE_ERROR &&
	       (c = getopt_long(argc, argv, "c:t", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			args.conf_path = optarg;
			break;
		case 't':
			args.mode = MODE_TEST;
			break;
		case 's':
			args.mode = MODE_SAMPLE;
			break;
		case 'r':
			args.mode = MODE_ROUTES;
			break;
		case 'v':
			args.mode = MODE_VERSION;
			break;
		case 'h':
			args.mode = MODE_HELP;
			break;
		default:
			args.mode = MODE_USAGE_ERROR;
			break;
		}
	}
	if (optind < argc && args.mode != MODE_USAGE_ERROR) {
		fprintf(stderr, "countersignd: unexpected argument: %s\n", argv[optind]);
		args.mode = MODE_USAGE_ERROR;
	}
	return args;
}

/* Makes sure that descriptors 0 to 2 are open, so that no socket or file becomes one of them. */
static bool
open_stdio(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= 2 && fcntl(fd, F_SETFD, 0) == 0);
	if (fd < 0)
		return false;
	(void)close(fd);
	return true;
}

static int
run(struct arena *a, const char *path)
{
	struct conf conf;
	struct listener l = {.fd = -1};
	struct pidfile pid = {.fd = -1};
	struct str why = {0};
	enum err e = conf_load(a, path, &conf, &why);
	int status;

	if (e == OK)
		e = pidfile_open(a, conf.pid_file, &pid, &why);
	if (e == OK)
		e = listen_open(a, &conf, &l, &why);
	if (e == OK && (e = harden_process()) != OK)
		why = STR("the process could not be hardened");
	status = e == OK ? supervise(path, &conf, &l, &pid) : fail(why, e);
	listen_close(&l);
	pidfile_close(&pid);
	return status;
}

static int
supervise(const char *path, const struct conf *conf, const struct listener *l, struct pidfile *pid)
{
	struct service services[] = {
	    {"worker", count_or_default(conf->workers, WORKERS_PER_PROCESSOR, WORKERS_MAX), true,
		WORKER_BUSY_MS, worker_run},
	    {"janitor", 1, false, JANITOR_BUSY_MS, janitor_run},
	    {"mailer", 1, false, MAILER_BUSY_MS, mailer_run},
	};
	struct supervisor_params params = {
	    .services = services,
	    .service_count = ARRAY_SIZE(services),
	    .conf_path = path,
	    .conf = conf,
	    .hash_semaphore = make_hash_semaphore(conf, services[0].count),
	    .listen_fd = l->fd,
	    .pidfile = pid,
	    .limits = SUPERVISOR_LIMITS,
	};

	log_info("started", LOG_CSTR("version", COUNTERSIGN_VERSION),
	    LOG_INT("workers", services[0].count),
	    LOG_CSTR("listen", l->path != NULL ? l->path : "inherited"));
	return supervisor_run(&params);
}

static uint32_t
count_or_default(int64_t asked, int64_t per_processor, int64_t max)
{
	int64_t n = asked > 0 ? asked : per_processor * (int64_t)sysconf(_SC_NPROCESSORS_ONLN);

	if (n < 1)
		n = 1;
	return (uint32_t)(n < max ? n : max);
}

/*
 * Sign-ins may hold or wait for slots of the semaphore with up to two thirds of the workers, so
 * that a flood of them leaves workers for other requests.
 */
static struct hash_semaphore *
make_hash_semaphore(const struct conf *conf, uint32_t workers)
{
	uint32_t slots = count_or_default(conf->hash_lanes, 1, HASH_SEMAPHORE_MAX);
	uint32_t reserved = slots + (workers + 2) / 3;

	return hash_semaphore_new(slots, workers > reserved ? workers - reserved : 0);
}

static int
fail(struct str why, enum err e)
{
	fprintf(stderr, "countersignd: %.*s\n", STR_FMT(why));
	if (e == ERR_CONFIG)
		return EX_CONFIG;
	return e == ERR_CONFLICT ? EX_TEMPFAIL : EX_OSERR;
}

static int
test_conf(struct arena *a, const char *path)
{
	struct conf conf;
	struct keyring *keys = NULL;
	struct str why = {0};
	enum err e = conf_load(a, path, &conf, &why);

	if (e == OK)
		e = keyring_load(a, conf.keyring, &keys, &why);
	keyring_free(keys);
	if (e != OK)
		return fail(why, e);
	printf("%s: configuration and keyring are valid\n", path);
	return EX_OK;
}

static void
print_routes(struct arena *a)
{
	struct str text;

	model_setup();
	text = route_print_json(a);
	printf("%.*s\n", STR_FMT(text));
}

static void
print_version(void)
{
	puts("countersignd " COUNTERSIGN_VERSION);
	if (clock_is_movable())
		puts("test clock: yes");
}

static void
print_usage(FILE *out)
{
	fputs("usage: countersignd [-t] [-c FILE]\n"
	      "       countersignd --sample | --routes | --version | --help\n"
	      "\n"
	      "  -c, --config FILE  read this configuration file instead of\n"
	      "                     " COUNTERSIGN_SYSCONFDIR "/countersign.conf\n"
	      "  -t, --test         check the configuration and the keyring, and exit\n"
	      "      --sample       print a commented sample configuration\n"
	      "      --routes       print all routes and errors as JSON\n"
	      "      --version      print the version\n"
	      "      --help         print this help\n"
	      "\n"
	      "Runs in the foreground until SIGTERM; SIGHUP reloads the configuration.\n"
	      "See countersignd(8).\n",
	    out);
}
