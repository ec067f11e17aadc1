/* SPDX-License-Identifier: MIT
 *
 * The life of a store in a host: whose memory it is and in which order it goes, limits, clocks, progress, interruption
 * from other threads, forks, and many stores at once.
 */
#include "feed.h"

#include <pthread.h>
#include <sys/wait.h>

/* -------------------------------------------------------------------------------------- ownership */

/* Frees store, batch and result in every order; each still works while others are gone. */
static void test_any_order_of_freeing(void **state)
{
	static const char orders[][4] = { "sbr", "srb", "bsr", "brs", "rsb", "rbs" };
	(void)state;
	for (size_t i = 0; i < COUNT(orders); i++) {
		counter counts = { 0 };
		const swk_allocator allocator = counter_allocator(&counts);
		swk_store_options options = feed_options();
		options.allocator = &allocator;
		swk_store *store = feed_open(NULL, &options);
		swk_batch *batch = NULL;
		swk_result *result = NULL;
		swk_query query = feed_query(1);
		assert_int_equal(swk_batch_create(store, NULL, &batch, NULL), SWK_OK);
		assert_int_equal(feed_mixed(batch), SWK_OK);
		assert_int_equal(swk_store_ingest_batch(store, batch, NULL, NULL, NULL), SWK_OK);
		assert_int_equal(swk_store_report(store, &query, &result, NULL), SWK_OK);
		char *csv = result_text(result, SWK_FORMAT_CSV);
		for (const char *next = orders[i]; *next; next++) {
			assert_true(counts.blocks > 0);
			if (*next == 's')
				swk_store_close(store);
			if (*next == 'b') {
				assert_int_equal(feed_call(batch, "more", MONDAY, "l", "r", NULL, 0), SWK_OK);
				swk_batch_free(batch);
			}
			if (*next == 'r') {
				char *again = result_text(result, SWK_FORMAT_CSV);
				assert_string_equal(again, csv);
				assert_string_equal(swk_result_zone(result), "UTC");
				free(again);
				swk_result_free(result);
			}
		}
		free(csv);
		counter_assert_empty(&counts);
	}
}

/* A batch and a result outlive their store by far: a host's collector may take its time. */
static void test_zones_outlive_the_store(void **state)
{
	(void)state;
	swk_store *store = feed_open(NULL, NULL);
	const swk_batch_options options = { .size = sizeof options, .zone = "Asia/Kolkata" };
	swk_batch *batch = NULL;
	assert_int_equal(swk_batch_create(store, &options, &batch, NULL), SWK_OK);
	swk_store_close(store);
	assert_int_equal(FEED_ROW(batch, "call", 1, "id", "c", "at", "2026-11-02T09:00"), SWK_OK);
	assert_int_equal(FEED_ROW(batch, "rep", 2, "id", "r", "zone", "Pacific/Apia"), SWK_OK);
	swk_batch_free(batch);
}

static void test_copies_what_it_keeps(void **state)
{
	(void)state;
	counter counts = { 0 };
	swk_allocator allocator = counter_allocator(&counts);
	swk_store_options options = feed_options();
	char zone[] = "Europe/Berlin", folder_path[] = "/usr/share/zoneinfo", currency[] = "EUR";
	options.allocator = &allocator;
	options.zone = zone;
	options.zone_path = folder_path;
	options.currency = currency;
	swk_store *store = feed_open(NULL, &options);
	memset(&allocator, 0x11, sizeof allocator);
	memset(&options, 0x11, sizeof options);
	memset(zone, 'x', sizeof zone - 1);
	memset(folder_path, 'x', sizeof folder_path - 1);
	memset(currency, 'x', sizeof currency - 1);
	assert_int_equal(feed_ingest(store, feed_mixed, NULL, NULL), SWK_OK);
	swk_query query = { .size = sizeof query, .report = "calls" };
	swk_result *result = NULL;
	assert_int_equal(swk_store_report(store, &query, &result, NULL), SWK_OK);
	assert_string_equal(swk_result_zone(result), "Europe/Berlin");
	swk_result_free(result);
	swk_store_close(store);
	counter_assert_empty(&counts);
}

static void test_thousand_stores(void **state)
{
	enum {
		STORES = 1000,
		MOST = 256 * 1024
	};
	static swk_store *stores[STORES];
	(void)state;
	counter counts = { 0 };
	const swk_allocator allocator = counter_allocator(&counts);
	swk_store_options options = feed_options();
	options.allocator = &allocator;
	for (size_t i = 0; i < STORES; i++)
		stores[i] = feed_open(NULL, &options);
	int64_t each = counts.bytes / STORES;
	for (size_t i = 0; i < STORES; i += 100)
		assert_int_equal(feed_one(stores[i], "c", "answered"), SWK_OK);
	for (size_t i = 0; i < STORES; i += 50)
		assert_int_equal(feed_figure(stores[i], "made"), i % 100 ? 0 : 1);
	for (size_t i = 0; i < STORES; i++)
		swk_store_close(stores[i]);
	printf("    an empty store takes %lld bytes\n", (long long)each);
	assert_true(each < MOST);
	counter_assert_empty(&counts);
}

/* ------------------------------------------------------------------------------------------- limits */

static int fill_large(swk_batch *batch)
{
	return feed_calls(batch, 77, 4000, 150);
}

/* The limit is reached somewhere: in the batch, while ingesting, in a report. Each time the store answers as before,
 * and small things go on. */
static void test_memory_limit(void **state)
{
	(void)state;
	unsigned refused = 0, passed = 0;
	for (uint64_t limit = 500000; limit < 8000000; limit += limit / 4) {
		counter counts = { 0 };
		const swk_allocator allocator = counter_allocator(&counts);
		swk_store_options options = feed_options();
		options.allocator = &allocator;
		options.memory_limit = limit;
		swk_store *store = feed_open(NULL, &options);
		swk_error error = SWK_ERROR_INIT;
		assert_int_equal(feed_one(store, "first", "answered"), SWK_OK);
		char *csv = feed_csv(store);
		int code = feed_ingest(store, fill_large, NULL, &error);
		if (code == SWK_OK) {
			passed++;
		} else {
			refused++;
			assert_int_equal(code, SWK_ERR_LIMIT);
			feed_assert_csv(store, csv);
			assert_int_equal(feed_one(store, "second", "voicemail"), SWK_OK);
			assert_int_equal(feed_figure(store, "made"), 2);
		}
		assert_true(counts.bytes <= (int64_t)limit);
		free(csv);
		swk_store_close(store);
		counter_assert_empty(&counts);
	}
	assert_true(refused > 2 && passed > 2);
}

/* New texts first, and then more weeks than fit. */
static void fill_too_many(swk_batch *batch, unsigned round)
{
	for (unsigned i = 0; i < 1500; i++) {
		char id[32];
		snprintf(id, sizeof id, "%u-%u", round, i);
		assert_int_equal(FEED_ROW(batch, "rep", i, "id", id, "name", id), SWK_OK);
	}
	assert_int_equal(feed_calls(batch, round, 2000, 4000), SWK_OK);
}

static int fill_what_fits(swk_batch *batch)
{
	return feed_calls(batch, 50, 5000, 3);
}

/* What was refused for want of memory does not eat the memory of what comes after it, however often it is tried: what
 * fits into a new store fits into this one. */
static void test_memory_limit_wears_not_out(void **state)
{
	(void)state;
	swk_store_options options = feed_options();
	options.memory_limit = 3000000;
	swk_store *fresh = feed_open(NULL, &options), *store = feed_open(NULL, &options);
	assert_int_equal(feed_ingest(fresh, fill_what_fits, NULL, NULL), SWK_OK);
	swk_store_close(fresh);
	for (unsigned round = 1; round <= 40; round++) {
		swk_batch *batch = NULL;
		assert_int_equal(swk_batch_create(store, NULL, &batch, NULL), SWK_OK);
		fill_too_many(batch, round);
		assert_int_equal(swk_store_ingest_batch(store, batch, NULL, NULL, NULL), SWK_ERR_LIMIT);
		swk_batch_free(batch);
	}
	assert_int_equal(feed_ingest(store, fill_what_fits, NULL, NULL), SWK_OK);
	swk_store_close(store);
}

/* -------------------------------------------------------------------------------------------- clock */

static int64_t told_clock(void *context)
{
	return *(int64_t *)context;
}

static void test_clock(void **state)
{
	(void)state;
	int64_t now = MONDAY + 12 * HOUR;
	swk_store_options options = { .size = sizeof options, .clock = told_clock, .clock_context = &now };
	swk_store *store = feed_open(NULL, &options);
	assert_int_equal(feed_one(store, "past", "answered"), SWK_OK);
	swk_batch *batch = NULL;
	assert_int_equal(swk_batch_create(store, NULL, &batch, NULL), SWK_OK);
	assert_int_equal(feed_call(batch, "future", MONDAY + DAY, NULL, NULL, "busy", 0), SWK_OK);
	assert_int_equal(swk_store_ingest_batch(store, batch, NULL, NULL, NULL), SWK_OK);
	swk_batch_free(batch);
	assert_int_equal(feed_figure(store, "made"), 1);
	now += 2 * DAY;
	assert_int_equal(feed_figure(store, "made"), 2);
	/* As of the stamps that the clock gave: the second call got the microsecond after the first one's. */
	swk_query query = { .size = sizeof query, .report = "calls", .as_of = MONDAY + 12 * HOUR, .now = NOW };
	for (int i = 0; i < 2; i++) {
		swk_result *result = NULL;
		query.as_of += i;
		assert_int_equal(swk_store_report(store, &query, &result, NULL), SWK_OK);
		assert_int_equal(swk_result_int(result, 0, (size_t)swk_result_find(result, "made")), 1 + i);
		swk_result_free(result);
	}
	swk_store_close(store);
}

/* A clock that was set back, or shows nonsense. */
static void test_clock_of_nonsense(void **state)
{
	static const int64_t nonsense[] = { INT64_MIN, -1, INSTANT_MAX + 1, INT64_MAX };
	(void)state;
	int64_t now = NOW;
	swk_store_options options = { .size = sizeof options, .clock = told_clock, .clock_context = &now };
	swk_store *store = feed_open(NULL, &options);
	assert_int_equal(feed_one(store, "a", "answered"), SWK_OK);
	for (size_t i = 0; i < COUNT(nonsense); i++) {
		swk_query query = { .size = sizeof query, .report = "calls", .flags = SWK_QUERY_PREVIOUS };
		swk_result *result = NULL;
		now = nonsense[i];
		assert_int_equal(swk_store_report(store, &query, &result, NULL), SWK_ERR_USAGE);
		query.now = NOW;
		assert_int_equal(swk_store_report(store, &query, &result, NULL), SWK_OK);
		assert_int_equal(swk_result_rows(result), 1);
		swk_result_free(result);
		if (now > 0)
			assert_int_equal(feed_one(store, "b", "answered"), SWK_ERR_USAGE);
	}
	now = NOW - DAY; /* set back: the second version is the later one all the same */
	assert_int_equal(feed_one(store, "a", "busy"), SWK_OK);
	now = NOW;
	assert_int_equal(feed_figure(store, "busy"), 1);
	assert_int_equal(feed_figure(store, "made"), 1);
	swk_store_close(store);
}

/* --------------------------------------------------------------------------- progress and interruption */

typedef struct progress {
	unsigned calls, stop_at;
	uint64_t last, total;
	swk_store *store; /* asked from within, where there is one */
} progress;

static int progress_told(void *context, uint64_t done, uint64_t total)
{
	progress *self = context;
	self->calls++;
	assert_true(done >= self->last && (total == 0 || done <= total));
	self->last = done;
	self->total = total;
	if (self->store)
		assert_int_equal(feed_figure(self->store, "made"), 1);
	return self->stop_at && self->calls >= self->stop_at;
}

static int fill_long(swk_batch *batch)
{
	return feed_calls(batch, 5, 20000, 3);
}

static void test_progress(void **state)
{
	(void)state;
	progress told = { 0 };
	swk_store_options options = feed_options();
	options.progress = progress_told;
	options.progress_context = &told;
	swk_store *store = feed_open(NULL, &options);
	swk_error error = SWK_ERROR_INIT;
	assert_int_equal(feed_one(store, "a", "answered"), SWK_OK);
	char *csv = feed_csv(store);
	for (unsigned stop = 1; stop < 4; stop++) {
		told = (progress){ .stop_at = stop };
		assert_int_equal(feed_ingest(store, fill_long, NULL, &error), SWK_ERR_INTERRUPTED);
		assert_int_equal(error.code, SWK_ERR_INTERRUPTED);
		assert_int_equal(told.calls, stop);
		feed_assert_csv(store, csv);
	}
	/* The function may ask the store itself; it sees nothing of what is under way. */
	told = (progress){ .store = store };
	assert_int_equal(feed_ingest(store, fill_long, NULL, NULL), SWK_OK);
	assert_true(told.calls >= 4);
	assert_int_equal(told.total, 20000);
	free(csv);
	swk_store_close(store);
}

static int progress_ingests(void *context, uint64_t done, uint64_t total)
{
	progress *self = context;
	swk_error error = SWK_ERROR_INIT;
	(void)done;
	(void)total;
	assert_int_equal(feed_ingest(self->store, fill_long, NULL, &error), SWK_ERR_USAGE);
	assert_non_null(strstr(error.reason, "within another one"));
	return self->calls++ == self->stop_at;
}

/* It would wait for itself. */
static void test_no_ingestion_within_another(void **state)
{
	(void)state;
	progress told = { .stop_at = 1 };
	swk_store_options options = feed_options();
	options.progress = progress_ingests;
	options.progress_context = &told;
	told.store = feed_open(NULL, &options);
	assert_int_equal(feed_ingest(told.store, fill_long, NULL, NULL), SWK_ERR_INTERRUPTED);
	told.stop_at = 0;
	assert_int_equal(feed_ingest(told.store, fill_long, NULL, NULL), SWK_OK);
	swk_store_close(told.store);
}

/* A question has a function of its own, which the store's one may be asking it from. */
static void test_report_progress(void **state)
{
	(void)state;
	progress told = { 0 };
	swk_store *store = feed_open(NULL, NULL);
	swk_query query = { .size = sizeof query,
		            .report = "calls",
		            .now = NOW,
		            .progress = progress_told,
		            .progress_context = &told };
	swk_error error = SWK_ERROR_INIT;
	swk_result *result = NULL;
	assert_int_equal(feed_ingest(store, fill_long, NULL, NULL), SWK_OK);
	told.stop_at = 1;
	assert_int_equal(swk_store_report(store, &query, &result, &error), SWK_ERR_INTERRUPTED);
	assert_null(result);
	assert_int_equal(told.calls, 1);
	told.stop_at = 0;
	assert_int_equal(swk_store_report(store, &query, &result, &error), SWK_OK);
	assert_true(told.calls > 1);
	swk_result_free(result);
	/* The past is cut out of the records first; that can be stopped too. */
	result = NULL;
	assert_int_equal(feed_one(store, "a", "answered"), SWK_OK);
	query.at_commit = 1;
	told = (progress){ .stop_at = 1 };
	assert_int_equal(swk_store_report(store, &query, &result, &error), SWK_ERR_INTERRUPTED);
	assert_null(result);
	assert_int_equal(told.calls, 1);
	swk_store_close(store);
}

/* Whoever counts ahead may meet the stop in a week that is not asked for yet. The filter is another one each time, so
 * that nothing is kept. */
static void test_a_stopped_report_asks_no_more(void **state)
{
	(void)state;
	swk_store *store = feed_open(NULL, NULL);
	swk_batch *batch = NULL;
	assert_int_equal(swk_batch_create(store, NULL, &batch, NULL), SWK_OK);
	assert_int_equal(feed_calls(batch, 5, 20000, 200), SWK_OK);
	assert_int_equal(swk_store_ingest_batch(store, batch, NULL, NULL, NULL), SWK_OK);
	swk_batch_free(batch);
	for (unsigned stop = 1; stop < 200; stop++) {
		progress told = { .stop_at = stop };
		char other[16];
		snprintf(other, sizeof other, "other %u", stop);
		const swk_filter filters[] = { { "rep", "r1" }, { "rep", other } };
		swk_query query = { .size = sizeof query,
			            .report = "calls",
			            .now = MONDAY + 210 * WEEK,
			            .filters = filters,
			            .filter_count = COUNT(filters),
			            .progress = progress_told,
			            .progress_context = &told,
			            .threads = 3 };
		swk_result *result = NULL;
		if (swk_store_report(store, &query, &result, NULL) == SWK_ERR_INTERRUPTED)
			assert_int_equal(told.calls, stop);
		else
			assert_true(told.calls < stop);
		swk_result_free(result);
	}
	swk_store_close(store);
}

typedef struct interrupter {
	swk_store *store;
	_Atomic bool stop;
} interrupter;

static void *interrupt_often(void *context)
{
	interrupter *self = context;
	while (!self->stop) {
		swk_store_interrupt(self->store);
		usleep(200);
	}
	return NULL;
}

static int fill_very_long(swk_batch *batch)
{
	return feed_calls(batch, 6, 100000, 3);
}

static void test_interrupt(void **state)
{
	(void)state;
	swk_store *store = feed_open(NULL, NULL);
	pthread_t thread;
	interrupter other = { .store = store };
	swk_batch *batch = NULL;
	swk_error error = SWK_ERROR_INIT;
	assert_int_equal(feed_one(store, "a", "answered"), SWK_OK);
	assert_int_equal(swk_batch_create(store, NULL, &batch, NULL), SWK_OK);
	assert_int_equal(fill_very_long(batch), SWK_OK);
	swk_store_interrupt(store); /* before the call: of no effect on it */
	char *csv = feed_csv(store);
	assert_non_null(csv);
	assert_int_equal(pthread_create(&thread, NULL, interrupt_often, &other), 0);
	assert_int_equal(swk_store_ingest_batch(store, batch, NULL, NULL, &error), SWK_ERR_INTERRUPTED);
	other.stop = true;
	pthread_join(thread, NULL);
	assert_int_equal(error.code, SWK_ERR_INTERRUPTED);
	feed_assert_csv(store, csv);
	free(csv);

	assert_int_equal(swk_store_ingest_batch(store, batch, NULL, NULL, &error), SWK_OK);
	swk_batch_free(batch);
	other.stop = false;
	assert_int_equal(pthread_create(&thread, NULL, interrupt_often, &other), 0);
	unsigned interrupted = 0;
	for (unsigned i = 0; i < 200 && !interrupted; i++) {
		static const char *const by[] = { "rep", "source", "weekday", "hour" };
		swk_query query = { .size = sizeof query,
			            .report = "calls",
			            .by = by,
			            .by_count = COUNT(by),
			            .as_of = NOW + i,
			            .now = NOW }; /* not cached: another past each time */
		swk_result *result = NULL;
		int code = swk_store_report(store, &query, &result, &error);
		interrupted += code == SWK_ERR_INTERRUPTED;
		if (code == SWK_OK)
			swk_result_free(result);
		else
			assert_null(result);
	}
	other.stop = true;
	pthread_join(thread, NULL);
	assert_int_equal(interrupted, 1);
	assert_int_equal(feed_figure(store, "made"), 100001);
	swk_store_close(store);
}

typedef struct waiting {
	swk_store *store;
	_Atomic bool inside, release, begun;
	int first, second; /* codes */
} waiting;

/* Holds the first ingestion within its progress function. */
static int progress_holds(void *context, uint64_t done, uint64_t total)
{
	waiting *self = context;
	(void)done;
	(void)total;
	self->inside = true;
	while (!self->release)
		usleep(500);
	return 0;
}

static void *ingest_first(void *context)
{
	waiting *self = context;
	self->first = feed_ingest(self->store, fill_long, NULL, NULL);
	return NULL;
}

static void *ingest_second(void *context)
{
	waiting *self = context;
	self->begun = true;
	self->second = feed_one(self->store, "second", "answered");
	return NULL;
}

/* An ingestion that waits for another one is under way too. */
static void test_interrupt_reaches_the_waiting(void **state)
{
	(void)state;
	waiting self = { .first = 1, .second = 1 };
	pthread_t first, second;
	swk_store_options options = feed_options();
	options.progress = progress_holds;
	options.progress_context = &self;
	self.store = feed_open(NULL, &options);
	assert_int_equal(pthread_create(&first, NULL, ingest_first, &self), 0);
	while (!self.inside)
		usleep(500);
	assert_int_equal(pthread_create(&second, NULL, ingest_second, &self), 0);
	while (!self.begun)
		usleep(500);
	usleep(50000);
	swk_store_interrupt(self.store);
	self.release = true;
	pthread_join(first, NULL);
	pthread_join(second, NULL);
	assert_int_equal(self.first, SWK_ERR_INTERRUPTED);
	assert_int_equal(self.second, SWK_ERR_INTERRUPTED);
	swk_store_close(self.store);
}

/* -------------------------------------------------------------------------------------------- forks */

#define CHECK(condition)                           \
	do {                                       \
		if (!(condition))                  \
			_exit(__LINE__ % 200 + 1); \
	} while (0)

typedef struct family {
	swk_store *store;
	swk_batch *batch;
	swk_result *result;
} family;

/* Everything a child may try. It leaves by _exit: what it inherited is the parent's. */
static void child_tries(const family *own)
{
	swk_store *store = own->store;
	swk_batch *batch = NULL;
	swk_result *result = NULL;
	swk_query query = feed_query(0);
	swk_error error = SWK_ERROR_INIT;
	text written = { 0 };
	int64_t instant;
	CHECK(swk_batch_create(store, NULL, &batch, &error) == SWK_ERR_FORKED && error.code == SWK_ERR_FORKED);
	CHECK(swk_store_ingest_batch(store, own->batch, NULL, NULL, NULL) == SWK_ERR_FORKED);
	CHECK(swk_store_report(store, &query, &result, NULL) == SWK_ERR_FORKED);
	CHECK(swk_store_info(store, &result, NULL) == SWK_ERR_FORKED);
	CHECK(swk_store_instant_parse(store, NULL, "2026-11-02", &instant, NULL) == SWK_ERR_FORKED);
	CHECK(swk_result_write(own->result, SWK_FORMAT_CSV, text_write, &written, NULL) == SWK_ERR_FORKED);
	CHECK(!batch && !result && !written.bytes);
	swk_store_interrupt(store);
	/* A store of its own is fine. */
	swk_store *mine = NULL;
	CHECK(swk_store_open(NULL, NULL, &mine, NULL) == SWK_OK);
	CHECK(feed_one(mine, "c", "answered") == SWK_OK);
	swk_store_close(mine);
	swk_store_close(store);
	swk_result_free(own->result);
	swk_batch_free(own->batch);
}

static void fork_and_wait(const family *own)
{
	int status = 0;
	fflush(stdout);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		child_tries(own);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("the child ended with status %d (line %% 200 + 1: %d)", status, WEXITSTATUS(status));
}

static void test_fork(void **state)
{
	(void)state;
	folder place;
	folder_make(&place);
	swk_store_options options = feed_options();
	options.flags = SWK_OPEN_CREATE;
	for (int file = 0; file < 2; file++) {
		family own = { .store = feed_open(file ? place.store : NULL, &options) };
		swk_query query = feed_query(0);
		assert_int_equal(swk_batch_create(own.store, NULL, &own.batch, NULL), SWK_OK);
		assert_int_equal(feed_mixed(own.batch), SWK_OK);
		assert_int_equal(swk_store_ingest_batch(own.store, own.batch, NULL, NULL, NULL), SWK_OK);
		assert_int_equal(swk_store_report(own.store, &query, &own.result, NULL), SWK_OK);
		char *csv = feed_csv(own.store);
		fork_and_wait(&own);
		/* The parent goes on: same answers, its lock is still its own, it commits. */
		feed_assert_csv(own.store, csv);
		free(csv);
		swk_store *second = NULL;
		if (file)
			assert_int_equal(swk_store_open(place.store, &options, &second, NULL), SWK_ERR_LOCKED);
		assert_int_equal(feed_one(own.store, "after", "answered"), SWK_OK);
		csv = feed_csv(own.store);
		swk_result_free(own.result);
		swk_batch_free(own.batch);
		swk_store_close(own.store);
		if (file) {
			own.store = feed_open(place.store, NULL);
			feed_assert_csv(own.store, csv);
			swk_store_close(own.store);
		}
		free(csv);
	}
	folder_remove(&place);
}

/* A child that lives on does not keep the file locked when its parent closes the store. */
static void test_fork_holds_no_lock(void **state)
{
	(void)state;
	folder place;
	int pipes[2], status;
	char byte;
	folder_make(&place);
	swk_store_options options = feed_options();
	options.flags = SWK_OPEN_CREATE;
	swk_store *store = feed_open(place.store, &options);
	assert_int_equal(pipe(pipes), 0);
	fflush(stdout);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(pipes[1]);
		_exit(read(pipes[0], &byte, 1) == 0 ? 0 : 1);
	}
	close(pipes[0]);
	swk_store_close(store);
	store = feed_open(place.store, &options);
	swk_store_close(store);
	close(pipes[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	folder_remove(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order_of_freeing),
		cmocka_unit_test(test_zones_outlive_the_store),
		cmocka_unit_test(test_copies_what_it_keeps),
		cmocka_unit_test(test_thousand_stores),
		cmocka_unit_test(test_memory_limit),
		cmocka_unit_test(test_memory_limit_wears_not_out),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_clock_of_nonsense),
		cmocka_unit_test(test_progress),
		cmocka_unit_test(test_no_ingestion_within_another),
		cmocka_unit_test(test_report_progress),
		cmocka_unit_test(test_a_stopped_report_asks_no_more),
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_interrupt_reaches_the_waiting),
		cmocka_unit_test(test_fork),
		cmocka_unit_test(test_fork_holds_no_lock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
