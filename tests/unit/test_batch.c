/* SPDX-License-Identifier: MIT */
#include "batch.h"

#include "../support/batch_stage.h"
#include "calendar.h"

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

/* ------------------------------------------------------------------------------------------- refusals */

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(a_row_keeps_what_it_was_given),
		STAGED(what_is_not_set_or_empty_is_the_default),
		STAGED(rows_of_all_tables_keep_their_order),
		STAGED(fields_come_in_any_order),
		STAGED(zones_are_looked_up),
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
