/* SPDX-License-Identifier: MIT
 *
 * columns: where rows lie. Columns are segments that never move; everything above them is immutable once
 * published and copied when changed, so a reader needs no lock.
 *
 *   directory (one a table) --> part (one a UTC week) --> columns --> segment k: 64 << k rows of every field
 *                                 rows, live bitmap
 *   pages (one a table): entity --> place of its current version
 *
 * Invariant: a row's cells are written once, before a part that counts it is published (but for `older`, which the
 * writer alone reads). Parts, directories and pages with references of readers are never changed: `txn` tells which
 * ones the transaction under way has made itself and may still change.
 */
#ifndef SWK_COLUMNS_H
#define SWK_COLUMNS_H

#include "error.h"
#include "schema.h"

/* The place of a row: 0 is nowhere, else (week + 1) << 32 | row. */
typedef uint64_t swk__place;

static inline swk__place swk__place_make(int32_t week, uint32_t row)
{
	return ((uint64_t)(uint32_t)(week + 1) << 32) | row;
}

static inline int32_t swk__place_week(swk__place place)
{
	return (int32_t)(uint32_t)(place >> 32) - 1;
}

static inline uint32_t swk__place_row(swk__place place)
{
	return (uint32_t)place;
}

/* Fields that every table has beside those of its schema. */
enum {
	SWK__EXTRA_COMMIT,
	SWK__EXTRA_OLDER,
	SWK__EXTRA_COUNT
};

#define SWK__COLUMNS_SEGMENTS 26
#define SWK__COLUMNS_FIRST 64

/* How a table's rows lie in a segment of n rows: field f begins at offsets[f] * n. */
typedef struct swk__layout {
	const swk__schema *schema;
	unsigned count; /* schema->count + SWK__EXTRA_COUNT */
	unsigned row_bytes;
	unsigned char widths[SWK__FIELDS_MAX + SWK__EXTRA_COUNT]; /* 1, 4 or 8 */
	unsigned short offsets[SWK__FIELDS_MAX + SWK__EXTRA_COUNT];
} swk__layout;

void swk__layout_init(swk__layout *layout, const swk__schema *schema);

/* The number of an extra field in this layout. */
static inline unsigned swk__layout_extra(const swk__layout *layout, unsigned extra)
{
	return layout->schema->count + extra;
}

typedef struct swk__columns {
	swk__mem *mem;
	_Atomic uint32_t references;
	const swk__layout *layout;
	char *segments[SWK__COLUMNS_SEGMENTS];
} swk__columns;

/* Segment and place in it of a row. */
static inline unsigned swk__segment_of(uint32_t row, uint32_t *at)
{
	uint64_t block = (uint64_t)row / SWK__COLUMNS_FIRST + 1;
	unsigned segment = 63u - (unsigned)__builtin_clzll(block);
	*at = (uint32_t)(row - (uint64_t)SWK__COLUMNS_FIRST * ((UINT64_C(1) << segment) - 1));
	return segment;
}

/* The cells of a field from `row` on, up to the end of the row's segment (*run cells). */
static inline const char *swk__columns_run(const swk__columns *columns, unsigned field, uint32_t row, uint32_t *run)
{
	uint32_t at;
	unsigned segment = swk__segment_of(row, &at);
	uint32_t size = (uint32_t)SWK__COLUMNS_FIRST << segment;
	const swk__layout *layout = columns->layout;
	*run = size - at;
	return columns->segments[segment] + (size_t)layout->offsets[field] * size + (size_t)at * layout->widths[field];
}

/* One cell as an integer: numbers of texts, values, SWK__NULL (texts: 0) for null; ENUM: the index. */
int64_t swk__columns_get(const swk__columns *columns, unsigned field, uint32_t row);

/* Cells of a field as swk__columns_get gives them, of rows that lie in one segment, none before the first. */
void swk__columns_gather(const swk__columns *columns, unsigned field, const uint32_t *rows, uint32_t count,
                         int64_t *cells);

/* Writes a cell of a row that no reader counts yet (or `older`). The row's segment must exist. */
void swk__columns_set(swk__columns *columns, unsigned field, uint32_t row, int64_t value);

/* One UTC week of a table: immutable when published. */
typedef struct swk__part {
	swk__mem *mem;
	_Atomic uint32_t references;
	swk__columns *columns;
	uint32_t rows, live; /* rows it counts; how many of them are current and not deleted */
	uint32_t words;      /* capacity of the bitmap */
	uint64_t txn;
	uint64_t version; /* no two different states of any part have the same */
	uint64_t *bits;   /* row is live */
} swk__part;

static inline bool swk__part_live(const swk__part *part, uint32_t row)
{
	return (part->bits[row / 64] >> (row % 64)) & 1;
}

/* A part on these columns (retained) with nothing live and no row counted. */
swk__part *swk__part_create(swk__mem *mem, swk__columns *columns, uint32_t rows);
void swk__part_release(swk__part *part); /* NULL is fine */

/* Sets or clears a bit of a part that this transaction made. */
void swk__part_mark(swk__part *part, uint32_t row, bool live);

/* All parts of a table, by week; holes are NULL. */
typedef struct swk__directory {
	swk__mem *mem;
	_Atomic uint32_t references;
	uint64_t txn;
	int32_t first;
	uint32_t count;
	swk__part *parts[];
} swk__directory;

/* The part of a week, or NULL. A NULL directory has none. */
static inline swk__part *swk__directory_part(const swk__directory *directory, int32_t week)
{
	if (!directory || week < directory->first || (int64_t)week - directory->first >= directory->count)
		return NULL;
	return directory->parts[week - directory->first];
}

swk__directory *swk__directory_create(swk__mem *mem, int32_t first, uint32_t count, uint64_t txn);
void swk__directory_release(swk__directory *directory); /* NULL is fine */

/* The part of the week as one that transaction `txn` may change: *directory is replaced by a copy (its reference
 * given back) when it is not the transaction's own or has no room for the week, and so is the part; a missing part
 * is made, with new columns. NULL when memory failed; *directory is then still valid. */
swk__part *swk__directory_own(swk__mem *mem, swk__directory **directory, const swk__layout *layout, int32_t week,
                              uint64_t txn);

/* Appends an empty row to a part that the transaction owns; its number in *row. False when memory failed. */
bool swk__part_append(swk__part *part, uint32_t *row);

#define SWK__PAGE_PLACES 512

typedef struct swk__page {
	_Atomic uint32_t references;
	uint64_t txn;
	swk__place places[SWK__PAGE_PLACES];
} swk__page;

typedef struct swk__pages {
	swk__mem *mem;
	_Atomic uint32_t references;
	uint64_t txn;
	uint32_t count;
	swk__page *pages[];
} swk__pages;

/* The current place of an entity; 0 where there is none. NULL pages have none. */
static inline swk__place swk__pages_get(const swk__pages *pages, uint32_t entity)
{
	uint32_t page = entity / SWK__PAGE_PLACES;
	if (!pages || page >= pages->count || !pages->pages[page])
		return 0;
	return pages->pages[page]->places[entity % SWK__PAGE_PLACES];
}

/* Sets it, in a copy where need be, as swk__directory_own does. False when memory failed. */
bool swk__pages_set(swk__mem *mem, swk__pages **pages, uint32_t entity, swk__place place, uint64_t txn);
void swk__pages_release(swk__pages *pages); /* NULL is fine */

/* The state of one table: all that a reader needs to find its current rows. */
typedef struct swk__table_state {
	swk__directory *directory;
	swk__pages *current; /* entity --> its current version, deleted ones too */
	uint64_t epoch;      /* grows with every change of what is current */
	uint64_t versions;   /* rows in all */
	uint64_t live;       /* current and not deleted */
	uint32_t entities;   /* numbers of ids there are (and below) */
	int64_t latest;      /* no row's own instant is later; INT64_MIN without rows */
} swk__table_state;

static inline const swk__columns *swk__state_columns(const swk__table_state *state, swk__place place)
{
	return swk__directory_part(state->directory, swk__place_week(place))->columns;
}

/* A field of the row at a place. */
static inline int64_t swk__state_get(const swk__table_state *state, swk__place place, unsigned field)
{
	return swk__columns_get(swk__state_columns(state, place), field, swk__place_row(place));
}

/* Takes (gives back) a reference on what the state points to. */
void swk__state_retain(const swk__table_state *state);
void swk__state_release(swk__table_state *state);

#endif
