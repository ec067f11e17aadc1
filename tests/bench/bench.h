/* SPDX-License-Identifier: MIT
 *
 * The benchmark's own machine code, loaded by bench.py together with the library under test: records made of their
 * numbers, the machine's limits, and a way to forget what the library keeps.
 */
#ifndef BENCH_H
#define BENCH_H

#include "salesweek.h"

#define BENCH_ID 18
#define BENCH_DECK 1000 /* records of a table between which its attributes are dealt without repetition */

typedef enum bench_table {
	BENCH_REP,
	BENCH_LEAD,
	BENCH_MESSAGE,
	BENCH_CALL,
	BENCH_OPPORTUNITY,
	BENCH_SCORE,
	BENCH_MEETING,
	BENCH_QUOTA,
	BENCH_TABLES
} bench_table;

typedef struct bench_world {
	int64_t begin, end; /* instants between which records lie, a week more or less */
	int64_t counts[BENCH_TABLES];
} bench_world;

/* Fills the columns of the records [first, first + count) of a table. The order of the columns is world.py's; a column
 * is int64 (instants, numbers), int32 (dates), uint8 (codes, flags) or BENCH_ID bytes a record (ids). Record i is a
 * function of the world and i alone, so any shard of any table can be made anywhere. A number that is null is -1. */
SWK_API int bench_fill(const bench_world *world, int table, int64_t first, int64_t count, void *const *columns);

/* What is dealt to card `card` of a table, as bench_fill writes it: for checksums in closed form. */
SWK_API void bench_card(int table, int64_t card, int64_t dealt[4]);

/* Seconds that a plain loop takes, the best of `tries`. */
SWK_API double bench_copy(size_t bytes, int tries);
SWK_API double bench_loads(size_t bytes, size_t loads, int tries);

/* Counts calls by week and rep (numbers below 256) in a bare loop over columns of 8, 1, 1, 1 and 4 bytes. */
SWK_API double bench_count(int64_t calls, int tries);

/* Under callgrind: counts from here to there, into a dump of this name. */
SWK_API void bench_count_begin(void);
SWK_API void bench_count_end(const char *name);

/* Drops the rollups that the store keeps; facts and records stay. */
SWK_API void bench_forget(swk_store *store);

#endif
