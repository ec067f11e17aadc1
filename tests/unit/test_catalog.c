/* SPDX-License-Identifier: MIT */
#include "catalog.h"
#include "question.h"

static swk__mem mem;
static swk_result *catalog;

enum {
	REPORT,
	NAME,
	KIND,
	UNIT,
	NUMERATOR,
	DENOMINATOR,
	DEFINITION,
	WIDTH
};

static int setup(void **state)
{
	(void)state;
	swk__mem_init(&mem, NULL, 0);
	return swk__catalog_make(&mem, NULL, NULL, NULL, &catalog, NULL);
}

static int teardown(void **state)
{
	(void)state;
	swk_result_free(catalog);
	assert_int_equal(mem.used, 0);
	return 0;
}

static const char *text(size_t row, size_t column)
{
	const char *cell = swk_result_text(catalog, row, column, NULL);
	return cell ? cell : "";
}

static size_t row_in(const char *report, const char *name)
{
	for (size_t row = 0; row < swk_result_rows(catalog); row++)
		if (strcmp(text(row, REPORT), report) == 0 && strcmp(text(row, NAME), name) == 0)
			return row;
	fail_msg("%s %s is not in the catalog", report, name);
	return 0;
}

static size_t row_of(const char *name)
{
	return row_in("calls", name);
}

static void test_the_heading(void **state)
{
	(void)state;
	const char *const names[WIDTH] = { "report", "name", "kind", "unit", "numerator", "denominator", "definition" };
	assert_int_equal(swk_result_columns(catalog), WIDTH);
	for (size_t column = 0; column < WIDTH; column++)
		assert_string_equal(swk_result_name(catalog, column), names[column]);
}

static void test_every_row_is_defined_and_there_once(void **state)
{
	(void)state;
	for (size_t row = 0; row < swk_result_rows(catalog); row++) {
		assert_true(text(row, REPORT)[0] && text(row, KIND)[0] && text(row, DEFINITION)[0]);
		for (size_t other = 0; other < row; other++)
			assert_true(strcmp(text(row, REPORT), text(other, REPORT)) ||
			            strcmp(text(row, NAME), text(other, NAME)));
	}
}

/* Asks a report by all its dimensions; every column of the answer stands in the catalog, in the same order. */
static void assert_columns_in_catalog(inquiry *i, const swk__report *report, const char *set, bool last)
{
	char words[256];
	question q;
	swk_result *result = NULL;
	size_t length = (size_t)snprintf(words, sizeof words, "%s%s by=", report->name, set), before = 0;
	for (unsigned d = 0; d < SWK__DIMENSION_COUNT; d++)
		if (report->dimensions & (1u << d))
			length += (size_t)snprintf(words + length, sizeof words - length, "%s,",
			                           swk__dimensions[d].name);
	words[length - 1] = '\0';
	question_read(&q, words);
	assert_int_equal(inquiry_ask(i, &q, &result), SWK_OK);
	for (size_t column = 0; column < swk_result_columns(result); column++) {
		size_t row = row_in(report->name, swk_result_name(result, column));
		assert_true(row > before);
		before = row;
	}
	swk_result_free(result);
	if (last)
		assert_true(before + 1 == swk_result_rows(catalog) ||
		            strcmp(text(before + 1, REPORT), report->name) != 0);
}

static void test_every_column_of_an_answer_is_in_the_catalog(void **state)
{
	(void)state;
	scene s;
	inquiry i;
	scene_open(&s);
	inquiry_open(&i, &s);
	for (size_t r = 0; swk__reports[r]; r++)
		assert_columns_in_catalog(&i, swk__reports[r], "", true);
	assert_columns_in_catalog(&i, &swk__report_conversion, " set=basis:activity", true);
	assert_columns_in_catalog(&i, &swk__report_win_rate, " set=basis:created", true);
	scene_close(&s);
}

static void test_rates_and_means_say_what_they_count(void **state)
{
	(void)state;
	const char *const rows[][5] = {
		{ "answer_rate", "rate", "share", "answered", "made" },
		{ "answer_rate_lo", "bound", "share", "answered", "made" },
		{ "positive_rate_hi", "bound", "share", "positive", "made" },
		{ "mean_talk_s", "mean", "s", "talk_s", "answered calls with a duration" },
		{ "talk_s", "sum", "s", "", "" },
		{ "made", "count", "calls", "", "" },
		{ "week", "week", "", "", "" },
		{ "hour", "dimension", "", "", "" },
		{ "", "report", "", "", "" },
		{ "direction", "option", "outbound|inbound|both", "", "" },
		{ "clock", "option", "report|lead", "", "" },
	};
	for (size_t r = 0; r < SWK__COUNT(rows); r++) {
		size_t row = row_of(rows[r][0]);
		for (size_t column = 1; column < 5; column++)
			assert_string_equal(text(row, KIND + column - 1), rows[r][column]);
	}
}

static int catalog_in(swk__mem *memory, void *context)
{
	swk_result *made = NULL;
	(void)context;
	int code = swk__catalog_make(memory, NULL, NULL, NULL, &made, NULL);
	if (code != SWK_OK)
		assert_null(made);
	swk_result_free(made);
	return code;
}

static void test_a_catalog_without_memory_is_none(void **state)
{
	(void)state;
	assert_true(sweep_run(catalog_in, NULL) > 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_heading),
		TEST(test_every_row_is_defined_and_there_once),
		TEST(test_every_column_of_an_answer_is_in_the_catalog),
		TEST(test_rates_and_means_say_what_they_count),
		TEST(test_a_catalog_without_memory_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
