/* SPDX-License-Identifier: MIT
 *
 * Every public function: what it does when all is well, what it says of NULL and of wrong usage, and that a failure
 * leaves outputs and store as they were.
 */
#include "feed.h"

/* A pointer that no function may touch where it fails. */
#define UNTOUCHED(type) ((type *)(uintptr_t)0x5a5a5a58)

#define ASSERT_REFUSED(wanted, call)                     \
	do {                                             \
		swk_error error = SWK_ERROR_INIT;        \
		assert_int_equal((call), (wanted));      \
		assert_int_equal(error.code, (wanted));  \
		assert_true(error.reason[0] != '\0');    \
		assert_null(strchr(error.reason, '\n')); \
	} while (0)

static int store_up(void **state)
{
	*state = feed_open(NULL, NULL);
	return feed_ingest(*state, feed_mixed, NULL, NULL);
}

static int store_down(void **state)
{
	swk_store_close(*state);
	return 0;
}

/* --------------------------------------------------------------------------------- version and errors */

static void test_versions(void **state)
{
	(void)state;
	assert_int_equal(swk_api_version(), SWK_API_VERSION);
	assert_true(strlen(swk_version()) >= 5);
}

static void test_codes_have_names(void **state)
{
	(void)state;
	for (int code = SWK_ERR_NOT_FOUND; code <= SWK_OK; code++) {
		assert_int_equal(strncmp(swk_code_name(code), code == SWK_OK ? "SWK_OK" : "SWK_ERR_", 6), 0);
		assert_null(strchr(swk_code_name(code), '?'));
	}
	assert_string_equal(swk_code_name(1), "SWK_ERR_?");
	assert_string_equal(swk_code_name(SWK_ERR_NOT_FOUND - 1), "SWK_ERR_?");
}

static void test_error_line(void **state)
{
	(void)state;
	char line[80], cut[8];
	swk_error error = { .size = sizeof error,
		            .code = SWK_ERR_INVALID,
		            .table = "call",
		            .row = 12,
		            .field = "duration_s",
		            .value = "-5",
		            .reason = "was below 0" };
	size_t length = swk_error_format(&error, line, sizeof line);
	assert_string_equal(line, "call, row 12, field duration_s, value \"-5\": was below 0");
	assert_int_equal(length, strlen(line));
	assert_int_equal(swk_error_format(&error, cut, sizeof cut), length);
	assert_string_equal(cut, "call, r");
	assert_int_equal(swk_error_format(&error, NULL, 0), length);
	assert_int_equal(swk_error_format(NULL, line, sizeof line), 0);
	assert_string_equal(line, "");
}

/* An error struct that says no size, or less than there is, is left alone. */
static void test_error_without_size(void **state)
{
	(void)state;
	swk_store *store = NULL;
	swk_error error, before;
	memset(&error, 0x77, sizeof error);
	error.size = 0;
	before = error;
	assert_int_equal(swk_store_open("/nowhere/at/all", NULL, &store, &error), SWK_ERR_NOT_FOUND);
	assert_memory_equal(&error, &before, sizeof error);
	error.size = before.size = sizeof(size_t);
	assert_int_equal(swk_store_open("/nowhere/at/all", NULL, &store, &error), SWK_ERR_NOT_FOUND);
	assert_memory_equal(&error, &before, sizeof error);
}

/* What a host hands in may be any bytes; what an error shows is UTF-8 on one line. */
static void test_error_is_text(void **state)
{
	static const char *const names[] = { "\xff\xfe", "a\xc3", "line\nbreak", "\x1b[31m" };
	for (size_t i = 0; i < COUNT(names); i++) {
		swk_query query = { .size = sizeof query, .report = names[i] };
		swk_result *result = NULL;
		swk_error error = SWK_ERROR_INIT;
		assert_int_equal(swk_store_report(*state, &query, &result, &error), SWK_ERR_USAGE);
		for (const char *byte = error.value; *byte; byte++)
			assert_true((unsigned char)*byte >= ' ' && strchr("\xff\xfe\xc3", *byte) == NULL);
	}
}

/* -------------------------------------------------------------------------------------- option structs */

/* A struct of the caller's time: ours, with more behind it. */
typedef union larger {
	swk_store_options store;
	swk_batch_options batch;
	swk_ingest_options ingest;
	swk_query query;
	size_t size;
	unsigned char bytes[512];
} larger;

typedef int (*sized_call)(swk_store *store, const larger *options, swk_error *error);

static int sized_open(swk_store *store, const larger *options, swk_error *error)
{
	swk_store *made = UNTOUCHED(swk_store);
	(void)store;
	int code = swk_store_open(NULL, &options->store, &made, error);
	if (code == SWK_OK)
		swk_store_close(made);
	else
		assert_ptr_equal(made, UNTOUCHED(swk_store));
	return code;
}

static int sized_batch(swk_store *store, const larger *options, swk_error *error)
{
	swk_batch *made = UNTOUCHED(swk_batch);
	int code = swk_batch_create(store, &options->batch, &made, error);
	if (code == SWK_OK)
		swk_batch_free(made);
	else
		assert_ptr_equal(made, UNTOUCHED(swk_batch));
	return code;
}

static int sized_ingest(swk_store *store, const larger *options, swk_error *error)
{
	swk_batch *batch = NULL;
	assert_int_equal(swk_batch_create(store, NULL, &batch, NULL), SWK_OK);
	int code = swk_store_ingest_batch(store, batch, &options->ingest, NULL, error);
	swk_batch_free(batch);
	return code;
}

static int sized_report(swk_store *store, const larger *options, swk_error *error)
{
	swk_result *made = UNTOUCHED(swk_result);
	int code = swk_store_report(store, &options->query, &made, error);
	if (code == SWK_OK)
		swk_result_free(made);
	else
		assert_ptr_equal(made, UNTOUCHED(swk_result));
	return code;
}

static void test_struct_sizes(void **state)
{
	static const struct {
		sized_call call;
		size_t size, least; /* of the first version; what the call cannot do without */
	} rows[] = {
		{ sized_open, sizeof(swk_store_options), sizeof(size_t) },
		{ sized_batch, sizeof(swk_batch_options), sizeof(size_t) },
		{ sized_ingest, sizeof(swk_ingest_options), sizeof(size_t) },
		{ sized_report, sizeof(swk_query), offsetof(swk_query, by) },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		larger options = { .bytes = { 0 } };
		if (rows[i].call == sized_report)
			options.query.report = "calls";
		options.size = rows[i].size;
		assert_int_equal(rows[i].call(*state, &options, NULL), SWK_OK);
		options.size = rows[i].least;
		assert_int_equal(rows[i].call(*state, &options, NULL), SWK_OK);
		options.size = sizeof options;
		assert_int_equal(rows[i].call(*state, &options, NULL), SWK_OK);
		options.bytes[sizeof options - 1] = 1;
		ASSERT_REFUSED(SWK_ERR_USAGE, rows[i].call(*state, &options, &error));
		options.size = rows[i].size;
		assert_int_equal(rows[i].call(*state, &options, NULL), SWK_OK);
		options.size = 0;
		ASSERT_REFUSED(SWK_ERR_USAGE, rows[i].call(*state, &options, &error));
		options.size = sizeof(size_t) - 1;
		ASSERT_REFUSED(SWK_ERR_USAGE, rows[i].call(*state, &options, &error));
	}
}

/* A size that ends within a pointer cannot be one that any version had; nor can what memory happened to hold. */
static void test_struct_sizes_of_nobody(void **state)
{
	larger options = { .bytes = { 0 } };
	options.store.zone = "Europe/Berlin";
	options.size = offsetof(swk_store_options, zone) + 3;
	ASSERT_REFUSED(SWK_ERR_USAGE, sized_open(*state, &options, &error));
	options.size = SIZE_MAX;
	ASSERT_REFUSED(SWK_ERR_USAGE, sized_open(*state, &options, &error));
	options.size = (size_t)1 << 40;
	ASSERT_REFUSED(SWK_ERR_USAGE, sized_open(*state, &options, &error));
}

/* Fields that are kept for later must be zero, so that they can mean something then. */
static void test_reserved(void **state)
{
	larger options = { .store = { .size = sizeof(swk_store_options), .reserved = 1 } };
	ASSERT_REFUSED(SWK_ERR_USAGE, sized_open(*state, &options, &error));
	options = (larger){ .batch = { .size = sizeof(swk_batch_options), .reserved = 1 } };
	ASSERT_REFUSED(SWK_ERR_USAGE, sized_batch(*state, &options, &error));
	options = (larger){ .batch = { .size = sizeof(swk_batch_options), .ignore_unknown = 2 } };
	ASSERT_REFUSED(SWK_ERR_USAGE, sized_batch(*state, &options, &error));
	options = (larger){ .ingest = { .size = sizeof(swk_ingest_options), .reserved = 1 } };
	ASSERT_REFUSED(SWK_ERR_USAGE, sized_ingest(*state, &options, &error));
	options = (larger){ .ingest = { .size = sizeof(swk_ingest_options), .strict = 2 } };
	ASSERT_REFUSED(SWK_ERR_USAGE, sized_ingest(*state, &options, &error));
}

static void test_counts_size(void **state)
{
	struct {
		swk_ingest_counts counts;
		uint64_t more;
	} larger_counts = { .counts = { .size = sizeof larger_counts }, .more = 77 };
	swk_ingest_counts small = { .size = offsetof(swk_ingest_counts, rejected), .rejected = 88, .commit = 99 };
	swk_batch *batch = NULL;
	assert_int_equal(swk_batch_create(*state, NULL, &batch, NULL), SWK_OK);
	assert_int_equal(feed_call(batch, "s1", MONDAY, NULL, NULL, NULL, 0), SWK_OK);
	assert_int_equal(swk_store_ingest_batch(*state, batch, NULL, &larger_counts.counts, NULL), SWK_OK);
	assert_int_equal(larger_counts.counts.size, sizeof larger_counts);
	assert_int_equal(larger_counts.counts.accepted, 1);
	assert_int_equal(larger_counts.counts.commit, 2);
	assert_int_equal(larger_counts.more, 77);
	assert_int_equal(swk_store_ingest_batch(*state, batch, NULL, &small, NULL), SWK_OK);
	assert_int_equal(small.accepted, 0);
	assert_int_equal(small.unchanged, 1);
	assert_int_equal(small.rejected, 88);
	assert_int_equal(small.commit, 99);
	small.size = 0;
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_ingest_batch(*state, batch, NULL, &small, &error));
	swk_batch_free(batch);
}

/* ----------------------------------------------------------------------------------------------- store */

static void test_open_refused(void **state)
{
	(void)state;
	const swk_allocator half = { counter_alloc, NULL, counter_free, NULL };
	const struct {
		const char *path;
		swk_store_options options;
		int code;
	} rows[] = {
		{ NULL, { .flags = 4 }, SWK_ERR_USAGE },
		{ NULL, { .flags = SWK_OPEN_CREATE | SWK_OPEN_READ_ONLY }, SWK_ERR_USAGE },
		{ NULL, { .week_start = 8 }, SWK_ERR_USAGE },
		{ NULL, { .week_start = -1 }, SWK_ERR_USAGE },
		{ NULL, { .currency = "" }, SWK_ERR_USAGE },
		{ NULL, { .currency = "usd" }, SWK_ERR_USAGE },
		{ NULL, { .currency = "EURO" }, SWK_ERR_USAGE },
		{ NULL, { .zone = "Mars/Olympus" }, SWK_ERR_ZONE },
		{ NULL, { .zone = "../../../etc/passwd" }, SWK_ERR_ZONE },
		{ NULL, { .zone = "" }, SWK_ERR_ZONE },
		{ NULL, { .zone = "Europe/Berlin", .zone_path = "/nowhere" }, SWK_ERR_IO },
		{ NULL, { .memory_limit = 1 }, SWK_ERR_LIMIT },
		{ NULL, { .memory_limit = 20000 }, SWK_ERR_LIMIT },
		{ NULL, { .allocator = &half }, SWK_ERR_USAGE },
		{ "", { .flags = 0 }, SWK_ERR_NOT_FOUND },
		{ "", { .flags = SWK_OPEN_CREATE }, SWK_ERR_NOT_FOUND },
		{ "/nowhere/at/all", { .flags = 0 }, SWK_ERR_NOT_FOUND },
		{ "/nowhere/at/all", { .flags = SWK_OPEN_CREATE }, SWK_ERR_NOT_FOUND },
		{ "/nowhere/at/all", { .flags = SWK_OPEN_READ_ONLY }, SWK_ERR_NOT_FOUND },
		{ "/tmp", { .flags = SWK_OPEN_CREATE }, SWK_ERR_IO },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		swk_store_options options = rows[i].options;
		swk_store *store = UNTOUCHED(swk_store);
		options.size = sizeof options;
		swk_error error = SWK_ERROR_INIT;
		int code = swk_store_open(rows[i].path, &options, &store, &error);
		if (code != rows[i].code)
			fail_msg("opening %zu: %s, not %s", i, swk_code_name(code), swk_code_name(rows[i].code));
		assert_int_equal(error.code, code);
		assert_true(error.reason[0] != '\0');
		assert_ptr_equal(store, UNTOUCHED(swk_store));
	}
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_open(NULL, NULL, NULL, &error));
}

static void test_nothing_is_closed(void **state)
{
	(void)state;
	swk_store_close(NULL);
	swk_store_interrupt(NULL);
	swk_batch_free(NULL);
	swk_batch_clear(NULL);
	swk_result_free(NULL);
}

static void test_instant_parse(void **state)
{
	swk_store *store = *state;
	int64_t instant = 42;
	assert_int_equal(swk_store_instant_parse(store, NULL, "2026-11-02T00:00:00Z", &instant, NULL), SWK_OK);
	assert_int_equal(instant, MONDAY);
	assert_int_equal(swk_store_instant_parse(store, "Europe/Berlin", "2026-11-02", &instant, NULL), SWK_OK);
	assert_int_equal(instant, MONDAY - HOUR);
	instant = 42;
	ASSERT_REFUSED(SWK_ERR_INVALID, swk_store_instant_parse(store, NULL, "today", &instant, &error));
	ASSERT_REFUSED(SWK_ERR_INVALID, swk_store_instant_parse(store, NULL, "", &instant, &error));
	ASSERT_REFUSED(SWK_ERR_INVALID, swk_store_instant_parse(store, NULL, "1969-12-31T23:59:59Z", &instant, &error));
	ASSERT_REFUSED(SWK_ERR_ZONE, swk_store_instant_parse(store, "Mars", "2026-11-02", &instant, &error));
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_instant_parse(NULL, NULL, "2026-11-02", &instant, &error));
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_instant_parse(store, NULL, NULL, &instant, &error));
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_instant_parse(store, NULL, "2026-11-02", NULL, &error));
	assert_int_equal(instant, 42);
}

/* --------------------------------------------------------------------------------------------- batches */

static void test_batch_create_refused(void **state)
{
	swk_batch *batch = UNTOUCHED(swk_batch);
	swk_batch_options options = { .size = sizeof options, .zone = "Mars" };
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_batch_create(NULL, NULL, &batch, &error));
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_batch_create(*state, NULL, NULL, &error));
	ASSERT_REFUSED(SWK_ERR_ZONE, swk_batch_create(*state, &options, &batch, &error));
	assert_ptr_equal(batch, UNTOUCHED(swk_batch));
}

static void test_batch_nulls(void **state)
{
	swk_batch *batch = NULL;
	swk_error reject = SWK_ERROR_INIT;
	assert_int_equal(swk_batch_create(*state, NULL, &batch, NULL), SWK_OK);
	assert_int_equal(swk_batch_row(NULL, "call", 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_row(batch, NULL, 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_text(batch, "id", "c", 1), SWK_ERR_USAGE); /* no row */
	assert_int_equal(swk_batch_end(batch, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_refuse(batch, NULL, NULL, 0, "was wrong"), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_row(batch, "call", 1), SWK_OK);
	assert_int_equal(swk_batch_row(batch, "call", 2), SWK_ERR_USAGE); /* not ended */
	assert_int_equal(swk_batch_text(NULL, "id", "c", 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_text(batch, NULL, "c", 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_text(batch, "id", NULL, 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_parse(batch, "id", NULL, 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_int(batch, NULL, 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_real(NULL, "at", 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_bool(NULL, "positive", 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_instant(NULL, "at", 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_date(NULL, "at", 1), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_refuse(batch, NULL, NULL, 0, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_end(NULL, NULL), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_reject(batch, 0, &reject), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_reject(NULL, 0, &reject), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_rows(NULL), 0);
	assert_int_equal(swk_batch_rejects(NULL), 0);
	/* A row that was not ended is not quietly left out. */
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_ingest_batch(*state, batch, NULL, NULL, &error));
	swk_batch_free(batch);
}

static void test_batch_rows_and_rejects(void **state)
{
	swk_batch *batch = NULL;
	swk_error error = SWK_ERROR_INIT, same = SWK_ERROR_INIT;
	assert_int_equal(swk_batch_create(*state, NULL, &batch, NULL), SWK_OK);
	assert_int_equal(feed_call(batch, "b1", MONDAY, NULL, NULL, NULL, 0), SWK_OK);
	assert_int_equal(swk_batch_row(batch, "call", 12), SWK_OK);
	assert_int_equal(swk_batch_text(batch, "id", "b2", 2), SWK_OK);
	assert_int_equal(swk_batch_instant(batch, "at", MONDAY), SWK_OK);
	assert_int_equal(swk_batch_int(batch, "duration_s", -5), SWK_OK);
	assert_int_equal(swk_batch_end(batch, &error), SWK_ERR_INVALID);
	assert_int_equal(swk_batch_rows(batch), 1);
	assert_int_equal(swk_batch_rejects(batch), 1);
	assert_int_equal(swk_batch_reject(batch, 0, &same), SWK_OK);
	assert_memory_equal(&error, &same, sizeof error);
	assert_string_equal(error.table, "call");
	assert_int_equal(error.row, 12);
	assert_string_equal(error.field, "duration_s");
	assert_string_equal(error.value, "-5");
	assert_int_equal(swk_batch_reject(batch, 1, &same), SWK_ERR_USAGE);
	assert_int_equal(swk_batch_reject(batch, 0, NULL), SWK_ERR_USAGE);
	swk_batch_clear(batch);
	assert_int_equal(swk_batch_rows(batch), 0);
	assert_int_equal(swk_batch_rejects(batch), 0);
	swk_batch_free(batch);
}

/* Every setter, by what a report then counts. */
static void test_batch_setters(void **state)
{
	(void)state;
	swk_store *store = feed_open(NULL, NULL);
	swk_batch *batch = NULL;
	assert_int_equal(swk_batch_create(store, NULL, &batch, NULL), SWK_OK);
	assert_int_equal(swk_batch_row(batch, "call", 1), SWK_OK);
	assert_int_equal(swk_batch_text(batch, "id", "c1", 2), SWK_OK);
	assert_int_equal(swk_batch_instant(batch, "at", MONDAY), SWK_OK);
	assert_int_equal(swk_batch_parse(batch, "outcome", "answered", 8), SWK_OK);
	assert_int_equal(swk_batch_real(batch, "duration_s", 1.5), SWK_OK);
	assert_int_equal(swk_batch_bool(batch, "positive", 1), SWK_OK);
	assert_int_equal(swk_batch_text(batch, "lead", NULL, 0), SWK_OK); /* an empty text is null */
	assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	assert_int_equal(swk_batch_row(batch, "call", 2), SWK_OK);
	assert_int_equal(swk_batch_refuse(batch, "id", "c\0", 2, "was in no format"), SWK_OK);
	assert_int_equal(swk_batch_end(batch, NULL), SWK_ERR_INVALID);
	assert_int_equal(swk_batch_row(batch, "call", 3), SWK_OK);
	assert_int_equal(swk_batch_date(batch, "at", 20759), SWK_OK); /* an instant is no date */
	assert_int_equal(swk_batch_end(batch, NULL), SWK_ERR_INVALID);
	swk_ingest_counts counts = { .size = sizeof counts };
	assert_int_equal(swk_store_ingest_batch(store, batch, NULL, &counts, NULL), SWK_OK);
	assert_int_equal(counts.accepted, 1);
	assert_int_equal(counts.rejected, 2);
	assert_int_equal(feed_figure(store, "made"), 1);
	assert_int_equal(feed_figure(store, "answered"), 1);
	assert_int_equal(feed_figure(store, "positive"), 1);
	swk_batch_free(batch);
	swk_store_close(store);
}

static void test_ignore_unknown(void **state)
{
	const swk_batch_options options = { .size = sizeof options, .ignore_unknown = 1 };
	for (int ignore = 0; ignore < 2; ignore++) {
		swk_batch *batch = NULL;
		assert_int_equal(swk_batch_create(*state, ignore ? &options : NULL, &batch, NULL), SWK_OK);
		assert_int_equal(FEED_ROW(batch, "call", 1, "id", "c", "at", "2026-11-02", "mood", "good"),
		                 ignore ? SWK_OK : SWK_ERR_INVALID);
		assert_int_equal(swk_batch_rows(batch), ignore);
		swk_batch_free(batch);
	}
}

/* ------------------------------------------------------------------------------------------- ingestion */

static void test_counts(void **state)
{
	(void)state;
	swk_store *store = feed_open(NULL, NULL);
	swk_ingest_counts counts = { .size = sizeof counts };
	swk_batch *batch = NULL;
	assert_int_equal(swk_batch_create(store, NULL, &batch, NULL), SWK_OK);
	assert_int_equal(swk_store_ingest_batch(store, batch, NULL, &counts, NULL), SWK_OK); /* nothing in it */
	assert_int_equal(counts.commit, 0);
	assert_int_equal(feed_mixed(batch), SWK_OK);
	assert_int_equal(swk_store_ingest_batch(store, batch, NULL, &counts, NULL), SWK_OK);
	assert_int_equal(counts.accepted, swk_batch_rows(batch));
	assert_int_equal(counts.unchanged, 0);
	assert_int_equal(counts.rejected, 2);
	assert_int_equal(counts.commit, 1);
	char *csv = feed_csv(store);
	/* Again: what carries a stamp is there already, of the rest the last version of each id. Call m1 was said
	 * twice:
	 * the first again is a change, and so is the second after it. */
	assert_int_equal(swk_store_ingest_batch(store, batch, NULL, &counts, NULL), SWK_OK);
	assert_int_equal(counts.accepted, 2);
	assert_int_equal(counts.unchanged, swk_batch_rows(batch) - 2);
	assert_int_equal(counts.commit, 2);
	feed_assert_csv(store, csv);
	free(csv);
	swk_batch_free(batch);
	swk_store_close(store);
}

static void test_strict(void **state)
{
	swk_store *store = *state;
	const swk_ingest_options strict = { .size = sizeof strict, .strict = 1 };
	swk_ingest_counts counts = { .size = sizeof counts, .accepted = 55, .commit = 66 }, before = counts;
	swk_batch *batch = NULL;
	swk_error error = SWK_ERROR_INIT;
	char *csv = feed_csv(store);
	assert_int_equal(swk_batch_create(store, NULL, &batch, NULL), SWK_OK);
	assert_int_equal(feed_call(batch, "t1", MONDAY, NULL, NULL, NULL, 0), SWK_OK);
	assert_int_equal(FEED_ROW(batch, "call", 7, "id", "t2"), SWK_ERR_INVALID);
	assert_int_equal(swk_store_ingest_batch(store, batch, &strict, &counts, &error), SWK_ERR_REJECTED);
	assert_int_equal(error.code, SWK_ERR_REJECTED);
	assert_int_equal(error.row, 7);
	assert_string_equal(error.field, "at");
	assert_memory_equal(&counts, &before, sizeof counts);
	feed_assert_csv(store, csv);
	free(csv);
	/* The batch is as it was: without `strict` its good row goes in. */
	assert_int_equal(swk_store_ingest_batch(store, batch, NULL, &counts, NULL), SWK_OK);
	assert_int_equal(counts.accepted, 1);
	swk_batch_free(batch);
}

static void test_ingest_refused(void **state)
{
	swk_store *store = *state, *other = feed_open(NULL, NULL);
	swk_ingest_options options = { .size = sizeof options };
	swk_batch *batch = NULL;
	char *csv = feed_csv(store);
	assert_int_equal(swk_batch_create(store, NULL, &batch, NULL), SWK_OK);
	assert_int_equal(feed_call(batch, "u1", MONDAY, NULL, NULL, NULL, 0), SWK_OK);
	assert_int_equal(feed_call(batch, "u2", MONDAY, NULL, NULL, NULL, 0), SWK_OK);
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_ingest_batch(NULL, batch, NULL, NULL, &error));
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_ingest_batch(store, NULL, NULL, NULL, &error));
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_ingest_batch(other, batch, NULL, NULL, &error));
	options.recorded_at = -1;
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_ingest_batch(store, batch, &options, NULL, &error));
	options.recorded_at = INSTANT_MAX + 1;
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_ingest_batch(store, batch, &options, NULL, &error));
	/* The second row's stamp would lie beyond what an instant may be. */
	options.recorded_at = INSTANT_MAX;
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_ingest_batch(store, batch, &options, NULL, &error));
	feed_assert_csv(store, csv);
	free(csv);
	swk_batch_free(batch);
	swk_store_close(other);
}

/* ------------------------------------------------------------------------------------------- questions */

static void test_report_refused(void **state)
{
	static const char *const bad[] = { "mood" }, *const none[] = { NULL }, *const twice[] = { "rep", "rep" };
	static const swk_filter wrong_name[] = { { "mood", "good" } }, no_name[] = { { NULL, "r0" } },
				no_value[] = { { "rep", NULL } }, no_hour[] = { { "hour", "24" } },
				no_number[] = { { "weekday", "" } };
	static const swk_option unknown[] = { { "mood", "good" } }, choice[] = { { "direction", "up" } },
				nothing[] = { { "direction", NULL } }, nameless[] = { { NULL, "both" } },
				again[] = { { "clock", "lead" }, { "clock", "lead" } };
	const struct {
		swk_query query;
		int code;
	} rows[] = {
		{ { .report = NULL }, SWK_ERR_USAGE },
		{ { .report = "" }, SWK_ERR_USAGE },
		{ { .report = "Calls" }, SWK_ERR_USAGE },
		{ { .report = "calls", .by = bad, .by_count = 1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .by = none, .by_count = 1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .by = twice, .by_count = 2 }, SWK_ERR_USAGE },
		{ { .report = "calls", .by = NULL, .by_count = 1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .filters = wrong_name, .filter_count = 1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .filters = no_name, .filter_count = 1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .filters = no_value, .filter_count = 1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .filters = no_hour, .filter_count = 1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .filters = no_number, .filter_count = 1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .filters = NULL, .filter_count = 1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .options = unknown, .option_count = 1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .options = choice, .option_count = 1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .options = nothing, .option_count = 1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .options = nameless, .option_count = 1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .options = again, .option_count = 2 }, SWK_ERR_USAGE },
		{ { .report = "calls", .options = NULL, .option_count = 1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .from = "2026-W46", .to = "2026-W45" }, SWK_ERR_USAGE },
		{ { .report = "calls", .from = "2026-W54" }, SWK_ERR_USAGE },
		{ { .report = "calls", .from = "" }, SWK_ERR_USAGE },
		{ { .report = "calls", .from = "2026-W45", .week_start = SWK_SUNDAY }, SWK_ERR_USAGE },
		{ { .report = "calls", .flags = 8 }, SWK_ERR_USAGE },
		{ { .report = "calls", .week_start = 8 }, SWK_ERR_USAGE },
		{ { .report = "calls", .week_start = -1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .now = -1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .now = INSTANT_MAX + 1 }, SWK_ERR_USAGE },
		{ { .report = "calls", .as_of = INT64_MIN }, SWK_ERR_USAGE },
		{ { .report = "calls", .as_of = INT64_MAX }, SWK_ERR_USAGE },
		{ { .report = "calls", .zone = "Mars/Olympus" }, SWK_ERR_ZONE },
		{ { .report = "calls", .zone = "" }, SWK_ERR_ZONE },
		{ { .report = "calls", .currency = "EUR" }, SWK_OK }, /* calls have no amounts */
		{ { .report = "calls", .currency = "euro" }, SWK_ERR_USAGE },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		swk_query query = rows[i].query;
		swk_result *result = UNTOUCHED(swk_result);
		swk_error error = SWK_ERROR_INIT;
		query.size = sizeof query;
		int code = swk_store_report(*state, &query, &result, &error);
		if (code != rows[i].code)
			fail_msg("query %zu: %s, not %s", i, swk_code_name(code), swk_code_name(rows[i].code));
		assert_int_equal(error.code, code);
		if (code == SWK_OK)
			swk_result_free(result);
		else
			assert_ptr_equal(result, UNTOUCHED(swk_result));
	}
	swk_result *result = NULL;
	swk_query query = feed_query(0);
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_report(NULL, &query, &result, &error));
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_report(*state, NULL, &result, &error));
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_report(*state, &query, NULL, &error));
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_info(NULL, &result, &error));
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_store_info(*state, NULL, &error));
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_catalog(NULL, &error));
}

/* Windows that hold no fact, and the ends of time. */
static void test_report_empty_windows(void **state)
{
	static const char *const windows[][2] = {
		{ "1970-01-01", "1970-01-08" }, { NULL, "0001-01-01" }, { "9999-12-27", "9999-12-31" },
		{ "2199-12-01", "2199-12-31" }, { "2030-W01", NULL },   { NULL, "1990-W01" },
	};
	for (size_t i = 0; i < COUNT(windows); i++) {
		for (uint32_t flags = 0; flags < 8; flags++) {
			swk_query query = { .size = sizeof query,
				            .report = "calls",
				            .from = windows[i][0],
				            .to = windows[i][1],
				            .flags = flags };
			swk_result *result = NULL;
			assert_int_equal(swk_store_report(*state, &query, &result, NULL), SWK_OK);
			if (!(flags & SWK_QUERY_FILL))
				assert_int_equal(swk_result_rows(result), 0);
			swk_result_free(result);
		}
	}
}

/* What a result says it saw: never more commits than it was asked about. */
static void test_result_about(void **state)
{
	swk_store *store = *state;
	assert_int_equal(feed_one(store, "late", "answered"), SWK_OK);
	for (uint64_t at = 0; at < 4; at++) {
		swk_query query = { .size = sizeof query,
			            .report = "calls",
			            .at_commit = at,
			            .zone = "Asia/Tokyo",
			            .week_start = SWK_SATURDAY };
		swk_result *result = NULL;
		assert_int_equal(swk_store_report(store, &query, &result, NULL), SWK_OK);
		assert_int_equal(swk_result_commit(result), at == 1 ? 1 : 2);
		assert_string_equal(swk_result_zone(result), "Asia/Tokyo");
		assert_int_equal(swk_result_week_start(result), SWK_SATURDAY);
		assert_true(swk_result_zone_fingerprint(result) != 0);
		assert_int_equal(swk_result_now(result), NOW);
		swk_result_free(result);
	}
}

/* ----------------------------------------------------------------------------------- catalog and info */

static void test_catalog(void **state)
{
	(void)state;
	swk_result *result = NULL;
	assert_int_equal(swk_catalog(&result, NULL), SWK_OK);
	size_t name = (size_t)swk_result_find(result, "name"), kind = (size_t)swk_result_find(result, "kind"),
	       definition = (size_t)swk_result_find(result, "definition");
	bool rate = false;
	for (size_t row = 0; row < swk_result_rows(result); row++) {
		assert_non_null(swk_result_text(result, row, definition, NULL));
		rate = rate || (!swk_result_null(result, row, name) &&
		                strcmp(swk_result_text(result, row, name, NULL), "answer_rate") == 0 &&
		                strcmp(swk_result_text(result, row, kind, NULL), "rate") == 0);
	}
	assert_true(rate);
	swk_result_free(result);
}

/* Every column of an answer is in the catalog. */
static void test_catalog_is_complete(void **state)
{
	swk_result *catalog = NULL, *answer = NULL;
	swk_query query = feed_query(2);
	assert_int_equal(swk_catalog(&catalog, NULL), SWK_OK);
	assert_int_equal(swk_store_report(*state, &query, &answer, NULL), SWK_OK);
	for (size_t column = 0; column < swk_result_columns(answer); column++) {
		bool found = false;
		for (size_t row = 0; row < swk_result_rows(catalog) && !found; row++) {
			const char *name = swk_result_text(catalog, row, 1, NULL);
			found = name && strcmp(name, swk_result_name(answer, column)) == 0;
		}
		if (!found)
			fail_msg("column %s is not in the catalog", swk_result_name(answer, column));
	}
	swk_result_free(answer);
	swk_result_free(catalog);
}

/* The value of a name in swk_store_info, as a number. */
static int64_t info_number(swk_store *store, const char *wanted)
{
	swk_result *result = NULL;
	int64_t number = -1;
	assert_int_equal(swk_store_info(store, &result, NULL), SWK_OK);
	for (size_t row = 0; row < swk_result_rows(result); row++)
		if (strcmp(swk_result_text(result, row, 0, NULL), wanted) == 0)
			number = atoll(swk_result_text(result, row, 1, NULL));
	swk_result_free(result);
	return number;
}

static void test_info(void **state)
{
	assert_int_equal(info_number(*state, "commits"), 1);
	assert_int_equal(info_number(*state, "rep_records"), 2);
	assert_int_equal(info_number(*state, "lead_records"), 2); /* l2 is deleted */
	assert_int_equal(info_number(*state, "lead_versions"), 3);
	assert_int_equal(info_number(*state, "call_records"), 204);
	assert_int_equal(info_number(*state, "call_versions"), 206);
	assert_true(info_number(*state, "memory_bytes") > 0);
	int64_t hits = info_number(*state, "cache_hits");
	free(feed_csv(*state));
	free(feed_csv(*state));
	assert_true(info_number(*state, "cache_hits") > hits);
}

/* --------------------------------------------------------------------------------------------- results */

static void test_result_nulls(void **state)
{
	(void)state;
	assert_int_equal(swk_result_rows(NULL), 0);
	assert_int_equal(swk_result_columns(NULL), 0);
	assert_null(swk_result_name(NULL, 0));
	assert_int_equal(swk_result_type(NULL, 0), 0);
	assert_int_equal(swk_result_find(NULL, "made"), -1);
	assert_int_equal(swk_result_null(NULL, 0, 0), 1);
	assert_int_equal(swk_result_int(NULL, 0, 0), 0);
	assert_true(swk_result_real(NULL, 0, 0) == 0);
	assert_null(swk_result_text(NULL, 0, 0, NULL));
	assert_null(swk_result_zone(NULL));
	assert_int_equal(swk_result_week_start(NULL), 0);
	assert_int_equal(swk_result_zone_fingerprint(NULL), 0);
	assert_int_equal(swk_result_now(NULL), 0);
	assert_int_equal(swk_result_commit(NULL), 0);
}

static void test_result_cells(void **state)
{
	swk_query query = feed_query(1);
	swk_result *result = NULL;
	size_t length = 77;
	assert_int_equal(swk_store_report(*state, &query, &result, NULL), SWK_OK);
	size_t rows = swk_result_rows(result), columns = swk_result_columns(result);
	assert_true(rows > 0 && columns > 5);
	assert_string_equal(swk_result_name(result, 0), "week");
	assert_int_equal(swk_result_type(result, 0), SWK_TYPE_TEXT);
	assert_int_equal(swk_result_type(result, 1), SWK_TYPE_DATE);
	assert_int_equal(swk_result_type(result, 2), SWK_TYPE_BOOL);
	assert_string_equal(swk_result_text(result, 0, 0, &length), "2026-W45");
	assert_int_equal(length, 8);
	assert_int_equal(swk_result_int(result, 0, 1), 20759);
	assert_int_equal(swk_result_find(result, "nothing"), -1);
	assert_int_equal(swk_result_find(result, NULL), -1);
	/* Beyond the end, and of another type. */
	length = 77;
	assert_null(swk_result_name(result, columns));
	assert_null(swk_result_name(result, SIZE_MAX));
	assert_int_equal(swk_result_null(result, rows, 0), 1);
	assert_int_equal(swk_result_null(result, 0, columns), 1);
	assert_null(swk_result_text(result, rows, 0, &length));
	assert_null(swk_result_text(result, SIZE_MAX, SIZE_MAX, &length));
	assert_null(swk_result_text(result, 0, 1, &length));
	assert_int_equal(length, 77);
	assert_int_equal(swk_result_int(result, 0, 0), 0);
	assert_true(swk_result_real(result, 0, 0) == 0);
	size_t made = (size_t)swk_result_find(result, "made");
	assert_true(swk_result_real(result, 0, made) == (double)swk_result_int(result, 0, made));
	swk_result_free(result);
}

typedef struct limited {
	size_t left;
	unsigned calls;
} limited;

static int limited_write(void *context, const char *bytes, size_t length)
{
	limited *self = context;
	(void)bytes;
	self->calls++;
	if (length > self->left)
		return 1;
	self->left -= length;
	return 0;
}

static void test_result_write(void **state)
{
	swk_query query = feed_query(2);
	swk_result *result = NULL;
	assert_int_equal(swk_store_report(*state, &query, &result, NULL), SWK_OK);
	for (int format = SWK_FORMAT_CSV; format <= SWK_FORMAT_TABLE; format++) {
		char *whole = result_text(result, format);
		assert_non_null(whole);
		limited enough = { .left = strlen(whole) }, less = { .left = strlen(whole) - 1 }, none = { 0 };
		assert_int_equal(swk_result_write(result, format, limited_write, &enough, NULL), SWK_OK);
		assert_int_equal(enough.left, 0);
		ASSERT_REFUSED(SWK_ERR_IO, swk_result_write(result, format, limited_write, &less, &error));
		ASSERT_REFUSED(SWK_ERR_IO, swk_result_write(result, format, limited_write, &none, &error));
		assert_int_equal(none.calls, 1); /* stopped, not tried again */
		free(whole);
	}
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_result_write(NULL, SWK_FORMAT_CSV, limited_write, NULL, &error));
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_result_write(result, SWK_FORMAT_CSV, NULL, NULL, &error));
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_result_write(result, 0, limited_write, NULL, &error));
	ASSERT_REFUSED(SWK_ERR_USAGE, swk_result_write(result, 4, limited_write, NULL, &error));
	swk_result_free(result);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, store_up, store_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_codes_have_names),
		cmocka_unit_test(test_error_line),
		cmocka_unit_test(test_error_without_size),
		WITH_STORE(test_error_is_text),
		WITH_STORE(test_struct_sizes),
		WITH_STORE(test_struct_sizes_of_nobody),
		WITH_STORE(test_reserved),
		WITH_STORE(test_counts_size),
		cmocka_unit_test(test_open_refused),
		cmocka_unit_test(test_nothing_is_closed),
		WITH_STORE(test_instant_parse),
		WITH_STORE(test_batch_create_refused),
		WITH_STORE(test_batch_nulls),
		WITH_STORE(test_batch_rows_and_rejects),
		cmocka_unit_test(test_batch_setters),
		WITH_STORE(test_ignore_unknown),
		cmocka_unit_test(test_counts),
		WITH_STORE(test_strict),
		WITH_STORE(test_ingest_refused),
		WITH_STORE(test_report_refused),
		WITH_STORE(test_report_empty_windows),
		WITH_STORE(test_result_about),
		cmocka_unit_test(test_catalog),
		WITH_STORE(test_catalog_is_complete),
		WITH_STORE(test_info),
		cmocka_unit_test(test_result_nulls),
		WITH_STORE(test_result_cells),
		WITH_STORE(test_result_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
