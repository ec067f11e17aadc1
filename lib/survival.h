/* SPDX-License-Identifier: MIT
 *
 * survival: the curve of a cell of durations, some ended and some still open (Kaplan and Meier 1958). Pure.
 *
 *   ended  2  5  5  9          S = 1 ─┐
 *   open      5     9 12              └─┐         each end takes S down by a share of those at risk;
 *                                       └──       what is still open only leaves
 *
 * Exactness: between two open durations the factors (n - d) / n telescope, so S is a product of one fraction a run. It
 * is kept as a quotient of two integers of 96 bits, which is off by at most 2^-64 after 2^31 runs. That decides whether
 * S has come down to a percentile's threshold unless they are within 2^-60 of each other; then the fractions are
 * multiplied out (swk__products: exact up to 16,384 bits on each side, so always with fewer than 500 runs; beyond, an S
 * above the threshold by less than 2^-14000 of it counts as having reached it). Shares are the same bits on every
 * machine. The bands go through log and exp; which end carries one across a threshold is decided on those doubles.
 *
 * A second kind of end (competing ends, Aalen and Johansen 1978) would join as a third array of swk__durations, empty
 * when left out, and as questions of its own: the walk already visits each time once and knows S just before it.
 */
#ifndef SWK_SURVIVAL_H
#define SWK_SURVIVAL_H

#include "stats.h"

/* Both ascending, repeated values allowed; at most 2^31 each. At one time ends come before open durations. Owned by the
 * caller; a pointer may be NULL when its count is 0. Open durations may be given by their starts instead: with `starts`
 * (ascending) they are those from them to `end`, and `open` is not looked at. */
typedef struct swk__durations {
	const int64_t *ended, *open;
	uint64_t ended_count, open_count;
	const int64_t *starts;
	int64_t end;
} swk__durations;

/* The share that has ended by `time`, itself included. */
typedef struct swk__within {
	int64_t time;         /* the question */
	bool known;           /* false: nothing was observed that long, and not all have ended; or no data */
	bool bounded;         /* false: not known, or none has ended by then, or all: the band is undefined */
	double share;         /* 1 - S(time), within 1e-12 (relative); 0 unless known */
	swk__interval bounds; /* 95 %, Greenwood, log(-log), within 1e-9 (relative); 0 unless bounded */
} swk__within;

typedef struct swk__moment {
	bool known;
	int64_t time; /* 0 unless known */
} swk__moment;

/* The time by which the share part / whole has ended: the smallest with S <= 1 - part / whole. `low` and `high` are
 * the smallest times at which the lower and the upper band of S have come down that far (Brookmeyer and Crowley 1982;
 * where few are left the bands may rise again). Not known: never. Where S is 0 there is no band. */
typedef struct swk__percentile {
	uint32_t part, whole; /* the question: 0 < part < whole < 2^31 */
	swk__moment reached, low, high;
} swk__percentile;

/* Answers all questions in one walk over the durations. `withins` ascend by time. No memory. Time grows with the runs
 * on the way, not with the durations: ends that no open duration lies between are passed at once. An S within 2^-60 of
 * a threshold costs a second walk for it. */
void swk__survival(const swk__durations *durations, swk__within *withins, size_t within_count,
                   swk__percentile *percentiles, size_t percentile_count);

#endif
