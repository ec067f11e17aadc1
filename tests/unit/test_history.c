/* SPDX-License-Identifier: MIT */
#include "random_feed.h"

static scene s;

static int setup(void **state)
{
	(void)state;
	scene_open(&s);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scene_close(&s);
	return 0;
}

/* A call that differs from others in what is said of it. */
#define CALL "call c1 at=2026-11-02T09:30:00Z "
#define EARLY " recorded_at=2026-11-02T10:00:00Z"
#define LATE " recorded_at=2026-11-02T10:05:00Z"

static const swk__table_state *table_now(swk__table table)
{
	return &s.history.published->tables[table];
}

static void assert_applied(swk__applied applied, uint64_t accepted, uint64_t unchanged)
{
	assert_int_equal(applied.accepted, accepted);
	assert_int_equal(applied.unchanged, unchanged);
}

/* ------------------------------------------------------------------------------------------ version rule */

/* The example of docs/metrics.md, section 1. */
static void test_the_version_recorded_last_is_current(void **state)
{
	(void)state;
	scene_commit(&s, CALL "outcome=unknown" EARLY);
	scene_commit(&s, CALL "outcome=answered" LATE);
	assert_string_equal(scene_chain(&s, "call c1 outcome"), "answered, unknown");
}

static void test_order_of_arrival_does_not_matter(void **state)
{
	(void)state;
	scene_commit(&s, CALL "outcome=answered" LATE);
	scene_commit(&s, CALL "outcome=unknown" EARLY);
	assert_string_equal(scene_chain(&s, "call c1 outcome"), "answered, unknown");
	scene_commit(&s, CALL "outcome=busy recorded_at=2026-11-02T10:02:00Z");
	assert_string_equal(scene_chain(&s, "call c1 outcome"), "answered, busy, unknown");
	assert_int_equal(table_now(SWK__TABLE_CALL)->live, 1);
}

static void test_versions_of_one_batch_come_in_any_order(void **state)
{
	(void)state;
	scene_commit(&s, "rep a team=E recorded_at=2026-11-05\nrep a team=D recorded_at=2026-11-04\n"
	                 "rep b team=Z recorded_at=2026-11-09\nrep b team=Y recorded_at=2026-11-08\n"
	                 "rep a team=B recorded_at=2026-11-02\nrep a team=C recorded_at=2026-11-03\n"
	                 "rep a team=F recorded_at=2026-11-06\nrep a team=D recorded_at=2026-11-04\n"
	                 "rep b team=X recorded_at=2026-11-07\nrep a team=A recorded_at=2026-11-01");
	assert_string_equal(scene_chain(&s, "rep a team"), "F, E, D, C, B, A");
	assert_string_equal(scene_chain(&s, "rep b team"), "Z, Y, X");
	assert_int_equal(table_now(SWK__TABLE_REP)->versions, 9);
}

/* Rows of one table, the lesser first, as the contract orders them. */
typedef struct tie {
	const char *about, *lesser, *greater;
} tie;

static void assert_tie(const char *first, const char *second, const char *what, const char *greater)
{
	scene_open(&s);
	scene_commit(&s, first);
	scene_commit(&s, second);
	told found = told_find(&s, s.history.published, what);
	scene alone;
	scene_open(&alone);
	scene_commit(&alone, greater);
	told wanted = told_find(&alone, alone.history.published, what);
	for (unsigned f = SWK__FIELD_FIRST; f < swk__schemas[found.table].count; f++) {
		const swk__field *field = &swk__schemas[found.table].fields[f];
		char a[300], b[300];
		cell_tell(&s.history, field, swk__state_get(table_now(found.table), found.place, f), a, sizeof a);
		cell_tell(&alone.history, field,
		          swk__state_get(&alone.history.published->tables[found.table], wanted.place, f), b, sizeof b);
		assert_string_equal(a, b);
	}
	scene_close(&alone);
	scene_close(&s);
}

static void test_ties_go_to_the_greater_row(void **state)
{
	(void)state;
	const tie ties[] = {
		{ "instants by value", "call x at=2026-11-02 rep=r9", "call x at=2026-11-03" },
		{ "null first", "call x at=2026-11-02", "call x at=2026-11-02 lead=l" },
		{ "ids bytewise", "call x at=2026-11-02 lead=Z", "call x at=2026-11-02 lead=a" },
		{ "a prefix is less", "call x at=2026-11-02 lead=l", "call x at=2026-11-02 lead=l1" },
		{ "no sign in bytes", "call x at=2026-11-02 rep=z", "call x at=2026-11-02 rep=\xc3\xa9" },
		{ "the first field that differs decides", "call x at=2026-11-02 lead=a rep=z outcome=voicemail",
		  "call x at=2026-11-02 lead=b rep=a outcome=answered" },
		{ "outcomes as texts", "call x at=2026-11-02 outcome=busy", "call x at=2026-11-02 outcome=failed" },
		{ "unanswered before unknown", "call x at=2026-11-02 outcome=unanswered",
		  "call x at=2026-11-02 outcome=unknown" },
		{ "unknown, the default, is filled in", "call x at=2026-11-02",
		  "call x at=2026-11-02 outcome=voicemail" },
		{ "directions as texts", "call x at=2026-11-02 direction=inbound", "call x at=2026-11-02" },
		{ "a duration of 0 after none", "call x at=2026-11-02", "call x at=2026-11-02 duration_s=0" },
		{ "durations as numbers", "call x at=2026-11-02 duration_s=9", "call x at=2026-11-02 duration_s=10" },
		{ "false before true", "call x at=2026-11-02", "call x at=2026-11-02 positive=true" },
		{ "deleted last of all", "call x at=2026-11-02 deleted=true", "call x at=2026-11-02 positive=true" },
		{ "deleted after not", "call x at=2026-11-02", "call x at=2026-11-02 deleted=true" },
		{ "capacity 1 is the default", "rep x capacity=0.5", "rep x" },
		{ "names before teams", "rep x name=a team=z", "rep x name=b" },
		{ "merged_into before deleted", "lead x created_at=2026-11-02 deleted=true",
		  "lead x created_at=2026-11-02 merged_into=y" },
	};
	scene_close(&s);
	for (size_t i = 0; i < SWK__COUNT(ties); i++) {
		char lesser[200], greater[200], what[32];
		snprintf(lesser, sizeof lesser, "%s" EARLY, ties[i].lesser);
		snprintf(greater, sizeof greater, "%s" EARLY, ties[i].greater);
		snprintf(what, sizeof what, "%.*s x id", (int)strcspn(lesser, " "), lesser);
		assert_tie(lesser, greater, what, greater);
		assert_tie(greater, lesser, what, greater);
	}
	scene_open(&s);
}

static void test_ids_are_unique_within_a_table_only(void **state)
{
	(void)state;
	scene_commit(&s, "rep x team=A\nlead x created_at=2026-11-02\ncall x at=2026-11-02\n"
	                 "message x at=2026-11-02 lead=x direction=inbound\nopportunity x created_at=2026-11-02\n"
	                 "stage x at=2026-11-02 opportunity=x\nscore x at=2026-11-02 lead=x value=1\n"
	                 "meeting x at=2026-11-02\nquota x from=2026-11-02 to=2026-11-09 won=1\n"
	                 "rate x currency=EUR date=2026-11-02 value=1.1");
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++)
		assert_int_equal(table_now((swk__table)t)->live, 1);
	scene_commit(&s, "rep X team=B");
	assert_string_equal(scene_tell(&s, "rep x team"), "A");
	assert_string_equal(scene_tell(&s, "rep X team"), "B");
}

/* --------------------------------------------------------------------------------- duplicates and stamps */

static void test_a_version_that_is_there_is_unchanged(void **state)
{
	(void)state;
	scene_commit(&s, CALL "outcome=unknown" EARLY "\n" CALL "outcome=answered" LATE);
	char *before = state_text(s.history.published, &s.history);
	assert_applied(scene_commit(&s, CALL "outcome=answered" LATE), 0, 1);
	assert_applied(scene_commit(&s, CALL "outcome=unknown" EARLY "\n" CALL "outcome=unknown" EARLY), 0, 2);
	assert_state(&s.history, before);
	assert_int_equal(s.history.published->commit, 1);
}

static void test_the_same_words_at_another_time_are_another_version(void **state)
{
	(void)state;
	scene_commit(&s, CALL "outcome=busy" EARLY);
	assert_applied(scene_commit(&s, CALL "outcome=busy" LATE), 1, 0);
	assert_string_equal(scene_chain(&s, "call c1 recorded_at"), "2026-11-02T10:05:00Z, 2026-11-02T10:00:00Z");
}

static void test_stamps_are_one_microsecond_apart(void **state)
{
	(void)state;
	s.clock = instant("2026-11-20T12:00:00Z");
	scene_commit(&s, "rep a\nrep b\nlead c created_at=2026-11-02");
	assert_string_equal(scene_tell(&s, "rep a recorded_at"), "2026-11-20T12:00:00Z");
	assert_string_equal(scene_tell(&s, "rep b recorded_at"), "2026-11-20T12:00:00.000001Z");
	assert_string_equal(scene_tell(&s, "lead c recorded_at"), "2026-11-20T12:00:00.000002Z");
}

static void test_stamps_never_go_back_with_the_clock(void **state)
{
	(void)state;
	scene_commit(&s, "rep a\nrep b");
	s.clock = instant("2020-01-01");
	scene_commit(&s, "rep b team=B");
	assert_string_equal(scene_tell(&s, "rep b recorded_at"), "2026-11-20T12:00:00.000002Z");
	s.clock = instant("2026-12-01");
	scene_commit(&s, "rep b team=C");
	assert_string_equal(scene_chain(&s, "rep b team"), "C, B, null");
}

static void test_given_stamps_do_not_move_the_clock(void **state)
{
	(void)state;
	scene_commit(&s, "rep a recorded_at=2100-01-01\nrep b");
	assert_string_equal(scene_tell(&s, "rep b recorded_at"), "2026-11-20T12:00:00Z");
}

/* DECISIONS.md of the model: accepted and unchanged rows take a stamp. */
static void test_unchanged_rows_take_a_stamp(void **state)
{
	(void)state;
	scene_commit(&s, "rep a team=A");
	s.clock = instant("2026-11-21");
	assert_applied(scene_commit(&s, "rep a team=A\nrep b"), 1, 1);
	assert_string_equal(scene_tell(&s, "rep b recorded_at"), "2026-11-21T00:00:00.000001Z");
}

static void test_a_row_without_a_stamp_is_compared_with_the_current_version(void **state)
{
	(void)state;
	scene_commit(&s, "rep a team=A");
	scene_commit(&s, "rep a team=B");
	assert_applied(scene_commit(&s, "rep a team=B"), 0, 1);
	assert_applied(scene_commit(&s, "rep a team=A"), 1, 0);
	assert_string_equal(scene_chain(&s, "rep a team"), "A, B, A");
	assert_applied(scene_commit(&s, "rep a team=A deleted=true"), 1, 0);
	assert_applied(scene_commit(&s, "rep a team=A deleted=true"), 0, 1);
}

static void test_a_version_of_the_future_stays_current(void **state)
{
	(void)state;
	scene_commit(&s, "rep a team=Future recorded_at=2100-01-01");
	assert_applied(scene_commit(&s, "rep a team=Future"), 0, 1);
	assert_applied(scene_commit(&s, "rep a team=Now"), 1, 0);
	assert_string_equal(scene_chain(&s, "rep a team"), "Future, Now");
}

/* A history that replays the journals of another's commits is the same, older versions, handles, stamps and all. */
static void test_journals_hold_what_was_stored(void **state)
{
	(void)state;
	static const char *const commits[] = {
		"rep a\nrep b team=x\nlead l1 created_at=2026-11-01 rep=b source=web",
		"rep a\nrep b\nrep c recorded_at=2026-11-01\nrep b\ncall c1 at=2026-11-02 lead=l2 duration_s=1.5",
		("call c1 at=2026-11-02 lead=l1 recorded_at=2026-11-01\ncall c2 at=2026-11-03\ncall c1 at=2026-12-02 "
		 "deleted=true"),
	};
	scene again;
	scene_open(&again);
	for (uint64_t commit = 1; commit <= SWK__COUNT(commits); commit++) {
		swk__applied applied = { 0 };
		swk__buf journal;
		swk_batch *batch = scene_batch(&s, commits[commit - 1]);
		swk__buf_init(&journal, &s.mem, SIZE_MAX);
		assert_int_equal(swk__history_begin(&s.history, s.history.published, NULL), SWK_OK);
		assert_int_equal(swk__history_apply(&s.history, batch,
		                                    &(swk__intake_wish){ .commit = commit,
		                                                         .stamp = instant("2026-11-21"),
		                                                         .journal = &journal },
		                                    &applied, NULL),
		                 SWK_OK);
		assert_applied(applied, 3, commit == 2 ? 2 : 0);
		swk__snapshot_release(swk__history_publish(&s.history));
		assert_int_equal(swk__history_begin(&again.history, again.history.published, NULL), SWK_OK);
		size_t cut = journal.length - (commit == 2), taken;
		assert_int_equal(swk__history_replay(&again.history, (swk__slice){ journal.bytes, cut }, commit, NULL,
		                                     NULL, &taken, NULL),
		                 SWK_OK);
		assert_true(commit == 2 ? taken > 0 && taken < cut : taken == cut);
		assert_int_equal(swk__history_replay(&again.history,
		                                     (swk__slice){ journal.bytes + taken, journal.length - taken },
		                                     commit, NULL, NULL, &cut, NULL),
		                 SWK_OK);
		assert_int_equal(taken + cut, journal.length);
		again.history.working->last_stamp = s.history.published->last_stamp;
		swk__snapshot_release(swk__history_publish(&again.history));
		swk__buf_done(&journal);
		swk_batch_free(batch);
	}
	char *text = state_text(s.history.published, &s.history);
	assert_state(&again.history, text);
	scene_close(&again);
}

/* ------------------------------------------------------------------------------------ weeks and deletion */

static void test_a_record_moves_between_weeks(void **state)
{
	(void)state;
	int32_t week = swk__utc_week(instant("2026-11-02"));
	scene_commit(&s, "call c1 at=2026-11-02 recorded_at=2026-11-10");
	scene_commit(&s, "call c1 at=2026-11-09 recorded_at=2026-11-11");
	const swk__directory *directory = table_now(SWK__TABLE_CALL)->directory;
	assert_int_equal(swk__directory_part(directory, week)->live, 0);
	assert_int_equal(swk__directory_part(directory, week + 1)->live, 1);
	scene_commit(&s, "call c1 at=2026-10-01 recorded_at=2026-11-09");
	directory = table_now(SWK__TABLE_CALL)->directory;
	assert_int_equal(swk__directory_part(directory, swk__utc_week(instant("2026-10-01")))->live, 0);
	assert_int_equal(swk__directory_part(directory, week + 1)->live, 1);
	assert_string_equal(scene_chain(&s, "call c1 at"),
	                    "2026-11-09T00:00:00Z, 2026-11-02T00:00:00Z, 2026-10-01T00:00:00Z");
	assert_int_equal(table_now(SWK__TABLE_CALL)->live, 1);
}

static void test_the_edges_of_time_have_weeks(void **state)
{
	(void)state;
	scene_commit(&s, "call first at=1970-01-01T00:00:00Z\ncall last at=2200-01-01T00:00:00Z");
	assert_string_equal(scene_tell(&s, "call first at"), "1970-01-01T00:00:00Z");
	assert_string_equal(scene_tell(&s, "call last at"), "2200-01-01T00:00:00Z");
	assert_int_equal(table_now(SWK__TABLE_CALL)->live, 2);
}

static void test_a_deleted_record_may_come_back(void **state)
{
	(void)state;
	scene_commit(&s, CALL EARLY);
	scene_commit(&s, CALL "deleted=true" LATE);
	assert_int_equal(table_now(SWK__TABLE_CALL)->live, 0);
	assert_int_equal(table_now(SWK__TABLE_CALL)->versions, 2);
	scene_commit(&s, CALL "outcome=busy recorded_at=2026-11-03");
	assert_int_equal(table_now(SWK__TABLE_CALL)->live, 1);
	assert_string_equal(scene_chain(&s, "call c1 deleted"), "0, 1, 0");
}

static void test_a_deletion_may_arrive_first(void **state)
{
	(void)state;
	scene_commit(&s, CALL "deleted=true" LATE);
	scene_commit(&s, CALL "outcome=answered" EARLY);
	assert_int_equal(table_now(SWK__TABLE_CALL)->live, 0);
	assert_string_equal(scene_chain(&s, "call c1 deleted"), "1, 0");
}

/* Older versions are known by all that they say, and by who gave them their time. */
static void test_older_versions_arrive_again(void **state)
{
	(void)state;
	static const char lines[] = "rep a team=A recorded_at=2026-11-01 stamped=true\n"
				    "rep a team=A recorded_at=2026-11-01\n"
				    "rep a team=B recorded_at=2026-11-02 stamped=true\n"
				    "rep b team=A recorded_at=2026-11-01\n"
				    "rep a team=C recorded_at=2026-11-03";
	assert_applied(scene_commit(&s, lines), 5, 0);
	assert_applied(scene_commit(&s, lines), 0, 5);
	assert_applied(scene_commit(&s, "rep a team=B recorded_at=2026-11-02"), 1, 0);
	assert_applied(scene_commit(&s, lines), 0, 5);
	assert_string_equal(scene_chain(&s, "rep a team"), "C, B, B, A, A");
}

/* ------------------------------------------------------------------------------- transactions and readers */

static void test_a_rollback_leaves_no_trace(void **state)
{
	(void)state;
	swk__applied applied = { 0 };
	scene_commit(&s, "rep a team=A recorded_at=2026-11-01\nrep a team=C recorded_at=2026-11-03");
	char *before = state_text(s.history.published, &s.history);
	swk_batch *batch = scene_batch(&s, "rep a team=B recorded_at=2026-11-02\nrep a team=D recorded_at=2026-11-04\n"
	                                   "rep b\ncall c at=2026-11-02\nrep a team=0 recorded_at=2026-10-01");
	for (int attempt = 0; attempt < 3; attempt++) {
		assert_int_equal(swk__history_begin(&s.history, s.history.published, NULL), SWK_OK);
		assert_int_equal(swk__history_apply(&s.history, batch,
		                                    &(swk__intake_wish){ .commit = 2, .stamp = s.clock }, &applied,
		                                    NULL),
		                 SWK_OK);
		swk__history_rollback(&s.history);
	}
	swk_batch_free(batch);
	assert_state(&s.history, before);
	assert_string_equal(scene_chain(&s, "rep a team"), "C, A");
	scene_commit(&s, "rep a team=B recorded_at=2026-11-02\nrep a team=D recorded_at=2026-11-04");
	assert_string_equal(scene_chain(&s, "rep a team"), "D, C, B, A");
}

static void test_a_table_that_is_full_says_so(void **state)
{
	(void)state;
	swk__applied applied = { 0 };
	swk_error error = SWK_ERROR_INIT;
	scene_commit(&s, "rep a\ncall a at=2026-11-02");
	swk_batch *batch = scene_batch(&s, "call b at=2026-12-02");
	assert_int_equal(swk__history_begin(&s.history, s.history.published, NULL), SWK_OK);
	swk__table_state *table = &s.history.working->tables[SWK__TABLE_CALL];
	const uint32_t before = table->block_count;
	table->block_count = SWK__BLOCKS_MAX;
	assert_int_equal(swk__history_apply(&s.history, batch, &(swk__intake_wish){ .commit = 2, .stamp = s.clock },
	                                    &applied, &error),
	                 SWK_ERR_LIMIT);
	assert_string_equal(error.reason, "table call had as many versions as it can hold");
	table->block_count = before;
	swk__history_rollback(&s.history);
	swk_batch_free(batch);
}

static void test_a_pinned_snapshot_sees_nothing_of_later_commits(void **state)
{
	(void)state;
	feed f = { .random = 5, .reps = 5, .leads = 12, .calls = 60, .families = 1, .stamps = true };
	swk__snapshot *pins[4];
	char *states[4];
	swk__buf line;
	swk__buf_init(&line, &s.mem, SIZE_MAX);
	for (int i = 0; i < 4; i++) {
		for (int row = 0; row < 150; row++) {
			feed_line(&f, &line);
			scene_commit(&s, line.bytes);
		}
		pins[i] = scene_pin(&s);
		states[i] = state_text(pins[i], NULL);
	}
	swk__buf_done(&line);
	for (int i = 0; i < 4; i++) {
		char *now = state_text(pins[i], NULL);
		assert_string_equal(now, states[i]);
		assert_true(i == 0 || strcmp(states[i], states[i - 1]) != 0);
		state_free(now);
		swk__snapshot_release(pins[i]);
	}
	for (int i = 0; i < 4; i++)
		state_free(states[i]);
}

static int stop_at_second(void *context, uint64_t done, uint64_t total, swk_error *error)
{
	int *calls = context;
	(void)done;
	assert_int_equal(total, 5000);
	return ++*calls == 2 ? swk__fail(error, SWK_ERR_INTERRUPTED, "enough") : SWK_OK;
}

static void test_long_work_can_be_stopped(void **state)
{
	(void)state;
	int calls = 0;
	swk__applied applied = { 0 };
	swk_batch *batch = scene_batch(&s, "");
	for (int i = 0; i < 5000; i++) {
		char id[16];
		snprintf(id, sizeof id, "r%d", i);
		swk_batch_row(batch, "rep", i);
		swk_batch_text(batch, "id", id, strlen(id));
		assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	}
	char *before = state_text(s.history.published, &s.history);
	assert_int_equal(swk__history_begin(&s.history, s.history.published, NULL), SWK_OK);
	assert_int_equal(
		swk__history_apply(&s.history, batch,
	                           &(swk__intake_wish){
					   .commit = 1, .stamp = s.clock, .check = stop_at_second, .context = &calls },
	                           &applied, NULL),
		SWK_ERR_INTERRUPTED);
	swk__history_rollback(&s.history);
	assert_state(&s.history, before);
	assert_int_equal(scene_ingest(&s, batch, &applied), SWK_OK);
	assert_int_equal(applied.accepted, 5000);
	swk_batch_free(batch);
}

/* What an earlier commit made older is no longer a rollback's to undo. */
static void test_a_rollback_undoes_its_own_links_alone(void **state)
{
	(void)state;
	swk__applied applied = { 0 };
	scene_commit(&s, "rep a team=A recorded_at=2026-11-01\nrep a team=C recorded_at=2026-11-03");
	scene_commit(&s, "rep a team=B recorded_at=2026-11-02");
	swk_batch *batch = scene_batch(&s, "rep b");
	assert_int_equal(swk__history_begin(&s.history, s.history.published, NULL), SWK_OK);
	assert_int_equal(swk__history_apply(&s.history, batch, &(swk__intake_wish){ .commit = 3, .stamp = s.clock },
	                                    &applied, NULL),
	                 SWK_OK);
	swk__history_rollback(&s.history);
	swk_batch_free(batch);
	assert_string_equal(scene_chain(&s, "rep a team"), "C, B, A");
}

/* No two states of a part, of a table's current rows, share a number: what the cache rests on. */
static void test_changes_get_new_numbers_also_after_a_rollback(void **state)
{
	(void)state;
	swk__applied applied;
	int32_t week = swk__utc_week(instant("2026-11-02"));
	swk_batch *batch = scene_batch(&s, CALL "outcome=busy" LATE);
	scene_commit(&s, CALL EARLY);
	uint64_t version = swk__directory_part(table_now(SWK__TABLE_CALL)->directory, week)->version;
	uint64_t epoch = table_now(SWK__TABLE_CALL)->epoch, undone, undone_epoch;
	assert_int_equal(swk__history_begin(&s.history, s.history.published, NULL), SWK_OK);
	applied = (swk__applied){ 0 };
	swk__history_apply(&s.history, batch, &(swk__intake_wish){ .commit = 2, .stamp = s.clock }, &applied, NULL);
	undone = swk__directory_part(s.history.working->tables[SWK__TABLE_CALL].directory, week)->version;
	undone_epoch = s.history.working->tables[SWK__TABLE_CALL].epoch;
	swk__history_rollback(&s.history);
	assert_int_equal(scene_ingest(&s, batch, &applied), SWK_OK);
	swk_batch_free(batch);
	assert_true(undone > version);
	assert_true(undone_epoch > epoch);
	assert_true(swk__directory_part(table_now(SWK__TABLE_CALL)->directory, week)->version > undone);
	assert_true(table_now(SWK__TABLE_CALL)->epoch > undone_epoch);
}

/* ----------------------------------------------------------------------------------- any order, any batches */

#define RANDOM_ROWS 60

typedef struct feed_rows {
	char *lines[RANDOM_ROWS];
	size_t count;
} feed_rows;

static void rows_shuffle(feed_rows *rows, uint64_t *random)
{
	for (size_t i = rows->count - 1; i > 0; i--) {
		size_t j = random_below(random, (unsigned)i + 1);
		char *line = rows->lines[i];
		rows->lines[i] = rows->lines[j];
		rows->lines[j] = line;
	}
}

/* Commits the rows in batches of random sizes, some of them twice. */
static void rows_commit(const feed_rows *rows, uint64_t *random)
{
	swk__buf lines;
	swk__buf_init(&lines, &s.mem, SIZE_MAX);
	for (size_t i = 0; i < rows->count; i++) {
		swk__buf_format(&lines, "%s\n", rows->lines[i]);
		if (random_one_in(random, 3))
			swk__buf_format(&lines, "%s\n", rows->lines[random_below(random, (unsigned)i + 1)]);
		if (random_one_in(random, 5) || i + 1 == rows->count) {
			swk__buf_append(&lines, "", 1);
			scene_commit(&s, lines.bytes);
			lines.length = 0;
		}
	}
	swk__buf_done(&lines);
}

/* What is current and what came before, in words, for all records. */
static void chains_print(swk__buf *buf)
{
	for (int t = 0; t < SWK__TABLE_COUNT; t++) {
		const swk__schema *schema = &swk__schemas[t];
		for (unsigned number = 0; number < 4; number++) {
			for (unsigned f = SWK__FIELD_RECORDED_AT; f < schema->count; f++) {
				char what[64];
				snprintf(what, sizeof what, "%s %c%u %s", schema->name, schema->name[0], number,
				         schema->fields[f].name);
				swk__buf_format(buf, "%s: %s\n", what, scene_chain(&s, what));
			}
		}
	}
	swk__buf_append(buf, "", 1);
}

static void rows_make(feed_rows *rows, uint64_t seed)
{
	feed f = { .random = seed, .reps = 4, .leads = 4, .calls = 4, .families = 1, .stamps = true };
	swk__buf line;
	swk__buf_init(&line, &s.mem, SIZE_MAX);
	while (rows->count < RANDOM_ROWS) {
		feed_line(&f, &line);
		if (!strstr(line.bytes, "recorded_at"))
			continue;
		rows->lines[rows->count] = test_malloc(line.length);
		memcpy(rows->lines[rows->count++], line.bytes, line.length);
	}
	swk__buf_done(&line);
}

static void test_arrival_batches_and_replays_change_nothing(void **state)
{
	(void)state;
	static swk__mem mem;
	swk__mem_init(&mem, NULL, 0);
	for (uint64_t seed = 1; seed <= 12; seed++) {
		feed_rows rows = { .count = 0 };
		swk__buf first, again;
		uint64_t random = seed;
		rows_make(&rows, seed);
		swk__buf_init(&first, &mem, SIZE_MAX);
		rows_commit(&rows, &random);
		chains_print(&first);
		for (int order = 0; order < 4; order++) {
			scene_close(&s);
			scene_open(&s);
			rows_shuffle(&rows, &random);
			rows_commit(&rows, &random);
			swk__buf_init(&again, &mem, SIZE_MAX);
			chains_print(&again);
			assert_string_equal(again.bytes, first.bytes);
			swk__buf_done(&again);
		}
		scene_close(&s);
		scene_open(&s);
		swk__buf_done(&first);
		for (size_t i = 0; i < rows.count; i++)
			test_free(rows.lines[i]);
	}
	assert_int_equal(mem.used, 0);
}

/* ------------------------------------------------------------------------------------------------- memory */

#define BEFORE "rep a team=A recorded_at=2026-11-01\nrep a team=C recorded_at=2026-11-03\ncall c at=2026-11-02"
#define AFTER                                                                                       \
	"rep a team=B recorded_at=2026-11-02\nrep a team=D recorded_at=2026-11-04\nrep b\n"         \
	"call c at=2026-11-02 recorded_at=2026-10-01\ncall c at=2026-12-01\ncall d at=2026-10-01\n" \
	"lead l created_at=2026-10-05 rep=x source='a text that is new'"

/* One failure in one attempt: nothing is published, and the next attempt goes through. */
static bool fails_at(int at, bool for_ever)
{
	sweep hook = { .at = at, .for_ever = for_ever };
	swk__applied applied;
	scene_open(&s);
	scene_commit(&s, BEFORE);
	swk_batch *batch = scene_batch(&s, AFTER);
	char *before = state_text(s.history.published, &s.history);
	s.mem.fault = sweep_hook;
	s.mem.fault_context = &hook;
	int code = scene_ingest(&s, batch, &applied);
	s.mem.fault = NULL;
	bool hit = sweep_hit(&hook);
	assert_int_equal(code, hit ? SWK_ERR_MEMORY : SWK_OK);
	if (hit) {
		assert_state(&s.history, before);
		assert_null(s.history.working);
		assert_int_equal(scene_ingest(&s, batch, &applied), SWK_OK);
	} else {
		state_free(before);
	}
	assert_applied(applied, 7, 0);
	assert_string_equal(scene_chain(&s, "rep a team"), "D, C, B, A");
	assert_string_equal(scene_chain(&s, "call c at"),
	                    "2026-12-01T00:00:00Z, 2026-11-02T00:00:00Z, 2026-11-02T00:00:00Z");
	assert_int_equal(table_now(SWK__TABLE_CALL)->live, 2);
	swk_batch_free(batch);
	scene_close(&s);
	return hit;
}

static void test_a_commit_without_memory_publishes_nothing(void **state)
{
	(void)state;
	scene_close(&s);
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		int at = 1;
		while (fails_at(at, for_ever))
			at++;
		assert_true(at > 15);
	}
	scene_open(&s);
}

static int begin_and_end(swk__mem *mem, void *context)
{
	swk__history history;
	(void)context;
	memset(&history, 0xa5, sizeof history);
	int code = swk__history_init(&history, mem, NULL);
	if (code == SWK_OK)
		swk__history_done(&history);
	swk__history_done(&history);
	return code;
}

static void test_a_history_without_memory_is_none(void **state)
{
	(void)state;
	assert_true(sweep_run(begin_and_end, NULL) > 4);
}

/* ---------------------------------------------------------------------------------- ids that a journal told of */

/* Stops at the second time of asking. */
static int stop_second(void *context, uint64_t done, uint64_t total, swk_error *error)
{
	(void)done;
	(void)total;
	return ++*(unsigned *)context < 2 ? SWK_OK : swk__fail(error, SWK_ERR_INTERRUPTED, "stopped");
}

/* An index of many ids is made in slices: stopped, it goes on from there the next time. */
static void test_an_index_that_is_made_late_can_be_stopped(void **state)
{
	enum {
		MANY = 300 * SWK__TEXT_RUN
	};
	(void)state;
	swk__text *leads = &s.history.ids[SWK__TABLE_LEAD];
	char bytes[SWK__TEXT_RUN][16];
	swk__slice run[SWK__TEXT_RUN];
	unsigned asked = 0;
	uint32_t number;
	for (unsigned n = 0; n < MANY; n += SWK__TEXT_RUN) {
		for (unsigned i = 0; i < SWK__TEXT_RUN; i++)
			run[i] = (swk__slice){ bytes[i], (size_t)snprintf(bytes[i], 16, "L%u", n + i) };
		assert_int_equal(swk__text_append_run(leads, run, SWK__TEXT_RUN, NULL), SWK_OK);
	}
	swk_batch *reps = scene_batch(&s, "rep r1"), *calls = scene_batch(&s, CALL "lead=L7");
	assert_int_equal(swk__history_ready(&s.history, reps, stop_second, &asked, NULL), SWK_OK);
	assert_int_equal(asked, 0);
	assert_int_equal(swk__history_ready(&s.history, calls, stop_second, &asked, NULL), SWK_ERR_INTERRUPTED);
	assert_false(swk__text_whole(leads));
	asked = 0;
	assert_int_equal(swk__history_ready(&s.history, calls, stop_second, &asked, NULL), SWK_OK);
	assert_int_equal(asked, 1);
	assert_true(swk__text_find(leads, swk__slice_of("L7"), &number));
	assert_int_equal(number, 8);
	assert_true(swk__text_find(leads, swk__slice_of("L153599"), &number));
	swk_batch_free(reps);
	swk_batch_free(calls);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_version_recorded_last_is_current),
		TEST(test_order_of_arrival_does_not_matter),
		TEST(test_versions_of_one_batch_come_in_any_order),
		TEST(test_ties_go_to_the_greater_row),
		TEST(test_ids_are_unique_within_a_table_only),
		TEST(test_a_version_that_is_there_is_unchanged),
		TEST(test_the_same_words_at_another_time_are_another_version),
		TEST(test_stamps_are_one_microsecond_apart),
		TEST(test_stamps_never_go_back_with_the_clock),
		TEST(test_given_stamps_do_not_move_the_clock),
		TEST(test_unchanged_rows_take_a_stamp),
		TEST(test_a_row_without_a_stamp_is_compared_with_the_current_version),
		TEST(test_a_version_of_the_future_stays_current),
		TEST(test_journals_hold_what_was_stored),
		TEST(test_a_record_moves_between_weeks),
		TEST(test_the_edges_of_time_have_weeks),
		TEST(test_a_deleted_record_may_come_back),
		TEST(test_a_deletion_may_arrive_first),
		TEST(test_older_versions_arrive_again),
		TEST(test_a_rollback_leaves_no_trace),
		TEST(test_a_rollback_undoes_its_own_links_alone),
		TEST(test_a_table_that_is_full_says_so),
		TEST(test_a_pinned_snapshot_sees_nothing_of_later_commits),
		TEST(test_long_work_can_be_stopped),
		TEST(test_changes_get_new_numbers_also_after_a_rollback),
		TEST(test_arrival_batches_and_replays_change_nothing),
		TEST(test_a_commit_without_memory_publishes_nothing),
		TEST(test_a_history_without_memory_is_none),
		TEST(test_an_index_that_is_made_late_can_be_stopped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
