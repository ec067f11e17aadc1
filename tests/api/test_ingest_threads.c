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

static void given_make(const rows *from, const char *at, const char *target, given *made)
{
	const make_column columns[] = {
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
	make_schema(columns, 3, &made->schema);
	make_array(columns, 3, ROWS, 0, (make_buffer)MAKE_NULL, &made->array);
}

static void given_release(given *made)
{
	made->schema.release(&made->schema);
	made->array.release(&made->array);
}

static int ingest(swk_store *store, const char *table, const given *from, swk_ingest_options options, char **told,
                  swk_error *error)
{
	swk_ingest_counts counts = { .size = sizeof counts };
	swk_result *rejects = NULL;
	options.size = sizeof options;
	int code = swk_store_ingest(store, table, &from->schema, &from->array, &options, &counts, &rejects, error);
	if (told) {
		char *csv = result_text(rejects, SWK_FORMAT_CSV);
		size_t size = strlen(csv) + 100;
		*told = malloc(size);
		snprintf(*told, size, "%d %llu %llu %llu\n%s", code, (unsigned long long)counts.accepted,
		         (unsigned long long)counts.unchanged, (unsigned long long)counts.rejected, csv);
		free(csv);
	}
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
		cmocka_unit_test(whoever_called_is_asked_and_may_stop),
		cmocka_unit_test(whoever_gave_nothing_good_is_asked),
		cmocka_unit_test(failures_leave_the_store_as_it_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
