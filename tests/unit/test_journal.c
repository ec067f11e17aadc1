/* SPDX-License-Identifier: MIT */
#include "journal.h"

#include "../support/sweep.h"

#include <stdio.h>

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

/* --------------------------------------------------------------------------------------------- the stage */

/* Dictionaries, and a run of rows of one table. */
typedef struct stage {
	swk__mem *mem;
	swk__text texts, ids[SWK__TABLE_COUNT];
	swk__dictionaries all;
	swk__journal_run run;
	uint32_t picked[SWK__JOURNAL_ROWS];
	bool stamped[SWK__JOURNAL_ROWS];
	int64_t cells[SWK__FIELDS_MAX][SWK__JOURNAL_ROWS];
} stage;

static void stage_close(stage *self)
{
	swk__text_done(&self->texts);
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++)
		swk__text_done(&self->ids[t]);
}

static int stage_open(stage *self, swk__mem *mem)
{
	memset(self, 0, sizeof *self);
	self->mem = mem;
	self->all = (swk__dictionaries){ &self->texts, self->ids };
	int code = swk__text_init(&self->texts, mem, 1, NULL);
	for (unsigned t = 0; t < SWK__TABLE_COUNT && code == SWK_OK; t++)
		code = swk__text_init(&self->ids[t], mem, t + 2, NULL);
	if (code != SWK_OK)
		stage_close(self);
	return code;
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

static int text_random(stage *self, const swk__field *field, uint64_t *seed, int64_t *cell)
{
	static char long_text[65535];
	char bytes[40];
	size_t most = (size_t)swk__kind_limits[field->kind].high;
	uint32_t number = 0;
	*cell = 0;
	if (!field->required && random_below(seed, 3) == 0)
		return SWK_OK;
	size_t length = (size_t)snprintf(bytes, sizeof bytes, "%d-%s", (int)random_below(seed, 200),
	                                 field->kind == SWK__KIND_ID ? "id" : "text");
	swk__slice text = { bytes, length < most ? length : most };
	if (field->kind == SWK__KIND_CURRENCY) {
		text = swk__slice_of(random_below(seed, 2) ? "EUR" : "JPY");
	} else if (random_below(seed, 500) == 0) {
		memset(long_text, 'x', sizeof long_text);
		text = (swk__slice){ long_text, most };
	}
	int code = swk__text_intern(swk__dictionary(&self->all, self->run.table, field), text, &number, NULL);
	*cell = number;
	return code;
}

/* What values of a field have in common, run by run: nothing, a unit, all of them. */
static void values_round(int64_t *cells, uint32_t count, int64_t mood)
{
	static const int64_t units[] = { 1, 100, 1000, 1000000 };
	for (uint32_t i = 0; i < count; i++) {
		if (cells[i] != SWK__NULL && mood > 0 && mood < 4)
			cells[i] -= cells[i] % units[mood];
		else if (mood == 4)
			cells[i] = cells[0];
	}
}

/* A run of random rows, every third of which is left out. */
static int run_random(stage *self, swk__table table, uint32_t rows, uint64_t *seed)
{
	const swk__schema *schema = &swk__schemas[table];
	self->run = (swk__journal_run){ .table = table, .picked = self->picked, .stamped = self->stamped };
	for (unsigned f = 0; f < schema->count; f++) {
		const swk__field *field = &schema->fields[f];
		const bool text = swk__kind_is_text(field->kind);
		swk__text *texts = swk__dictionary(&self->all, table, field);
		self->run.values[f] = self->cells[f];
		self->run.first[f] = swk__text_count(texts);
		for (uint32_t i = 0; i < rows; i++) {
			int code = SWK_OK;
			if (text)
				code = text_random(self, field, seed, &self->cells[f][i]);
			else
				self->cells[f][i] = value_random(field, seed);
			if (f == SWK__FIELD_RECORDED_AT && self->cells[f][i] == SWK__NULL)
				self->cells[f][i] = random_below(seed, swk__kind_limits[SWK__KIND_INSTANT].high);
			if (code != SWK_OK)
				return code;
		}
		if (!text && !field->values && field->kind != SWK__KIND_FACTOR)
			values_round(self->cells[f], rows, random_below(seed, 6));
		self->run.end[f] = swk__text_count(texts);
	}
	for (uint32_t i = 0; i < rows; i++) {
		if (table == SWK__TABLE_OPPORTUNITY && self->cells[SWK__OPPORTUNITY_CLOSED_AT][i] == SWK__NULL)
			self->cells[SWK__OPPORTUNITY_OUTCOME][i] = SWK__OPEN;
		self->stamped[i] = random_below(seed, 2);
		if (i % 3)
			self->picked[self->run.count++] = i;
	}
	return SWK_OK;
}

static void run_same(const stage *self, const stage *other, const swk__journal_rows *rows)
{
	const swk__schema *schema = &swk__schemas[self->run.table];
	assert_int_equal(rows->table, self->run.table);
	assert_int_equal(rows->count, self->run.count);
	for (uint32_t i = 0; i < rows->count; i++) {
		assert_int_equal(rows->stamped[i], self->stamped[self->picked[i]]);
		for (unsigned f = 0; f < schema->count; f++) {
			int64_t a = self->cells[f][self->picked[i]], b = rows->cells[f][i];
			assert_int_equal(a, b);
			if (swk__kind_is_text(schema->fields[f].kind))
				assert_true(swk__slice_equal(
					swk__text_get(swk__dictionary(&self->all, rows->table, &schema->fields[f]),
				                      (uint32_t)a),
					swk__text_get(swk__dictionary(&other->all, rows->table, &schema->fields[f]),
				                      (uint32_t)b)));
		}
	}
}

/* ------------------------------------------------------------------------------------------------- tests */

static stage from, to;
static swk__journal_rows rows;

static void random_runs_come_back(void **state)
{
	(void)state;
	swk__mem mem;
	uint64_t seed = 3;
	swk__mem_init(&mem, NULL, 0);
	for (unsigned turn = 0; turn < 10; turn++) {
		assert_int_equal(stage_open(&from, &mem), SWK_OK);
		assert_int_equal(stage_open(&to, &mem), SWK_OK);
		for (unsigned i = 0; i < 40; i++) {
			swk__buf buf;
			swk__buf_init(&buf, &mem, SIZE_MAX);
			uint32_t count = i == 7 ? SWK__JOURNAL_ROWS : 2 + (uint32_t)random_below(&seed, 100);
			assert_int_equal(run_random(&from, (swk__table)(i % SWK__TABLE_COUNT), count, &seed), SWK_OK);
			swk__journal_encode(&from.all, &from.run, &buf);
			assert_false(buf.failed);
			swk__reader reader = { .bytes = buf.bytes, .length = buf.length };
			assert_int_equal(swk__journal_decode(&to.all, &reader, &rows, NULL), SWK_OK);
			assert_int_equal(reader.at, buf.length);
			run_same(&from, &to, &rows);
			swk__buf_done(&buf);
		}
		stage_close(&from);
		stage_close(&to);
	}
	assert_int_equal(mem.used, 0);
}

/* One rate, as the header describes it; written down once, read as files of this format hold it. */
static void the_bytes_are_those_of_the_header(void **state)
{
	(void)state;
	static const unsigned char bytes[] = {
		9,  2,                                        /* table rate, two rows */
		2,  3,    'e',  '1',  'e',  '2',              /* two new ids of two bytes */
		1,  4,    'E',  'U',  'R',                    /* one new text */
		65, 2,                                        /* ids 1, 2 */
		2,  0,    0x80, 0x84, 0xaf, 0x5f, 0x0c,       /* recorded_at: 2 bits, seconds, from 100 s */
		0,  2,                                        /* currency: all 1 */
		65, 20,                                       /* dates 10, 11 */
		0,  0x80, 0xa0, 0x94, 0xa5, 0x8d, 0x1d, 0, 0, /* value 0.5, deleted 0 */
		65, 0                                         /* stamped: 0, 1 */
	};
	swk__mem mem;
	swk__buf buf;
	swk__mem_init(&mem, NULL, 0);
	swk__buf_init(&buf, &mem, SIZE_MAX);
	assert_int_equal(stage_open(&from, &mem), SWK_OK);
	uint32_t number;
	from.run = (swk__journal_run){
		.table = SWK__TABLE_RATE, .picked = from.picked, .count = 2, .stamped = from.stamped
	};
	assert_int_equal(swk__text_intern(&from.ids[SWK__TABLE_RATE], swk__slice_of("e1"), &number, NULL), SWK_OK);
	assert_int_equal(swk__text_intern(&from.ids[SWK__TABLE_RATE], swk__slice_of("e2"), &number, NULL), SWK_OK);
	assert_int_equal(swk__text_intern(&from.texts, swk__slice_of("EUR"), &number, NULL), SWK_OK);
	const int64_t cells[][2] = { { 1, 2 },   { 100000000, 103000000 },       { 1, 1 },
		                     { 10, 11 }, { 500000000000, 500000000000 }, { 0, 0 } };
	for (unsigned f = 0; f < SWK__COUNT(cells); f++) {
		from.run.values[f] = cells[f];
		from.run.first[f] = 1;
		from.run.end[f] = f == SWK__FIELD_ID ? 3 : f == SWK__RATE_CURRENCY ? 2 : 1;
	}
	from.picked[1] = 1;
	from.stamped[1] = true;
	swk__journal_encode(&from.all, &from.run, &buf);
	for (size_t i = 0; i < buf.length; i++)
		if (i >= sizeof bytes || (unsigned char)buf.bytes[i] != bytes[i])
			print_message("byte %zu is 0x%02x\n", i, (unsigned char)buf.bytes[i]);
	assert_int_equal(buf.length, sizeof bytes);
	assert_memory_equal(buf.bytes, bytes, sizeof bytes);
	swk__buf_done(&buf);
	stage_close(&from);
}

/* Each is the run above with something wrong in it. */
static int decode_code(const unsigned char *bytes, size_t length)
{
	swk__mem mem;
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(stage_open(&to, &mem), SWK_OK);
	swk__reader reader = { .bytes = (const char *)bytes, .length = length };
	int code = swk__journal_decode(&to.all, &reader, &rows, NULL);
	if (reader.failed) { /* the run is not whole: nothing of it counts */
		assert_int_equal(code, SWK_OK);
		for (unsigned t = 0; t < SWK__TABLE_COUNT; t++)
			assert_int_equal(swk__text_count(&to.ids[t]), 1);
		code = SWK_ERR_CORRUPT;
	}
	stage_close(&to);
	assert_int_equal(mem.used, 0);
	return code;
}

static void wrong_bytes_are_corrupt(void **state)
{
	(void)state;
	static const unsigned char good[] = { 0, 1, 1, 2, 'r', 0, 0, 0, 0,    0,    2,    0, 200, 1, 0,
		                              0, 0, 0, 0, 0,   0, 0, 0, 0x80, 0x89, 0x7a, 0, 0,   0, 0 };
	static const struct {
		const char *about;
		size_t at;
		unsigned char byte;
	} wrongs[] = {
		{ "no such table", 0, SWK__TABLE_COUNT },
		{ "no rows", 1, 0 },
		{ "more new texts than rows can have", 2, 0x7f },
		{ "an empty id", 3, 1 },
		{ "an id that is not there", 10, 4 },
		{ "a required id that is null", 10, 0 },
		{ "a recorded_at before all time", 12, 1 },
		{ "no such width", 9, 66 },
		{ "a text that is not there", 14 + 1, 2 },
		{ "a zone that is not there", 21, 2 },
	};
	assert_int_equal(decode_code(good, sizeof good), SWK_OK);
	for (size_t i = 0; i < SWK__COUNT(wrongs); i++) {
		unsigned char bytes[sizeof good];
		memcpy(bytes, good, sizeof good);
		bytes[wrongs[i].at] = wrongs[i].byte;
		if (decode_code(bytes, sizeof bytes) != SWK_ERR_CORRUPT)
			fail_msg("%s was not corrupt", wrongs[i].about);
	}
	for (size_t length = 0; length < sizeof good; length++)
		assert_int_equal(decode_code(good, length), SWK_ERR_CORRUPT);
}

/* The code of a journal of two opportunities after a change of the second one. */
static int opportunities_code(unsigned field, int64_t value, const char *currency)
{
	swk__mem mem;
	swk__buf buf;
	uint64_t seed = 5;
	uint32_t number;
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(stage_open(&from, &mem), SWK_OK);
	swk__buf_init(&buf, &mem, SIZE_MAX);
	assert_int_equal(run_random(&from, SWK__TABLE_OPPORTUNITY, 3, &seed), SWK_OK);
	const unsigned last = from.picked[from.run.count - 1];
	from.cells[SWK__OPPORTUNITY_OUTCOME][last] = SWK__WON;
	from.cells[SWK__OPPORTUNITY_CLOSED_AT][last] = 0;
	if (currency)
		assert_int_equal(swk__text_intern(&from.texts, swk__slice_of(currency), &number, NULL), SWK_OK);
	from.cells[field][last] = currency ? (int64_t)number : value;
	from.run.end[field] = currency ? swk__text_count(&from.texts) : from.run.end[field];
	swk__journal_encode(&from.all, &from.run, &buf);
	const int code = decode_code((const unsigned char *)buf.bytes, buf.length);
	swk__buf_done(&buf);
	stage_close(&from);
	return code;
}

/* What those rely on who count rows, though a checksum vouches for it. */
static void what_counting_goes_by_is_checked(void **state)
{
	(void)state;
	assert_int_equal(opportunities_code(SWK__OPPORTUNITY_CLOSED_AT, 1, NULL), SWK_OK);
	assert_int_equal(opportunities_code(SWK__OPPORTUNITY_CLOSED_AT, SWK__NULL, NULL), SWK_ERR_CORRUPT);
	assert_int_equal(opportunities_code(SWK__OPPORTUNITY_CURRENCY, 0, "USD"), SWK_OK);
	assert_int_equal(opportunities_code(SWK__OPPORTUNITY_CURRENCY, 0, "ZZZ"), SWK_ERR_CORRUPT);
	assert_int_equal(opportunities_code(SWK__OPPORTUNITY_CURRENCY, 0, "E"), SWK_ERR_CORRUPT);
}

/* A name may be longer than a zone, and both are texts of one dictionary. */
static void a_field_takes_no_longer_text_than_it_may(void **state)
{
	(void)state;
	static const unsigned char head[] = { 0, 1, 1, 2, 'r', 1, 0x81, 2 };
	unsigned char bytes[sizeof head + 256 + 21] = { 0 }, *columns = bytes + sizeof head + 256 + 3;
	memcpy(bytes, head, sizeof head);
	memset(bytes + sizeof head, 'x', 256);
	columns[1] = 2;   /* id 1 */
	columns[3] = 100; /* recorded_at */
	columns[5] = 2;   /* name 1 */
	assert_int_equal(decode_code(bytes, sizeof bytes), SWK_OK);
	columns[11] = 2; /* zone 1 */
	assert_int_equal(decode_code(bytes, sizeof bytes), SWK_ERR_CORRUPT);
}

/* An amount: a cell of 63 bits over the least number, which is null. */
static void cells_do_not_begin_at_null(void **state)
{
	(void)state;
	unsigned char bytes[54] = { SWK__TABLE_OPPORTUNITY, 1, 1, 2, 'o' }, *columns = bytes + 10, *amount = bytes + 24;
	columns[1] = 2;   /* id 1 */
	columns[3] = 100; /* recorded_at */
	columns[5] = 100; /* created_at */
	amount[0] = 63;
	amount[1] = SWK__UNIT_COUNT - 1;
	memset(amount + 2, 0xff, 18); /* base; cell */
	amount[11] = 1;
	amount[19] = 0x7f;
	assert_int_equal(decode_code(bytes, sizeof bytes), SWK_ERR_CORRUPT);
	memset(amount + 2, 0, 18);
	assert_int_equal(decode_code(bytes, sizeof bytes), SWK_OK);
}

/* The same text as a new one for the second time: nobody would look for it, but whoever interns is told. */
static void texts_come_new_but_once(void **state)
{
	(void)state;
	static const char bytes[] = { 0, 2, 2, 2, 'r', 'r', 0, 0, 0, 0, 65, 2, 0, 100, 0,
		                      0, 0, 0, 0, 0,   0,   0, 0, 0, 0, 0,  0, 0, 0 };
	swk__mem mem;
	swk_error error = SWK_ERROR_INIT;
	uint32_t number;
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(stage_open(&to, &mem), SWK_OK);
	swk__reader reader = { .bytes = bytes, .length = sizeof bytes };
	assert_int_equal(swk__journal_decode(&to.all, &reader, &rows, NULL), SWK_OK);
	for (int turn = 0; turn < 2; turn++) {
		swk__text *ids = &to.ids[SWK__TABLE_REP];
		assert_int_equal(swk__text_intern(ids, swk__slice_of("new"), &number, &error), SWK_ERR_CORRUPT);
		assert_string_equal(error.reason, "a text was stored twice, as 1 and 2");
	}
	stage_close(&to);
	assert_int_equal(mem.used, 0);
}

static void mutations_never_crash(void **state)
{
	(void)state;
	swk__mem mem;
	uint64_t seed = 11;
	size_t taken = 0;
	char bytes[4096];
	swk__mem_init(&mem, NULL, 0);
	for (int turn = 0; turn < 3000; turn++) {
		swk__buf buf;
		swk__buf_init(&buf, &mem, SIZE_MAX);
		assert_int_equal(stage_open(&from, &mem), SWK_OK);
		assert_int_equal(run_random(&from, (swk__table)(turn % SWK__TABLE_COUNT), 20, &seed), SWK_OK);
		swk__journal_encode(&from.all, &from.run, &buf);
		stage_close(&from);
		if (buf.length <= sizeof bytes) {
			memcpy(bytes, buf.bytes, buf.length);
			for (int64_t n = 1 + random_below(&seed, 3); n > 0; n--)
				bytes[random_below(&seed, (int64_t)buf.length)] = (char)random_next(&seed);
			taken += decode_code((const unsigned char *)bytes, buf.length) == SWK_OK;
		}
		swk__buf_done(&buf);
	}
	assert_in_range(taken, 100, 2900); /* both ends are met */
	assert_int_equal(mem.used, 0);
}

/* ------------------------------------------------------------------------------------------------ memory */

static int journal_pass(swk__mem *mem, void *context)
{
	const swk__slice *bytes = context;
	int code = stage_open(&to, mem);
	if (code != SWK_OK)
		return code;
	swk__reader reader = { .bytes = bytes->bytes, .length = bytes->length };
	code = swk__journal_decode(&to.all, &reader, &rows, NULL);
	stage_close(&to);
	return code;
}

static void memory_may_fail_anywhere(void **state)
{
	(void)state;
	swk__mem mem;
	swk__buf buf;
	uint64_t seed = 5;
	swk__mem_init(&mem, NULL, 0);
	swk__buf_init(&buf, &mem, SIZE_MAX);
	assert_int_equal(stage_open(&from, &mem), SWK_OK);
	assert_int_equal(run_random(&from, SWK__TABLE_LEAD, 300, &seed), SWK_OK);
	swk__journal_encode(&from.all, &from.run, &buf);
	swk__slice bytes = { buf.bytes, buf.length };
	assert_in_range(sweep_run(journal_pass, &bytes), 40, 1000);
	stage_close(&from);
	swk__buf_done(&buf);
	assert_int_equal(mem.used, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_runs_come_back),
		cmocka_unit_test(the_bytes_are_those_of_the_header),
		cmocka_unit_test(wrong_bytes_are_corrupt),
		cmocka_unit_test(what_counting_goes_by_is_checked),
		cmocka_unit_test(texts_come_new_but_once),
		cmocka_unit_test(a_field_takes_no_longer_text_than_it_may),
		cmocka_unit_test(cells_do_not_begin_at_null),
		cmocka_unit_test(mutations_never_crash),
		cmocka_unit_test(memory_may_fail_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
