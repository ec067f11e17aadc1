/* SPDX-License-Identifier: MIT */
#include "journal.h"

#include "../support/sweep.h"

#include <stdio.h>

/* --------------------------------------------------------------------------------------- random batches */

/* xorshift64*: the same rows on every machine. */
static uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * UINT64_C(2685821657736338717);
}

static int64_t random_below(uint64_t *seed, int64_t limit)
{
	return (int64_t)(random_next(seed) % (uint64_t)limit);
}

static int64_t value_random(const swk__field *field, uint64_t *seed)
{
	bool null = !field->required && field->preset == SWK__NULL && random_below(seed, 3) == 0;
	const swk__limits *limits = &swk__kind_limits[field->kind];
	int64_t count = 0;
	while (field->values && field->values[count])
		count++;
	if (null)
		return SWK__NULL;
	if (count)
		return random_below(seed, count);
	if (random_below(seed, 4) == 0)
		return random_below(seed, 2) ? limits->low : limits->high;
	uint64_t width = (uint64_t)limits->high - (uint64_t)limits->low;
	return (int64_t)((uint64_t)limits->low + random_next(seed) % (width + 1));
}

static swk__span text_random(swk_batch *batch, const swk__field *field, uint64_t *seed)
{
	static char long_text[65535];
	char bytes[32];
	swk__span span = { 0, 0 };
	size_t most = (size_t)swk__kind_limits[field->kind].high;
	if (!field->required && random_below(seed, 3) == 0)
		return span;
	size_t length = (size_t)snprintf(bytes, sizeof bytes, "%d-text", (int)random_below(seed, 20));
	swk__slice text = { bytes, length < most ? length : most };
	if (random_below(seed, 50) == 0) {
		memset(long_text, 'x', sizeof long_text);
		text = (swk__slice){ long_text, most };
	}
	assert_true(swk__batch_bytes(batch, text, &span));
	return span;
}

static void rows_random(swk_batch *batch, size_t rows, uint64_t *seed)
{
	for (size_t i = 0; i < rows; i++) {
		swk__batch_cell cells[SWK__FIELDS_MAX] = { 0 };
		swk__table table = (swk__table)random_below(seed, SWK__TABLE_COUNT);
		for (unsigned f = 0; f < swk__schemas[table].count; f++) {
			const swk__field *field = &swk__schemas[table].fields[f];
			if (swk__kind_is_text(field->kind))
				cells[f].span = text_random(batch, field, seed);
			else
				cells[f].value = value_random(field, seed);
		}
		assert_int_equal(swk__batch_append(batch, table, cells, false, NULL), SWK_OK);
	}
}

/* ------------------------------------------------------------------------------------------- the stage */

enum {
	ROWS_MAX = 300
};

typedef struct stage {
	swk__mem mem;
	swk_batch *from, *to;
	swk__buf buf;
	unsigned char stored[ROWS_MAX];
	int64_t stamps[ROWS_MAX];
} stage;

static int stage_setup(void **state)
{
	static stage self;
	self = (stage){ 0 };
	swk__mem_init(&self.mem, NULL, 0);
	assert_int_equal(
		swk__batch_create(&self.mem, NULL, NULL, swk__slice_of("USD"), false, NULL, NULL, &self.from, NULL),
		SWK_OK);
	assert_int_equal(
		swk__batch_create(&self.mem, NULL, NULL, swk__slice_of("USD"), false, NULL, NULL, &self.to, NULL),
		SWK_OK);
	swk__buf_init(&self.buf, &self.mem, SIZE_MAX);
	for (size_t i = 0; i < ROWS_MAX; i++) {
		self.stored[i] = 1;
		self.stamps[i] = (int64_t)i * 1000;
	}
	*state = &self;
	return 0;
}

static int stage_teardown(void **state)
{
	stage *self = *state;
	swk_batch_free(self->from);
	swk_batch_free(self->to);
	swk__buf_done(&self->buf);
	assert_int_equal(self->mem.used, 0);
	return 0;
}

static swk__slice stage_encode(stage *self)
{
	self->buf.length = 0;
	assert_int_equal(swk__journal_encode(self->from, self->stored, self->stamps, &self->buf, NULL), SWK_OK);
	return (swk__slice){ self->buf.bytes, self->buf.length };
}

static void row_same(const stage *self, swk__batch_order a, int64_t stamp, swk__batch_order b)
{
	assert_int_equal(a.table, b.table);
	for (unsigned f = 0; f < swk__schemas[a.table].count; f++) {
		const swk__batch_column *x = &self->from->tables[a.table].columns[f];
		const swk__batch_column *y = &self->to->tables[a.table].columns[f];
		if (swk__kind_is_text(swk__schemas[a.table].fields[f].kind))
			assert_true(swk__slice_equal(swk__batch_text_at(self->from, x->spans[a.row]),
			                             swk__batch_text_at(self->to, y->spans[b.row])));
		else
			assert_true(y->values[b.row] == (f == SWK__FIELD_RECORDED_AT ? stamp : x->values[a.row]));
	}
}

static void same_rows(const stage *self)
{
	size_t n = 0;
	for (size_t i = 0; i < self->from->rows; i++)
		if (self->stored[i])
			row_same(self, self->from->order[i], self->stamps[i], self->to->order[n++]);
	assert_int_equal(self->to->rows, n);
}

/* --------------------------------------------------------------------------------------------- the tests */

/* One row of each way, by hand. */
static void the_bytes_are_those_of_the_header(void **state)
{
	static const char expected[] = {
		1,                                /* table rep, stamped */
		1,  2, 'r', '1',                  /* id: text 1, new */
		19,                               /* recorded_at: 1 + zigzag(9) */
		2,  3, 'A', 'n', 'n',             /* name: text 2, new */
		2,                                /* team: text 2 again */
		0,                                /* region: null */
		0,                                /* zone: null */
		1,                                /* capacity: 1 + zigzag(0) */
		3,                                /* deleted: 1 + zigzag(1) */
		0,  1, 21,  0,   0,   0, 0, 7, 1, /* given a stamp: the same id, stamp 10, capacity 0.000003 */
	};
	stage *self = *state;
	swk__batch_cell cells[SWK__FIELDS_MAX] = { 0 };
	assert_true(swk__batch_bytes(self->from, swk__slice_of("r1"), &cells[SWK__FIELD_ID].span));
	assert_true(swk__batch_bytes(self->from, swk__slice_of("Ann"), &cells[SWK__REP_NAME].span));
	cells[SWK__REP_TEAM].span = cells[SWK__REP_NAME].span;
	cells[SWK__FIELD_RECORDED_AT].value = SWK__NULL; /* the stamp counts */
	cells[SWK__REP_DELETED].value = 1;
	assert_int_equal(swk__batch_append(self->from, SWK__TABLE_REP, cells, false, NULL), SWK_OK);
	cells[SWK__REP_NAME].span = cells[SWK__REP_TEAM].span = (swk__span){ 0, 0 };
	cells[SWK__FIELD_RECORDED_AT].value = 10; /* a given one */
	cells[SWK__REP_CAPACITY].value = 3;
	cells[SWK__REP_DELETED].value = 0;
	assert_int_equal(swk__batch_append(self->from, SWK__TABLE_REP, cells, false, NULL), SWK_OK);
	self->stamps[0] = 9;
	self->stamps[1] = 10;
	swk__slice bytes = stage_encode(self);
	assert_int_equal(bytes.length, sizeof expected);
	assert_memory_equal(bytes.bytes, expected, sizeof expected);
	assert_int_equal(swk__journal_decode(bytes, self->to, NULL), SWK_OK);
	same_rows(self);
}

static void random_batches_come_back(void **state)
{
	stage *self = *state;
	uint64_t seed = 1;
	for (int turn = 0; turn < 200; turn++) {
		rows_random(self->from, (size_t)random_below(&seed, ROWS_MAX), &seed);
		for (size_t i = 0; i < self->from->rows; i++) {
			self->stored[i] = random_below(&seed, 4) != 0;
			self->stamps[i] = random_below(&seed, SWK__INSTANT_MAX + 1);
		}
		assert_int_equal(swk__journal_decode(stage_encode(self), self->to, NULL), SWK_OK);
		same_rows(self);
		swk_batch_clear(self->from);
		swk_batch_clear(self->to);
	}
}

/* Numbers as texts, so that what a row was given reads like what it means. */
static const char *const rows_of_all[SWK__TABLE_COUNT][10][2] = {
	[SWK__TABLE_REP] = { { "id", "r" }, { "zone", "UTC" }, { "capacity", "0.5" } },
	[SWK__TABLE_LEAD] = { { "id", "l" }, { "created_at", "2026-11-02" }, { "merged_into", "m" } },
	[SWK__TABLE_MESSAGE] = { { "id", "m" },
	                         { "at", "2026-11-02" },
	                         { "lead", "l" },
	                         { "direction", "inbound" },
	                         { "automated", "yes" } },
	[SWK__TABLE_CALL] = { { "id", "c" }, { "at", "2026-11-02" }, { "outcome", "busy" } },
	[SWK__TABLE_OPPORTUNITY] = { { "id", "o" },
	                             { "created_at", "2026-11-02" },
	                             { "amount", "-900000000000000" },
	                             { "currency", "JPY" },
	                             { "outcome", "won" },
	                             { "closed_at", "2200-01-01T00:00:00Z" } },
	[SWK__TABLE_STAGE] = { { "id", "s" }, { "at", "1970-01-01" }, { "opportunity", "o" }, { "amount", "0.0001" } },
	[SWK__TABLE_SCORE] = { { "id", "s" }, { "at", "2026-11-02" }, { "lead", "l" }, { "value", "99.999999" } },
	[SWK__TABLE_MEETING] = { { "id", "m" }, { "at", "2026-11-02" }, { "opportunity", "o" }, { "tactic", "demo" } },
	[SWK__TABLE_QUOTA] = { { "id", "q" }, { "from", "1970-01-01" }, { "to", "2200-01-01" }, { "won", "3" } },
	[SWK__TABLE_RATE] = { { "id", "x" }, { "currency", "KWD" }, { "date", "2026-11-02" }, { "value", "9000000" } },
};

static void a_row_of_every_table_comes_back(void **state)
{
	static const swk__zone utc;
	stage *self = *state;
	swk__zones zones;
	assert_int_equal(swk__zones_init(&zones, &self->mem, NULL, NULL), SWK_OK);
	self->from->zones = &zones;
	self->from->zone = &utc;
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++) {
		swk_error error = SWK_ERROR_INIT;
		assert_int_equal(swk_batch_row(self->from, swk__schemas[t].name, 1), SWK_OK);
		for (size_t i = 0; rows_of_all[t][i][0]; i++) {
			const char *const *one = rows_of_all[t][i];
			assert_int_equal(swk_batch_parse(self->from, one[0], one[1], strlen(one[1])), SWK_OK);
		}
		swk_batch_end(self->from, &error);
		assert_string_equal(error.reason, "");
	}
	assert_int_equal(swk__journal_decode(stage_encode(self), self->to, NULL), SWK_OK);
	assert_int_equal(self->to->rows, SWK__TABLE_COUNT);
	same_rows(self);
	assert_true(self->to->tables[SWK__TABLE_OPPORTUNITY].columns[SWK__OPPORTUNITY_AMOUNT].values[0] ==
	            INT64_C(-9000000000000000000));
	swk__zones_done(&zones);
}

/* Encoding what was decoded gives the same bytes. */
static void the_encoding_is_stable(void **state)
{
	stage *self = *state;
	uint64_t seed = 7;
	swk__buf again;
	rows_random(self->from, ROWS_MAX, &seed);
	swk__slice bytes = stage_encode(self);
	assert_int_equal(swk__journal_decode(bytes, self->to, NULL), SWK_OK);
	swk__buf_init(&again, &self->mem, SIZE_MAX);
	assert_int_equal(swk__journal_encode(self->to, self->stored, self->stamps, &again, NULL), SWK_OK);
	assert_true(swk__slice_equal(bytes, (swk__slice){ again.bytes, again.length }));
	swk__buf_done(&again);
}

static void encoding_appends_and_nothing_is_nothing(void **state)
{
	stage *self = *state;
	assert_true(swk__buf_byte(&self->buf, 42));
	assert_int_equal(swk__journal_encode(self->from, self->stored, self->stamps, &self->buf, NULL), SWK_OK);
	assert_int_equal(self->buf.length, 1);
	assert_int_equal(swk__journal_decode((swk__slice){ NULL, 0 }, self->to, NULL), SWK_OK);
	assert_int_equal(self->to->rows, 0);
}

/* The batches of a commit lie one after the other; each numbers its texts by itself. */
static void batches_of_a_commit_follow_each_other(void **state)
{
	stage *self = *state;
	swk__batch_cell cells[SWK__FIELDS_MAX] = { 0 };
	assert_true(swk__batch_bytes(self->from, swk__slice_of("r1"), &cells[SWK__FIELD_ID].span));
	cells[SWK__REP_NAME].span = cells[SWK__FIELD_ID].span;
	assert_int_equal(swk__batch_append(self->from, SWK__TABLE_REP, cells, false, NULL), SWK_OK);
	swk__slice once = stage_encode(self);
	const size_t length = once.length;
	for (int i = 0; i < 2; i++)
		assert_int_equal(swk__journal_encode(self->from, self->stored, self->stamps, &self->buf, NULL), SWK_OK);
	assert_int_equal(self->buf.length, 3 * length + 2);
	assert_int_equal(swk__journal_decode((swk__slice){ self->buf.bytes, self->buf.length }, self->to, NULL),
	                 SWK_OK);
	assert_int_equal(self->to->rows, 3);
	for (size_t i = 0; i < 3; i++)
		row_same(self, self->from->order[0], self->stamps[0], self->to->order[i]);
}

/* Bytes no encode wrote; each is a row of a rep but for one thing. */
static void wrong_bytes_are_corrupt(void **state)
{
#define BYTES(...)                                                                   \
	{                                                                            \
		(const char[]){ __VA_ARGS__ }, sizeof((const char[]){ __VA_ARGS__ }) \
	}
	const swk__slice cases[] = {
		BYTES(2 * SWK__TABLE_COUNT, 1, 1, 'a', 1, 0, 0, 0, 0, 1, 1), /* no such table */
		BYTES(126, 1, 1, 'a', 1, 0, 0, 0, 0, 1, 1),
		BYTES(-128, 0, 1, 1, 'a', 1, 0, 0, 0, 0, 1, 1),          /* a varint that is not the shortest */
		BYTES(0, 0, 1, 0, 0, 0, 0, 1, 1),                        /* no id */
		BYTES(0, 2, 1, 'a', 1, 0, 0, 0, 0, 1, 1),                /* text 2 before text 1 */
		BYTES(0, 1, 0, 1, 0, 0, 0, 0, 1, 1),                     /* a new text that is empty */
		BYTES(0, 1, 127, 'a', 1, 0, 0, 0, 0, 1, 1),              /* longer than what is left */
		BYTES(0, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 'a'), /* 2^64 - 1 bytes long */
		BYTES(0, 1, 1, 'a', 0, 0, 0, 0, 0, 1, 1),                /* no recorded_at */
		BYTES(0, 1, 1, 'a', 2, 0, 0, 0, 0, 1, 1),                /* recorded_at -1 */
		BYTES(0, 1, 1, 'a', -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 0, 0, 0, 0, 1, 1), /* beyond 2200 */
		BYTES(0, 1, 1, 'a', -128, -128, -128, -128, -128, -128, -128, -128, -128, 2, 0, 0, 0, 0, 1,
		      1),                                       /* 2^64 */
		BYTES(0, 1, 1, 'a', 1, 0, 0, 0, 0, 0, 1),       /* no capacity, though it has a default */
		BYTES(0, 1, 1, 'a', 1, 0, 0, 0, 0, 1, 5),       /* deleted is 2 */
		BYTES(0, 1, 1, 'a', 1, 0, 0, 0, 0, 1, 1, 0),    /* a second row that is cut */
		BYTES(6, 1, 1, 'a', 1, 1, 0, 0, 5, 1, 0, 1, 1), /* a call whose direction is 2 */
	};
	static const char good[] = { 0, 1, 1, 'a', 1, 0, 0, 0, 0, 1, 1 };
	stage *self = *state;
	for (size_t i = 0; i < SWK__COUNT(cases); i++) {
		swk_error error = SWK_ERROR_INIT;
		if (swk__journal_decode(cases[i], self->to, &error) != SWK_ERR_CORRUPT)
			fail_msg("case %zu was taken", i);
		assert_int_equal(error.code, SWK_ERR_CORRUPT);
		assert_non_null(strstr(error.reason, "the journal was corrupt at byte "));
		assert_int_equal(self->to->rows, 0);
		assert_int_equal(self->to->bytes.length, 0);
	}
	assert_int_equal(swk__journal_decode((swk__slice){ good, sizeof good }, self->to, NULL), SWK_OK);
}

/* A rep whose id has that many bytes, and the name when there is one. */
static int lengths_decode(stage *self, size_t id, size_t name)
{
	static const char filler[70000];
	self->buf.length = 0;
	swk__buf_append(&self->buf, "\0\1", 2);
	swk__buf_varint(&self->buf, id);
	swk__buf_append(&self->buf, filler, id);
	swk__buf_append(&self->buf, name ? "\1\2" : "\1\0", 2);
	if (name)
		swk__buf_varint(&self->buf, name);
	swk__buf_append(&self->buf, filler, name);
	swk__buf_append(&self->buf, "\0\0\0\1\1", 5);
	int code = swk__journal_decode((swk__slice){ self->buf.bytes, self->buf.length }, self->to, NULL);
	swk_batch_clear(self->to);
	return code;
}

static void texts_longer_than_their_kind_are_corrupt(void **state)
{
	assert_int_equal(lengths_decode(*state, 255, 0), SWK_OK);
	assert_int_equal(lengths_decode(*state, 256, 0), SWK_ERR_CORRUPT);
	assert_int_equal(lengths_decode(*state, 1, 65535), SWK_OK);
	assert_int_equal(lengths_decode(*state, 1, 65536), SWK_ERR_CORRUPT);
}

/* No stamp is below zero, but the format can say it. */
static void stamps_below_zero_are_corrupt(void **state)
{
	stage *self = *state;
	uint64_t seed = 1;
	rows_random(self->from, 1, &seed);
	self->stamps[0] = 63; /* 1 + zigzag(63) = 127 */
	size_t length = stage_encode(self).length;
	self->stamps[0] = -63; /* 1 + zigzag(-63) = 126 */
	assert_int_equal(stage_encode(self).length, length);
	assert_int_equal(swk__journal_decode(stage_encode(self), self->to, NULL), SWK_ERR_CORRUPT);
}

/* Every prefix decodes to a prefix of the rows (cut between two) or is corrupt. */
static void every_truncation_is_noticed(void **state)
{
	stage *self = *state;
	uint64_t seed = 3;
	size_t taken = 0;
	do {
		swk_batch_clear(self->from);
		rows_random(self->from, 30, &seed);
	} while (stage_encode(self).length > 4000);
	swk__slice bytes = stage_encode(self);
	for (size_t length = 0; length < bytes.length; length++) {
		char *cut = swk__alloc(&self->mem, SWK__FAULT_batch_create, 1, length + 1);
		char *end = cut + 1; /* so that reading beyond the end leaves the block */
		memcpy(end, bytes.bytes, length);
		int code = swk__journal_decode((swk__slice){ end, length }, self->to, NULL);
		assert_true(code == SWK_OK || code == SWK_ERR_CORRUPT);
		assert_true(code == SWK_OK || self->to->rows == 0);
		for (size_t i = 0; i < self->to->rows; i++)
			row_same(self, self->from->order[i], self->stamps[i], self->to->order[i]);
		taken += code == SWK_OK;
		swk_batch_clear(self->to);
		swk__free(&self->mem, cut);
	}
	assert_int_equal(taken, 30); /* 0 to 29 whole rows */
}

/* Wrong bytes never crash, and what is taken can be encoded again. */
static void mutations_never_crash(void **state)
{
	stage *self = *state;
	uint64_t seed = 11;
	size_t taken = 0;
	char bytes[4096];
	do {
		swk_batch_clear(self->from);
		rows_random(self->from, 20, &seed);
	} while (stage_encode(self).length > sizeof bytes);
	swk__slice good = stage_encode(self);
	for (int turn = 0; turn < 20000; turn++) {
		memcpy(bytes, good.bytes, good.length);
		for (int64_t n = 1 + random_below(&seed, 3); n > 0; n--)
			bytes[random_below(&seed, (int64_t)good.length)] = (char)random_next(&seed);
		size_t length = good.length - (size_t)(random_below(&seed, 8) ? 0 : random_below(&seed, 20));
		if (swk__journal_decode((swk__slice){ bytes, length }, self->to, NULL) == SWK_OK) {
			swk__buf again;
			swk__buf_init(&again, &self->mem, SIZE_MAX);
			assert_in_range(self->to->rows, 0, ROWS_MAX);
			assert_int_equal(swk__journal_encode(self->to, self->stored, self->stamps, &again, NULL),
			                 SWK_OK);
			swk__buf_done(&again);
			taken++;
		} else {
			assert_int_equal(self->to->rows, 0);
		}
		swk_batch_clear(self->to);
	}
	assert_in_range(taken, 100, 19900); /* both ends are met */
}

/* --------------------------------------------------------------------------------------------- memory */

/* Encodes into `buf` and decodes again; a failure leaves both as they were. */
static int journal_pass(swk__mem *mem, void *context)
{
	const stage *self = context;
	swk_batch from = *self->from;
	swk_batch *to = NULL;
	swk__buf buf;
	swk_error error = SWK_ERROR_INIT;
	from.mem = mem; /* encoding changes nothing in it */
	swk__buf_init(&buf, mem, SIZE_MAX);
	int code = swk__journal_encode(&from, self->stored, self->stamps, &buf, &error);
	if (code != SWK_OK)
		assert_int_equal(buf.length, 0);
	else
		code = swk__batch_create(mem, NULL, NULL, swk__slice_of("USD"), false, NULL, NULL, &to, &error);
	if (to) {
		code = swk__journal_decode((swk__slice){ buf.bytes, buf.length }, to, &error);
		assert_int_equal(to->rows, code == SWK_OK ? from.rows : 0);
	}
	assert_int_equal(error.code, code);
	swk_batch_free(to);
	swk__buf_done(&buf);
	return code;
}

static void memory_may_fail_anywhere(void **state)
{
	stage *self = *state;
	uint64_t seed = 5;
	rows_random(self->from, ROWS_MAX, &seed);
	assert_in_range(sweep_run(journal_pass, self), 40, 1000);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_setup, stage_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(the_bytes_are_those_of_the_header),
		STAGED(random_batches_come_back),
		STAGED(a_row_of_every_table_comes_back),
		STAGED(the_encoding_is_stable),
		STAGED(encoding_appends_and_nothing_is_nothing),
		STAGED(batches_of_a_commit_follow_each_other),
		STAGED(wrong_bytes_are_corrupt),
		STAGED(texts_longer_than_their_kind_are_corrupt),
		STAGED(stamps_below_zero_are_corrupt),
		STAGED(every_truncation_is_noticed),
		STAGED(mutations_never_crash),
		STAGED(memory_may_fail_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
