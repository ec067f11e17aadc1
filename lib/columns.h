/* SPDX-License-Identifier: MIT
 *
 * columns: cells of rows, field by field, in as few bytes as they need.
 *
 *   columns: a coding a field + segments 0 to 3 of 64 rows, 4 to 7 of 128 rows, 8 to 11 of 256 ... which never move
 *   segment: field 0: n cells | field 1: n cells | ...
 *
 * A cell is 0, 1, 2, 4 or 8 bytes wide. With 0 all cells of the field are `base`; with 8 a cell is the value itself;
 * else it is an unsigned number, 0 for null (a text kind's null is the value 0, any other's SWK__NULL), or the value is
 * base + cell * unit. Text kinds always have base 0 and unit 1.
 *
 * Invariant: a cell is written once, before anybody counts its row. A value that does not fit its field's coding makes
 * new columns, which hold the old rows as well; whoever had the old ones keeps them.
 */
#ifndef SWK_COLUMNS_H
#define SWK_COLUMNS_H

#include "error.h"
#include "schema.h"

#define SWK__LINKS_MAX 2
#define SWK__CELLS_MAX (SWK__FIELDS_MAX + SWK__LINKS_MAX)

/* The fields of a table's rows: those of its schema, and then for each link of the table (swk__links) the handle of the
 * row before that refers to the same record. */
typedef struct swk__layout {
	const swk__schema *schema;
	unsigned count;
} swk__layout;

swk__layout swk__layout_of(swk__table table);

/* The number of a table's link field. */
static inline unsigned swk__layout_link(const swk__layout *layout, unsigned link)
{
	return layout->schema->count + link;
}

typedef struct swk__coding {
	int64_t base;
	uint32_t unit;
	unsigned char width; /* 0, 1, 2, 4, 8 */
	bool text;           /* null is 0 */
} swk__coding;

typedef struct swk__segment {
	uint32_t handle; /* of its first row */
	uint32_t unused[3];
	char cells[];
} swk__segment;

#define SWK__COLUMNS_SEGMENTS 96 /* 2^32 - 256 rows */
#define SWK__COLUMNS_FIRST 64

typedef struct swk__columns {
	swk__mem *mem;
	_Atomic uint32_t references;
	const swk__layout *layout;
	unsigned row_bytes;
	swk__coding codings[SWK__CELLS_MAX];
	unsigned char offsets[SWK__CELLS_MAX]; /* a field begins at its offset times the segment's rows */
	swk__segment *segments[SWK__COLUMNS_SEGMENTS];
} swk__columns;

/* Segment and place in it of a row, and how many rows the segment has. */
static inline unsigned swk__segment_of(uint32_t row, uint32_t *at, uint32_t *size)
{
	uint64_t block, blocks;
	unsigned segment = swk__step_of(row / SWK__COLUMNS_FIRST, &block, &blocks);
	*at = (uint32_t)block * SWK__COLUMNS_FIRST + row % SWK__COLUMNS_FIRST;
	*size = (uint32_t)blocks * SWK__COLUMNS_FIRST;
	return segment;
}

/* Cells of one field that lie together. */
typedef struct swk__run {
	const void *cells; /* of the coding's width */
	uint32_t count;
	swk__coding coding;
} swk__run;

/* The cells of a field from `row` on, up to the end of the row's segment. */
static inline swk__run swk__columns_run(const swk__columns *columns, unsigned field, uint32_t row)
{
	uint32_t at, size;
	unsigned segment = swk__segment_of(row, &at, &size);
	const swk__coding *coding = &columns->codings[field];
	return (swk__run){ columns->segments[segment]->cells + (size_t)columns->offsets[field] * size +
		                   (size_t)at * coding->width,
		           size - at, *coding };
}

/* Where a row's cells lie. */
typedef struct swk__cell_place {
	const char *cells; /* of its segment */
	uint32_t at, size; /* its place among the segment's rows */
} swk__cell_place;

static inline swk__cell_place swk__columns_place(const swk__columns *columns, uint32_t row)
{
	swk__cell_place place;
	place.cells = columns->segments[swk__segment_of(row, &place.at, &place.size)]->cells;
	return place;
}

/* The row's cell of a field that begins at an offset (swk__columns) and whose cells are so wide. */
static inline const char *swk__cell_at(const swk__cell_place *place, unsigned offset, size_t width)
{
	return place->cells + (size_t)offset * place->size + place->at * width;
}

/* How many rows from `row` on lie in one segment. */
static inline uint32_t swk__columns_together(uint32_t row)
{
	uint32_t at, size;
	(void)swk__segment_of(row, &at, &size);
	return size - at;
}

/* The value of a cell that is 1, 2 or 4 bytes wide. */
static inline int64_t swk__coding_value(const swk__coding *coding, uint32_t cell)
{
	if (cell == 0)
		return coding->text ? 0 : SWK__NULL;
	return coding->base + (int64_t)cell * coding->unit;
}

/* The value of a cell: numbers of texts, values, SWK__NULL (texts: 0) for null; ENUM: the index. */
static inline int64_t swk__run_get(const swk__run *run, uint32_t at)
{
	switch (run->coding.width) {
	case 0:
		return run->coding.base;
	case 1:
		return swk__coding_value(&run->coding, ((const unsigned char *)run->cells)[at]);
	case 2:
		return swk__coding_value(&run->coding, ((const uint16_t *)run->cells)[at]);
	case 4:
		return swk__coding_value(&run->coding, ((const uint32_t *)run->cells)[at]);
	default:
		return ((const int64_t *)run->cells)[at];
	}
}

/* The value of one cell. */
int64_t swk__columns_get(const swk__columns *columns, unsigned field, uint32_t row);

/* The handle of a row whose segment exists. */
static inline uint32_t swk__columns_handle(const swk__columns *columns, uint32_t row)
{
	uint32_t at, size;
	unsigned segment = swk__segment_of(row, &at, &size);
	return columns->segments[segment]->handle + at;
}

/* The handles of `count` rows whose segments exist. */
void swk__columns_handles(const swk__columns *columns, uint32_t row, uint32_t count, uint32_t *handles);

/* Seconds, hundredths and the like of what is kept in millionths or ten-thousandths; the last divides everything. */
#define SWK__UNIT_COUNT 5
extern const uint32_t swk__units[SWK__UNIT_COUNT];

/* What is known of some values. */
typedef struct swk__spread {
	int64_t low, high; /* of those that are not null */
	bool any, null;
	unsigned unit; /* place in swk__units: what all are multiples of */
} swk__spread;

void swk__spread_add(swk__spread *spread, int64_t null, const int64_t *values, uint32_t count);

/* Values of new rows: row i of them is values[f][picked[i]] for each field f of the layout. */
typedef struct swk__fresh {
	const int64_t *values[SWK__CELLS_MAX];
	const uint32_t *picked; /* NULL: row i is values[f][i] */
	uint32_t count;
} swk__fresh;

swk__columns *swk__columns_create(swk__mem *mem, const swk__layout *layout);
void swk__columns_release(swk__columns *columns); /* NULL is fine */

/* A copy of the first `rows` rows, with their handles; NULL when memory failed. */
swk__columns *swk__columns_copy(const swk__columns *columns, uint32_t rows);

/* Makes sure of the segment that a row lies in. */
bool swk__columns_reserve(swk__columns *columns, uint32_t row);

/* Writes fresh rows behind the first `rows` ones, in segments that exist. Where a value does not fit, *columns is
 * replaced by columns of other codings with the same rows and handles (the reference on the old ones given back). False
 * when memory failed; then no row counts more than before. */
bool swk__columns_write(swk__columns **columns, uint32_t rows, const swk__fresh *fresh);

#endif
