/* SPDX-License-Identifier: MIT
 *
 * feed: what tests of the public interface share: a small feed of records, queries about it, answers as CSV, an
 * allocator that counts, and a folder of the test's own. Needs salesweek.h and libc alone.
 */
#ifndef SWK_TEST_FEED_H
#define SWK_TEST_FEED_H

#include "salesweek.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define WEEK (7 * DAY)

/* 2026-11-02T00:00:00Z, the Monday of 2026-W45: 20759 days after 1970-01-01. */
#define MONDAY (20759 * DAY)

/* Three weeks later: what the clock of the stores here shows, always. */
#define NOW (MONDAY + 3 * WEEK)

#define INSTANT_MAX (INT64_C(7258118400) * SECOND) /* 2200-01-01T00:00:00Z */

/* ------------------------------------------------------------------------------------- allocator */

/* Counts what is taken and given back, fails on order, and notices a wrong context or a block that is not its own. */
typedef struct counter {
	_Atomic int64_t blocks, bytes, calls;
	_Atomic int64_t wrong; /* calls with a block of another allocator */
	int64_t fail_at;       /* the call that returns NULL, from 1; 0: none */
	bool for_ever;         /* so do all after it */
} counter;

typedef union counted {
	struct {
		counter *owner;
		size_t size;
	} head;
	max_align_t align;
} counted;

static inline bool counter_fails(counter *self)
{
	int64_t call = ++self->calls;
	return self->fail_at > 0 && (self->for_ever ? call >= self->fail_at : call == self->fail_at);
}

static inline void *counter_alloc(void *context, size_t size)
{
	counter *self = context;
	counted *block = counter_fails(self) ? NULL : malloc(sizeof *block + size);
	if (!block)
		return NULL;
	*block = (counted){ .head = { self, size } };
	memset(block + 1, 0xa5, size); /* nobody may count on zeros */
	self->blocks++;
	self->bytes += (int64_t)size;
	return block + 1;
}

static inline void *counter_resize(void *context, void *old, size_t size)
{
	counter *self = context;
	counted *block = (counted *)old - 1;
	size_t before = block->head.size;
	self->wrong += block->head.owner != self;
	if (counter_fails(self))
		return NULL;
	/* Moves always, so that a pointer that was kept is seen by the sanitizers. */
	counted *moved = malloc(sizeof *moved + size);
	if (!moved)
		return NULL;
	memcpy(moved, block, sizeof *moved + (before < size ? before : size));
	moved->head.size = size;
	free(block);
	self->bytes += (int64_t)size - (int64_t)before;
	return moved + 1;
}

static inline void counter_free(void *context, void *old)
{
	counter *self = context;
	counted *block = (counted *)old - 1;
	self->wrong += block->head.owner != self;
	self->blocks--;
	self->bytes -= (int64_t)block->head.size;
	free(block);
}

static inline swk_allocator counter_allocator(counter *self)
{
	return (swk_allocator){ counter_alloc, counter_resize, counter_free, self };
}

static inline void counter_assert_empty(const counter *self)
{
	assert_int_equal(self->blocks, 0);
	assert_int_equal(self->bytes, 0);
	assert_int_equal(self->wrong, 0);
}

/* ----------------------------------------------------------------------------------------- stores */

static inline int64_t fixed_clock(void *context)
{
	(void)context;
	return NOW;
}

static inline swk_store_options feed_options(void)
{
	return (swk_store_options){ .size = sizeof(swk_store_options), .clock = fixed_clock };
}

/* Opens with the options (NULL: feed_options) and shows the error where that fails. */
static inline swk_store *feed_open(const char *path, const swk_store_options *options)
{
	const swk_store_options preset = feed_options();
	swk_store *store = NULL;
	swk_error error = SWK_ERROR_INIT;
	if (swk_store_open(path, options ? options : &preset, &store, &error) != SWK_OK)
		fail_msg("%s: %s", swk_code_name(error.code), error.reason);
	return store;
}

/* -------------------------------------------------------------------------------------- records */

/* Sets a text field; a NULL text is none. */
static inline int feed_text(swk_batch *batch, const char *field, const char *text)
{
	return text ? swk_batch_text(batch, field, text, strlen(text)) : SWK_OK;
}

/* Any row: pairs of field and text, ended by NULL. Returns the first code that is not SWK_OK. */
static inline int feed_row(swk_batch *batch, const char *table, int64_t number, const char *const *pairs)
{
	int code = swk_batch_row(batch, table, number);
	for (; code == SWK_OK && pairs[0]; pairs += 2)
		code = swk_batch_parse(batch, pairs[0], pairs[1], strlen(pairs[1]));
	return code == SWK_OK ? swk_batch_end(batch, NULL) : code;
}

#define FEED_ROW(batch, table, number, ...) feed_row(batch, table, number, (const char *const[]){ __VA_ARGS__, NULL })

/* A call; recorded_at 0: none. */
static inline int feed_call(swk_batch *batch, const char *id, int64_t at, const char *lead, const char *rep,
                            const char *outcome, int64_t recorded_at)
{
	int code = swk_batch_row(batch, "call", 1);
	if (code == SWK_OK)
		code = feed_text(batch, "id", id);
	if (code == SWK_OK)
		code = swk_batch_instant(batch, "at", at);
	if (code == SWK_OK)
		code = feed_text(batch, "lead", lead);
	if (code == SWK_OK)
		code = feed_text(batch, "rep", rep);
	if (code == SWK_OK)
		code = feed_text(batch, "outcome", outcome);
	if (code == SWK_OK)
		code = swk_batch_int(batch, "duration_s", 90);
	if (code == SWK_OK && recorded_at)
		code = swk_batch_instant(batch, "recorded_at", recorded_at);
	return code == SWK_OK ? swk_batch_end(batch, NULL) : code;
}

/* Many calls of `weeks` weeks, by five reps to twenty leads, with and without a stamp of their own. Calls of one
 * `seed` have ids of their own, except that each tenth corrects one of seed 0. */
static inline int feed_calls(swk_batch *batch, unsigned seed, unsigned count, unsigned weeks)
{
	static const char *const outcomes[] = { "answered", "voicemail", "busy", "unanswered", "failed", NULL };
	int code = SWK_OK;
	for (unsigned i = 0; i < count && code == SWK_OK; i++) {
		char id[32], lead[16], rep[16];
		unsigned mix = (i * 2654435761u) ^ (seed * 40503u);
		snprintf(id, sizeof id, "c%u-%u", i % 10 == 9 ? 0 : seed, i);
		snprintf(lead, sizeof lead, "l%u", mix % 20);
		snprintf(rep, sizeof rep, "r%u", mix / 32 % 5);
		code = feed_call(batch, id, MONDAY + (int64_t)(mix % (weeks * 168)) * HOUR, mix % 7 ? lead : NULL,
		                 mix % 11 ? rep : NULL, outcomes[mix / 64 % COUNT(outcomes)],
		                 mix % 2 ? NOW - WEEK + seed : 0);
	}
	return code;
}

/* A batch of all tables: corrections, deletions, a merged lead, references to what is missing, unstamped rows, and two
 * that are refused (rows 90 and 91). */
static inline int feed_mixed(swk_batch *batch)
{
	const int codes[] = {
		FEED_ROW(batch, "rep", 1, "id", "r0", "name", "Ada", "team", "north", "region", "EMEA"),
		FEED_ROW(batch, "rep", 2, "id", "r1", "name", "Bob", "team", "south", "zone", "America/Havana"),
		FEED_ROW(batch, "lead", 3, "id", "l0", "created_at", "2026-10-01", "source", "fair", "zone",
		         "Asia/Kolkata"),
		FEED_ROW(batch, "lead", 4, "id", "l1", "created_at", "2026-10-02", "merged_into", "l0"),
		FEED_ROW(batch, "lead", 5, "id", "l2", "created_at", "2026-10-03", "source", "web", "deleted", "yes"),
		feed_call(batch, "m1", MONDAY + 9 * HOUR, "l0", "r0", "answered", 0),
		feed_call(batch, "m2", MONDAY + 10 * HOUR, "l1", "r0", "voicemail", 0),
		feed_call(batch, "m3", MONDAY + WEEK, "l2", "r1", "busy", NOW - DAY),
		feed_call(batch, "m3", MONDAY + WEEK + HOUR, "l2", "r1", "answered", NOW - DAY + 1),
		feed_call(batch, "m4", MONDAY + 2 * WEEK, "nobody", "r9", NULL, 0),
		feed_call(batch, "m1", MONDAY + 9 * HOUR, "l0", "r1", "answered", 0),
		feed_calls(batch, 1, 200, 3),
	};
	for (size_t i = 0; i < COUNT(codes); i++)
		if (codes[i] != SWK_OK)
			return codes[i];
	int refused = FEED_ROW(batch, "call", 90, "id", "x1", "at", "yesterday");
	if (refused == SWK_ERR_INVALID)
		refused = FEED_ROW(batch, "deal", 91, "id", "x2");
	return refused == SWK_ERR_INVALID ? SWK_OK : refused;
}

/* Few records of all tables, so that each report has groups, curves, quotas and amounts to convert. */
static inline int feed_all(swk_batch *batch)
{
	const int codes[] = {
		FEED_ROW(batch, "rep", 1, "id", "r0", "team", "north", "region", "EMEA"),
		FEED_ROW(batch, "rep", 2, "id", "r1", "team", "south"),
		FEED_ROW(batch, "lead", 3, "id", "l0", "created_at", "2026-11-02", "rep", "r0", "source", "fair"),
		FEED_ROW(batch, "lead", 4, "id", "l1", "created_at", "2026-11-03", "rep", "r1"),
		FEED_ROW(batch, "lead", 5, "id", "l2", "created_at", "2026-11-04", "merged_into", "l1"),
		FEED_ROW(batch, "message", 6, "id", "m0", "at", "2026-11-03", "lead", "l0", "direction", "outbound",
		         "rep", "r0", "channel", "mail"),
		FEED_ROW(batch, "message", 7, "id", "m1", "at", "2026-11-04", "lead", "l0", "direction", "inbound"),
		FEED_ROW(batch, "call", 8, "id", "c0", "at", "2026-11-05", "lead", "l2", "rep", "r1", "outcome",
		         "voicemail"),
		FEED_ROW(batch, "opportunity", 9, "id", "o0", "created_at", "2026-11-05", "lead", "l0", "rep", "r0",
		         "amount", "120.50", "currency", "EUR"),
		FEED_ROW(batch, "opportunity", 10, "id", "o1", "created_at", "2026-11-06", "lead", "l2", "rep", "r1",
		         "amount", "80", "outcome", "lost", "closed_at", "2026-11-10"),
		FEED_ROW(batch, "stage", 11, "id", "s0", "at", "2026-11-09", "opportunity", "o0", "outcome", "won"),
		FEED_ROW(batch, "score", 12, "id", "p0", "at", "2026-11-04", "lead", "l0", "value", "71.5", "model",
		         "a"),
		FEED_ROW(batch, "score", 13, "id", "p1", "at", "2026-11-05", "lead", "l2", "value", "20"),
		FEED_ROW(batch, "meeting", 14, "id", "v0", "at", "2026-11-06", "opportunity", "o0", "rep", "r0",
		         "outcome", "demo", "duration_s", "1800", "place", "online"),
		FEED_ROW(batch, "meeting", 15, "id", "v1", "at", "2026-11-07", "lead", "l1", "outcome", "no_show"),
		FEED_ROW(batch, "quota", 16, "id", "q0", "from", "2026-11-01", "to", "2026-12-01", "rep", "r0", "won",
		         "3", "amount", "900", "currency", "EUR"),
		FEED_ROW(batch, "quota", 17, "id", "q1", "from", "2026-11-01", "to", "2026-12-01", "team", "south",
		         "amount", "500"),
		FEED_ROW(batch, "rate", 18, "id", "x0", "currency", "EUR", "date", "2026-10-01", "value", "1.1"),
	};
	for (size_t i = 0; i < COUNT(codes); i++)
		if (codes[i] != SWK_OK)
			return codes[i];
	return SWK_OK;
}

/* Each report, asked so that it has groups; the reports with two bases twice. */
static inline swk_query feed_all_query(size_t number)
{
	static const char *const rep[] = { "rep" };
	static const swk_option activity = { "basis", "activity" }, created = { "basis", "created" };
	static const struct {
		const char *report;
		const swk_option *option;
		uint32_t flags;
	} asked[] = {
		{ "calls", NULL, SWK_QUERY_PREVIOUS },
		{ "responses", NULL, SWK_QUERY_FILL },
		{ "first_touch", NULL, 0 },
		{ "deals", NULL, SWK_QUERY_PREVIOUS },
		{ "scores", NULL, SWK_QUERY_TOTAL },
		{ "conversion", NULL, 0 },
		{ "meetings", NULL, 0 },
		{ "win_rate", NULL, SWK_QUERY_TOTAL },
		{ "conversion", &activity, 0 },
		{ "win_rate", &created, SWK_QUERY_FILL },
	};
	size_t n = number % COUNT(asked);
	return (swk_query){ .size = sizeof(swk_query),
		            .report = asked[n].report,
		            .by = rep,
		            .by_count = 1,
		            .options = asked[n].option,
		            .option_count = asked[n].option ? 1 : 0,
		            .from = "2026-11-02",
		            .to = "2026-11-16",
		            .flags = asked[n].flags };
}

#define FEED_ALL_QUERIES 10

/* Makes a batch, fills it with `fill`, ingests it and frees it. */
static inline int feed_ingest(swk_store *store, int (*fill)(swk_batch *), swk_ingest_counts *counts, swk_error *error)
{
	swk_batch *batch = NULL;
	int code = swk_batch_create(store, NULL, &batch, error);
	if (code == SWK_OK)
		code = fill(batch);
	if (code == SWK_OK)
		code = swk_store_ingest_batch(store, batch, NULL, counts, error);
	swk_batch_free(batch);
	return code;
}

/* One call, committed. */
static inline int feed_one(swk_store *store, const char *id, const char *outcome)
{
	swk_batch *batch = NULL;
	int code = swk_batch_create(store, NULL, &batch, NULL);
	if (code == SWK_OK)
		code = feed_call(batch, id, MONDAY + HOUR, "l0", "r0", outcome, 0);
	if (code == SWK_OK)
		code = swk_store_ingest_batch(store, batch, NULL, NULL, NULL);
	swk_batch_free(batch);
	return code;
}

/* ------------------------------------------------------------------------------------- answers */

/* Bytes that were written. */
typedef struct text {
	char *bytes;
	size_t length, capacity;
} text;

static inline int text_write(void *context, const char *bytes, size_t length)
{
	text *self = context;
	if (self->length + length + 1 > self->capacity) {
		size_t capacity = (self->length + length + 1) * 2;
		char *grown = realloc(self->bytes, capacity);
		if (!grown)
			return 1;
		self->bytes = grown;
		self->capacity = capacity;
	}
	memcpy(self->bytes + self->length, bytes, length);
	self->length += length;
	self->bytes[self->length] = '\0';
	return 0;
}

/* The result in a format, for the caller to free(); NULL where that failed. */
static inline char *result_text(const swk_result *result, int format)
{
	text written = { 0 };
	if (swk_result_write(result, format, text_write, &written, NULL) != SWK_OK) {
		free(written.bytes);
		return NULL;
	}
	return written.bytes;
}

/* The answer as CSV, for the caller to free(); NULL and the error where it failed. */
static inline char *query_csv(swk_store *store, const swk_query *query, swk_error *error)
{
	swk_result *result = NULL;
	char *csv = swk_store_report(store, query, &result, error) == SWK_OK ? result_text(result, SWK_FORMAT_CSV)
	                                                                     : NULL;
	swk_result_free(result);
	return csv;
}

/* Questions that together read all there is of the feed. */
static inline swk_query feed_query(size_t number)
{
	static const char *const reps[] = { "rep", "team" }, *const grid[] = { "weekday", "hour" },
				 *const leads[] = { "source", "region", "origin" };
	static const swk_filter filters[] = { { "rep", "r0" }, { "rep", "r1" }, { "source", "" } };
	static const swk_option both[] = { { "direction", "both" }, { "clock", "lead" } };
	const swk_query queries[] = {
		{ .report = "calls" },
		{ .report = "calls", .by = reps, .by_count = COUNT(reps), .flags = SWK_QUERY_PREVIOUS },
		{ .report = "calls",
		  .by = grid,
		  .by_count = COUNT(grid),
		  .flags = SWK_QUERY_TOTAL,
		  .options = both,
		  .option_count = COUNT(both) },
		{ .report = "calls",
		  .by = leads,
		  .by_count = COUNT(leads),
		  .filters = filters,
		  .filter_count = COUNT(filters),
		  .flags = SWK_QUERY_FILL,
		  .from = "2026-10-26",
		  .to = "2026-11-16" },
		{ .report = "calls", .by = reps, .by_count = 1, .as_of = NOW - DAY, .now = NOW },
		{ .report = "calls",
		  .zone = "America/New_York",
		  .week_start = SWK_SUNDAY,
		  .now = MONDAY + WEEK + 5 * DAY,
		  .flags = SWK_QUERY_PREVIOUS | SWK_QUERY_TOTAL | SWK_QUERY_FILL,
		  .by = reps,
		  .by_count = 1 },
	};
	swk_query query = queries[number % COUNT(queries)];
	query.size = sizeof query;
	return query;
}

#define FEED_QUERIES 6

/* All answers, one after the other, for the caller to free(); NULL where one failed. */
static inline char *feed_csv(swk_store *store)
{
	text all = { 0 };
	for (size_t i = 0; i < FEED_QUERIES; i++) {
		swk_query query = feed_query(i);
		char *csv = query_csv(store, &query, NULL);
		bool failed = !csv || text_write(&all, csv, strlen(csv));
		free(csv);
		if (failed) {
			free(all.bytes);
			return NULL;
		}
	}
	return all.bytes;
}

static inline void feed_assert_csv(swk_store *store, const char *wanted)
{
	char *csv = feed_csv(store);
	assert_non_null(csv);
	assert_string_equal(csv, wanted);
	free(csv);
}

/* A figure of the first row of an answer. */
static inline int64_t feed_figure(swk_store *store, const char *column)
{
	swk_query query = { .size = sizeof query, .report = "calls", .flags = SWK_QUERY_TOTAL };
	swk_result *result = NULL;
	assert_int_equal(swk_store_report(store, &query, &result, NULL), SWK_OK);
	int64_t place = swk_result_find(result, column);
	int64_t figure = swk_result_int(result, 0, (size_t)place);
	swk_result_free(result);
	return figure;
}

/* ------------------------------------------------------------------------------------- folders */

typedef struct folder {
	char path[128];
	char store[160]; /* a path in it */
} folder;

static inline void folder_make(folder *self)
{
	const char *base = getenv("TMPDIR");
	snprintf(self->path, sizeof self->path, "%.100s/swk-XXXXXX", base ? base : "/tmp");
	assert_non_null(mkdtemp(self->path));
	snprintf(self->store, sizeof self->store, "%s/a.salesweek", self->path);
}

/* Removes what stores leave, and the folder. */
static inline void folder_clear(const folder *self)
{
	static const char *const suffixes[] = { "", "-lock", "-wal", "-shm", "-journal", "-new" };
	for (size_t i = 0; i < COUNT(suffixes); i++) {
		char path[200];
		snprintf(path, sizeof path, "%s%s", self->store, suffixes[i]);
		unlink(path);
	}
}

static inline void folder_remove(const folder *self)
{
	folder_clear(self);
	rmdir(self->path);
}

#endif
