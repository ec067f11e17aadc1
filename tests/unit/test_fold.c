/* SPDX-License-Identifier: MIT */
#include "fold_feed.h"

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

/* One field of a fact, "closed o1 at", of the published state; "none" where there is no such fact. */
static const char *fact(const char *what)
{
	char name[32], id[64], field[32];
	assert_true(word_next(&what, name, sizeof name) && word_next(&what, id, sizeof id) &&
	            word_next(&what, field, sizeof field));
	for (unsigned t = SWK__TABLE_COUNT; t < SWK__STATE_COUNT; t++) {
		const swk__schema *schema = &swk__schemas[t];
		uint32_t key = 0;
		size_t length = strlen(name);
		if (strncmp(schema->name, name, length) != 0 || strcmp(schema->name + length, " facts") != 0)
			continue;
		int column = swk__schema_field(schema, swk__slice_of(field));
		assert_true(column >= 0);
		const swk__table_state *states = s.history.published->tables;
		swk__text_find(&s.history.ids[schema->fields[0].target], swk__slice_of(id), &key);
		swk__place place = swk__pages_get(states[t].current, key);
		if (!place)
			return "none";
		cell_tell(&s.history, &schema->fields[column], swk__state_get(&states[t], place, (unsigned)column),
		          s.told, sizeof s.told);
		return s.told;
	}
	fail_msg("no fact %s", name);
	return NULL;
}

#define FACT(what, value) assert_string_equal(fact(what), value)
#define DAY(day) "2026-10-" day "T00:00:00Z"

/* -------------------------------------------------------------------------------------------- opportunities */

#define DEAL "opportunity o created_at=2026-10-01 lead=l rep=own amount=10 "
#define STAGE(id, day, more) "stage " id " opportunity=o at=2026-10-" day " " more "\n"

static void test_without_stages_the_opportunity_tells_its_close(void **state)
{
	(void)state;
	scene_commit(&s, DEAL "outcome=won closed_at=2026-10-05");
	FACT("closed o at", DAY("05"));
	FACT("closed o outcome", "won");
	FACT("closed o rep", "own");
	FACT("closed o amount", "100000");
	scene_commit(&s, STAGE("s", "09", "name=talk"));
	FACT("closed o at", DAY("05"));
	scene_commit(&s, DEAL "outcome=open closed_at=2026-10-05");
	FACT("closed o at", "none");
	FACT("opened o outcome", "open");
	FACT("opened o closed_at", "null");
}

static void test_the_close_is_the_first_of_the_final_run(void **state)
{
	(void)state;
	scene_commit(&s,
	             DEAL "outcome=lost closed_at=2026-10-30\n" STAGE("s1", "02", "outcome=won amount=20 rep=early")
	                     STAGE("s2", "03", "outcome=open") STAGE("s3", "04", "outcome=won amount=30 rep=closer")
	                             STAGE("s4", "05", "name=x") STAGE("s5", "06", "outcome=won amount=40 rep=late"));
	FACT("closed o at", DAY("04"));
	FACT("closed o outcome", "won");
	FACT("closed o amount", "300000");
	FACT("closed o rep", "closer");
	FACT("opened o rep", "closer");
	FACT("opened o closed_at", DAY("04"));
}

static void test_a_reopened_deal_is_open_until_it_is_won_again(void **state)
{
	(void)state;
	scene_commit(&s, DEAL "outcome=won closed_at=2026-10-02\n" STAGE("s1", "02", "outcome=won amount=20 rep=x")
	                         STAGE("s2", "03", "outcome=open amount=30 rep=y"));
	FACT("closed o at", "none");
	FACT("opened o outcome", "open");
	FACT("opened o amount", "100000");
	FACT("opened o rep", "own");
	scene_commit(&s, STAGE("s3", "07", "outcome=won"));
	FACT("closed o at", DAY("07"));
	FACT("closed o amount", "100000");
	FACT("closed o rep", "own");
	scene_commit(&s, STAGE("s2", "03", "outcome=open deleted=true"));
	FACT("closed o at", DAY("02"));
	FACT("closed o rep", "x");
}

static void test_ties_of_stages(void **state)
{
	(void)state;
	scene_commit(&s, DEAL "\n" STAGE("z", "02", "outcome=open") STAGE("a", "02", "outcome=lost"));
	FACT("closed o outcome", "lost");
	scene_commit(&s, STAGE("b", "02", "outcome=won"));
	FACT("closed o outcome", "won");
	scene_commit(&s, STAGE("c", "02", "outcome=lost"));
	FACT("closed o outcome", "lost");
	scene_commit(&s, STAGE("c", "01", "outcome=lost"));
	FACT("closed o outcome", "won");
}

static void test_a_stage_that_moves_leaves_its_opportunity(void **state)
{
	(void)state;
	scene_commit(&s, STAGE("s", "02", "outcome=won") DEAL);
	FACT("closed o at", DAY("02"));
	scene_commit(&s, "stage s opportunity=p at=2026-10-03 outcome=won\nopportunity p created_at=2026-10-01");
	FACT("closed o at", "none");
	FACT("closed p at", DAY("03"));
	scene_commit(&s, "opportunity p created_at=2026-10-01 deleted=true");
	FACT("closed p at", "none");
	FACT("opened p at", "none");
}

/* ---------------------------------------------------------------------------------------------------- leads */

#define LEAD(id, more) "lead " id " created_at=2026-10-01 " more "\n"
#define WON "opportunity o created_at=2026-10-02 lead=a outcome=won closed_at=2026-10-09 amount=5\n"

static void test_records_of_merged_leads_count_for_the_last(void **state)
{
	(void)state;
	scene_commit(&s,
	             LEAD("a", "merged_into=b") "lead b created_at=2026-10-05\n" WON
	                                        "message m lead=a at=2026-10-03 direction=outbound rep=r channel=mail\n"
	                                        "call c lead=b at=2026-10-04 direction=inbound\n"
	                                        "score p lead=a at=2026-10-03 value=7");
	FACT("lead a at", "none");
	FACT("lead b at", DAY("05"));
	FACT("lead b touch_at", DAY("03"));
	FACT("lead b won_at", DAY("09"));
	FACT("outreach b reply_at", DAY("04"));
	FACT("outreach b channel", "mail");
	FACT("score p lead", "b");
	FACT("score p reply_at", DAY("04"));
	FACT("cohort o at", DAY("05"));
	FACT("cohort o lead", "b");
	scene_commit(&s, LEAD("a", ""));
	FACT("lead a won_at", DAY("09"));
	FACT("lead b won_at", "null");
	FACT("win b at", "none");
	FACT("outreach b at", "none");
	FACT("outreach a reply_at", "null");
	FACT("cohort o lead", "a");
	FACT("score p lead", "a");
}

static void test_a_deleted_lead_leaves_nothing(void **state)
{
	(void)state;
	scene_commit(&s, LEAD("a", "") WON "score p lead=a at=2026-10-03 value=7\ncall c lead=a at=2026-10-03");
	FACT("cohort o lead", "a");
	scene_commit(&s, LEAD("a", "deleted=true"));
	const char *const gone[] = { "lead a at", "win a at", "opportunity a at", "score p at", "cohort o at" };
	for (size_t i = 0; i < SWK__COUNT(gone); i++)
		FACT(gone[i], "none");
	FACT("closed o at", DAY("09"));
	scene_commit(&s, LEAD("a", "region=x"));
	FACT("cohort o lead", "a");
	FACT("score p at", DAY("03"));
}

static void test_the_target_that_comes_back(void **state)
{
	(void)state;
	scene_commit(&s, LEAD("a", "merged_into=b") WON);
	FACT("cohort o lead", "a");
	scene_commit(&s, LEAD("b", ""));
	FACT("cohort o lead", "b");
	FACT("lead a at", "none");
	scene_commit(&s, LEAD("b", "deleted=true"));
	FACT("cohort o lead", "a");
	FACT("lead a won_at", DAY("09"));
}

/* A cycle that closes makes roots of leads that are two steps away, though one between them was touched before. */
static void test_a_cycle_reaches_past_a_lead_that_was_touched(void **state)
{
	(void)state;
	scene_commit(&s,
	             LEAD("a", "merged_into=b") LEAD("b", "merged_into=y") LEAD("y", "merged_into=c") LEAD("c", ""));
	FACT("lead b at", "none");
	scene_commit(&s, "call t lead=y at=2026-10-03\n" LEAD("c", "merged_into=a"));
	const char *const roots[] = { "lead a at", "lead b at", "lead c at", "lead y at" };
	for (size_t i = 0; i < SWK__COUNT(roots); i++)
		FACT(roots[i], DAY("01"));
}

static void test_the_first_outreach_and_its_reply(void **state)
{
	(void)state;
	scene_commit(&s, LEAD("a", "") "call c lead=a at=2026-10-03 outcome=voicemail rep=r\n"
	                               "call d lead=a at=2026-10-02 outcome=busy\n"
	                               "message b lead=a at=2026-10-03 direction=outbound rep=q\n"
	                               "message x lead=a at=2026-10-02 direction=outbound automated=true\n"
	                               "message y lead=a at=2026-10-05 direction=inbound automated=true\n"
	                               "call e lead=a at=2026-10-06 outcome=answered");
	FACT("outreach a at", DAY("03"));
	FACT("outreach a rep", "q");
	FACT("outreach a reply_at", DAY("06"));
	FACT("lead a touch_at", DAY("02"));
	scene_commit(&s, "message b lead=a at=2026-10-03 direction=outbound rep=q deleted=true\n"
	                 "call z lead=a at=2026-10-03 direction=inbound");
	FACT("outreach a rep", "r");
	FACT("outreach a channel", "call");
	FACT("outreach a reply_at", DAY("03"));
}

static void test_meetings_come_through_opportunities(void **state)
{
	(void)state;
	scene_commit(&s, LEAD("a", "") LEAD("b", "") "score p lead=a at=2026-10-02 value=1\n"
	                                             "score q lead=b at=2026-10-02 value=1\n"
	                                             "opportunity o created_at=2026-10-01 lead=a\n"
	                                             "meeting m at=2026-10-05 opportunity=o outcome=demo");
	FACT("score p held_at", DAY("05"));
	scene_commit(&s, "meeting m at=2026-10-05 opportunity=o outcome=demo lead=b");
	FACT("score p held_at", "null");
	FACT("score q held_at", DAY("05"));
	scene_commit(&s, "meeting m at=2026-10-06 opportunity=o outcome=completed");
	FACT("score p held_at", DAY("06"));
	FACT("score q held_at", "null");
	scene_commit(&s, "opportunity o created_at=2026-10-01 lead=b");
	FACT("score p held_at", "null");
	FACT("score q held_at", DAY("06"));
	scene_commit(&s, "meeting m at=2026-10-06 opportunity=o outcome=no_show");
	FACT("score q held_at", "null");
}

static void test_scores_of_those_who_had_won_are_left_out(void **state)
{
	(void)state;
	scene_commit(&s,
	             LEAD("a", "") "score at lead=a at=2026-10-09 value=1 recorded_at=2026-10-01\n"
	                           "score before lead=a at=2026-10-08 value=1 recorded_at=2026-10-09\n"
	                           "score given lead=a at=2026-10-08 value=1 recorded_at=2026-10-09T00:00:00.000001Z\n"
	                           "score ours lead=a at=2026-10-08 value=1");
	FACT("score given excluded", "0");
	scene_commit(&s, WON);
	FACT("score at excluded", "1");
	FACT("score at won_at", DAY("09")); /* what leaves it out */
	FACT("score before excluded", "0");
	FACT("score before won_at", DAY("09"));
	FACT("score given excluded", "1");
	FACT("score ours excluded", "0");
}

/* -------------------------------------------------------------------------------------------------- the law */

enum {
	LAW_LINES = 60
};

/* Commits the lines in this order, some at a time; after each commit the facts are those that folding anew makes. */
static char *law_commit(char *const *lines, const unsigned *order, uint64_t *random)
{
	char together[8192];
	for (unsigned done = 0; done < LAW_LINES;) {
		unsigned count = 1 + random_below(random, 6);
		size_t length = 0;
		for (; count && done < LAW_LINES; count--, done++)
			length += (size_t)snprintf(together + length, sizeof together - length, "%s",
			                           lines[order[done]]);
		scene_commit(&s, together);
		char *kept = facts_told(&s, s.history.published->tables), *anew = facts_anew(&s);
		if (strcmp(kept, anew) != 0)
			fail_msg("after\n%s--- kept\n%s--- anew\n%s", together, kept, anew);
		test_free(kept);
		test_free(anew);
	}
	return facts_told(&s, s.history.published->tables);
}

static void test_facts_are_those_of_folding_anew_in_any_order(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		char *lines[LAW_LINES], *first = NULL;
		unsigned order[LAW_LINES];
		uint64_t random = seed;
		for (unsigned i = 0; i < LAW_LINES; i++) {
			swk__buf line;
			swk__buf_init(&line, &s.mem, SIZE_MAX);
			fold_line(&line, &random, FEED_FROM + i * SWK__US_SECOND);
			lines[i] = test_malloc(line.length + 1);
			memcpy(lines[i], line.bytes, line.length);
			lines[i][line.length] = '\0';
			swk__buf_done(&line);
			order[i] = i;
		}
		for (int round = 0; round < 3; round++) {
			scene_close(&s);
			scene_open(&s);
			char *text = law_commit(lines, order, &random);
			if (first)
				assert_string_equal(text, first);
			if (first)
				test_free(text);
			else
				first = text;
			for (unsigned i = LAW_LINES - 1; i > 0; i--) {
				unsigned other = random_below(&random, i + 1), kept = order[i];
				order[i] = order[other];
				order[other] = kept;
			}
		}
		test_free(first);
		for (unsigned i = 0; i < LAW_LINES; i++)
			test_free(lines[i]);
	}
}

/* What a change does not touch stays where it is. */
static void test_facts_that_stay_the_same_are_not_filed_again(void **state)
{
	(void)state;
	scene_commit(&s, LEAD("a", "") LEAD("b", "") WON);
	const swk__table_state *tables = s.history.published->tables;
	uint64_t epochs[SWK__STATE_COUNT];
	for (unsigned t = 0; t < SWK__STATE_COUNT; t++)
		epochs[t] = tables[t].epoch;
	scene_commit(&s, "call c lead=b at=2026-10-03 direction=inbound\n" LEAD("a", "region=x"));
	tables = s.history.published->tables;
	for (unsigned t = SWK__TABLE_COUNT; t < SWK__STATE_COUNT; t++)
		assert_int_equal(tables[t].epoch, epochs[t]);
	scene_commit(&s, "call c lead=b at=2026-10-03 direction=outbound");
	tables = s.history.published->tables;
	for (unsigned t = SWK__TABLE_COUNT; t < SWK__STATE_COUNT; t++)
		assert_int_equal(tables[t].epoch != epochs[t], t == SWK__FACT_LEAD);
}

/* Rows of a fact's parts, live or not. */
static uint64_t fact_rows(swk__table fact)
{
	const swk__directory *directory = s.history.published->tables[fact].directory;
	uint64_t rows = 0;
	for (uint32_t i = 0; directory && i < directory->count; i++)
		rows += directory->parts[i] ? directory->parts[i]->rows : 0;
	return rows;
}

/* Corrections without end: facts that were taken away do not pile up, and those that are left are found. */
static void test_facts_that_were_taken_away_do_not_pile_up(void **state)
{
	enum {
		LEADS = 200
	};
	(void)state;
	char lines[LEADS * 64];
	size_t length = 0;
	for (int i = 0; i < LEADS; i++)
		length += (size_t)snprintf(lines + length, sizeof lines - length, "lead l%d created_at=2026-10-0%d\n",
		                           i, 1 + i % 2 * 7);
	scene_commit(&s, lines);
	swk__snapshot *before = scene_pin(&s);
	char *text = facts_told(&s, before->tables);
	uint64_t most = 0;
	for (int round = 0; round < 60; round++) {
		length = 0;
		for (int i = 0; i < 20; i++)
			length += (size_t)snprintf(lines + length, sizeof lines - length,
			                           "call c%d lead=l%d at=2026-10-03T00:00:%02dZ\n",
			                           (round * 7 + i) % LEADS, (round * 7 + i) % LEADS, round);
		scene_commit(&s, lines);
		most = fact_rows(SWK__FACT_LEAD) > most ? fact_rows(SWK__FACT_LEAD) : most;
	}
	assert_true(most > LEADS + 100 && most <= 2 * LEADS + 20);
	char *kept = facts_told(&s, s.history.published->tables), *anew = facts_anew(&s);
	assert_string_equal(kept, anew);
	test_free(kept);
	test_free(anew);
	kept = facts_told(&s, before->tables);
	assert_string_equal(kept, text);
	test_free(kept);
	test_free(text);
	swk__snapshot_release(before);
}

/* ---------------------------------------------------------------------------------------------------- memory */

static bool commit_fails_at(int at, bool for_ever, const swk_batch *batch)
{
	sweep hook = { .at = at, .for_ever = for_ever };
	swk__applied applied;
	char *before = state_text(s.history.published, &s.history);
	s.mem.fault = sweep_hook;
	s.mem.fault_context = &hook;
	int code = scene_ingest(&s, batch, &applied);
	s.mem.fault = NULL;
	assert_int_equal(code, sweep_hit(&hook) ? SWK_ERR_MEMORY : SWK_OK);
	if (code != SWK_OK)
		assert_state(&s.history, before);
	else
		state_free(before);
	return sweep_hit(&hook);
}

static void test_a_commit_without_memory_folds_nothing(void **state)
{
	(void)state;
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		int at = 1;
		scene_close(&s);
		scene_open(&s);
		scene_commit(&s, LEAD("a", "merged_into=b") LEAD("b", "") WON
		             "score p lead=a at=2026-10-03 value=7\n"
		             "call c lead=a at=2026-10-04 outcome=voicemail");
		swk_batch *batch = scene_batch(
			&s,
			LEAD("b", "deleted=true") LEAD("c", "merged_into=a")
				STAGE("s", "05", "outcome=won") "message m lead=c at=2026-10-05 direction=inbound\n"
								"meeting n at=2026-11-05 opportunity=o outcome=sale\n"
								"score q lead=c at=2026-12-03 value=8");
		while (commit_fails_at(at, for_ever, batch))
			at++;
		assert_true(at > 20);
		swk_batch_free(batch);
		char *kept = facts_told(&s, s.history.published->tables), *anew = facts_anew(&s);
		assert_string_equal(kept, anew);
		test_free(kept);
		test_free(anew);
	}
}

static bool anew_fails_at(int at, bool for_ever)
{
	sweep hook = { .at = at, .for_ever = for_ever };
	const uint64_t used = s.mem.used;
	swk__snapshot *anew = swk__snapshot_copy(s.history.published);
	swk__fold fold;
	swk__fold_init(&fold, &s.history, anew, NULL);
	s.mem.fault = sweep_hook;
	s.mem.fault_context = &hook;
	int code = swk__fold_all(&fold, NULL);
	s.mem.fault = NULL;
	assert_int_equal(code, sweep_hit(&hook) ? SWK_ERR_MEMORY : SWK_OK);
	swk__fold_done(&fold);
	swk__snapshot_release(anew);
	assert_int_equal(s.mem.used, used);
	return sweep_hit(&hook);
}

#define SOME_OF_EACH                                                                             \
	LEAD("a", "merged_into=b")                                                               \
	LEAD("b", "")                                                                            \
	WON STAGE("s", "05", "outcome=won") "score p lead=a at=2026-10-03 value=7\n"             \
					    "call c lead=a at=2026-10-04 outcome=voicemail\n"    \
					    "message m lead=a at=2026-11-05 direction=inbound\n" \
					    "meeting n at=2026-11-05 opportunity=o outcome=sale"

static void test_folding_everything_without_memory_leaves_nothing(void **state)
{
	(void)state;
	scene_commit(&s, SOME_OF_EACH);
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		int at = 1;
		while (anew_fails_at(at, for_ever))
			at++;
		assert_true(at > 40);
	}
}

/* A check that stops, asked for the second time. */
static int stopping(void *context, uint64_t done, uint64_t total, swk_error *error)
{
	int *asked = context;
	(void)error;
	assert_true(done <= total);
	return ++*asked == 2 ? SWK_ERR_INTERRUPTED : SWK_OK;
}

static void test_folding_everything_stops_when_it_is_told_to(void **state)
{
	(void)state;
	int asked = 0;
	swk__fold fold;
	scene_commit(&s, LEAD("a", "") WON "call c lead=a at=2026-10-04 outcome=voicemail");
	swk__snapshot *anew = swk__snapshot_copy(s.history.published);
	swk__fold_init(&fold, &s.history, anew, NULL);
	fold.check = stopping;
	fold.check_context = &asked;
	assert_int_equal(swk__fold_all(&fold, NULL), SWK_ERR_INTERRUPTED);
	assert_int_equal(asked, 2);
	swk__fold_done(&fold);
	swk__snapshot_release(anew);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_without_stages_the_opportunity_tells_its_close),
		TEST(test_the_close_is_the_first_of_the_final_run),
		TEST(test_a_reopened_deal_is_open_until_it_is_won_again),
		TEST(test_ties_of_stages),
		TEST(test_a_stage_that_moves_leaves_its_opportunity),
		TEST(test_records_of_merged_leads_count_for_the_last),
		TEST(test_a_deleted_lead_leaves_nothing),
		TEST(test_the_target_that_comes_back),
		TEST(test_a_cycle_reaches_past_a_lead_that_was_touched),
		TEST(test_the_first_outreach_and_its_reply),
		TEST(test_meetings_come_through_opportunities),
		TEST(test_scores_of_those_who_had_won_are_left_out),
		TEST(test_facts_are_those_of_folding_anew_in_any_order),
		TEST(test_facts_that_stay_the_same_are_not_filed_again),
		TEST(test_facts_that_were_taken_away_do_not_pile_up),
		TEST(test_a_commit_without_memory_folds_nothing),
		TEST(test_folding_everything_without_memory_leaves_nothing),
		TEST(test_folding_everything_stops_when_it_is_told_to),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
