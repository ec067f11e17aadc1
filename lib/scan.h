/* SPDX-License-Identifier: MIT
 *
 * scan: counts the facts of a stretch of time into a rollup.
 *
 *   parts of each source --blocks--> groups: sums of measures, spans and starts of curves --> rollup
 *
 * Invariant: the rollup is a function of plan and facts alone; the numbers by which it is found (of texts, of groups)
 * leave no trace in it.
 */
#ifndef SWK_SCAN_H
#define SWK_SCAN_H

#include "groups.h"
#include "money.h"

/* The scan of one query: what does not change from week to week. */
typedef struct swk__scan {
	const swk__plan *plan;
	const swk__facts *facts;
	const swk__money *money; /* NULL for a form without amounts */
	swk__mem *mem;
	unsigned lists; /* of a rollup's cells: two for each curve */
	struct swk__scan_filter *filters;
	swk__classes classes[SWK__SOURCES_MAX];
	swk__block *block;
	swk__sorted sorted;
	swk__groups groups;
	struct swk__scan_latest *latest; /* the last facts so far, by lead; NULL where all count */
	swk__rate_gap gap;               /* the first rate that was missing for a group that is `wanted` */
	bool (*wanted)(void *context, swk__slice key); /* NULL: none is */
	void *wanted_context;
	swk__check check; /* may be NULL */
	void *check_context;
} swk__scan;

/* On failure there is nothing to close. Plan, facts, zones and money must outlive the scan. */
int swk__scan_open(swk__scan *scan, const swk__plan *plan, const swk__facts *facts, const swk__money *money,
                   swk__zones *zones, swk__check check, void *context, swk_error *error);
void swk__scan_close(swk__scan *scan);

/* For which ends of the stretch a rollup holds: from <= end < until. */
typedef struct swk__holds {
	int64_t from, until;
} swk__holds;

/* Counts the facts with begin <= instant < stop and instant <= end, as they stood at `end`. *holds says for which other
 * `end` the rollup would be the same. On success *rollup has one reference, the caller's. */
int swk__scan_run(swk__scan *scan, int64_t begin, int64_t stop, int64_t end, swk__rollup **rollup, swk__holds *holds,
                  swk_error *error);

/* Instants in the weeks of the first and the last fact up to `now`, filters aside; false when there is none. */
bool swk__scan_extent(const swk__plan *plan, const swk__facts *facts, int64_t *first, int64_t *last);

/* How many sums a cell of the form's rollups has: its measures, and for a form with amounts how many of them lack a
 * rate. */
unsigned swk__form_sums(const swk__form *form);

/* How many curves a form has. */
unsigned swk__form_curves(const swk__form *form);

#endif
