/* SPDX-License-Identifier: MIT
 *
 * block: some hundred facts of one segment at a time, column by column.
 *
 *   rows of a run --> those that count (live, in bounds, conditions) --> fields, values of dimensions, filters
 *
 * Invariant: rows, instants and values of dimensions always have the same `count`; a field is read once for all that
 * ask for it, and again after rows were dropped.
 */
#ifndef SWK_BLOCK_H
#define SWK_BLOCK_H

#include "query.h"

#define SWK__BLOCK_ROWS 512

/* The bounds of a stretch of time, and what was seen of instants on both sides of its end: the same facts count for
 * every end from latest_in on and before first_out. */
typedef struct swk__stretch {
	int64_t begin, stop, end;
	int64_t latest_in, first_out;
} swk__stretch;

typedef struct swk__block {
	const swk__plan *plan;
	const swk__facts *facts;
	swk__zones *zones;
	swk__mem *mem;
	swk__stretch *bounds;
	const swk__source *source;
	const swk__columns *columns;
	uint32_t count;
	uint32_t rows[SWK__BLOCK_ROWS];
	bool leads_found;
	swk__place leads[SWK__BLOCK_ROWS];
	uint32_t values[SWK__DIMENSION_COUNT][SWK__BLOCK_ROWS]; /* by place among the plan's used dimensions */
	uint32_t gathered;                                      /* bit f: cells[f] holds field f */
	int64_t cells[SWK__FIELDS_MAX][SWK__BLOCK_ROWS];
	uint32_t zone_count, zone_capacity; /* zones of leads by number of their name */
	struct swk__zone_named *named;
} swk__block;

/* Chooses among `n` rows (at most SWK__BLOCK_ROWS, of one segment) from `row` on those of the source that count. */
void swk__block_choose(swk__block *block, const swk__part *part, uint32_t row, uint32_t n);

/* Takes rows of one segment as they are. */
void swk__block_take(swk__block *block, const swk__part *part, const uint32_t *rows, uint32_t n);

/* A field of the rows. Valid until rows are dropped or chosen anew. */
const int64_t *swk__block_cells(swk__block *block, int field);

/* Drops the rows whose flag is 0. */
void swk__block_keep(swk__block *block, const unsigned char *flags);

/* The rows of the leads that the facts count for; 0 where there is none. */
const swk__place *swk__block_leads(swk__block *block);

/* The values of a dimension, as numbers of texts or numbers. */
int swk__block_dimension(swk__block *block, swk__dimension dimension, uint32_t *values, swk_error *error);

/* Notes an instant that the stretch's end lies before or not: whether it has come. */
static inline bool swk__stretch_come(swk__stretch *bounds, int64_t instant)
{
	if (instant == SWK__NULL)
		return false;
	if (instant <= bounds->end) {
		bounds->latest_in = instant > bounds->latest_in ? instant : bounds->latest_in;
		return true;
	}
	bounds->first_out = instant < bounds->first_out ? instant : bounds->first_out;
	return false;
}

/* True when a value passes a condition on its field. */
static inline bool swk__condition_passes(swk__condition condition, int64_t value)
{
	return value >= 0 && ((condition.mask >> (value & 63)) & 1);
}

/* The texts that a dimension's numbers belong to. */
const swk__text *swk__dimension_texts(const swk__facts *facts, swk__dimension dimension);

void swk__block_done(swk__block *block);

#endif
