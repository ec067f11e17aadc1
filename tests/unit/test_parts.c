/* SPDX-License-Identifier: MIT */
#include "parts.h"
#include "sweep.h"

static swk__mem mem;
static swk__layout layout;

static int setup(void **state)
{
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	layout = swk__layout_of(SWK__TABLE_CALL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(mem.used, 0);
	return 0;
}

static void test_a_place_keeps_week_and_row(void **state)
{
	(void)state;
	const struct {
		int32_t week;
		uint32_t row;
	} places[] = { { 0, 0 }, { 0, UINT32_MAX }, { 12001, 77 }, { INT32_MAX - 1, 1 } };
	for (size_t i = 0; i < SWK__COUNT(places); i++) {
		swk__place place = swk__place_make(places[i].week, places[i].row);
		assert_int_not_equal(place, 0);
		assert_int_equal(swk__place_week(place), places[i].week);
		assert_int_equal(swk__place_row(place), places[i].row);
	}
}

/* Appends rows of calls without anything but an id to a week; NULL when memory failed. */
static swk__part *rows_add(swk__mem *memory, swk__table_state *state, int32_t week, uint32_t count, uint64_t txn)
{
	const int64_t id = 1, null = SWK__NULL, none = 0;
	uint32_t picked[300] = { 0 };
	swk__fresh fresh = { .picked = picked, .count = count };
	for (unsigned f = 0; f < layout.count; f++)
		fresh.values[f] = f == SWK__FIELD_ID                                                   ? &id
		                  : f == SWK__CALL_LEAD || f == SWK__CALL_REP || f >= layout.count - 1 ? &none
		                                                                                       : &null;
	swk__part *part = swk__directory_own(memory, &state->directory, &layout, week, txn);
	if (!part || !swk__state_begin(memory, state) || !swk__state_reserve(memory, state, part, week, count) ||
	    !swk__part_commits(part, part->rows, txn, txn % 2) || !swk__part_append(part, &fresh))
		return NULL;
	return part;
}

/* ------------------------------------------------------------------------------------------------- parts */

static void test_marking_twice_counts_once(void **state)
{
	(void)state;
	swk__table_state table = { 0 };
	swk__part *part = rows_add(&mem, &table, 7, 70, 1);
	swk__part_mark(part, 69, true);
	swk__part_mark(part, 69, true);
	assert_int_equal(part->live, 1);
	assert_true(swk__part_live(part, 69));
	assert_false(swk__part_live(part, 68));
	swk__part_mark(part, 69, false);
	swk__part_mark(part, 69, false);
	assert_int_equal(part->live, 0);
	swk__state_release(&table);
}

/* What a reader holds stays as it was, whatever later transactions do. */
static void test_a_transaction_copies_what_readers_hold(void **state)
{
	(void)state;
	swk__table_state own = { 0 };
	swk__part *part = rows_add(&mem, &own, 7, 64, 1);
	swk__part_mark(part, 0, true);
	swk__table_state seen = own;
	swk__state_retain(&seen);
	swk__part *later = rows_add(&mem, &own, 7, 1, 2);
	assert_ptr_not_equal(own.directory, seen.directory);
	assert_ptr_not_equal(later, part);
	assert_ptr_equal(later->columns, part->columns);
	swk__part_mark(later, 64, true);
	swk__part_mark(later, 0, false);
	assert_int_equal(part->rows, 64);
	assert_int_equal(part->live, 1);
	assert_true(swk__part_live(part, 0));
	assert_ptr_equal(swk__directory_own(&mem, &own.directory, &layout, 7, 2), later);
	swk__state_release(&own);
	swk__state_release(&seen);
}

static void test_commits_are_told_by_row(void **state)
{
	(void)state;
	swk__table_state table = { 0 };
	for (uint64_t txn = 1; txn <= 20; txn++)
		assert_non_null(rows_add(&mem, &table, 7, (uint32_t)txn % 3 + 1, txn / 2));
	const swk__part *part = swk__directory_part(table.directory, 7);
	uint32_t row = 0;
	for (uint64_t txn = 1; txn <= 20; txn++) {
		for (uint32_t i = 0; i < (uint32_t)txn % 3 + 1; i++, row++) {
			assert_int_equal(swk__part_commit(part, row)->commit, txn / 2);
			assert_int_equal(swk__part_commit(part, row)->stamped, txn / 2 % 2);
		}
	}
	assert_int_equal(row, part->rows);
	assert_int_equal(part->commit_count, 11);
	swk__state_release(&table);
}

static void test_a_directory_grows_to_both_sides(void **state)
{
	(void)state;
	swk__directory *directory = NULL;
	swk__part *middle = swk__directory_own(&mem, &directory, &layout, 100, 1);
	swk__part *early = swk__directory_own(&mem, &directory, &layout, 98, 1);
	swk__part *late = swk__directory_own(&mem, &directory, &layout, 103, 1);
	assert_ptr_equal(swk__directory_part(directory, 98), early);
	assert_ptr_equal(swk__directory_part(directory, 100), middle);
	assert_ptr_equal(swk__directory_part(directory, 103), late);
	const int32_t holes[] = { 97, 99, 101, 104, INT32_MIN, INT32_MAX };
	for (size_t i = 0; i < SWK__COUNT(holes); i++)
		assert_null(swk__directory_part(directory, holes[i]));
	assert_null(swk__directory_part(NULL, 0));
	for (int32_t week = 200; week >= 0; week--)
		assert_non_null(swk__directory_own(&mem, &directory, &layout, week, 1));
	for (int32_t week = 201; week < 400; week++)
		assert_non_null(swk__directory_own(&mem, &directory, &layout, week, 1));
	for (int32_t week = 0; week < 400; week++)
		assert_non_null(swk__directory_part(directory, week));
	assert_ptr_equal(swk__directory_part(directory, 100), middle);
	swk__directory_release(directory);
}

/* ----------------------------------------------------------------------------------------- handles, pages */

static void test_handles_lead_back_to_places(void **state)
{
	(void)state;
	swk__table_state table = { 0 };
	for (uint64_t txn = 1; txn <= 60; txn++)
		for (int32_t week = 5; week > 2; week--)
			assert_non_null(rows_add(&mem, &table, week, (uint32_t)(txn * (uint64_t)week) % 300 + 1, txn));
	for (int32_t week = 5; week > 2; week--) {
		const swk__part *part = swk__directory_part(table.directory, week);
		for (uint32_t row = 0; row < part->rows; row++) {
			uint32_t handle = swk__columns_handle(part->columns, row);
			assert_true(handle >= 64 && handle / 64 < table.block_count);
			assert_true(swk__blocks_get(table.blocks, handle) == swk__place_make(week, row));
		}
	}
	swk__state_release(&table);
}

/* A transaction that is rolled back leaves a segment behind whose handles others may get. */
static void test_handles_taken_back_are_given_again(void **state)
{
	(void)state;
	swk__table_state table = { 0 };
	assert_non_null(rows_add(&mem, &table, 7, 60, 1));
	swk__table_state failed = table;
	swk__state_retain(&failed);
	assert_non_null(rows_add(&mem, &failed, 7, 10, 2));
	swk__state_release(&failed);
	const swk__part *other = rows_add(&mem, &table, 8, 10, 3);
	const swk__part *part = rows_add(&mem, &table, 7, 10, 3);
	for (uint32_t row = 0; row < part->rows; row++)
		assert_true(swk__blocks_get(table.blocks, swk__columns_handle(part->columns, row)) ==
		            swk__place_make(7, row));
	for (uint32_t row = 0; row < other->rows; row++)
		assert_true(swk__blocks_get(table.blocks, swk__columns_handle(other->columns, row)) ==
		            swk__place_make(8, row));
	swk__state_release(&table);
}

static void page_set(swk__pages **pages, uint32_t entity, uint32_t handle, uint64_t txn)
{
	uint32_t *at = swk__pages_own(&mem, pages, NULL, entity, txn);
	assert_non_null(at);
	*at = handle;
	assert_ptr_equal(swk__pages_at(*pages, entity), at);
}

static void test_pages_copy_what_readers_hold(void **state)
{
	(void)state;
	swk__pages *seen = NULL;
	page_set(&seen, 3, 30, 1);
	page_set(&seen, 5000, 50, 1);
	swk__pages *own = swk__pages_retain(seen);
	page_set(&own, 3, 31, 2);
	page_set(&own, 10000000, 99, 2);
	assert_int_equal(swk__pages_handle(seen, 3), 30);
	assert_int_equal(swk__pages_handle(seen, 10000000), 0);
	assert_int_equal(swk__pages_handle(own, 3), 31);
	assert_int_equal(swk__pages_handle(own, 4), 0);
	assert_int_equal(swk__pages_handle(own, 5000), 50);
	assert_int_equal(swk__pages_handle(own, 10000000), 99);
	assert_int_equal(swk__pages_handle(NULL, 0), 0);
	swk__pages_release(own);
	swk__pages_release(seen);
}

/* ------------------------------------------------------------------------------------------------ memory */

/* Two transactions on one table; the first one's state must outlive a failure of the second. */
static int grow(swk__mem *memory, void *context)
{
	(void)context;
	swk__table_state state = { 0 };
	bool done = true;
	for (uint64_t txn = 1; txn <= 2 && done; txn++) {
		for (int32_t week = 5; week > 2 && done; week--)
			done = rows_add(memory, &state, week, 1, txn) != NULL;
		done = done && swk__pages_own(memory, &state.current, state.blocks, 600 * (uint32_t)txn, txn);
	}
	if (!done && state.directory && swk__directory_part(state.directory, 5))
		assert_true(swk__directory_part(state.directory, 5)->rows <= 2);
	swk__state_release(&state);
	return done ? SWK_OK : SWK_ERR_MEMORY;
}

/* As if all were given: the last segment of blocks ends before 2^32 - 4096. */
static void test_handles_run_out(void **state)
{
	(void)state;
	swk__table_state table = { 0 };
	assert_non_null(rows_add(&mem, &table, 7, 1, 1));
	const uint32_t before = table.block_count;
	table.block_count = SWK__BLOCKS_MAX;
	assert_null(rows_add(&mem, &table, 8, 1, 2));
	assert_int_equal(table.block_count, SWK__BLOCKS_MAX);
	table.block_count = before;
	assert_non_null(rows_add(&mem, &table, 9, 1, 3));
	swk__state_release(&table);
}

static void test_memory_may_fail_anywhere(void **state)
{
	(void)state;
	assert_true(sweep_run(grow, NULL) > 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_place_keeps_week_and_row),
		TEST(test_marking_twice_counts_once),
		TEST(test_a_transaction_copies_what_readers_hold),
		TEST(test_commits_are_told_by_row),
		TEST(test_a_directory_grows_to_both_sides),
		TEST(test_handles_lead_back_to_places),
		TEST(test_handles_taken_back_are_given_again),
		TEST(test_handles_run_out),
		TEST(test_pages_copy_what_readers_hold),
		TEST(test_memory_may_fail_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
