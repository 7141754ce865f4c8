/* The semaphore of password hashes, used by several processes. */
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
map_shared(size_t n)
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
slots_held(const struct hash_semaphore *sem)
{
	int held = 0;

	for (size_t i = 0; i < HASH_SEMAPHORE_MAX; i++)
		held += sem->holder[i] != 0;
	return held;
}

/* Forks a child that acquires a slot in rounds; its exit status counts the refusals. */
static pid_t
fork_worker(struct hash_semaphore *sem, struct shared *s)
{
	pid_t child = fork();
	int missed = 0;

	assert_true(child >= 0);
	if (child > 0)
		return child;
	for (int i = 0; i < ROUNDS; i++) {
		int now;
		int most = atomic_load(&s->most);

		if (hash_semaphore_acquire(sem, 20000) != OK) {
			missed++;
			continue;
		}
		now = atomic_fetch_add(&s->inside, 1) + 1;
		while (now > most && !atomic_compare_exchange_weak(&s->most, &most, now))
			continue;
		sleep_ms(1);
		atomic_fetch_add(&s->served, 1);
		atomic_fetch_sub(&s->inside, 1);
		hash_semaphore_release(sem);
	}
	_exit(missed);
}

static void
never_more_holders_than_slots(void **state)
{
	(void)state;
	for (uint32_t count = 1; count <= 3; count++) {
		struct hash_semaphore *sem = hash_semaphore_new(count, PROCESSES);
		struct shared *s = map_shared(sizeof(*s));
		pid_t children[PROCESSES];

		for (int i = 0; i < PROCESSES; i++)
			children[i] = fork_worker(sem, s);
		for (int i = 0; i < PROCESSES; i++) {
			int status = -1;

			assert_int_equal(waitpid(children[i], &status, 0), children[i]);
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		}
		assert_int_equal(s->served, PROCESSES * ROUNDS);
		assert_in_range(s->most, 1, count);
		assert_int_equal(slots_held(sem), 0);
		munmap(s, sizeof(*s));
		munmap(sem, sizeof(*sem));
	}
}

/* Forks a child that acquires a slot and keeps it until it is killed. */
static pid_t
fork_holder(struct hash_semaphore *sem)
{
	int ready[2];
	char byte = 0;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (hash_semaphore_acquire(sem, 0) != OK || write(ready[1], "x", 1) != 1)
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
kill_child(pid_t child)
{
	int status;

	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
}

static void
the_slot_of_a_dead_holder_is_reclaimed(void **state)
{
	struct hash_semaphore *sem = hash_semaphore_new(2, PROCESSES);
	pid_t first = fork_holder(sem);
	pid_t second = fork_holder(sem);

	(void)state;
	assert_int_equal(slots_held(sem), 2);
	assert_int_equal(hash_semaphore_acquire(sem, 0), ERR_BUSY);
	kill_child(first);
	assert_int_equal(hash_semaphore_acquire(sem, 0), ERR_BUSY);
	hash_semaphore_reclaim(sem, first);
	assert_int_equal(slots_held(sem), 1);
	assert_int_equal(hash_semaphore_acquire(sem, 0), OK);
	assert_int_equal(slots_held(sem), 2);
	hash_semaphore_reclaim(sem, first); /* another process holds that slot now */
	assert_int_equal(slots_held(sem), 2);
	hash_semaphore_release(sem);
	hash_semaphore_release(sem);
	assert_int_equal(slots_held(sem), 1);
	kill_child(second);
	hash_semaphore_reclaim(sem, second);
	assert_int_equal(slots_held(sem), 0);
	munmap(sem, sizeof(*sem));
}

static void
waiting_times_out(void **state)
{
	struct hash_semaphore *sem = hash_semaphore_new(1, PROCESSES);
	pid_t child = fork_holder(sem);
	int64_t start = clock_mono_ms();

	(void)state;
	assert_int_equal(hash_semaphore_acquire(sem, 60), ERR_BUSY);
	assert_in_range(clock_mono_ms() - start, 60, 2000);
	kill_child(child);
	munmap(sem, sizeof(*sem));
}

static void
waiting_ends_when_a_slot_is_free(void **state)
{
	struct hash_semaphore *sem = hash_semaphore_new(1, PROCESSES);
	pid_t child = fork_holder(sem);
	pid_t freer;
	int status;

	(void)state;
	freer = fork();
	if (freer == 0) {
		sleep_ms(50);
		hash_semaphore_reclaim(sem, child);
		_exit(0);
	}
	assert_int_equal(hash_semaphore_acquire(sem, 20000), OK);
	hash_semaphore_release(sem);
	waitpid(freer, &status, 0);
	kill_child(child);
	munmap(sem, sizeof(*sem));
}

/* A worker may get the pid of one that died holding a slot, before the supervisor frees it. */
static void
a_slot_under_the_own_pid_is_acquired(void **state)
{
	struct hash_semaphore *sem = hash_semaphore_new(1, PROCESSES);

	(void)state;
	sem->holder[0] = getpid();
	assert_int_equal(hash_semaphore_acquire(sem, 0), OK);
	hash_semaphore_release(sem);
	assert_int_equal(slots_held(sem), 0);
	munmap(sem, sizeof(*sem));
}

static void
a_full_queue_refuses_at_once(void **state)
{
	struct hash_semaphore *sem = hash_semaphore_new(1, 1);
	pid_t others[2] = {getpid() + 1, getpid() + 2};
	int64_t before = clock_mono_ms();

	(void)state;
	atomic_store(&sem->holder[0], others[0]);
	assert_int_equal(hash_semaphore_acquire(sem, 30), ERR_BUSY);
	assert_true(clock_mono_ms() - before >= 30);
	atomic_store(&sem->waiter[0], others[1]);
	before = clock_mono_ms();
	assert_int_equal(hash_semaphore_acquire(sem, 60000), ERR_BUSY);
	assert_true(clock_mono_ms() - before < 30000);
	/* A process that died waiting does not keep its position in the queue. */
	hash_semaphore_reclaim(sem, others[1]);
	assert_int_equal(hash_semaphore_acquire(sem, 30), ERR_BUSY);
	hash_semaphore_reclaim(sem, others[0]);
	assert_int_equal(hash_semaphore_acquire(sem, 0), OK);
	assert_int_equal(atomic_load(&sem->waiter[0]), 0);
	munmap(sem, sizeof(*sem));
}

static void
make_semaphore(void *count)
{
	hash_semaphore_new(*(const uint32_t *)count, PROCESSES);
}

static void
impossible_sizes_end_the_process(void **state)
{
	uint32_t none = 0;
	uint32_t most = HASH_SEMAPHORE_MAX;
	uint32_t more = HASH_SEMAPHORE_MAX + 1;

	(void)state;
	assert_true(unit_aborts(make_semaphore, &none));
	assert_false(unit_aborts(make_semaphore, &most));
	assert_true(unit_aborts(make_semaphore, &more));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(never_more_holders_than_slots),
	    cmocka_unit_test(the_slot_of_a_dead_holder_is_reclaimed),
	    cmocka_unit_test(waiting_times_out),
	    cmocka_unit_test(waiting_ends_when_a_slot_is_free),
	    cmocka_unit_test(a_slot_under_the_own_pid_is_acquired),
	    cmocka_unit_test(a_full_queue_refuses_at_once),
	    cmocka_unit_test(impossible_sizes_end_the_process),
	};

	return cmocka_run_group_tests_name("crypto_hash_semaphore", tests, NULL, NULL);
}
