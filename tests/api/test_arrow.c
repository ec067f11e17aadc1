/* SPDX-License-Identifier: MIT
 *
 * Arrow arrays on their way in: rows, refused rows, malformed arrays, and that every release is called exactly once.
 */
#include "arrow_make.h"
#include "feed.h"

static int store_up(void **state)
{
	*state = feed_open(NULL, NULL);
	make_alive = make_releases = 0;
	return 0;
}

static int store_down(void **state)
{
	swk_store_close(*state);
	return 0;
}

/* Ingests columns as an array; everything is released afterwards, by us. */
static int ingest(swk_store *store, const make_column *columns, int64_t count, int64_t length, int64_t offset,
                  const swk_ingest_options *options, swk_ingest_counts *counts, swk_result **rejects, swk_error *error)
{
	struct ArrowSchema schema;
	struct ArrowArray array;
	make_schema(columns, count, &schema);
	make_array(columns, count, length, offset, (make_buffer)MAKE_NULL, &array);
	int code = swk_store_ingest(store, "call", &schema, &array, options, counts, rejects, error);
	assert_int_equal(make_releases, 0);
	assert_int_equal(make_alive, 2);
	schema.release(&schema);
	array.release(&array);
	assert_int_equal(make_alive, 0);
	make_releases = 0;
	return code;
}

static void assert_reject(const swk_result *rejects, size_t index, int64_t row, const char *field, const char *value,
                          const char *reason)
{
	assert_string_equal(swk_result_text(rejects, index, 0, NULL), "call");
	assert_int_equal(swk_result_int(rejects, index, 1), row);
	assert_string_equal(swk_result_text(rejects, index, 2, NULL), field);
	assert_string_equal(swk_result_text(rejects, index, 3, NULL), value);
	assert_string_equal(swk_result_text(rejects, index, 4, NULL), reason);
}

static void good_rows_go_in_and_others_are_told(void **state)
{
	swk_ingest_counts counts = { .size = sizeof counts };
	swk_result *rejects = NULL;
	assert_int_equal(ingest(*state, make_calls, 3, 4, 0, NULL, &counts, &rejects, NULL), SWK_OK);
	assert_int_equal(counts.accepted, 3);
	assert_int_equal(counts.rejected, 1);
	assert_int_equal(counts.commit, 1);
	assert_int_equal(swk_result_rows(rejects), 1);
	assert_reject(rejects, 0, 3, "duration_s", "-5", "was below 0");
	swk_result_free(rejects);
}

/* A slice of a struct array is its offset and length. */
static void a_slice_is_its_rows(void **state)
{
	swk_ingest_counts counts = { .size = sizeof counts };
	swk_result *rejects = NULL;
	assert_int_equal(ingest(*state, make_calls, 3, 2, 2, NULL, &counts, &rejects, NULL), SWK_OK);
	assert_int_equal(counts.accepted, 1);
	assert_int_equal(swk_result_rows(rejects), 1);
	assert_reject(rejects, 0, 1, "duration_s", "-5", "was below 0");
	swk_result_free(rejects);
}

static void strict_is_all_or_nothing(void **state)
{
	const swk_ingest_options strict = { .size = sizeof strict, .strict = 1 };
	swk_ingest_counts counts = { .size = sizeof counts, .accepted = 55 };
	swk_result *rejects = NULL;
	swk_error error = SWK_ERROR_INIT;
	char *csv = feed_csv(*state);
	assert_int_equal(ingest(*state, make_calls, 3, 4, 0, &strict, &counts, &rejects, &error), SWK_ERR_REJECTED);
	assert_int_equal(error.code, SWK_ERR_REJECTED);
	assert_int_equal(error.row, 3);
	assert_int_equal(counts.accepted, 55);
	assert_int_equal(swk_result_rows(rejects), 1);
	feed_assert_csv(*state, csv);
	free(csv);
	swk_result_free(rejects);
}

/* What is wrong with the whole fails the call, names the column, and leaves everything as it was. */
static void assert_refused(swk_store *store, const make_column *columns, int64_t count, const char *field,
                           const char *reason)
{
	swk_ingest_counts counts = { .size = sizeof counts, .accepted = 55 };
	swk_result *untouched = (swk_result *)(uintptr_t)0x5a5a5a58, *rejects = untouched;
	swk_error error = SWK_ERROR_INIT;
	char *csv = feed_csv(store);
	assert_int_equal(ingest(store, columns, count, 4, 0, NULL, &counts, &rejects, &error), SWK_ERR_INVALID);
	assert_string_equal(error.table, "call");
	assert_string_equal(error.field, field);
	assert_non_null(strstr(error.reason, reason));
	assert_int_equal(counts.accepted, 55);
	assert_ptr_equal(rejects, untouched);
	feed_assert_csv(store, csv);
	free(csv);
}

static void columns_are_matched_by_name(void **state)
{
	swk_ingest_options ignore = { .size = sizeof ignore, .ignore_unknown = 1 };
	make_column columns[4] = { make_calls[0], make_calls[1], make_calls[2], make_calls[2] };
	columns[3].name = "colour";
	assert_refused(*state, columns, 4, "colour", "is no field of this table");
	columns[3].format = "z";
	assert_int_equal(ingest(*state, columns, 4, 4, 0, &ignore, NULL, NULL, NULL), SWK_OK);
	columns[3].name = "id";
	assert_refused(*state, columns, 4, "id", "was given twice");
	columns[3].name = "rep";
	assert_refused(*state, columns, 4, "rep", "of the Arrow type binary, which no field takes");
	columns[3].format = "?";
	assert_refused(*state, columns, 4, "rep", "no known Arrow type");
	columns[3].format = "tsu:";
	columns[3].name = "recorded_at";
	assert_refused(*state, columns, 4, "recorded_at", "without a zone");
	assert_refused(*state, columns, 1, "at", "is required");
	assert_refused(*state, columns, 0, "id", "is required and had no column, nor had at");
}

static void malformed_arrays_are_refused(void **state)
{
	static const int32_t falling[] = { 0, 2, 1, 6, 8 }, below[] = { -1, 2, 4, 6, 8 };
	make_column columns[3] = { make_calls[0], make_calls[1], make_calls[2] };
	columns[0].buffers[1] = (make_buffer)MAKE_BUFFER(falling);
	assert_refused(*state, columns, 3, "id", "offsets");
	columns[0].buffers[1] = (make_buffer)MAKE_BUFFER(below);
	assert_refused(*state, columns, 3, "id", "offsets");
	columns[0] = make_calls[0];
	columns[0].buffers[2].bytes = NULL;
	assert_refused(*state, columns, 3, "id", "no buffer");
	columns[0] = make_calls[0];
	columns[1].length = 3;
	assert_refused(*state, columns, 3, "at", "shorter than its parent");
	columns[1].length = -4;
	assert_refused(*state, columns, 3, "at", "negative");
	columns[1] = make_calls[1];
	columns[1].null_count = 1;
	assert_refused(*state, columns, 3, "at", "no bitmap");
	columns[1].null_count = 5;
	assert_refused(*state, columns, 3, "at", "more than its length");
	columns[1] = make_calls[1];
	columns[1].n_buffers = 1;
	assert_refused(*state, columns, 3, "at", "buffers that its type has");
}

static void a_stream_is_one_commit(void **state)
{
	make_stream from = { make_calls, 3, 4, 3, 0, 0 };
	struct ArrowArrayStream stream;
	swk_ingest_counts counts = { .size = sizeof counts };
	swk_result *rejects = NULL;
	make_stream_init(&from, &stream);
	assert_int_equal(swk_store_ingest_stream(*state, "call", &stream, NULL, &counts, &rejects, NULL), SWK_OK);
	assert_int_equal(make_alive, 1);
	assert_int_equal(make_releases, 4);
	stream.release(&stream);
	assert_int_equal(counts.accepted, 3);
	assert_int_equal(counts.unchanged, 6);
	assert_int_equal(counts.rejected, 3);
	assert_int_equal(counts.commit, 1);
	for (size_t i = 0; i < 3; i++)
		assert_reject(rejects, i, (int64_t)i * 4 + 3, "duration_s", "-5", "was below 0");
	swk_result_free(rejects);
}

static void a_failing_stream_leaves_the_store_as_it_was(void **state)
{
	static const struct {
		make_stream from;
		int code, releases;
	} cases[] = {
		{ { make_calls, 3, 4, 2, 0, EIO }, SWK_ERR_IO, 3 },
		{ { make_calls, 3, 4, 2, 0, ENOMEM }, SWK_ERR_MEMORY, 3 },
		{ { make_calls, 3, 4, 2, 0, EINTR }, SWK_ERR_INTERRUPTED, 3 },
		{ { make_calls, 3, 4, 2, EINVAL, 0 }, SWK_ERR_IO, 0 },
		{ { make_calls, 1, 4, 2, 0, 0 }, SWK_ERR_INVALID, 1 },
		{ { make_calls, 3, 5, 2, 0, 0 }, SWK_ERR_INVALID, 2 },
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		make_stream from = cases[i].from;
		struct ArrowArrayStream stream;
		swk_error error = SWK_ERROR_INIT;
		char *csv = feed_csv(*state);
		make_releases = 0;
		make_stream_init(&from, &stream);
		assert_int_equal(swk_store_ingest_stream(*state, "call", &stream, NULL, NULL, NULL, &error),
		                 cases[i].code);
		assert_int_equal(error.code, cases[i].code);
		if (i < 4)
			assert_non_null(strstr(error.reason, "the well ran dry"));
		assert_int_equal(make_alive, 1);
		assert_int_equal(make_releases, cases[i].releases);
		stream.release(&stream);
		feed_assert_csv(*state, csv);
		free(csv);
	}
}

/* More rows than are read at a time: one commit, told of as it goes, and read back from the file as it was. */
#define MANY 10000

static int64_t progress_done;

static int progress_told(void *context, uint64_t done, uint64_t total)
{
	(void)context;
	assert_true((int64_t)done >= progress_done && done <= MANY);
	assert_true(total == MANY || total == 0);
	progress_done = (int64_t)done;
	return 0;
}

static void many_rows_are_one_commit(void **state)
{
	static int32_t offsets[MANY + 1];
	static int64_t times[MANY];
	static char ids[5 * MANY];
	char number[8];
	folder place;
	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(number, sizeof number, "%05d", i);
		memcpy(ids + 5 * i, number, 5);
		offsets[i + 1] = 5 * (i + 1);
		times[i] = MONDAY + i;
	}
	const make_column columns[] = {
		{ "id", "u", MANY, 0, 0, 3, { MAKE_NULL, MAKE_BUFFER(offsets), MAKE_BUFFER(ids) }, NULL },
		{ "at", "tsu:UTC", MANY, 0, 0, 2, { MAKE_NULL, MAKE_BUFFER(times) }, NULL },
	};
	for (int stream = 0; stream < 2; stream++) {
		swk_store_options options = feed_options();
		swk_ingest_counts counts = { .size = sizeof counts };
		make_stream from = { columns, 2, MANY, 1, 0, 0 };
		struct ArrowArrayStream given;
		folder_make(&place);
		options.flags = SWK_OPEN_CREATE;
		options.progress = progress_told;
		swk_store *store = feed_open(place.store, &options);
		progress_done = 0;
		if (stream) {
			make_stream_init(&from, &given);
			assert_int_equal(swk_store_ingest_stream(store, "call", &given, NULL, &counts, NULL, NULL),
			                 SWK_OK);
			given.release(&given);
		} else {
			assert_int_equal(ingest(store, columns, 2, MANY, 0, NULL, &counts, NULL, NULL), SWK_OK);
		}
		assert_int_equal(counts.accepted, MANY);
		assert_int_equal(counts.commit, 1);
		assert_true(progress_done >= MANY / 2);
		swk_store_close(store);
		progress_done = 0;
		store = feed_open(place.store, NULL);
		assert_int_equal(feed_figure(store, "made"), MANY);
		swk_store_close(store);
		folder_remove(&place);
	}
}

static swk_store *interrupted;

static int interrupting_next(struct ArrowArrayStream *stream, struct ArrowArray *array)
{
	swk_store_interrupt(interrupted);
	return make_stream_next(stream, array);
}

static void a_stream_can_be_interrupted(void **state)
{
	make_stream from = { make_calls, 3, 4, 2, 0, 0 };
	struct ArrowArrayStream stream;
	char *csv = feed_csv(*state);
	make_stream_init(&from, &stream);
	stream.get_next = interrupting_next;
	interrupted = *state;
	assert_int_equal(swk_store_ingest_stream(*state, "call", &stream, NULL, NULL, NULL, NULL), SWK_ERR_INTERRUPTED);
	assert_int_equal(make_alive, 1);
	assert_int_equal(make_releases, 2);
	stream.release(&stream);
	feed_assert_csv(*state, csv);
	free(csv);
}

static void wrong_usage_is_refused(void **state)
{
	struct ArrowArrayStream released = { 0 };
	struct ArrowSchema schema = { 0 };
	struct ArrowArray array = { 0 };
	swk_ingest_options options = { .size = sizeof options, .zone = "Mars/Olympus" };
	assert_int_equal(swk_store_ingest(NULL, "call", &schema, &array, NULL, NULL, NULL, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_store_ingest(*state, NULL, &schema, &array, NULL, NULL, NULL, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_store_ingest(*state, "call", NULL, &array, NULL, NULL, NULL, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_store_ingest(*state, "call", &schema, NULL, NULL, NULL, NULL, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_store_ingest(*state, "fax", &schema, &array, NULL, NULL, NULL, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_store_ingest(*state, "call", &schema, &array, NULL, NULL, NULL, NULL), SWK_ERR_INVALID);
	assert_int_equal(swk_store_ingest(*state, "call", &schema, &array, &options, NULL, NULL, NULL), SWK_ERR_ZONE);
	assert_int_equal(swk_store_ingest_stream(*state, "call", NULL, NULL, NULL, NULL, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_store_ingest_stream(*state, "call", &released, NULL, NULL, NULL, NULL), SWK_ERR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(good_rows_go_in_and_others_are_told, store_up, store_down),
		cmocka_unit_test_setup_teardown(a_slice_is_its_rows, store_up, store_down),
		cmocka_unit_test_setup_teardown(strict_is_all_or_nothing, store_up, store_down),
		cmocka_unit_test_setup_teardown(columns_are_matched_by_name, store_up, store_down),
		cmocka_unit_test_setup_teardown(malformed_arrays_are_refused, store_up, store_down),
		cmocka_unit_test_setup_teardown(a_stream_is_one_commit, store_up, store_down),
		cmocka_unit_test_setup_teardown(a_failing_stream_leaves_the_store_as_it_was, store_up, store_down),
		cmocka_unit_test_setup_teardown(many_rows_are_one_commit, store_up, store_down),
		cmocka_unit_test_setup_teardown(a_stream_can_be_interrupted, store_up, store_down),
		cmocka_unit_test_setup_teardown(wrong_usage_is_refused, store_up, store_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
