/* SPDX-License-Identifier: MIT */
#include "sweep.h"
#include "versions.h"

#define HANDLES 5000

/* A few handles share each hash, and hashes lie close together. */
static uint32_t hash_of(uint32_t handle)
{
	return handle % 700 * 3;
}

/* How often a handle is found. */
static unsigned found(const swk__versions *versions, uint32_t handle)
{
	unsigned count = 0;
	size_t step = 0;
	for (uint32_t next; (next = swk__versions_next(versions, hash_of(handle), &step));)
		count += next == handle;
	return count;
}

static void test_what_was_added_is_found(void **state)
{
	(void)state;
	swk__mem mem;
	swk__versions versions;
	swk__mem_init(&mem, NULL, 0);
	swk__versions_init(&versions, &mem);
	assert_int_equal(found(&versions, 64), 0);
	for (uint32_t handle = 64; handle < HANDLES; handle += 3)
		assert_true(swk__versions_add(&versions, hash_of(handle), handle));
	swk__versions_keep(&versions);
	for (unsigned round = 0; round < 3; round++) {
		for (uint32_t handle = 64; handle < HANDLES; handle++)
			assert_int_equal(found(&versions, handle), (handle - 64) % 3 == 0);
		for (uint32_t handle = 65; handle < HANDLES; handle += 3)
			assert_true(swk__versions_add(&versions, hash_of(handle), handle));
		for (uint32_t handle = 64; handle < HANDLES; handle++)
			assert_int_equal(found(&versions, handle), (handle - 64) % 3 != 2);
		swk__versions_rollback(&versions);
	}
	swk__versions_done(&versions);
	assert_int_equal(mem.used, 0);
}

/* Transactions that fail again and again take no more room than one. */
static void test_what_was_taken_out_makes_room(void **state)
{
	(void)state;
	swk__mem mem;
	swk__versions versions;
	swk__mem_init(&mem, NULL, 0);
	swk__versions_init(&versions, &mem);
	for (unsigned round = 0; round < 100; round++) {
		for (uint32_t handle = 64; handle < 1064; handle++)
			assert_true(swk__versions_add(&versions, hash_of(handle), handle));
		swk__versions_rollback(&versions);
	}
	assert_true(versions.capacity <= 8192);
	assert_int_equal(found(&versions, 64), 0);
	swk__versions_done(&versions);
}

static int grow(swk__mem *memory, void *context)
{
	(void)context;
	swk__versions versions;
	bool done = true;
	swk__versions_init(&versions, memory);
	for (uint32_t handle = 64; handle < 200 && done; handle++) {
		done = swk__versions_add(&versions, hash_of(handle), handle);
		assert_int_equal(found(&versions, handle), done);
	}
	if (!done)
		swk__versions_rollback(&versions);
	for (uint32_t handle = 64; handle < 200; handle++)
		assert_int_equal(found(&versions, handle), done);
	swk__versions_done(&versions);
	return done ? SWK_OK : SWK_ERR_MEMORY;
}

static void test_memory_may_fail_anywhere(void **state)
{
	(void)state;
	assert_true(sweep_run(grow, NULL) > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_added_is_found),
		cmocka_unit_test(test_what_was_taken_out_makes_room),
		cmocka_unit_test(test_memory_may_fail_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
