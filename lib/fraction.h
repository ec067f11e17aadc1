/* SPDX-License-Identifier: MIT
 *
 * fraction: exact quotients of 128-bit integers. Pure.
 *
 * Invariant: the denominator is positive. Sums are exact as long as they fit, reduced where need be; a sum that does
 * not goes on in steps of 2^-40, off by at most one step for each term, rather than to fail.
 */
#ifndef SWK_FRACTION_H
#define SWK_FRACTION_H

#include "base.h"

typedef struct swk__fraction {
	swk__i128 numerator, denominator;
} swk__fraction;

/* The greatest common divisor; 1 for 0 and 0. `b` is not negative. */
swk__i128 swk__divisor_common(swk__i128 a, swk__i128 b);

/* *fraction times up / down, down > 0; false when it does not fit. */
bool swk__fraction_scale(swk__fraction *fraction, int64_t up, int64_t down);

/* *sum += term; false when not even its steps of 2^-40 fit. On failure the sum is as before. */
bool swk__fraction_add(swk__fraction *sum, swk__fraction term);

/* The same fraction in least terms. */
swk__fraction swk__fraction_reduced(swk__fraction fraction);

/* The nearest integer, half to even. */
swk__i128 swk__fraction_round(swk__fraction fraction);

#endif
