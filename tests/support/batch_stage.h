/* SPDX-License-Identifier: MIT
 *
 * batch_stage: an empty batch for a test, and rows of it that are begun, refused and looked at.
 */
#ifndef SWK_TEST_BATCH_STAGE_H
#define SWK_TEST_BATCH_STAGE_H

#include "batch.h"
#include "sweep.h"

typedef struct stage {
	swk__mem mem;
	swk__zones zones;
	swk_batch *batch;
	int dropped;
} stage;

static const swk__zone utc;

static inline void stage_drop(void *owner)
{
	((stage *)owner)->dropped++;
}

static inline int stage_setup(void **state)
{
	static stage self;
	self = (stage){ 0 };
	swk__mem_init(&self.mem, NULL, 0);
	assert_int_equal(swk__zones_init(&self.zones, &self.mem, NULL, NULL), SWK_OK);
	assert_int_equal(swk__batch_create(&self.mem, &self.zones, &utc, swk__slice_of("USD"), false, stage_drop, &self,
	                                   &self.batch, NULL),
	                 SWK_OK);
	*state = &self;
	return 0;
}

static inline int stage_teardown(void **state)
{
	stage *self = *state;
	swk_batch_free(self->batch);
	swk__zones_done(&self->zones);
	assert_int_equal(self->dropped, 1);
	assert_int_equal(self->mem.used, 0);
	return 0;
}

static inline int text_put(swk_batch *batch, const char *field, const char *text)
{
	return swk_batch_text(batch, field, text, strlen(text));
}

static inline int form_put(swk_batch *batch, const char *field, const char *text)
{
	return swk_batch_parse(batch, field, text, strlen(text));
}

/* A row of the table with what it requires, begun; a score, a quota and a rate still want their values. */
static inline void row_begin(swk_batch *batch, const char *table)
{
	static const char *const needed[][3] = {
		{ "call", "at", "1970-01-01" },        { "lead", "created_at", "1970-01-01" },
		{ "message", "at", "1970-01-01" },     { "message", "lead", "l1" },
		{ "message", "direction", "inbound" }, { "opportunity", "created_at", "1970-01-01" },
		{ "stage", "at", "1970-01-01" },       { "stage", "opportunity", "o1" },
		{ "score", "at", "1970-01-01" },       { "score", "lead", "l1" },
		{ "meeting", "at", "1970-01-01" },     { "quota", "from", "2026-01-01" },
		{ "rate", "currency", "EUR" },
	};
	assert_int_equal(swk_batch_row(batch, table, 12), SWK_OK);
	assert_int_equal(text_put(batch, "id", "x1"), SWK_OK);
	for (size_t i = 0; i < SWK__COUNT(needed); i++)
		if (strcmp(table, needed[i][0]) == 0)
			assert_int_equal(form_put(batch, needed[i][1], needed[i][2]), SWK_OK);
}

/* Ends a row that is to be refused and returns the error as its line. */
static inline const char *row_refused(swk_batch *batch)
{
	static char line[512];
	swk_error error = SWK_ERROR_INIT, kept = SWK_ERROR_INIT;
	size_t before = swk_batch_rejects(batch), rows = swk_batch_rows(batch), bytes = batch->bytes_before;
	assert_int_equal(swk_batch_end(batch, &error), SWK_ERR_INVALID);
	assert_int_equal(error.code, SWK_ERR_INVALID);
	assert_int_equal(swk_batch_rejects(batch), before + 1);
	assert_int_equal(swk_batch_rows(batch), rows);
	assert_int_equal(batch->bytes.length, bytes);
	assert_int_equal(swk_batch_reject(batch, before, &kept), SWK_OK);
	assert_memory_equal(&error, &kept, sizeof error);
	swk_error_format(&error, line, sizeof line);
	return line;
}

static inline int64_t value_last(const swk_batch *batch, swk__table table, unsigned field)
{
	const swk__batch_table *rows = &batch->tables[table];
	return rows->columns[field].values[rows->rows - 1];
}

static inline swk__slice text_last(const swk_batch *batch, swk__table table, unsigned field)
{
	const swk__batch_table *rows = &batch->tables[table];
	return swk__batch_text_at(batch, rows->columns[field].spans[rows->rows - 1]);
}

#define TEXT_IS(batch, table, field, expected) \
	assert_true(swk__slice_equal(text_last(batch, table, field), swk__slice_of(expected)))

#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_setup, stage_teardown)

#endif
