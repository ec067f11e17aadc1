/* SPDX-License-Identifier: MIT
 *
 * query: a question checked and resolved into a plan.
 *
 *   swk_query (names, texts) + the store's calendar + clock --> plan (numbers, bounds, masks)
 *
 * Invariant: a plan is complete and consistent; whatever follows cannot meet wrong usage. Its texts are copies.
 */
#ifndef SWK_QUERY_H
#define SWK_QUERY_H

#include "report.h"

/* One dimension and the values it may have. */
typedef struct swk__plan_filter {
	swk__dimension dimension;
	uint32_t first, count; /* values[first .. first + count) of the plan */
} swk__plan_filter;

#define SWK__CONDITIONS_MAX 4

typedef struct swk__plan {
	swk__mem *mem;
	const swk__report *report;
	const swk__form *form;
	swk__calendar calendar;
	swk__buf zone; /* its name */
	unsigned by_count, filter_count, condition_count;
	swk__dimension by[SWK__DIMENSION_COUNT];
	unsigned by_mask; /* the same as bits */
	unsigned used_count;
	swk__dimension used[SWK__DIMENSION_COUNT]; /* those of `by`, and then those of filters alone */
	swk__plan_filter filters[SWK__DIMENSION_COUNT];
	swk__slice *values; /* texts into `bytes`; of numbers: their text */
	swk__condition conditions[SWK__CONDITIONS_MAX];
	bool lead_clock;
	uint32_t flags; /* SWK_QUERY_... */
	bool from_given, to_given;
	int32_t from, to; /* dates of the first days of the first and the last week */
	swk__cut cut;
	unsigned joins;   /* tables that dimensions are looked up in */
	char currency[4]; /* asked for; empty: none */
	swk__buf bytes;   /* of the values */
	swk__buf shape;   /* equal for two plans whose weekly rollups are equal: all of the above that counts */
} swk__plan;

/* What a query gets where it says nothing. */
typedef struct swk__asker {
	swk__mem *mem;
	swk__zones *zones;
	swk__slice zone;
	int week_start;
	int64_t now;
} swk__asker;

/* Checks the query and makes its plan. On failure there is nothing to free. */
int swk__plan_make(const swk__asker *asker, const swk_query *query, swk__plan *plan, swk_error *error);
void swk__plan_done(swk__plan *plan);

/* The instant whose local time is that of `now`, so many days earlier. */
int64_t swk__plan_now_before(const swk__plan *plan, int32_t days);

#endif
