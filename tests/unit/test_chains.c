/* SPDX-License-Identifier: MIT */
#include "chains.h"
#include "sweep.h"

#define HANDLES 5000

static void test_what_was_set_is_found(void **state)
{
	(void)state;
	swk__mem mem;
	swk__chains chains;
	swk__mem_init(&mem, NULL, 0);
	swk__chains_init(&chains, &mem);
	assert_int_equal(swk__chains_get(&chains, 64), 0);
	for (uint32_t handle = 64; handle < HANDLES; handle += 3)
		assert_true(swk__chains_set(&chains, handle, handle + 1));
	swk__chains_keep(&chains);
	for (uint32_t handle = 64; handle < HANDLES; handle++)
		assert_int_equal(swk__chains_get(&chains, handle), (handle - 64) % 3 ? 0 : handle + 1);
	for (uint32_t handle = 64; handle < HANDLES; handle += 2) {
		assert_true(swk__chains_set(&chains, handle, 7));
		assert_true(swk__chains_set(&chains, handle, 9));
	}
	assert_int_equal(swk__chains_get(&chains, 66), 9);
	swk__chains_rollback(&chains);
	for (uint32_t handle = 64; handle < HANDLES; handle++)
		assert_int_equal(swk__chains_get(&chains, handle), (handle - 64) % 3 ? 0 : handle + 1);
	swk__chains_done(&chains);
	assert_int_equal(mem.used, 0);
}

/* As if 2^30 handles were in: of twice as many slots 2^32 come, which 32 bits do not count. */
static void test_slots_are_not_counted_by_32_bits(void **state)
{
	(void)state;
	swk__mem mem;
	swk__chains chains;
	swk__mem_init(&mem, NULL, 1 << 20);
	swk__chains_init(&chains, &mem);
	assert_true(swk__chains_set(&chains, 64, 7));
	const swk__chains before = chains;
	chains.count = UINT32_C(1) << 30;
	chains.capacity = UINT32_C(1) << 31;
	assert_false(swk__chains_set(&chains, 65, 8));
	chains.count = before.count;
	chains.capacity = before.capacity;
	assert_int_equal(swk__chains_get(&chains, 64), 7);
	assert_int_equal(swk__chains_get(&chains, 65), 0);
	swk__chains_done(&chains);
	assert_int_equal(mem.used, 0);
}

static int grow(swk__mem *memory, void *context)
{
	(void)context;
	swk__chains chains;
	bool done = true;
	swk__chains_init(&chains, memory);
	for (uint32_t handle = 64; handle < 200 && done; handle++) {
		done = swk__chains_set(&chains, handle, 1);
		assert_int_equal(swk__chains_get(&chains, handle), done);
	}
	if (!done)
		swk__chains_rollback(&chains);
	for (uint32_t handle = 64; handle < 200; handle++)
		assert_int_equal(swk__chains_get(&chains, handle), done);
	swk__chains_done(&chains);
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
		cmocka_unit_test(test_what_was_set_is_found),
		cmocka_unit_test(test_slots_are_not_counted_by_32_bits),
		cmocka_unit_test(test_memory_may_fail_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
