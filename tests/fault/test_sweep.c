/* SPDX-License-Identifier: MIT
 *
 * Every place that can fail does: each passage of a fault point in each scenario, and each call of the allocator, once
 * and from then on for ever. After each failure the code is one of memory or I/O, outputs are untouched, the store
 * answers as before, its file reopens with what was committed, and nothing leaks.
 */
#include "../support/arrow_make.h"
#include "answer.h"
#include "catalog.h"
#include "feed.h"
#include "store.h"

#include <errno.h>

/* Who fails. */
typedef enum culprit {
	POINTS,
	ALLOCATOR,
	CULPRITS
} culprit;

/* One run of a scenario. */
typedef struct scene {
	culprit by;
	int64_t at; /* the passage that fails; 0: none */
	bool for_ever;
	bool hit; /* that passage was reached */
	int64_t passed;
	counter counts;
	swk_allocator allocator;
	const folder *place;
	const char *path; /* NULL: in memory */
	swk_store *store; /* what the scenario works on; NULL: it opens one */
	swk_result *result;
	char *csv;          /* what it answered, if it did */
	const char *broken; /* the first promise that was broken */
} scene;

static uint64_t hits[SWK__FAULT_COUNT];

static bool point_fails(void *context, swk__fault point)
{
	scene *self = context;
	hits[point]++;
	if (self->by != POINTS)
		return false;
	self->passed++;
	return self->at > 0 && (self->for_ever ? self->passed >= self->at : self->passed == self->at);
}

static void scene_arm(scene *self, int64_t at)
{
	self->at = at;
	self->passed = 0;
	self->counts.calls = 0;
	self->counts.for_ever = self->for_ever;
	self->counts.fail_at = self->by == ALLOCATOR ? at : 0;
}

/* Ends the failing. */
static void scene_disarm(scene *self)
{
	int64_t passed = self->by == ALLOCATOR ? self->counts.calls : self->passed;
	self->hit = self->hit || (self->at > 0 && passed >= self->at);
	scene_arm(self, 0);
}

static void expect(scene *self, bool kept, const char *promise)
{
	if (!kept && !self->broken)
		self->broken = promise;
}

static int scene_open(scene *self, uint32_t flags, swk_store **store)
{
	swk_store_options options = feed_options();
	self->allocator = counter_allocator(&self->counts);
	options.allocator = &self->allocator;
	options.flags = flags;
	options.zone = flags == SWK_OPEN_CREATE || !self->path ? "Europe/Berlin" : NULL;
	swk_error error = SWK_ERROR_INIT;
	int code = self->by == POINTS ? swk__store_open(self->path, &options, point_fails, self, store, &error)
	                              : swk_store_open(self->path, &options, store, &error);
	expect(self, error.code == code, "the error has the code");
	return code;
}

/* What a store answers, in few enough questions to ask them thousands of times. */
static char *answers(swk_store *store)
{
	const swk_query queries[] = { feed_query(3), feed_query(4), feed_all_query(3), feed_all_query(5) };
	text all = { 0 };
	for (size_t i = 0; i < COUNT(queries); i++) {
		swk_query query = queries[i];
		char *csv = query_csv(store, &query, NULL);
		if (csv)
			text_write(&all, csv, strlen(csv));
		free(csv);
	}
	return all.bytes;
}

/* ------------------------------------------------------------------------------------------- scenarios */

static int run_open(scene *self, uint32_t flags)
{
	swk_store *store = NULL;
	int code = scene_open(self, flags, &store);
	expect(self, (code == SWK_OK) == (store != NULL), "*store is set on success alone");
	if (code == SWK_OK) {
		scene_disarm(self);
		self->csv = answers(store);
	}
	swk_store_close(store);
	return code;
}

static int run_create(scene *self)
{
	return run_open(self, SWK_OPEN_CREATE);
}

static int run_memory(scene *self)
{
	return run_open(self, 0);
}

static int run_reopen(scene *self)
{
	return run_open(self, 0);
}

static int run_read(scene *self)
{
	return run_open(self, SWK_OPEN_READ_ONLY);
}

static int fill_second(swk_batch *batch)
{
	int code = feed_calls(batch, 2, 80, 3);
	return code == SWK_OK ? FEED_ROW(batch, "rep", 1, "id", "r1", "zone", "Asia/Tokyo", "team", "east") : code;
}

static int run_ingest(scene *self)
{
	swk_ingest_counts counts = { .size = sizeof counts, .accepted = 7 };
	int code = feed_ingest(self->store, fill_second, &counts, NULL);
	expect(self, code == SWK_OK ? counts.commit == 2 : counts.accepted == 7, "counts are set on success alone");
	return code;
}

/* Records of all tables, on top of calls. */
static int run_ingest_all(scene *self)
{
	return feed_ingest(self->store, feed_all, NULL, NULL);
}

/* A file's first batch, with rejects. */
static int run_ingest_mixed(scene *self)
{
	return feed_ingest(self->store, feed_mixed, NULL, NULL);
}

/* Whatever fails, what was taken from the stream is released once, and what was not is not. */
static int run_ingest_stream(scene *self)
{
	make_stream from = { make_calls, 4, 4, 2, 0, 0 };
	struct ArrowArrayStream stream;
	swk_result *rejects = NULL;
	swk_error error = SWK_ERROR_INIT;
	make_alive = make_releases = 0;
	make_stream_init(&from, &stream);
	int code = swk_store_ingest_stream(self->store, "call", &stream, NULL, NULL, &rejects, &error);
	expect(self, error.code == code, "the error has the code");
	expect(self, (code == SWK_OK) == (rejects != NULL), "*rejects is set on success alone");
	expect(self, make_alive == 1 && make_releases <= 3, "schema and arrays are released once");
	expect(self, code != SWK_OK || make_releases == 3, "all are released");
	stream.release(&stream);
	swk_result_free(rejects);
	return code;
}

static int run_ingest_array(scene *self)
{
	struct ArrowSchema schema;
	struct ArrowArray array;
	swk_result *rejects = NULL;
	make_alive = make_releases = 0;
	make_schema(make_calls, 4, &schema);
	make_array(make_calls, 4, 4, 0, (make_buffer)MAKE_NULL, &array);
	int code = swk_store_ingest(self->store, "call", &schema, &array, NULL, NULL, &rejects, NULL);
	expect(self, make_alive == 2 && make_releases == 0, "schema and array stay the caller's");
	schema.release(&schema);
	array.release(&array);
	swk_result_free(rejects);
	return code;
}

static int run_query(scene *self, swk_query query)
{
	swk_result *result = NULL;
	swk_error error = SWK_ERROR_INIT;
	int code = swk_store_report(self->store, &query, &result, &error);
	expect(self, (code == SWK_OK) == (result != NULL), "*result is set on success alone");
	expect(self, error.code == code, "the error has the code");
	scene_disarm(self);
	self->csv = result ? result_text(result, SWK_FORMAT_CSV) : NULL;
	swk_result_free(result);
	return code;
}

#define RUN_QUERY(number)                                   \
	static int run_query_##number(scene *self)          \
	{                                                   \
		return run_query(self, feed_query(number)); \
	}
#define RUN_ALL_QUERY(number)                                   \
	static int run_all_query_##number(scene *self)          \
	{                                                       \
		return run_query(self, feed_all_query(number)); \
	}

RUN_QUERY(0)
RUN_QUERY(1)
RUN_QUERY(2)
RUN_QUERY(3)
RUN_QUERY(4)
RUN_QUERY(5)
RUN_ALL_QUERY(1)
RUN_ALL_QUERY(2)
RUN_ALL_QUERY(3)
RUN_ALL_QUERY(4)
RUN_ALL_QUERY(5)
RUN_ALL_QUERY(6)
RUN_ALL_QUERY(7)
RUN_ALL_QUERY(8)
RUN_ALL_QUERY(9)

/* A question before the present: facts are folded anew. */
static int run_past_query(scene *self)
{
	swk_query query = feed_all_query(7);
	query.now = MONDAY + WEEK - DAY;
	return run_query(self, query);
}

static int run_info(scene *self)
{
	swk_result *result = NULL;
	int code = swk_store_info(self->store, &result, NULL);
	expect(self, (code == SWK_OK) == (result != NULL), "*result is set on success alone");
	swk_result_free(result);
	return code;
}

static int run_audit(scene *self)
{
	swk_result *result = NULL;
	int code = swk_store_audit(self->store, MONDAY, &result, NULL);
	expect(self, (code == SWK_OK) == (result != NULL), "*result is set on success alone");
	swk_result_free(result);
	return code;
}

static int run_parse(scene *self)
{
	int64_t instant = 42;
	int code = swk_store_instant_parse(self->store, "Pacific/Auckland", "2026-11-02", &instant, NULL);
	expect(self, (code == SWK_OK) == (instant != 42), "*instant is set on success alone");
	return code;
}

/* An answer that nothing fails in. */
static swk_result *result_given(scene *self, swk_query query)
{
	swk_result *result = NULL;
	int64_t at = self->at;
	scene_arm(self, 0);
	assert_int_equal(swk_store_report(self->store, &query, &result, NULL), SWK_OK);
	scene_arm(self, at);
	return result;
}

/* Whether anything comes out of a failed writing is the caller's to ask; what does is a prefix. */
static int run_formats(scene *self)
{
	swk_result *result = result_given(self, feed_query(1));
	int code = SWK_OK;
	for (int format = SWK_FORMAT_CSV; format <= SWK_FORMAT_TABLE && code == SWK_OK; format++) {
		text written = { 0 };
		code = swk_result_write(result, format, text_write, &written, NULL);
		expect(self, code != SWK_OK || written.length > 0, "something was written");
		free(written.bytes);
	}
	swk_result_free(result);
	return code;
}

static int run_arrow(scene *self)
{
	struct ArrowSchema schema = { 0 };
	struct ArrowArray array = { 0 };
	swk_result *result = result_given(self, feed_query(1));
	int code = swk_result_arrow(result, &schema, &array, NULL);
	swk_result_free(result);
	expect(self, (code == SWK_OK) == (schema.release != NULL), "*schema is set on success alone");
	expect(self, (code == SWK_OK) == (array.release != NULL), "*array is set on success alone");
	if (code != SWK_OK)
		return code;
	schema.release(&schema);
	array.release(&array);
	return code;
}

/* Reads a stream to its end; the code that its failure stands for. */
static int stream_read(scene *self, struct ArrowArrayStream *stream)
{
	struct ArrowSchema schema = { 0 };
	struct ArrowArray array = { 0 };
	int status = stream->get_schema(stream, &schema);
	expect(self, (status == 0) == (schema.release != NULL), "a schema is set on success alone");
	if (schema.release)
		schema.release(&schema);
	for (bool more = status == 0; more;) {
		status = stream->get_next(stream, &array);
		more = status == 0 && array.release;
		expect(self, status == 0 || !array.release, "an array is set on success alone");
		if (more)
			array.release(&array);
	}
	expect(self, status == 0 || (status == ENOMEM && stream->get_last_error(stream)), "the stream says why");
	stream->release(stream);
	return status ? SWK_ERR_MEMORY : SWK_OK;
}

static int run_arrow_stream(scene *self)
{
	struct ArrowArrayStream stream = { 0 };
	swk_result *result = result_given(self, feed_query(1));
	int code = swk_result_stream(result, &stream, NULL);
	swk_result_free(result);
	expect(self, (code == SWK_OK) == (stream.release != NULL), "*stream is set on success alone");
	return code == SWK_OK ? stream_read(self, &stream) : code;
}

static int run_export(scene *self, const char *table, const swk_export_options *options)
{
	struct ArrowArrayStream stream = { 0 };
	int code = swk_store_export(self->store, table, options, &stream, NULL);
	expect(self, (code == SWK_OK) == (stream.release != NULL), "*stream is set on success alone");
	return code == SWK_OK ? stream_read(self, &stream) : code;
}

static int run_export_versions(scene *self)
{
	const swk_export_options options = { .size = sizeof options, .flags = SWK_EXPORT_VERSIONS, .batch_rows = 60 };
	return run_export(self, "call", &options);
}

static int run_export_past(scene *self)
{
	const swk_export_options options = { .size = sizeof options, .as_of = MONDAY };
	return run_export(self, "lead", &options);
}

/* The public one has malloc's memory; this is the same with one that fails. */
static int run_catalog(scene *self)
{
	swk_result *result = NULL;
	swk__mem mem;
	self->allocator = counter_allocator(&self->counts);
	swk__mem_init(&mem, &self->allocator, 0);
	mem.fault = point_fails;
	mem.fault_context = self;
	int code = swk__catalog_make(&mem, NULL, NULL, NULL, &result, NULL);
	expect(self, (code == SWK_OK) == (result != NULL), "*result is set on success alone");
	swk_result_free(result);
	expect(self, mem.used == 0, "nothing is counted as used");
	return code;
}

typedef struct scenario {
	const char *name;
	int (*run)(scene *self);
	bool file;  /* works on a file, else in memory */
	bool given; /* a store is open, */
	bool full;  /* and the feed was committed to it */
	bool all;   /* the one of all tables */
	bool again; /* and the file was opened again */
} scenario;

static const scenario scenarios[] = {
	{ "open in memory", run_memory, false, false, false, false, false },
	{ "create a file", run_create, true, false, false, false, false },
	{ "ingest into memory", run_ingest, false, true, true, false, false },
	{ "ingest into a file", run_ingest, true, true, true, false, false },
	{ "ingest into an old file", run_ingest, true, true, true, false, true },
	{ "ingest all tables", run_ingest_all, false, true, true, false, false },
	{ "ingest with rejects", run_ingest_mixed, true, true, false, false, false },
	{ "ingest an array", run_ingest_array, false, true, true, false, false },
	{ "ingest a stream", run_ingest_stream, true, true, true, false, false },
	{ "reopen and replay", run_reopen, true, false, true, false, false },
	{ "open read-only", run_read, true, false, true, false, false },
	{ "report", run_query_0, false, true, true, false, false },
	{ "report by, previous", run_query_1, false, true, true, false, false },
	{ "report total, clock", run_query_2, false, true, true, false, false },
	{ "report filters, fill", run_query_3, false, true, true, false, false },
	{ "report as of", run_query_4, false, true, true, false, false },
	{ "report of all kinds", run_query_5, false, true, true, false, false },
	{ "report from a file", run_query_1, true, true, true, false, false },
	{ "responses", run_all_query_1, false, true, true, true, false },
	{ "first_touch", run_all_query_2, false, true, true, true, false },
	{ "deals", run_all_query_3, false, true, true, true, false },
	{ "scores", run_all_query_4, false, true, true, true, false },
	{ "conversion", run_all_query_5, false, true, true, true, false },
	{ "meetings", run_all_query_6, false, true, true, true, false },
	{ "win_rate", run_all_query_7, false, true, true, true, false },
	{ "conversion, activity", run_all_query_8, false, true, true, true, false },
	{ "win_rate, created", run_all_query_9, false, true, true, true, false },
	{ "win_rate in the past", run_past_query, false, true, true, true, false },
	{ "info", run_info, false, true, true, false, false },
	{ "audit", run_audit, false, true, true, false, false },
	{ "parse an instant", run_parse, false, true, false, false, false },
	{ "write formats", run_formats, false, true, true, false, false },
	{ "result to Arrow", run_arrow, false, true, true, false, false },
	{ "result as a stream", run_arrow_stream, false, true, true, false, false },
	{ "export of versions", run_export_versions, false, true, true, false, false },
	{ "export of the past", run_export_past, false, true, true, false, false },
	{ "catalog", run_catalog, false, false, false, false, false },
};

/* -------------------------------------------------------------------------------------------- sweeping */

static void scene_begin(scene *self, const scenario *what, const folder *place)
{
	self->place = place;
	self->path = what->file ? place->store : NULL;
	folder_clear(place);
	if (!what->given && !what->full)
		return;
	assert_int_equal(scene_open(self, what->file ? SWK_OPEN_CREATE : 0, &self->store), SWK_OK);
	if (what->full)
		assert_int_equal(feed_ingest(self->store, what->all ? feed_all : feed_mixed, NULL, NULL), SWK_OK);
	if (!what->given || what->again) {
		swk_store_close(self->store);
		self->store = NULL;
	}
	if (what->again)
		assert_int_equal(scene_open(self, 0, &self->store), SWK_OK);
}

static void expect_csv(scene *self, swk_store *store, const char *wanted, const char *promise)
{
	char *csv = store ? answers(store) : NULL;
	expect(self, csv && strcmp(csv, wanted) == 0, promise);
	free(csv);
}

/* What there is after a scenario: `wanted` are the answers, in the store that was given and in the file. */
static void scene_end(scene *self, const scenario *what, const char *wanted)
{
	if (self->store)
		expect_csv(self, self->store, wanted, "the store answers as it should");
	if (self->store)
		expect(self, feed_one(self->store, "after", "busy") == SWK_OK, "the store goes on");
	char *after = self->store && what->file ? answers(self->store) : NULL;
	swk_store_close(self->store);
	self->store = NULL;
	if (what->file) {
		int code = scene_open(self, SWK_OPEN_CREATE, &self->store);
		expect(self, code == SWK_OK, "the file reopens");
		expect_csv(self, self->store, after ? after : wanted, "the file holds what was committed");
		swk_store_close(self->store);
		self->store = NULL;
	}
	free(after);
	expect(self, self->counts.blocks == 0 && self->counts.bytes == 0, "nothing leaks");
	expect(self, self->counts.wrong == 0, "blocks go back where they came from");
}

/* A zone that cannot be read makes its row a reject. */
static bool code_allowed(culprit by, int code, bool hit)
{
	if (code == SWK_OK)
		return true;
	return hit && (code == SWK_ERR_MEMORY || (by == POINTS && (code == SWK_ERR_IO || code == SWK_ERR_INVALID)));
}

typedef struct wanted {
	char *before, *after, *answer;
} wanted;

/* One passage fails (0: none, which tells what is wanted). True when there are more. */
static bool passage_fails(const scenario *what, culprit by, bool for_ever, int64_t at, const folder *place,
                          wanted *known, unsigned *violations)
{
	scene self = { .by = by, .for_ever = for_ever };
	scene_begin(&self, what, place);
	if (at == 0 && self.store)
		known->before = answers(self.store);
	if (at == 0) { /* the cache of this store is warm now: begin again */
		swk_store_close(self.store);
		self.store = NULL;
		scene_begin(&self, what, place);
	}
	scene_arm(&self, at);
	int code = what->run(&self);
	scene_disarm(&self);
	expect(&self, code_allowed(by, code, self.hit), "the code is that of memory or I/O");
	if (at == 0) {
		known->answer = self.csv;
		self.csv = NULL;
		known->after = self.store ? answers(self.store) : known->answer ? strdup(known->answer) : strdup("");
		if (!known->before)
			known->before = strdup(known->after);
	}
	if (self.csv)
		expect(&self, strcmp(self.csv, known->answer) == 0, "the answer is right");
	scene_end(&self, what, code == SWK_OK ? known->after : known->before);
	free(self.csv);
	if (self.broken && (*violations)++ < 3)
		printf("    %s: passage %lld%s, %s: not kept: %s\n", what->name, (long long)at,
		       for_ever ? " for ever" : "", swk_code_name(code), self.broken);
	return self.hit;
}

/* Sweeps a scenario; returns the number of broken promises. */
static unsigned scenario_sweep(const scenario *what, culprit by, const folder *place)
{
	unsigned violations = 0;
	int64_t swept = 0;
	wanted known = { 0 };
	passage_fails(what, by, false, 0, place, &known, &violations);
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		int64_t at = 1;
		while (passage_fails(what, by, for_ever, at, place, &known, &violations))
			at++;
		swept += at - 1;
	}
	free(known.before);
	free(known.after);
	free(known.answer);
	printf("%-23s %-12s %8lld %10u\n", what->name, by == POINTS ? "fault points" : "allocator", (long long)swept,
	       violations);
	assert_true(swept > 0);
	return violations;
}

static void sweep_all(culprit by)
{
	folder place;
	unsigned violations = 0;
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1); /* thousands of files: the disk would decide how long this takes */
	folder_make(&place);
	printf("%-23s %-12s %8s %10s\n", "scenario", "fails", "passages", "violations");
	for (size_t i = 0; i < COUNT(scenarios); i++)
		violations += scenario_sweep(&scenarios[i], by, &place);
	folder_clear(&place);
	assert_int_equal(rmdir(place.path), 0); /* nothing is left beside the files there are to be */
	assert_int_equal(violations, 0);
}

static void test_fault_points(void **state)
{
	(void)state;
	sweep_all(POINTS);
}

static void test_allocator(void **state)
{
	(void)state;
	sweep_all(ALLOCATOR);
}

/* No name without a scenario that passes it. */
static void test_every_point_was_passed(void **state)
{
	(void)state;
	unsigned missed = 0;
	for (int point = 0; point < SWK__FAULT_COUNT; point++) {
		if (hits[point] == 0)
			printf("    no scenario passed %s\n", swk__fault_names[point]);
		missed += hits[point] == 0;
	}
	assert_int_equal(missed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_points),
		cmocka_unit_test(test_allocator),
		cmocka_unit_test(test_every_point_was_passed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
