/* SPDX-License-Identifier: MIT
 *
 * One writer and four readers on one store. Every answer is asked again, at the commit it says it saw, when that is
 * long past: it must come back byte for byte. So must the records that are exported. Runs SWK_THREAD_SECONDS (2 by
 * default); ThreadSanitizer looks on in the lane `thread`. Then the same with readers who fold what the writer commits.
 */
#include "feed.h"

#include <pthread.h>
#include <time.h>

#define READERS 4

typedef struct race {
	swk_store *store;
	_Atomic bool stop;
	_Atomic uint64_t commits, rolled_back, answers, exports, mismatches, failures;
	_Atomic int failure; /* the last code */
} race;

static void failed(race *self, int code)
{
	self->failures++;
	self->failure = code;
}

/* Gives up long ingestions when they are half done, so that readers meet what is rolled back too. */
static int progress_stops(void *context, uint64_t done, uint64_t total)
{
	(void)context;
	(void)total;
	return done > 0;
}

/* ------------------------------------------------------------------------------------------ the writer */

/* A few rows of all tables: new ones, corrections of old ones, versions that arrive late, people who change teams. Each
 * twentieth batch is so long that the progress function stops it. */
static int batch_fill(swk_batch *batch, unsigned round)
{
	static const char *const teams[] = { "north", "south", "east" };
	char id[32], seed[32];
	snprintf(id, sizeof id, "r%u", round % 5);
	snprintf(seed, sizeof seed, "source %u", round % 50);
	int code = FEED_ROW(batch, "rep", 1, "id", id, "team", teams[round % COUNT(teams)], "region", seed);
	if (code == SWK_OK)
		code = feed_calls(batch, round, round % 20 ? 10 : 4200, 3);
	snprintf(id, sizeof id, "l%u", round % 20);
	if (code == SWK_OK)
		code = FEED_ROW(batch, "lead", 2, "id", id, "created_at", "2026-10-01", "source", seed, "merged_into",
		                round % 3 ? "" : "l3");
	if (code == SWK_OK)
		code = feed_call(batch, "corrected", MONDAY + round % 300 * HOUR, id, "r1", "busy",
		                 NOW - WEEK + (round * 7919) % 100000);
	return code;
}

static void *write_on(void *context)
{
	race *self = context;
	swk_batch *batch = NULL;
	int code = swk_batch_create(self->store, NULL, &batch, NULL);
	for (unsigned round = 1; !self->stop && code == SWK_OK; round++) {
		swk_ingest_counts counts = { .size = sizeof counts };
		swk_batch_clear(batch);
		code = batch_fill(batch, round);
		if (code == SWK_OK)
			code = swk_store_ingest_batch(self->store, batch, NULL, &counts, NULL);
		self->rolled_back += code == SWK_ERR_INTERRUPTED;
		if (code == SWK_ERR_INTERRUPTED)
			code = SWK_OK;
		else if (counts.commit)
			self->commits = counts.commit;
		usleep(1000); /* the question is races, not size */
	}
	if (code != SWK_OK)
		failed(self, code);
	swk_batch_free(batch);
	return NULL;
}

/* ----------------------------------------------------------------------------------------- the readers */

static swk_query query_choose(const race *self, unsigned number)
{
	static const char *const zones[] = { "UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia" };
	swk_query query = feed_query(number);
	if (!query.zone)
		query.zone = zones[number / 3 % COUNT(zones)];
	if (number % 4 == 1)
		query.as_of = NOW - WEEK + number * 1009 % 100000;
	if (number % 5 == 2)
		query.at_commit = self->commits / 2 + 1;
	query.now = NOW;
	query.threads = number % 4;
	return query;
}

/* The bytes of an answer and the commit it saw; NULL where it failed. */
static char *answer(race *self, const swk_query *query, uint64_t *commit)
{
	swk_result *result = NULL;
	int code = swk_store_report(self->store, query, &result, NULL);
	if (code != SWK_OK) {
		failed(self, code);
		return NULL;
	}
	char *csv = result_text(result, SWK_FORMAT_CSV);
	*commit = swk_result_commit(result);
	swk_result_free(result);
	return csv;
}

/* Asks about the store beside reports; of interest to ThreadSanitizer. */
static void glance(race *self)
{
	swk_result *result = NULL;
	int64_t instant;
	int code = swk_store_info(self->store, &result, NULL);
	if (code == SWK_OK)
		code = swk_store_instant_parse(self->store, "Europe/Berlin", "2026-11-02", &instant, NULL);
	if (code != SWK_OK)
		failed(self, code);
	swk_result_free(result);
}

/* What the export of all versions of calls at a commit says, in one number; read slowly or at once. */
static uint64_t export_digest(race *self, uint64_t commit, bool slowly)
{
	const swk_export_options options = {
		.size = sizeof options, .flags = SWK_EXPORT_VERSIONS, .batch_rows = 100, .at_commit = commit
	};
	struct ArrowArrayStream stream;
	uint64_t digest = 0;
	int code = swk_store_export(self->store, "call", &options, &stream, NULL);
	if (code != SWK_OK) {
		failed(self, code);
		return 0;
	}
	for (struct ArrowArray array = { 0 };; array.release(&array)) {
		if (stream.get_next(&stream, &array) != 0)
			failed(self, SWK_ERR_MEMORY);
		if (!array.release)
			break;
		const int64_t *recorded = array.children[1]->buffers[1];
		for (int64_t i = 0; i < array.length; i++)
			digest = digest * 31 + (uint64_t)recorded[i];
		if (slowly)
			usleep(100);
	}
	stream.release(&stream);
	return digest;
}

static void export_twice(race *self)
{
	uint64_t commit = self->commits;
	if (commit == 0)
		return;
	uint64_t first = export_digest(self, commit, true), second = export_digest(self, commit, false);
	self->mismatches += first != second;
	self->exports++;
}

typedef struct reader {
	race *race;
	unsigned number;
} reader;

static void *read_on(void *context)
{
	const reader *self = context;
	race *all = self->race;
	for (unsigned i = self->number; !all->stop; i += READERS) {
		uint64_t seen, again;
		swk_query query = query_choose(all, i);
		char *first = answer(all, &query, &seen);
		for (uint64_t waited = all->commits; i % 3 == 0 && all->commits < waited + 2 && !all->stop;)
			usleep(200);
		query.at_commit = seen;
		query.threads = i / 4 % 3;
		char *second = seen ? answer(all, &query, &again) : NULL;
		if (first && second && (strcmp(first, second) != 0 || seen != again))
			all->mismatches++;
		all->answers++;
		free(first);
		free(second);
		if (i % 16 == 0)
			glance(all);
		if (i % 8 == self->number)
			export_twice(all);
	}
	return NULL;
}

static void test_answers_stay(void **state)
{
	(void)state;
	const char *seconds = getenv("SWK_THREAD_SECONDS");
	race all = { .stop = false };
	pthread_t writer, threads[READERS];
	reader readers[READERS];
	swk_store_options options = feed_options();
	options.progress = progress_stops;
	all.store = feed_open(NULL, &options);
	assert_int_equal(pthread_create(&writer, NULL, write_on, &all), 0);
	for (unsigned i = 0; i < READERS; i++) {
		readers[i] = (reader){ &all, i };
		assert_int_equal(pthread_create(&threads[i], NULL, read_on, &readers[i]), 0);
	}
	sleep(seconds ? (unsigned)atoi(seconds) : 2);
	all.stop = true;
	pthread_join(writer, NULL);
	for (unsigned i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	swk_store_close(all.store);
	printf("%llu commits, %llu rolled back, %llu answers asked twice, %llu exports, %llu mismatches, "
	       "%llu failures\n",
	       (unsigned long long)all.commits, (unsigned long long)all.rolled_back, (unsigned long long)all.answers,
	       (unsigned long long)all.exports, (unsigned long long)all.mismatches, (unsigned long long)all.failures);
	if (all.failures)
		fail_msg("the last failure was %s", swk_code_name(all.failure));
	assert_int_equal(all.mismatches, 0);
	assert_true(all.commits > 3 && all.answers > READERS && all.exports > 0 && all.rolled_back > 0);
}

/* ---------------------------------------------------------------------------------- readers who fold */

#define FOLDERS 2
#define FOLD_COMMITS 600

/* Commits without a pause: a lead, a message of it, and the opportunity that is won or lost every now and then. */
static void *write_folded(void *context)
{
	race *self = context;
	swk_batch *batch = NULL;
	int code = swk_batch_create(self->store, NULL, &batch, NULL);
	for (unsigned round = 0; round < FOLD_COMMITS && code == SWK_OK; round++) {
		swk_ingest_counts counts = { .size = sizeof counts };
		char lead[32], id[32];
		snprintf(lead, sizeof lead, "l%u", round % 50);
		snprintf(id, sizeof id, "m%u", round);
		swk_batch_clear(batch);
		code = FEED_ROW(batch, "lead", 1, "id", lead, "created_at", "2026-11-02");
		if (code == SWK_OK)
			code = FEED_ROW(batch, "message", 2, "id", id, "at", "2026-11-03", "lead", lead, "channel",
			                "email", "direction", round % 2 ? "inbound" : "outbound");
		if (code == SWK_OK)
			code = FEED_ROW(batch, "opportunity", 3, "id", lead, "lead", lead, "created_at", "2026-11-02",
			                "amount", id + 1, "closed_at", "2026-11-05", "outcome",
			                round % 3 ? "won" : "lost");
		if (code == SWK_OK)
			code = swk_store_ingest_batch(self->store, batch, NULL, &counts, NULL);
		if (code == SWK_OK && counts.commit != round + 1)
			self->mismatches++;
		self->commits = counts.commit;
	}
	if (code != SWK_OK)
		failed(self, code);
	self->stop = true;
	swk_batch_free(batch);
	return NULL;
}

/* What was folded of each commit as it came is what all the records of then are folded into later. */
static void *read_folded(void *context)
{
	static const char *const reports[] = { "win_rate", "responses", "conversion" };
	race *self = context;
	for (unsigned i = 0; !self->stop; i++) {
		uint64_t seen = 0, again = 0;
		swk_query query = { .size = sizeof query, .report = reports[i % COUNT(reports)], .now = NOW };
		char *first = answer(self, &query, &seen);
		query.at_commit = seen;
		char *second = seen ? answer(self, &query, &again) : NULL;
		if (first && second && (strcmp(first, second) != 0 || seen != again))
			self->mismatches++;
		self->answers++;
		free(first);
		free(second);
	}
	return NULL;
}

static void test_folds_race_commits(void **state)
{
	(void)state;
	race all = { .stop = false };
	pthread_t writer, threads[FOLDERS];
	all.store = feed_open(NULL, NULL);
	assert_int_equal(pthread_create(&writer, NULL, write_folded, &all), 0);
	for (unsigned i = 0; i < FOLDERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_folded, &all), 0);
	pthread_join(writer, NULL);
	for (unsigned i = 0; i < FOLDERS; i++)
		pthread_join(threads[i], NULL);
	swk_store_close(all.store);
	if (all.failures)
		fail_msg("the last failure was %s", swk_code_name(all.failure));
	assert_int_equal(all.mismatches, 0);
	assert_int_equal(all.commits, FOLD_COMMITS);
	assert_true(all.answers > 0);
}

/* -------------------------------------------------------------------------------- questions in a question */

static int progress_asks(void *context, uint64_t done, uint64_t total)
{
	race *self = context;
	(void)done;
	(void)total;
	const swk_query query = { .size = sizeof query, .report = "win_rate", .now = NOW };
	swk_result *result = NULL;
	int code = swk_store_report(self->store, &query, &result, NULL);
	if (code != SWK_OK)
		failed(self, code);
	else
		self->answers++;
	swk_result_free(result);
	return 0;
}

/* A report that is asked for while its own thread folds is refused, and answered once that is over. */
static void test_question_in_a_question(void **state)
{
	(void)state;
	race all = { .stop = false };
	swk_batch *batch = NULL;
	all.store = feed_open(NULL, NULL);
	swk_query query = { .size = sizeof query, .report = "win_rate", .now = NOW };
	query.progress = progress_asks;
	query.progress_context = &all;
	assert_int_equal(swk_batch_create(all.store, NULL, &batch, NULL), SWK_OK);
	assert_int_equal(FEED_ROW(batch, "lead", 1, "id", "l", "created_at", "2026-11-02"), SWK_OK);
	assert_int_equal(swk_store_ingest_batch(all.store, batch, NULL, NULL, NULL), SWK_OK);
	swk_batch_free(batch);
	swk_result *result = NULL;
	assert_int_equal(swk_store_report(all.store, &query, &result, NULL), SWK_OK);
	swk_result_free(result);
	assert_int_equal(all.failures, 1);
	assert_int_equal(all.failure, SWK_ERR_USAGE);
	assert_true(all.answers > 0);
	swk_store_close(all.store);
}

/* Holds the fold until somebody else, who waits for it, was asked whether to go on. */
static int progress_holds(void *context, uint64_t done, uint64_t total)
{
	race *self = context;
	(void)done;
	(void)total;
	self->answers++;
	for (unsigned i = 0; i < 100000 && !self->stop; i++)
		usleep(100);
	return 0;
}

static int progress_gives_up(void *context, uint64_t done, uint64_t total)
{
	(void)context;
	(void)done;
	(void)total;
	return 1;
}

static void *fold_slowly(void *context)
{
	race *self = context;
	swk_query query = { .size = sizeof query, .report = "win_rate", .now = NOW };
	swk_result *result = NULL;
	query.progress = progress_holds;
	query.progress_context = self;
	int code = swk_store_report(self->store, &query, &result, NULL);
	if (code != SWK_OK)
		failed(self, code);
	swk_result_free(result);
	return NULL;
}

/* Who waits for another's fold is asked meanwhile. */
static void test_waiting_is_stopped(void **state)
{
	(void)state;
	race all = { .stop = false };
	swk_batch *batch = NULL;
	pthread_t other;
	all.store = feed_open(NULL, NULL);
	assert_int_equal(swk_batch_create(all.store, NULL, &batch, NULL), SWK_OK);
	assert_int_equal(FEED_ROW(batch, "lead", 1, "id", "l", "created_at", "2026-11-02"), SWK_OK);
	assert_int_equal(swk_store_ingest_batch(all.store, batch, NULL, NULL, NULL), SWK_OK);
	swk_batch_free(batch);
	assert_int_equal(pthread_create(&other, NULL, fold_slowly, &all), 0);
	while (all.answers == 0)
		usleep(100);
	swk_query query = { .size = sizeof query, .report = "win_rate", .now = NOW };
	query.progress = progress_gives_up;
	swk_result *result = NULL;
	int code = swk_store_report(all.store, &query, &result, NULL);
	bool held = !all.stop;
	all.stop = true;
	pthread_join(other, NULL);
	swk_store_close(all.store);
	assert_int_equal(code, SWK_ERR_INTERRUPTED);
	assert_true(held);
	assert_int_equal(all.failures, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers_stay),
		cmocka_unit_test(test_folds_race_commits),
		cmocka_unit_test(test_question_in_a_question),
		cmocka_unit_test(test_waiting_is_stopped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
