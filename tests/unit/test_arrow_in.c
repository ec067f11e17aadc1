/* SPDX-License-Identifier: MIT */
#include "arrow_in.h"

#include "../support/arrow_make.h"
#include "../support/batch_stage.h"
#include "calendar.h"

/* ------------------------------------------------------------------------------------------ cells */

/* A cell of a column `field`, and what it becomes: a value, or a reason why not. */
typedef struct cell_case {
	swk__table table;
	const char *field, *format;
	const void *cell;
	size_t size;
	int64_t value;
	const char *reason;
} cell_case;

#define AS(type, ...) &(const type){ __VA_ARGS__ }, sizeof(type)
#define BYTES(text) (text), sizeof(text) - 1

#define REP(field, format, cell, ...)                            \
	{                                                        \
		SWK__TABLE_REP, field, format, cell, __VA_ARGS__ \
	}
#define CALL(field, format, cell, ...)                            \
	{                                                         \
		SWK__TABLE_CALL, field, format, cell, __VA_ARGS__ \
	}
#define DEAL(field, format, cell, ...)                                   \
	{                                                                \
		SWK__TABLE_OPPORTUNITY, field, format, cell, __VA_ARGS__ \
	}
#define QUOTA(field, format, cell, ...)                            \
	{                                                          \
		SWK__TABLE_QUOTA, field, format, cell, __VA_ARGS__ \
	}
#define WRONG(why) 0, why

typedef unsigned char wide[32];

static const cell_case cases[] = {
	REP("capacity", "c", AS(int8_t, 5), 5000000, NULL),
	REP("capacity", "c", AS(int8_t, -5), WRONG("was below 0")),
	REP("capacity", "s", AS(int16_t, 300), 300000000, NULL),
	REP("capacity", "i", AS(int32_t, 70000), INT64_C(70000000000), NULL),
	REP("capacity", "l", AS(int64_t, 1000000000), INT64_C(1000000000000000), NULL),
	REP("capacity", "l", AS(int64_t, 1000000001), WRONG("was above 1000000000")),
	REP("capacity", "l", AS(int64_t, INT64_MIN), WRONG("was below 0")),
	REP("capacity", "C", AS(uint8_t, 200), 200000000, NULL),
	REP("capacity", "S", AS(uint16_t, 40000), INT64_C(40000000000), NULL),
	REP("capacity", "I", AS(uint32_t, 3000000000), WRONG("was above 1000000000")),
	REP("capacity", "L", AS(uint64_t, UINT64_MAX), WRONG("was above 1000000000")),
	/* 0x2e66 is 0.0999755859375, the half nearest to 0.1; 0x7e00 is a NaN, 0x7c00 infinity, 1 the least of all */
	REP("capacity", "e", AS(uint16_t, 0x2e66), 100000, NULL),
	REP("capacity", "e", AS(uint16_t, 0x4a40), 12500000, NULL),
	REP("capacity", "e", AS(uint16_t, 0x7e00), 1000000, NULL),
	REP("capacity", "e", AS(uint16_t, 0x7c00), WRONG("was not finite")),
	REP("capacity", "e", AS(uint16_t, 0x8001), WRONG("was below 0")),
	REP("capacity", "e", AS(uint16_t, 1), 0, NULL),
	REP("capacity", "e", AS(uint16_t, 0x7bff), INT64_C(65504000000), NULL),
	REP("capacity", "f", AS(float, 0.3f), 300000, NULL),
	REP("capacity", "f", AS(float, 16777216), INT64_C(16777216000000), NULL),
	REP("capacity", "f", AS(float, 1e-45f), 0, NULL),
	REP("capacity", "g", AS(double, 0.3), 300000, NULL),
	REP("capacity", "g", AS(double, -0.0), 0, NULL),
	REP("capacity", "g", AS(double, 0.0000005), 0, NULL),
	REP("capacity", "g", AS(double, 0.0000015), 2, NULL),
	REP("capacity", "g", AS(double, 1e300), WRONG("was above 1000000000")),
	REP("capacity", "b", AS(uint8_t, 1), WRONG("expected a number, was a boolean")),
	REP("capacity", "d:9,2,32", AS(int32_t, 1234), 12340000, NULL),
	REP("capacity", "d:18,7,64", AS(int64_t, 25), 2, NULL),
	REP("capacity", "d:5,-3", BYTES("\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), INT64_C(2000000000), NULL),
	REP("capacity", "d:9,-9,32", AS(int32_t, 0), 0, NULL),
	REP("capacity", "d:38,38", BYTES("\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), 0, NULL),
	REP("capacity", "d:76,20,256", AS(wide, 0, 0, 0, 0, 0, 0, 0, 0, 1), 184467, NULL),
	REP("capacity", "d:76,0,256", AS(wide, [31] = 0x80), WRONG("was below 0")),
	REP("capacity", "tDs", AS(int64_t, 1), WRONG("expected a number, was a duration")),
	REP("name", "l", AS(int64_t, 7), WRONG("expected a text, was a number")),
	REP("deleted", "b", AS(uint8_t, 1), 1, NULL),
	REP("deleted", "b", AS(uint8_t, 0xfe), 0, NULL),
	REP("deleted", "l", AS(int64_t, 1), WRONG("expected a boolean, was a number")),
	REP("recorded_at", "tss:UTC", AS(int64_t, 7), 7000000, NULL),
	REP("recorded_at", "tsm:+01:00", AS(int64_t, 7), 7000, NULL),
	REP("recorded_at", "tsu:Nowhere", AS(int64_t, 7), 7, NULL),
	REP("recorded_at", "tsn:UTC", AS(int64_t, 7999), 7, NULL),
	REP("recorded_at", "tsn:UTC", AS(int64_t, -1), WRONG("was outside 1970-01-01 to 2200-01-01")),
	REP("recorded_at", "tss:UTC", AS(int64_t, INT64_MAX), WRONG("was outside 1970-01-01 to 2200-01-01")),
	REP("recorded_at", "tss:UTC", AS(int64_t, 7258118400), SWK__INSTANT_MAX, NULL),
	REP("recorded_at", "tss:UTC", AS(int64_t, 7258118401), WRONG("was outside 1970-01-01 to 2200-01-01")),
	REP("recorded_at", "tsu:", AS(int64_t, 7), 7, NULL),
	REP("recorded_at", "tsu:", AS(int64_t, INT64_MIN), WRONG("was outside 1970-01-01 to 2200-01-01")),
	REP("recorded_at", "tdD", AS(int32_t, 7), WRONG("expected an instant, was a date")),
	CALL("duration_s", "i", AS(int32_t, 61), 61000000, NULL),
	CALL("duration_s", "tDs", AS(int64_t, 61), 61000000, NULL),
	CALL("duration_s", "tDm", AS(int64_t, 61), 61000, NULL),
	CALL("duration_s", "tDu", AS(int64_t, 61), 61, NULL),
	CALL("duration_s", "tDn", AS(int64_t, 61500), 62, NULL), /* half to even */
	CALL("duration_s", "tDn", AS(int64_t, -1), WRONG("was below 0")),
	CALL("duration_s", "tDs", AS(int64_t, INT64_MIN), WRONG("was below 0")),
	DEAL("amount", "g", AS(double, 12.34), 123400, NULL),
	DEAL("amount", "f", AS(float, 12.34f), 123400, NULL),
	DEAL("amount", "g", AS(double, -0.01), -100, NULL),
	DEAL("amount", "g", AS(double, 0.125), WRONG("had more digits than USD has")),
	DEAL("amount", "g", AS(double, 1.00001), WRONG("had more than 4 decimals")),
	DEAL("amount", "d:38,2", BYTES("\x9c\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), -10000,
	     NULL),
	DEAL("amount", "d:38,6", BYTES("\x40\x42\x0f\0\0\0\0\0\0\0\0\0\0\0\0\0"), 10000, NULL),
	DEAL("amount", "d:38,6", BYTES("\x41\x42\x0f\0\0\0\0\0\0\0\0\0\0\0\0\0"), WRONG("had more than 4 decimals")),
	DEAL("amount", "d:38,2", BYTES("\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"), WRONG("was above 900000000000000")),
	QUOTA("won", "l", AS(int64_t, 12), 12, NULL),
	QUOTA("won", "g", AS(double, 12.5), WRONG("was not a whole number")),
	QUOTA("to", "tdD", AS(int32_t, 20760), 20760, NULL),
	QUOTA("to", "tdm", AS(int64_t, INT64_C(20760) * 86400000 + 5), 20760, NULL),
	QUOTA("to", "tdD", AS(int32_t, -1), WRONG("was outside 1970-01-01 to 2200-01-01")),
	QUOTA("to", "tdD", AS(int32_t, 20750), WRONG("was not after from")),
	QUOTA("to", "tsu:UTC", AS(int64_t, 5), WRONG("expected a date, was an instant")),
};

static const int32_t base_offsets[] = { 0, 2 };
static const int64_t base_time[] = { 1793612600 };
static const int32_t base_from[] = { 20750 }, base_to[] = { 20780 };

/* What the tables of the cases require. */
static const struct {
	swk__table table;
	make_column column;
} base[] = {
	{ SWK__TABLE_CALL, { "at", "tss:UTC", 1, 0, 0, 2, { MAKE_NULL, MAKE_BUFFER(base_time) }, NULL } },
	{ SWK__TABLE_OPPORTUNITY,
	  { "created_at", "tss:UTC", 1, 0, 0, 2, { MAKE_NULL, MAKE_BUFFER(base_time) }, NULL } },
	{ SWK__TABLE_QUOTA, { "from", "tdD", 1, 0, 0, 2, { MAKE_NULL, MAKE_BUFFER(base_from) }, NULL } },
	{ SWK__TABLE_QUOTA, { "to", "tdD", 1, 0, 0, 2, { MAKE_NULL, MAKE_BUFFER(base_to) }, NULL } },
	{ SWK__TABLE_QUOTA, { "won", "i", 1, 0, 0, 2, { MAKE_NULL, MAKE_BUFFER(base_from) }, NULL } },
};

/* Reads one row of these columns into the stage's batch. */
static int row_read(stage *self, swk__table table, const make_column *columns, int64_t count)
{
	const swk__arrow_wish wish = { .table = table, .zone = &utc, .batch = self->batch };
	struct ArrowSchema schema;
	struct ArrowArray array;
	swk__arrow_in *in = NULL;
	const swk_batch *batch = NULL;
	make_schema(columns, count, &schema);
	make_array(columns, count, 1, 0, (make_buffer)MAKE_NULL, &array);
	int code = swk__arrow_in_array(&self->mem, &wish, &schema, &array, &in, NULL);
	if (code == SWK_OK)
		code = swk__arrow_in_next(in, &batch, NULL);
	swk__arrow_in_close(in);
	schema.release(&schema);
	array.release(&array);
	return code;
}

static void case_check(stage *self, const cell_case *one, bool coded)
{
	static const int8_t first[] = { 0 };
	make_column columns[8] = {
		{ "id", "u", 1, 0, 0, 3, { MAKE_NULL, MAKE_BUFFER(base_offsets), { "r1", 2 } }, NULL }
	};
	const make_column plain = {
		one->field, one->format, 1, 0, 0, 2, { MAKE_NULL, { one->cell, one->size } }, NULL
	};
	const make_column code = { one->field, "c", 1, 0, 0, 2, { MAKE_NULL, MAKE_BUFFER(first) }, &plain };
	int64_t count = 1;
	for (size_t i = 0; i < SWK__COUNT(base); i++)
		if (base[i].table == one->table && strcmp(base[i].column.name, one->field) != 0)
			columns[count++] = base[i].column;
	columns[count++] = coded ? code : plain;
	swk_batch_clear(self->batch);
	assert_int_equal(row_read(self, one->table, columns, count), SWK_OK);
	if (one->reason) {
		assert_int_equal(swk_batch_rejects(self->batch), 1);
		assert_string_equal(self->batch->rejects[0].field, one->field);
		assert_string_equal(self->batch->rejects[0].reason, one->reason);
		return;
	}
	assert_int_equal(swk_batch_rejects(self->batch), 0);
	int field = swk__schema_field(&swk__schemas[one->table], swk__slice_of(one->field));
	assert_int_equal(value_last(self->batch, one->table, (unsigned)field), one->value);
}

/* Each alone, and as the value of a dictionary. */
static void cells_become_what_the_row_writer_makes_of_them(void **state)
{
	for (size_t i = 0; i < SWK__COUNT(cases); i++)
		for (int coded = 0; coded < 2; coded++)
			case_check(*state, &cases[i], coded);
}

/* ------------------------------------------------------------------------------------------- types */

static void formats_are_read_whole(void **state)
{
	static const char *const good[] = { "n",   "b",      "c",     "C",           "s",    "S",       "i",
		                            "I",   "l",      "L",     "e",           "f",    "g",       "u",
		                            "U",   "vu",     "tdD",   "tdm",         "tss:", "tsn:UTC", "tDs",
		                            "tDn", "d:38,2", "d:1,0", "d:76,-76,256" };
	static const char *const bad[] = {
		"",     "x",     "uu",     "z",      "Z",       "vz",     "w:16",     "+s",          "+l",
		"+L",   "+vl",   "+w:3",   "+m",     "+ud:0",   "+r",     "tts",      "tiM",         "td",
		"ts",   "tss",   "tsx:",   "tD",     "tDx",     "tDss",   "d:",       "d:1",         "d:1,",
		"d:,1", "d:0,0", "d:77,0", "d:9,77", "d:9,-77", "d:9,1x", "d:9,1,96", "d:9,1,128,1", "d:12345678901,0"
	};
	swk__arrow_type type;
	char reason[SWK__REASON_SIZE];
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(good); i++)
		assert_true(swk__arrow_type_parse(good[i], &type, reason));
	for (size_t i = 0; i < SWK__COUNT(bad); i++)
		assert_false(swk__arrow_type_parse(bad[i], &type, reason));
	assert_true(swk__arrow_type_parse("d:9,-2,32", &type, reason));
	assert_int_equal(type.width, 4);
	assert_int_equal(type.scale, -2);
}

/* ------------------------------------------------------------------------------------------- texts */

/* Rows that are read together and rows that are not tell the same: texts of every kind of bytes, in one run. */
static void texts_are_looked_at_one_by_one_where_need_be(void **state)
{
	static const char *const texts[] = { "plain", "", "gr\xc3\xbc\xc3\x9f", "\xc3", "\xbc", "nul", "last" };
	static const char *const reasons[] = {
		NULL, NULL, NULL, "was not valid UTF-8 at byte 1", "was not valid UTF-8 at byte 1", NULL, NULL
	};
	stage *self = *state;
	int32_t offsets[SWK__COUNT(texts) + 1] = { 0 }, ids[SWK__COUNT(texts) + 1];
	char bytes[64];
	for (size_t i = 0; i < SWK__COUNT(texts); i++) {
		offsets[i + 1] = offsets[i] + (int32_t)strlen(texts[i]);
		ids[i] = (int32_t)i;
		memcpy(bytes + offsets[i], texts[i], strlen(texts[i]));
	}
	ids[SWK__COUNT(texts)] = SWK__COUNT(texts);
	const make_column columns[] = {
		{ "id", "u", SWK__COUNT(texts), 0, 0, 3, { MAKE_NULL, MAKE_BUFFER(ids), { "abcdefg", 7 } }, NULL },
		{ "name", "u", SWK__COUNT(texts), 0, 0, 3, { MAKE_NULL, MAKE_BUFFER(offsets), { bytes, 64 } }, NULL },
	};
	const swk__arrow_wish wish = { .table = SWK__TABLE_REP, .zone = &utc, .batch = self->batch };
	struct ArrowSchema schema;
	struct ArrowArray array;
	swk__arrow_in *in = NULL;
	const swk_batch *batch = NULL;
	size_t reject = 0, row = 0;
	make_schema(columns, 2, &schema);
	make_array(columns, 2, SWK__COUNT(texts), 0, (make_buffer)MAKE_NULL, &array);
	assert_int_equal(swk__arrow_in_array(&self->mem, &wish, &schema, &array, &in, NULL), SWK_OK);
	assert_int_equal(swk__arrow_in_next(in, &batch, NULL), SWK_OK);
	for (size_t i = 0; i < SWK__COUNT(texts); i++) {
		if (reasons[i]) {
			assert_int_equal(batch->rejects[reject].row, i + 1);
			assert_string_equal(batch->rejects[reject++].reason, reasons[i]);
		} else {
			swk__span span = batch->tables[SWK__TABLE_REP].columns[SWK__REP_NAME].spans[row++];
			assert_true(swk__slice_equal(swk__batch_text_at(batch, span), swk__slice_of(texts[i])));
		}
	}
	assert_int_equal(batch->reject_count, reject);
	assert_int_equal(swk__arrow_in_next(in, &batch, NULL), SWK_OK);
	assert_null(batch);
	swk__arrow_in_close(in);
	schema.release(&schema);
	array.release(&array);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(cells_become_what_the_row_writer_makes_of_them, stage_setup,
		                                stage_teardown),
		cmocka_unit_test(formats_are_read_whole),
		cmocka_unit_test_setup_teardown(texts_are_looked_at_one_by_one_where_need_be, stage_setup,
		                                stage_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
