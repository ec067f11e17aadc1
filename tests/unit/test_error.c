/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* The numbers are a promise of the public header. */
static void test_code_names(void **state)
{
	static const char *const names[] = {
		"SWK_OK",
		"SWK_ERR_USAGE",
		"SWK_ERR_INVALID",
		"SWK_ERR_REJECTED",
		"SWK_ERR_MEMORY",
		"SWK_ERR_LIMIT",
		"SWK_ERR_IO",
		"SWK_ERR_CORRUPT",
		"SWK_ERR_FORMAT",
		"SWK_ERR_LOCKED",
		"SWK_ERR_READ_ONLY",
		"SWK_ERR_ZONE",
		"SWK_ERR_INTERRUPTED",
		"SWK_ERR_FORKED",
		"SWK_ERR_OVERFLOW",
		"SWK_ERR_NOT_FOUND",
	};
	(void)state;
	for (int i = 0; i < (int)SWK__COUNT(names); i++)
		assert_string_equal(swk_code_name(-i), names[i]);
	assert_string_equal(swk_code_name(-(int)SWK__COUNT(names)), "SWK_ERR_?");
	assert_string_equal(swk_code_name(1), "SWK_ERR_?");
}

static void test_fail(void **state)
{
	swk_error error = SWK_ERROR_INIT;
	(void)state;
	swk__fail_at(&error, SWK_ERR_INVALID, "call", 12, "duration_s", swk__slice_of("-5"), "was below 0");
	assert_int_equal(swk__fail(&error, SWK_ERR_USAGE, "report %s is unknown", "x"), SWK_ERR_USAGE);
	assert_int_equal(error.code, SWK_ERR_USAGE);
	assert_string_equal(error.reason, "report x is unknown");
	assert_string_equal(error.table, "");
	assert_int_equal(error.row, 0);
	assert_string_equal(error.field, "");
	assert_string_equal(error.value, "");
}

/* No error, or one whose size was never set, is left alone. */
static void test_fail_unusable(void **state)
{
	swk_error unset;
	char text[8] = "x";
	(void)state;
	memset(&unset, 0x5a, sizeof unset);
	unset.size = 0;
	swk_error before = unset;
	assert_int_equal(swk__fail(NULL, SWK_ERR_IO, "x"), SWK_ERR_IO);
	assert_int_equal(swk__fail(&unset, SWK_ERR_IO, "x"), SWK_ERR_IO);
	assert_int_equal(swk__fail_at(&unset, SWK_ERR_IO, "t", 1, "f", swk__slice_of("v"), "r"), SWK_ERR_IO);
	swk__error_copy(&unset, &(swk_error)SWK_ERROR_INIT);
	swk__error_copy(NULL, &(swk_error)SWK_ERROR_INIT);
	assert_memory_equal(&unset, &before, sizeof unset);
	assert_int_equal(swk_error_format(&unset, text, sizeof text), 0);
	assert_string_equal(text, "");
	assert_int_equal(swk_error_format(NULL, NULL, 0), 0);
}

static void test_fail_cut(void **state)
{
	char value[200], reason[700];
	swk_error error = SWK_ERROR_INIT;
	(void)state;
	memset(value, 'v', sizeof value);
	memcpy(value + 91, "\xe2\x82\xac", 3); /* the euro sign begins at the last byte that would fit */
	memset(reason, 'r', sizeof reason - 1);
	reason[sizeof reason - 1] = '\0';
	swk__fail_at(&error, SWK_ERR_INVALID, "a table with a long name", 1, NULL, (swk__slice){ value, sizeof value },
	             "r");
	assert_int_equal(strlen(error.value), 94);
	assert_string_equal(error.value + 90, "v...");
	assert_string_equal(error.table, "a table with...");
	swk__fail(&error, SWK_ERR_INVALID, "%s", reason);
	assert_int_equal(strlen(error.reason), sizeof error.reason - 1);
	assert_string_equal(error.reason + sizeof error.reason - 6, "rr...");
}

static void test_fail_memory(void **state)
{
	swk__mem mem;
	swk_error error = SWK_ERROR_INIT;
	(void)state;
	swk__mem_init(&mem, NULL, 100);
	assert_null(swk__alloc(&mem, SWK__FAULT_history_intake, 1000, 1));
	assert_int_equal(swk__fail_memory(&error, &mem), SWK_ERR_LIMIT);
	assert_string_equal(error.reason, "the memory limit of 100 bytes was reached");
	assert_null(swk__alloc(&mem, SWK__FAULT_history_intake, SIZE_MAX, 2));
	assert_int_equal(swk__fail_memory(&error, &mem), SWK_ERR_MEMORY);
	assert_string_equal(error.reason, "memory could not be allocated");
}

static void test_copy(void **state)
{
	swk_error from = SWK_ERROR_INIT, to = SWK_ERROR_INIT;
	(void)state;
	swk__fail_at(&from, SWK_ERR_INVALID, "call", 12, "duration_s", swk__slice_of("-5"), "was below 0");
	from.size = 4096;
	swk__error_copy(&to, &from);
	assert_int_equal(to.size, sizeof to);
	from.size = sizeof from;
	assert_memory_equal(&to, &from, sizeof to);
}

static void test_format(void **state)
{
	static const struct {
		const char *table;
		int64_t row;
		const char *field, *value, *line;
	} rows[] = {
		{ "call", 12, "duration_s", "-5", "call, row 12, field duration_s, value \"-5\": was wrong" },
		{ "call", 12, "duration_s", "", "call, row 12, field duration_s: was wrong" },
		{ "call", 12, "", "-5", "call, row 12, value \"-5\": was wrong" },
		{ "call", 0, "at", "", "call, field at: was wrong" },
		{ "call", 0, "", "", "call: was wrong" },
		{ "", -3, "at", "", "row -3, field at: was wrong" },
		{ "", 0, "at", "x", "field at, value \"x\": was wrong" },
		{ "", 0, "", "x", "value \"x\": was wrong" },
		{ "", 0, "", "", "was wrong" },
	};
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(rows); i++) {
		char text[256];
		swk_error error = SWK_ERROR_INIT;
		swk__fail_at(&error, SWK_ERR_INVALID, rows[i].table, rows[i].row, rows[i].field,
		             swk__slice_of(rows[i].value), "was wrong");
		assert_int_equal(swk_error_format(&error, text, sizeof text), strlen(rows[i].line));
		assert_string_equal(text, rows[i].line);
	}
}

/* snprintf's rule. */
static void test_format_short(void **state)
{
	char text[6] = "?????";
	swk_error error = SWK_ERROR_INIT;
	(void)state;
	swk__fail(&error, SWK_ERR_IO, "was unreadable");
	assert_int_equal(swk_error_format(&error, NULL, 0), 14);
	assert_int_equal(swk_error_format(&error, text, 5), 14);
	assert_memory_equal(text, "was \0", 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_code_names),    cmocka_unit_test(test_fail),
		cmocka_unit_test(test_fail_unusable), cmocka_unit_test(test_fail_cut),
		cmocka_unit_test(test_fail_memory),   cmocka_unit_test(test_copy),
		cmocka_unit_test(test_format),        cmocka_unit_test(test_format_short),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
