/* SPDX-License-Identifier: MIT
 *
 * tally: the rollups of a plan's weeks: kept from before, or scanned, several at a time when threads are asked for.
 *
 *   week --cache--> rollup           weeks --dealt to threads, each with a scan of its own--> rollups, as they are
 *                                                                                              asked for, in order
 *
 * Invariant: what a week's rollup is depends on plan, facts and end alone, not on who scanned it or what was kept.
 */
#ifndef SWK_TALLY_H
#define SWK_TALLY_H

#include "cache.h"
#include "crew.h"
#include "scan.h"

/* What tallies of one answer share. */
typedef struct swk__tally_desk {
	swk__mem *mem;
	const swk__facts *facts;
	const swk__money *money; /* NULL for a form without amounts */
	swk__zones *zones;
	swk__cache *cache; /* NULL: none */
	swk__check check;  /* may be NULL; any thread asks */
	void *check_context;
	unsigned threads; /* at most so many; 0 is 1 */
} swk__tally_desk;

typedef struct swk__tally {
	const swk__tally_desk *desk;
	const swk__plan *plan;
	swk__buf shape;
	int32_t first, last; /* weeks (dates of first days) that may have facts; none: first > last */
	swk__scan *scans;    /* one a thread, opened when a week is not kept; the first is the calling thread's */
	bool *opened;
	/* counted ahead by a crew, week by week from `ahead_from` on, each taken once */
	int32_t ahead_from;
	uint32_t ahead_count; /* 0: there is no crew */
	int64_t ahead_end;
	swk__rollup **ahead;
	swk__crew crew;
	bool open;
} swk__tally;

/* `mark` tells tallies of plans with equal shapes apart. Desk and plan must outlive the tally. On failure there is
 * nothing to close; closing one that was not opened does nothing. */
int swk__tally_open(swk__tally *tally, const swk__tally_desk *desk, const swk__plan *plan, unsigned char mark,
                    swk_error *error);
void swk__tally_close(swk__tally *tally);

/* The rollup of the facts of a week as it stood at `end`; NULL when the week has none that could count. */
int swk__tally_week(swk__tally *tally, int32_t week, int64_t end, swk__rollup **rollup, swk_error *error);

/* Lets weeks, asked for soon and in this order, be counted ahead when there are threads for it: these count while the
 * calling one does something else with the weeks that it has asked for. */
int swk__tally_ahead(swk__tally *tally, int32_t from, int32_t to, int64_t end, swk_error *error);

/* The sum of the weeks of a period, or one count where the last fact of the whole period counts; NULL: nothing. */
int swk__tally_sum(swk__tally *tally, int32_t from, int32_t to, int64_t end, swk__rollup **sum, swk_error *error);

/* The scan of the calling thread, opened if need be, for counts that are not kept. */
int swk__tally_scan(swk__tally *tally, swk__scan **scan, swk_error *error);

/* The first rate that was missing in such counts. */
static inline const swk__rate_gap *swk__tally_gap(const swk__tally *tally)
{
	return &tally->scans[0].gap;
}

#endif
