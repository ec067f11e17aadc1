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

/* Groups of answered calls, which are one. */
typedef struct talk {
	swk__groups groups;
	swk__classes classes;
	unsigned measure;    /* that adds durations up */
	unsigned char class; /* of calls that it adds up, of those that have one */
} talk;

static void talk_open(talk *t)
{
	const uint32_t none[1] = { 0 };
	assert_true(swk__classes_make(&t->classes, &swk__report_calls.forms[0], 0));
	for (t->measure = 0; t->classes.members[t->measure].value != 0; t->measure++)
		assert_true(t->measure < t->classes.form->measure_count);
	const unsigned char *member = t->classes.members[t->measure].classes;
	while (!t->classes.given[0][*member])
		member++;
	t->class = *member;
	swk__groups_init(&t->groups, &s.mem, 0, t->classes.form->measure_count, 0);
	assert_int_equal(swk__groups_find(&t->groups, none), 0);
}

/* Tallies a block of calls of one duration, which is `value` in a coding. */
static void talk_tally(talk *t, uint32_t value, swk__raw coding)
{
	static const uint32_t numbers[SWK__BLOCK_ROWS];
	static swk__block block = { .count = SWK__BLOCK_ROWS };
	static swk__sorted sorted;
	const swk__labels labels = { .numbers = numbers };
	memset(sorted.classes, t->class, sizeof sorted.classes);
	for (unsigned row = 0; row < SWK__BLOCK_ROWS; row++)
		sorted.rooms[0][row] = value;
	sorted.raw[0] = sorted.rooms[0];
	sorted.coding[0] = coding;
	assert_true(swk__groups_tally(&t->groups, &t->classes, &block, &sorted, &labels));
}

static swk__i128 talk_sum(talk *t, unsigned measure)
{
	assert_true(swk__groups_flush(&t->groups, &t->classes));
	return swk__groups_sums(&t->groups, 0)[measure];
}

/* More rows than there is room for above their values in one number; the values are 0 and take none. */
static void test_rows_without_end_are_counted(void **state)
{
	(void)state;
	enum {
		BLOCKS = 9000
	};
	talk t;
	talk_open(&t);
	assert_true(t.classes.members[0].value < 0); /* what was made: a count */
	for (unsigned n = 0; n < BLOCKS; n++)
		talk_tally(&t, 0, (swk__raw){ 0, 1 });
	assert_true(talk_sum(&t, 0) == (swk__i128)BLOCKS * SWK__BLOCK_ROWS);
	assert_true(talk_sum(&t, t.measure) == 0);
	swk__groups_done(&t.groups);
}

/* Seconds, milliseconds, and milliseconds from a base on. */
static void test_values_of_unlike_codings_add_up(void **state)
{
	(void)state;
	talk t;
	talk_open(&t);
	talk_tally(&t, 2, (swk__raw){ 0, 1000000 });
	talk_tally(&t, 3, (swk__raw){ 0, 1000 });
	assert_true(talk_sum(&t, t.measure) == (swk__i128)2003000 * SWK__BLOCK_ROWS);
	talk_tally(&t, 4, (swk__raw){ 0, 1000 });
	talk_tally(&t, 5, (swk__raw){ 70, 1000 });
	assert_true(talk_sum(&t, t.measure) == (swk__i128)2012070 * SWK__BLOCK_ROWS);
	swk__groups_done(&t.groups);
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
		TEST(test_groups_come_out_by_key_with_their_own), TEST(test_without_dimensions_there_is_one_group),
		TEST(test_rows_without_end_are_counted),          TEST(test_values_of_unlike_codings_add_up),
		TEST(test_groups_without_memory_leave_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
