/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fraction.h"

#include <stdlib.h>

#define COMMON 360360 /* of all denominators up to 15 */

static bool equal(swk__fraction a, swk__fraction b)
{
	a = swk__fraction_reduced(a);
	b = swk__fraction_reduced(b);
	return a.numerator == b.numerator && a.denominator == b.denominator;
}

/* Sums of small fractions, and shares of them, are those of integers over one denominator. */
static void test_sums_are_exact(void **state)
{
	(void)state;
	srand(7);
	for (int round = 0; round < 2000; round++) {
		swk__fraction sum = { 0, 1 };
		int64_t expected = 0;
		for (int term = rand() % 40; term >= 0; term--) {
			int64_t a = rand() % 2001 - 1000, up = rand() % 8, down = rand() % 15 + 1;
			swk__fraction share = { a, 1 };
			assert_true(swk__fraction_scale(&share, up, down));
			assert_true(swk__fraction_add(&sum, share));
			expected += a * up * (COMMON / down);
		}
		assert_true(sum.denominator > 0);
		assert_true(equal(sum, (swk__fraction){ expected, COMMON }));
	}
}

/* What fits only in least terms is exact, too. */
static void test_sums_are_reduced_when_need_be(void **state)
{
	const swk__i128 huge = (swk__i128)1 << 124;
	swk__fraction sum = { huge, huge * 3 }, share = { huge * 2, huge };
	(void)state;
	assert_true(swk__fraction_add(&sum, (swk__fraction){ huge, huge * 5 }));
	assert_true(equal(sum, (swk__fraction){ 8, 15 }));
	assert_true(swk__fraction_scale(&share, 1000, 7));
	assert_true(equal(share, (swk__fraction){ 2000, 7 }));
	share = (swk__fraction){ huge, 3 };
	assert_false(swk__fraction_scale(&share, 1000, 7));
	assert_true(share.numerator == huge && share.denominator == 3);
}

/* 2^61 - 1 and 2^89 - 1 are primes: no common denominator fits. */
static void test_sums_that_do_not_fit_go_on_in_steps(void **state)
{
	const swk__i128 small = ((swk__i128)1 << 61) - 1, great = ((swk__i128)1 << 89) - 1;
	swk__fraction sum = { small / 2, small };
	(void)state;
	assert_true(swk__fraction_add(&sum, (swk__fraction){ great / 4, great }));
	assert_true(sum.denominator == (swk__i128)1 << 40);
	swk__i128 off = sum.numerator * 4 - ((swk__i128)3 << 40);
	assert_true(off <= 0 && off > -12); /* less than a step a term */
	sum = (swk__fraction){ (swk__i128)1 << 126, 1 };
	assert_false(swk__fraction_add(&sum, (swk__fraction){ 1, great }));
	assert_true(sum.numerator == (swk__i128)1 << 126);
}

static void test_rounding_is_half_to_even(void **state)
{
	static const struct {
		int64_t numerator, denominator, rounded;
	} known[] = {
		{ 0, 7, 0 }, { 1, 2, 0 }, { 3, 2, 2 },   { 5, 2, 2 }, { -1, 2, 0 }, { -3, 2, -2 },    { -5, 2, -2 },
		{ 7, 5, 1 }, { 8, 5, 2 }, { -8, 5, -2 }, { 6, 4, 2 }, { 10, 4, 2 }, { 999, 1000, 1 }, { -499, 1000, 0 },
	};
	const swk__i128 huge = (swk__i128)1 << 70;
	(void)state;
	for (size_t i = 0; i < SWK__COUNT(known); i++) {
		const swk__i128 numerator = known[i].numerator, denominator = known[i].denominator;
		assert_true(swk__fraction_round((swk__fraction){ numerator, denominator }) == known[i].rounded);
		assert_true(swk__fraction_round((swk__fraction){ numerator * huge, denominator * huge }) ==
		            known[i].rounded);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums_are_exact),
		cmocka_unit_test(test_sums_are_reduced_when_need_be),
		cmocka_unit_test(test_sums_that_do_not_fit_go_on_in_steps),
		cmocka_unit_test(test_rounding_is_half_to_even),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
