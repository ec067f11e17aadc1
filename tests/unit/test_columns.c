/* SPDX-License-Identifier: MIT */
#include "columns.h"
#include "sweep.h"

static swk__mem mem;

static int setup(void **state)
{
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(mem.used, 0);
	return 0;
}

static swk__layout layout_of(swk__table table)
{
	swk__layout layout;
	swk__layout_init(&layout, &swk__schemas[table], table >= SWK__TABLE_COUNT);
	return layout;
}

/* ------------------------------------------------------------------------------------------------ places */

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

static void test_segments_double_and_leave_no_row_out(void **state)
{
	(void)state;
	const struct {
		uint32_t row, at;
		unsigned segment;
	} rows[] = { { 0, 0, 0 },
		     { 63, 63, 0 },
		     { 64, 0, 1 },
		     { 191, 127, 1 },
		     { 192, 0, 2 },
		     { 64 * ((1u << 10) - 1), 0, 10 },
		     { UINT32_MAX - 64, (64u << 25) - 1, 25 },
		     { UINT32_MAX - 63, 0, 26 } };
	for (size_t i = 0; i < SWK__COUNT(rows); i++) {
		uint32_t at;
		assert_int_equal(swk__segment_of(rows[i].row, &at), rows[i].segment);
		assert_int_equal(at, rows[i].at);
	}
}

static void test_fields_of_a_row_do_not_overlap(void **state)
{
	(void)state;
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++) {
		swk__layout layout = layout_of((swk__table)t);
		unsigned end = 0;
		for (unsigned f = 0; f < layout.count; f++) {
			assert_int_equal(layout.offsets[f], end);
			end += layout.widths[f];
		}
		assert_int_equal(layout.row_bytes, end);
	}
}

/* ------------------------------------------------------------------------------------------------- cells */

static swk__part *part_with(swk__directory **directory, const swk__layout *layout, uint32_t rows)
{
	swk__part *part = swk__directory_own(&mem, directory, layout, 7, 1);
	for (uint32_t i = 0; i < rows; i++) {
		uint32_t row;
		assert_true(swk__part_append(part, &row));
		assert_int_equal(row, i);
	}
	return part;
}

static void test_cells_keep_what_was_set_in_every_segment(void **state)
{
	(void)state;
	const int64_t values[][5] = {
		{ SWK__NULL, 0, 1, 5, 1 },                      /* one byte: enums and bools */
		{ 0, 1, 77, UINT32_MAX - 64, UINT32_MAX },      /* four: texts, 0 is null */
		{ SWK__NULL, -1, 0, INT64_MAX, SWK__NULL + 1 }, /* eight: numbers */
	};
	const unsigned fields[] = { SWK__CALL_OUTCOME, SWK__CALL_REP, SWK__CALL_DURATION_S };
	swk__layout layout = layout_of(SWK__TABLE_CALL);
	swk__directory *directory = NULL;
	const uint32_t rows = 1000;
	swk__part *part = part_with(&directory, &layout, rows);
	for (uint32_t row = 0; row < rows; row++)
		for (unsigned f = 0; f < 3; f++)
			swk__columns_set(part->columns, fields[f], row, values[f][(row + f) % 5]);
	for (uint32_t row = 0; row < rows; row++)
		for (unsigned f = 0; f < 3; f++)
			assert_int_equal(swk__columns_get(part->columns, fields[f], row), values[f][(row + f) % 5]);
	swk__directory_release(directory);
}

static void test_a_run_ends_with_its_segment(void **state)
{
	(void)state;
	swk__layout layout = layout_of(SWK__TABLE_CALL);
	swk__directory *directory = NULL;
	swk__part *part = part_with(&directory, &layout, 200);
	uint32_t run;
	swk__columns_run(part->columns, 0, 0, &run);
	assert_int_equal(run, 64);
	swk__columns_run(part->columns, 0, 63, &run);
	assert_int_equal(run, 1);
	swk__columns_run(part->columns, 0, 64, &run);
	assert_int_equal(run, 128);
	swk__directory_release(directory);
}

/* ------------------------------------------------------------------------------------------------- parts */

static void test_marking_twice_counts_once(void **state)
{
	(void)state;
	swk__layout layout = layout_of(SWK__TABLE_REP);
	swk__directory *directory = NULL;
	swk__part *part = part_with(&directory, &layout, 70);
	swk__part_mark(part, 69, true);
	swk__part_mark(part, 69, true);
	assert_int_equal(part->live, 1);
	assert_true(swk__part_live(part, 69));
	assert_false(swk__part_live(part, 68));
	swk__part_mark(part, 69, false);
	swk__part_mark(part, 69, false);
	assert_int_equal(part->live, 0);
	swk__directory_release(directory);
}

/* What a reader holds stays as it was, whatever later transactions do. */
static void test_a_transaction_copies_what_readers_hold(void **state)
{
	(void)state;
	swk__layout layout = layout_of(SWK__TABLE_CALL);
	swk__directory *seen = NULL;
	swk__part *part = part_with(&seen, &layout, 64);
	swk__part_mark(part, 0, true);
	swk__directory *own = seen;
	atomic_fetch_add(&seen->references, 1);
	uint32_t row;
	swk__part *later = swk__directory_own(&mem, &own, &layout, 7, 2);
	assert_ptr_not_equal(own, seen);
	assert_ptr_not_equal(later, part);
	assert_ptr_equal(later->columns, part->columns);
	assert_true(swk__part_append(later, &row));
	swk__part_mark(later, row, true);
	swk__part_mark(later, 0, false);
	assert_int_equal(part->rows, 64);
	assert_int_equal(part->live, 1);
	assert_true(swk__part_live(part, 0));
	assert_ptr_equal(swk__directory_own(&mem, &own, &layout, 7, 2), later);
	swk__directory_release(own);
	swk__directory_release(seen);
}

static void test_a_directory_grows_to_both_sides(void **state)
{
	(void)state;
	swk__layout layout = layout_of(SWK__TABLE_CALL);
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
	swk__directory_release(directory);
}

/* ------------------------------------------------------------------------------------------------- pages */

static void test_pages_copy_what_readers_hold(void **state)
{
	(void)state;
	swk__pages *seen = NULL;
	assert_true(swk__pages_set(&mem, &seen, 3, 30, 1));
	assert_true(swk__pages_set(&mem, &seen, 5000, 50, 1));
	swk__pages *own = seen;
	atomic_fetch_add(&seen->references, 1);
	assert_true(swk__pages_set(&mem, &own, 3, 31, 2));
	assert_true(swk__pages_set(&mem, &own, 100000, 99, 2));
	assert_int_equal(swk__pages_get(seen, 3), 30);
	assert_int_equal(swk__pages_get(seen, 100000), 0);
	assert_int_equal(swk__pages_get(own, 3), 31);
	assert_int_equal(swk__pages_get(own, 4), 0);
	assert_int_equal(swk__pages_get(own, 5000), 50);
	assert_int_equal(swk__pages_get(own, 100000), 99);
	assert_int_equal(swk__pages_get(NULL, 0), 0);
	swk__pages_release(own);
	swk__pages_release(seen);
}

/* ------------------------------------------------------------------------------------------------ memory */

/* Two transactions on one table; the first one's state must outlive a failure of the second. */
static int grow(swk__mem *memory, void *context)
{
	(void)context;
	swk__layout layout = layout_of(SWK__TABLE_CALL);
	swk__table_state state = { 0 };
	uint32_t row = 0;
	bool done = true;
	for (uint64_t txn = 1; txn <= 2 && done; txn++) {
		for (int32_t week = 5; week > 2 && done; week--) {
			swk__part *part = swk__directory_own(memory, &state.directory, &layout, week, txn);
			done = part && swk__part_append(part, &row);
		}
		done = done && swk__pages_set(memory, &state.current, 600 * (uint32_t)txn, txn, txn);
	}
	if (!done && state.directory && swk__directory_part(state.directory, 5))
		assert_true(swk__directory_part(state.directory, 5)->rows <= 2);
	swk__state_release(&state);
	return done ? SWK_OK : SWK_ERR_MEMORY;
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
		TEST(test_segments_double_and_leave_no_row_out),
		TEST(test_fields_of_a_row_do_not_overlap),
		TEST(test_cells_keep_what_was_set_in_every_segment),
		TEST(test_a_run_ends_with_its_segment),
		TEST(test_marking_twice_counts_once),
		TEST(test_a_transaction_copies_what_readers_hold),
		TEST(test_a_directory_grows_to_both_sides),
		TEST(test_pages_copy_what_readers_hold),
		TEST(test_memory_may_fail_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
