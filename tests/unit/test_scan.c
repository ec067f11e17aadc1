/* SPDX-License-Identifier: MIT */
#include "question.h"
#include "random_feed.h"

static scene s;
static inquiry i;

static int setup(void **state)
{
	(void)state;
	scene_open(&s);
	inquiry_open(&i, &s);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	scene_close(&s);
	return 0;
}

/* A scan that is open, with what it stands on. */
typedef struct desk {
	question q;
	swk__plan plan;
	swk__facts facts;
	swk__scan scan;
} desk;

static void desk_open(desk *d, const char *words)
{
	question_read(&d->q, words);
	assert_int_equal(inquiry_plan(&i, &d->q, &d->plan), SWK_OK);
	assert_int_equal(inquiry_facts(&i, &d->plan, &d->facts), SWK_OK);
	assert_int_equal(swk__scan_open(&d->scan, &d->plan, &d->facts, NULL, &s.zones, NULL, NULL, NULL), SWK_OK);
}

static void desk_close(desk *d)
{
	swk__scan_close(&d->scan);
	swk__facts_close(&d->facts);
	swk__plan_done(&d->plan);
}

/* The first measure (made) of all cells of a stretch. */
static int64_t made(desk *d, const char *begin, const char *stop, const char *end, swk__holds *holds)
{
	swk__rollup *rollup = NULL;
	swk__i128 sum = 0;
	assert_int_equal(swk__scan_run(&d->scan, instant(begin), instant(stop), instant(end), &rollup, holds, NULL),
	                 SWK_OK);
	for (uint32_t cell = 0; cell < rollup->cells; cell++)
		sum += swk__rollup_values(rollup, cell)[0];
	swk__rollup_release(rollup);
	return (int64_t)sum;
}

/* ------------------------------------------------------------------------------------------------- bounds */

static void test_a_stretch_has_its_begin_and_not_its_stop(void **state)
{
	(void)state;
	desk d;
	swk__holds holds;
	scene_commit(&s, "call a at=2026-11-02\ncall b at=2026-11-09\ncall c at=2026-11-08T23:59:59.999999Z\n"
	                 "call d at=2026-11-01T23:59:59.999999Z");
	desk_open(&d, "calls");
	assert_int_equal(made(&d, "2026-11-02", "2026-11-09", "2200-01-01", &holds), 2);
	assert_int_equal(made(&d, "2026-11-02", "2026-11-09", "2026-11-02", &holds), 1);
	assert_int_equal(made(&d, "2026-11-01", "2026-12-09", "2200-01-01", &holds), 4);
	assert_int_equal(made(&d, "2026-11-10", "2026-11-17", "2200-01-01", &holds), 0);
	assert_int_equal(made(&d, "1970-01-01", "1970-01-02", "2200-01-01", &holds), 0);
	desk_close(&d);
}

static void test_a_count_holds_until_the_next_fact(void **state)
{
	(void)state;
	desk d;
	swk__holds holds;
	scene_commit(&s, "call a at=2026-11-03\ncall b at=2026-11-05\ncall c at=2026-11-07\n"
	                 "call x at=2026-11-04 direction=inbound\ncall y at=2026-11-06 deleted=true\n"
	                 "call z at=2026-11-10");
	desk_open(&d, "calls");
	assert_int_equal(made(&d, "2026-11-02", "2026-11-09", "2026-11-05T12:00:00Z", &holds), 2);
	assert_int_equal(holds.from, instant("2026-11-05"));
	assert_int_equal(holds.until, instant("2026-11-07"));
	assert_int_equal(made(&d, "2026-11-02", "2026-11-09", "2026-11-02", &holds), 0);
	assert_true(holds.from == INT64_MIN);
	assert_int_equal(holds.until, instant("2026-11-03"));
	assert_int_equal(made(&d, "2026-11-02", "2026-11-09", "2200-01-01", &holds), 3);
	assert_int_equal(holds.from, instant("2026-11-09") - 1); /* a week that is over is over from its end on */
	assert_true(holds.until == INT64_MAX);
	desk_close(&d);
}

/* Every end between two instants of a random week gives what a scan of its own gives. */
static void test_what_is_said_to_hold_does(void **state)
{
	(void)state;
	feed f = { .random = 21, .reps = 3, .leads = 4, .calls = 60, .families = 1 };
	desk d;
	swk__buf line;
	swk__buf_init(&line, &s.mem, SIZE_MAX);
	for (int row = 0; row < 150; row++) {
		feed_line(&f, &line);
		scene_commit(&s, line.bytes);
	}
	swk__buf_done(&line);
	desk_open(&d, "calls where=team:A where=team: now=2200-01-01");
	for (int step = 0; step < 300; step++) {
		char end[40], edge[40];
		swk__holds holds, other;
		swk__instant_format(feed_instant(&f.random), end);
		int64_t count = made(&d, "2026-10-05", "2026-11-09", end, &holds);
		assert_true(holds.from <= instant(end) && instant(end) < holds.until);
		if (holds.from != INT64_MIN) {
			swk__instant_format(holds.from, edge);
			assert_int_equal(made(&d, "2026-10-05", "2026-11-09", edge, &other), count);
		}
		if (holds.until != INT64_MAX) {
			swk__instant_format(holds.until - 1, edge);
			assert_int_equal(made(&d, "2026-10-05", "2026-11-09", edge, &other), count);
		}
	}
	desk_close(&d);
}

/* ------------------------------------------------------------------------------------------------ extents */

/* The weeks of the first and the last fact. */
static bool extent_is(const char *words, const char *first, const char *last)
{
	desk d;
	bool same;
	int64_t begin = -1, end = -1;
	desk_open(&d, words);
	bool any = swk__scan_extent(&d.plan, &d.facts, &begin, &end);
	const swk__calendar *calendar = &d.plan.calendar;
	if (!any)
		same = !first && begin == -1 && end == -1;
	else
		same = first &&
		       swk__week_of_instant(calendar, begin) == swk__week_of_instant(calendar, instant(first)) &&
		       swk__week_of_instant(calendar, end) == swk__week_of_instant(calendar, instant(last));
	desk_close(&d);
	return same;
}

static void test_the_extent_is_that_of_facts_that_count(void **state)
{
	(void)state;
	assert_true(extent_is("calls", NULL, NULL));
	scene_commit(&s, "call a at=2026-11-05\ncall b at=2026-11-03\ncall c at=2026-11-24\ncall d at=2026-11-21\n"
	                 "call x at=2026-10-01 deleted=true\ncall y at=2026-10-08 direction=inbound");
	scene_commit(&s, "call m at=2026-10-12\ncall m at=2026-11-10");
	assert_true(extent_is("calls", "2026-11-03", "2026-11-24"));
	assert_true(extent_is("calls set=direction:both", "2026-10-08", "2026-11-24"));
	assert_true(extent_is("calls set=direction:inbound", "2026-10-08", "2026-10-08"));
	assert_true(extent_is("calls where=rep:nobody", "2026-11-03", "2026-11-24"));
	assert_true(extent_is("calls now=2026-11-23", "2026-11-03", "2026-11-21"));
	assert_true(extent_is("calls now=2026-11-03", "2026-11-03", "2026-11-03"));
	assert_true(extent_is("calls now=2026-11-02", NULL, NULL));
}

/* ---------------------------------------------------------------------------------- many rows, many groups */

/* Calls of one day: as many as `rows`, of `reps` reps in turn, every third answered, the first of them for `first`
 * seconds and the others for `seconds`. */
static void many_calls(unsigned rows, unsigned reps, int64_t first, int64_t seconds)
{
	swk_batch *batch = scene_batch(&s, "");
	swk__applied applied;
	for (unsigned row = 0; row < rows; row++) {
		char id[16], rep[16];
		snprintf(id, sizeof id, "c%u", row);
		snprintf(rep, sizeof rep, "r%05u", row % reps);
		swk_batch_row(batch, "call", row);
		swk_batch_text(batch, "id", id, strlen(id));
		swk_batch_text(batch, "rep", rep, strlen(rep));
		swk_batch_instant(batch, "at", instant("2026-11-02") + row);
		if (row % 3 == 0) {
			swk_batch_text(batch, "outcome", "answered", 8);
			swk_batch_int(batch, "duration_s", row ? seconds : first);
		}
		assert_int_equal(swk_batch_end(batch, NULL), SWK_OK);
	}
	assert_int_equal(scene_ingest(&s, batch, &applied), SWK_OK);
	swk_batch_free(batch);
}

static void test_no_row_is_lost_between_blocks_and_segments(void **state)
{
	(void)state;
	const unsigned sizes[] = { 1, 63, 64, 65, 191, 192, 193, 1023, 1024, 1025, 5000 };
	for (size_t n = 0; n < SWK__COUNT(sizes); n++) {
		char expected[96];
		unsigned answered = (sizes[n] + 2) / 3;
		scene_close(&s);
		scene_open(&s);
		many_calls(sizes[n], 1, 7, 7);
		snprintf(expected, sizeof expected, "%u,%u,%u,7", sizes[n], answered, answered * 7);
		assert_answer(&i, "calls show=made,answered,talk_s,mean_talk_s", expected);
	}
}

/* More than is added up with the number of its rows. */
static void test_long_calls_add_up(void **state)
{
	(void)state;
	many_calls(20001, 1, 0, 1000000000);
	assert_answer(&i, "calls by=rep show=made,answered,talk_s", "20001,6667,6666000000000");
}

static void test_many_groups_are_all_found(void **state)
{
	(void)state;
	enum {
		REPS = 1500
	};
	question q;
	swk_result *result = NULL;
	many_calls(4 * REPS, REPS, 7, 7);
	question_read(&q, "calls by=rep,weekday");
	assert_int_equal(inquiry_ask(&i, &q, &result), SWK_OK);
	assert_int_equal(swk_result_rows(result), REPS);
	for (size_t row = 0; row < REPS; row++) {
		char rep[16];
		snprintf(rep, sizeof rep, "r%05u", (unsigned)row);
		assert_string_equal(swk_result_text(result, row, 3, NULL), rep);
		assert_int_equal(swk_result_int(result, row, (size_t)swk_result_find(result, "made")), 4);
	}
	swk_result_free(result);
}

/* Leads of four weeks of which hardly two have an asset in common, and in two of which there are few. */
static void leads_of_weeks(void)
{
	static const unsigned counts[] = { 6000, 100, 900, 5000 };
	swk__buf lines;
	uint64_t random = 3;
	swk__buf_init(&lines, &s.mem, SIZE_MAX);
	for (unsigned week = 0, lead = 0; week < SWK__COUNT(counts); week++) {
		for (unsigned n = 0; n < counts[week]; n++, lead++) {
			const unsigned asset = week == 3 ? random_below(&random, 6500) : lead;
			const unsigned source = random_below(&random, 7000), day = 5 + 7 * week + lead % 6;
			swk__buf_format(&lines, "lead l%u created_at=2026-10-%02u", lead, day);
			swk__buf_format(&lines, " asset=a%u source=s%u region=g%u\n", asset, source, lead % 3);
		}
	}
	swk__buf_byte(&lines, 0);
	assert_false(lines.failed);
	scene_commit(&s, lines.bytes);
	swk__buf_done(&lines);
}

/* Groups that have piled up are forgotten on the way; a question about one week finds only its own. */
static void test_groups_may_be_forgotten(void **state)
{
	(void)state;
	static const char *const bys[] = { "asset", "asset,region", "asset,source" };
	leads_of_weeks();
	for (size_t b = 0; b < SWK__COUNT(bys); b++) {
		char words[128];
		snprintf(words, sizeof words, "conversion by=%s", bys[b]);
		swk__buf all = answer_csv(&i, words);
		const char *at = strchr(all.bytes, '\n') + 1;
		for (unsigned week = 41; week < 45; week++) {
			snprintf(words, sizeof words, "conversion by=%s from=2026-W%u to=2026-W%u", bys[b], week, week);
			swk__buf one = answer_csv(&i, words);
			const char *rows = strchr(one.bytes, '\n') + 1;
			assert_true(strlen(rows) > 1000);
			assert_memory_equal(at, rows, strlen(rows));
			at += strlen(rows);
			swk__buf_done(&one);
		}
		assert_string_equal(at, "");
		swk__buf_done(&all);
	}
}

static void test_a_scan_leaves_nothing_for_the_next(void **state)
{
	(void)state;
	desk d;
	swk__holds holds;
	many_calls(300, 100, 7, 7);
	desk_open(&d, "calls by=rep where=rep:r00007 where=rep:r00008");
	for (int again = 0; again < 3; again++) {
		assert_int_equal(made(&d, "2026-11-02", "2026-11-09", "2200-01-01", &holds), 6);
		assert_int_equal(made(&d, "2026-11-09", "2026-11-16", "2200-01-01", &holds), 0);
	}
	desk_close(&d);
}

static void test_a_filter_of_many_values(void **state)
{
	(void)state;
	many_calls(400, 400, 7, 7);
	assert_answer(&i,
	              "calls where=rep:r00399 where=rep:r00000 where=rep:r00200 where=rep:none where=rep:r00001 "
	              "where=rep:r00000 by=rep show=rep,made",
	              "r00000,1\nr00001,1\nr00200,1\nr00399,1");
}

/* A number that tells a group in one part of a week is not the byte that tells one in another. */
static void test_parts_of_a_week_may_be_labelled_otherwise(void **state)
{
	(void)state;
	scene_commit(&s, "call a at=2026-11-01 rep=r1\ncall b at=2026-11-01 rep=r2\n"
	                 "call c at=2026-11-02\ncall d at=2026-11-02\ncall e at=2026-11-02");
	assert_answer(&i, "calls by=rep week_start=7 from=2026-11-01 to=2026-11-01 show=rep,made", ",3\nr1,1\nr2,1");
}

/* `count` leads of a day, of the assets from `asset` on. */
static void leads_of_assets(const char *id, const char *day, unsigned asset, unsigned count)
{
	swk__buf lines;
	swk__buf_init(&lines, &s.mem, SIZE_MAX);
	for (unsigned n = 0; n < count; n++)
		swk__buf_format(&lines, "lead %s%u created_at=%s asset=a%u\n", id, n, day, asset + n);
	swk__buf_byte(&lines, 0);
	assert_false(lines.failed);
	scene_commit(&s, lines.bytes);
	swk__buf_done(&lines);
}

/* Bytes that told groups tell others once these are forgotten: every lead of the last week has an asset of its own. */
static void test_bytes_of_forgotten_groups_tell_new_ones(void **state)
{
	(void)state;
	question q;
	swk_result *result = NULL;
	leads_of_assets("f", "2026-10-05", 0, 100);
	leads_of_assets("g", "2026-10-12", 0, 6000);
	leads_of_assets("h", "2026-10-19", 0, 100);
	leads_of_assets("i", "2026-10-26", 10, 90);
	question_read(&q, "conversion by=asset");
	assert_int_equal(inquiry_ask(&i, &q, &result), SWK_OK);
	const size_t rows = swk_result_rows(result), asset = (size_t)swk_result_find(result, "asset"),
		     leads = (size_t)swk_result_find(result, "leads");
	assert_int_equal(rows, 6290);
	for (unsigned n = 0; n < 90; n++) {
		char expected[16];
		snprintf(expected, sizeof expected, "a%u", 10 + n);
		assert_string_equal(swk_result_text(result, rows - 90 + n, asset, NULL), expected);
		assert_int_equal(swk_result_int(result, rows - 90 + n, leads), 1);
	}
	swk_result_free(result);
}

/* A call names the second lead before either comes, so that facts lie in another order than the leads. */
static void test_a_lead_named_before_it_comes_keeps_its_source(void **state)
{
	(void)state;
	scene_commit(&s, "call c at=2026-10-07 lead=l2");
	scene_commit(&s, "lead l1 created_at=2026-10-05 source=a\nlead l2 created_at=2026-10-06 source=b");
	assert_answer(&i, "first_touch by=source show=source,leads,touched", "a,1,0\nb,1,1");
}

static void test_a_lead_counts_where_its_last_version_says(void **state)
{
	(void)state;
	scene_commit(&s, "lead l1 created_at=2026-10-05 source=a\nlead l2 created_at=2026-10-06 source=b\n"
	                 "lead l3 created_at=2026-10-06 source=b");
	scene_commit(&s, "lead l1 created_at=2026-10-05 source=c");
	assert_answer(&i, "first_touch by=source show=source,leads", "b,2\nc,1");
}

/* Whole points in W45; hundredths in W46; in W47 hundredths that lie as numbers from a whole on, which is 89. */
static void test_bands_are_tens_of_points(void **state)
{
	(void)state;
	scene_commit(&s, "lead l created_at=2026-10-01\nlead m created_at=2026-10-01\nlead n created_at=2026-10-01\n"
	                 "score a at=2026-11-02 lead=l value=100\nscore b at=2026-11-02 lead=m value=89\n"
	                 "score c at=2026-11-02 lead=n value=90\nscore d at=2026-11-09 lead=l value=100\n"
	                 "score e at=2026-11-09 lead=m value=80.01\nscore f at=2026-11-09 lead=n value=89.5\n"
	                 "score g at=2026-11-16 lead=l value=89.83\nscore h at=2026-11-16 lead=m value=90.73");
	assert_answer(&i, "scores show=week,band,leads",
	              "2026-W45,80,1\n2026-W45,90,2\n2026-W46,80,2\n2026-W46,90,1\n2026-W47,80,1\n2026-W47,90,1");
}

/* The lead counts for its own source, its opportunity for another. */
static void test_an_opportunity_may_have_a_source_of_its_own(void **state)
{
	(void)state;
	scene_commit(&s, "lead l created_at=2026-11-02 source=a\n"
	                 "opportunity o created_at=2026-11-03 lead=l source=b outcome=won closed_at=2026-11-04");
	assert_answer(&i, "win_rate by=source show=source,won,leads,opened", "a,0,1,0\nb,1,0,1");
}

#define WON(id, words) "opportunity " id " created_at=2026-10-01 outcome=won closed_at=2026-11-03 " words "\n"

static void test_amounts_without_a_currency_are_converted(void **state)
{
	(void)state;
	scene_commit(&s, WON("a", "amount=5") WON("b", "amount=10") "rate x currency=EUR date=2026-11-01 value=1.25");
	assert_answer(&i, "deals now=2026-11-08 currency=EUR show=won,amount,currency", "2,1200,EUR");
}

static void test_an_amount_that_is_null_adds_nothing(void **state)
{
	(void)state;
	scene_commit(&s, WON("a", "amount=5") WON("b", "") WON("c", "amount=7"));
	assert_answer(&i, "deals now=2026-11-08 show=won,amount", "3,1200");
}

static void test_amounts_of_a_currency_without_hundredths_add_up(void **state)
{
	(void)state;
	scene_commit(&s, WON("a", "amount=100 currency=JPY") WON("b", "amount=200 currency=JPY"));
	assert_answer(&i, "deals now=2026-11-08 show=won,amount,currency", "2,300,JPY");
}

/* A text that is a lead's, a team's and a rep's id at once is three things. */
static void test_texts_of_different_things_do_not_meet(void **state)
{
	(void)state;
	scene_commit(&s, "rep x team=y region=x\nrep y team=x\nlead x created_at=2026-10-01 source=y region=y\n"
	                 "call a at=2026-11-02 rep=x lead=x\ncall b at=2026-11-02 rep=y");
	assert_answer(&i, "calls by=rep,team,region,source show=rep,team,region,source,made", "x,y,y,y,1\ny,x,,,1");
	assert_answer(&i, "calls where=team:y where=rep:x show=made", "1");
	assert_answer(&i, "calls where=team:x where=rep:x show=made", "");
}

/* The bytes of a rollup that is counted in the ways that `direct` and `many` choose. */
static void counted_so(const char *words, bool direct, uint32_t many, swk__buf *bytes)
{
	desk d;
	swk__holds holds;
	swk__rollup *rollup = NULL;
	desk_open(&d, words);
	d.scan.groups.direct = direct;
	d.scan.block->join.many = many;
	assert_int_equal(swk__scan_run(&d.scan, instant("2026-09-28"), instant("2026-11-30"),
	                               instant("2026-11-10T12:00:00Z"), &rollup, &holds, NULL),
	                 SWK_OK);
	assert_int_equal(swk__rollup_encode(rollup, bytes, NULL), SWK_OK);
	assert_true(rollup->cells > 0);
	swk__rollup_release(rollup);
	desk_close(&d);
}

/* Groups by the grid and by hash, leads all at once and one by one. */
static void test_short_ways_count_what_long_ways_do(void **state)
{
	static const char *const asked[] = {
		"calls",
		"calls by=rep",
		"calls by=source,region where=region:North where=region:West",
		"calls by=weekday,hour set=clock:lead",
		"calls by=hour,weekday",
		"win_rate by=rep",
		"calls by=team,weekday,source set=direction:both",
		"first_touch by=origin",
		"responses by=channel,source",
		"conversion by=rep,segment",
		"conversion by=source",
	};
	(void)state;
	feed f = { .random = 77, .reps = 5, .leads = 60, .calls = 400, .families = 20 };
	swk__buf line, expected, found;
	swk__buf_init(&line, &s.mem, SIZE_MAX);
	for (int row = 0; row < 1500; row++) {
		feed_line(&f, &line);
		scene_commit(&s, line.bytes);
	}
	swk__buf_done(&line);
	for (size_t q = 0; q < SWK__COUNT(asked); q++) {
		swk__buf_init(&expected, &s.mem, SIZE_MAX);
		counted_so(asked[q], false, UINT32_MAX, &expected);
		for (int way = 0; way < 3; way++) {
			swk__buf_init(&found, &s.mem, SIZE_MAX);
			counted_so(asked[q], way != 1, way ? 1 : UINT32_MAX, &found);
			assert_int_equal(found.length, expected.length);
			assert_memory_equal(found.bytes, expected.bytes, expected.length);
			swk__buf_done(&found);
		}
		swk__buf_done(&expected);
	}
}

/* There is room for what the measures of every report tell apart. */
static void test_all_reports_have_classes(void **state)
{
	static const unsigned forms[] = { 1, 1, 1, 1, 1, 2, 1, 2 };
	swk__classes classes;
	(void)state;
	for (size_t r = 0; swk__reports[r]; r++) {
		for (unsigned form = 0; form < forms[r]; form++) {
			const swk__form *of = &swk__reports[r]->forms[form];
			for (unsigned source = 0; source < of->source_count; source++) {
				assert_true(swk__classes_make(&classes, of, source));
				assert_in_range(classes.count, 1, SWK__CLASSES_MAX - 1);
			}
		}
	}
}

/* Lets as many checks pass as `context` counts. */
static int stop_after(void *context, uint64_t done, uint64_t total, swk_error *error)
{
	unsigned *left = context;
	(void)done;
	(void)total;
	return (*left)-- ? SWK_OK : swk__fail(error, SWK_ERR_INTERRUPTED, "enough");
}

/* Before a row is counted, and in the middle of them. */
static void test_a_scan_can_be_stopped_and_run_again(void **state)
{
	(void)state;
	many_calls(20001, 100, 7, 7);
	for (unsigned checks = 0; checks < 2; checks++) {
		desk d;
		swk__holds holds = { 1, 2 };
		swk__rollup *rollup = NULL;
		unsigned left = checks;
		desk_open(&d, "calls by=rep");
		d.scan.check = stop_after;
		d.scan.check_context = &left;
		assert_int_equal(swk__scan_run(&d.scan, instant("2026-11-02"), instant("2026-11-09"), INT64_MAX,
		                               &rollup, &holds, NULL),
		                 SWK_ERR_INTERRUPTED);
		assert_null(rollup);
		assert_true(holds.from == 1 && holds.until == 2);
		d.scan.check = NULL;
		assert_int_equal(made(&d, "2026-11-02", "2026-11-09", "2200-01-01", &holds), 20001);
		desk_close(&d);
	}
}

/* ------------------------------------------------------------------------------------------------- memory */

static bool scan_fails_at(int at, bool for_ever, const char *words)
{
	sweep hook = { .at = at, .for_ever = for_ever };
	question q;
	swk__plan plan;
	swk__facts facts;
	swk__scan scan;
	swk__holds holds = { 1, 2 };
	swk__rollup *rollup = NULL;
	question_read(&q, words);
	assert_int_equal(inquiry_plan(&i, &q, &plan), SWK_OK);
	assert_int_equal(inquiry_facts(&i, &plan, &facts), SWK_OK);
	uint64_t used = s.mem.used;
	s.mem.fault = sweep_hook;
	s.mem.fault_context = &hook;
	int code = swk__scan_open(&scan, &plan, &facts, NULL, &s.zones, NULL, NULL, NULL);
	if (code == SWK_OK) {
		code = swk__scan_run(&scan, instant("2026-11-02"), instant("2026-11-09"), INT64_MAX, &rollup, &holds,
		                     NULL);
		s.mem.fault = NULL;
		swk__rollup *again = NULL;
		if (code != SWK_OK) { /* the same scan goes on when there is memory again */
			assert_true(!rollup && holds.from == 1);
			assert_int_equal(swk__scan_run(&scan, instant("2026-11-02"), instant("2026-11-09"), INT64_MAX,
			                               &again, &holds, NULL),
			                 SWK_OK);
			assert_int_equal(again->cells, 200);
		}
		swk__rollup_release(again);
		swk__rollup_release(rollup);
		swk__scan_close(&scan);
	}
	s.mem.fault = NULL;
	assert_int_equal(code, sweep_hit(&hook) ? SWK_ERR_MEMORY : SWK_OK);
	assert_int_equal(s.mem.used, used);
	swk__facts_close(&facts);
	swk__plan_done(&plan);
	return sweep_hit(&hook);
}

static void test_a_scan_without_memory_leaves_nothing(void **state)
{
	(void)state;
	many_calls(300, 200, 7, 7);
	scene_commit(&s, "lead l created_at=2026-10-01 zone=UTC\ncall x at=2026-11-02 rep=r00001 lead=l");
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		int at = 1;
		while (scan_fails_at(at, for_ever, "calls by=rep where=hour:0 where=hour:1 where=team: set=clock:lead"))
			at++;
		assert_true(at > 10);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_stretch_has_its_begin_and_not_its_stop),
		TEST(test_a_count_holds_until_the_next_fact),
		TEST(test_what_is_said_to_hold_does),
		TEST(test_the_extent_is_that_of_facts_that_count),
		TEST(test_no_row_is_lost_between_blocks_and_segments),
		TEST(test_long_calls_add_up),
		TEST(test_many_groups_are_all_found),
		TEST(test_groups_may_be_forgotten),
		TEST(test_a_scan_leaves_nothing_for_the_next),
		TEST(test_a_filter_of_many_values),
		TEST(test_parts_of_a_week_may_be_labelled_otherwise),
		TEST(test_bytes_of_forgotten_groups_tell_new_ones),
		TEST(test_a_lead_named_before_it_comes_keeps_its_source),
		TEST(test_a_lead_counts_where_its_last_version_says),
		TEST(test_bands_are_tens_of_points),
		TEST(test_an_opportunity_may_have_a_source_of_its_own),
		TEST(test_amounts_without_a_currency_are_converted),
		TEST(test_an_amount_that_is_null_adds_nothing),
		TEST(test_amounts_of_a_currency_without_hundredths_add_up),
		TEST(test_texts_of_different_things_do_not_meet),
		TEST(test_short_ways_count_what_long_ways_do),
		TEST(test_all_reports_have_classes),
		TEST(test_a_scan_can_be_stopped_and_run_again),
		TEST(test_a_scan_without_memory_leaves_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
