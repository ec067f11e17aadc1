/* SPDX-License-Identifier: MIT
 *
 * Records and results as Arrow through the public interface alone: what is refused, who keeps what alive, and what a
 * store makes of its own export.
 */
#include "feed.h"

#include <errno.h>
#include <sys/wait.h>

static const char *const tables[] = { "rep",   "lead",  "message", "call",  "opportunity",
	                              "stage", "score", "meeting", "quota", "rate" };

static struct ArrowArrayStream export_of(swk_store *store, const char *table, uint32_t batch_rows)
{
	const swk_export_options options = { .size = sizeof options,
		                             .flags = SWK_EXPORT_VERSIONS,
		                             .batch_rows = batch_rows };
	struct ArrowArrayStream stream = { .release = NULL };
	swk_error error = SWK_ERROR_INIT;
	if (swk_store_export(store, table, &options, &stream, &error) != SWK_OK)
		fail_msg("%s: %s", table, error.reason);
	return stream;
}

/* Reads a stream to its end and releases it; how many rows there were. */
static int64_t stream_rows(struct ArrowArrayStream *stream)
{
	int64_t rows = 0;
	for (;;) {
		struct ArrowArray array;
		assert_int_equal(stream->get_next(stream, &array), 0);
		if (!array.release)
			break;
		rows += array.length;
		array.release(&array);
	}
	stream->release(stream);
	return rows;
}

static swk_store *store_full(const swk_store_options *options)
{
	swk_store *store = feed_open(NULL, options);
	assert_int_equal(feed_ingest(store, feed_mixed, NULL, NULL), SWK_OK);
	assert_int_equal(feed_ingest(store, feed_all, NULL, NULL), SWK_OK);
	return store;
}

/* -------------------------------------------------------------------------------------------- refusals */

static void test_refused(void **state)
{
	swk_store *store = store_full(NULL);
	struct ArrowArrayStream stream = { .private_data = store };
	const swk_export_options wrong[] = {
		{ .size = sizeof wrong[0], .flags = 2 },
		{ .size = sizeof wrong[0], .as_of = -1 },
		{ .size = sizeof wrong[0], .as_of = INSTANT_MAX + 1 },
		{ .size = 1 },
	};
	(void)state;
	assert_int_equal(swk_store_export(NULL, "call", NULL, &stream, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_store_export(store, NULL, NULL, &stream, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_store_export(store, "call", NULL, NULL, NULL), SWK_ERR_USAGE);
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_int_equal(swk_store_export(store, "call", &wrong[i], &stream, NULL), SWK_ERR_USAGE);
	swk_error error = SWK_ERROR_INIT;
	assert_int_equal(swk_store_export(store, "calls", NULL, &stream, &error), SWK_ERR_USAGE);
	assert_string_equal(error.value, "calls");
	assert_string_equal(error.reason, "is no table");
	assert_ptr_equal(stream.private_data, store);
	swk_store_close(store);
}

/* ---------------------------------------------------------------------------------------------- lives */

/* The store is closed first, and whoever is left is released in another order each time. */
static void test_outlives_the_store(void **state)
{
	(void)state;
	for (int order = 0; order < 6; order++) {
		static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
			                          { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
		counter counts = { 0 };
		const swk_allocator allocator = counter_allocator(&counts);
		swk_store_options options = feed_options();
		options.allocator = &allocator;
		swk_store *store = store_full(&options);
		struct ArrowArrayStream stream = export_of(store, "call", 10);
		swk_store_close(store);
		struct ArrowSchema schema;
		struct ArrowArray array;
		assert_int_equal(stream.get_schema(&stream, &schema), 0);
		assert_int_equal(stream.get_next(&stream, &array), 0);
		assert_int_equal(array.length, 10);
		for (int i = 0; i < 3; i++) {
			assert_true(counts.blocks > 0);
			if (orders[order][i] == 0)
				stream.release(&stream);
			else if (orders[order][i] == 1)
				schema.release(&schema);
			else
				array.release(&array);
		}
		counter_assert_empty(&counts);
	}
}

/* What was made by a parent gives a child nothing, and takes nothing from it. */
static void test_forked(void **state)
{
	int status = -1;
	(void)state;
	swk_store *store = store_full(NULL);
	struct ArrowArrayStream stream = export_of(store, "call", 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct ArrowArrayStream other;
		struct ArrowArray array;
		int refused = swk_store_export(store, "call", NULL, &other, NULL) == SWK_ERR_FORKED &&
		              stream.get_next(&stream, &array) == EINVAL;
		stream.release(&stream);
		_exit(refused && !stream.release ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_true(stream_rows(&stream) > 0);
	swk_store_close(store);
}

/* ---------------------------------------------------------------------------------------- there and back */

static void ingest_all(swk_store *to, swk_store *from, uint64_t *accepted, uint64_t *unchanged)
{
	for (size_t t = 0; t < COUNT(tables); t++) {
		swk_ingest_counts counts = { .size = sizeof counts };
		swk_error error = SWK_ERROR_INIT;
		struct ArrowArrayStream stream = export_of(from, tables[t], 7);
		if (swk_store_ingest_stream(to, tables[t], &stream, NULL, &counts, NULL, &error) != SWK_OK)
			fail_msg("%s.%s: %s", tables[t], error.field, error.reason);
		stream.release(&stream);
		assert_int_equal(counts.rejected, 0);
		*accepted += counts.accepted;
		*unchanged += counts.unchanged;
	}
}

/* A store takes its own export as nothing new; an empty one becomes its equal. */
static void test_there_and_back(void **state)
{
	uint64_t accepted = 0, unchanged = 0;
	(void)state;
	swk_store *store = store_full(NULL), *other = feed_open(NULL, NULL);
	assert_int_equal(feed_one(store, "late", "answered"), SWK_OK);
	ingest_all(store, store, &accepted, &unchanged);
	assert_int_equal(accepted, 0);
	uint64_t versions = unchanged;
	assert_true(versions > 100);
	unchanged = 0;
	ingest_all(other, store, &accepted, &unchanged);
	assert_int_equal(accepted, versions);
	assert_int_equal(unchanged, 0);
	for (size_t number = 0; number < FEED_ALL_QUERIES; number++) {
		swk_query query = feed_all_query(number);
		char *wanted = query_csv(store, &query, NULL), *found = query_csv(other, &query, NULL);
		assert_string_equal(found, wanted);
		free(wanted);
		free(found);
	}
	swk_store_close(store);
	swk_store_close(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_outlives_the_store),
		cmocka_unit_test(test_forked),
		cmocka_unit_test(test_there_and_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
