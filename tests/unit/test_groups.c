/* SPDX-License-Identifier: MIT */
#include "groups.h"
#include "scene.h"

static scene s;
static swk__facts facts;

static int setup(void **state)
{
	(void)state;
	const swk__cut everything = { INT64_MAX, INT64_MAX, UINT64_MAX };
	scene_open(&s);
	return swk__facts_open(&facts, &s.history, s.history.published, everything, true, NULL, NULL, NULL);
}

static int teardown(void **state)
{
	(void)state;
	s.mem.fault = NULL;
	swk__facts_close(&facts);
	scene_close(&s);
	return 0;
}

static const swk__dimension by_clock[] = { SWK__DIMENSION_WEEKDAY, SWK__DIMENSION_HOUR };

static void observe(swk__groups *groups, uint32_t group, uint32_t list, int64_t value)
{
	swk__observed *observed = &groups->observed;
	observed->lists[observed->count] = group * groups->lists + list;
	observed->values[observed->count++] = value;
}

/* 7 * 24 groups in the order that `step` makes; each counts 1, and has two spans and a start. */
static int grid_build(unsigned step, swk__rollup **rollup)
{
	swk__groups groups;
	int code = SWK_OK;
	swk__groups_init(&groups, &s.mem, 2, 1, 2);
	for (unsigned n = 0; n < 168 && code == SWK_OK; n++) {
		unsigned cell = n * step % 168;
		const uint32_t key[] = { 1 + cell / 24, cell % 24 };
		uint32_t group = swk__groups_find(&groups, key);
		if (group == UINT32_MAX || !swk__groups_expect(&groups, 3)) {
			code = SWK_ERR_MEMORY;
			break;
		}
		observe(&groups, group, 0, 5 - (int64_t)step);
		observe(&groups, group, 1, cell);
		observe(&groups, group, 0, (int64_t)step - 5);
		swk__groups_sums(&groups, group)[0] += cell;
		groups.counted[group] = true;
	}
	if (code == SWK_OK)
		code = swk__groups_build(&groups, &facts, by_clock, rollup, NULL);
	swk__groups_done(&groups);
	return code;
}

static void test_groups_come_out_by_key_with_their_own(void **state)
{
	(void)state;
	const unsigned steps[] = { 1, 5, 25, 167 };
	for (size_t i = 0; i < SWK__COUNT(steps); i++) {
		swk__rollup *rollup = NULL;
		assert_int_equal(grid_build(steps[i], &rollup), SWK_OK);
		assert_int_equal(rollup->cells, 168);
		for (uint32_t cell = 0; cell < 168; cell++) {
			const char key[] = { (char)(2 + cell / 24), (char)(1 + cell % 24) };
			assert_memory_equal(swk__rollup_key(rollup, cell).bytes, key, 2);
			assert_true(swk__rollup_values(rollup, cell)[0] == cell);
			swk__rollup_list spans = swk__rollup_list_at(rollup, cell, 0);
			assert_int_equal(spans.count, 2);
			assert_true(spans.values[0] <= spans.values[1]);
			assert_int_equal(spans.values[0] + spans.values[1], 0);
			assert_int_equal(swk__rollup_list_at(rollup, cell, 1).count, 1);
			assert_int_equal(swk__rollup_list_at(rollup, cell, 1).values[0], cell);
		}
		swk__rollup_release(rollup);
	}
}

static void test_without_dimensions_there_is_one_group(void **state)
{
	(void)state;
	swk__groups groups;
	swk__rollup *rollup = NULL;
	const uint32_t none[1] = { 77 };
	swk__groups_init(&groups, &s.mem, 0, 1, 0);
	for (int i = 0; i < 3; i++) {
		uint32_t group = swk__groups_find(&groups, none);
		assert_int_equal(group, 0);
		swk__groups_sums(&groups, group)[0]++;
		groups.counted[group] = true;
	}
	assert_int_equal(swk__groups_build(&groups, &facts, NULL, &rollup, NULL), SWK_OK);
	assert_int_equal(rollup->cells, 1);
	assert_true(swk__rollup_values(rollup, 0)[0] == 3);
	swk__rollup_release(rollup);
	swk__groups_clear(&groups);
	assert_int_equal(swk__groups_build(&groups, &facts, NULL, &rollup, NULL), SWK_OK);
	assert_int_equal(rollup->cells, 0);
	swk__rollup_release(rollup);
	swk__groups_done(&groups);
}

static void test_groups_without_memory_leave_nothing(void **state)
{
	(void)state;
	uint64_t used = s.mem.used;
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		sweep hook = { 0 };
		do {
			swk__rollup *rollup = NULL;
			hook = (sweep){ .at = hook.at + 1, .for_ever = for_ever };
			s.mem.fault = sweep_hook;
			s.mem.fault_context = &hook;
			int code = grid_build(5, &rollup);
			s.mem.fault = NULL;
			assert_int_equal(code, sweep_hit(&hook) ? SWK_ERR_MEMORY : SWK_OK);
			swk__rollup_release(rollup);
			assert_int_equal(s.mem.used, used);
		} while (sweep_hit(&hook));
		assert_true(hook.at > 8);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_groups_come_out_by_key_with_their_own),
		TEST(test_without_dimensions_there_is_one_group),
		TEST(test_groups_without_memory_leave_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
