/* SPDX-License-Identifier: MIT
 *
 * block: some hundred rows of one segment at a time, column by column.
 *
 *   rows of a run --> which of them count (live, in bounds, conditions, filters) --> fields, values of dimensions
 *
 * Rows that do not count stay where they are: `counts` tells, and whoever adds up leaves them aside. So a field is read
 * as it lies, without a list of rows.
 *
 * Invariant: fields and values of dimensions have a cell for every row of the block, whether it counts or not; a field
 * is read once for all that ask for it.
 */
#ifndef SWK_BLOCK_H
#define SWK_BLOCK_H

#include "cells.h"
#include "join.h"
#include "query.h"

#define SWK__BLOCK_ROWS SWK__JOIN_BESIDE
#define SWK__BLOCK_BYTES 256

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
	swk__join join; /* fields of leads */
	const swk__part *part;
	int32_t week;          /* the part's */
	uint32_t first, count; /* rows */
	unsigned char counts[SWK__BLOCK_ROWS];
	bool leads_found, hours_found, beside_found;
	const swk__columns *beside; /* of the leads that the facts name, where they lie row by row beside these */
	/* Numbers of the leads that the facts name; hours of the local clock (hours_fill). */
	uint32_t leads[SWK__BLOCK_ROWS];
	unsigned char hours[SWK__BLOCK_ROWS];
	unsigned char tens[SWK__BLOCK_ROWS];  /* of scores (tens_fill) */
	unsigned char lanes[SWK__BLOCK_ROWS]; /* rows dealt to a few lanes */
	/* Of the plan's used dimensions: where their values are, and room for those that do not lie in the facts. */
	const uint32_t *values[SWK__DIMENSION_COUNT];
	uint32_t rooms[SWK__DIMENSION_COUNT][SWK__BLOCK_ROWS];
	uint32_t widened, coded, numbered, come_known; /* bit f: cells, codes, numbers, come of field f are there */
	uint32_t reads;                                /* bit f: field f of the source's rows was read */
	int64_t cells[SWK__FIELDS_MAX][SWK__BLOCK_ROWS];
	const unsigned char *codes[SWK__FIELDS_MAX]; /* in the columns, or in the room beside */
	const uint32_t *numbers[SWK__FIELDS_MAX];
	unsigned char code_rooms[SWK__FIELDS_MAX][SWK__BLOCK_ROWS];
	uint32_t number_rooms[SWK__FIELDS_MAX][SWK__BLOCK_ROWS];
	unsigned char come[SWK__FIELDS_MAX][SWK__BLOCK_ROWS];
	uint32_t zone_count, zone_capacity; /* zones of leads by number of their name */
	struct swk__zone_named *named;
} swk__block;

/* Takes `n` rows (at most SWK__BLOCK_ROWS, of one segment) from `row` on, a multiple of 64; those count whose bit in
 * `live` (of the whole part) is set, that lie in the bounds and have come, and that source and plan want. False when
 * none does. */
bool swk__block_take(swk__block *block, const swk__part *part, int32_t week, const uint64_t *live, uint32_t row,
                     uint32_t n);

/* A field of the rows as integers; of an ENUM or BOOL as bytes, 0 for null and 1 + value otherwise, as it holds
 * at the stretch's end; of a text kind as numbers. Valid until the next rows are taken. */
const int64_t *swk__block_cells(swk__block *block, int field);
const unsigned char *swk__block_codes(swk__block *block, int field);
const uint32_t *swk__block_numbers(swk__block *block, int field);

/* Instants of the rows as they lie, as numbers of a coding; false where they do not, or are there as integers. */
typedef struct swk__instants {
	const uint32_t *raw;
	swk__raw coding;
	const int64_t *cells;
} swk__instants;

bool swk__block_instants(swk__block *block, int field, swk__instants *instants);

/* The columns of the rows, of which a field is read. */
static inline const swk__columns *swk__block_read(swk__block *block, int field)
{
	block->reads |= UINT32_C(1) << field;
	return block->part->columns;
}

/* 1 where an instant has come, 0 where it has not or is null; the bounds are told. */
const unsigned char *swk__block_come(swk__block *block, int field);

/* A byte of each row that tells its group, where the dimensions of the plan's `by` lie so and nothing is filtered; else
 * *bytes is NULL. Several bytes may tell the same group. */
int swk__block_bytes(swk__block *block, const unsigned char **bytes, swk_error *error);

/* The values of the plan's dimensions that such bytes tell. */
void swk__block_byte_values(const swk__plan *plan, unsigned char values[2][SWK__BLOCK_BYTES]);

/* 1 where a row counts and passes a condition, else 0. */
void swk__block_passing(swk__block *block, swk__condition condition, unsigned char *passing);

/* Finds the values of one of the plan's used dimensions, numbers of texts or numbers: values[used]. */
int swk__block_dimension(swk__block *block, unsigned used, swk_error *error);

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

/* A block without rows for a plan's facts; to be ended with swk__block_done. */
void swk__block_init(swk__block *block, const swk__plan *plan, const swk__facts *facts, swk__zones *zones);
void swk__block_done(swk__block *block);

#endif
