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

/* ---------------------------------------------------------------------------------------------- segments */

static void test_segments_come_four_of_a_size_and_leave_no_row_out(void **state)
{
	(void)state;
	const struct {
		uint32_t row, at, size;
		unsigned segment;
	} rows[] = { { 0, 0, 64, 0 },
		     { 63, 63, 64, 0 },
		     { 64, 0, 64, 1 },
		     { 255, 63, 64, 3 },
		     { 256, 0, 128, 4 },
		     { 767, 127, 128, 7 },
		     { 768, 0, 256, 8 },
		     { 256 * ((1u << 10) - 1), 0, 65536, 40 },
		     { UINT32_MAX - 256, (64u << 23) - 1, 64u << 23, 95 },
		     { UINT32_MAX - 255, 0, 64u << 24, 96 } };
	for (size_t i = 0; i < SWK__COUNT(rows); i++) {
		uint32_t at, size;
		assert_int_equal(swk__segment_of(rows[i].row, &at, &size), rows[i].segment);
		assert_int_equal(at, rows[i].at);
		assert_int_equal(size, rows[i].size);
		assert_int_equal(swk__columns_together(rows[i].row), size - at);
	}
	uint32_t at, size, segment = 0, place = 0;
	for (uint32_t row = 0; row < 100000; row++, place++) {
		unsigned now = swk__segment_of(row, &at, &size);
		if (now != segment) {
			assert_int_equal(now, segment + 1);
			segment = now;
			place = 0;
		}
		assert_int_equal(at, place);
		assert_true(at < size);
	}
}

static void test_a_layout_has_a_field_for_every_link(void **state)
{
	(void)state;
	assert_int_equal(swk__layout_of(SWK__TABLE_REP).count, swk__schemas[SWK__TABLE_REP].count);
	assert_int_equal(swk__layout_of(SWK__TABLE_CALL).count, swk__schemas[SWK__TABLE_CALL].count + 1);
	assert_int_equal(swk__layout_of(SWK__TABLE_MEETING).count, swk__schemas[SWK__TABLE_MEETING].count + 2);
	assert_int_equal(swk__layout_of(SWK__FACT_SCORE).count, swk__schemas[SWK__FACT_SCORE].count);
	for (unsigned t = 0; t < SWK__STATE_COUNT; t++)
		assert_true(swk__layout_of((swk__table)t).count <= SWK__CELLS_MAX);
}

/* ------------------------------------------------------------------------------------------------- cells */

#define ROWS 3000

/* Rows of calls of which one field is looked at. */
typedef struct table {
	swk__layout layout;
	swk__columns *columns;
	uint32_t rows;
	int64_t values[SWK__CELLS_MAX][ROWS];
} table;

static table t;

static void table_begin(swk__mem *memory)
{
	t.layout = swk__layout_of(SWK__TABLE_CALL);
	t.columns = swk__columns_create(memory, &t.layout);
	t.rows = 0;
	for (unsigned f = 0; f < t.layout.count; f++)
		for (uint32_t i = 0; i < ROWS; i++)
			t.values[f][i] = f == SWK__FIELD_ID ? i + 1
			                 : f == SWK__CALL_LEAD || f == SWK__CALL_REP || f >= t.layout.schema->count
			                         ? 0
			                         : SWK__NULL;
}

/* Appends the next `count` rows; what failed leaves the rows as they were. */
static bool table_append(uint32_t count)
{
	swk__fresh fresh = { .count = count };
	for (unsigned f = 0; f < t.layout.count; f++)
		fresh.values[f] = t.values[f] + t.rows;
	for (uint32_t row = t.rows; row < t.rows + count; row++)
		if (!swk__columns_reserve(t.columns, row))
			return false;
	if (!swk__columns_write(&t.columns, t.rows, &fresh))
		return false;
	t.rows += count;
	return true;
}

static void table_check(void)
{
	for (unsigned f = 0; f < t.layout.count; f++) {
		for (uint32_t row = 0; row < t.rows; row++)
			assert_int_equal(swk__columns_get(t.columns, f, row), t.values[f][row]);
	}
}

static uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

#define WEEK INT64_C(604800000000)

/* A field, what its first values are like and what comes then, the width that these need. */
static const struct {
	unsigned field;
	int64_t low, span, unit; /* values: low + unit times up to span */
	unsigned nulls;          /* one in so many is null; 0: none */
	unsigned width;
} shapes[] = {
	{ SWK__CALL_OUTCOME, 0, 5, 1, 9, 1 },
	{ SWK__CALL_POSITIVE, 1, 0, 1, 0, 0 },
	{ SWK__CALL_POSITIVE, 1, 0, 1, 2, 1 },
	{ SWK__CALL_REP, 0, 255, 1, 0, 1 },
	{ SWK__CALL_REP, 0, 256, 1, 0, 2 },
	{ SWK__CALL_LEAD, 7, 65536, 1, 3, 4 },
	{ SWK__CALL_LEAD, UINT32_MAX - 9, 9, 1, 3, 4 },
	{ SWK__FIELD_RECORDED_AT, 1700000000000000, 66000, 1000000, 0, 4 },
	{ SWK__FIELD_RECORDED_AT, 1700000000000000, 60000, 1000, 7, 2 },
	{ SWK__FIELD_RECORDED_AT, 1700000000000001, UINT32_MAX - 10, 1, 7, 4 },
	{ SWK__FIELD_RECORDED_AT, 1700000000000001, INT64_C(1) << 40, 1, 7, 8 },
	{ SWK__CALL_AT, 1700000000000000, 0, 1, 0, 4 },
	{ SWK__CALL_AT, 1700000000000000, WEEK / 1000 - 1, 1000, 0, 4 },
	{ SWK__CALL_AT, 1700000000000000, WEEK - 1, 1, 0, 8 },
	{ SWK__CALL_DURATION_S, 0, 254, 1000000, 5, 1 },
	{ SWK__CALL_DURATION_S, 0, 65534, 1000000, 5, 2 },
	{ SWK__CALL_DURATION_S, 0, 65536, 1000000, 5, 4 },
	{ SWK__CALL_DURATION_S, 0, 99, 10000, 5, 1 },
	{ SWK__CALL_DURATION_S, -100, 200, 100, 5, 1 },
	{ SWK__CALL_DURATION_S, -10000000000, 1, 100, 5, 1 },
	{ SWK__CALL_DURATION_S, INT64_MIN + 1, 1, INT64_MAX, 5, 8 },
};

static void shape_fill(size_t shape, uint32_t from, uint32_t end, uint64_t *seed)
{
	for (uint32_t i = from; i < end; i++) {
		int64_t times = (int64_t)(random_next(seed) % (uint64_t)(shapes[shape].span + 1));
		times = i == from ? 0 : i == from + 2 ? shapes[shape].span : times;
		bool null = shapes[shape].nulls && i % shapes[shape].nulls == 1;
		bool text = shapes[shape].field == SWK__CALL_REP || shapes[shape].field == SWK__CALL_LEAD;
		t.values[shapes[shape].field][i] = null ? text ? 0 : SWK__NULL
		                                        : shapes[shape].low + times * shapes[shape].unit;
	}
}

static void test_cells_are_as_narrow_as_their_values_allow(void **state)
{
	(void)state;
	uint64_t seed = 88172645463325252u;
	for (size_t i = 0; i < SWK__COUNT(shapes); i++) {
		table_begin(&mem);
		shape_fill(i, 0, ROWS, &seed);
		assert_true(table_append(ROWS));
		table_check();
		assert_int_equal(t.columns->codings[shapes[i].field].width, shapes[i].width);
		swk__columns_release(t.columns);
	}
}

/* Values of one shape, then of another: what was there stays, and who held it keeps it. */
static void test_values_that_do_not_fit_make_wider_cells(void **state)
{
	(void)state;
	uint64_t seed = 88172645463325252u;
	for (size_t i = 0; i < SWK__COUNT(shapes); i++) {
		for (size_t k = 0; k < SWK__COUNT(shapes); k++) {
			table_begin(&mem);
			shape_fill(i, 0, 1000, &seed);
			shape_fill(k, 1000, ROWS, &seed);
			for (uint32_t count = 1; t.rows + count <= 1000; count += 7)
				assert_true(table_append(count));
			swk__columns *before = t.columns;
			atomic_fetch_add(&before->references, 1);
			uint32_t rows = t.rows;
			while (t.rows < ROWS)
				assert_true(table_append(ROWS - t.rows < 77 ? ROWS - t.rows : 77));
			table_check();
			swk__columns *after = t.columns;
			t.columns = before;
			t.rows = rows;
			table_check();
			swk__columns_release(before);
			swk__columns_release(after);
		}
	}
}

/* Times of a feed that is ingested as it comes, in as few bytes as will do: each change copies all rows. */
static void test_what_grows_steadily_changes_its_coding_rarely(void **state)
{
	static const struct {
		int64_t step; /* microseconds */
		unsigned changes;
	} feeds[] = {
		{ 20000000, 3 }, /* to 2 bytes, and to 4 before half of what 2 can tell apart is used up */
		{ 1400003, 3 },  /* to 4, to others, and to 8, as 4 bytes of microseconds last for an hour */
	};
	(void)state;
	for (size_t feed = 0; feed < SWK__COUNT(feeds); feed++) {
		unsigned changes = 0;
		table_begin(&mem);
		for (uint32_t i = 0; i < ROWS; i++)
			t.values[SWK__FIELD_RECORDED_AT][i] = 1700000000000000 + i * feeds[feed].step;
		while (t.rows < ROWS) {
			const swk__coding before = t.columns->codings[SWK__FIELD_RECORDED_AT];
			assert_true(table_append(10));
			const swk__coding *after = &t.columns->codings[SWK__FIELD_RECORDED_AT];
			changes += after->base != before.base || after->width != before.width;
		}
		table_check();
		assert_in_range(changes, 2, feeds[feed].changes);
		swk__columns_release(t.columns);
	}
}

static void test_rows_can_be_picked(void **state)
{
	(void)state;
	uint32_t picked[200];
	table_begin(&mem);
	swk__fresh fresh = { .picked = picked, .count = 200 };
	for (uint32_t i = 0; i < 200; i++) {
		picked[i] = i * 5;
		assert_true(swk__columns_reserve(t.columns, i));
	}
	for (unsigned f = 0; f < t.layout.count; f++)
		fresh.values[f] = t.values[f];
	assert_true(swk__columns_write(&t.columns, 0, &fresh));
	for (uint32_t i = 0; i < 200; i++)
		assert_int_equal(swk__columns_get(t.columns, SWK__FIELD_ID, i), i * 5 + 1);
	swk__columns_release(t.columns);
}

/* ------------------------------------------------------------------------------------------------ memory */

static int widen(swk__mem *memory, void *context)
{
	(void)context;
	table_begin(memory);
	bool done = t.columns != NULL;
	for (uint32_t i = 0; i < 300 && done; i += 50) {
		t.values[SWK__CALL_DURATION_S][i] = INT64_C(1) << i / 10;
		uint32_t before = t.rows;
		done = table_append(50);
		assert_int_equal(t.rows, done ? before + 50 : before);
		table_check();
	}
	swk__columns_release(t.columns);
	return done ? SWK_OK : SWK_ERR_MEMORY;
}

static void test_memory_may_fail_anywhere(void **state)
{
	(void)state;
	assert_true(sweep_run(widen, NULL) > 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_segments_come_four_of_a_size_and_leave_no_row_out),
		TEST(test_a_layout_has_a_field_for_every_link),
		TEST(test_cells_are_as_narrow_as_their_values_allow),
		TEST(test_values_that_do_not_fit_make_wider_cells),
		TEST(test_what_grows_steadily_changes_its_coding_rarely),
		TEST(test_rows_can_be_picked),
		TEST(test_memory_may_fail_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
