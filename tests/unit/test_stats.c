/* SPDX-License-Identifier: MIT */
#include "stats.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#ifndef SWK_GOLDEN_DIR
#define SWK_GOLDEN_DIR "tests/golden"
#endif

#define I128_MAX ((swk__i128)(~(swk__u128)0 >> 1))
#define I128_MIN (-I128_MAX - 1)

/* Calls `check` with each line of a golden file that is no comment. */
static void golden_lines(const char *path, void (*check)(const char *line), int at_least)
{
	char line[512];
	int lines = 0;
	FILE *file = fopen(path, "r");
	if (!file)
		fail_msg("%s could not be opened", path);
	while (fgets(line, sizeof line, file)) {
		if (line[0] == '#')
			continue;
		check(line);
		lines++;
	}
	fclose(file);
	assert_true(lines >= at_least);
}

/* ------------------------------------------------------------------------------------------- Wilson */

static bool near(double actual, double expected)
{
	return fabs(actual - expected) <= 1e-12 * fabs(expected);
}

static void wilson_line(const char *line)
{
	int64_t count, total;
	double low, high, low_bits, high_bits;
	int fields = sscanf(line, "%" SCNd64 "%" SCNd64 "%lf%lf%la%la", &count, &total, &low, &high, &low_bits,
	                    &high_bits);
	assert_int_equal(fields, 6);
	swk__interval interval = swk__wilson(count, total);
	if (!near(interval.low, low) || !near(interval.high, high))
		fail_msg("%.17g to %.17g is not exact: %s", interval.low, interval.high, line);
	if (interval.low != low_bits || interval.high != high_bits)
		fail_msg("%a to %a has other bits: %s", interval.low, interval.high, line);
}

static void test_wilson_golden(void **state)
{
	(void)state;
	golden_lines(SWK_GOLDEN_DIR "/wilson.txt", wilson_line, 300);
}

/* Newcombe 1998, Statistics in Medicine 17:857, table I, method 3 (four decimals). */
static void test_wilson_published(void **state)
{
	static const struct {
		int64_t count, total;
		double low, high;
	} rows[] = {
		{ 81, 263, 0.2553, 0.3662 },
		{ 15, 148, 0.0624, 0.1605 },
		{ 0, 20, 0.0000, 0.1611 },
		{ 1, 29, 0.0061, 0.1718 },
	};
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(rows); i++) {
		swk__interval interval = swk__wilson(rows[i].count, rows[i].total);
		assert_true(fabs(interval.low - rows[i].low) <= 0.00005);
		assert_true(fabs(interval.high - rows[i].high) <= 0.00005);
	}
}

static void check_order(int64_t count, int64_t total)
{
	swk__interval interval = swk__wilson(count, total);
	double share = (double)count / (double)total;
	assert_true(interval.low >= 0 && interval.low <= interval.high && interval.high <= 1);
	assert_true(interval.low <= share * (1 + 1e-15) && share * (1 - 1e-15) <= interval.high);
	assert_true((interval.low == 0) == (count == 0));
	if (count == total)
		assert_true(interval.high == 1);
}

static void test_wilson_order(void **state)
{
	(void)state;
	for (int64_t total = 1; total <= 60; total++)
		for (int64_t count = 0; count <= total; count++)
			check_order(count, total);
	for (int bit = 6; bit < 63; bit++)
		for (int64_t off = -3; off <= 3; off++) {
			int64_t total = (INT64_C(1) << bit) + off;
			check_order(0, total);
			check_order(1, total);
			check_order(total / 2, total);
			check_order(total - 1, total);
			check_order(total, total);
		}
	check_order(11407942680796255, 11407942680796257);   /* high would round to above 1 */
	check_order(129719225752934103, 129719225752934106); /* low would round to above high */
	check_order(INT64_MAX - 1, INT64_MAX);
	check_order(INT64_MAX, INT64_MAX);
}

/* Above 2^53 counts are no longer doubles, and the bounds stay good: all but 10^9 of INT64_MAX, exact value by
 * tests/golden/make_wilson.py's formula. */
static void test_wilson_huge(void **state)
{
	(void)state;
	swk__interval interval = swk__wilson(INT64_C(1000000000), INT64_MAX);
	assert_true(near(interval.low, 1.0841349762558828e-10));
	assert_true(near(interval.high, 1.0842693728800441e-10));
}

/* ------------------------------------------------------------------------------------------- ratio */

static swk__i128 integer_of(const char *text)
{
	swk__u128 value = 0;
	bool negative = *text == '-';
	for (text += negative; *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (unsigned char)(*text - '0');
	return (swk__i128)(negative ? -value : value);
}

static void ratio_line(const char *line)
{
	char numerator[64], denominator[64];
	double expected;
	assert_int_equal(sscanf(line, "%63s%63s%la", numerator, denominator, &expected), 3);
	double ratio = swk__ratio(integer_of(numerator), integer_of(denominator));
	if (ratio != expected || signbit(ratio) != signbit(expected))
		fail_msg("%a: %s", ratio, line);
}

static void test_ratio_golden(void **state)
{
	(void)state;
	golden_lines(SWK_GOLDEN_DIR "/ratio.txt", ratio_line, 500);
}

static void test_ratio_small(void **state)
{
	(void)state;
	assert_true(swk__ratio(0, 5) == 0 && !signbit(swk__ratio(0, 5)));
	for (int denominator = 1; denominator < 40; denominator++)
		for (int numerator = -80; numerator <= 80; numerator++)
			assert_true(swk__ratio(numerator, denominator) == (double)numerator / denominator);
}

static void test_ratio_rounding(void **state)
{
	const swk__i128 one = (swk__i128)1 << 53;
	(void)state;
	assert_true(swk__ratio(one + 1, 1) == 0x1p53);     /* halfway: to even, down */
	assert_true(swk__ratio(one + 3, 1) == 0x1p53 + 4); /* halfway: to even, up */
	assert_true(swk__ratio(2 * one - 1, 1) == 0x1p54); /* halfway, carries into the exponent */
	assert_true(swk__ratio(((one + 1) << 70) + 1, (swk__i128)1 << 70) == 0x1p53 + 2); /* a hair above */
	assert_true(swk__ratio(((one + 1) << 70) - 1, (swk__i128)1 << 70) == 0x1p53);     /* a hair below */
	assert_true(swk__ratio(I128_MIN, 1) == -0x1p127);
	assert_true(swk__ratio(I128_MAX, 1) == 0x1p127);
	assert_true(swk__ratio(1, I128_MAX) == 0x1p-127);
	assert_true(swk__ratio(I128_MIN, I128_MAX) == -1);
}

/* ---------------------------------------------------------------------------- products of many integers */

static int compared(int count, uint64_t a, uint64_t b, uint64_t last_a, uint64_t last_b)
{
	swk__products products;
	swk__products_init(&products);
	for (int i = 0; i < count; i++)
		swk__products_multiply(&products, a, b);
	swk__products_multiply(&products, last_a, last_b);
	return swk__products_compare(&products);
}

static void test_products(void **state)
{
	const uint64_t large = UINT64_MAX;
	(void)state;
	assert_int_equal(compared(0, 1, 1, 1, 1), 0);
	assert_int_equal(compared(0, 1, 1, 2, 1), 1);
	assert_int_equal(compared(0, 1, 1, 1, 2), -1);
	assert_int_equal(compared(64, 8, 8, large, large), 0);
	assert_int_equal(compared(64, 8, 8, large, large - 1), 1);
	assert_int_equal(compared(255, large, large, 3, 3), 0);
	assert_int_equal(compared(255, large, large, large - 1, large), -1);
	assert_int_equal(compared(255, large, large, large, large - 1), 1);
	/* Beyond what is kept. */
	assert_int_equal(compared(5000, large, large, large - 1, large), -1);
	assert_int_equal(compared(5000, large, large, large, large - 1), 1);
	assert_int_equal(compared(5000, large, large, large, large), 0);
}

/* The same factors in another order: what is dropped differs. */
static void test_products_cut(void **state)
{
	swk__products products;
	(void)state;
	swk__products_init(&products);
	for (uint64_t i = 0; i < 4000; i++)
		swk__products_multiply(&products, i + 2, (i ^ 1) + 2);
	assert_true(products.cut);
	assert_true(memcmp(products.left, products.right, sizeof products.left) != 0);
	assert_int_equal(swk__products_compare(&products), 0);
	swk__products_multiply(&products, UINT64_MAX, UINT64_MAX - 1);
	assert_int_equal(swk__products_compare(&products), 1);
}

/* ------------------------------------------------------------------------------------------ two by two */

static bool close_to(double actual, double expected)
{
	return fabs(actual - expected) <= 1e-9 * fabs(expected);
}

static void odds_line(const char *line)
{
	swk__fourfold t;
	double ratio, low, high;
	int fields = sscanf(line, "%" SCNd64 "%" SCNd64 "%" SCNd64 "%" SCNd64 "%lf%lf%lf", &t.won, &t.lost,
	                    &t.others_won, &t.others_lost, &ratio, &low, &high);
	swk__odds odds = swk__odds_ratio(t);
	if (fields == 4) {
		assert_true(strchr(line, '-') != NULL);
		assert_true(!odds.known && odds.ratio == 0 && odds.bounds.low == 0 && odds.bounds.high == 0);
		return;
	}
	assert_int_equal(fields, 7);
	if (!odds.known || !close_to(odds.ratio, ratio) || !close_to(odds.bounds.low, low) ||
	    !close_to(odds.bounds.high, high))
		fail_msg("%.17g, %.17g to %.17g: %s", odds.ratio, odds.bounds.low, odds.bounds.high, line);
}

static void test_odds_golden(void **state)
{
	(void)state;
	golden_lines(SWK_GOLDEN_DIR "/odds.txt", odds_line, 80);
}

static void fisher_line(const char *line)
{
	swk__fourfold t;
	double expected;
	int fields = sscanf(line, "%" SCNd64 "%" SCNd64 "%" SCNd64 "%" SCNd64 "%lf", &t.won, &t.lost, &t.others_won,
	                    &t.others_lost, &expected);
	assert_int_equal(fields, 5);
	const swk__fourfold same[] = {
		t,
		{ t.lost, t.won, t.others_lost, t.others_won },
		{ t.others_won, t.others_lost, t.won, t.lost },
		{ t.won, t.others_won, t.lost, t.others_lost },
	};
	for (size_t i = 0; i < SWK__COUNT(same); i++) {
		double p = swk__fisher(same[i]);
		bool right = expected < 1e-300 ? p <= 1e-300 : close_to(p, expected);
		if (!right || p > 1)
			fail_msg("%.17g (turned %zu): %s", p, i, line);
	}
}

static void test_fisher_golden(void **state)
{
	(void)state;
	golden_lines(SWK_GOLDEN_DIR "/fisher.txt", fisher_line, 120);
}

/* All of them: exactly 1. */
static void test_fisher_one(void **state)
{
	static const swk__fourfold tables[] = {
		{ 0, 0, 0, 0 }, { 5, 0, 9, 0 }, { 0, 5, 0, 9 }, { 4, 7, 0, 0 },
		{ 0, 0, 4, 7 }, { 7, 7, 7, 7 }, { 1, 0, 0, 1 }, { 1000000, 1000000, 1000000, 1000000 },
	};
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(tables); i++)
		assert_true(swk__fisher(tables[i]) == 1);
}

/* Too small for a double. */
static void test_fisher_zero(void **state)
{
	(void)state;
	assert_true(swk__fisher((swk__fourfold){ 10000000, 0, 0, 10000000 }) == 0);
	assert_true(swk__fisher((swk__fourfold){ 0, 600, 600, 0 }) == 0);
	assert_true(swk__fisher((swk__fourfold){ 0, 450, 450, 0 }) > 0);
}

/* ---------------------------------------------------------------------------------- Benjamini-Hochberg */

#define LIST_MOST 64

static size_t reals_of(const char *text, double *values)
{
	size_t count = 0;
	char *end;
	for (text++; *text == ' '; text = end) {
		assert_true(count < LIST_MOST);
		values[count++] = strtod(text, &end);
	}
	return count;
}

/* A list is two lines: p values, then q values. */
static void benjamini_hochberg_line(const char *line)
{
	static double p[LIST_MOST];
	static size_t count;
	double q[LIST_MOST], expected[LIST_MOST];
	size_t order[LIST_MOST];
	if (line[0] == 'p') {
		count = reals_of(line, p);
		return;
	}
	assert_int_equal(reals_of(line, expected), count);
	memcpy(q, p, sizeof q);
	swk__benjamini_hochberg(q, count, order);
	for (size_t i = 0; i < count; i++) {
		if (!near(q[i], expected[i]) || q[i] < p[i] || q[i] > 1)
			fail_msg("%.17g, not %.17g: %s", q[i], expected[i], line);
		for (size_t j = 0; j < count; j++)
			assert_true(p[i] < p[j] ? q[i] <= q[j] : p[i] > p[j] || q[i] == q[j]);
	}
}

static void test_benjamini_hochberg_golden(void **state)
{
	(void)state;
	golden_lines(SWK_GOLDEN_DIR "/benjamini_hochberg.txt", benjamini_hochberg_line, 60);
}

static void test_benjamini_hochberg_empty(void **state)
{
	(void)state;
	swk__benjamini_hochberg(NULL, 0, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wilson_golden),
		cmocka_unit_test(test_wilson_published),
		cmocka_unit_test(test_wilson_order),
		cmocka_unit_test(test_wilson_huge),
		cmocka_unit_test(test_ratio_golden),
		cmocka_unit_test(test_ratio_small),
		cmocka_unit_test(test_ratio_rounding),
		cmocka_unit_test(test_products),
		cmocka_unit_test(test_products_cut),
		cmocka_unit_test(test_odds_golden),
		cmocka_unit_test(test_fisher_golden),
		cmocka_unit_test(test_fisher_one),
		cmocka_unit_test(test_fisher_zero),
		cmocka_unit_test(test_benjamini_hochberg_golden),
		cmocka_unit_test(test_benjamini_hochberg_empty),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
