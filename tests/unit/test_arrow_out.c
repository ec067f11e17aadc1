/* SPDX-License-Identifier: MIT */
#include "arrow_out.h"
#include "result.h"

#include "../support/sweep.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static swk__mem memory;

static int setup(void **state)
{
	(void)state;
	swk__mem_init(&memory, NULL, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(memory.used, 0);
	return 0;
}

/* -------------------------------------------------------------------------------------------- results */

enum {
	WEEK,
	START,
	PARTIAL,
	TEAM,
	MADE,
	RATE,
	AMOUNT,
	WIDTH
};

static const struct {
	const char *name;
	swk_type type;
	bool repeats;
	const char *format;
} columns[WIDTH] = {
	[WEEK] = { "week", SWK_TYPE_TEXT, false, "u" },
	[START] = { "week_start", SWK_TYPE_DATE, false, "tdD" },
	[PARTIAL] = { "partial", SWK_TYPE_BOOL, false, "b" },
	[TEAM] = { "team", SWK_TYPE_TEXT, true, "i" },
	[MADE] = { "made", SWK_TYPE_INT, false, "l" },
	[RATE] = { "rate", SWK_TYPE_REAL, false, "g" },
	[AMOUNT] = { "amount", SWK_TYPE_AMOUNT, false, "d:38,3" },
};

/* Row i of the sample; every eleventh is of nulls. */
static void row_cells(size_t i, char week[16], swk__cell *cells)
{
	static const char *const teams[] = { "north", "", "south" };
	snprintf(week, 16, "week %zu", i);
	for (size_t c = 0; c < WIDTH; c++)
		cells[c] = (swk__cell){ .null = i % 11 == 10 };
	cells[WEEK].text = swk__slice_of(week);
	cells[START].integer = (int64_t)i * 7;
	cells[PARTIAL].integer = i % 3 == 0;
	cells[TEAM].text = swk__slice_of(teams[i % 3]);
	cells[MADE].integer = (int64_t)i - 5;
	cells[RATE].real = 1.0 / (double)(i + 1);
	cells[AMOUNT].amount = -((swk__i128)i << 70);
}

/* Each step's failure is the result's: the caller frees it. */
static int result_fill(swk_result *result, size_t rows)
{
	int code = SWK_OK;
	for (size_t c = 0; c < WIDTH && code == SWK_OK; c++) {
		code = swk__result_column(result, columns[c].name, columns[c].type, NULL);
		if (code == SWK_OK && columns[c].repeats)
			swk__result_repeats(result);
	}
	swk__result_digits(result, 3);
	for (size_t i = 0; i < rows && code == SWK_OK; i++) {
		char week[16];
		swk__cell cells[WIDTH];
		row_cells(i, week, cells);
		code = swk__result_row(result, cells, NULL);
	}
	if (code == SWK_OK)
		code = swk__result_about(result, "calls", "Asia/Tokyo", 7, 0xabc, 1000000, 12, NULL);
	return code;
}

static swk_result *result_sample(size_t rows)
{
	swk_result *result = NULL;
	assert_int_equal(swk__result_create(&memory, NULL, NULL, NULL, &result, NULL), SWK_OK);
	assert_int_equal(result_fill(result, rows), SWK_OK);
	return result;
}

static void schema_check(const struct ArrowSchema *schema)
{
	assert_string_equal(schema->format, "+s");
	assert_int_equal(schema->n_children, WIDTH);
	for (size_t c = 0; c < WIDTH; c++) {
		const struct ArrowSchema *child = schema->children[c];
		assert_string_equal(child->name, columns[c].name);
		assert_string_equal(child->format, columns[c].format);
		assert_int_equal(child->flags, ARROW_FLAG_NULLABLE);
		assert_int_equal(child->dictionary != NULL, columns[c].repeats);
		if (child->dictionary)
			assert_string_equal(child->dictionary->format, "u");
	}
}

static bool valid(const struct ArrowArray *array, size_t row)
{
	const unsigned char *bits = array->buffers[0];
	return !bits || (bits[row / 8] >> row % 8 & 1);
}

/* Compares a text of an utf8 array. */
static void text_check(const struct ArrowArray *array, size_t row, swk__slice expected)
{
	const int32_t *starts = array->buffers[1];
	const char *bytes = array->buffers[2];
	assert_true(swk__slice_equal(expected,
	                             (swk__slice){ bytes + starts[row], (size_t)(starts[row + 1] - starts[row]) }));
}

static void row_check(const struct ArrowArray *array, size_t row)
{
	char week[16];
	swk__cell cells[WIDTH];
	struct ArrowArray **children = array->children;
	const unsigned char *partial = children[PARTIAL]->buffers[1];
	row_cells(row, week, cells);
	for (size_t c = 0; c < WIDTH; c++)
		assert_int_equal(valid(children[c], row), !cells[c].null);
	const bool null = cells[0].null; /* then every cell is 0 */
	text_check(children[WEEK], row, null ? swk__slice_of("") : cells[WEEK].text);
	assert_int_equal(((const int32_t *)children[START]->buffers[1])[row], null ? 0 : cells[START].integer);
	assert_int_equal(partial[row / 8] >> row % 8 & 1, null ? 0 : cells[PARTIAL].integer);
	int32_t code = ((const int32_t *)children[TEAM]->buffers[1])[row];
	if (null)
		assert_int_equal(code, 0);
	else
		text_check(children[TEAM]->dictionary, (size_t)code, cells[TEAM].text);
	assert_int_equal(((const int64_t *)children[MADE]->buffers[1])[row], null ? 0 : cells[MADE].integer);
	assert_true(((const double *)children[RATE]->buffers[1])[row] == (null ? 0 : cells[RATE].real));
	assert_true(((const swk__i128 *)children[AMOUNT]->buffers[1])[row] == (null ? 0 : cells[AMOUNT].amount));
}

static void array_check(const struct ArrowArray *array, size_t rows)
{
	assert_int_equal(array->length, rows);
	assert_int_equal(array->n_children, WIDTH);
	assert_null(array->buffers[0]);
	for (size_t c = 0; c < WIDTH; c++) {
		assert_int_equal(array->children[c]->length, rows);
		assert_int_equal(array->children[c]->offset, 0);
		assert_int_equal(array->children[c]->null_count, rows / 11);
		for (int64_t b = 1; b < array->children[c]->n_buffers; b++)
			assert_non_null(array->children[c]->buffers[b]);
	}
	for (size_t i = 0; i < rows; i++)
		row_check(array, i);
}

static void test_arrow(void **state)
{
	static const size_t rows[] = { 0, 1, 7, 8, 9, 10, 11, 1000 };
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(rows); i++) {
		struct ArrowSchema schema;
		struct ArrowArray array;
		swk_result *result = result_sample(rows[i]);
		assert_int_equal(swk_result_arrow(result, &schema, &array, NULL), SWK_OK);
		swk_result_free(result);
		schema_check(&schema);
		array_check(&array, rows[i]);
		if (rows[i] > 2)
			assert_int_equal(array.children[TEAM]->dictionary->length, 3);
		schema.release(&schema);
		assert_null(schema.release);
		array_check(&array, rows[i]);
		array.release(&array);
		assert_null(array.release);
	}
}

/* Numbers are handed out as they lie. */
static void test_arrow_shares(void **state)
{
	struct ArrowSchema schema;
	struct ArrowArray array;
	(void)state;
	swk_result *result = result_sample(100);
	assert_int_equal(swk_result_arrow(result, &schema, &array, NULL), SWK_OK);
	for (size_t c = 0; c < WIDTH; c++) {
		assert_ptr_equal(array.children[c]->buffers[0], result->columns[c].valid);
		if (columns[c].type != SWK_TYPE_TEXT)
			assert_ptr_equal(array.children[c]->buffers[1], result->columns[c].cells);
	}
	array.release(&array);
	schema.release(&schema);
	swk_result_free(result);
}

static void test_metadata(void **state)
{
	static const char *const pairs[] = {
		"salesweek.version",
		"0.1.0",
		"salesweek.report",
		"calls",
		"salesweek.zone",
		"Asia/Tokyo",
		"salesweek.week_start",
		"7",
		"salesweek.now",
		"1970-01-01T00:00:01Z",
		"salesweek.commit",
		"12",
		"salesweek.zone_fingerprint",
		"0000000000000abc",
	};
	struct ArrowSchema schema;
	struct ArrowArray array;
	int32_t count, length;
	(void)state;
	swk_result *result = result_sample(1);
	assert_int_equal(swk_result_arrow(result, &schema, &array, NULL), SWK_OK);
	const char *at = schema.metadata;
	memcpy(&count, at, sizeof count);
	at += sizeof count;
	assert_int_equal(count * 2, SWK__COUNT(pairs));
	for (size_t i = 0; i < SWK__COUNT(pairs); i++) {
		memcpy(&length, at, sizeof length);
		at += sizeof length;
		if (i != 1) /* the version is the package's */
			assert_true(swk__slice_equal(swk__slice_of(pairs[i]), (swk__slice){ at, (size_t)length }));
		at += length;
	}
	array.release(&array);
	schema.release(&schema);
	swk_result_free(result);
}

/* A result about nothing has no metadata. */
static void test_metadata_none(void **state)
{
	struct ArrowSchema schema;
	struct ArrowArray array;
	swk_result *result = NULL;
	(void)state;
	assert_int_equal(swk__result_create(&memory, NULL, NULL, NULL, &result, NULL), SWK_OK);
	assert_int_equal(swk_result_arrow(result, &schema, &array, NULL), SWK_OK);
	assert_null(schema.metadata);
	assert_int_equal(schema.n_children + array.n_children + array.length, 0);
	array.release(&array);
	schema.release(&schema);
	swk_result_free(result);
}

/* As the specification allows: children are moved out, the parent is released, and the children live on. */
static void test_children_move(void **state)
{
	struct ArrowSchema schema, kept_schema;
	struct ArrowArray array, kept[WIDTH];
	(void)state;
	swk_result *result = result_sample(100);
	assert_int_equal(swk_result_arrow(result, &schema, &array, NULL), SWK_OK);
	swk_result_free(result);
	kept_schema = *schema.children[TEAM];
	schema.children[TEAM]->release = NULL;
	schema.release(&schema);
	for (size_t c = 0; c < WIDTH; c++) {
		kept[c] = *array.children[c];
		array.children[c]->release = NULL;
	}
	array.release(&array);
	assert_string_equal(kept_schema.name, "team");
	assert_string_equal(kept_schema.dictionary->format, "u");
	kept_schema.release(&kept_schema);
	struct ArrowArray *children[WIDTH];
	for (size_t c = 0; c < WIDTH; c++)
		children[c] = &kept[c];
	const struct ArrowArray again = { .children = children };
	for (size_t i = 0; i < 100; i++)
		row_check(&again, i);
	for (size_t c = WIDTH; c-- > 0;)
		kept[c].release(&kept[c]);
}

static int released; /* calls of release callbacks */
static void (*real_release)(struct ArrowArray *array);

static void counted_release(struct ArrowArray *array)
{
	released++;
	real_release(array);
}

static void array_watch(struct ArrowArray *array)
{
	real_release = array->release;
	array->release = counted_release;
	for (int64_t i = 0; i < array->n_children; i++)
		array_watch(array->children[i]);
	if (array->dictionary)
		array_watch(array->dictionary);
}

/* Each struct's callback is called once: by its parent, or where it was moved to. */
static void test_released_once(void **state)
{
	(void)state;
	for (size_t moved = 0; moved <= WIDTH; moved++) {
		struct ArrowSchema schema;
		struct ArrowArray array, kept[WIDTH];
		swk_result *result = result_sample(30);
		assert_int_equal(swk_result_arrow(result, &schema, &array, NULL), SWK_OK);
		schema.release(&schema);
		swk_result_free(result);
		released = 0;
		array_watch(&array);
		for (size_t i = 0; i < moved; i++) {
			kept[i] = *array.children[i];
			array.children[i]->release = NULL;
		}
		array.release(&array);
		assert_null(array.release);
		for (size_t i = 0; i < moved; i++) {
			kept[i].release(&kept[i]);
			assert_null(kept[i].release);
		}
		assert_int_equal(released, 1 + WIDTH + 1); /* the whole, its columns, a dictionary */
		assert_int_equal(memory.used, 0);
	}
}

static void count_up(void *owner)
{
	++*(int *)owner;
}

static void count_down(void *owner)
{
	--*(int *)owner;
}

/* Whoever goes last takes the owner along, in each order of result, schema, array, stream. */
static void test_orders(void **state)
{
	(void)state;
	for (int order = 0; order < 24; order++) {
		int kept = 0, left = 4;
		bool gone[4] = { false };
		struct ArrowSchema schema;
		struct ArrowArray array;
		struct ArrowArrayStream stream;
		swk_result *result = NULL;
		assert_int_equal(swk__result_create(&memory, count_up, count_down, &kept, &result, NULL), SWK_OK);
		assert_int_equal(result_fill(result, 20), SWK_OK);
		assert_int_equal(swk_result_stream(result, &stream, NULL), SWK_OK);
		assert_int_equal(stream.get_schema(&stream, &schema), 0);
		assert_int_equal(stream.get_next(&stream, &array), 0);
		for (int rest = order; left > 0; left--) {
			int pick = rest % left, which = 0;
			rest /= left;
			for (int i = 0; i < 4; i++)
				if (!gone[i] && pick-- == 0)
					which = i;
			gone[which] = true;
			assert_int_equal(kept, 1);
			if (which == 0)
				swk_result_free(result);
			else if (which == 1)
				schema.release(&schema);
			else if (which == 2)
				array.release(&array);
			else
				stream.release(&stream);
		}
		assert_int_equal(kept, 0);
	}
}

static void test_stream(void **state)
{
	struct ArrowArrayStream stream;
	struct ArrowSchema schema;
	struct ArrowArray array;
	(void)state;
	swk_result *result = result_sample(50);
	assert_int_equal(swk_result_stream(result, &stream, NULL), SWK_OK);
	swk_result_free(result);
	assert_null(stream.get_last_error(&stream));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(stream.get_schema(&stream, &schema), 0);
		schema_check(&schema);
		schema.release(&schema);
	}
	assert_int_equal(stream.get_next(&stream, &array), 0);
	array_check(&array, 50);
	array.release(&array);
	for (int i = 0; i < 2; i++) {
		array.release = (void (*)(struct ArrowArray *))1;
		assert_int_equal(stream.get_next(&stream, &array), 0);
		assert_null(array.release);
	}
	stream.release(&stream);
	assert_null(stream.release);
}

static void test_usage(void **state)
{
	struct ArrowSchema schema = { .name = "as it was" };
	struct ArrowArray array = { .length = 77 };
	struct ArrowArrayStream stream = { .private_data = &array };
	(void)state;
	swk_result *result = result_sample(1);
	assert_int_equal(swk_result_arrow(NULL, &schema, &array, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_result_arrow(result, NULL, &array, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_result_arrow(result, &schema, NULL, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_result_stream(NULL, &stream, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_result_stream(result, NULL, NULL), SWK_ERR_USAGE);
	assert_string_equal(schema.name, "as it was");
	assert_int_equal(array.length, 77);
	assert_ptr_equal(stream.private_data, &array);
	swk_result_free(result);
}

/* The child gets nothing and frees nothing. */
static int child_tries(swk_result *result, struct ArrowArrayStream *stream, struct ArrowArray *array)
{
	struct ArrowSchema schema;
	struct ArrowArray other;
	struct ArrowArrayStream again;
	swk_error error = SWK_ERROR_INIT;
	uint64_t used = memory.used;
	if (swk_result_arrow(result, &schema, &other, &error) != SWK_ERR_FORKED ||
	    swk_result_stream(result, &again, NULL) != SWK_ERR_FORKED)
		return 1;
	if (stream->get_schema(stream, &schema) != EINVAL || stream->get_next(stream, &other) != EINVAL ||
	    !strstr(stream->get_last_error(stream), "parent process"))
		return 2;
	array->release(array);
	stream->release(stream);
	return array->release || stream->release || memory.used != used ? 3 : 0;
}

static void test_forked(void **state)
{
	struct ArrowArrayStream stream;
	struct ArrowArray array;
	int status = -1;
	(void)state;
	swk_result *result = result_sample(20);
	assert_int_equal(swk_result_stream(result, &stream, NULL), SWK_OK);
	assert_int_equal(stream.get_next(&stream, &array), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(child_tries(result, &stream, &array));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	array.release(&array);
	stream.release(&stream);
	swk_result_free(result);
}

/* ---------------------------------------------------------------------------------------------- memory */

static int sweep_arrow(swk__mem *mem, void *context)
{
	struct ArrowSchema schema = { .name = "as it was" };
	struct ArrowArray array = { .length = 77 };
	swk_result *result = NULL;
	int *kept = context;
	int code = swk__result_create(mem, count_up, count_down, kept, &result, NULL);
	if (code != SWK_OK)
		return code;
	code = result_fill(result, 300);
	if (code == SWK_OK) {
		code = swk_result_arrow(result, &schema, &array, NULL);
		if (code == SWK_OK) {
			array_check(&array, 300);
			array.release(&array);
			schema.release(&schema);
		} else {
			assert_string_equal(schema.name, "as it was");
			assert_int_equal(array.length, 77);
		}
	}
	swk_result_free(result);
	assert_int_equal(*kept, 0);
	return code;
}

static void test_sweep_arrow(void **state)
{
	int kept = 0;
	(void)state;
	assert_true(sweep_run(sweep_arrow, &kept) >= 60);
}

/* What a stream says of a failure of memory, and that it has done nothing. */
static int stream_code(struct ArrowArrayStream *stream, int status)
{
	if (status == 0)
		return SWK_OK;
	assert_int_equal(status, ENOMEM);
	assert_string_equal(stream->get_last_error(stream), "memory could not be allocated");
	return SWK_ERR_MEMORY;
}

static int sweep_stream(swk__mem *mem, void *context)
{
	struct ArrowArrayStream stream = { 0 };
	struct ArrowSchema schema = { .name = "as it was" };
	struct ArrowArray array = { .length = 77 };
	swk_result *result = NULL;
	int *kept = context;
	int code = swk__result_create(mem, count_up, count_down, kept, &result, NULL);
	if (code == SWK_OK)
		code = result_fill(result, 20);
	if (code == SWK_OK)
		code = swk_result_stream(result, &stream, NULL);
	swk_result_free(result);
	if (code == SWK_OK) {
		code = stream_code(&stream, stream.get_schema(&stream, &schema));
		if (code == SWK_OK)
			schema.release(&schema);
		else
			assert_string_equal(schema.name, "as it was");
	}
	if (code == SWK_OK) {
		code = stream_code(&stream, stream.get_next(&stream, &array));
		if (code == SWK_OK)
			array.release(&array);
		else
			assert_int_equal(array.length, 77);
	}
	if (stream.release)
		stream.release(&stream);
	assert_int_equal(*kept, 0);
	return code;
}

static void test_sweep_stream(void **state)
{
	int kept = 0;
	(void)state;
	assert_true(sweep_run(sweep_stream, &kept) >= 60);
}

/* ---------------------------------------------------------------------------------------------- gather */

/* Many different texts, and each again: the dictionary has each once, in the order they came. */
static void test_gather_repeats(void **state)
{
	enum {
		TEXTS = 5000
	};
	swk__arrow_gather gather;
	swk__arrow_out_cells cells = { 0 };
	char text[16];
	(void)state;
	swk__arrow_gather_init(&gather, &memory, SWK__ARROW_REPEATS);
	for (int i = 0; i < 2 * TEXTS; i++) {
		snprintf(text, sizeof text, "%d", i % TEXTS);
		assert_true(swk__arrow_gather_add(&gather, swk__slice_of(text)));
	}
	assert_true(swk__arrow_gather_null(&gather));
	assert_true(swk__arrow_gather_finish(&gather, &cells));
	swk__arrow_gather_done(&gather);
	assert_int_equal(cells.texts.count, TEXTS);
	const int32_t *codes = cells.values;
	for (int i = 0; i < 2 * TEXTS; i++)
		assert_int_equal(codes[i], i % TEXTS);
	for (int i = 0; i < TEXTS; i++) {
		const int32_t *starts = cells.texts.starts;
		snprintf(text, sizeof text, "%d", i);
		assert_true(swk__slice_equal(swk__slice_of(text), (swk__slice){ cells.texts.bytes + starts[i],
		                                                                (size_t)(starts[i + 1] - starts[i]) }));
	}
	swk__arrow_out_cells_free(&memory, &cells, 1);
}

/* The limit of 2 GiB, made small. */
static void test_gather_fits(void **state)
{
	(void)state;
	for (int form = SWK__ARROW_TEXT; form <= SWK__ARROW_REPEATS; form += SWK__ARROW_REPEATS) {
		swk__arrow_gather gather;
		swk__arrow_gather_init(&gather, &memory, (swk__arrow_form)form);
		assert_int_equal(gather.bytes.maximum, INT32_MAX);
		gather.bytes.maximum = 10;
		assert_true(swk__arrow_gather_fits(&gather, swk__slice_of("0123456789")));
		assert_true(swk__arrow_gather_add(&gather, swk__slice_of("0123456")));
		assert_true(swk__arrow_gather_fits(&gather, swk__slice_of("789")));
		assert_false(swk__arrow_gather_fits(&gather, swk__slice_of("7890")));
		swk__arrow_gather_done(&gather);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_arrow),          TEST(test_arrow_shares),  TEST(test_metadata),    TEST(test_metadata_none),
		TEST(test_released_once),  TEST(test_children_move), TEST(test_orders),      TEST(test_stream),
		TEST(test_usage),          TEST(test_forked),        TEST(test_sweep_arrow), TEST(test_sweep_stream),
		TEST(test_gather_repeats), TEST(test_gather_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
