/* SPDX-License-Identifier: MIT
 *
 * stats: intervals and tests of counts. Pure.
 *
 * Exactness: swk__wilson, swk__ratio and swk__fisher use only + - * / and sqrt of doubles in a fixed order, so every
 * machine gives the same bits (the build says -ffp-contract=off). What goes through log or exp is within 1e-9
 * (relative). What is decided by comparing products of integers (swk__products) is decided by the integers, never by
 * doubles.
 */
#ifndef SWK_STATS_H
#define SWK_STATS_H

#include "base.h"

#define SWK__Z95 1.959963984540054 /* the normal quantile of 95 % on two sides */

typedef struct swk__interval {
	double low, high;
} swk__interval;

/* The 95 % score interval of a proportion (Wilson 1927), z = 1.959963984540054. Needs total > 0 and
 * 0 <= count <= total. low is 0 when count is 0, high is 1 when count is total, both exactly. */
swk__interval swk__wilson(int64_t count, int64_t total);

/* numerator / denominator, rounded once; denominator > 0. Exact integers of up to 128 bits. */
double swk__ratio(swk__i128 numerator, swk__i128 denominator);

/* ---------------------------------------------------------------------------- products of many integers */

#define SWK__PRODUCT_LIMBS 256

/* Two products that grow together and are then compared. Exact while both have at most 16,384 bits (512 factors of 32
 * bits on each side). Beyond that the lowest 64 bits of both are dropped at each step that needs room, and products
 * that differ by less than 2^-14000 of the greater count as equal: unequal ones so close are not to be expected, but
 * that is no proof. For this to hold, one product never is more than 2^1024 times the other on the way, and there are
 * at most 2^32 steps. About 4 KiB: meant for the stack. */
typedef struct swk__products {
	unsigned length; /* limbs in use, in the longer one; least first */
	bool cut;        /* something has been dropped */
	uint64_t left[SWK__PRODUCT_LIMBS], right[SWK__PRODUCT_LIMBS];
} swk__products;

void swk__products_init(swk__products *products); /* 1 and 1 */

/* left *= a, right *= b; neither is 0. */
void swk__products_multiply(swk__products *products, uint64_t a, uint64_t b);

/* Less than, equal to or greater than 0 as the left product is to the right one. */
int swk__products_compare(const swk__products *products);

/* ------------------------------------------------------------------------------------------ two by two */

/* A group against all others: each count at most 10^9. */
typedef struct swk__fourfold {
	int64_t won, lost; /* of the group */
	int64_t others_won, others_lost;
} swk__fourfold;

typedef struct swk__odds {
	bool known; /* false: nobody won, nobody lost, or one side has nobody; the rest is 0 then */
	double ratio;
	swk__interval bounds;
} swk__odds;

/* The sample odds ratio and its 95 % interval (Woolf 1955). When a cell is zero, 0.5 is added to all four (Haldane,
 * Anscombe). */
swk__odds swk__odds_ratio(swk__fourfold table);

/* Fisher's exact test, two-sided: the probability of the tables with the same margins that are not likelier than this
 * one. Which ones those are is decided by swk__products; the sum is within 1e-9 (relative), the same bits on every
 * machine. 1 exactly when it is all of them (so when nobody won or nobody lost, and for no data at all). What is below
 * 1e-300 may read as 0. Time grows with the square root of the counts. */
double swk__fisher(swk__fourfold table);

/* Benjamini-Hochberg: turns p values (0 to 1, no NaN) into q values in place. `order` is room for `count` indexes.
 * q >= p, equal p give equal q, a greater p never a lesser q, and no q is above 1. */
void swk__benjamini_hochberg(double *p, size_t count, size_t *order);

#endif
