/* SPDX-License-Identifier: MIT */
#include "fraction.h"

#define STEP_BITS 40

swk__i128 swk__divisor_common(swk__i128 a, swk__i128 b)
{
	a = a < 0 ? -a : a;
	b = b < 0 ? -b : b;
	while (b >> 63) {
		swk__i128 rest = a % b;
		a = b;
		b = rest;
	}
	/* What fits in 64 bits is divided many times faster. */
	uint64_t small = (uint64_t)b, great = small ? (uint64_t)(a % b) : 0;
	if (!small)
		return a ? a : 1;
	while (great) {
		uint64_t rest = small % great;
		small = great;
		great = rest;
	}
	return small;
}

swk__fraction swk__fraction_reduced(swk__fraction fraction)
{
	if (fraction.denominator == 1)
		return fraction;
	swk__i128 common = swk__divisor_common(fraction.numerator, fraction.denominator);
	if (common == 1)
		return fraction;
	return (swk__fraction){ fraction.numerator / common, fraction.denominator / common };
}

/* What fits is not reduced: that takes much longer than all else, and sums of like denominators need none. */
bool swk__fraction_scale(swk__fraction *fraction, int64_t up, int64_t down)
{
	swk__fraction product;
	if (__builtin_mul_overflow(fraction->numerator, up, &product.numerator) ||
	    __builtin_mul_overflow(fraction->denominator, down, &product.denominator)) {
		swk__fraction own = swk__fraction_reduced(*fraction),
			      by = swk__fraction_reduced((swk__fraction){ up, down });
		swk__i128 across = swk__divisor_common(own.numerator, by.denominator);
		swk__i128 back = swk__divisor_common(by.numerator, own.denominator);
		if (__builtin_mul_overflow(own.numerator / across, by.numerator / back, &product.numerator) ||
		    __builtin_mul_overflow(own.denominator / back, by.denominator / across, &product.denominator))
			return false;
	}
	*fraction = product;
	return true;
}

/* False when the sum of these two does not fit as they are. */
static bool exact_add(swk__fraction a, swk__fraction b, swk__fraction *sum)
{
	swk__fraction whole = { 0, a.denominator };
	swk__i128 left = a.numerator, right = b.numerator;
	if (a.numerator == 0) {
		*sum = b;
		return true;
	}
	if (a.denominator != b.denominator) {
		swk__i128 common = swk__divisor_common(a.denominator, b.denominator);
		if (__builtin_mul_overflow(a.numerator, b.denominator / common, &left) ||
		    __builtin_mul_overflow(b.numerator, a.denominator / common, &right) ||
		    __builtin_mul_overflow(a.denominator, b.denominator / common, &whole.denominator))
			return false;
	}
	if (__builtin_add_overflow(left, right, &whole.numerator))
		return false;
	*sum = whole;
	return true;
}

/* The fraction in whole steps, rounded towards zero; false when that does not fit. */
static bool steps_of(swk__fraction fraction, swk__i128 *steps)
{
	swk__i128 denominator = fraction.denominator, scaled;
	if (NEVER(denominator == 0))
		return false;
	swk__i128 whole = fraction.numerator / denominator, rest = fraction.numerator % denominator;
	while (denominator >> (126 - STEP_BITS)) {
		denominator /= 2;
		rest /= 2;
	}
	if (__builtin_mul_overflow(whole, (swk__i128)1 << STEP_BITS, &scaled))
		return false;
	return !__builtin_add_overflow(scaled, rest * ((swk__i128)1 << STEP_BITS) / denominator, steps);
}

bool swk__fraction_add(swk__fraction *sum, swk__fraction term)
{
	swk__i128 a, b, steps;
	if (exact_add(*sum, term, sum))
		return true;
	swk__fraction least = swk__fraction_reduced(*sum), more = swk__fraction_reduced(term);
	if (exact_add(least, more, sum))
		return true;
	if (!steps_of(least, &a) || !steps_of(more, &b) || __builtin_add_overflow(a, b, &steps))
		return false;
	*sum = (swk__fraction){ steps, (swk__i128)1 << STEP_BITS };
	return true;
}

swk__i128 swk__fraction_round(swk__fraction fraction)
{
	swk__i128 whole, rest;
	if ((int64_t)fraction.numerator == fraction.numerator &&
	    (int64_t)fraction.denominator == fraction.denominator) {
		whole = (int64_t)fraction.numerator / (int64_t)fraction.denominator;
		rest = (int64_t)fraction.numerator % (int64_t)fraction.denominator;
	} else {
		whole = fraction.numerator / fraction.denominator;
		rest = fraction.numerator % fraction.denominator;
	}
	swk__i128 size = rest < 0 ? -rest : rest, left = fraction.denominator - size;
	if (size > left || (size == left && whole % 2 != 0))
		whole += fraction.numerator < 0 ? -1 : 1;
	return whole;
}
