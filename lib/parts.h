/* SPDX-License-Identifier: MIT
 *
 * parts: which rows a table has, and where. Everything here is immutable once published and copied when changed, so a
 * reader needs no lock.
 *
 *   directory (one a table) --> part (one a UTC week) --> columns
 *                                 rows, live bitmap, commits
 *   pages (one a table): entity --> handle of its current version
 *   blocks (one a table): handle / 64 --> place
 *
 * A row has a place, its week and its number in it, and a handle, which is a place in 4 bytes: the rows of a table get
 * handles 64 at a time, when their segment is made, and blocks lead from these to places.
 *
 * Invariant: parts, directories and pages with references of readers are never changed: `txn` tells which ones the
 * transaction under way has made itself and may still change. Blocks are only added, below none that a reader has seen.
 */
#ifndef SWK_PARTS_H
#define SWK_PARTS_H

#include "columns.h"

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

/* -------------------------------------------------------------------------------------------------- parts */

/* Rows that came with one commit, from `row` to the next run's. */
typedef struct swk__commit_run {
	uint32_t row;
	bool stamped; /* their recorded_at is a stamp of the store's */
	uint64_t commit;
} swk__commit_run;

/* Grown by copying; runs that a part counts are never changed. */
typedef struct swk__commit_runs {
	_Atomic uint32_t references;
	uint32_t capacity;
	swk__commit_run runs[];
} swk__commit_runs;

/* One UTC week of a table: immutable when published. */
typedef struct swk__part {
	swk__mem *mem;
	_Atomic uint32_t references;
	swk__columns *columns;
	swk__commit_runs *commits; /* of records; facts have none */
	uint32_t commit_count;
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

/* The run of a record's commit. */
const swk__commit_run *swk__part_commit(const swk__part *part, uint32_t row);

/* A part on the rows of another with nothing live, under no transaction. */
swk__part *swk__part_bare(swk__mem *mem, const swk__part *part);
void swk__part_release(swk__part *part); /* NULL is fine */

/* Sets or clears a bit of a part that this transaction made. */
void swk__part_mark(swk__part *part, uint32_t row, bool live);

/* Says of the rows from `row` on, which are none yet, which commit they come with. False when memory failed. */
bool swk__part_commits(swk__part *part, uint32_t row, uint64_t commit, bool stamped);

/* Lets a part that this transaction made write rows that other parts on the same columns do not get. False when memory
 * failed. */
bool swk__part_apart(swk__part *part);

/* Appends rows for which swk__state_reserve has made room. False when memory failed. */
bool swk__part_append(swk__part *part, const swk__fresh *fresh);

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

/* ------------------------------------------------------------------------------------------ blocks, pages */

#define SWK__BLOCK_SEGMENTS 20
#define SWK__BLOCKS_MAX (64 * ((1u << SWK__BLOCK_SEGMENTS) - 1)) /* as many as 32-bit handles have, but for 64 */

/* Segment k has 64 << k blocks, which are places of first rows. Handles below 64 are no row's. */
typedef struct swk__blocks {
	swk__mem *mem;
	_Atomic uint32_t references;
	swk__place *segments[SWK__BLOCK_SEGMENTS];
} swk__blocks;

swk__blocks *swk__blocks_retain(swk__blocks *blocks); /* NULL is fine */

static inline swk__place swk__blocks_get(const swk__blocks *blocks, uint32_t handle)
{
	uint32_t block = handle / 64 + 64;
	unsigned top = 31u - (unsigned)__builtin_clz(block);
	return blocks->segments[top - 6][block - (1u << top)] + handle % 64;
}

#define SWK__PAGE_HANDLES 512
#define SWK__NODE_PAGES 128

typedef struct swk__page {
	_Atomic uint32_t references;
	uint64_t txn;
	uint32_t handles[SWK__PAGE_HANDLES];
} swk__page;

typedef struct swk__page_node {
	_Atomic uint32_t references;
	uint64_t txn;
	swk__page *pages[SWK__NODE_PAGES];
} swk__page_node;

typedef struct swk__pages {
	swk__mem *mem;
	_Atomic uint32_t references;
	uint64_t txn;
	swk__blocks *blocks; /* of the table that the handles belong to */
	uint32_t count;
	swk__page_node *nodes[];
} swk__pages;

/* Where an entity's handle lies, or NULL. */
static inline const uint32_t *swk__pages_at(const swk__pages *pages, uint32_t entity)
{
	uint32_t number = entity / SWK__PAGE_HANDLES, node = number / SWK__NODE_PAGES;
	if (!pages || node >= pages->count || !pages->nodes[node])
		return NULL;
	const swk__page *page = pages->nodes[node]->pages[number % SWK__NODE_PAGES];
	return page ? &page->handles[entity % SWK__PAGE_HANDLES] : NULL;
}

/* The handle of an entity; 0 where there is none. NULL pages have none. */
static inline uint32_t swk__pages_handle(const swk__pages *pages, uint32_t entity)
{
	const uint32_t *at = swk__pages_at(pages, entity);
	return at ? *at : 0;
}

/* The place of its row; 0 where there is none. */
static inline swk__place swk__pages_get(const swk__pages *pages, uint32_t entity)
{
	uint32_t handle = swk__pages_handle(pages, entity);
	return handle ? swk__blocks_get(pages->blocks, handle) : 0;
}

/* Where the transaction may set an entity's handle, in a copy where need be, as swk__directory_own does; for as long as
 * the transaction lasts. New pages lead to rows of `blocks`. NULL when memory failed. */
uint32_t *swk__pages_own(swk__mem *mem, swk__pages **pages, swk__blocks *blocks, uint32_t entity, uint64_t txn);
swk__pages *swk__pages_retain(swk__pages *pages);
void swk__pages_release(swk__pages *pages); /* NULL is fine, for both */

/* -------------------------------------------------------------------------------------------------- state */

/* The state of one table: all that a reader needs to find its current rows. */
typedef struct swk__table_state {
	swk__directory *directory;
	swk__pages *current;  /* entity --> its current version, deleted ones too */
	swk__blocks *blocks;  /* NULL without rows */
	uint32_t block_count; /* blocks that lead to rows of this state; no others are read through it */
	uint64_t epoch;       /* grows with every change of what is current */
	uint64_t versions;    /* rows in all */
	uint64_t live;        /* current and not deleted */
	uint32_t entities;    /* numbers of ids there are (and below) */
	int64_t latest;       /* no row's own instant is later; INT64_MIN without rows */
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

/* 1 where the store gave the recorded_at of the row at a place, else 0. */
static inline int swk__state_stamped(const swk__table_state *state, swk__place place)
{
	const swk__part *part = swk__directory_part(state->directory, swk__place_week(place));
	return swk__part_commit(part, swk__place_row(place))->stamped;
}

/* Lets pages of a state without rows be made. False when memory failed. */
bool swk__state_begin(swk__mem *mem, swk__table_state *state);

/* Lets a state that nobody else sees give handles that others on the same blocks do not. False when memory failed. */
bool swk__state_apart(swk__mem *mem, swk__table_state *state);

/* Bytes of what a transaction made, and of what a state that was set apart holds alone. */
uint64_t swk__state_bytes(const swk__table_state *state, uint64_t txn);

/* Makes room, with handles, for `count` rows behind those of the transaction's own part of a week. False when memory
 * failed. */
bool swk__state_reserve(swk__mem *mem, swk__table_state *state, swk__part *part, int32_t week, uint32_t count);

/* Takes (gives back) a reference on what the state points to. */
void swk__state_retain(const swk__table_state *state);
void swk__state_release(swk__table_state *state);

#endif
