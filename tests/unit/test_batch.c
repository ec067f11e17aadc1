/* SPDX-License-Identifier: MIT */
#include "batch.h"

#include "../support/sweep.h"
#include "calendar.h"

#include <stdio.h>

/* ------------------------------------------------------------------------------------------- the stage */

typedef struct stage {
	swk__mem mem;
	swk__zones zones;
	swk_batch *batch;
	int dropped;
} stage;

static const swk__zone utc;

static void stage_drop(void *owner)
{
	((stage *)owner)->dropped++;
}

static int stage_setup(void **state)
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

static int stage_teardown(void **state)
{
	stage *self = *state;
	swk_batch_free(self->batch);
	swk__zones_done(&self->zones);
	assert_int_equal(self->dropped, 1);
	assert_int_equal(self->mem.used, 0);
	return 0;
}

static int text_put(swk_batch *batch, const char *field, const char *text)
{
	return swk_batch_text(batch, field, text, strlen(text));
}

static int form_put(swk_batch *batch, const char *field, const char *text)
{
	return swk_batch_parse(batch, field, text, strlen(text));
}

/* A row of the table with what it requires, begun; a score, a quota and a rate still want their values. */
static void row_begin(swk_batch *batch, const char *table)
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
static const char *row_refused(swk_batch *batch)
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

static int64_t value_last(const swk_batch *batch, swk__table table, unsigned field)
{
	const swk__batch_table *rows = &batch->tables[table];
	return rows->columns[field].values[rows->rows - 1];
}

static swk__slice text_last(const swk_batch *batch, swk__table table, unsigned field)
{
	const swk__batch_table *rows = &batch->tables[table];
	return swk__batch_text_at(batch, rows->columns[field].spans[rows->rows - 1]);
}

#define TEXT_IS(batch, table, field, expected) \
	assert_true(swk__slice_equal(text_last(batch, table, field), swk__slice_of(expected)))

/* ------------------------------------------------------------------------------------------- good rows */

static void a_row_keeps_what_it_was_given(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	assert_int_equal(swk_batch_row(batch, "call", 1), SWK_OK);
	assert_int_equal(text_put(batch, "id", "c1"), SWK_OK);
	assert_int_equal(swk_batch_instant(batch, "recorded_at", 5), SWK_OK);
	assert_int_equal(text_put(batch, "at", "2026-11-02T09:30:00Z"), SWK_OK);
	assert_int_equal(text_put(batch, "lead", "l\xc3\xa4ngst"), SWK_OK);
	assert_int_equal(text_put(batch, "rep", "ann"), SWK_OK);
	assert_int_equal(text_put(batch, "direction", "inbound"), SWK_OK);
	assert_int_equal(text_put(batch, "outcome", "voicemail"), SWK_OK);
	assert_int_equal(swk_batch_int(batch, "duration_s", 61), SWK_OK);
	assert_int_equal(swk_batch_bool(batch, "positive", 1), SWK_OK);
	assert_int_equal(swk_batch_bool(batch, "deleted", 1), SWK_OK);
	assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	assert_int_equal(swk_batch_rows(batch), 1);
	TEXT_IS(batch, SWK__TABLE_CALL, SWK__FIELD_ID, "c1");
	TEXT_IS(batch, SWK__TABLE_CALL, SWK__CALL_LEAD, "l\xc3\xa4ngst");
	TEXT_IS(batch, SWK__TABLE_CALL, SWK__CALL_REP, "ann");
	assert_int_equal(value_last(batch, SWK__TABLE_CALL, SWK__FIELD_RECORDED_AT), 5);
	/* date -u -d 2026-11-02T09:30:00Z +%s */
	assert_int_equal(value_last(batch, SWK__TABLE_CALL, SWK__CALL_AT), INT64_C(1793611800) * 1000000);
	assert_int_equal(value_last(batch, SWK__TABLE_CALL, SWK__CALL_DIRECTION), SWK__INBOUND);
	assert_int_equal(value_last(batch, SWK__TABLE_CALL, SWK__CALL_OUTCOME), SWK__CALL_VOICEMAIL);
	assert_int_equal(value_last(batch, SWK__TABLE_CALL, SWK__CALL_DURATION_S), 61000000);
	assert_int_equal(value_last(batch, SWK__TABLE_CALL, SWK__CALL_POSITIVE), 1);
	assert_int_equal(value_last(batch, SWK__TABLE_CALL, SWK__CALL_DELETED), 1);
}

static void what_is_not_set_or_empty_is_the_default(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	for (int empty = 0; empty < 2; empty++) {
		row_begin(batch, "call");
		if (empty) {
			assert_int_equal(text_put(batch, "lead", ""), SWK_OK);
			assert_int_equal(swk_batch_parse(batch, "direction", NULL, 0), SWK_OK);
			assert_int_equal(swk_batch_text(batch, "duration_s", NULL, 0), SWK_OK);
			assert_int_equal(form_put(batch, "positive", ""), SWK_OK);
		}
		assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
		assert_int_equal(text_last(batch, SWK__TABLE_CALL, SWK__CALL_LEAD).length, 0);
		assert_true(value_last(batch, SWK__TABLE_CALL, SWK__FIELD_RECORDED_AT) == SWK__NULL);
		assert_int_equal(value_last(batch, SWK__TABLE_CALL, SWK__CALL_DIRECTION), SWK__OUTBOUND);
		assert_int_equal(value_last(batch, SWK__TABLE_CALL, SWK__CALL_OUTCOME), SWK__CALL_UNKNOWN);
		assert_true(value_last(batch, SWK__TABLE_CALL, SWK__CALL_DURATION_S) == SWK__NULL);
		assert_int_equal(value_last(batch, SWK__TABLE_CALL, SWK__CALL_POSITIVE), 0);
		assert_int_equal(value_last(batch, SWK__TABLE_CALL, SWK__CALL_DELETED), 0);
	}
	row_begin(batch, "rep");
	assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	assert_int_equal(value_last(batch, SWK__TABLE_REP, SWK__REP_CAPACITY), 1000000);
}

static void rows_of_all_tables_keep_their_order(void **state)
{
	static const char *const tables[] = { "lead", "call", "call", "rep", "lead", "call" };
	static const uint32_t expected[][2] = {
		{ SWK__TABLE_LEAD, 0 }, { SWK__TABLE_CALL, 0 }, { SWK__TABLE_CALL, 1 },
		{ SWK__TABLE_REP, 0 },  { SWK__TABLE_LEAD, 1 }, { SWK__TABLE_CALL, 2 }
	};
	swk_batch *batch = ((stage *)*state)->batch;
	for (size_t i = 0; i < SWK__COUNT(tables); i++) {
		row_begin(batch, tables[i]);
		assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	}
	assert_int_equal(swk_batch_rows(batch), SWK__COUNT(tables));
	for (size_t i = 0; i < SWK__COUNT(tables); i++) {
		assert_int_equal(batch->order[i].table, expected[i][0]);
		assert_int_equal(batch->order[i].row, expected[i][1]);
	}
}

/* Fields are found by a guess first; changing orders must not confuse it. */
static void fields_come_in_any_order(void **state)
{
	static const char *const names[] = { "source", "rep", "segment", "asset", "region", "origin" };
	static const unsigned fields[] = { SWK__LEAD_SOURCE, SWK__LEAD_REP,    SWK__LEAD_SEGMENT,
		                           SWK__LEAD_ASSET,  SWK__LEAD_REGION, SWK__LEAD_ORIGIN };
	swk_batch *batch = ((stage *)*state)->batch;
	for (unsigned turn = 0; turn < 36; turn++) {
		row_begin(batch, "lead");
		for (unsigned i = 0; i < 6; i++) {
			unsigned n = (i * (turn % 2 ? 5 : 1) + turn / 2) % 6;
			if (turn % 6 != n)
				assert_int_equal(text_put(batch, names[n], names[n]), SWK_OK);
		}
		assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
		for (unsigned n = 0; n < 6; n++)
			TEXT_IS(batch, SWK__TABLE_LEAD, fields[n], turn % 6 != n ? names[n] : "");
	}
}

static void zones_are_looked_up(void **state)
{
	assert_int_equal(swk__kind_limits[SWK__KIND_ZONE].high, sizeof((swk_batch *)0)->zone_name);
	static const char *const names[] = { "UTC", "UTC", "Europe/Berlin", "UTC" };
	swk_batch *batch = ((stage *)*state)->batch;
	for (size_t i = 0; i < SWK__COUNT(names); i++) {
		row_begin(batch, "rep");
		assert_int_equal(text_put(batch, "zone", names[i]), SWK_OK);
		assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
		TEXT_IS(batch, SWK__TABLE_REP, SWK__REP_ZONE, names[i]);
	}
}

/* ---------------------------------------------------------------------------------------- values of a form */

typedef struct form_case {
	const char *table, *field, *text;
	int64_t value;
	const char *reason; /* NULL: it is taken */
} form_case;

static const form_case form_cases[] = {
	{ "call", "duration_s", "0", 0, NULL },
	{ "call", "duration_s", "-0", 0, NULL },
	{ "call", "duration_s", "-0.0000000", 0, NULL },
	{ "call", "duration_s", "+12.5", 12500000, NULL },
	{ "call", "duration_s", ".5", 500000, NULL },
	{ "call", "duration_s", "7.", 7000000, NULL },
	{ "call", "duration_s", "007", 7000000, NULL },
	{ "call", "duration_s", "0.000001", 1, NULL },
	{ "call", "duration_s", "1.000000000000000000000000000000", 1000000, NULL },
	/* half to even */
	{ "call", "duration_s", "0.0000005", 0, NULL },
	{ "call", "duration_s", "0.00000050000000000000000000000000001", 1, NULL },
	{ "call", "duration_s", "0.0000015", 2, NULL },
	{ "call", "duration_s", "0.0000025", 2, NULL },
	{ "call", "duration_s", "0.0000024999999999", 2, NULL },
	{ "call", "duration_s", "0.0000026", 3, NULL },
	{ "call", "duration_s", "0.9999999", 1000000, NULL },
	{ "call", "duration_s", "0.00000001", 0, NULL },
	{ "call", "duration_s", "1000000000", INT64_C(1000000000000000), NULL },
	{ "call", "duration_s", "999999999.9999999", INT64_C(1000000000000000), NULL },
	{ "call", "duration_s", "1000000000.0000001", 0, "was above 1000000000" },
	{ "call", "duration_s", "1000000000.00000000001", 0, "was above 1000000000" },
	{ "call", "duration_s", "1000000001", 0, "was above 1000000000" },
	{ "call", "duration_s", "99999999999999999999999999999999999999", 0, "was above 1000000000" },
	{ "call", "duration_s", "18446744073709551617", 0, "was above 1000000000" },
	{ "call", "duration_s", "-5", 0, "was below 0" },
	{ "call", "duration_s", "-0.0000000001", 0, "was below 0" },
	{ "call", "duration_s", "-99999999999999999999", 0, "was below 0" },
	{ "call", "duration_s", "x", 0, "was not a number" },
	{ "call", "duration_s", " 5", 0, "was not a number" },
	{ "call", "duration_s", "5 ", 0, "was not a number" },
	{ "call", "duration_s", "1e3", 0, "was not a number" },
	{ "call", "duration_s", "1,5", 0, "was not a number" },
	{ "call", "duration_s", "1.2.3", 0, "was not a number" },
	{ "call", "duration_s", "1.00000000x", 0, "was not a number" },
	{ "call", "duration_s", "1.00000000 ", 0, "was not a number" },
	{ "call", "duration_s", "--1", 0, "was not a number" },
	{ "call", "duration_s", "+", 0, "was not a number" },
	{ "call", "duration_s", ".", 0, "was not a number" },
	{ "call", "duration_s", "nan", 0, "was not a number" },
	{ "call", "duration_s", "0x10", 0, "was not a number" },
	{ "rep", "capacity", "0.8", 800000, NULL },
	{ "rep", "capacity", "1000000000.5", 0, "was above 1000000000" },
	{ "rep", "capacity", "-1", 0, "was below 0" },
	{ "call", "positive", "true", 1, NULL },
	{ "call", "positive", "FALSE", 0, NULL },
	{ "call", "positive", "1", 1, NULL },
	{ "call", "positive", "0", 0, NULL },
	{ "call", "positive", "Yes", 1, NULL },
	{ "call", "positive", "nO", 0, NULL },
	{ "call", "positive", "Y", 1, NULL },
	{ "call", "positive", "n", 0, NULL },
	{ "call", "positive", "2", 0, "was none of true, false, 1, 0, yes, no, y, n" },
	{ "call", "positive", "truely so", 0, "was none of true, false, 1, 0, yes, no, y, n" },
	{ "call", "direction", "inbound", SWK__INBOUND, NULL },
	{ "call", "direction", "outbound", SWK__OUTBOUND, NULL },
	{ "call", "direction", "Inbound", 0, "was not one of inbound, outbound" },
	{ "call", "direction", "inboun", 0, "was not one of inbound, outbound" },
	{ "call", "outcome", "busy", SWK__CALL_BUSY, NULL },
	{ "call", "outcome", "?", 0, "was not one of answered, busy, failed, unanswered, unknown, voicemail" },
	{ "lead", "closed_at", "1970-01-02", INT64_C(86400000000), NULL },
	{ "lead", "closed_at", "1970-01-01T00:00:01.0000019Z", 1000001, NULL },
	{ "lead", "closed_at", "1969-12-31T23:59:59Z", 0, "was outside 1970-01-01 to 2200-01-01" },
	{ "lead", "closed_at", "2026-02-30", 0, "was a date or time that does not exist" },
	{ "lead", "closed_at", "soon", 0, "was no instant such as 2026-11-02T09:30:00Z" },
	{ "rep", "zone", "Mars/Phobos", 0, "is no time zone in the database" },
	{ "rep", "name", "a\xff!", 0, "was not valid UTF-8 at byte 2" },
	{ "rep", "name", "0123456789\xed\xa0\x80", 0, "was not valid UTF-8 at byte 11" },
	{ "call", "ids", "1", 0, "is no field of this table" },
	{ "opportunity", "amount", "1234.50", 12345000, NULL },
	{ "opportunity", "amount", "-1234.50", -12345000, NULL },
	{ "opportunity", "amount", "+.5", 5000, NULL },
	{ "opportunity", "amount", "-0", 0, NULL },
	{ "opportunity", "amount", "5.", 50000, NULL },
	{ "opportunity", "amount", "1.500000000000000000000000", 15000, NULL },
	{ "opportunity", "amount", "900000000000000", INT64_C(9000000000000000000), NULL },
	{ "opportunity", "amount", "-900000000000000.00", INT64_C(-9000000000000000000), NULL },
	{ "opportunity", "amount", "900000000000000.01", 0, "was above 900000000000000" },
	{ "opportunity", "amount", "-900000000000000.00000000001", 0, "was below -900000000000000" },
	{ "opportunity", "amount", "99999999999999999999999999999999999", 0, "was above 900000000000000" },
	{ "opportunity", "amount", "-99999999999999999999999999999999999", 0, "was below -900000000000000" },
	{ "opportunity", "amount", "0.001", 0, "had more digits than USD has" },
	{ "opportunity", "amount", "-0.0001", 0, "had more digits than USD has" },
	{ "opportunity", "amount", "0.00001", 0, "had more than 4 decimals" },
	{ "opportunity", "amount", "1e5", 0, "was not a number" },
	{ "opportunity", "amount", "1,234.50", 0, "was not a number" },
	{ "opportunity", "amount", "1 234", 0, "was not a number" },
	{ "opportunity", "amount", " 1", 0, "was not a number" },
	{ "opportunity", "amount", "$1", 0, "was not a number" },
	{ "opportunity", "amount", "(1)", 0, "was not a number" },
	{ "opportunity", "amount", "-", 0, "was not a number" },
	{ "opportunity", "amount", "inf", 0, "was not a number" },
	{ "stage", "amount", "0.0001", 1, NULL },
	{ "stage", "amount", "-0.0001", -1, NULL },
	{ "stage", "amount", "899999999999999.9999", INT64_C(8999999999999999999), NULL },
	{ "stage", "amount", "0.00012", 0, "had more than 4 decimals" },
	{ "stage", "outcome", "won", SWK__WON, NULL },
	{ "stage", "outcome", "closed", 0, "was not one of lost, open, won" },
	{ "opportunity", "currency", "usd", 0, "is no ISO 4217 currency" },
	{ "opportunity", "currency", "US", 0, "is no ISO 4217 currency" },
	{ "opportunity", "currency", "EURO", 0, "is no ISO 4217 currency" },
	{ "opportunity", "currency", "XAU", 0, "is no ISO 4217 currency" },
	{ "opportunity", "currency", "\xff", 0, "is no ISO 4217 currency" },
	{ "meeting", "outcome", "no_show", SWK__MEETING_NO_SHOW, NULL },
	{ "meeting", "outcome", "cancelled", SWK__MEETING_CANCELLED, NULL },
	{ "meeting", "outcome", "lost", 0,
	  "was not one of cancelled, completed, declined, demo, follow_up, no_show, sale, unknown" },
	{ "meeting", "duration_s", "90.5", 90500000, NULL },
	{ "score", "value", "0", 0, NULL },
	{ "score", "value", "100", 100000000, NULL },
	{ "score", "value", "62.5", 62500000, NULL },
	{ "score", "value", "99.9999995", 100000000, NULL },
	{ "score", "value", "0.0000005", 0, NULL },
	{ "score", "value", "100.0000001", 0, "was above 100" },
	{ "score", "value", "101", 0, "was above 100" },
	{ "score", "value", "-0.0000001", 0, "was below 0" },
	{ "score", "value", "high", 0, "was not a number" },
	{ "quota", "won", "0", 0, NULL },
	{ "quota", "won", "12", 12, NULL },
	{ "quota", "won", "12.000", 12, NULL },
	{ "quota", "won", "1000000000000000", INT64_C(1000000000000000), NULL },
	{ "quota", "won", "1000000000000000.5", 0, "was above 1000000000000000" },
	{ "quota", "won", "1000000000000001", 0, "was above 1000000000000000" },
	{ "quota", "won", "0.5", 0, "was not a whole number" },
	{ "quota", "won", "12.00000001", 0, "was not a whole number" },
	{ "quota", "won", "-0.5", 0, "was below 0" },
	{ "quota", "won", "-1", 0, "was below 0" },
	{ "quota", "won", "many", 0, "was not a number" },
	{ "quota", "to", "2026-01-02", 20455, NULL }, /* date -u -d 2026-01-02 +%s / 86400 */
	{ "quota", "to", "2200-01-01", SWK__DATE_MAX, NULL },
	{ "quota", "to", "2200-01-02", 0, "was outside 1970-01-01 to 2200-01-01" },
	{ "quota", "to", "1969-12-31", 0, "was outside 1970-01-01 to 2200-01-01" },
	{ "quota", "to", "2026-02-29", 0, "was no date such as 2026-11-02" },
	{ "quota", "to", "2026-1-2", 0, "was no date such as 2026-11-02" },
	{ "quota", "to", "2026-01-02T00:00:00Z", 0, "was no date such as 2026-11-02" },
	{ "quota", "to", "20455", 0, "was no date such as 2026-11-02" },
	{ "quota", "to", "2026-01-01", 0, "was not after from" },
	{ "quota", "to", "2025-12-31", 0, "was not after from" },
	{ "rate", "date", "1970-01-01", 0, NULL },
	{ "rate", "value", "1", INT64_C(1000000000000), NULL },
	{ "rate", "value", "1.0845", INT64_C(1084500000000), NULL },
	{ "rate", "value", "0.000000000001", 1, NULL },
	{ "rate", "value", "0.0000000000015", 2, NULL },
	{ "rate", "value", "0.0000000000025", 2, NULL },
	{ "rate", "value", "0.00000000000250000000001", 3, NULL },
	{ "rate", "value", "9000000", INT64_C(9000000000000000000), NULL },
	{ "rate", "value", "9000000.0000000000001", 0, "was above 9000000" },
	{ "rate", "value", "9000001", 0, "was above 9000000" },
	{ "rate", "value", "0.0000000000005", 0, "was 0 to 12 decimals" },
	{ "rate", "value", "0", 0, "was 0 to 12 decimals" },
	{ "rate", "value", "-0", 0, "was 0 to 12 decimals" },
	{ "rate", "value", "-1", 0, "was below 0" },
	{ "rate", "value", "1/2", 0, "was not a number" },
};

/* What a row of these tables wants beside the field that is tried. */
static void row_fill(swk_batch *batch, const char *table, const char *field)
{
	static const char *const more[][3] = { { "score", "value", "1" },
		                               { "quota", "to", "2026-04-01" },
		                               { "quota", "won", "1" },
		                               { "rate", "date", "2026-01-01" },
		                               { "rate", "value", "1" } };
	for (size_t i = 0; i < SWK__COUNT(more); i++)
		if (strcmp(table, more[i][0]) == 0 && strcmp(field, more[i][1]) != 0)
			assert_int_equal(form_put(batch, more[i][1], more[i][2]), SWK_OK);
}

static void form_try(swk_batch *batch, const form_case *one)
{
	swk_error error = SWK_ERROR_INIT;
	row_begin(batch, one->table);
	assert_int_equal(form_put(batch, one->field, one->text), SWK_OK);
	row_fill(batch, one->table, one->field);
	int code = swk_batch_end(batch, &error);
	if (code != (one->reason ? SWK_ERR_INVALID : SWK_OK) || strcmp(error.reason, one->reason ? one->reason : ""))
		fail_msg("%s %s: %d %s", one->field, one->text, code, error.reason);
	if (one->reason) {
		assert_string_equal(error.table, one->table);
		assert_string_equal(error.field, one->field);
		assert_int_equal(error.row, 12);
		return;
	}
	int table = swk__schema_find(swk__slice_of(one->table));
	int field = swk__schema_field(&swk__schemas[table], swk__slice_of(one->field));
	if (value_last(batch, (swk__table)table, (unsigned)field) != one->value)
		fail_msg("%s %s: %lld", one->field, one->text,
		         (long long)value_last(batch, (swk__table)table, (unsigned)field));
}

static void forms_of_all_kinds_are_parsed(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	for (size_t i = 0; i < SWK__COUNT(form_cases); i++)
		form_try(batch, &form_cases[i]);
}

static void reals_are_taken_by_their_digits(void **state)
{
	static const struct {
		double real;
		int64_t value;
		const char *reason;
	} cases[] = {
		{ 0.0, 0, NULL },
		{ -0.0, 0, NULL },
		{ 12.5, 12500000, NULL },
		{ 0.1, 100000, NULL },
		{ 1e9, INT64_C(1000000000000000), NULL },
		{ 0x1p-7, 7812, NULL },      /* 0.0078125: half to even */
		{ 3 * 0x1p-7, 23438, NULL }, /* 0.0234375 */
		{ 0x1p-6, 15625, NULL },     /* 0.015625 */
		{ 0.0000005, 0, NULL },      /* the double is a bit less */
		{ 0.0000025, 2, NULL },      /* the double is a bit more: its shortest digits count */
		{ 1e-300, 0, NULL },
		{ 5e-324, 0, NULL },                                      /* denormal */
		{ 1000000000.00000001, INT64_C(1000000000000000), NULL }, /* the same double as 1e9 */
		{ 1000000000.000001, 0, "was above 1000000000" },
		{ 1e12, 0, "was above 1000000000" },
		{ 1e300, 0, "was above 1000000000" },
		{ -1e-300, 0, "was below 0" },
		{ -5e-324, 0, "was below 0" },
		{ -1.5, 0, "was below 0" },
		{ -1e300, 0, "was below 0" },
		{ __builtin_inf(), 0, "was not finite" },
		{ -__builtin_inf(), 0, "was not finite" },
		{ __builtin_nan(""), 0, "was not finite" },
	};
	swk_batch *batch = ((stage *)*state)->batch;
	for (size_t i = 0; i < SWK__COUNT(cases); i++) {
		swk_error error = SWK_ERROR_INIT;
		row_begin(batch, "call");
		assert_int_equal(swk_batch_real(batch, "duration_s", cases[i].real), SWK_OK);
		int code = swk_batch_end(batch, &error);
		if (code != (cases[i].reason ? SWK_ERR_INVALID : SWK_OK) ||
		    (code != SWK_OK && strcmp(error.reason, cases[i].reason)) ||
		    (code == SWK_OK && value_last(batch, SWK__TABLE_CALL, SWK__CALL_DURATION_S) != cases[i].value))
			fail_msg("%.17g: %d %s", cases[i].real, code, error.reason);
	}
}

/* Multiples of 1/1024 s, against the same arithmetic in whole numbers. */
static void reals_round_half_to_even(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	for (int64_t n = 1; n < 400; n++) {
		/* n * 2^-10 seconds are n * 1000000 / 1024 millionths = n * 15625 / 16 */
		int64_t product = n * 15625, rest = product % 16, expected = product / 16;
		expected += rest > 8 || (rest == 8 && expected % 2);
		row_begin(batch, "call");
		assert_int_equal(swk_batch_real(batch, "duration_s", (double)n / 1024), SWK_OK);
		assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
		assert_int_equal(value_last(batch, SWK__TABLE_CALL, SWK__CALL_DURATION_S), expected);
	}
}

/* Numbers as JSON and the row writer give them: by the shortest digits that read back as the double. */
static void doubles_count_by_their_digits(void **state)
{
	static const struct {
		const char *table, *field;
		double real;
		int64_t value;
		const char *line; /* from the value on */
	} cases[] = {
		{ "opportunity", "amount", 1234.5, 12345000, NULL },
		{ "opportunity", "amount", 0.1, 1000, NULL },
		{ "opportunity", "amount", -0.29, -2900, NULL },
		{ "opportunity", "amount", -0.0, 0, NULL },
		{ "opportunity", "amount", 1e5, 1000000000, NULL },
		{ "opportunity", "amount", 4.35, 43500, NULL },
		{ "opportunity", "amount", 9999999999999.99, INT64_C(99999999999999900), NULL },
		{ "opportunity", "amount", 123456789012345.67, INT64_C(1234567890123456700), NULL },
		{ "opportunity", "amount", 899999999999999.9, INT64_C(8999999999999999000), NULL },
		{ "opportunity", "amount", 9e14, INT64_C(9000000000000000000), NULL },
		{ "opportunity", "amount", -9e14, INT64_C(-9000000000000000000), NULL },
		{ "opportunity", "amount", 900000000000000.1, 0, "\"900000000000000.1\": was above 900000000000000" },
		{ "opportunity", "amount", 1e15, 0, "\"1000000000000000\": was above 900000000000000" },
		{ "opportunity", "amount", -1e300, 0, "\"-1e+300\": was below -900000000000000" },
		{ "opportunity", "amount", 0.1 + 0.2, 0, "\"0.30000000000000004\": had more than 4 decimals" },
		{ "opportunity", "amount", 0.125, 0, "\"0.125\": had more digits than USD has" },
		{ "opportunity", "amount", -1e-5, 0, "\"-0.00001\": had more than 4 decimals" },
		{ "opportunity", "amount", 1e-40, 0, "\"1e-40\": had more than 4 decimals" },
		{ "opportunity", "amount", 5e-324, 0, "\"4.94065645841247e-324\": had more than 4 decimals" },
		{ "opportunity", "amount", __builtin_inf(), 0, "\"inf\": was not finite" },
		{ "stage", "amount", 0.0001, 1, NULL },
		{ "stage", "amount", 549755813888.0001, INT64_C(5497558138880001), NULL },
		{ "score", "value", 62.5, 62500000, NULL },
		{ "score", "value", 0.1 + 0.2, 300000, NULL },
		{ "score", "value", 100.00000000000001, 0, "\"100.00000000000001\": was above 100" },
		{ "score", "value", -5e-324, 0, "\"-4.94065645841247e-324\": was below 0" },
		{ "quota", "won", 12.0, 12, NULL },
		{ "quota", "won", 1e15, INT64_C(1000000000000000), NULL },
		{ "quota", "won", 1e16, 0, "\"1e+16\": was above 1000000000000000" },
		{ "quota", "won", 12.5, 0, "\"12.5\": was not a whole number" },
		{ "quota", "won", 1e-30, 0, "\"1e-30\": was not a whole number" },
		{ "rate", "value", 1.0845, INT64_C(1084500000000), NULL },
		{ "rate", "value", 1.1, INT64_C(1100000000000), NULL },
		{ "rate", "value", 1234567.1, INT64_C(1234567100000000000), NULL },
		{ "rate", "value", 0.0061349693251533744, 6134969325, NULL }, /* 1/163 */
		{ "rate", "value", 1.5e-12, 2, NULL },
		{ "rate", "value", 2.5e-12, 2, NULL },
		{ "rate", "value", 2.500000000000001e-12, 3, NULL },
		{ "rate", "value", 5e-13, 0, "\"0.0000000000005\": was 0 to 12 decimals" },
		{ "rate", "value", 0x1p-90, 0, "\"8.07793566946316e-28\": was 0 to 12 decimals" },
		{ "rate", "value", 0.0, 0, "\"0\": was 0 to 12 decimals" },
		{ "rate", "value", 9000000.0, INT64_C(9000000000000000000), NULL },
		{ "rate", "value", 9000000.000000002, 0, "\"9000000.000000002\": was above 9000000" },
	};
	swk_batch *batch = ((stage *)*state)->batch;
	for (size_t i = 0; i < SWK__COUNT(cases); i++) {
		row_begin(batch, cases[i].table);
		assert_int_equal(swk_batch_real(batch, cases[i].field, cases[i].real), SWK_OK);
		row_fill(batch, cases[i].table, cases[i].field);
		int table = swk__schema_find(swk__slice_of(cases[i].table));
		int field = swk__schema_field(&swk__schemas[table], swk__slice_of(cases[i].field));
		if (cases[i].line) {
			const char *line = row_refused(batch);
			assert_string_equal(strchr(line, '"'), cases[i].line);
		} else {
			assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
			if (value_last(batch, (swk__table)table, (unsigned)field) != cases[i].value)
				fail_msg("%.17g: %lld", cases[i].real,
				         (long long)value_last(batch, (swk__table)table, (unsigned)field));
		}
	}
}

/* Hundredths up to 15 digits are what they say, as IEEE 754 promises; the quotient is the double next to n/100. */
static void hundredths_survive_a_double(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	uint64_t seed = 1;
	for (int i = 0; i < 20000; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		int64_t hundredths = (int64_t)(seed % UINT64_C(1000000000000000)) >> (i % 48);
		row_begin(batch, "opportunity");
		assert_int_equal(swk_batch_real(batch, "amount", (double)hundredths / 100), SWK_OK);
		assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
		assert_true(value_last(batch, SWK__TABLE_OPPORTUNITY, SWK__OPPORTUNITY_AMOUNT) == hundredths * 100);
	}
}

static void whole_numbers_of_all_kinds_have_limits(void **state)
{
	static const struct {
		const char *table, *field;
		int64_t given, value;
		const char *reason;
	} cases[] = {
		{ "opportunity", "amount", -7, -70000, NULL },
		{ "opportunity", "amount", INT64_C(900000000000000), INT64_C(9000000000000000000), NULL },
		{ "opportunity", "amount", INT64_C(900000000000001), 0, "was above 900000000000000" },
		{ "opportunity", "amount", INT64_C(-900000000000001), 0, "was below -900000000000000" },
		{ "opportunity", "amount", INT64_MAX, 0, "was above 900000000000000" },
		{ "opportunity", "amount", INT64_MIN, 0, "was below -900000000000000" },
		{ "score", "value", 100, 100000000, NULL },
		{ "score", "value", 101, 0, "was above 100" },
		{ "score", "value", -1, 0, "was below 0" },
		{ "quota", "won", 0, 0, NULL },
		{ "quota", "won", INT64_C(1000000000000000), INT64_C(1000000000000000), NULL },
		{ "quota", "won", INT64_C(1000000000000001), 0, "was above 1000000000000000" },
		{ "quota", "won", -1, 0, "was below 0" },
		{ "rate", "value", 2, INT64_C(2000000000000), NULL },
		{ "rate", "value", 9000001, 0, "was above 9000000" },
		{ "rate", "value", INT64_MAX, 0, "was above 9000000" },
		{ "rate", "value", 0, 0, "was 0 to 12 decimals" },
		{ "rate", "value", INT64_MIN, 0, "was below 0" },
	};
	swk_batch *batch = ((stage *)*state)->batch;
	for (size_t i = 0; i < SWK__COUNT(cases); i++) {
		swk_error error = SWK_ERROR_INIT;
		row_begin(batch, cases[i].table);
		assert_int_equal(swk_batch_int(batch, cases[i].field, cases[i].given), SWK_OK);
		row_fill(batch, cases[i].table, cases[i].field);
		int code = swk_batch_end(batch, &error);
		assert_string_equal(error.reason, cases[i].reason ? cases[i].reason : "");
		int table = swk__schema_find(swk__slice_of(cases[i].table));
		int field = swk__schema_field(&swk__schemas[table], swk__slice_of(cases[i].field));
		assert_true(code != SWK_OK || value_last(batch, (swk__table)table, (unsigned)field) == cases[i].value);
	}
}

static void texts_of_amounts_rates_and_dates_need_no_parse(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	row_begin(batch, "stage");
	assert_int_equal(text_put(batch, "amount", "-12.3456"), SWK_OK);
	assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	assert_int_equal(value_last(batch, SWK__TABLE_STAGE, SWK__STAGE_AMOUNT), -123456);
	row_begin(batch, "rate");
	assert_int_equal(text_put(batch, "value", "0.5"), SWK_OK);
	assert_int_equal(text_put(batch, "date", "1970-01-31"), SWK_OK);
	assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	TEXT_IS(batch, SWK__TABLE_RATE, SWK__RATE_CURRENCY, "EUR");
	assert_int_equal(value_last(batch, SWK__TABLE_RATE, SWK__RATE_DATE), 30);
	assert_int_equal(value_last(batch, SWK__TABLE_RATE, SWK__RATE_VALUE), INT64_C(500000000000));
}

static void dates_have_limits(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	static const int32_t good[] = { 20455, SWK__DATE_MAX };
	for (size_t i = 0; i < SWK__COUNT(good); i++) {
		row_begin(batch, "quota");
		assert_int_equal(swk_batch_date(batch, "to", good[i]), SWK_OK);
		row_fill(batch, "quota", "to");
		assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
		assert_int_equal(value_last(batch, SWK__TABLE_QUOTA, SWK__QUOTA_TO), good[i]);
	}
	row_begin(batch, "quota");
	swk_batch_date(batch, "to", SWK__DATE_MAX + 1);
	assert_string_equal(row_refused(batch), "quota, row 12, field to, value \"84007\": "
	                                        "was outside 1970-01-01 to 2200-01-01");
	row_begin(batch, "quota");
	swk_batch_date(batch, "to", -1);
	assert_string_equal(row_refused(batch), "quota, row 12, field to, value \"-1\": "
	                                        "was outside 1970-01-01 to 2200-01-01");
}

static void whole_numbers_have_limits(void **state)
{
	static const struct {
		int64_t value;
		const char *reason;
	} cases[] = {
		{ 0, NULL },
		{ 1000000000, NULL },
		{ 1000000001, "was above 1000000000" },
		{ INT64_MAX, "was above 1000000000" },
		{ -1, "was below 0" },
		{ INT64_MIN, "was below 0" },
	};
	swk_batch *batch = ((stage *)*state)->batch;
	for (size_t i = 0; i < SWK__COUNT(cases); i++) {
		swk_error error = SWK_ERROR_INIT;
		char value[32];
		row_begin(batch, "call");
		assert_int_equal(swk_batch_int(batch, "duration_s", cases[i].value), SWK_OK);
		assert_int_equal(swk_batch_end(batch, &error), cases[i].reason ? SWK_ERR_INVALID : SWK_OK);
		if (!cases[i].reason) {
			assert_int_equal(value_last(batch, SWK__TABLE_CALL, SWK__CALL_DURATION_S),
			                 cases[i].value * 1000000);
			continue;
		}
		assert_string_equal(error.reason, cases[i].reason);
		snprintf(value, sizeof value, "%lld", (long long)cases[i].value);
		assert_string_equal(error.value, value);
	}
}

/* ------------------------------------------------------------------------------------------- refusals */

static void a_value_of_another_type_is_refused(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	row_begin(batch, "call");
	swk_batch_text(batch, "duration_s", "61", 2);
	assert_string_equal(row_refused(batch),
	                    "call, row 12, field duration_s, value \"61\": expected a number, was a text");
	row_begin(batch, "call");
	swk_batch_text(batch, "positive", "true", 4);
	assert_string_equal(row_refused(batch),
	                    "call, row 12, field positive, value \"true\": expected a boolean, was a text");
	row_begin(batch, "lead");
	swk_batch_int(batch, "closed_at", -7);
	assert_string_equal(row_refused(batch),
	                    "lead, row 12, field closed_at, value \"-7\": expected an instant, was a number");
	row_begin(batch, "lead");
	swk_batch_date(batch, "closed_at", 20000);
	assert_string_equal(row_refused(batch),
	                    "lead, row 12, field closed_at, value \"20000\": expected an instant, was a date");
	row_begin(batch, "rep");
	swk_batch_real(batch, "name", 0.25);
	assert_string_equal(row_refused(batch),
	                    "rep, row 12, field name, value \"0.25\": expected a text, was a number");
	row_begin(batch, "rep");
	swk_batch_bool(batch, "capacity", 1);
	assert_string_equal(row_refused(batch),
	                    "rep, row 12, field capacity, value \"1\": expected a number, was a boolean");
	row_begin(batch, "rep");
	swk_batch_instant(batch, "zone", 3);
	assert_string_equal(row_refused(batch),
	                    "rep, row 12, field zone, value \"3\": expected a text, was an instant");
	static const struct {
		const char *table, *field, *text, *line;
	} texts[] = {
		{ "score", "value", "50", "score, row 12, field value, value \"50\": expected a number, was a text" },
		{ "quota", "won", "3", "quota, row 12, field won, value \"3\": expected a number, was a text" },
	};
	for (size_t i = 0; i < SWK__COUNT(texts); i++) {
		row_begin(batch, texts[i].table);
		text_put(batch, texts[i].field, texts[i].text);
		assert_string_equal(row_refused(batch), texts[i].line);
	}
	row_begin(batch, "opportunity");
	swk_batch_bool(batch, "amount", 1);
	assert_string_equal(row_refused(batch),
	                    "opportunity, row 12, field amount, value \"1\": expected an amount, was a boolean");
	row_begin(batch, "opportunity");
	swk_batch_int(batch, "currency", 840);
	assert_string_equal(row_refused(batch),
	                    "opportunity, row 12, field currency, value \"840\": expected a text, was a number");
	row_begin(batch, "quota");
	swk_batch_int(batch, "to", 20455);
	assert_string_equal(row_refused(batch),
	                    "quota, row 12, field to, value \"20455\": expected a date, was a number");
	row_begin(batch, "quota");
	swk_batch_instant(batch, "to", 0);
	assert_string_equal(row_refused(batch),
	                    "quota, row 12, field to, value \"0\": expected a date, was an instant");
	row_begin(batch, "rate");
	swk_batch_date(batch, "value", 1);
	assert_string_equal(row_refused(batch),
	                    "rate, row 12, field value, value \"1\": expected a number, was a date");
}

static void booleans_and_instants_have_limits(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	row_begin(batch, "call");
	swk_batch_bool(batch, "positive", 0);
	assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	assert_int_equal(value_last(batch, SWK__TABLE_CALL, SWK__CALL_POSITIVE), 0);
	row_begin(batch, "call");
	swk_batch_bool(batch, "positive", 2);
	assert_string_equal(row_refused(batch), "call, row 12, field positive, value \"2\": was neither 0 nor 1");
	row_begin(batch, "lead");
	swk_batch_instant(batch, "closed_at", -1);
	assert_string_equal(row_refused(batch),
	                    "lead, row 12, field closed_at, value \"-1\": was outside 1970-01-01 to 2200-01-01");
	row_begin(batch, "lead");
	swk_batch_instant(batch, "closed_at", SWK__INSTANT_MAX + 1);
	assert_string_equal(row_refused(batch), "lead, row 12, field closed_at, value \"7258118400000001\": "
	                                        "was outside 1970-01-01 to 2200-01-01");
	row_begin(batch, "lead");
	swk_batch_instant(batch, "closed_at", SWK__INSTANT_MAX);
	assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
}

static void required_fields_are_required_even_of_the_deleted(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	assert_int_equal(swk_batch_row(batch, "call", 3), SWK_OK);
	swk_batch_text(batch, "id", "c1", 2);
	swk_batch_bool(batch, "deleted", 1);
	assert_string_equal(row_refused(batch), "call, row 3, field at: was missing");
	assert_int_equal(swk_batch_row(batch, "rep", 4), SWK_OK);
	swk_batch_text(batch, "name", "Ann", 3);
	assert_string_equal(row_refused(batch), "rep, row 4, field id: was missing");
	assert_int_equal(swk_batch_row(batch, "rep", 5), SWK_OK);
	swk_batch_text(batch, "id", "", 0);
	assert_string_equal(row_refused(batch), "rep, row 5, field id: was missing");
}

static void texts_have_lengths(void **state)
{
	static const struct {
		const char *table, *field, *reason;
		size_t limit;
	} cases[] = {
		{ "call", "rep", "was 256 bytes long, more than 255", 255 },
		{ "lead", "merged_into", "was 256 bytes long, more than 255", 255 },
		{ "rep", "name", "was 65536 bytes long, more than 65535", 65535 },
	};
	static char bytes[65536];
	swk_batch *batch = ((stage *)*state)->batch;
	memset(bytes, 'a', sizeof bytes);
	for (size_t i = 0; i < SWK__COUNT(cases); i++) {
		swk_error error = SWK_ERROR_INIT;
		row_begin(batch, cases[i].table);
		assert_int_equal(swk_batch_text(batch, cases[i].field, bytes, cases[i].limit), SWK_OK);
		assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
		row_begin(batch, cases[i].table);
		assert_int_equal(swk_batch_text(batch, cases[i].field, bytes, cases[i].limit + 1), SWK_OK);
		assert_int_equal(swk_batch_end(batch, &error), SWK_ERR_INVALID);
		assert_string_equal(error.reason, cases[i].reason);
		assert_int_equal(strlen(error.value), 95);
		assert_string_equal(error.value + 92, "...");
	}
	assert_int_equal(swk_batch_row(batch, "rep", 1), SWK_OK);
	assert_int_equal(swk_batch_text(batch, "id", bytes, 256), SWK_OK);
	assert_non_null(strstr(row_refused(batch), "aaa...\": was 256 bytes long, more than 255"));
}

static void errors_show_only_text(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	row_begin(batch, "rep");
	swk_batch_text(batch, "name", "a\0!", 3);
	assert_string_equal(row_refused(batch),
	                    "rep, row 12, field name, value \"a\xef\xbf\xbd!\": contained a NUL byte");
	row_begin(batch, "rep");
	swk_batch_text(batch, "name", "long\0 enough", 12);
	assert_string_equal(row_refused(batch),
	                    "rep, row 12, field name, value \"long\xef\xbf\xbd enough\": contained a NUL byte");
	row_begin(batch, "rep");
	swk_batch_text(batch, "name", "long enough\0", 12);
	assert_string_equal(row_refused(batch),
	                    "rep, row 12, field name, value \"long enough\xef\xbf\xbd\": contained a NUL byte");
	row_begin(batch, "rep");
	swk_batch_text(batch, "team\xff", "\xc3", 1);
	assert_string_equal(row_refused(batch), "rep, row 12, field team\xef\xbf\xbd, value \"\xef\xbf\xbd\": "
	                                        "is no field of this table");
	/* cut between characters, far inside a text of two-byte ones and of broken ones */
	char bytes[600];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = i % 2 ? '\xa4' : '\xc3';
	swk_error error = SWK_ERROR_INIT;
	for (size_t from = 0; from < 2; from++) {
		row_begin(batch, "call");
		swk_batch_text(batch, "direction", bytes + from, sizeof bytes - from);
		assert_int_equal(swk_batch_end(batch, &error), SWK_ERR_INVALID);
		assert_true(swk__utf8_valid(swk__slice_of(error.value), NULL));
		assert_in_range(strlen(error.value), 92, 95);
	}
	memset(bytes, '\xff', sizeof bytes);
	row_begin(batch, "call");
	swk_batch_refuse(batch, NULL, bytes, sizeof bytes, "was no JSON");
	assert_int_equal(swk_batch_end(batch, &error), SWK_ERR_INVALID);
	assert_true(swk__utf8_valid(swk__slice_of(error.value), NULL));
}

static void tables_and_fields_are_known_or_refused(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	assert_int_equal(swk_batch_row(batch, "calls", 9), SWK_OK);
	assert_int_equal(text_put(batch, "id", "c1"), SWK_OK);
	assert_string_equal(row_refused(batch), "row 9, field table, value \"calls\": is no table");
	row_begin(batch, "call");
	swk_batch_int(batch, "team", 7);
	assert_string_equal(row_refused(batch), "call, row 12, field team, value \"7\": is no field of this table");
}

static void unknown_fields_can_be_ignored(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	batch->ignore_unknown = true;
	row_begin(batch, "call");
	assert_int_equal(text_put(batch, "team", "\xff"), SWK_OK);
	assert_int_equal(text_put(batch, "team", "x"), SWK_OK);
	assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	assert_int_equal(swk_batch_row(batch, "nothing", 1), SWK_OK);
	assert_string_equal(row_refused(batch), "row 1, field table, value \"nothing\": is no table");
}

static void a_field_is_set_once(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	row_begin(batch, "rep");
	text_put(batch, "id", "x2");
	assert_string_equal(row_refused(batch), "rep, row 12, field id, value \"x2\": was given twice");
	row_begin(batch, "rep");
	text_put(batch, "capacity", "");
	swk_batch_real(batch, "capacity", 1.5);
	assert_string_equal(row_refused(batch), "rep, row 12, field capacity, value \"1.5\": was given twice");
}

static void the_first_wrong_thing_is_told(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	assert_int_equal(swk_batch_row(batch, "call", 1), SWK_OK);
	swk_batch_int(batch, "duration_s", -1);
	swk_batch_text(batch, "outcome", "?", 1);
	swk_batch_refuse(batch, "at", NULL, 7, "was odd");
	assert_string_equal(row_refused(batch), "call, row 1, field duration_s, value \"-1\": was below 0");
	assert_int_equal(swk_batch_row(batch, "call", 2), SWK_OK);
	swk_batch_refuse(batch, NULL, "{\"table", 7, "was no JSON");
	swk_batch_int(batch, "duration_s", -1);
	assert_string_equal(row_refused(batch), "call, row 2, value \"{\"table\": was no JSON");
	assert_int_equal(swk_batch_row(batch, "call", 3), SWK_OK);
	swk_batch_refuse(batch, "at", NULL, 7, "was odd");
	assert_string_equal(row_refused(batch), "call, row 3, field at: was odd");
}

static void rejects_are_kept_in_order(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	swk_error error = SWK_ERROR_INIT;
	for (int64_t i = 0; i < 100; i++) {
		assert_int_equal(swk_batch_row(batch, "call", i), SWK_OK);
		assert_int_equal(swk_batch_end(batch, NULL), SWK_ERR_INVALID);
	}
	assert_int_equal(swk_batch_rejects(batch), 100);
	for (size_t i = 0; i < 100; i++) {
		assert_int_equal(swk_batch_reject(batch, i, &error), SWK_OK);
		assert_int_equal(error.row, i);
	}
	assert_int_equal(swk_batch_reject(batch, 100, &error), SWK_ERR_USAGE);
	assert_int_equal(error.row, 99);
}

/* ------------------------------------------------------------------------------------------ rules of rows */

/* Fields and their text forms, and the line of the refusal; NULL: the row is taken. */
typedef struct rule_case {
	const char *table, *fields[6][2], *line;
} rule_case;

static const rule_case rule_cases[] = {
	{ "opportunity", { { "outcome", "open" } }, NULL },
	{ "opportunity", { { "outcome", "won" }, { "closed_at", "2026-01-01" } }, NULL },
	{ "opportunity", { { "closed_at", "2026-01-01" } }, NULL }, /* ignored when open */
	{ "opportunity",
	  { { "outcome", "won" } },
	  "opportunity, row 12, field closed_at: was missing where outcome was won" },
	{ "opportunity",
	  { { "outcome", "lost" }, { "deleted", "true" } },
	  "opportunity, row 12, field closed_at: was missing where outcome was lost" },
	{ "opportunity", { { "amount", "0.999" }, { "currency", "KWD" } }, NULL },
	{ "opportunity", { { "currency", "KWD" }, { "amount", "0.999" } }, NULL },
	{ "opportunity", { { "amount", "0.9999" }, { "currency", "CLF" } }, NULL },
	{ "opportunity", { { "amount", "500.000" }, { "currency", "JPY" } }, NULL },
	{ "opportunity", { { "amount", "0.99" } }, NULL },
	{ "opportunity",
	  { { "amount", "-1234.50" }, { "currency", "JPY" } },
	  "opportunity, row 12, field amount, value \"-1234.5\": had more digits than JPY has" },
	{ "opportunity",
	  { { "currency", "KWD" }, { "amount", "0.0001" } },
	  "opportunity, row 12, field amount, value \"0.0001\": had more digits than KWD has" },
	{ "opportunity",
	  { { "currency", "EUR" }, { "amount", "7.005" } },
	  "opportunity, row 12, field amount, value \"7.005\": had more digits than EUR has" },
	{ "quota", { { "to", "2026-04-01" }, { "won", "0" } }, NULL },
	{ "quota", { { "to", "2026-01-02" }, { "amount", "5000" }, { "rep", "ann" } }, NULL },
	{ "quota", { { "to", "2026-04-01" }, { "won", "3" }, { "amount", "5000" }, { "team", "north" } }, NULL },
	{ "quota",
	  { { "to", "2026-01-01" }, { "won", "3" } },
	  "quota, row 12, field to, value \"2026-01-01\": was not after from" },
	{ "quota", { { "won", "3" } }, "quota, row 12, field to: was missing" },
	{ "quota",
	  { { "to", "2026-04-01" }, { "won", "3" }, { "team", "north" }, { "rep", "ann" } },
	  "quota, row 12, field team, value \"north\": was given beside rep" },
	{ "quota", { { "to", "2026-04-01" } }, "quota, row 12, field won: was missing, and so was amount" },
	{ "quota",
	  { { "to", "2026-04-01" }, { "amount", "0.5" }, { "currency", "JPY" } },
	  "quota, row 12, field amount, value \"0.5\": had more digits than JPY has" },
	{ "quota",
	  { { "to", "2026-04-01" }, { "amount", "0.005" } },
	  "quota, row 12, field amount, value \"0.005\": had more digits than USD has" },
	{ "stage", { { "amount", "0.0001" } }, NULL },
	{ "rate", { { "date", "2026-01-01" } }, "rate, row 12, field value: was missing" },
	{ "score", { { "model", "m1" } }, "score, row 12, field value: was missing" },
};

static void fields_fit_each_other(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	for (size_t i = 0; i < SWK__COUNT(rule_cases); i++) {
		const rule_case *one = &rule_cases[i];
		row_begin(batch, one->table);
		for (size_t f = 0; one->fields[f][0]; f++)
			assert_int_equal(form_put(batch, one->fields[f][0], one->fields[f][1]), SWK_OK);
		if (one->line)
			assert_string_equal(row_refused(batch), one->line);
		else
			assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	}
}

/* The base has no more digits than it has, either. */
static void the_base_currency_counts_where_none_is_named(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	batch->currency = swk__slice_of("JPY");
	row_begin(batch, "opportunity");
	form_put(batch, "amount", "12.5");
	assert_string_equal(row_refused(batch),
	                    "opportunity, row 12, field amount, value \"12.5\": had more digits than JPY has");
	row_begin(batch, "opportunity");
	form_put(batch, "amount", "12.5");
	form_put(batch, "currency", "USD");
	assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
}

/* -------------------------------------------------------------------------------------------- misuse */

static void wrong_calls_are_wrong_usage(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	swk_error error = SWK_ERROR_INIT, unsized = { 0 };
	assert_int_equal(swk_batch_row(NULL, "call", 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_row(batch, NULL, 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_text(batch, "id", "x", 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_refuse(batch, NULL, NULL, 0, "x"), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_end(NULL, &error), SWK_ERR_USAGE);
	assert_string_equal(error.reason, "the batch was NULL");
	assert_int_equal(swk_batch_end(batch, &error), SWK_ERR_USAGE);
	assert_string_equal(error.reason, "no row was begun");
	assert_int_equal(swk_batch_row(batch, "rep", 1), SWK_OK);
	assert_int_equal(swk_batch_row(batch, "rep", 2), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_text(NULL, "id", "x", 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_text(batch, NULL, "x", 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_text(batch, "id", NULL, 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_parse(batch, "id", NULL, 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_int(NULL, "capacity", 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_real(NULL, "capacity", 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_bool(NULL, "deleted", 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_instant(NULL, "recorded_at", 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_date(NULL, "recorded_at", 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_refuse(NULL, NULL, NULL, 0, "x"), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_refuse(batch, NULL, NULL, 0, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_text(batch, "id", "r1", 2), SWK_OK);
	assert_int_equal(swk_batch_end(batch, NULL), SWK_OK); /* none of it left a trace */
	assert_int_equal(swk_batch_rows(NULL), 0);
	assert_int_equal(swk_batch_rejects(NULL), 0);
	assert_int_equal(swk_batch_reject(NULL, 0, &error), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_row(batch, "no", 2), SWK_OK);
	assert_int_equal(swk_batch_end(batch, NULL), SWK_ERR_INVALID);
	assert_int_equal(swk_batch_reject(batch, 0, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_reject(batch, 0, &unsized), SWK_ERR_USAGE);
	swk_batch_free(NULL);
	swk_batch_clear(NULL);
}

static void clearing_forgets_rows_and_keeps_memory(void **state)
{
	stage *self = *state;
	uint64_t used = 0;
	for (int turn = 0; turn < 3; turn++) {
		for (int i = 0; i < 100; i++) {
			row_begin(self->batch, i % 2 ? "call" : "lead");
			assert_int_equal(swk_batch_end(self->batch, NULL), SWK_OK);
		}
		swk_batch_row(self->batch, "no", 1);
		swk_batch_end(self->batch, NULL);
		swk_batch_row(self->batch, "call", 1);
		assert_int_equal(swk_batch_rows(self->batch), 100);
		swk_batch_clear(self->batch);
		assert_int_equal(swk_batch_rows(self->batch), 0);
		assert_int_equal(swk_batch_rejects(self->batch), 0);
		assert_int_equal(self->batch->bytes.length, 0);
		assert_int_equal(swk_batch_end(self->batch, NULL), SWK_ERR_USAGE);
		assert_true(turn == 0 || self->mem.used == used);
		used = self->mem.used;
	}
}

static void a_table_holds_as_many_rows_as_32_bits_count(void **state)
{
	swk_batch *batch = ((stage *)*state)->batch;
	swk_error error = SWK_ERROR_INIT;
	row_begin(batch, "rep");
	batch->tables[SWK__TABLE_REP].rows = UINT32_MAX; /* as if */
	assert_int_equal(swk_batch_end(batch, &error), SWK_ERR_LIMIT);
	assert_string_equal(error.reason, "the batch had 4294967295 rows of table rep, no more fit");
	batch->tables[SWK__TABLE_REP].rows = 0;
	assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
}

/* ---------------------------------------------------------------------------------------------- memory */

static bool zone_read_fails(void *context, swk__fault point)
{
	(void)context;
	return point == SWK__FAULT_zone_read;
}

static bool zone_entry_fails(void *context, swk__fault point)
{
	(void)context;
	return point == SWK__FAULT_zone_entry;
}

/* Zone data that cannot be read make a reject, memory that fails breaks the row; neither says "no time zone". */
static void a_zone_that_fails_is_told_apart(void **state)
{
	stage *self = *state;
	self->mem.fault = zone_read_fails;
	row_begin(self->batch, "rep");
	assert_int_equal(text_put(self->batch, "zone", "Europe/Berlin"), SWK_OK);
	assert_string_equal(row_refused(self->batch), "rep, row 12, field zone, value \"Europe/Berlin\": "
	                                              "is a time zone whose data could not be read");
	self->mem.fault = zone_entry_fails;
	row_begin(self->batch, "rep");
	assert_int_equal(text_put(self->batch, "zone", "Europe/Berlin"), SWK_ERR_MEMORY);
	assert_int_equal(swk_batch_end(self->batch, NULL), SWK_ERR_MEMORY);
	swk_batch_clear(self->batch);
	self->mem.fault = NULL;
	row_begin(self->batch, "rep");
	assert_int_equal(text_put(self->batch, "zone", "Europe/Berlin"), SWK_OK);
	assert_int_equal(swk_batch_end(self->batch, NULL), SWK_OK);
}

/* Rows with texts, a zone and rejects. Where a setter fails, its row cannot be ended and clearing helps; where the
 * end fails, ending again does. */
static int batch_fill(swk__mem *mem, void *context)
{
	swk__zones zones;
	swk_batch *batch = NULL;
	int code = swk__zones_init(&zones, mem, NULL, NULL), set = SWK_OK;
	(void)context;
	if (code != SWK_OK)
		return code;
	code = swk__batch_create(mem, &zones, &utc, swk__slice_of("USD"), false, NULL, NULL, &batch, NULL);
	assert_int_equal(code == SWK_OK, batch != NULL);
	for (int i = 0; i < 40 && code == SWK_OK; i++) {
		size_t rows = swk_batch_rows(batch), rejects = swk_batch_rejects(batch);
		assert_int_equal(swk_batch_row(batch, "rep", i), SWK_OK);
		set = text_put(batch, "id", "x1");
		if (set == SWK_OK)
			set = text_put(batch, "zone", "UTC");
		if (set == SWK_OK && i % 2)
			set = text_put(batch, "name", "\xff");
		swk_error error = SWK_ERROR_INIT;
		code = swk_batch_end(batch, &error);
		assert_int_equal(error.code, code);
		if (set != SWK_OK) {
			assert_int_equal(code, set);
			assert_int_equal(text_put(batch, "name", "Ann"), set);
			assert_int_equal(swk_batch_refuse(batch, NULL, NULL, 0, "was odd"), set);
			assert_int_equal(swk_batch_row(batch, "rep", i), SWK_ERR_USAGE);
			swk_batch_clear(batch);
			mem->fault = NULL;
			row_begin(batch, "rep");
			assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
		} else if (code == SWK_ERR_MEMORY) {
			assert_int_equal(swk_batch_rows(batch), rows);
			assert_int_equal(swk_batch_rejects(batch), rejects);
			mem->fault = NULL;
			assert_int_equal(swk_batch_end(batch, NULL), i % 2 ? SWK_ERR_INVALID : SWK_OK);
		} else {
			assert_int_equal(code, i % 2 ? SWK_ERR_INVALID : SWK_OK);
			code = SWK_OK;
		}
	}
	swk_batch_free(batch);
	swk__zones_done(&zones);
	return code;
}

/* Deals, every second one refused by a rule of rows; a row that failed is left, the failure told. */
static int deals_fill(swk__mem *mem, void *context)
{
	swk_batch *batch = NULL;
	int code = swk__batch_create(mem, NULL, &utc, swk__slice_of("USD"), false, NULL, NULL, &batch, NULL);
	(void)context;
	for (int i = 0; i < 40 && code == SWK_OK; i++) {
		size_t rows = swk_batch_rows(batch), rejects = swk_batch_rejects(batch);
		assert_int_equal(swk_batch_row(batch, "opportunity", i), SWK_OK);
		text_put(batch, "id", "o1");
		text_put(batch, "created_at", "2026-11-02");
		text_put(batch, "amount", "10.5");
		text_put(batch, "currency", i % 2 ? "JPY" : "EUR");
		int expected = i % 2 ? SWK_ERR_INVALID : SWK_OK;
		code = swk_batch_end(batch, NULL);
		assert_true(code == expected || code == SWK_ERR_MEMORY);
		assert_int_equal(swk_batch_rows(batch), rows + (code == SWK_OK));
		assert_int_equal(swk_batch_rejects(batch), rejects + (code == SWK_ERR_INVALID));
		code = code == expected ? SWK_OK : code;
	}
	swk_batch_free(batch);
	return code;
}

static void memory_may_fail_anywhere(void **state)
{
	(void)state;
	assert_in_range(sweep_run(batch_fill, NULL), 20, 200);
	assert_in_range(sweep_run(deals_fill, NULL), 20, 200);
}

static void a_limit_is_told_apart(void **state)
{
	stage *self = *state;
	self->mem.limit = self->mem.used + 1;
	assert_int_equal(swk_batch_row(self->batch, "rep", 1), SWK_OK);
	assert_int_equal(text_put(self->batch, "id", "x1"), SWK_ERR_LIMIT);
	assert_int_equal(swk_batch_end(self->batch, NULL), SWK_ERR_LIMIT);
	swk_batch_clear(self->batch);
	self->mem.limit = 0;
	row_begin(self->batch, "rep");
	self->mem.limit = self->mem.used + 1;
	assert_int_equal(text_put(self->batch, "zone", "Europe/Berlin"), SWK_ERR_LIMIT);
	swk_batch_clear(self->batch);
	self->mem.limit = 0;
	row_begin(self->batch, "rep");
	assert_int_equal(swk_batch_end(self->batch, NULL), SWK_OK);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_setup, stage_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(a_row_keeps_what_it_was_given),
		STAGED(what_is_not_set_or_empty_is_the_default),
		STAGED(rows_of_all_tables_keep_their_order),
		STAGED(fields_come_in_any_order),
		STAGED(zones_are_looked_up),
		STAGED(forms_of_all_kinds_are_parsed),
		STAGED(reals_are_taken_by_their_digits),
		STAGED(reals_round_half_to_even),
		STAGED(doubles_count_by_their_digits),
		STAGED(hundredths_survive_a_double),
		STAGED(whole_numbers_of_all_kinds_have_limits),
		STAGED(texts_of_amounts_rates_and_dates_need_no_parse),
		STAGED(dates_have_limits),
		STAGED(whole_numbers_have_limits),
		STAGED(a_value_of_another_type_is_refused),
		STAGED(booleans_and_instants_have_limits),
		STAGED(required_fields_are_required_even_of_the_deleted),
		STAGED(texts_have_lengths),
		STAGED(errors_show_only_text),
		STAGED(tables_and_fields_are_known_or_refused),
		STAGED(unknown_fields_can_be_ignored),
		STAGED(a_field_is_set_once),
		STAGED(the_first_wrong_thing_is_told),
		STAGED(rejects_are_kept_in_order),
		STAGED(fields_fit_each_other),
		STAGED(the_base_currency_counts_where_none_is_named),
		STAGED(wrong_calls_are_wrong_usage),
		STAGED(clearing_forgets_rows_and_keeps_memory),
		STAGED(a_table_holds_as_many_rows_as_32_bits_count),
		cmocka_unit_test(memory_may_fail_anywhere),
		STAGED(a_zone_that_fails_is_told_apart),
		STAGED(a_limit_is_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
