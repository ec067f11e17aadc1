/* SPDX-License-Identifier: MIT
 *
 * rows: the records of the benchmark. Row i is a function of i alone, so every engine gets the same ones, and twice the
 * rows begin with the same ids.
 *
 * Two years of calls in the order in which an export lists them (by time, a week more or less), by 40 reps to one lead
 * for every ten calls; random ids of 18 letters and digits.
 */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define ROWS_ID 18 /* bytes of an id, no NUL */
#define ROWS_REPS 40
#define ROWS_BEGIN INT64_C(1704067200000000) /* 2024-01-01, a Monday */
#define ROWS_NOW INT64_C(1767571200000000)   /* 2026-01-05, after all of them */
#define ROWS_WINDOW_FROM "2025-09-01"        /* 13 weeks */
#define ROWS_WINDOW_FROM_US INT64_C(1756684800000000)
#define ROWS_WINDOW_TO "2025-11-24" /* the last one's Monday */
#define ROWS_WINDOW_END_US INT64_C(1764547200000000)
#define ROWS_WEEK_US INT64_C(604800000000)

enum {
	ROWS_ANSWERED, /* place in rows_outcomes */
	ROWS_OUTCOMES = 6
};

extern const char *const rows_outcomes[ROWS_OUTCOMES];
extern const char *const rows_directions[2]; /* inbound, outbound */

typedef struct rows_call {
	char id[ROWS_ID], lead[ROWS_ID], rep[ROWS_ID];
	int64_t at, recorded_at;
	int32_t duration_s; /* -1: null */
	unsigned char direction, outcome, positive, deleted;
	unsigned char rep_number;
} rows_call;

typedef struct rows_lead {
	char id[ROWS_ID], rep[ROWS_ID];
	int64_t created_at;
	const char *source, *region;
} rows_lead;

typedef struct rows_rep {
	char id[ROWS_ID];
	const char *team, *region;
} rows_rep;

/* How many leads there are for so many calls. */
size_t rows_leads(size_t calls);

/* How many corrections: every hundredth call, in a newer version. */
size_t rows_corrections(size_t calls);

rows_rep rows_rep_at(size_t number);
rows_lead rows_lead_at(size_t number);

/* Call `number` of `count`, as it was first recorded (version 0) or corrected (1). */
rows_call rows_call_at(size_t number, size_t count, unsigned version);

/* All calls, or with version 1 all corrections, to be freed with free(); ends the program without memory. */
rows_call *rows_calls(size_t count, unsigned version);

/* Writes a table ("call", "correction", "lead") as CSV. 0, or -1 for an unknown table or a write error. */
int rows_write(const char *table, size_t count, FILE *out);

#endif
