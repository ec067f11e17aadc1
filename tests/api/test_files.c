/* SPDX-License-Identifier: MIT
 *
 * Stores in files, through the public interface: same answers after reopening, one writer, readers beside it, settings
 * that stay, and files that are refused.
 */
#include "feed.h"

#include <fcntl.h>
#include <sys/stat.h>

static int place_up(void **state)
{
	folder *place = malloc(sizeof *place);
	folder_make(place);
	*state = place;
	return 0;
}

static int place_down(void **state)
{
	folder_remove(*state);
	free(*state);
	return 0;
}

static swk_store *open_created(const folder *place)
{
	swk_store_options options = feed_options();
	options.flags = SWK_OPEN_CREATE;
	return feed_open(place->store, &options);
}

static swk_store *open_read_only(const folder *place)
{
	swk_store_options options = feed_options();
	options.flags = SWK_OPEN_READ_ONLY;
	return feed_open(place->store, &options);
}

static int open_code(const folder *place, swk_store_options options)
{
	swk_store *store = NULL;
	swk_error error = SWK_ERROR_INIT;
	options.size = sizeof options;
	int code = swk_store_open(place->store, &options, &store, &error);
	assert_int_equal(error.code, code);
	if (code == SWK_OK)
		swk_store_close(store);
	else
		assert_null(store);
	return code;
}

/* ------------------------------------------------------------------------------------------ reopening */

static int fill_second(swk_batch *batch)
{
	return feed_calls(batch, 2, 300, 3);
}

static void test_same_answers(void **state)
{
	swk_store *memory = feed_open(NULL, NULL), *store = open_created(*state);
	int (*const fills[])(swk_batch *) = { feed_mixed, fill_second, feed_mixed };
	for (size_t i = 0; i < COUNT(fills); i++) {
		assert_int_equal(feed_ingest(memory, fills[i], NULL, NULL), SWK_OK);
		assert_int_equal(feed_ingest(store, fills[i], NULL, NULL), SWK_OK);
		char *csv = feed_csv(memory);
		feed_assert_csv(store, csv);
		swk_store_close(store);
		store = feed_open(((folder *)*state)->store, NULL);
		feed_assert_csv(store, csv);
		free(csv);
	}
	swk_store_close(memory);
	swk_store_close(store);
}

/* What was committed is there without closing, and each commit can be asked for. */
static void test_commits_after_reopening(void **state)
{
	char *csv[4];
	swk_store *store = open_created(*state);
	for (uint64_t i = 0; i < COUNT(csv); i++) {
		static const char *const ids[] = { "a", "b", "a", "c" };
		assert_int_equal(feed_one(store, ids[i], i % 2 ? "busy" : "answered"), SWK_OK);
		swk_query query = { .size = sizeof query, .report = "calls" };
		csv[i] = query_csv(store, &query, NULL);
	}
	swk_store *reader = open_read_only(*state);
	for (uint64_t i = 0; i < COUNT(csv); i++) {
		swk_query query = { .size = sizeof query, .report = "calls", .at_commit = i + 1 };
		char *again = query_csv(reader, &query, NULL);
		/* Commit 3 said of a what was so already, and is none. */
		assert_string_equal(again, csv[i < 2 ? i : 3]);
		free(again);
	}
	for (size_t i = 0; i < COUNT(csv); i++)
		free(csv[i]);
	swk_store_close(reader);
	swk_store_close(store);
}

static int64_t stopped_clock(void *context)
{
	return *(int64_t *)context;
}

/* Stamps go on where they ended, although the clock was set back in between. */
static void test_last_stamp_is_kept(void **state)
{
	const folder *place = *state;
	int64_t now = NOW;
	swk_store_options options = {
		.size = sizeof options, .clock = stopped_clock, .clock_context = &now, .flags = SWK_OPEN_CREATE
	};
	swk_store *store = feed_open(place->store, &options);
	assert_int_equal(feed_one(store, "a", "answered"), SWK_OK);
	assert_int_equal(feed_one(store, "b", "answered"), SWK_OK); /* stamped NOW + 1 */
	swk_store_close(store);
	now = NOW - WEEK;
	store = feed_open(place->store, &options);
	assert_int_equal(feed_one(store, "a", "busy"), SWK_OK); /* NOW + 2 */
	now = NOW;
	assert_int_equal(feed_figure(store, "busy"), 1);
	for (int64_t after = 0; after < 3; after++) {
		swk_query query = { .size = sizeof query, .report = "calls", .as_of = NOW + after, .now = NOW };
		swk_result *result = NULL;
		assert_int_equal(swk_store_report(store, &query, &result, NULL), SWK_OK);
		assert_int_equal(swk_result_int(result, 0, (size_t)swk_result_find(result, "made")), after ? 2 : 1);
		assert_int_equal(swk_result_int(result, 0, (size_t)swk_result_find(result, "busy")), after == 2);
		swk_result_free(result);
	}
	swk_store_close(store);
}

static void test_settings_stay(void **state)
{
	const folder *place = *state;
	const swk_store_options made = {
		.flags = SWK_OPEN_CREATE, .zone = "America/New_York", .currency = "JPY", .week_start = SWK_SUNDAY
	};
	assert_int_equal(open_code(place, made), SWK_OK);
	assert_int_equal(open_code(place, made), SWK_OK); /* the same again is fine */
	assert_int_equal(open_code(place, (swk_store_options){ .zone = "UTC" }), SWK_ERR_USAGE);
	assert_int_equal(open_code(place, (swk_store_options){ .currency = "USD" }), SWK_ERR_USAGE);
	assert_int_equal(open_code(place, (swk_store_options){ .week_start = SWK_MONDAY }), SWK_ERR_USAGE);
	assert_int_equal(open_code(place, (swk_store_options){ .flags = SWK_OPEN_READ_ONLY, .zone = "UTC" }),
	                 SWK_ERR_USAGE);
	swk_store *store = feed_open(place->store, NULL);
	swk_query query = { .size = sizeof query, .report = "calls" };
	swk_result *result = NULL;
	assert_int_equal(swk_store_report(store, &query, &result, NULL), SWK_OK);
	assert_string_equal(swk_result_zone(result), "America/New_York");
	assert_int_equal(swk_result_week_start(result), SWK_SUNDAY);
	swk_result_free(result);
	swk_store_close(store);
}

/* A whole MiB and more in one commit: several blobs. */
static int fill_large(swk_batch *batch)
{
	char *name = malloc(60000);
	int code = SWK_OK;
	for (int i = 0; i < 60 && code == SWK_OK; i++) {
		char id[16];
		memset(name, 'a' + i % 26, 60000);
		snprintf(id, sizeof id, "r%d", i);
		code = swk_batch_row(batch, "rep", i);
		if (code == SWK_OK)
			code = feed_text(batch, "id", id);
		if (code == SWK_OK)
			code = swk_batch_text(batch, "name", name, 60000 - (size_t)i);
		if (code == SWK_OK)
			code = swk_batch_end(batch, NULL);
	}
	free(name);
	return code;
}

static void test_large_commit(void **state)
{
	swk_ingest_counts counts = { .size = sizeof counts };
	swk_store *store = open_created(*state);
	assert_int_equal(feed_ingest(store, fill_large, NULL, NULL), SWK_OK);
	swk_store_close(store);
	store = open_created(*state);
	assert_int_equal(feed_ingest(store, fill_large, &counts, NULL), SWK_OK);
	assert_int_equal(counts.unchanged, 60);
	assert_int_equal(counts.commit, 1);
	swk_store_close(store);
}

static int fill_more(swk_batch *batch)
{
	int code = fill_large(batch);
	return code == SWK_OK ? feed_calls(batch, 3, 12000, 3) : code;
}

/* How often the progress function was called, and at which call it stops. */
typedef struct asked {
	unsigned calls, stop_at;
} asked;

static int stop_at(void *context, uint64_t done, uint64_t total)
{
	asked *self = context;
	(void)done;
	(void)total;
	return ++self->calls == self->stop_at;
}

/* An ingestion can be stopped up to the end of its commit, also while that is being written; nothing of it is there
 * then, here or in the file. Once it has ended nobody is asked any more. */
static void test_stopped_commit(void **state)
{
	const folder *place = *state;
	asked self = { 0 };
	swk_store_options options = feed_options();
	options.flags = SWK_OPEN_CREATE;
	options.progress = stop_at;
	options.progress_context = &self;
	swk_store *store = feed_open(place->store, &options);
	assert_int_equal(feed_ingest(store, feed_mixed, NULL, NULL), SWK_OK);
	char *csv = feed_csv(store);
	int code = SWK_ERR_INTERRUPTED;
	for (unsigned stop = 1; code != SWK_OK; stop++) {
		self = (asked){ .stop_at = stop };
		code = feed_ingest(store, fill_more, NULL, NULL);
		assert_true(code == SWK_OK ? self.calls < stop : self.calls == stop);
		if (code == SWK_OK)
			break;
		assert_int_equal(code, SWK_ERR_INTERRUPTED);
		self.stop_at = 0;
		feed_assert_csv(store, csv);
		swk_store *reader = open_read_only(place);
		feed_assert_csv(reader, csv);
		swk_store_close(reader);
	}
	assert_true(self.calls >= 3 + 3 + 1); /* rows, blobs, and the end */
	free(csv);
	csv = feed_csv(store);
	swk_store_close(store);
	store = open_read_only(place);
	feed_assert_csv(store, csv);
	swk_store_close(store);
	free(csv);
}

/* ------------------------------------------------------------------------------- writers and readers */

static void test_one_writer(void **state)
{
	swk_store *store = open_created(*state);
	assert_int_equal(open_code(*state, (swk_store_options){ 0 }), SWK_ERR_LOCKED);
	assert_int_equal(open_code(*state, (swk_store_options){ .lock_timeout = 30 }), SWK_ERR_LOCKED);
	assert_int_equal(feed_one(store, "a", "answered"), SWK_OK); /* the first one's lock is still its own */
	swk_store_close(store);
	assert_int_equal(open_code(*state, (swk_store_options){ 0 }), SWK_OK);
}

static void test_read_only(void **state)
{
	swk_store *writer = open_created(*state);
	assert_int_equal(feed_one(writer, "a", "answered"), SWK_OK);
	swk_store *before = open_read_only(*state);
	assert_int_equal(feed_one(writer, "b", "busy"), SWK_OK);
	swk_store *after = open_read_only(*state);
	assert_int_equal(feed_figure(before, "made"), 1); /* sees what was committed when it was opened */
	assert_int_equal(feed_figure(after, "made"), 2);
	swk_batch *batch = NULL;
	swk_error error = SWK_ERROR_INIT;
	assert_int_equal(swk_batch_create(after, NULL, &batch, NULL), SWK_OK);
	assert_int_equal(feed_mixed(batch), SWK_OK);
	assert_int_equal(swk_store_ingest_batch(after, batch, NULL, NULL, &error), SWK_ERR_READ_ONLY);
	assert_int_equal(error.code, SWK_ERR_READ_ONLY);
	assert_int_equal(feed_figure(after, "made"), 2);
	swk_batch_free(batch);
	swk_store_close(before);
	assert_int_equal(feed_one(writer, "c", "busy"), SWK_OK);
	swk_store_close(writer);
	swk_store_close(after);
	after = open_read_only(*state);
	assert_int_equal(feed_figure(after, "made"), 3);
	swk_store_close(after);
}

static void test_read_only_creates_nothing(void **state)
{
	const folder *place = *state;
	struct stat status;
	assert_int_equal(open_code(place, (swk_store_options){ .flags = SWK_OPEN_READ_ONLY }), SWK_ERR_NOT_FOUND);
	assert_int_equal(open_code(place, (swk_store_options){ 0 }), SWK_ERR_NOT_FOUND);
	assert_int_not_equal(stat(place->store, &status), 0);
}

/* -------------------------------------------------------------------------------------- refused files */

static void bytes_put(const folder *place, off_t at, const void *bytes, size_t length)
{
	int file = open(place->store, O_WRONLY | O_CREAT, 0600);
	assert_true(file >= 0);
	assert_int_equal(pwrite(file, bytes, length, at), (ssize_t)length);
	close(file);
}

/* SQLite's user_version, at byte 60 of its header, is the version of our format. */
static void test_other_format_version(void **state)
{
	const folder *place = *state;
	swk_store *store = open_created(place);
	assert_int_equal(feed_one(store, "a", "answered"), SWK_OK);
	swk_store_close(store);
	bytes_put(place, 60, "\0\0\0\1", 4);
	for (uint32_t flags = 0; flags <= SWK_OPEN_READ_ONLY; flags++) {
		swk_store *refused = NULL;
		swk_error error = SWK_ERROR_INIT;
		swk_store_options options = feed_options();
		options.flags = flags;
		assert_int_equal(swk_store_open(place->store, &options, &refused, &error), SWK_ERR_FORMAT);
		assert_non_null(strstr(error.reason, "format 1")); /* it says which */
	}
	bytes_put(place, 60, "\0\0\0\2", 4);
	store = open_created(place);
	assert_int_equal(feed_figure(store, "made"), 1);
	swk_store_close(store);
}

static void test_foreign_file(void **state)
{
	const folder *place = *state;
	static const char words[] = "id,at\nc1,2026-11-02\n";
	char read_back[sizeof words] = "";
	bytes_put(place, 0, words, sizeof words);
	for (uint32_t flags = 0; flags <= SWK_OPEN_READ_ONLY; flags++)
		assert_int_equal(open_code(place, (swk_store_options){ .flags = flags }), SWK_ERR_FORMAT);
	int file = open(place->store, O_RDONLY);
	assert_int_equal(read(file, read_back, sizeof read_back), sizeof words);
	close(file);
	assert_memory_equal(read_back, words, sizeof words);
}

/* A flipped bit anywhere is noticed or does no harm: the answers are the right ones, or there are none. */
static void test_flipped_bits(void **state)
{
	const folder *place = *state;
	struct stat status;
	unsigned refused = 0;
	swk_store *store = open_created(place);
	assert_int_equal(feed_ingest(store, feed_mixed, NULL, NULL), SWK_OK);
	char *csv = feed_csv(store);
	swk_store_close(store);
	assert_int_equal(stat(place->store, &status), 0);
	for (off_t at = 0; at < status.st_size; at += at < 200 ? 1 : 211) {
		unsigned char byte, flipped;
		int file = open(place->store, O_RDONLY);
		assert_int_equal(pread(file, &byte, 1, at), 1);
		close(file);
		flipped = byte ^ (unsigned char)(1 << at % 8);
		bytes_put(place, at, &flipped, 1);
		swk_store_options options = feed_options();
		options.flags = SWK_OPEN_READ_ONLY;
		store = NULL;
		int code = swk_store_open(place->store, &options, &store, NULL);
		if (code == SWK_OK)
			feed_assert_csv(store, csv);
		else
			assert_true(code == SWK_ERR_CORRUPT || code == SWK_ERR_FORMAT || code == SWK_ERR_IO);
		refused += code != SWK_OK;
		swk_store_close(store);
		bytes_put(place, at, &byte, 1);
	}
	free(csv);
	assert_true(refused > 20);
}

/* ------------------------------------------------------------------------------------- what is folded */

static int fill_all(swk_batch *batch)
{
	return feed_all(batch);
}

/* A score is left out for its stamp after the win only where the source gave that stamp: the store's own, later than
 * the win as well, still is its own after reopening. */
static int fill_stamps(swk_batch *batch)
{
	int code = FEED_ROW(batch, "score", 1, "id", "ours", "at", "2026-11-04", "lead", "l0", "value", "5");
	return code == SWK_OK ? FEED_ROW(batch, "score", 2, "id", "given", "at", "2026-11-03", "lead", "l0", "value",
	                                 "95", "recorded_at", "2026-11-20")
	                      : code;
}

static char *all_csv(swk_store *store)
{
	text all = { 0 };
	for (size_t i = 0; i < FEED_ALL_QUERIES; i++) {
		swk_query query = feed_all_query(i);
		char *csv = query_csv(store, &query, NULL);
		assert_non_null(csv);
		text_write(&all, csv, strlen(csv));
		free(csv);
	}
	return all.bytes;
}

/* What the scores of a model count as left out, in all. */
static int64_t excluded(swk_store *store)
{
	swk_query query = { .size = sizeof query, .report = "scores", .from = "2026-11-02", .to = "2026-11-02" };
	const swk_filter filters[] = { { "band", "0" }, { "band", "90" } };
	swk_result *result = NULL;
	int64_t sum = 0;
	query.filters = filters;
	query.filter_count = COUNT(filters);
	query.by = (const char *const[]){ "model", "band" };
	query.by_count = 2;
	assert_int_equal(swk_store_report(store, &query, &result, NULL), SWK_OK);
	for (size_t row = 0; row < swk_result_rows(result); row++)
		sum += swk_result_int(result, row, (size_t)swk_result_find(result, "excluded"));
	swk_result_free(result);
	return sum;
}

static int delete_ours(swk_batch *batch)
{
	return FEED_ROW(batch, "score", 1, "id", "ours", "at", "2026-11-02", "lead", "l0", "value", "5", "deleted",
	                "yes");
}

static int delete_first(swk_batch *batch)
{
	return FEED_ROW(batch, "score", 1, "id", "p0", "at", "2026-11-04", "lead", "l0", "value", "71.5", "deleted",
	                "yes");
}

static void test_facts_are_the_same_after_reopening(void **state)
{
	const folder *place = *state;
	swk_store *store = open_created(place);
	assert_int_equal(feed_ingest(store, fill_all, NULL, NULL), SWK_OK);
	assert_int_equal(feed_ingest(store, fill_stamps, NULL, NULL), SWK_OK);
	assert_int_equal(feed_ingest(store, delete_first, NULL, NULL), SWK_OK);
	assert_int_equal(excluded(store), 0); /* the last score of the week is the store's own */
	char *csv = all_csv(store);
	swk_store_close(store);
	for (int round = 0; round < 2; round++) {
		store = round ? open_created(place) : open_read_only(place);
		char *again = all_csv(store);
		assert_string_equal(again, csv);
		assert_int_equal(excluded(store), 0);
		free(again);
		if (round == 0)
			swk_store_close(store);
	}
	free(csv);
	assert_int_equal(feed_ingest(store, delete_ours, NULL, NULL), SWK_OK);
	assert_int_equal(excluded(store), 1);
	swk_store_close(store);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, place_up, place_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(test_same_answers),
		IN_FOLDER(test_commits_after_reopening),
		IN_FOLDER(test_last_stamp_is_kept),
		IN_FOLDER(test_settings_stay),
		IN_FOLDER(test_large_commit),
		IN_FOLDER(test_stopped_commit),
		IN_FOLDER(test_one_writer),
		IN_FOLDER(test_read_only),
		IN_FOLDER(test_read_only_creates_nothing),
		IN_FOLDER(test_other_format_version),
		IN_FOLDER(test_foreign_file),
		IN_FOLDER(test_flipped_bits),
		IN_FOLDER(test_facts_are_the_same_after_reopening),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
