/* SPDX-License-Identifier: MIT
 *
 * What the store keeps between questions about the past, and what it believes of a file.
 */
#include "store.h"
#include "sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DAY (86400 * INT64_C(1000000))
#define BEGIN INT64_C(1790640000000000) /* 2026-09-29 */

static swk_store *store;

static void store_open(uint64_t limit)
{
	swk_store_options options = { .size = sizeof options, .memory_limit = limit };
	assert_int_equal(swk_store_open(NULL, &options, &store, NULL), SWK_OK);
}

static int setup(void **state)
{
	(void)state;
	store_open(0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	swk_store_close(store);
	store = NULL;
	return 0;
}

/* So many leads a day, from day `first` on. */
static void leads_commit(int first, int days, int each)
{
	swk_batch *batch = NULL;
	assert_int_equal(swk_batch_create(store, NULL, &batch, NULL), SWK_OK);
	for (int i = 0; i < days * each; i++) {
		char id[16];
		snprintf(id, sizeof id, "l%d", first * each + i);
		assert_int_equal(swk_batch_row(batch, "lead", 0), SWK_OK);
		assert_int_equal(swk_batch_text(batch, "id", id, strlen(id)), SWK_OK);
		assert_int_equal(swk_batch_instant(batch, "created_at", BEGIN + (first + i / each) * DAY), SWK_OK);
		assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	}
	assert_int_equal(swk_store_ingest_batch(store, batch, NULL, NULL, NULL), SWK_OK);
	swk_batch_free(batch);
}

/* Asks as of the end of a day; which past answered (0: the present), how many leads it has in *leads. */
static uint64_t asked(int day, bool folded, uint64_t *leads)
{
	swk__facts facts;
	const swk__cut cut = { BEGIN + (day + 1) * DAY - 1, INT64_MAX, UINT64_MAX };
	assert_int_equal(swk__store_facts(store, cut, folded, NULL, NULL, &facts, NULL), SWK_OK);
	*leads = swk__facts_table(&facts, folded ? SWK__FACT_LEAD : SWK__TABLE_LEAD)->live;
	uint64_t past = facts.past;
	assert_true(facts.cached || !folded);
	swk__facts_close(&facts);
	return past;
}

/* The same, where it has what it must have. */
static uint64_t past_of(int day)
{
	uint64_t leads;
	uint64_t past = asked(day, true, &leads);
	assert_int_equal(leads, (day + 1) * 10);
	return past;
}

static void test_a_past_is_kept_until_the_next_commit(void **state)
{
	(void)state;
	leads_commit(0, 10, 10);
	uint64_t present = past_of(9), past = past_of(4);
	assert_int_equal(present, 0);
	assert_int_not_equal(past, 0);
	assert_int_equal(past_of(4), past);
	leads_commit(10, 1, 10);
	uint64_t next = past_of(4);
	assert_int_not_equal(next, past);
	assert_int_equal(past_of(4), next);
	assert_int_not_equal(past_of(9), 0);
}

static void test_a_past_answers_until_something_comes(void **state)
{
	(void)state;
	swk__facts facts;
	uint64_t past, leads;
	leads_commit(0, 10, 10);
	past = past_of(4);
	for (int64_t at = -1; at <= 1; at++) { /* around the leads of day 5 */
		swk__cut cut = { BEGIN + 5 * DAY + at, INT64_MAX, UINT64_MAX };
		assert_int_equal(swk__store_facts(store, cut, true, NULL, NULL, &facts, NULL), SWK_OK);
		assert_int_equal(facts.past == past, at < 0);
		leads = swk__facts_table(&facts, SWK__FACT_LEAD)->live;
		assert_int_equal(leads, at < 0 ? 50 : 60);
		swk__facts_close(&facts);
	}
}

static void test_records_alone_are_cut_for_one_question(void **state)
{
	(void)state;
	uint64_t leads;
	leads_commit(0, 10, 10);
	uint64_t past = asked(4, false, &leads);
	assert_int_equal(leads, 50);
	assert_int_not_equal(asked(4, false, &leads), past);
	past = past_of(4);
	assert_int_equal(asked(4, false, &leads), past);
	assert_int_equal(leads, 50);
}

static void test_the_pasts_asked_for_last_are_kept(void **state)
{
	(void)state;
	uint64_t pasts[SWK__KEPT_MAX + 1];
	leads_commit(0, 10, 10);
	for (int day = 0; day < SWK__KEPT_MAX; day++)
		pasts[day] = past_of(day);
	assert_int_equal(past_of(0), pasts[0]);
	pasts[SWK__KEPT_MAX] = past_of(SWK__KEPT_MAX);
	assert_int_not_equal(past_of(1), pasts[1]);
	assert_int_equal(past_of(0), pasts[0]);
	assert_int_equal(past_of(SWK__KEPT_MAX), pasts[SWK__KEPT_MAX]);
}

/* A quarter of the limit at most. */
static void test_pasts_that_are_too_large_are_not_kept(void **state)
{
	(void)state;
	leads_commit(0, 10, 10);
	uint64_t first = past_of(2), second = past_of(3), bytes = store->kept[0].bytes;
	assert_true(bytes > 0);
	store->kept_bytes_max = bytes + 1;
	uint64_t third = past_of(4);
	assert_int_equal(store->kept_count, 1);
	assert_int_equal(past_of(4), third);
	assert_int_not_equal(past_of(3), second);
	store->kept_bytes_max = 100;
	assert_int_not_equal(past_of(2), first);
	assert_int_not_equal(past_of(2), past_of(2));
	swk_store_close(store);
	store_open(64 << 20);
	assert_int_equal(store->kept_bytes_max, 16 << 20);
}

static void lead_change(const char *id)
{
	swk_batch *batch = NULL;
	assert_int_equal(swk_batch_create(store, NULL, &batch, NULL), SWK_OK);
	assert_int_equal(swk_batch_row(batch, "lead", 0), SWK_OK);
	assert_int_equal(swk_batch_text(batch, "id", id, strlen(id)), SWK_OK);
	assert_int_equal(swk_batch_instant(batch, "created_at", BEGIN), SWK_OK);
	assert_int_equal(swk_batch_text(batch, "region", "other", 5), SWK_OK);
	assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	assert_int_equal(swk_store_ingest_batch(store, batch, NULL, NULL, NULL), SWK_OK);
	swk_batch_free(batch);
}

/* Rows that lie together, all of them current but one, whose version comes back. */
static void test_every_row_of_a_word_is_looked_at(void **state)
{
	(void)state;
	static const int changed[] = { 0, 1, 62, 63, 64, 65, 127, 128, 129 };
	uint64_t leads;
	for (size_t i = 0; i < SWK__COUNT(changed); i++) {
		swk__facts facts;
		uint32_t entity;
		char id[16];
		swk_store_close(store);
		store_open(0);
		leads_commit(0, 5, 40);
		snprintf(id, sizeof id, "l%d", changed[i]);
		lead_change(id);
		const swk__cut cut = { BEGIN + 365 * DAY, INT64_MAX, 1 };
		assert_int_equal(swk__store_facts(store, cut, true, NULL, NULL, &facts, NULL), SWK_OK);
		assert_true(swk__text_find(&store->history.ids[SWK__TABLE_LEAD], swk__slice_of(id), &entity));
		swk__place row = swk__facts_row(&facts, SWK__TABLE_LEAD, entity);
		assert_int_not_equal(row, 0);
		assert_int_equal(swk__state_get(swk__facts_table(&facts, SWK__TABLE_LEAD), row, SWK__LEAD_REGION), 0);
		leads = swk__facts_table(&facts, SWK__FACT_LEAD)->live;
		assert_int_equal(leads, 200);
		swk__facts_close(&facts);
	}
}

/* A folder with a store's file, open. */
static char folder[] = "/tmp/swk-store-XXXXXX", path[64];

static int file_reopen(swk_error *error)
{
	swk_store_options options = { .size = sizeof options, .flags = SWK_OPEN_CREATE };
	swk_store_close(store);
	store = NULL;
	return swk_store_open(path, &options, &store, error);
}

static int file_setup(void **state)
{
	(void)state;
	memset(folder + strlen(folder) - 6, 'X', 6);
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/store", folder);
	assert_int_equal(file_reopen(NULL), SWK_OK);
	return 0;
}

static int file_teardown(void **state)
{
	char beside[80];
	snprintf(beside, sizeof beside, "%s-lock", path);
	teardown(state);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(beside), 0);
	return rmdir(folder);
}

static int commit_pass(void *context, uint64_t commit, swk__slice bytes, swk_error *error)
{
	(void)context;
	(void)commit;
	(void)bytes;
	(void)error;
	return SWK_OK;
}

/* Appends a commit to the store's file, as bytes, with a new head if one is given; the store is closed. */
static void file_commit_head(const char *bytes, size_t length, const swk__slice *head)
{
	swk__mem mem;
	swk__file *file = NULL;
	swk__file_options options = { 0 };
	swk_store_close(store);
	store = NULL;
	swk__mem_init(&mem, NULL, 0);
	assert_int_equal(swk__file_open(&mem, path, &options, &file, NULL), SWK_OK);
	assert_int_equal(swk__file_read(file, commit_pass, NULL, NULL), SWK_OK);
	const swk__slice kept = head ? *head : swk__file_head(file);
	assert_int_equal(swk__file_commit(file, (swk__slice){ bytes, length }, kept, NULL), SWK_OK);
	swk__file_close(file);
	assert_int_equal(mem.used, 0);
}

static void file_commit(const char *bytes, size_t length)
{
	file_commit_head(bytes, length, NULL);
}

static int call_commit(const char *id, swk_error *error)
{
	swk_batch *batch = NULL;
	assert_int_equal(swk_batch_create(store, NULL, &batch, NULL), SWK_OK);
	assert_int_equal(swk_batch_row(batch, "call", 0), SWK_OK);
	assert_int_equal(swk_batch_text(batch, "id", id, strlen(id)), SWK_OK);
	assert_int_equal(swk_batch_instant(batch, "at", BEGIN), SWK_OK);
	assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	int code = swk_store_ingest_batch(store, batch, NULL, NULL, error);
	swk_batch_free(batch);
	return code;
}

/* Two calls c; two reps r. */
static const char calls[] = {
	SWK__TABLE_CALL, 2, 2, 2, 'c', 'c', 0, 0, 65, 2, 0, 100, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
};
static const char reps[] = {
	SWK__TABLE_REP, 2, 2, 2, 'r', 'r', 0, 0, 0, 0, 65, 2, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
};

/* A journal that names an id twice, which no store writes: it can be read as it is, but no row that names such ids goes
 * on top of it. Where questions look for ids it is noticed at once. */
static void test_a_file_with_an_id_twice_takes_no_more_records(void **state)
{
	(void)state;
	swk_error error = SWK_ERROR_INIT;
	assert_int_equal(call_commit("b", NULL), SWK_OK);
	assert_int_equal(call_commit("c", NULL), SWK_OK);
	file_commit(calls, sizeof calls);
	assert_int_equal(file_reopen(NULL), SWK_OK);
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(call_commit("d", &error), SWK_ERR_CORRUPT);
		assert_string_equal(error.reason, "a text was stored twice, as 2 and 3");
		assert_int_equal(store->history.published->tables[SWK__TABLE_CALL].versions, 4);
	}
	assert_int_equal(swk__file_commits(store->file), 3);
	file_commit(reps, sizeof reps);
	assert_int_equal(file_reopen(&error), SWK_ERR_CORRUPT);
}

/* What counting and stamping rely on is checked, though a checksum vouches for it. */
static void test_settings_are_those_that_a_store_may_have(void **state)
{
	(void)state;
	static const char usd[] = "\x03UTC\x01USD", zzz[] = "\x03UTC\x01ZZZ";
	static const unsigned char late[] = { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 };
	char head[32];
	swk_error error = SWK_ERROR_INIT;
	const struct {
		const char *begin;
		size_t stamp; /* its bytes: 0, or the last instant of an int64 */
		int code;
	} heads[] = { { usd, 1, SWK_OK }, { zzz, 1, SWK_ERR_CORRUPT }, { usd, sizeof late, SWK_ERR_CORRUPT } };
	for (size_t i = 0; i < SWK__COUNT(heads); i++) {
		memcpy(head, heads[i].begin, 8);
		memset(head + 8, 0, sizeof head - 8);
		if (heads[i].stamp > 1)
			memcpy(head + 8, late, sizeof late);
		file_commit_head("", 0, &(swk__slice){ head, 8 + heads[i].stamp });
		assert_int_equal(file_reopen(&error), heads[i].code);
	}
	assert_string_equal(error.reason, "the settings of the store were damaged");
}

/* A run ends where its commit does. */
static void test_a_commit_holds_whole_runs(void **state)
{
	(void)state;
	swk_error error = SWK_ERROR_INIT;
	file_commit(calls, 20);
	assert_int_equal(file_reopen(&error), SWK_ERR_CORRUPT);
	assert_string_equal(error.reason, "the journal was corrupt at the end of commit 1");
	file_commit(calls + 20, sizeof calls - 20);
	assert_int_equal(file_reopen(&error), SWK_ERR_CORRUPT);
	assert_string_equal(error.reason, "the journal was corrupt at the end of commit 1");
}

enum {
	LONG_LEADS = 40, /* their regions alone are 2.6 MB */
	LONG_REGION = 65000,
	MANY_CALLS = 150000
};

static swk__slice numbered(char bytes[16], const char *name, int number)
{
	return (swk__slice){ bytes, (size_t)snprintf(bytes, 16, "%s%06d", name, number) };
}

/* Leads whose run takes several blobs, and calls whose runs lie across the ends of blobs. */
static void blobs_commit(void)
{
	static char region[LONG_REGION];
	swk_batch *batch = NULL;
	char bytes[16];
	assert_int_equal(swk_batch_create(store, NULL, &batch, NULL), SWK_OK);
	memset(region, 'x', sizeof region);
	for (int i = 0; i < LONG_LEADS + MANY_CALLS; i++) {
		const bool lead = i < LONG_LEADS;
		const swk__slice id = numbered(bytes, lead ? "lead" : "call", i);
		assert_int_equal(swk_batch_row(batch, lead ? "lead" : "call", 0), SWK_OK);
		assert_int_equal(swk_batch_text(batch, "id", id.bytes, id.length), SWK_OK);
		assert_int_equal(swk_batch_instant(batch, lead ? "created_at" : "at", BEGIN + i), SWK_OK);
		if (lead) {
			memcpy(region + i, id.bytes, id.length);
			assert_int_equal(swk_batch_text(batch, "region", region, sizeof region), SWK_OK);
		}
		assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	}
	assert_int_equal(swk_store_ingest_batch(store, batch, NULL, NULL, NULL), SWK_OK);
	swk_batch_free(batch);
}

static void test_runs_lie_across_blobs(void **state)
{
	(void)state;
	char bytes[16];
	blobs_commit();
	assert_int_equal(file_reopen(NULL), SWK_OK);
	const swk__table_state *leads = &store->history.published->tables[SWK__TABLE_LEAD];
	assert_int_equal(leads->live, LONG_LEADS);
	for (int i = 0; i < LONG_LEADS; i++) {
		const int64_t number = swk__state_get(leads, swk__pages_get(leads->current, (uint32_t)i + 1),
		                                      SWK__LEAD_REGION);
		const swk__slice region = swk__text_get(&store->history.texts, (uint32_t)number);
		assert_int_equal(region.length, LONG_REGION);
		assert_memory_equal(region.bytes + i, numbered(bytes, "lead", i).bytes, 10);
	}
	assert_int_equal(store->history.published->tables[SWK__TABLE_CALL].live, MANY_CALLS);
	for (int i = 0; i < MANY_CALLS; i++)
		assert_true(swk__slice_equal(swk__text_get(&store->history.ids[SWK__TABLE_CALL], (uint32_t)i + 1),
		                             numbered(bytes, "call", LONG_LEADS + i)));
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, file_setup, file_teardown)
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_past_is_kept_until_the_next_commit),
		TEST(test_a_past_answers_until_something_comes),
		TEST(test_records_alone_are_cut_for_one_question),
		TEST(test_the_pasts_asked_for_last_are_kept),
		TEST(test_pasts_that_are_too_large_are_not_kept),
		TEST(test_every_row_of_a_word_is_looked_at),
		FILE_TEST(test_a_file_with_an_id_twice_takes_no_more_records),
		FILE_TEST(test_settings_are_those_that_a_store_may_have),
		FILE_TEST(test_a_commit_holds_whole_runs),
		FILE_TEST(test_runs_lie_across_blobs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
