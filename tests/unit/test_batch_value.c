/* SPDX-License-Identifier: MIT */
#include "batch.h"

#include "../support/batch_stage.h"
#include "calendar.h"

#include <stdio.h>

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

/* ------------------------------------------------------------------------------------ types and limits */

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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
