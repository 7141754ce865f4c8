/* countersignd: reads its arguments and configuration, and starts the pool. */
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

#define MAIN_ARENA_MAX ((size_t)1024 * 1024)
#define MAIN_WORKERS_PER_PROCESSOR 3
#define MAIN_WORKERS_MAX 256
#define MAIN_BUSY_WORKER_MS 10000
#define MAIN_BUSY_JANITOR_MS 60000
/* Above mail_timeout and the two statements around it. */
#define MAIN_BUSY_MAILER_MS 150000

enum main_mode {
	MODE_RUN,
	MODE_TEST,
	MODE_SAMPLE,
	MODE_ROUTES,
	MODE_VERSION,
	MODE_HELP,
	MODE_WRONG
};

struct main_args {
	enum main_mode mode;
	const char *conf_path;
};

static const struct option main_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"test", no_argument, NULL, 't'},
    {"sample", no_argument, NULL, 's'},
    {"routes", no_argument, NULL, 'r'},
    {"version", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void
main_usage(FILE *out)
{
	fputs("usage: countersignd [-t] [-c FILE]\n"
	      "       countersignd --sample | --routes | --version | --help\n"
	      "\n"
	      "  -c, --config FILE  read this configuration instead of\n"
	      "                     " COUNTERSIGN_SYSCONFDIR "/countersign.conf\n"
	      "  -t, --test         check configuration and keyring, and exit\n"
	      "      --sample       print a commented sample configuration\n"
	      "      --routes       print all routes and errors as JSON\n"
	      "      --version      print the version\n"
	      "      --help         print this\n"
	      "\n"
	      "Runs in the foreground until SIGTERM; SIGHUP reloads. See countersignd(8).\n",
	    out);
}

static struct main_args
main_read_args(int argc, char **argv)
{
	struct main_args args = {.mode = MODE_RUN,
	    .conf_path = COUNTERSIGN_SYSCONFDIR "/countersign.conf"};
	int c;

	while (args.mode != MODE_WRONG &&
	       (c = getopt_long(argc, argv, "c:t", main_options, NULL)) != -1) {
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
			args.mode = MODE_WRONG;
			break;
		}
	}
	if (optind < argc && args.mode != MODE_WRONG) {
		fprintf(stderr, "countersignd: unexpected argument: %s\n", argv[optind]);
		args.mode = MODE_WRONG;
	}
	return args;
}

static int
main_refuse(struct str why, enum err e)
{
	fprintf(stderr, "countersignd: %.*s\n", STR_FMT(why));
	if (e == ERR_CONFIG)
		return EX_CONFIG;
	return e == ERR_CONFLICT ? EX_TEMPFAIL : EX_OSERR;
}

static int
main_test(struct arena *a, const char *path)
{
	struct conf conf;
	struct keyring *keys = NULL;
	struct str why = {0};
	enum err e = conf_load(a, path, &conf, &why);

	if (e == OK)
		e = keyring_load(a, conf.keyring, &keys, &why);
	keyring_free(keys);
	if (e != OK)
		return main_refuse(why, e);
	printf("%s: configuration and keyring are good\n", path);
	return EX_OK;
}

static void
main_routes(struct arena *a)
{
	struct str text;

	model_setup();
	text = route_print_json(a);
	printf("%.*s\n", STR_FMT(text));
}

static void
main_version(void)
{
	puts("countersignd " COUNTERSIGN_VERSION);
	if (clock_is_movable())
		puts("test clock: yes");
}

/* Descriptors 0 to 2 are there, so that no socket or file of ours becomes one of them. */
static bool
main_has_stdio(void)
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

static uint32_t
main_count(int64_t asked, int64_t per_processor, int64_t max)
{
	int64_t n = asked > 0 ? asked : per_processor * (int64_t)sysconf(_SC_NPROCESSORS_ONLN);

	if (n < 1)
		n = 1;
	return (uint32_t)(n < max ? n : max);
}

/*
 * Sign-ins may hold the lanes and wait for them with most workers, but a third stays free, so
 * that a flood of them does not stop everything else.
 */
static struct hash_semaphore *
main_hash_semaphore(const struct conf *conf, uint32_t workers)
{
	uint32_t hash_semaphore = main_count(conf->hash_lanes, 1, HASH_SEMAPHORE_MAX);
	uint32_t taken = hash_semaphore + (workers + 2) / 3;

	return hash_semaphore_new(hash_semaphore, workers > taken ? workers - taken : 0);
}

static int
main_supervise(const char *path, const struct conf *conf, const struct listener *l,
    struct pidfile *pid)
{
	struct service services[] = {
	    {"worker", main_count(conf->workers, MAIN_WORKERS_PER_PROCESSOR, MAIN_WORKERS_MAX),
		true, MAIN_BUSY_WORKER_MS, worker_run},
	    {"janitor", 1, false, MAIN_BUSY_JANITOR_MS, janitor_run},
	    {"mailer", 1, false, MAIN_BUSY_MAILER_MS, mailer_run},
	};
	struct supervision s = {
	    .services = services,
	    .service_count = ARRAY_SIZE(services),
	    .conf_path = path,
	    .conf = conf,
	    .hash_semaphore = main_hash_semaphore(conf, services[0].count),
	    .listen_fd = l->fd,
	    .pidfile = pid,
	    .limits = SUPERVISOR_LIMITS,
	};

	log_info("started", LOG_CSTR("version", COUNTERSIGN_VERSION),
	    LOG_INT("workers", services[0].count),
	    LOG_CSTR("listen", l->path != NULL ? l->path : "inherited"));
	return supervisor_run(&s);
}

static int
main_run(struct arena *a, const char *path)
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
		why = STR("the process could not be confined");
	status = e == OK ? main_supervise(path, &conf, &l, &pid) : main_refuse(why, e);
	listen_close(&l);
	pidfile_close(&pid);
	return status;
}

int
main(int argc, char **argv)
{
	struct main_args args = main_read_args(argc, argv);
	struct arena *a = arena_new(MAIN_ARENA_MAX);
	int status = EX_OK;

	if (args.mode == MODE_RUN)
		status = main_has_stdio() ? main_run(a, args.conf_path) : EX_OSERR;
	else if (args.mode == MODE_TEST)
		status = main_test(a, args.conf_path);
	else if (args.mode == MODE_SAMPLE)
		conf_print_sample(stdout);
	else if (args.mode == MODE_ROUTES)
		main_routes(a);
	else if (args.mode == MODE_VERSION)
		main_version();
	else
		main_usage(args.mode == MODE_HELP ? stdout : stderr);
	if (args.mode == MODE_WRONG)
		status = EX_USAGE;
	arena_free(a);
	if (fflush(stdout) != 0)
		status = EX_IOERR;
	return status;
}
