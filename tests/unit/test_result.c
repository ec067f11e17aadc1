/* SPDX-License-Identifier: MIT */
#include "result.h"

#include "../support/sweep.h"

#include <jansson.h>

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SWK_GOLDEN_DIR
#define SWK_GOLDEN_DIR "tests/golden"
#endif

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

static swk_result *result_create(void)
{
	swk_result *result = NULL;
	assert_int_equal(swk__result_create(&memory, NULL, NULL, NULL, &result, NULL), SWK_OK);
	return result;
}

static void column(swk_result *result, const char *name, swk_type type)
{
	assert_int_equal(swk__result_column(result, name, type, NULL), SWK_OK);
}

static void row(swk_result *result, const swk__cell *cells)
{
	assert_int_equal(swk__result_row(result, cells, NULL), SWK_OK);
}

static swk__cell text_cell(const char *text)
{
	return (swk__cell){ .text = swk__slice_of(text) };
}

static const swk__cell null_cell = { .null = true };

/* Two rows of every type, and one of nulls between them. 2026-11-02 is day 20759. */
static swk_result *result_sample(void)
{
	swk_result *result = result_create();
	column(result, "team", SWK_TYPE_TEXT);
	column(result, "week_start", SWK_TYPE_DATE);
	column(result, "partial", SWK_TYPE_BOOL);
	column(result, "made", SWK_TYPE_INT);
	column(result, "rate", SWK_TYPE_REAL);
	column(result, "amount", SWK_TYPE_AMOUNT);
	swk__result_digits(result, 2);
	row(result, (swk__cell[]){ text_cell("north"),
	                           { .integer = 20759 },
	                           { .integer = 1 },
	                           { .integer = -7 },
	                           { .real = 1.0 / 3 },
	                           { .amount = -5 } });
	row(result, (swk__cell[]){ null_cell, null_cell, null_cell, null_cell, null_cell, null_cell });
	row(result, (swk__cell[]){ text_cell(""),
	                           { .integer = 0 },
	                           { .integer = 0 },
	                           { .integer = 12345 },
	                           { .real = 250 },
	                           { .amount = 1234567 } });
	return result;
}

/* ------------------------------------------------------------------------------------------- numbers */

struct real_line {
	double real;
	char text[40];
};

static size_t real_lines(struct real_line *lines, size_t capacity)
{
	size_t count = 0;
	char line[256];
	FILE *file = fopen(SWK_GOLDEN_DIR "/real.txt", "r");
	if (!file)
		fail_msg("real.txt could not be opened");
	while (fgets(line, sizeof line, file) && count < capacity)
		if (line[0] != '#' && sscanf(line, "%la %39s", &lines[count].real, lines[count].text) == 2)
			count++;
	fclose(file);
	return count;
}

static void real_check(const struct real_line *lines, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char text[40];
		swk__real_format(lines[i].real, text);
		assert_string_equal(text, lines[i].text);
	}
}

static void test_real_golden(void **state)
{
	struct real_line lines[600];
	(void)state;
	size_t count = real_lines(lines, SWK__COUNT(lines));
	assert_true(count > 300);
	real_check(lines, count);
}

/* A host may have set any locale; ps_AF's decimal point has two bytes. */
static void test_real_locale(void **state)
{
	static const char *const names[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "ps_AF.UTF-8" };
	struct real_line lines[600];
	bool found = false;
	(void)state;
	size_t count = real_lines(lines, SWK__COUNT(lines));
	for (size_t i = 0; i < SWK__COUNT(names); i++) {
		if (!setlocale(LC_ALL, names[i]))
			continue;
		found = true;
		real_check(lines, count);
	}
	setlocale(LC_ALL, "C");
	if (!found)
		skip();
}

static void test_amount_format(void **state)
{
	static const swk__i128 most = (swk__i128)(~(swk__u128)0 >> 1);
	const struct {
		swk__i128 amount;
		unsigned digits;
		const char *text;
	} rows[] = {
		{ 0, 0, "0" },
		{ 0, 2, "0.00" },
		{ 5, 2, "0.05" },
		{ -5, 2, "-0.05" },
		{ -1205, 2, "-12.05" },
		{ 100, 2, "1.00" },
		{ 99, 0, "99" },
		{ 1234567, 3, "1234.567" },
		{ 1, 4, "0.0001" },
		{ 12345, 4, "1.2345" },
		{ most, 0, "170141183460469231731687303715884105727" },
		{ -most - 1, 4, "-17014118346046923173168730371588410.5728" },
	};
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(rows); i++) {
		char text[48];
		swk__amount_format(rows[i].amount, rows[i].digits, text);
		assert_string_equal(text, rows[i].text);
	}
}

/* ----------------------------------------------------------------------------------------- accessors */

static void test_shape(void **state)
{
	(void)state;
	swk_result *result = result_sample();
	assert_int_equal(swk_result_rows(result), 3);
	assert_int_equal(swk_result_columns(result), 6);
	assert_string_equal(swk_result_name(result, 5), "amount");
	assert_int_equal(swk_result_type(result, 5), SWK_TYPE_AMOUNT);
	assert_int_equal(swk_result_find(result, "rate"), 4);
	assert_int_equal(swk_result_find(result, "rates"), -1);
	assert_int_equal(swk_result_find(result, NULL), -1);
	assert_null(swk_result_name(result, 6));
	assert_int_equal(swk_result_type(result, SIZE_MAX), 0);
	swk_result_free(result);
}

static void test_cells(void **state)
{
	size_t length = 99;
	swk__i128 amount = 0;
	unsigned digits = 9;
	(void)state;
	swk_result *result = result_sample();
	assert_string_equal(swk_result_text(result, 0, 0, &length), "north");
	assert_int_equal(length, 5);
	assert_string_equal(swk_result_text(result, 2, 0, NULL), "");
	assert_int_equal(swk_result_int(result, 0, 1), 20759);
	assert_int_equal(swk_result_int(result, 0, 2), 1);
	assert_int_equal(swk_result_int(result, 0, 3), -7);
	assert_true(swk_result_real(result, 0, 3) == -7);
	assert_true(swk_result_real(result, 0, 4) == 1.0 / 3);
	assert_true(swk__result_amount(result, 2, 5, &amount, &digits));
	assert_true(amount == 1234567 && digits == 2);
	int64_t minor = 0;
	assert_int_equal(swk_result_amount(result, 2, 5, &minor, &digits), 1);
	assert_true(minor == 1234567 && digits == 2);
	assert_int_equal(swk_result_amount(result, 2, 5, NULL, NULL), 1);
	assert_int_equal(swk_result_amount(result, 1, 5, &minor, &digits), 0);
	assert_int_equal(swk_result_amount(result, 2, 4, &minor, &digits), 0);
	assert_int_equal(swk_result_amount(NULL, 0, 0, &minor, &digits), 0);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(swk_result_null(result, 0, i), 0);
		assert_int_equal(swk_result_null(result, 1, i), 1);
		assert_int_equal(swk_result_null(result, 2, i), 0);
	}
	swk_result_free(result);
}

/* Every accessor at every kind of cell that is not its own. */
static void test_wrong_cells(void **state)
{
	static const size_t places[][2] = {
		{ 1, 0 }, { 1, 3 }, { 1, 4 }, { 3, 0 }, { 3, 3 }, { 0, 6 }, { SIZE_MAX, SIZE_MAX }
	};
	size_t length = 7;
	swk__i128 amount = 3;
	unsigned digits = 3;
	(void)state;
	swk_result *result = result_sample();
	for (size_t i = 0; i <= SWK__COUNT(places); i++) {
		const swk_result *asked = i < SWK__COUNT(places) ? result : NULL;
		size_t y = places[i % SWK__COUNT(places)][0], x = places[i % SWK__COUNT(places)][1];
		assert_int_equal(swk_result_null(asked, y, x), 1);
		assert_int_equal(swk_result_int(asked, y, x), 0);
		assert_true(swk_result_real(asked, y, x) == 0);
		assert_null(swk_result_text(asked, y, x, &length));
		assert_false(swk__result_amount(asked, y, x, &amount, &digits));
	}
	assert_null(swk_result_text(result, 0, 1, &length));
	assert_int_equal(swk_result_int(result, 0, 4), 0);
	assert_int_equal(swk_result_int(result, 0, 5), 0);
	assert_true(swk_result_real(result, 0, 5) == 0);
	assert_true(swk_result_real(result, 0, 1) == 0);
	assert_int_equal(length, 7);
	assert_true(amount == 3 && digits == 3);
	swk_result_free(result);
}

static void test_null_result(void **state)
{
	(void)state;
	assert_int_equal(swk_result_rows(NULL), 0);
	assert_int_equal(swk_result_columns(NULL), 0);
	assert_null(swk_result_name(NULL, 0));
	assert_int_equal(swk_result_type(NULL, 0), 0);
	assert_int_equal(swk_result_find(NULL, "x"), -1);
	assert_null(swk_result_zone(NULL));
	assert_int_equal(swk_result_week_start(NULL), 0);
	assert_int_equal(swk_result_zone_fingerprint(NULL), 0);
	assert_int_equal(swk_result_now(NULL), 0);
	assert_int_equal(swk_result_commit(NULL), 0);
	swk_result_free(NULL);
}

static void test_about(void **state)
{
	(void)state;
	swk_result *result = result_create();
	assert_string_equal(swk_result_zone(result), "");
	for (uint64_t i = 1; i < 3; i++) {
		const char *zone = i == 1 ? "UTC" : "Europe/Berlin";
		assert_int_equal(swk__result_about(result, "calls", zone, 7, i << 60, -(int64_t)i, i, NULL), SWK_OK);
		assert_string_equal(swk_result_zone(result), zone);
		assert_int_equal(swk_result_week_start(result), 7);
		assert_int_equal(swk_result_zone_fingerprint(result), i << 60);
		assert_int_equal(swk_result_now(result), -(int64_t)i);
		assert_int_equal(swk_result_commit(result), i);
	}
	swk_result_free(result);
}

static void test_many_rows(void **state)
{
	enum {
		ROWS = 1000
	};
	(void)state;
	swk_result *result = result_create();
	column(result, "name", SWK_TYPE_TEXT);
	column(result, "number", SWK_TYPE_INT);
	for (int i = 0; i < ROWS; i++) {
		char name[16];
		snprintf(name, sizeof name, "n%d", i);
		row(result, (swk__cell[]){ i % 3 ? text_cell(name) : null_cell, { .null = i % 5 == 0, .integer = i } });
	}
	for (int i = 0; i < ROWS; i++) {
		char name[16];
		snprintf(name, sizeof name, "n%d", i);
		const char *text = swk_result_text(result, (size_t)i, 0, NULL);
		assert_int_equal(text == NULL, i % 3 == 0);
		if (text)
			assert_string_equal(text, name);
		assert_int_equal(swk_result_null(result, (size_t)i, 1), i % 5 == 0);
		assert_int_equal(swk_result_int(result, (size_t)i, 1), i % 5 ? i : 0);
	}
	swk_result_free(result);
}

static void test_refused(void **state)
{
	swk_error error = SWK_ERROR_INIT;
	(void)state;
	swk_result *result = result_sample();
	assert_int_equal(swk__result_column(result, "late", SWK_TYPE_INT, &error), SWK_ERR_USAGE);
	assert_string_equal(error.reason, "column late came after the first row");
	assert_int_equal(swk_result_columns(result), 6);
	swk__cell cells[6] = { text_cell("x"), null_cell, null_cell, null_cell, { .real = (double)NAN }, null_cell };
	assert_int_equal(swk__result_row(result, cells, &error), SWK_ERR_OVERFLOW);
	cells[4].real = -(double)INFINITY;
	assert_int_equal(swk__result_row(result, cells, &error), SWK_ERR_OVERFLOW);
	assert_string_equal(error.reason, "column rate was not finite");
	assert_int_equal(swk_result_rows(result), 3);
	cells[4].null = true;
	assert_int_equal(swk__result_row(result, cells, &error), SWK_OK);
	swk_result_free(result);
}

static void count_up(void *owner)
{
	++*(int *)owner;
}

static void count_down(void *owner)
{
	--*(int *)owner;
}

static void test_owner(void **state)
{
	int kept = 0;
	swk_result *result = NULL;
	(void)state;
	assert_int_equal(swk__result_create(&memory, count_up, count_down, &kept, &result, NULL), SWK_OK);
	assert_int_equal(kept, 1);
	swk_result_free(result);
	assert_int_equal(kept, 0);
}

/* --------------------------------------------------------------------------------------------- output */

/* What a writer was given. */
struct output {
	char *text;
	size_t length, largest;
	int pieces, stop_at;
};

static int output_write(void *context, const char *bytes, size_t length)
{
	struct output *output = context;
	assert_true(length > 0);
	if (++output->pieces == output->stop_at)
		return 1;
	output->text = realloc(output->text, output->length + length + 1);
	assert_non_null(output->text);
	memcpy(output->text + output->length, bytes, length);
	output->length += length;
	output->text[output->length] = '\0';
	output->largest = length > output->largest ? length : output->largest;
	return 0;
}

static void assert_written(const swk_result *result, int format, const char *expected)
{
	struct output output = { 0 };
	assert_int_equal(swk_result_write(result, format, output_write, &output, NULL), SWK_OK);
	assert_non_null(output.text);
	assert_string_equal(output.text, expected);
	free(output.text);
}

static void test_formats(void **state)
{
	(void)state;
	swk_result *result = result_sample();
	assert_written(result, SWK_FORMAT_CSV,
	               "team,week_start,partial,made,rate,amount\r\n"
	               "north,2026-11-02,true,-7,0.3333333333333333,-0.05\r\n"
	               ",,,,,\r\n"
	               ",1970-01-01,false,12345,250,12345.67\r\n");
	assert_written(result, SWK_FORMAT_JSON,
	               "[\n"
	               "{\"team\":\"north\",\"week_start\":\"2026-11-02\",\"partial\":true,\"made\":-7,"
	               "\"rate\":0.3333333333333333,\"amount\":\"-0.05\"},\n"
	               "{\"team\":null,\"week_start\":null,\"partial\":null,\"made\":null,\"rate\":null,"
	               "\"amount\":null},\n"
	               "{\"team\":\"\",\"week_start\":\"1970-01-01\",\"partial\":false,\"made\":12345,"
	               "\"rate\":250,\"amount\":\"12345.67\"}\n"
	               "]\n");
	assert_written(result, SWK_FORMAT_TABLE,
	               "team   week_start  partial   made    rate    amount\n"
	               "-----  ----------  -------  -----  ------  --------\n"
	               "north  2026-11-02  true        -7  0.3333     -0.05\n"
	               "\n"
	               "       1970-01-01  false    12345     250  12345.67\n");
	swk_result_free(result);
}

static void test_formats_empty(void **state)
{
	(void)state;
	swk_result *result = result_create();
	column(result, "week", SWK_TYPE_TEXT);
	column(result, "made", SWK_TYPE_INT);
	assert_written(result, SWK_FORMAT_CSV, "week,made\r\n");
	assert_written(result, SWK_FORMAT_JSON, "[]\n");
	assert_written(result, SWK_FORMAT_TABLE, "week  made\n----  ----\n(no rows)\n");
	swk_result_free(result);
}

static swk_result *result_texts(const char *const *texts)
{
	swk_result *result = result_create();
	column(result, "t", SWK_TYPE_TEXT);
	column(result, "n", SWK_TYPE_INT);
	for (; *texts; texts++)
		row(result, (swk__cell[]){ text_cell(*texts), { .integer = 1 } });
	return result;
}

/* RFC 4180, section 2, rules 5 to 7. */
static void test_csv_quoting(void **state)
{
	static const char *const texts[] = { "plain text", "a,b",  "say \"hi\"", "\"",  "line\nfeed",
		                             "carriage\r", "a;b'", " space ",    "ünï", NULL };
	(void)state;
	swk_result *result = result_texts(texts);
	assert_written(result, SWK_FORMAT_CSV,
	               "t,n\r\nplain text,1\r\n\"a,b\",1\r\n\"say \"\"hi\"\"\",1\r\n\"\"\"\",1\r\n\"line\nfeed\",1\r\n"
	               "\"carriage\r\",1\r\na;b',1\r\n space ,1\r\nünï,1\r\n");
	swk_result_free(result);
}

/* RFC 8259, section 7. */
static void test_json_escaping(void **state)
{
	static const char *const texts[] = { "q\"b\\s/", "\b\t\n\x1f\x7f", "ünï\xf0\x9f\x98\x80",
		                             "\xe2\x80\xae\xf3\xa0\x81\x81", NULL };
	(void)state;
	swk_result *result = result_texts(texts);
	assert_written(
		result, SWK_FORMAT_JSON,
		"[\n{\"t\":\"q\\\"b\\\\s/\",\"n\":1},\n{\"t\":\"\\u0008\\u0009\\u000a\\u001f\\u007f\",\"n\":1},\n"
		"{\"t\":\"ünï\xf0\x9f\x98\x80\",\"n\":1},\n{\"t\":\"\\u202e\\udb40\\udc41\",\"n\":1}\n]\n");
	swk_result_free(result);
}

/* Another's parser finds in the JSON what the result holds. */
static void test_json_parses(void **state)
{
	char every[128];
	struct output output = { 0 };
	(void)state;
	for (size_t i = 0; i < 127; i++)
		every[i] = (char)(i + 1);
	every[127] = '\0';
	const char *const texts[] = { every, "€", NULL };
	swk_result *result = result_texts(texts);
	assert_int_equal(swk_result_write(result, SWK_FORMAT_JSON, output_write, &output, NULL), SWK_OK);
	json_t *array = json_loads(output.text, JSON_REJECT_DUPLICATES, NULL);
	assert_int_equal(json_array_size(array), 2);
	for (size_t i = 0; i < 2; i++) {
		const json_t *object = json_array_get(array, i);
		assert_string_equal(json_string_value(json_object_get(object, "t")), texts[i]);
		assert_int_equal(json_integer_value(json_object_get(object, "n")), 1);
	}
	json_decref(array);
	free(output.text);
	swk_result_free(result);
}

static void test_table_widths(void **state)
{
	static const char *const texts[] = { "ab",
		                             "é",
		                             "e\xcc\x81", /* e and a combining acute accent */
		                             "東京",
		                             "\xf0\x9f\x98\x80",
		                             "a\tb\n\r",
		                             "\x1b[31mred",
		                             "\xc2\x9b"
		                             "2J",             /* a C1 control */
		                             "x\xe2\x80\xaey", /* right-to-left override */
		                             "\x01",
		                             "",
		                             "\xff\xe4\xbf", /* no UTF-8 */
		                             NULL };
	(void)state;
	swk_result *result = result_texts(texts);
	assert_written(result, SWK_FORMAT_TABLE,
	               "t             n\n"
	               "------------  -\n"
	               "ab            1\n"
	               "é             1\n"
	               "e\xcc\x81             1\n"
	               "東京          1\n"
	               "\xf0\x9f\x98\x80            1\n"
	               "a\\tb\\n\\r      1\n"
	               "\\x1b[31mred   1\n"
	               "\\x9b2J        1\n"
	               "x\\u202ey      1\n"
	               "\\x01          1\n"
	               "              1\n"
	               "\\xff\\xe4\\xbf  1\n");
	swk_result_free(result);
}

static void test_table_reals(void **state)
{
	static const struct {
		double real;
		const char *text;
	} rows[] = {
		{ 0, "0" },
		{ -0.0, "0" },
		{ 0.5, "0.5" },
		{ 0.00004, "0" },
		{ -0.00004, "0" },
		{ -0.00006, "-0.0001" },
		{ 1.0 / 3, "0.3333" },
		{ -2.0 / 3, "-0.6667" },
		{ 0.99995001, "1" },
		{ 100, "100" },
		{ -5, "-5" },
		{ -1234567.891, "-1234567.891" },
		{ 999999999999999, "999999999999999" },
		{ 1e15, "1000000000000000" },
		{ -1e300, "-1e+300" },
	};
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(rows); i++) {
		char expected[128];
		swk_result *result = result_create();
		column(result, "x", SWK_TYPE_REAL);
		row(result, (swk__cell[]){ { .real = rows[i].real } });
		int width = (int)strlen(rows[i].text);
		snprintf(expected, sizeof expected, "%*s\n%.*s\n%s\n", width, "x", width, "----------------------",
		         rows[i].text);
		assert_written(result, SWK_FORMAT_TABLE, expected);
		swk_result_free(result);
	}
}

static swk_result *result_large(void)
{
	char long_text[10001];
	memset(long_text, 'x', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	const char *const texts[] = { "a", long_text, "b", long_text, NULL };
	return result_texts(texts);
}

static void test_pieces(void **state)
{
	(void)state;
	swk_result *result = result_large();
	for (int format = SWK_FORMAT_CSV; format <= SWK_FORMAT_TABLE; format++) {
		struct output output = { 0 };
		assert_int_equal(swk_result_write(result, format, output_write, &output, NULL), SWK_OK);
		assert_true(output.length > 20000);
		assert_true(output.largest <= 4096);
		assert_true(output.pieces <= (int)(output.length / 4096) + 1);
		free(output.text);
	}
	swk_result_free(result);
}

/* The writer says stop at its first, second, ... piece: it is not called again. */
static void test_write_stopped(void **state)
{
	(void)state;
	swk_result *result = result_large();
	for (int format = SWK_FORMAT_CSV; format <= SWK_FORMAT_TABLE; format++) {
		for (int stop_at = 1;; stop_at++) {
			struct output output = { .stop_at = stop_at };
			swk_error error = SWK_ERROR_INIT;
			int code = swk_result_write(result, format, output_write, &output, &error);
			free(output.text);
			if (output.pieces < stop_at) {
				assert_int_equal(code, SWK_OK);
				assert_true(stop_at > 5);
				break;
			}
			assert_int_equal(code, SWK_ERR_IO);
			assert_int_equal(error.code, SWK_ERR_IO);
			assert_int_equal(output.pieces, stop_at);
		}
	}
	swk_result_free(result);
}

static void test_write_usage(void **state)
{
	struct output output = { 0 };
	(void)state;
	swk_result *result = result_sample();
	assert_int_equal(swk_result_write(NULL, SWK_FORMAT_CSV, output_write, &output, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_result_write(result, SWK_FORMAT_CSV, NULL, &output, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_result_write(result, 0, output_write, &output, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_result_write(result, 4, output_write, &output, NULL), SWK_ERR_USAGE);
	assert_int_equal(output.pieces, 0);
	swk_result_free(result);
}

/* The child must neither write the parent's result nor let go of its owner. */
static void test_forked(void **state)
{
	int kept = 0, status = -1;
	swk_result *result = NULL;
	(void)state;
	assert_int_equal(swk__result_create(&memory, count_up, count_down, &kept, &result, NULL), SWK_OK);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct output output = { 0 };
		int code = swk_result_write(result, SWK_FORMAT_CSV, output_write, &output, NULL);
		swk_result_free(result);
		_exit(code == SWK_ERR_FORKED && output.pieces == 0 && kept == 1 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	swk_result_free(result);
	assert_int_equal(kept, 0);
}

/* --------------------------------------------------------------------------------------------- sweep */

static int sweep_rows(swk_result *result)
{
	int code = SWK_OK;
	for (size_t i = 0; i < 40 && code == SWK_OK; i++) {
		swk__cell cells[] = { text_cell("some text"), { .integer = 1 }, { .amount = 1 } };
		code = swk__result_row(result, cells, NULL);
		assert_int_equal(swk_result_rows(result), i + (code == SWK_OK));
	}
	/* A failure spoils nothing: the cells that are there stay, and the next row goes in. */
	for (size_t i = 0; i < swk_result_rows(result); i++)
		assert_string_equal(swk_result_text(result, i, 0, NULL), "some text");
	return code;
}

static int sweep_result(swk__mem *mem, void *context)
{
	static const swk_type types[] = { SWK_TYPE_TEXT, SWK_TYPE_INT, SWK_TYPE_AMOUNT };
	int *kept = context, code;
	swk_result *result = NULL;
	struct output output = { 0 };
	code = swk__result_create(mem, count_up, count_down, kept, &result, NULL);
	assert_int_equal(code == SWK_OK, result != NULL);
	assert_int_equal(*kept, code == SWK_OK);
	if (code != SWK_OK)
		return code;
	for (size_t i = 0; i < SWK__COUNT(types) && code == SWK_OK; i++) {
		code = swk__result_column(result, "name", types[i], NULL);
		assert_int_equal(swk_result_columns(result), i + (code == SWK_OK));
	}
	if (code == SWK_OK)
		code = sweep_rows(result);
	if (code == SWK_OK) {
		code = swk__result_about(result, "calls", "UTC", 1, 2, 3, 4, NULL);
		assert_int_equal(swk_result_commit(result), code == SWK_OK ? 4 : 0);
		assert_string_equal(swk_result_zone(result), code == SWK_OK ? "UTC" : "");
	}
	if (code == SWK_OK) {
		code = swk_result_write(result, SWK_FORMAT_TABLE, output_write, &output, NULL);
		assert_int_equal(code == SWK_OK, output.pieces > 0);
	}
	free(output.text);
	swk_result_free(result);
	assert_int_equal(*kept, 0);
	return code;
}

static void test_memory_sweep(void **state)
{
	int kept = 0;
	(void)state;
	assert_true(sweep_run(sweep_result, &kept) >= 30);
}

/* After a failed row the result goes on as if nothing had happened. */
static void test_row_again(void **state)
{
	swk__cell cell = text_cell("x");
	(void)state;
	swk_result *result = result_create();
	column(result, "t", SWK_TYPE_TEXT);
	for (int at = 1; at <= 3; at++) { /* cells, nulls, texts */
		sweep once = { .at = at };
		memory.fault = sweep_hook;
		memory.fault_context = &once;
		assert_int_equal(swk__result_row(result, &cell, NULL), SWK_ERR_MEMORY);
		memory.fault = NULL;
	}
	row(result, &cell);
	assert_written(result, SWK_FORMAT_CSV, "t\r\nx\r\n");
	swk_result_free(result);
}

/* ---------------------------------------------------------------------------------------- column by column */

#define MANY 200

/* Row i: cells of every type; one of them, or none, is null. */
static void cells_of(size_t i, swk__cell cells[6])
{
	cells[0] = text_cell(i % 3 ? "south" : "north");
	cells[1] = (swk__cell){ .integer = (int64_t)(20759 + 7 * i) };
	cells[2] = (swk__cell){ .integer = i % 5 == 0 };
	cells[3] = (swk__cell){ .integer = -(int64_t)i };
	cells[4] = (swk__cell){ .real = (double)i / 7 };
	cells[5] = (swk__cell){ .amount = (swk__i128)i * 1000 };
	if (i % 11 < 6)
		cells[i % 11].null = true;
}

static void put(swk_result *result, unsigned number, size_t at, const swk__cell *cell)
{
	swk__result_cells *to = &result->columns[number];
	swk__result_span span;
	if (cell->null) {
		swk__result_put_null(to, at);
	} else if (to->type == SWK_TYPE_TEXT) {
		assert_int_equal(swk__result_text(result, cell->text, &span, NULL), SWK_OK);
		swk__result_put_text(to, at, span);
	} else if (to->type == SWK_TYPE_DATE) {
		swk__result_put_date(to, at, (int32_t)cell->integer);
	} else if (to->type == SWK_TYPE_BOOL) {
		swk__result_put_bool(to, at, cell->integer != 0);
	} else if (to->type == SWK_TYPE_INT) {
		swk__result_put_int(to, at, cell->integer);
	} else if (to->type == SWK_TYPE_REAL) {
		swk__result_put_real(to, at, cell->real);
	} else {
		swk__result_put_amount(to, at, cell->amount);
	}
}

/* The same rows, so many at a time and column by column, are the same result. */
static void test_columns_are_rows(void **state)
{
	swk__cell cells[6];
	(void)state;
	for (size_t step = 1; step < 40; step += 3) {
		swk_result *rows = result_sample(), *columns = result_sample();
		for (size_t i = 0; i < MANY; i++) {
			cells_of(i, cells);
			row(rows, cells);
		}
		for (size_t first = 0; first < MANY; first += step) {
			size_t count = MANY - first < step ? MANY - first : step, at = columns->rows;
			assert_int_equal(swk__result_extend(columns, count, NULL), SWK_OK);
			for (unsigned c = 0; c < 6; c++)
				for (size_t i = 0; i < count; i++) {
					cells_of(first + i, cells);
					put(columns, c, at + i, &cells[c]);
				}
			assert_int_equal(swk__result_finite(columns, count, NULL), SWK_OK);
		}
		struct output expected = { 0 };
		assert_int_equal(swk_result_write(rows, SWK_FORMAT_JSON, output_write, &expected, NULL), SWK_OK);
		assert_written(columns, SWK_FORMAT_JSON, expected.text);
		free(expected.text);
		for (unsigned c = 0; c < 6; c++)
			assert_int_equal(columns->columns[c].nulls, rows->columns[c].nulls);
		for (unsigned c = 3; c < 5; c++) /* of nulls, too */
			assert_memory_equal(columns->columns[c].cells, rows->columns[c].cells, rows->rows * 8);
		swk_result_free(rows);
		swk_result_free(columns);
	}
}

static void test_columns_again_and_refused(void **state)
{
	swk_error error = SWK_ERROR_INIT;
	(void)state;
	swk_result *result = result_create();
	column(result, "name", SWK_TYPE_TEXT);
	column(result, "rate", SWK_TYPE_REAL);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(swk__result_extend(result, 1, NULL), SWK_OK);
		put(result, 0, i, &(swk__cell){ .text = swk__slice_of(i ? "b" : "a") });
		put(result, 1, i, &(swk__cell){ .real = (double)i });
	}
	assert_int_equal(swk__result_extend(result, 2, NULL), SWK_OK);
	swk__result_put_again(&result->columns[0], 2, 0, 2);
	swk__result_put_again(&result->columns[1], 2, 0, 2);
	assert_written(result, SWK_FORMAT_CSV, "name,rate\r\na,0\r\nb,1\r\na,0\r\nb,1\r\n");
	swk__result_put_real(&result->columns[1], 3, (double)INFINITY);
	assert_int_equal(swk__result_finite(result, 1, &error), SWK_ERR_OVERFLOW);
	assert_string_equal(error.reason, "column rate was not finite");
	swk__result_put_real(&result->columns[1], 3, (double)NAN);
	assert_int_equal(swk__result_finite(result, 2, &error), SWK_ERR_OVERFLOW);
	swk_result_free(result);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_real_golden),
		TEST(test_real_locale),
		TEST(test_amount_format),
		TEST(test_shape),
		TEST(test_cells),
		TEST(test_wrong_cells),
		TEST(test_null_result),
		TEST(test_about),
		TEST(test_many_rows),
		TEST(test_refused),
		TEST(test_owner),
		TEST(test_formats),
		TEST(test_formats_empty),
		TEST(test_csv_quoting),
		TEST(test_json_escaping),
		TEST(test_json_parses),
		TEST(test_table_widths),
		TEST(test_table_reals),
		TEST(test_pieces),
		TEST(test_write_stopped),
		TEST(test_write_usage),
		TEST(test_forked),
		TEST(test_memory_sweep),
		TEST(test_row_again),
		TEST(test_columns_are_rows),
		TEST(test_columns_again_and_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
