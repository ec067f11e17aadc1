/* SPDX-License-Identifier: MIT */
#include "rollup.h"

#include "../support/sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define I128_MAX ((swk__i128)(~(swk__u128)0 >> 1))
#define I128_MIN (-I128_MAX - 1)
#define MEASURES 3
#define LISTS 2

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

/* A small generator of numbers, the same on every machine (xorshift64). */
static uint64_t chance_state = 88172645463325252u;

static uint32_t chance(uint32_t below)
{
	chance_state ^= chance_state << 13;
	chance_state ^= chance_state >> 7;
	chance_state ^= chance_state << 17;
	return (uint32_t)(chance_state >> 32) % below;
}

static swk__slice slice(const char *text)
{
	return swk__slice_of(text);
}

/* A builder's cells from a table that ends with a NULL key, one measure each. */
struct plain {
	const char *key;
	swk__i128 value;
};

static swk__rollup *rollup_of(const struct plain *cells)
{
	swk__rollup_builder builder;
	swk__rollup *rollup = NULL;
	swk__rollup_builder_init(&builder, &memory, 1, 0);
	for (; cells->key; cells++)
		assert_int_equal(swk__rollup_builder_add(&builder, slice(cells->key), &cells->value, NULL, NULL),
		                 SWK_OK);
	assert_int_equal(swk__rollup_build(&builder, &rollup, NULL), SWK_OK);
	assert_int_equal(builder.cells, 0);
	swk__rollup_builder_done(&builder);
	return rollup;
}

static void encoding(const swk__rollup *rollup, swk__buf *buf)
{
	swk__buf_init(buf, &memory, SIZE_MAX);
	assert_int_equal(swk__rollup_encode(rollup, buf, NULL), SWK_OK);
}

static void assert_same(const swk__rollup *a, const swk__rollup *b)
{
	swk__buf left, right;
	encoding(a, &left);
	encoding(b, &right);
	assert_int_equal(left.length, right.length);
	assert_memory_equal(left.bytes, right.bytes, left.length);
	swk__buf_done(&left);
	swk__buf_done(&right);
}

/* ------------------------------------------------------------------------------------------ examples */

static const struct plain one_cells[] = { { "b", 5 }, { "a", 1 }, { "b", -7 }, { "", 9 }, { "ab", 2 }, { NULL, 0 } };

static void test_build(void **state)
{
	static const struct plain expected[] = { { "", 9 }, { "a", 1 }, { "ab", 2 }, { "b", -2 } };
	(void)state;
	swk__rollup *rollup = rollup_of(one_cells);
	assert_int_equal(rollup->cells, 4);
	for (uint32_t i = 0; i < 4; i++) {
		assert_true(swk__slice_equal(swk__rollup_key(rollup, i), slice(expected[i].key)));
		assert_true(swk__rollup_values(rollup, i)[0] == expected[i].value);
		assert_int_equal(swk__rollup_find(rollup, slice(expected[i].key)), i);
	}
	assert_int_equal(swk__rollup_find(rollup, slice("aa")), -1);
	assert_int_equal(swk__rollup_find(rollup, slice("c")), -1);
	assert_true(swk__rollup_size(rollup) >= sizeof *rollup + 4 * 16 + 4 * 4 + 4);
	swk__rollup_release(rollup);
}

static void test_empty(void **state)
{
	static const struct plain nothing[] = { { NULL, 0 } };
	swk__rollup *sum = NULL;
	(void)state;
	swk__rollup *empty = rollup_of(nothing), *some = rollup_of(one_cells);
	assert_int_equal(empty->cells, 0);
	assert_int_equal(swk__rollup_find(empty, slice("")), -1);
	assert_int_equal(swk__rollup_size(empty), sizeof *empty);
	assert_int_equal(swk__rollup_merge(empty, some, &sum, NULL), SWK_OK);
	assert_same(sum, some);
	swk__rollup_release(sum);
	assert_int_equal(swk__rollup_merge(some, empty, &sum, NULL), SWK_OK);
	assert_same(sum, some);
	swk__rollup_release(sum);
	swk__rollup_release(some);
	swk__rollup_release(empty);
	swk__rollup_release(NULL);
}

static void test_merge_nothing(void **state)
{
	swk__rollup *sum = NULL;
	(void)state;
	swk__rollup *some = rollup_of(one_cells);
	assert_int_equal(swk__rollup_merge(NULL, some, &sum, NULL), SWK_OK);
	swk__rollup_release(some);
	assert_int_equal(sum->cells, 4);
	some = sum;
	assert_int_equal(swk__rollup_merge(some, NULL, &sum, NULL), SWK_OK);
	assert_ptr_equal(sum, some);
	swk__rollup_release(sum);
	swk__rollup_release(some);
}

/* Keys alone: a rollup without measures is a set. */
static void test_no_measures(void **state)
{
	swk__rollup_builder builder;
	swk__rollup *set = NULL, *again = NULL;
	swk__buf buf;
	(void)state;
	swk__rollup_builder_init(&builder, &memory, 0, 0);
	for (const char *key = "banana"; *key; key++)
		assert_int_equal(swk__rollup_builder_add(&builder, (swk__slice){ key, 1 }, NULL, NULL, NULL), SWK_OK);
	assert_int_equal(swk__rollup_build(&builder, &set, NULL), SWK_OK);
	assert_int_equal(set->cells, 3);
	encoding(set, &buf);
	assert_memory_equal(buf.bytes, "\0\0\3\1a\1b\1n", 9);
	assert_int_equal(swk__rollup_decode(&memory, buf.bytes, buf.length, &again, NULL), SWK_OK);
	assert_same(set, again);
	swk__buf_done(&buf);
	swk__rollup_release(again);
	const swk__rollup_cell cells[] = { { { "a", 1 }, NULL, NULL },
		                           { { "b", 1 }, NULL, NULL },
		                           { { "n", 1 }, NULL, NULL } };
	assert_int_equal(swk__rollup_of(&memory, 0, 0, cells, SWK__COUNT(cells), &again, NULL), SWK_OK);
	assert_same(set, again);
	swk__rollup_release(again);
	swk__rollup_release(set);
}

static const int64_t late[] = { 300, -2, 300 }, early[] = { 7, INT64_MIN }, last[] = { INT64_MAX };

/* Two lists a cell: x twice, with values in the first list, and y without any. */
static swk__rollup *lists_example(void)
{
	static const struct {
		const char *key;
		swk__rollup_list lists[2];
	} cells[] = {
		{ "x", { { late, 3 }, { NULL, 0 } } },
		{ "y", { { NULL, 0 }, { NULL, 0 } } },
		{ "x", { { early, 2 }, { last, 1 } } },
	};
	swk__rollup_builder builder;
	swk__rollup *rollup = NULL;
	swk__rollup_builder_init(&builder, &memory, 0, 2);
	for (size_t i = 0; i < SWK__COUNT(cells); i++)
		assert_int_equal(swk__rollup_builder_add(&builder, slice(cells[i].key), NULL, cells[i].lists, NULL),
		                 SWK_OK);
	assert_int_equal(swk__rollup_build(&builder, &rollup, NULL), SWK_OK);
	swk__rollup_builder_done(&builder);
	return rollup;
}

static void test_lists(void **state)
{
	static const int64_t united[] = { INT64_MIN, -2, 7, 300, 300 };
	static const int64_t twice[] = { INT64_MIN, INT64_MIN, -2, -2, 7, 7, 300, 300, 300, 300 };
	swk__rollup *sum = NULL;
	(void)state;
	swk__rollup *rollup = lists_example();
	swk__rollup_list list = swk__rollup_list_at(rollup, 0, 0);
	assert_int_equal(list.count, SWK__COUNT(united));
	assert_memory_equal(list.values, united, sizeof united);
	list = swk__rollup_list_at(rollup, 0, 1);
	assert_int_equal(list.count, 1);
	assert_true(list.values[0] == INT64_MAX);
	for (uint32_t k = 0; k < 2; k++)
		assert_int_equal(swk__rollup_list_at(rollup, 1, k).count, 0);
	assert_int_equal(swk__rollup_size(rollup), sizeof *rollup + 2 * (2 * 8 + 4) + 2 + 6 * 8);

	assert_int_equal(swk__rollup_merge(rollup, rollup, &sum, NULL), SWK_OK);
	list = swk__rollup_list_at(sum, 0, 0);
	assert_int_equal(list.count, SWK__COUNT(twice));
	assert_memory_equal(list.values, twice, sizeof twice);
	assert_int_equal(swk__rollup_list_at(sum, 0, 1).count, 2);
	swk__rollup_release(sum);
	swk__rollup_release(rollup);
}

/* Worked out by hand: -2^63 as zigzag, then the differences 2^63 - 2, 9, 293 and 0; 2^63 - 1 as zigzag. */
static void test_list_bytes(void **state)
{
	static const char expected[] = "\0\2\2\1x\5\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"
				       "\xfe\xff\xff\xff\xff\xff\xff\xff\x7f\x09\xa5\2\0"
				       "\1\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1"
				       "\1y\0\0";
	swk__buf buf;
	(void)state;
	swk__rollup *rollup = lists_example();
	encoding(rollup, &buf);
	assert_int_equal(buf.length, sizeof expected - 1);
	assert_memory_equal(buf.bytes, expected, buf.length);
	swk__buf_done(&buf);
	swk__rollup_release(rollup);
}

/* The bytes are a contract with files: they never change. */
static void test_bytes(void **state)
{
	static const struct plain cells[] = { { "x", 300 }, { "", -1 }, { NULL, 0 } };
	static const char expected[] = "\1\0\2\0\1\1x\xd8\4";
	swk__buf buf;
	(void)state;
	swk__rollup *rollup = rollup_of(cells);
	encoding(rollup, &buf);
	assert_int_equal(buf.length, sizeof expected - 1);
	assert_memory_equal(buf.bytes, expected, buf.length);
	swk__buf_done(&buf);
	swk__rollup_release(rollup);
}

/* ------------------------------------------------------------------------------------------ failures */

static void test_build_overflow(void **state)
{
	static const struct plain over[] = { { "a", I128_MAX }, { "b", 0 }, { "a", 1 }, { NULL, 0 } };
	static const struct plain under[] = { { "a", -1 }, { "a", I128_MIN }, { NULL, 0 } };
	static const struct plain back[] = { { "a", I128_MAX }, { "a", 1 }, { "a", -1 }, { NULL, 0 } };
	(void)state;
	for (int i = 0; i < 2; i++) {
		swk__rollup_builder builder;
		swk__rollup *rollup = NULL;
		swk_error error = SWK_ERROR_INIT;
		swk__rollup_builder_init(&builder, &memory, 1, 0);
		for (const struct plain *cell = i ? under : over; cell->key; cell++)
			swk__rollup_builder_add(&builder, slice(cell->key), &cell->value, NULL, NULL);
		uint32_t cells = builder.cells;
		assert_int_equal(swk__rollup_build(&builder, &rollup, &error), SWK_ERR_OVERFLOW);
		assert_int_equal(error.code, SWK_ERR_OVERFLOW);
		assert_null(rollup);
		assert_int_equal(builder.cells, cells);
		swk__rollup_builder_done(&builder);
	}
	swk__rollup *rollup = rollup_of(back);
	assert_true(swk__rollup_values(rollup, 0)[0] == I128_MAX);
	swk__rollup_release(rollup);
}

static void test_merge_overflow(void **state)
{
	static const struct plain most[] = { { "a", I128_MAX }, { "b", 1 }, { NULL, 0 } };
	static const struct plain more[] = { { "0", 1 }, { "a", 1 }, { NULL, 0 } };
	swk__rollup *sum = NULL;
	(void)state;
	swk__rollup *a = rollup_of(most), *b = rollup_of(more);
	assert_int_equal(swk__rollup_merge(a, b, &sum, NULL), SWK_ERR_OVERFLOW);
	assert_null(sum);
	swk__rollup_release(a);
	swk__rollup_release(b);
}

static void test_merge_other_shape(void **state)
{
	swk__rollup one = { .mem = &memory, .measures = 1 }, two = { .mem = &memory, .measures = 2 }, *sum = NULL;
	swk__rollup listing = { .mem = &memory, .measures = 1, .lists = 1 };
	(void)state;
	assert_int_equal(swk__rollup_merge(&one, &two, &sum, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk__rollup_merge(&one, &listing, &sum, NULL), SWK_ERR_USAGE);
	assert_null(sum);
}

/* Nobody waits for 2^32 cells: the builder is told that it has them. */
static void test_builder_full(void **state)
{
	swk__rollup_builder builder;
	const swk__i128 value = 1;
	(void)state;
	swk__rollup_builder_init(&builder, &memory, 1, 0);
	builder.cells = builder.capacity = UINT32_MAX;
	assert_int_equal(swk__rollup_builder_add(&builder, slice("k"), &value, NULL, NULL), SWK_ERR_MEMORY);
	assert_int_equal(builder.cells, UINT32_MAX);
	memory.limit = 1 << 20;
	builder.cells = builder.capacity = UINT32_MAX / 3 * 2;
	assert_int_equal(swk__rollup_builder_add(&builder, slice("k"), &value, NULL, NULL), SWK_ERR_LIMIT);
	builder.cells = builder.capacity = 0;
	swk__rollup_builder_done(&builder);
	swk__rollup_builder_done(&(swk__rollup_builder){ 0 });
}

/* A failed cell leaves no trace, and the next one goes in. */
static void test_builder_goes_on(void **state)
{
	const swk__i128 value = 1;
	const int64_t values[20] = { 4 };
	const swk__rollup_list lists[] = { { values, 1 }, { values, SWK__COUNT(values) } };
	(void)state;
	for (int at = 1; at <= 6; at++) { /* keys, ends, values, ends of lists, first list, second list */
		swk__rollup_builder builder;
		swk__rollup *rollup = NULL;
		sweep once = { .at = at };
		swk__rollup_builder_init(&builder, &memory, 1, 2);
		memory.fault = sweep_hook;
		memory.fault_context = &once;
		assert_int_equal(swk__rollup_builder_add(&builder, slice("k"), &value, lists, NULL), SWK_ERR_MEMORY);
		memory.fault = NULL;
		assert_int_equal(swk__rollup_builder_add(&builder, slice("k"), &value, lists, NULL), SWK_OK);
		assert_int_equal(swk__rollup_build(&builder, &rollup, NULL), SWK_OK);
		assert_int_equal(rollup->cells, 1);
		assert_true(swk__rollup_values(rollup, 0)[0] == 1);
		assert_int_equal(swk__rollup_list_at(rollup, 0, 0).count, 1);
		assert_int_equal(swk__rollup_list_at(rollup, 0, 1).count, SWK__COUNT(values));
		swk__rollup_release(rollup);
	}
}

/* Two keys of 3 GiB: pages that are never written cost nothing. */
static void test_keys_too_long(void **state)
{
	const size_t length = (size_t)3 << 30;
	const uint32_t end = (uint32_t)length;
	const swk__i128 value = 0;
	static const unsigned char head[] = {
		0, 0, 2, 0x80, 0x80, 0x80, 0x80, 0x0c
	}; /* measures, lists, cells, length */
	swk__rollup *rollup = NULL;
	(void)state;
	size_t size = sizeof head + 5 + 2 * length;
	char *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (bytes == MAP_FAILED)
		skip();
	char *first = bytes + sizeof head, *second = first + length + 5;
	memcpy(bytes, head, sizeof head);
	memcpy(first + length, head + 3, 5);
	*second = 1;
	assert_int_equal(swk__rollup_decode(&memory, bytes, size, &rollup, NULL), SWK_ERR_CORRUPT);

	swk__rollup a = { .mem = &memory, .cells = 1, .key_ends = &end, .key_bytes = first, .values = &value };
	swk__rollup b = { .mem = &memory, .cells = 1, .key_ends = &end, .key_bytes = second, .values = &value };
	assert_int_equal(swk__rollup_merge(&a, &b, &rollup, NULL), SWK_ERR_OVERFLOW);
	assert_null(rollup);
	munmap(bytes, size);
}

static void test_decode_corrupt(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *what;
	} rows[] = {
		{ "", 0, "nothing" },
		{ "\1", 1, "no number of lists" },
		{ "\1\0", 2, "no number of cells" },
		{ "\1\0\1", 3, "no cell" },
		{ "\1\0\1\1x", 5, "no measure" },
		{ "\1\0\1\1x\2\0", 7, "a byte too many" },
		{ "\1\0\2\1x\2\1x\2", 9, "a key twice" },
		{ "\1\0\2\1x\2\1a\2", 9, "keys out of order" },
		{ "\1\0\1\5x\2", 6, "a key past the end" },
		{ "\1\0\1\1x\x82\0", 7, "a longer varint than needed" },
		{ "\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\0\1\0", 13, "2^64 - 1 measures" },
		{ "\x80\x80\x80\x80\x10\0\0", 7, "2^32 measures" },
		{ "\1\0\xff\xff\xff\xff\x0f\0\0", 9, "2^32 - 1 cells" },
		{ "\xff\xff\xff\xff\x0f\0\1\0", 8, "2^32 - 1 measures of one cell" },
		{ "\0\x80\x80\x80\x80\x10\0", 7, "2^32 lists" },
		{ "\0\xff\xff\xff\xff\x0f\1\0", 8, "2^32 - 1 lists of one cell" },
		{ "\0\1\1\0", 4, "no list" },
		{ "\0\1\1\0\3\0\0", 7, "a list past the end" },
		{ "\0\1\1\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\0", 15, "a list of 2^64 - 1 values" },
		{ "\0\1\1\0\1\x80\x80\x80\x80\x80\x80\x80\x80\x80\2", 15, "a first value of 2^63" },
		{ "\0\1\1\0\2\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1\1", 16, "a value after 2^63 - 1" },
		{ "\0\1\1\0\2\1\x80\x80\x80\x80\x80\x80\x80\x80\x80\2", 16, "a difference of 2^64" },
		{ "\0\1\1\0\3\0\x80\x80", 8, "a list that ends in a value" },
	};
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(rows); i++) {
		swk__rollup *rollup = NULL;
		if (swk__rollup_decode(&memory, rows[i].bytes, rows[i].length, &rollup, NULL) != SWK_ERR_CORRUPT)
			fail_msg("decoded: %s", rows[i].what);
		assert_null(rollup);
	}
}

/* ---------------------------------------------------------------------------------------- properties */

/* What a test knows of a cell. */
struct sample {
	char key[4];
	size_t length;
	swk__i128 values[MEASURES];
	int64_t listed[LISTS][5];
	size_t counts[LISTS];
};

/* Small ones, which repeat, large ones of either sign, and the extremes. */
static int64_t chance_value(void)
{
	int64_t value = (int64_t)chance(1000) << chance(54);
	switch (chance(8)) {
	case 0:
		return chance(2) ? INT64_MIN : INT64_MAX;
	case 1:
	case 2:
		return value;
	case 3:
		return -value;
	default:
		return chance(20);
	}
}

static void sample_make(struct sample *sample)
{
	sample->length = chance(4);
	for (size_t i = 0; i < sample->length; i++)
		sample->key[i] = (char)chance(chance(2) ? 3 : 256);
	for (int k = 0; k < MEASURES; k++) {
		swk__i128 value = (swk__i128)chance(1000) << chance(110);
		sample->values[k] = chance(2) ? value : -value;
	}
	for (int k = 0; k < LISTS; k++) {
		sample->counts[k] = chance(SWK__COUNT(sample->listed[k]) + 1);
		for (size_t i = 0; i < sample->counts[k]; i++)
			sample->listed[k][i] = chance_value();
	}
}

static swk__rollup *samples_build(const struct sample *samples, size_t count)
{
	swk__rollup_builder builder;
	swk__rollup *rollup = NULL;
	swk__rollup_builder_init(&builder, &memory, MEASURES, LISTS);
	for (size_t i = 0; i < count; i++) {
		swk__slice key = { samples[i].key, samples[i].length };
		swk__rollup_list lists[LISTS];
		for (int k = 0; k < LISTS; k++)
			lists[k] = (swk__rollup_list){ samples[i].listed[k], samples[i].counts[k] };
		assert_int_equal(swk__rollup_builder_add(&builder, key, samples[i].values, lists, NULL), SWK_OK);
	}
	assert_int_equal(swk__rollup_build(&builder, &rollup, NULL), SWK_OK);
	return rollup;
}

/* Cuts the samples at random places and merges the parts in a random tree. */
static swk__rollup *samples_merge(const struct sample *samples, size_t count)
{
	swk__rollup *parts[64] = { NULL };
	size_t number = 0;
	for (size_t begin = 0, size; begin < count; begin += size) {
		size = number == SWK__COUNT(parts) - 1 ? count - begin : chance((uint32_t)(count - begin) + 1);
		parts[number++] = samples_build(samples + begin, size);
		if (number == SWK__COUNT(parts))
			break;
	}
	while (number > 1) {
		size_t i = chance((uint32_t)number);
		swk__rollup *a = parts[i], *sum = NULL;
		parts[i] = parts[--number];
		size_t k = chance((uint32_t)number);
		assert_int_equal(swk__rollup_merge(a, parts[k], &sum, NULL), SWK_OK);
		swk__rollup_release(a);
		swk__rollup_release(parts[k]);
		parts[k] = sum;
	}
	return parts[0];
}

static void samples_shuffle(struct sample *samples, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t k = chance((uint32_t)i);
		struct sample kept = samples[i - 1];
		samples[i - 1] = samples[k];
		samples[k] = kept;
	}
}

static int value_compare(const void *a, const void *b)
{
	int64_t left, right;
	memcpy(&left, a, sizeof left);
	memcpy(&right, b, sizeof right);
	return (left > right) - (left < right);
}

/* The list holds these values, and ascends. Sorts them. */
static void assert_list(swk__rollup_list list, int64_t *values, size_t count)
{
	assert_int_equal(list.count, count);
	if (count == 0)
		return;
	qsort(values, count, sizeof *values, value_compare);
	assert_memory_equal(list.values, values, count * sizeof *values);
}

/* The obvious union: the list of a cell against those of all samples with its key. */
static void assert_union(const swk__rollup *rollup, uint32_t cell, uint32_t list, const struct sample *samples,
                         size_t count)
{
	static int64_t values[2000];
	size_t listed = 0;
	swk__slice key = swk__rollup_key(rollup, cell);
	for (size_t i = 0; i < count; i++)
		if (swk__slice_equal(key, (swk__slice){ samples[i].key, samples[i].length }))
			for (size_t n = 0; n < samples[i].counts[list]; n++)
				values[listed++] = samples[i].listed[list][n];
	assert_list(swk__rollup_list_at(rollup, cell, list), values, listed);
}

/* The obvious sum: every cell of the rollup against all samples with its key. */
static void assert_sums(const swk__rollup *rollup, const struct sample *samples, size_t count)
{
	size_t found = 0;
	for (uint32_t cell = 0; cell < rollup->cells; cell++) {
		swk__i128 sums[MEASURES] = { 0 };
		swk__slice key = swk__rollup_key(rollup, cell);
		for (size_t i = 0; i < count; i++) {
			if (!swk__slice_equal(key, (swk__slice){ samples[i].key, samples[i].length }))
				continue;
			found++;
			for (int k = 0; k < MEASURES; k++)
				sums[k] += samples[i].values[k];
		}
		assert_memory_equal(sums, swk__rollup_values(rollup, cell), sizeof sums);
		for (uint32_t k = 0; k < LISTS; k++)
			assert_union(rollup, cell, k, samples, count);
		if (cell > 0)
			assert_true(swk__slice_compare(swk__rollup_key(rollup, cell - 1), key) < 0);
	}
	assert_int_equal(found, count);
}

static void test_merge_any_tree(void **state)
{
	struct sample samples[200];
	(void)state;
	for (int round = 0; round < 200; round++) {
		size_t count = 1 + chance(SWK__COUNT(samples));
		for (size_t i = 0; i < count; i++)
			sample_make(&samples[i]);
		swk__rollup *whole = samples_build(samples, count);
		assert_sums(whole, samples, count);
		for (int tree = 0; tree < 3; tree++) {
			samples_shuffle(samples, count);
			swk__rollup *merged = samples_merge(samples, count);
			assert_same(whole, merged);
			swk__rollup_release(merged);
		}
		swk__rollup_release(whole);
	}
}

static void test_round_trip(void **state)
{
	struct sample samples[100];
	(void)state;
	for (int round = 0; round < 200; round++) {
		size_t count = chance(SWK__COUNT(samples));
		for (size_t i = 0; i < count; i++)
			sample_make(&samples[i]);
		if (count > 1) {
			samples[0].values[0] = I128_MAX;
			samples[1].values[0] = I128_MIN;
			memcpy(samples[0].key, "max", samples[0].length = 3);
			memcpy(samples[1].key, "min", samples[1].length = 3);
		}
		swk__rollup *rollup = samples_build(samples, count), *again = NULL;
		swk__buf buf;
		encoding(rollup, &buf);
		assert_int_equal(swk__rollup_decode(&memory, buf.bytes, buf.length, &again, NULL), SWK_OK);
		assert_int_equal(swk__rollup_size(again), swk__rollup_size(rollup));
		assert_same(rollup, again);
		swk__rollup_release(again);
		swk__rollup_release(rollup);
		swk__buf_done(&buf);
	}
}

/* Bytes that decode are the encoding of what they decode to; all others are refused. */
static void check_bytes(const char *bytes, size_t length)
{
	swk__rollup *rollup = NULL;
	swk__buf buf;
	memory.limit = memory.used + 1024 + 64 * length;
	int code = swk__rollup_decode(&memory, bytes, length, &rollup, NULL);
	memory.limit = 0;
	if (code == SWK_ERR_CORRUPT)
		return;
	assert_int_equal(code, SWK_OK);
	encoding(rollup, &buf);
	assert_int_equal(buf.length, length);
	assert_memory_equal(buf.bytes, bytes, length);
	swk__buf_done(&buf);
	swk__rollup_release(rollup);
}

static void test_mutations(void **state)
{
	struct sample samples[12];
	swk__buf buf;
	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < SWK__COUNT(samples); i++)
			sample_make(&samples[i]);
		swk__rollup *rollup = samples_build(samples, SWK__COUNT(samples)), *other = NULL;
		encoding(rollup, &buf);
		for (size_t length = 0; length < buf.length; length++)
			assert_int_equal(swk__rollup_decode(&memory, buf.bytes, length, &other, NULL), SWK_ERR_CORRUPT);
		for (size_t at = 0; at < buf.length; at++) {
			char kept = buf.bytes[at];
			for (int value = 0; value < 256; value++) {
				buf.bytes[at] = (char)value;
				check_bytes(buf.bytes, buf.length);
			}
			buf.bytes[at] = kept;
		}
		swk__buf_done(&buf);
		swk__rollup_release(rollup);
	}
}

/* A list of one kind: anything, ascending, descending, equal, differing in one byte, one value far off,
 * small, anything far below one value. */
static int64_t kind_value(int kind, size_t i)
{
	switch (kind) {
	case 0:
		return (int64_t)((uint64_t)chance(UINT32_MAX) << 32 | chance(UINT32_MAX));
	case 1:
		return (int64_t)i;
	case 2:
		return -(int64_t)i;
	case 3:
		return 7;
	case 4:
		return (int64_t)((uint64_t)chance(256) << 56);
	case 5:
		return i ? (int64_t)i : (int64_t)1 << 40;
	case 6:
		return (int64_t)chance(1000) - 500;
	default:
		return i ? (int64_t)chance(1 << 20) : (int64_t)1 << 60;
	}
}

static void test_list_sort(void **state)
{
	static const size_t lengths[] = { 0, 1, 2, 63, 64, 65, 66, 1000, 100000 };
	static int64_t values[100000];
	(void)state;
	for (int round = 0; round < (int)SWK__COUNT(lengths) * 8; round++) {
		size_t count = lengths[round / 8];
		swk__rollup_builder builder;
		swk__rollup *rollup = NULL;
		for (size_t i = 0; i < count; i++)
			values[i] = kind_value(round % 8, i);
		swk__rollup_builder_init(&builder, &memory, 0, 1);
		assert_int_equal(
			swk__rollup_builder_add(&builder, slice("k"), NULL, &(swk__rollup_list){ values, count }, NULL),
			SWK_OK);
		assert_int_equal(swk__rollup_build(&builder, &rollup, NULL), SWK_OK);
		assert_list(swk__rollup_list_at(rollup, 0, 0), values, count);
		swk__rollup_release(rollup);
	}
}

/* Sorted, reversed and equal keys are what naive sorts die of. */
static void test_sort_traps(void **state)
{
	enum {
		COUNT = 200000
	};
	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		swk__rollup_builder builder;
		swk__rollup *rollup = NULL;
		const swk__i128 value = 1;
		swk__rollup_builder_init(&builder, &memory, 1, 0);
		for (int i = 0; i < COUNT; i++) {
			char key[16];
			snprintf(key, sizeof key, "%08d", kind == 0 ? i : kind == 1 ? COUNT - i : 7);
			assert_int_equal(swk__rollup_builder_add(&builder, slice(key), &value, NULL, NULL), SWK_OK);
		}
		assert_int_equal(swk__rollup_build(&builder, &rollup, NULL), SWK_OK);
		assert_int_equal(rollup->cells, kind == 2 ? 1 : COUNT);
		assert_true(swk__rollup_values(rollup, 0)[0] == (kind == 2 ? COUNT : 1));
		swk__rollup_release(rollup);
	}
}

/* --------------------------------------------------------------------------------------------- sweep */

static int sweep_build(swk__mem *mem, int first, swk__rollup **rollup)
{
	static const int64_t values[70] = { 9, 1 }; /* more than are sorted in place */
	swk__rollup_builder builder;
	int code = SWK_OK;
	swk__rollup_builder_init(&builder, mem, 1, 2);
	for (int i = first; i < first + 40 && code == SWK_OK; i++) {
		char key[32];
		uint32_t cells = builder.cells;
		swk__i128 value = i;
		snprintf(key, sizeof key, "key number %d", i % 50);
		size_t listed = builder.list_values.length, count = i % 7 == 0 ? SWK__COUNT(values) : (size_t)i % 3;
		swk__rollup_list lists[2] = { { values, 1 }, { values, count } };
		code = swk__rollup_builder_add(&builder, slice(key), &value, lists, NULL);
		assert_int_equal(builder.cells, cells + (code == SWK_OK));
		assert_int_equal(builder.list_values.length, listed + (code == SWK_OK ? (1 + count) * 8 : 0));
	}
	if (code == SWK_OK) {
		code = swk__rollup_build(&builder, rollup, NULL);
		assert_int_equal(builder.cells, code == SWK_OK ? 0 : 40);
	}
	swk__rollup_builder_done(&builder);
	return code;
}

static int sweep_all(swk__mem *mem, void *context)
{
	swk__rollup *a = NULL, *b = NULL, *sum = NULL, *again = NULL;
	swk__buf buf;
	(void)context;
	swk__buf_init(&buf, mem, SIZE_MAX);
	swk__buf_byte(&buf, 'x');
	size_t before = buf.length;
	int code = buf.failed ? SWK_ERR_MEMORY : sweep_build(mem, 0, &a);
	if (code == SWK_OK)
		code = sweep_build(mem, 20, &b);
	if (code == SWK_OK)
		code = swk__rollup_merge(a, b, &sum, NULL);
	assert_int_equal(code == SWK_OK, sum != NULL);
	if (code == SWK_OK)
		code = swk__rollup_encode(sum, &buf, NULL);
	if (code != SWK_OK)
		assert_int_equal(buf.length, before);
	else
		code = swk__rollup_decode(mem, buf.bytes + 1, buf.length - 1, &again, NULL);
	assert_int_equal(code == SWK_OK, again != NULL);
	swk__rollup_release(again);
	swk__rollup_release(sum);
	swk__rollup_release(b);
	swk__rollup_release(a);
	swk__buf_done(&buf);
	return code;
}

static void test_memory_sweep(void **state)
{
	(void)state;
	assert_true(sweep_run(sweep_all, NULL) >= 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_build, setup, teardown),
		cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_merge_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_measures, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lists, setup, teardown),
		cmocka_unit_test_setup_teardown(test_list_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_build_overflow, setup, teardown),
		cmocka_unit_test_setup_teardown(test_merge_overflow, setup, teardown),
		cmocka_unit_test_setup_teardown(test_merge_other_shape, setup, teardown),
		cmocka_unit_test_setup_teardown(test_builder_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_builder_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(test_keys_too_long, setup, teardown),
		cmocka_unit_test_setup_teardown(test_decode_corrupt, setup, teardown),
		cmocka_unit_test_setup_teardown(test_merge_any_tree, setup, teardown),
		cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mutations, setup, teardown),
		cmocka_unit_test_setup_teardown(test_list_sort, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sort_traps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_memory_sweep, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
