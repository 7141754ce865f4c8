/* The hashing lanes, with real processes. */
#include "unit.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <time.h>

#include "base/clock.h"
#include "crypto/hash_semaphore.h"

#define PROCESSES 6
#define ROUNDS 20

struct shared {
	atomic_int inside;
	atomic_int most;
	atomic_int served;
};

static void *
share(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(p, MAP_FAILED);
	return p;
}

static void
sleep_ms(long ms)
{
	const struct timespec t = {.tv_nsec = ms * 1000000};

	nanosleep(&t, NULL);
}

static int
lanes_taken(const struct hash_semaphore *l)
{
	int taken = 0;

	for (size_t i = 0; i < LANES_MAX; i++)
		taken += l->holder[i] != 0;
	return taken;
}

/* A child that works in the lanes; its exit status is the number of rounds it was not served. */
static pid_t
worker(struct hash_semaphore *l, struct shared *s)
{
	pid_t child = fork();
	int missed = 0;

	assert_true(child >= 0);
	if (child > 0)
		return child;
	for (int i = 0; i < ROUNDS; i++) {
		int now;
		int most = atomic_load(&s->most);

		if (hash_semaphore_acquire(l, 20000) != OK) {
			missed++;
			continue;
		}
		now = atomic_fetch_add(&s->inside, 1) + 1;
		while (now > most && !atomic_compare_exchange_weak(&s->most, &most, now))
			continue;
		sleep_ms(1);
		atomic_fetch_add(&s->served, 1);
		atomic_fetch_sub(&s->inside, 1);
		hash_semaphore_release(l);
	}
	_exit(missed);
}

static void
never_more_than_there_are_lanes(void **state)
{
	(void)state;
	for (uint32_t count = 1; count <= 3; count++) {
		struct hash_semaphore *l = hash_semaphore_new(count, PROCESSES);
		struct shared *s = share(sizeof(*s));
		pid_t children[PROCESSES];

		for (int i = 0; i < PROCESSES; i++)
			children[i] = worker(l, s);
		for (int i = 0; i < PROCESSES; i++) {
			int status = -1;

			assert_int_equal(waitpid(children[i], &status, 0), children[i]);
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		}
		assert_int_equal(s->served, PROCESSES * ROUNDS);
		assert_in_range(s->most, 1, count);
		assert_int_equal(lanes_taken(l), 0);
		munmap(s, sizeof(*s));
		munmap(l, sizeof(*l));
	}
}

/* A child that takes a lane and keeps it until it is killed. */
static pid_t
holder(struct hash_semaphore *l)
{
	int ready[2];
	char byte = 0;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (hash_semaphore_acquire(l, 0) != OK || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return child;
}

static void
end(pid_t child)
{
	int status;

	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
}

static void
a_dead_holder_is_released(void **state)
{
	struct hash_semaphore *l = hash_semaphore_new(2, PROCESSES);
	pid_t first = holder(l);
	pid_t second = holder(l);

	(void)state;
	assert_int_equal(lanes_taken(l), 2);
	assert_int_equal(hash_semaphore_acquire(l, 0), ERR_BUSY);
	end(first);
	assert_int_equal(hash_semaphore_acquire(l, 0), ERR_BUSY);
	hash_semaphore_reclaim(l, first);
	assert_int_equal(lanes_taken(l), 1);
	assert_int_equal(hash_semaphore_acquire(l, 0), OK);
	assert_int_equal(lanes_taken(l), 2);
	hash_semaphore_reclaim(l, first); /* the lane is another's by now */
	assert_int_equal(lanes_taken(l), 2);
	hash_semaphore_release(l);
	hash_semaphore_release(l);
	assert_int_equal(lanes_taken(l), 1);
	end(second);
	hash_semaphore_reclaim(l, second);
	assert_int_equal(lanes_taken(l), 0);
	munmap(l, sizeof(*l));
}

static void
waiting_has_an_end(void **state)
{
	struct hash_semaphore *l = hash_semaphore_new(1, PROCESSES);
	pid_t child = holder(l);
	int64_t start = clock_mono_ms();

	(void)state;
	assert_int_equal(hash_semaphore_acquire(l, 60), ERR_BUSY);
	assert_in_range(clock_mono_ms() - start, 60, 2000);
	end(child);
	munmap(l, sizeof(*l));
}

static void
waiting_ends_when_a_lane_is_free(void **state)
{
	struct hash_semaphore *l = hash_semaphore_new(1, PROCESSES);
	pid_t child = holder(l);
	pid_t freer;
	int status;

	(void)state;
	freer = fork();
	if (freer == 0) {
		sleep_ms(50);
		hash_semaphore_reclaim(l, child);
		_exit(0);
	}
	assert_int_equal(hash_semaphore_acquire(l, 20000), OK);
	hash_semaphore_release(l);
	waitpid(freer, &status, 0);
	end(child);
	munmap(l, sizeof(*l));
}

/* A worker may get the pid of one that died in its lane, before the supervisor has freed it. */
static void
a_lane_under_the_own_pid_is_taken_over(void **state)
{
	struct hash_semaphore *l = hash_semaphore_new(1, PROCESSES);

	(void)state;
	l->holder[0] = getpid();
	assert_int_equal(hash_semaphore_acquire(l, 0), OK);
	hash_semaphore_release(l);
	assert_int_equal(lanes_taken(l), 0);
	munmap(l, sizeof(*l));
}

static void
whoever_finds_the_queue_full_is_sent_away_at_once(void **state)
{
	struct hash_semaphore *l = hash_semaphore_new(1, 1);
	pid_t others[2] = {getpid() + 1, getpid() + 2};
	int64_t before = clock_mono_ms();

	(void)state;
	atomic_store(&l->holder[0], others[0]);
	assert_int_equal(hash_semaphore_acquire(l, 30), ERR_BUSY);
	assert_true(clock_mono_ms() - before >= 30);
	atomic_store(&l->waiter[0], others[1]);
	before = clock_mono_ms();
	assert_int_equal(hash_semaphore_acquire(l, 60000), ERR_BUSY);
	assert_true(clock_mono_ms() - before < 30000);
	/* one who died waiting does not keep the place */
	hash_semaphore_reclaim(l, others[1]);
	assert_int_equal(hash_semaphore_acquire(l, 30), ERR_BUSY);
	hash_semaphore_reclaim(l, others[0]);
	assert_int_equal(hash_semaphore_acquire(l, 0), OK);
	assert_int_equal(atomic_load(&l->waiter[0]), 0);
	munmap(l, sizeof(*l));
}

static void
make_lanes(void *count)
{
	hash_semaphore_new(*(const uint32_t *)count, PROCESSES);
}

static void
impossible_counts_end_the_process(void **state)
{
	uint32_t none = 0;
	uint32_t most = LANES_MAX;
	uint32_t more = LANES_MAX + 1;

	(void)state;
	assert_true(unit_aborts(make_lanes, &none));
	assert_false(unit_aborts(make_lanes, &most));
	assert_true(unit_aborts(make_lanes, &more));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(never_more_than_there_are_lanes),
	    cmocka_unit_test(a_dead_holder_is_released),
	    cmocka_unit_test(waiting_has_an_end),
	    cmocka_unit_test(waiting_ends_when_a_lane_is_free),
	    cmocka_unit_test(a_lane_under_the_own_pid_is_taken_over),
	    cmocka_unit_test(whoever_finds_the_queue_full_is_sent_away_at_once),
	    cmocka_unit_test(impossible_counts_end_the_process),
	};

	return cmocka_run_group_tests_name("crypto_lane", tests, NULL, NULL);
}
