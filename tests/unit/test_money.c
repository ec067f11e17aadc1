/* SPDX-License-Identifier: MIT */
#include "money.h"
#include "scene.h"

static scene s;
static const swk__zone utc = { 0 };
static const swk__cut everything = { INT64_MAX, INT64_MAX, UINT64_MAX };

static int setup(void **state)
{
	(void)state;
	scene_open(&s);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scene_close(&s);
	return 0;
}

/* Money that is open, with what it stands on. */
typedef struct till {
	swk__facts facts;
	swk__money money;
	swk__rate_gap gap;
	swk_error error;
} till;

static int till_try(till *t, const char *base, const char *asked, swk__cut cut)
{
	*t = (till){ .error = SWK_ERROR_INIT };
	assert_int_equal(swk__facts_open(&t->facts, &s.history, s.history.published, cut, true, NULL, NULL, NULL),
	                 SWK_OK);
	int code = swk__money_open(&t->money, &t->facts, &utc, swk__slice_of(base), swk__slice_of(asked), &t->error);
	if (code != SWK_OK)
		swk__facts_close(&t->facts);
	return code;
}

static void till_open(till *t, const char *base, const char *asked)
{
	assert_int_equal(till_try(t, base, asked, everything), SWK_OK);
}

static void till_close(till *t)
{
	swk__money_close(&t->money);
	swk__facts_close(&t->facts);
}

static uint32_t number(const char *code)
{
	uint32_t found = 0;
	assert_true(!*code || swk__text_find(&s.history.texts, swk__slice_of(code), &found));
	return found;
}

/* Minor units of an amount in ten-thousandths on a day. */
static int64_t minor(till *t, int64_t amount, const char *currency, const char *day)
{
	int64_t converted = -777;
	int code = swk__money_convert(&t->money, amount, number(currency), instant(day), &converted, &t->gap,
	                              &t->error);
	if (code != SWK_OK)
		fail_msg("%s %s", t->error.value, t->error.reason);
	return converted;
}

#define RATE(id, currency, date, value) "rate " id " currency=" currency " date=" date " value=" value "\n"

/* ------------------------------------------------------------------------------------------------- rounding */

static void test_fractions_round_half_to_even(void **state)
{
	(void)state;
	const struct {
		int64_t numerator, denominator, whole;
	} cases[] = { { 1, 2, 0 }, { 3, 2, 2 }, { 5, 2, 2 },   { -1, 2, 0 },  { -3, 2, -2 }, { -5, 2, -2 },
		      { 7, 4, 2 }, { 5, 4, 1 }, { -7, 4, -2 }, { 0, 9, 0 },   { 9, 1, 9 },   { -9, 1, -9 },
		      { 2, 3, 1 }, { 1, 3, 0 }, { -2, 3, -1 }, { 50, 100, 0 } };
	for (size_t i = 0; i < SWK__COUNT(cases); i++)
		assert_true(swk__fraction_round((swk__fraction){ cases[i].numerator, cases[i].denominator }) ==
		            cases[i].whole);
	swk__i128 huge = ((swk__i128)INT64_MAX) << 62;
	assert_true(swk__fraction_round((swk__fraction){ huge + 1, 2 }) == huge / 2);
	assert_true(swk__fraction_round((swk__fraction){ -huge - 1, huge }) == -1);
}

static void test_an_amount_is_rounded_once(void **state)
{
	(void)state;
	till t;
	scene_commit(&s, RATE("e", "EUR", "2026-01-01", "0.5") RATE("y", "JPY", "2026-01-01", "0.01") RATE(
				 "k", "KWD", "2026-01-01", "3") "opportunity o created_at=2026-01-01 currency=USD");
	till_open(&t, "USD", "USD");
	assert_int_equal(minor(&t, 100, "EUR", "2026-02-01"), 0);   /* half a cent */
	assert_int_equal(minor(&t, 300, "EUR", "2026-02-01"), 2);   /* 1.5 */
	assert_int_equal(minor(&t, -500, "EUR", "2026-02-01"), -2); /* -2.5 */
	assert_int_equal(minor(&t, 10000, "KWD", "2026-02-01"), 300);
	assert_int_equal(minor(&t, 12345, "USD", "2026-02-01"), 123);
	till_close(&t);
	till_open(&t, "USD", "JPY");
	assert_int_equal(t.money.digits, 0);
	assert_int_equal(minor(&t, 10000, "", "2026-02-01"), 100);
	assert_int_equal(minor(&t, 10000, "EUR", "2026-02-01"), 50);
	assert_int_equal(minor(&t, 500000, "JPY", "2026-02-01"), 50);
	till_close(&t);
	till_open(&t, "USD", "KWD");
	assert_int_equal(t.money.digits, 3);
	assert_int_equal(minor(&t, 10000, "", "2026-02-01"), 333);
	assert_int_equal(minor(&t, 10, "KWD", "1970-01-01"), 1);
	till_close(&t);
}

/* -------------------------------------------------------------------------------------------------- rates */

static void test_the_latest_rate_on_or_before_the_local_day(void **state)
{
	(void)state;
	till t;
	scene_commit(&s, RATE("b", "EUR", "2026-01-02", "2") RATE("a", "EUR", "2026-01-02", "9")
	                         RATE("c", "EUR", "2026-01-05", "3") RATE("d", "EUR", "2026-01-07", "4")
	                                 RATE("g", "GBP", "2026-01-01", "7"));
	scene_commit(&s, "rate d currency=EUR date=2026-01-07 value=4 deleted=true");
	till_open(&t, "USD", "USD");
	assert_int_equal(minor(&t, 10000, "EUR", "2026-01-02"), 200);
	assert_int_equal(minor(&t, 10000, "EUR", "2026-01-04T23:59:59.999999Z"), 200);
	assert_int_equal(minor(&t, 10000, "EUR", "2026-01-05"), 300);
	assert_int_equal(minor(&t, 10000, "EUR", "2026-12-05"), 300);
	till_close(&t);
}

/* Converts and wants this rate to be missing. */
static void lacks(till *t, const char *currency, int64_t at, const char *code, const char *day)
{
	int64_t converted = -777;
	assert_int_equal(swk__money_convert(&t->money, 1, number(currency), at, &converted, &t->gap, &t->error),
	                 SWK_ERR_INVALID);
	assert_int_equal(converted, -777);
	assert_int_equal(t->error.code, SWK_OK); /* it may not be needed */
	assert_int_equal(swk__rate_gap_check(&t->gap, &t->error), SWK_ERR_INVALID);
	assert_string_equal(t->error.value, code);
	assert_non_null(strstr(t->error.reason, day));
	t->error = (swk_error)SWK_ERROR_INIT;
}

static void test_a_missing_rate_names_currency_and_date(void **state)
{
	(void)state;
	till t;
	scene_commit(&s, RATE("e", "EUR", "2026-01-02", "2") "opportunity o created_at=2026-01-01 currency=GBP");
	till_open(&t, "USD", "USD");
	lacks(&t, "EUR", instant("2026-01-02") - 1, "EUR", "2026-01-01");
	lacks(&t, "GBP", instant("2026-01-02"), "GBP", "2026-01-02");
	till_close(&t);
	/* the result's own rate is needed as well, and its code may be one that no record names */
	till_open(&t, "USD", "CHF");
	lacks(&t, "", instant("2026-01-02"), "CHF", "2026-01-02");
	lacks(&t, "GBP", instant("2026-01-02"), "CHF", "2026-01-02"); /* both */
	till_close(&t);
	till_open(&t, "USD", "SEK");
	lacks(&t, "GBP", instant("2026-01-02"), "GBP", "2026-01-02");
	till_close(&t);
}

static void test_the_first_gap_is_that_of_the_earliest_date_and_then_of_the_least_code(void **state)
{
	(void)state;
	static const swk__rate_gap order[] = { { 7, "USD" }, { 8, "AED" }, { 8, "EUR" }, { 9, "AED" }, { 0, "" } };
	for (size_t a = 0; a < SWK__COUNT(order); a++)
		for (size_t b = 0; b < SWK__COUNT(order); b++)
			assert_int_equal(swk__rate_gap_before(&order[a], &order[b]), a < b);
	assert_int_equal(swk__rate_gap_check(&order[4], NULL), SWK_OK);
}

static void test_the_base_needs_no_rate_and_heeds_none(void **state)
{
	(void)state;
	till t;
	scene_commit(&s, RATE("u", "USD", "2026-01-01", "5") RATE("e", "EUR", "2026-01-01", "2"));
	till_open(&t, "USD", "");
	assert_int_equal(minor(&t, 10000, "USD", "2026-02-01"), 100);
	assert_int_equal(minor(&t, 10000, "", "2026-02-01"), 100);
	till_close(&t);
	till_open(&t, "USD", "EUR");
	assert_int_equal(minor(&t, 10000, "USD", "2026-02-01"), 50);
	assert_int_equal(minor(&t, 10000, "", "2026-02-01"), 50);
	till_close(&t);
}

static void test_what_does_not_fit_is_said(void **state)
{
	(void)state;
	till t;
	int64_t converted = -777;
	scene_commit(&s, RATE("e", "EUR", "2026-01-01", "9000000") RATE("y", "JPY", "2026-01-01", "0.000000000001"));
	till_open(&t, "USD", "USD");
	assert_int_equal(
		swk__money_convert(&t.money, INT64_MAX, number("EUR"), instant("2026-02-01"), &converted, &t.gap, NULL),
		SWK_ERR_OVERFLOW);
	till_close(&t);
	till_open(&t, "USD", "JPY");
	assert_int_equal(swk__money_convert(&t.money, -INT64_MAX, number("EUR"), instant("2026-02-01"), &converted,
	                                    &t.gap, NULL),
	                 SWK_ERR_OVERFLOW);
	assert_int_equal(converted, -777);
	till_close(&t);
}

/* ------------------------------------------------------------------------------------------- the currency */

static void assert_result(const char *base, const char *asked, const char *code)
{
	till t;
	till_open(&t, base, asked);
	assert_string_equal(t.money.code, code);
	till_close(&t);
}

static void test_the_currency_of_a_result(void **state)
{
	(void)state;
	till t;
	assert_result("USD", "", "USD");
	assert_result("USD", "JPY", "JPY");
	assert_int_equal(till_try(&t, "USD", "EURO", everything), SWK_ERR_USAGE);
	assert_int_equal(till_try(&t, "USD", "XQQ", everything), SWK_ERR_USAGE);
	assert_string_equal(t.error.field, "currency");
	scene_commit(&s, "opportunity a created_at=2026-01-01 currency=EUR\n"
	                 "opportunity b created_at=2026-01-02 currency=EUR\n" RATE("r", "GBP", "2026-01-01", "1"));
	assert_result("USD", "", "EUR");
	scene_commit(&s, "opportunity c created_at=2026-01-20");
	assert_result("USD", "", "USD");
	assert_result("EUR", "", "EUR");
	swk__cut cut = everything;
	cut.now = instant("2026-01-19");
	assert_int_equal(till_try(&t, "USD", "", cut), SWK_OK);
	assert_string_equal(t.money.code, "EUR");
	till_close(&t);
	scene_commit(&s, "opportunity c created_at=2026-01-20 deleted=true");
	assert_result("USD", "", "EUR");
	scene_commit(&s, "opportunity c created_at=2026-01-20 currency=USD");
	assert_result("USD", "", "USD");
}

/* ------------------------------------------------------------------------------------------------- memory */

static void test_money_without_memory_leaves_nothing(void **state)
{
	(void)state;
	swk__facts facts;
	swk__money money;
	sweep hook = { .at = 1 };
	scene_commit(&s, RATE("e", "EUR", "2026-01-01", "2"));
	assert_int_equal(swk__facts_open(&facts, &s.history, s.history.published, everything, true, NULL, NULL, NULL),
	                 SWK_OK);
	uint64_t used = s.mem.used;
	s.mem.fault = sweep_hook;
	s.mem.fault_context = &hook;
	assert_int_equal(swk__money_open(&money, &facts, &utc, swk__slice_of("USD"), swk__slice_of(""), NULL),
	                 SWK_ERR_MEMORY);
	s.mem.fault = NULL;
	assert_int_equal(s.mem.used, used);
	swk__facts_close(&facts);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fractions_round_half_to_even),
		TEST(test_an_amount_is_rounded_once),
		TEST(test_the_latest_rate_on_or_before_the_local_day),
		TEST(test_a_missing_rate_names_currency_and_date),
		TEST(test_the_first_gap_is_that_of_the_earliest_date_and_then_of_the_least_code),
		TEST(test_the_base_needs_no_rate_and_heeds_none),
		TEST(test_what_does_not_fit_is_said),
		TEST(test_the_currency_of_a_result),
		TEST(test_money_without_memory_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
