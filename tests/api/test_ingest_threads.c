/* SPDX-License-Identifier: MIT
 *
 * Ingestion by several threads is ingestion by one: the same counts, rejects and bytes of the file; what the host is
 * asked, it is asked by the thread that called. ThreadSanitizer looks on in the lane `thread`.
 */
#include "arrow_make.h"
#include "feed.h"

#include <pthread.h>
#include <sys/stat.h>

#define ROWS 30000
#define ID 6

/* Rows of ids that come again and again, some of which are refused: for their id, which is empty, or their instant. */
typedef struct rows {
	int32_t offsets[ROWS + 1], others[ROWS + 1];
	int64_t at[ROWS];
	char ids[ID * ROWS + 1], targets[ID * ROWS + 1];
} rows;

static void text_put(char *bytes, int32_t *offsets, int row, bool empty, unsigned number)
{
	char digits[16];
	snprintf(digits, sizeof digits, "%0*u", ID, number);
	memcpy(bytes + offsets[row], digits, ID);
	offsets[row + 1] = offsets[row] + (empty ? 0 : ID);
}

static void rows_make(rows *made, unsigned seed)
{
	for (int i = 0; i < ROWS; i++) {
		seed = seed * 1664525 + 1013904223;
		text_put(made->ids, made->offsets, i, seed >> 20 == 5, (seed >> 8) % (ROWS / 2));
		text_put(made->targets, made->others, i, (seed >> 28) > 4, (seed >> 12) % ROWS);
		made->at[i] = seed >> 20 == 7 ? -1 : MONDAY + (int64_t)(seed >> 16) * 1000000;
	}
}

typedef struct given {
	struct ArrowSchema schema;
	struct ArrowArray array;
} given;

#define COLUMNS 3

static void columns_make(const rows *from, const char *at, const char *target, make_column columns[COLUMNS])
{
	const make_column made[COLUMNS] = {
		{ "id", "u", ROWS, 0, 0, 3, { MAKE_NULL, MAKE_BUFFER(from->offsets), MAKE_BUFFER(from->ids) }, NULL },
		{ at, "tsu:UTC", ROWS, 0, 0, 2, { MAKE_NULL, MAKE_BUFFER(from->at) }, NULL },
		{ target,
		  "u",
		  ROWS,
		  0,
		  0,
		  3,
		  { MAKE_NULL, MAKE_BUFFER(from->others), MAKE_BUFFER(from->targets) },
		  NULL },
	};
	memcpy(columns, made, sizeof made);
}

static void given_make(const rows *from, const char *at, const char *target, given *made)
{
	make_column columns[COLUMNS];
	columns_make(from, at, target, columns);
	make_schema(columns, COLUMNS, &made->schema);
	make_array(columns, COLUMNS, ROWS, 0, (make_buffer)MAKE_NULL, &made->array);
}

static void given_release(given *made)
{
	made->schema.release(&made->schema);
	made->array.release(&made->array);
}

/* What an ingestion came to, to be freed; frees the rejects. */
static char *ingested(int code, const swk_ingest_counts *counts, swk_result *rejects)
{
	char *csv = result_text(rejects, SWK_FORMAT_CSV);
	size_t size = strlen(csv) + 100;
	char *told = malloc(size);
	snprintf(told, size, "%d %llu %llu %llu\n%s", code, (unsigned long long)counts->accepted,
	         (unsigned long long)counts->unchanged, (unsigned long long)counts->rejected, csv);
	free(csv);
	swk_result_free(rejects);
	return told;
}

static int ingest(swk_store *store, const char *table, const given *from, swk_ingest_options options, char **told,
                  swk_error *error)
{
	swk_ingest_counts counts = { .size = sizeof counts };
	swk_result *rejects = NULL;
	options.size = sizeof options;
	int code = swk_store_ingest(store, table, &from->schema, &from->array, &options, &counts, &rejects, error);
	if (told)
		*told = ingested(code, &counts, rejects);
	else
		swk_result_free(rejects);
	return code;
}

static char *file_bytes(const char *path, size_t *size)
{
	struct stat about;
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &about), 0);
	*size = (size_t)about.st_size;
	char *bytes = malloc(*size);
	assert_int_equal(fread(bytes, 1, *size, file), *size);
	fclose(file);
	return bytes;
}

/* Leads that merge into each other, calls, and both again in part: what was told, and the file. */
static char *history_make(uint32_t threads, char *told[4], size_t *size)
{
	static rows leads, calls, later;
	folder place;
	given from[3];
	swk_store_options options = feed_options();
	rows_make(&leads, 1);
	rows_make(&calls, 2);
	later = calls;
	for (int i = 0; i < ROWS; i += 3)
		later.at[i] += 1000000;
	given_make(&leads, "created_at", "merged_into", &from[0]);
	given_make(&calls, "at", "lead", &from[1]);
	given_make(&later, "at", "lead", &from[2]);
	folder_make(&place);
	options.flags = SWK_OPEN_CREATE;
	swk_store *store = feed_open(place.store, &options);
	const swk_ingest_options asked = { .threads = threads };
	assert_int_equal(ingest(store, "lead", &from[0], asked, &told[0], NULL), SWK_OK);
	assert_int_equal(ingest(store, "call", &from[1], asked, &told[1], NULL), SWK_OK);
	assert_int_equal(ingest(store, "call", &from[2], asked, &told[2], NULL), SWK_OK);
	told[3] = feed_csv(store);
	swk_store_close(store);
	char *bytes = file_bytes(place.store, size);
	folder_remove(&place);
	for (int i = 0; i < 3; i++)
		given_release(&from[i]);
	return bytes;
}

static void any_number_of_threads_makes_the_same_store(void **state)
{
	char *wanted[4];
	size_t wanted_size;
	(void)state;
	char *file = history_make(1, wanted, &wanted_size);
	assert_non_null(strstr(wanted[0], "was missing"));
	for (uint32_t threads = 2; threads < 5; threads++) {
		char *told[4];
		size_t size;
		char *bytes = history_make(threads, told, &size);
		for (int i = 0; i < 4; i++) {
			assert_string_equal(told[i], wanted[i]);
			free(told[i]);
		}
		assert_int_equal(size, wanted_size);
		assert_memory_equal(bytes, file, size);
		free(bytes);
	}
	for (int i = 0; i < 4; i++)
		free(wanted[i]);
	free(file);
}

/* -------------------------------------------------------------------------- the first after opening */

#define PARTS 2

/* A stream of calls that interrupts the store from one of its get_next. */
typedef struct stream_of {
	make_stream all; /* first: make_stream's functions take it for theirs */
	make_column parts[PARTS][COLUMNS];
	swk_store *store;
	int asked, stop; /* times; the one that interrupts (0: none) */
} stream_of;

static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *array)
{
	stream_of *self = stream->private_data;
	if (self->asked < PARTS)
		self->all.columns = self->parts[self->asked];
	if (++self->asked == self->stop)
		swk_store_interrupt(self->store);
	return make_stream_next(stream, array);
}

static int stream_ingest(swk_store *store, uint32_t threads, int stop, char **told)
{
	static rows calls[PARTS];
	struct ArrowArrayStream stream;
	stream_of from = { .store = store, .stop = stop };
	swk_ingest_counts counts = { .size = sizeof counts };
	swk_result *rejects = NULL;
	const swk_ingest_options options = { .size = sizeof options, .threads = threads };
	for (unsigned i = 0; i < PARTS; i++) {
		rows_make(&calls[i], 6 + i);
		columns_make(&calls[i], "at", "lead", from.parts[i]);
	}
	from.all = (make_stream){ from.parts[0], COLUMNS, ROWS, PARTS, 0, 0 };
	make_stream_init(&from.all, &stream);
	stream.get_next = stream_next;
	int code = swk_store_ingest_stream(store, "call", &stream, &options, &counts, &rejects, NULL);
	if (stream.release)
		stream.release(&stream);
	if (code == SWK_OK)
		*told = ingested(code, &counts, rejects);
	return code;
}

/* A store takes calls; one that was just opened has no index of its ids before. Where `stop` is not 0, a first try is
 * interrupted then. What was told, and the file. */
static char *opened_make(bool opened, uint32_t threads, int stop, char *told[2], size_t *size)
{
	static rows leads, calls;
	folder place;
	given from[2];
	swk_store_options options = feed_options();
	rows_make(&leads, 1);
	rows_make(&calls, 2);
	given_make(&leads, "created_at", "merged_into", &from[0]);
	given_make(&calls, "at", "lead", &from[1]);
	folder_make(&place);
	options.flags = SWK_OPEN_CREATE;
	swk_store *store = feed_open(place.store, &options);
	assert_int_equal(ingest(store, "lead", &from[0], (swk_ingest_options){ 0 }, NULL, NULL), SWK_OK);
	assert_int_equal(ingest(store, "call", &from[1], (swk_ingest_options){ 0 }, NULL, NULL), SWK_OK);
	char *before = feed_csv(store);
	if (opened) {
		swk_store_close(store);
		store = feed_open(place.store, NULL);
	}
	if (stop) {
		assert_int_equal(stream_ingest(store, threads, stop, NULL), SWK_ERR_INTERRUPTED);
		feed_assert_csv(store, before);
	}
	assert_int_equal(stream_ingest(store, threads, 0, &told[0]), SWK_OK);
	told[1] = feed_csv(store);
	swk_store_close(store);
	char *bytes = file_bytes(place.store, size);
	folder_remove(&place);
	free(before);
	given_release(&from[0]);
	given_release(&from[1]);
	return bytes;
}

/* It is the store that was never closed, whether or not the first try was stopped, be it at once. */
static void the_first_after_opening_makes_the_same_store(void **state)
{
	static const struct {
		uint32_t threads;
		int stop;
	} ways[] = { { 1, 0 }, { 2, 0 }, { 2, 1 }, { 2, 2 } };
	char *wanted[2];
	size_t wanted_size;
	(void)state;
	char *file = opened_make(false, 1, 0, wanted, &wanted_size);
	assert_non_null(strstr(wanted[0], "was missing"));
	for (size_t way = 0; way < COUNT(ways); way++) {
		char *told[2];
		size_t size;
		char *bytes = opened_make(true, ways[way].threads, ways[way].stop, told, &size);
		for (int i = 0; i < 2; i++) {
			assert_string_equal(told[i], wanted[i]);
			free(told[i]);
		}
		assert_int_equal(size, wanted_size);
		assert_memory_equal(bytes, file, size);
		free(bytes);
	}
	free(wanted[0]);
	free(wanted[1]);
	free(file);
}

/* ------------------------------------------------------------------------------------------- being stopped */

typedef struct host {
	pthread_t thread;
	uint64_t asked, most, stop; /* times; rows told last; from how many times on it stops (0: never) */
} host;

static int host_asked(void *context, uint64_t done, uint64_t total)
{
	host *self = context;
	assert_true(pthread_equal(self->thread, pthread_self()));
	assert_int_equal(total, ROWS);
	assert_true(done >= self->most && done <= ROWS);
	self->most = done;
	return ++self->asked == self->stop;
}

static void whoever_called_is_asked_and_may_stop(void **state)
{
	static rows calls;
	given from;
	(void)state;
	rows_make(&calls, 3);
	given_make(&calls, "at", "lead", &from);
	for (uint64_t stop = 0; stop < 5; stop++) {
		host self = { .thread = pthread_self(), .stop = stop };
		swk_store_options options = feed_options();
		options.progress = host_asked;
		options.progress_context = &self;
		swk_store *store = feed_open(NULL, &options);
		char *before = feed_csv(store);
		self = (host){ .thread = pthread_self(), .stop = stop };
		int code = ingest(store, "call", &from, (swk_ingest_options){ .threads = 2 }, NULL, NULL);
		assert_int_equal(code, stop ? SWK_ERR_INTERRUPTED : SWK_OK);
		assert_true(stop ? self.asked == stop : self.most == ROWS);
		self = (host){ .thread = pthread_self() };
		if (stop)
			feed_assert_csv(store, before);
		free(before);
		swk_store_close(store);
	}
	given_release(&from);
}

/* So is whoever gave rows of which none goes in. */
static void whoever_gave_nothing_good_is_asked(void **state)
{
	static rows calls;
	given from;
	(void)state;
	rows_make(&calls, 5);
	memset(calls.offsets, 0, sizeof calls.offsets);
	given_make(&calls, "at", "lead", &from);
	for (uint32_t threads = 1; threads < 3; threads++) {
		host self = { .thread = pthread_self(), .stop = 2 };
		swk_store_options options = feed_options();
		options.progress = host_asked;
		options.progress_context = &self;
		swk_store *store = feed_open(NULL, &options);
		int code = ingest(store, "call", &from, (swk_ingest_options){ .threads = threads }, NULL, NULL);
		assert_int_equal(code, SWK_ERR_INTERRUPTED);
		swk_store_close(store);
	}
	given_release(&from);
}

/* A row that is refused far behind, and memory that fails where it is limited, leave the store as it was. */
static void failures_leave_the_store_as_it_was(void **state)
{
	static rows calls;
	given from;
	(void)state;
	rows_make(&calls, 4);
	given_make(&calls, "at", "lead", &from);
	for (uint32_t threads = 1; threads < 3; threads++) {
		swk_error error = SWK_ERROR_INIT;
		swk_store_options options = feed_options();
		swk_store *store = feed_open(NULL, &options);
		char *before = feed_csv(store), *told = NULL;
		const swk_ingest_options strict = { .threads = threads, .strict = 1 };
		assert_int_equal(ingest(store, "call", &from, strict, &told, &error), SWK_ERR_REJECTED);
		assert_non_null(strstr(told, "was missing"));
		feed_assert_csv(store, before);
		free(told);
		swk_store_close(store);
		uint64_t limit = 1 << 20;
		for (int code = SWK_ERR_LIMIT; code != SWK_OK; limit += limit / 2) {
			options.memory_limit = limit;
			store = feed_open(NULL, &options);
			code = ingest(store, "call", &from, (swk_ingest_options){ .threads = threads }, NULL, NULL);
			assert_true(code == SWK_OK || code == SWK_ERR_LIMIT);
			if (code != SWK_OK)
				feed_assert_csv(store, before);
			swk_store_close(store);
		}
		free(before);
	}
	given_release(&from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_number_of_threads_makes_the_same_store),
		cmocka_unit_test(the_first_after_opening_makes_the_same_store),
		cmocka_unit_test(whoever_called_is_asked_and_may_stop),
		cmocka_unit_test(whoever_gave_nothing_good_is_asked),
		cmocka_unit_test(failures_leave_the_store_as_it_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
