/* SPDX-License-Identifier: MIT
 *
 * scan: counts the facts of a stretch of time into a rollup: masks, dimensions, group numbers, sums.
 *
 *   live rows of a part, 512 at a time --> those in bounds that pass --> values of dimensions --> groups --> sums
 *
 * Invariant: the rollup is a function of plan and facts alone; the numbers by which it is found (of texts, of groups)
 * leave no trace in it.
 */
#ifndef SWK_SCAN_H
#define SWK_SCAN_H

#include "query.h"
#include "rollup.h"

/* The scan of one query: what does not change from week to week. */
typedef struct swk__scan {
	const swk__plan *plan;
	const swk__facts *facts;
	swk__zones *zones;
	swk__mem *mem;
	unsigned used_count; /* dimensions of `by` and then those of filters alone */
	swk__dimension used[SWK__DIMENSION_COUNT];
	struct swk__scan_filter *filters;
	struct swk__scan_work *work;
	swk__check check; /* may be NULL */
	void *check_context;
} swk__scan;

/* On failure there is nothing to close. Plan, facts and zones must outlive the scan. */
int swk__scan_open(swk__scan *scan, const swk__plan *plan, const swk__facts *facts, swk__zones *zones, swk__check check,
                   void *context, swk_error *error);
void swk__scan_close(swk__scan *scan);

/* For which ends of the stretch a rollup holds: from <= end < until. */
typedef struct swk__holds {
	int64_t from, until;
} swk__holds;

/* Counts the facts with begin <= instant < stop and instant <= end. *holds says for which other `end` the rollup would
 * be the same. On success *rollup has one reference, the caller's. */
int swk__scan_run(swk__scan *scan, int64_t begin, int64_t stop, int64_t end, swk__rollup **rollup, swk__holds *holds,
                  swk_error *error);

/* The instants of the first and the last fact up to `now`, filters aside; false when there is none. */
bool swk__scan_extent(const swk__plan *plan, const swk__facts *facts, int64_t *first, int64_t *last);

#endif
