/* SPDX-License-Identifier: MIT */
#include "facts.h"
#include "fold_feed.h"

static scene s;
static const swk__cut everything = { INT64_MAX, INT64_MAX, UINT64_MAX };

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

static swk__facts facts_of(swk__cut cut)
{
	swk__facts facts;
	assert_int_equal(swk__facts_open(&facts, &s.history, s.history.published, cut, true, NULL, NULL, NULL), SWK_OK);
	return facts;
}

/* The id of the row at a place of the lead table, or "none". */
static const char *lead_id(const swk__facts *facts, swk__place place)
{
	if (!place)
		return "none";
	int64_t entity = swk__state_get(&facts->tables[SWK__TABLE_LEAD], place, SWK__FIELD_ID);
	swk__slice id = swk__text_get(&s.history.ids[SWK__TABLE_LEAD], (uint32_t)entity);
	snprintf(s.told, sizeof s.told, "%.*s", (int)id.length, id.bytes);
	return s.told;
}

static const char *merged_under(swk__cut cut, const char *id)
{
	uint32_t entity;
	swk__facts facts = facts_of(cut);
	assert_true(swk__text_find(&s.history.ids[SWK__TABLE_LEAD], swk__slice_of(id), &entity));
	const char *found = lead_id(&facts, swk__facts_lead(&facts, entity));
	swk__facts_close(&facts);
	return found;
}

static const char *merged(const char *id)
{
	return merged_under(everything, id);
}

/* --------------------------------------------------------------------------------------------- merged leads */

#define LEAD(id, more) "lead " id " created_at=2026-10-01 " more "\n"

static void test_a_lead_by_itself_stays(void **state)
{
	(void)state;
	scene_commit(&s, LEAD("a", ""));
	assert_string_equal(merged("a"), "a");
}

static void test_a_chain_ends_at_its_last_lead(void **state)
{
	(void)state;
	scene_commit(&s, LEAD("a", "merged_into=b") LEAD("b", "merged_into=c") LEAD("c", ""));
	assert_string_equal(merged("a"), "c");
	assert_string_equal(merged("b"), "c");
	assert_string_equal(merged("c"), "c");
}

static void test_links_of_a_cycle_merge_nothing(void **state)
{
	(void)state;
	scene_commit(&s, LEAD("a", "merged_into=b") LEAD("b", "merged_into=c") LEAD("c", "merged_into=a"));
	assert_string_equal(merged("a"), "a");
	assert_string_equal(merged("b"), "b");
	assert_string_equal(merged("c"), "c");
}

static void test_a_link_to_itself_is_a_cycle(void **state)
{
	(void)state;
	scene_commit(&s, LEAD("a", "merged_into=a") LEAD("b", "merged_into=a"));
	assert_string_equal(merged("a"), "a");
	assert_string_equal(merged("b"), "a");
}

static void test_a_chain_into_a_cycle_ends_where_it_enters(void **state)
{
	(void)state;
	scene_commit(&s, LEAD("t", "merged_into=u") LEAD("u", "merged_into=b") LEAD("a", "merged_into=b")
	                         LEAD("b", "merged_into=c") LEAD("c", "merged_into=a"));
	assert_string_equal(merged("t"), "b");
	assert_string_equal(merged("u"), "b");
	assert_string_equal(merged("b"), "b");
}

static void test_a_missing_target_merges_nothing(void **state)
{
	(void)state;
	scene_commit(&s, LEAD("a", "merged_into=nowhere"));
	assert_string_equal(merged("a"), "a");
	assert_string_equal(merged("nowhere"), "none");
	scene_commit(&s, LEAD("nowhere", ""));
	assert_string_equal(merged("a"), "nowhere");
}

static void test_a_deleted_target_merges_nothing(void **state)
{
	(void)state;
	scene_commit(&s, LEAD("a", "merged_into=b") LEAD("b", "merged_into=c") LEAD("c", ""));
	scene_commit(&s, LEAD("b", "merged_into=c deleted=true"));
	assert_string_equal(merged("a"), "a");
	assert_string_equal(merged("b"), "none");
}

static void test_a_target_of_the_future_merges_nothing(void **state)
{
	(void)state;
	swk__cut cut = everything;
	scene_commit(&s, LEAD("a", "merged_into=b") "lead b created_at=2026-10-02");
	cut.now = instant("2026-10-02") - 1;
	assert_string_equal(merged_under(cut, "a"), "a");
	assert_string_equal(merged_under(cut, "b"), "none");
	cut.now++;
	assert_string_equal(merged_under(cut, "a"), "b");
}

static void test_a_merger_is_undone_by_a_newer_version(void **state)
{
	(void)state;
	swk__cut cut = everything;
	scene_commit(&s, LEAD("a", "merged_into=b recorded_at=2026-10-03") LEAD("b", "recorded_at=2026-10-01"));
	scene_commit(&s, LEAD("a", "recorded_at=2026-10-05"));
	assert_string_equal(merged("a"), "a");
	cut.as_of = instant("2026-10-04");
	assert_string_equal(merged_under(cut, "a"), "b");
	cut.as_of = instant("2026-10-02");
	assert_string_equal(merged_under(cut, "a"), "none");
}

/* The walk of the contract, step by step: a link is void when following the chain from its target leads back. */
static unsigned merged_slowly(const unsigned *target, unsigned n, unsigned lead)
{
	for (unsigned moves = 0; moves <= n; moves++) {
		unsigned at = target[lead];
		for (unsigned steps = 0; at < n && at != lead && steps <= n; steps++)
			at = target[at];
		if (target[lead] >= n || at == lead)
			return lead;
		lead = target[lead];
	}
	fail();
	return n;
}

static void test_all_ways_to_merge_four_leads(void **state)
{
	(void)state;
	scene_close(&s);
	for (unsigned code = 0; code < 625; code++) {
		unsigned target[4], rest = code;
		char lines[512] = "";
		scene_open(&s);
		for (unsigned lead = 0; lead < 4; lead++, rest /= 5) {
			target[lead] = rest % 5;
			size_t length = strlen(lines);
			snprintf(lines + length, sizeof lines - length,
			         "lead %u created_at=2026-10-01 merged_into=%u\n", lead, target[lead]);
		}
		scene_commit(&s, lines);
		for (unsigned lead = 0; lead < 4; lead++) {
			char id[8], wanted[8];
			snprintf(id, sizeof id, "%u", lead);
			snprintf(wanted, sizeof wanted, "%u", merged_slowly(target, 4, lead));
			assert_string_equal(merged(id), wanted);
		}
		scene_close(&s);
	}
	scene_open(&s);
}

/* -------------------------------------------------------------------------------------------------- cuts */

/* The outcome of call c1 under a cut, or "none". */
static const char *call_outcome(swk__cut cut)
{
	uint32_t entity;
	swk__facts facts = facts_of(cut);
	if (!swk__text_find(&s.history.ids[SWK__TABLE_CALL], swk__slice_of("c1"), &entity))
		return "none";
	swk__place place = swk__facts_row(&facts, SWK__TABLE_CALL, entity);
	const char *outcome = "none";
	if (place)
		outcome = swk__schemas[SWK__TABLE_CALL]
		                  .fields[SWK__CALL_OUTCOME]
		                  .values[swk__state_get(&facts.tables[SWK__TABLE_CALL], place, SWK__CALL_OUTCOME)];
	swk__facts_close(&facts);
	return outcome;
}

static const char *outcome_as_of(const char *as_of)
{
	swk__cut cut = everything;
	cut.as_of = instant(as_of);
	return call_outcome(cut);
}

static const char *outcome_at_commit(uint64_t commit)
{
	swk__cut cut = everything;
	cut.commit = commit;
	return call_outcome(cut);
}

#define CALL "call c1 at=2026-11-02T09:30:00Z "

/* The example of docs/metrics.md, section 1. */
static void test_as_of_takes_versions_recorded_up_to_then(void **state)
{
	(void)state;
	scene_commit(&s, CALL "outcome=answered recorded_at=2026-11-02T10:05:00Z");
	scene_commit(&s, CALL "outcome=unknown recorded_at=2026-11-02T10:00:00Z");
	assert_string_equal(outcome_as_of("2026-11-02T09:59:59Z"), "none");
	assert_string_equal(outcome_as_of("2026-11-02T10:00:00Z"), "unknown");
	assert_string_equal(outcome_as_of("2026-11-02T10:04:59.999999Z"), "unknown");
	assert_string_equal(outcome_as_of("2026-11-02T10:05:00Z"), "answered");
}

static void test_as_of_a_deletion(void **state)
{
	(void)state;
	scene_commit(&s, CALL "outcome=busy recorded_at=2026-11-03\n" CALL
	                      "outcome=busy deleted=true recorded_at=2026-11-04\n" CALL
	                      "outcome=failed recorded_at=2026-11-05");
	assert_string_equal(outcome_as_of("2026-11-03"), "busy");
	assert_string_equal(outcome_as_of("2026-11-04"), "none");
	assert_string_equal(outcome_as_of("2026-11-05"), "failed");
}

static void test_at_commit_takes_rows_of_the_first_commits(void **state)
{
	(void)state;
	scene_commit(&s, CALL "outcome=answered recorded_at=2026-11-03");
	scene_commit(&s, CALL "outcome=unknown recorded_at=2026-11-02");
	scene_commit(&s, CALL "outcome=busy recorded_at=2026-11-04");
	scene_commit(&s, CALL "outcome=busy deleted=true recorded_at=2026-11-05");
	assert_string_equal(outcome_at_commit(1), "answered");
	assert_string_equal(outcome_at_commit(2), "answered");
	assert_string_equal(outcome_at_commit(3), "busy");
	assert_string_equal(outcome_at_commit(4), "none");
	assert_string_equal(outcome_at_commit(5), "none");
}

static void test_both_cuts_hold_together(void **state)
{
	(void)state;
	swk__cut cut = { INT64_MAX, instant("2026-11-03"), 1 };
	scene_commit(&s, CALL "outcome=answered recorded_at=2026-11-04\n" CALL "outcome=failed recorded_at=2026-11-01");
	scene_commit(&s, CALL "outcome=unknown recorded_at=2026-11-02");
	assert_string_equal(call_outcome(cut), "failed");
}

/* "Versions are chosen first": an older version does not step in for a newer one that lies in the future. */
static void test_now_cuts_after_versions_are_chosen(void **state)
{
	(void)state;
	swk__cut cut = everything;
	scene_commit(&s, LEAD("a", "recorded_at=2026-10-01"));
	scene_commit(&s, "lead a created_at=2026-12-01 recorded_at=2026-10-02");
	cut.now = instant("2026-11-01");
	assert_string_equal(merged_under(cut, "a"), "none");
	cut.as_of = instant("2026-10-01");
	assert_string_equal(merged_under(cut, "a"), "a");
}

static void test_reps_have_no_instant_to_cut(void **state)
{
	(void)state;
	uint32_t entity;
	swk__cut cut = everything;
	cut.now = 0;
	scene_commit(&s, "rep r1 team=A\n" LEAD("a", ""));
	swk__facts facts = facts_of(cut);
	assert_true(swk__text_find(&s.history.ids[SWK__TABLE_REP], swk__slice_of("r1"), &entity));
	assert_int_not_equal(swk__facts_row(&facts, SWK__TABLE_REP, entity), 0);
	swk__facts_close(&facts);
}

/* ------------------------------------------------------------------------------------ what may be cached */

static bool cached_under(swk__cut cut)
{
	swk__facts facts = facts_of(cut);
	bool cached = facts.cached;
	swk__facts_close(&facts);
	return cached;
}

static void test_a_cut_that_cuts_nothing_shares_everything(void **state)
{
	(void)state;
	scene_commit(&s, LEAD("a", "recorded_at=2026-10-02") CALL "recorded_at=2026-11-03");
	swk__cut cut = { instant("2026-10-01"), instant("2026-11-03"), 1 };
	swk__facts facts = facts_of(cut);
	assert_true(facts.cached);
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++) {
		assert_ptr_equal(facts.tables[t].directory, s.history.published->tables[t].directory);
		assert_ptr_equal(facts.tables[t].current, s.history.published->tables[t].current);
	}
	swk__facts_close(&facts);
}

static void test_a_cut_that_cuts_something_is_not_cached(void **state)
{
	(void)state;
	scene_commit(&s, LEAD("a", "recorded_at=2026-10-02"));
	scene_commit(&s, CALL "recorded_at=2026-11-03");
	swk__cut as_of = everything, commit = everything, now = everything;
	as_of.as_of = instant("2026-11-03") - 1;
	commit.commit = 1;
	now.now = instant("2026-10-01") - 1;
	assert_true(cached_under(everything));
	assert_false(cached_under(as_of));
	assert_false(cached_under(commit));
	assert_false(cached_under(now));
	now.now++;
	assert_true(cached_under(now));
}

static void test_facts_of_nothing(void **state)
{
	(void)state;
	swk__cut past = { 0, 0, 0 };
	assert_true(cached_under(everything));
	assert_true(cached_under(past));
	scene_commit(&s, LEAD("a", ""));
	swk__facts facts = facts_of(past);
	assert_int_equal(swk__facts_lead(&facts, 1), 0);
	assert_int_equal(swk__facts_lead(&facts, 77), 0);
	swk__facts_close(&facts);
}

static void test_facts_outlive_later_commits(void **state)
{
	(void)state;
	scene_commit(&s, LEAD("a", "merged_into=b") LEAD("b", ""));
	swk__facts facts = facts_of(everything);
	uint32_t entity;
	scene_commit(&s, LEAD("b", "deleted=true") LEAD("a", "region=North"));
	assert_true(swk__text_find(&s.history.ids[SWK__TABLE_LEAD], swk__slice_of("a"), &entity));
	assert_string_equal(lead_id(&facts, swk__facts_lead(&facts, entity)), "b");
	swk__facts_close(&facts);
}

/* --------------------------------------------------------------------------- cuts equal shorter histories */

static uint64_t live_rows(const swk__table_state *state)
{
	uint64_t rows = 0;
	for (uint32_t i = 0; state->directory && i < state->directory->count; i++)
		rows += state->directory->parts[i] ? state->directory->parts[i]->live : 0;
	return rows;
}

/* At commit N = the history of the first N commits; as of T = that of the rows recorded up to T. */
static void test_cuts_equal_histories_without_the_rest(void **state)
{
	(void)state;
	enum {
		COMMITS = 120
	};
	feed f = { .random = 99, .reps = 4, .leads = 8, .calls = 30, .families = 1, .stamps = true };
	uint64_t calls[COMMITS + 1] = { 0 }, leads[COMMITS + 1] = { 0 };
	swk__buf line;
	swk__buf_init(&line, &s.mem, SIZE_MAX);
	while (s.history.published->commit < COMMITS) {
		feed_line(&f, &line);
		scene_commit(&s, line.bytes);
		uint64_t commit = s.history.published->commit;
		calls[commit] = s.history.published->tables[SWK__TABLE_CALL].live;
		leads[commit] = s.history.published->tables[SWK__TABLE_LEAD].live;
	}
	swk__buf_done(&line);
	for (uint64_t commit = 1; commit <= COMMITS; commit++) {
		swk__cut cut = everything;
		cut.commit = commit;
		swk__facts facts = facts_of(cut);
		assert_int_equal(live_rows(&facts.tables[SWK__TABLE_CALL]), calls[commit]);
		assert_int_equal(live_rows(&facts.tables[SWK__TABLE_LEAD]), leads[commit]);
		swk__facts_close(&facts);
	}
}

/* ----------------------------------------------------------------------------- facts of a cut, by another way */

enum {
	LAW_LINES = 60
};

/* A line of the feed, and what the test knows of it without the library. */
typedef struct law_line {
	char text[256];
	int64_t stamp, at, closed_at; /* closed_at: INT64_MIN where there is none */
	uint64_t commit;
} law_line;

static int64_t line_value(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	char day[11] = "";
	if (!at)
		return INT64_MIN;
	snprintf(day, sizeof day, "%s", at + strlen(name));
	return instant(day);
}

static void law_make(law_line *lines, uint64_t seed)
{
	uint64_t random = seed;
	for (unsigned i = 0; i < LAW_LINES; i++) {
		swk__buf line;
		lines[i].stamp = FEED_FROM + i * SWK__US_SECOND;
		swk__buf_init(&line, &s.mem, SIZE_MAX);
		fold_line(&line, &random, lines[i].stamp);
		snprintf(lines[i].text, sizeof lines[i].text, "%.*s", (int)line.length, line.bytes);
		swk__buf_done(&line);
		lines[i].closed_at = line_value(lines[i].text, "closed_at=");
		lines[i].at = line_value(lines[i].text, " at=");
		if (lines[i].at == INT64_MIN)
			lines[i].at = line_value(lines[i].text, "created_at=");
	}
}

/* Commits the lines in some order, some at a time. */
static void law_commit(law_line *lines, uint64_t *random)
{
	unsigned order[LAW_LINES];
	for (unsigned i = 0; i < LAW_LINES; i++) {
		unsigned other = random_below(random, i + 1);
		order[i] = order[other];
		order[other] = i;
	}
	for (unsigned done = 0; done < LAW_LINES;) {
		char together[4096];
		size_t length = 0;
		for (unsigned count = 1 + random_below(random, 12); count && done < LAW_LINES; count--, done++) {
			length += (size_t)snprintf(together + length, sizeof together - length, "%s",
			                           lines[order[done]].text);
			lines[order[done]].commit = s.history.published->commit + 1;
		}
		scene_commit(&s, together);
	}
}

/* How long the words of a line are that say whose version it is. */
static size_t line_key(const char *text)
{
	return (size_t)(strchr(strchr(text, ' ') + 1, ' ') - text);
}

/* Whether a line is what the cut leaves of its record. */
static bool law_keeps(const law_line *lines, unsigned line, swk__cut cut)
{
	const size_t key = line_key(lines[line].text) + 1;
	if (lines[line].stamp > cut.as_of || lines[line].commit > cut.commit || lines[line].at > cut.now)
		return false;
	for (unsigned i = line + 1; i < LAW_LINES; i++)
		if (strncmp(lines[i].text, lines[line].text, key) == 0 && lines[i].stamp <= cut.as_of &&
		    lines[i].commit <= cut.commit)
			return false;
	return true;
}

/* The facts of a scene that never saw anything else than what a cut leaves. */
static char *law_facts(const law_line *lines, swk__cut cut)
{
	scene apart;
	char *text;
	scene_open(&apart);
	for (unsigned i = 0; i < LAW_LINES; i++) {
		char line[sizeof lines[i].text + 16] = "";
		const char *outcome = strstr(lines[i].text, " outcome=");
		if (!law_keeps(lines, i, cut))
			continue;
		memcpy(line, lines[i].text, sizeof lines[i].text);
		if (lines[i].closed_at > cut.now && outcome) {
			snprintf(line + (outcome - lines[i].text), 200, " outcome=open%s", strchr(outcome + 1, ' '));
		}
		scene_commit(&apart, line);
	}
	text = facts_told_at(&apart, apart.history.published->tables, cut.now);
	scene_close(&apart);
	return text;
}

static swk__cut law_cut(const law_line *lines, uint64_t *random)
{
	swk__cut cut = everything;
	unsigned kinds = 1 + random_below(random, 7);
	if (kinds & 1)
		cut.now = instant("2026-10-01") + random_below(random, 50) * (43200 * SWK__US_SECOND) -
		          random_below(random, 2);
	if (kinds & 2)
		cut.as_of = lines[random_below(random, LAW_LINES)].stamp;
	if (kinds & 4)
		cut.commit = random_below(random, (unsigned)s.history.published->commit + 1);
	return cut;
}

static void assert_facts(const swk__past *past, const law_line *lines, swk__cut cut)
{
	char *found = facts_told_at(&s, past->snapshot->tables, cut.now), *wanted = law_facts(lines, cut);
	if (strcmp(found, wanted) != 0)
		fail_msg("now %lld as of %lld commit %llu\n%s--- wanted\n%s", (long long)cut.now, (long long)cut.as_of,
		         (unsigned long long)cut.commit, found, wanted);
	test_free(found);
	test_free(wanted);
}

/* What is cut off leaves no trace in facts, and a cut none in the facts of the present, nor in another cut. */
static void test_facts_of_a_cut_are_those_of_a_history_without_the_rest(void **state)
{
	enum {
		PASTS = 12
	};
	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		static law_line lines[LAW_LINES];
		swk__past pasts[PASTS];
		uint64_t random = seed + 1000;
		scene_close(&s);
		scene_open(&s);
		law_make(lines, seed);
		law_commit(lines, &random);
		char *before = state_text(s.history.published, &s.history);
		for (unsigned i = 0; i < PASTS; i++)
			assert_int_equal(swk__facts_cut(&s.history, s.history.published, law_cut(lines, &random), true,
			                                NULL, NULL, &pasts[i], NULL),
			                 SWK_OK);
		assert_state(&s.history, before);
		scene_commit(&s,
		             "lead l1 created_at=2026-10-01\nopportunity o1 created_at=2026-10-02 lead=l1 "
		             "outcome=won closed_at=2026-10-03\nmessage t1 lead=l1 at=2026-10-01 direction=outbound");
		for (unsigned i = 0; i < PASTS; i++) {
			assert_facts(&pasts[i], lines, pasts[i].cut);
			if (pasts[i].until < INT64_MAX) /* as late as it may be asked */
				assert_facts(&pasts[i], lines,
				             (swk__cut){ pasts[i].until - 1, pasts[i].cut.as_of, pasts[i].cut.commit });
			swk__snapshot_release(pasts[i].snapshot);
		}
		char *kept = facts_told(&s, s.history.published->tables), *anew = facts_anew(&s);
		assert_string_equal(kept, anew);
		test_free(kept);
		test_free(anew);
	}
}

/* ------------------------------------------------------------------------------------------------- memory */

static bool cut_fails_at(int at, bool for_ever)
{
	sweep hook = { .at = at, .for_ever = for_ever };
	swk__cut cut = { instant("2026-10-01"), instant("2026-11-01"), UINT64_MAX };
	swk__facts facts;
	uint64_t used = s.mem.used;
	char *before = state_text(s.history.published, &s.history);
	uint32_t references = s.history.published->references;
	s.mem.fault = sweep_hook;
	s.mem.fault_context = &hook;
	int code = swk__facts_open(&facts, &s.history, s.history.published, cut, true, NULL, NULL, NULL);
	s.mem.fault = NULL;
	assert_int_equal(code, sweep_hit(&hook) ? SWK_ERR_MEMORY : SWK_OK);
	if (code == SWK_OK)
		swk__facts_close(&facts);
	assert_int_equal(s.mem.used, used);
	assert_int_equal(s.history.published->references, references);
	assert_state(&s.history, before);
	return sweep_hit(&hook);
}

static void test_facts_without_memory_leave_nothing(void **state)
{
	(void)state;
	scene_commit(&s,
	             "rep r1 team=A recorded_at=2026-10-01\n" LEAD("a", "recorded_at=2026-10-02")
	                     LEAD("b", "recorded_at=2026-12-02") CALL "recorded_at=2026-10-05\n"
	                                                              "call c2 at=2026-09-01\ncall c1 at=2026-09-08");
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		int at = 1;
		while (cut_fails_at(at, for_ever))
			at++;
		assert_true(at > 10);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_lead_by_itself_stays),
		TEST(test_a_chain_ends_at_its_last_lead),
		TEST(test_links_of_a_cycle_merge_nothing),
		TEST(test_a_link_to_itself_is_a_cycle),
		TEST(test_a_chain_into_a_cycle_ends_where_it_enters),
		TEST(test_a_missing_target_merges_nothing),
		TEST(test_a_deleted_target_merges_nothing),
		TEST(test_a_target_of_the_future_merges_nothing),
		TEST(test_a_merger_is_undone_by_a_newer_version),
		TEST(test_all_ways_to_merge_four_leads),
		TEST(test_as_of_takes_versions_recorded_up_to_then),
		TEST(test_as_of_a_deletion),
		TEST(test_at_commit_takes_rows_of_the_first_commits),
		TEST(test_both_cuts_hold_together),
		TEST(test_now_cuts_after_versions_are_chosen),
		TEST(test_reps_have_no_instant_to_cut),
		TEST(test_a_cut_that_cuts_nothing_shares_everything),
		TEST(test_a_cut_that_cuts_something_is_not_cached),
		TEST(test_facts_of_nothing),
		TEST(test_facts_outlive_later_commits),
		TEST(test_cuts_equal_histories_without_the_rest),
		TEST(test_facts_of_a_cut_are_those_of_a_history_without_the_rest),
		TEST(test_facts_without_memory_leave_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
