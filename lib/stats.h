/* SPDX-License-Identifier: MIT
 *
 * stats: intervals and tests of counts. Pure.
 *
 * Exactness: only + - * / and sqrt of doubles in a fixed order, so every machine gives the same bits (the
 * build says -ffp-contract=off).
 */
#ifndef SWK_STATS_H
#define SWK_STATS_H

#include "base.h"

typedef struct swk__interval {
	double low, high;
} swk__interval;

/* The 95 % score interval of a proportion (Wilson 1927), z = 1.959963984540054. Needs total > 0 and
 * 0 <= count <= total. low is 0 when count is 0, high is 1 when count is total, both exactly. */
swk__interval swk__wilson(int64_t count, int64_t total);

/* numerator / denominator, rounded once; denominator > 0. Exact integers of up to 128 bits. */
double swk__ratio(swk__i128 numerator, swk__i128 denominator);

#endif
