/* SPDX-License-Identifier: MIT
 *
 * refold RECORDS CHANGES SEED: fills a store in memory with so many records, then commits single changed records, so
 * many of each kind, and counts what each made the store do again.
 *
 * The first line tells records, leads, facts and parts of the store; then a line for each question about the past: its
 * name, records undone, leads folded, leads that have such records, facts filed, parts whose version differs, whether
 * it was kept for the next question; then a line for each kind of change: its name, changes, and sum and greatest of
 * leads folded, facts filed, parts whose version differs, microseconds; and at last how many facts there are, and how
 * many are others than folding everything anew makes.
 */
#include "store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCH_ROWS 50000
#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)
#define BEGIN (INT64_C(1704067200) * SECOND) /* 2024-01-01 */
#define DAYS 728                             /* in which leads come */
#define LATER 60                             /* days within which something happens to a lead */

/* Records of each table, in thousandths of all. */
static const unsigned shares[SWK__TABLE_COUNT] = {
	[SWK__TABLE_LEAD] = 60,   [SWK__TABLE_MESSAGE] = 300, [SWK__TABLE_CALL] = 300,   [SWK__TABLE_OPPORTUNITY] = 60,
	[SWK__TABLE_STAGE] = 120, [SWK__TABLE_SCORE] = 110,   [SWK__TABLE_MEETING] = 50,
};

static const char *const call_outcomes[] = { "answered", "unanswered", "voicemail", "busy" };
static const char *const stage_outcomes[] = { "", "", "open", "won", "lost" };
static const char *const meeting_outcomes[] = { "sale", "demo", "follow_up", "no_show" };
static const char *const sources[] = { "web", "event", "partner", "referral" };

typedef enum refold_kind {
	CHANGE_NONE,
	CHANGE_CALL,
	CHANGE_MESSAGE,
	CHANGE_STAGE,
	CHANGE_SOURCE,
	CHANGE_MERGE,
	CHANGE_COUNT
} refold_kind;

static const struct {
	const char *name;
	swk__table table;
} changes[CHANGE_COUNT] = {
	[CHANGE_CALL] = { "call", SWK__TABLE_CALL },    [CHANGE_MESSAGE] = { "message", SWK__TABLE_MESSAGE },
	[CHANGE_STAGE] = { "stage", SWK__TABLE_STAGE }, [CHANGE_SOURCE] = { "source", SWK__TABLE_LEAD },
	[CHANGE_MERGE] = { "merge", SWK__TABLE_LEAD },
};

typedef struct room {
	swk_store *store;
	swk_batch *batch;
	size_t counts[SWK__TABLE_COUNT];
	uint64_t seed;
} room;

typedef struct tally {
	uint64_t sum, most;
} tally;

_Noreturn static void stop(const char *why)
{
	fprintf(stderr, "refold: %s\n", why);
	exit(1);
}

static void need(int code, const char *what)
{
	if (code != SWK_OK)
		stop(what);
}

/* ------------------------------------------------------------------------------------------ records */

/* A number that depends on a record and on what is asked of it, and on nothing else. */
static uint64_t chance(const room *r, swk__table table, size_t number, unsigned question, uint64_t below)
{
	uint64_t x = r->seed * 0x9e3779b97f4a7c15u + number * 0xbf58476d1ce4e5b9u + (uint64_t)table * 131 + question;
	for (unsigned i = 0; i < 3; i++) {
		x ^= x >> 30;
		x *= 0x94d049bb133111ebu;
	}
	return (x ^ x >> 31) % below;
}

static void put(room *r, const char *field, const char *value)
{
	need(swk_batch_text(r->batch, field, value, strlen(value)), field);
}

static void put_id(room *r, const char *field, swk__table table, size_t number)
{
	char id[32];
	snprintf(id, sizeof id, "%s%zu", swk__schemas[table].name, number);
	put(r, field, id);
}

static int64_t lead_at(const room *r, size_t lead)
{
	return BEGIN + (int64_t)chance(r, SWK__TABLE_LEAD, lead, 0, (uint64_t)DAYS * 86400) * SECOND;
}

/* The lead of a record, and when it happened to it. */
static size_t lead_of(const room *r, swk__table table, size_t number)
{
	return chance(r, table, number, 1, r->counts[SWK__TABLE_LEAD]);
}

static int64_t later(const room *r, swk__table table, size_t number, int64_t at)
{
	return at + (int64_t)chance(r, table, number, 2, (uint64_t)LATER * 86400) * SECOND;
}

/* The opportunity of a stage, and when it got there. */
static size_t stage_deal(const room *r, size_t number)
{
	return chance(r, SWK__TABLE_STAGE, number, 3, r->counts[SWK__TABLE_OPPORTUNITY]);
}

static int64_t stage_at(const room *r, size_t number)
{
	int64_t at = lead_at(r, lead_of(r, SWK__TABLE_OPPORTUNITY, stage_deal(r, number)));
	return later(r, SWK__TABLE_STAGE, number, at) + LATER * DAY;
}

static void stage_put(room *r, size_t number, bool changed)
{
	unsigned outcome = (unsigned)chance(r, SWK__TABLE_STAGE, number, 4, SWK__COUNT(stage_outcomes));
	put_id(r, "opportunity", SWK__TABLE_OPPORTUNITY, stage_deal(r, number));
	swk_batch_instant(r->batch, "at", stage_at(r, number));
	put(r, "outcome", changed ? outcome == 3 ? "lost" : "won" : stage_outcomes[outcome]);
}

static void lead_put(room *r, size_t number, refold_kind kind)
{
	swk_batch_instant(r->batch, "created_at", lead_at(r, number));
	put_id(r, "rep", SWK__TABLE_REP, number % 40);
	put(r, "source", kind == CHANGE_SOURCE ? "moon" : sources[chance(r, SWK__TABLE_LEAD, number, 3, 4)]);
	if (kind == CHANGE_MERGE)
		put_id(r, "merged_into", SWK__TABLE_LEAD, (number + 1) % r->counts[SWK__TABLE_LEAD]);
}

/* What tables whose records refer to a lead have of their own. */
static void other_put(room *r, swk__table table, size_t number, refold_kind kind)
{
	unsigned roll = (unsigned)chance(r, table, number, 4, 4);
	if (table == SWK__TABLE_MESSAGE) {
		put(r, "direction", roll ? "outbound" : "inbound");
		need(swk_batch_bool(r->batch, "automated", kind == CHANGE_MESSAGE), "automated");
	} else if (table == SWK__TABLE_CALL) {
		put(r, "outcome", call_outcomes[(roll + (kind == CHANGE_CALL)) % 4]);
		need(swk_batch_int(r->batch, "duration_s", 60 + roll), "duration_s");
	} else if (table == SWK__TABLE_OPPORTUNITY) {
		put(r, "amount", "1000.00");
	} else if (table == SWK__TABLE_SCORE) {
		need(swk_batch_int(r->batch, "value", 20 * (int64_t)roll), "value");
	} else {
		put(r, "outcome", meeting_outcomes[roll]);
	}
}

static void row_put(room *r, swk__table table, size_t number, refold_kind kind)
{
	need(swk_batch_row(r->batch, swk__schemas[table].name, (int64_t)number), "no row");
	put_id(r, "id", table, number);
	if (table == SWK__TABLE_LEAD) {
		lead_put(r, number, kind);
	} else if (table == SWK__TABLE_STAGE) {
		stage_put(r, number, kind == CHANGE_STAGE);
	} else {
		size_t lead = lead_of(r, table, number);
		put_id(r, "lead", SWK__TABLE_LEAD, lead);
		swk_batch_instant(r->batch, table == SWK__TABLE_OPPORTUNITY ? "created_at" : "at",
		                  later(r, table, number, lead_at(r, lead)));
		other_put(r, table, number, kind);
	}
	need(swk_batch_end(r->batch, NULL), "a row was refused");
}

static void store_fill(room *r)
{
	for (int table = 0; table < SWK__TABLE_COUNT; table++) {
		for (size_t number = 0; number < r->counts[table]; number++) {
			row_put(r, (swk__table)table, number, CHANGE_NONE);
			if (swk_batch_rows(r->batch) < BATCH_ROWS && number + 1 < r->counts[table])
				continue;
			need(swk_store_ingest_batch(r->store, r->batch, NULL, NULL, NULL), "no ingestion");
			swk_batch_clear(r->batch);
		}
	}
}

/* ------------------------------------------------------------------------------------------ changes */

/* Parts of a snapshot; those whose version another has not. */
static uint64_t parts_count(const swk__snapshot *snapshot, const swk__snapshot *other)
{
	uint64_t count = 0;
	for (int state = 0; state < SWK__STATE_COUNT; state++) {
		const swk__directory *directory = snapshot->tables[state].directory;
		for (uint32_t i = 0; directory && i < directory->count; i++) {
			const swk__part *part = directory->parts[i], *was = NULL;
			if (!part)
				continue;
			if (other)
				was = swk__directory_part(other->tables[state].directory,
				                          directory->first + (int32_t)i);
			count += !was || was->version != part->version;
		}
	}
	return count;
}

static uint64_t facts_count(const swk__snapshot *snapshot)
{
	uint64_t count = 0;
	for (int state = SWK__TABLE_COUNT; state < SWK__STATE_COUNT; state++)
		count += snapshot->tables[state].live;
	return count;
}

static int64_t clock_us(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static void tally_add(tally *to, uint64_t value)
{
	to->sum += value;
	if (value > to->most)
		to->most = value;
}

/* ------------------------------------------------------------------------------------------- pasts */

/* Questions as of so many days before the last lead came; 0: at the commit before the last one. */
static const struct {
	const char *name;
	int days;
} pasts[] = { { "day", 1 }, { "week", 7 }, { "quarter", 91 }, { "year", 364 }, { "commit", 0 } };

/* Marks the lead of a record, if it is one of those that are left. */
static void lead_mark(const room *r, swk__table table, size_t number, int64_t now, unsigned char *marks)
{
	size_t lead = lead_of(r, table, number);
	if (lead_at(r, lead) <= now)
		marks[lead] = 1;
}

/* Marks the leads with opportunities and stages later than `now`: what the store is to fold again, and no others. */
static void later_mark(const room *r, int64_t now, unsigned char *marks)
{
	for (size_t i = 0; i < r->counts[SWK__TABLE_OPPORTUNITY]; i++) {
		size_t lead = lead_of(r, SWK__TABLE_OPPORTUNITY, i);
		if (later(r, SWK__TABLE_OPPORTUNITY, i, lead_at(r, lead)) > now)
			lead_mark(r, SWK__TABLE_OPPORTUNITY, i, now, marks);
	}
	for (size_t i = 0; i < r->counts[SWK__TABLE_STAGE]; i++) {
		size_t deal = stage_deal(r, i), lead = lead_of(r, SWK__TABLE_OPPORTUNITY, deal);
		if (stage_at(r, i) > now && later(r, SWK__TABLE_OPPORTUNITY, deal, lead_at(r, lead)) <= now)
			lead_mark(r, SWK__TABLE_OPPORTUNITY, deal, now, marks);
	}
}

/* Marks the leads of the last batch, which are meetings. */
static void last_mark(const room *r, unsigned char *marks)
{
	size_t count = r->counts[SWK__TABLE_MEETING];
	for (size_t i = (count - 1) / BATCH_ROWS * BATCH_ROWS; i < count; i++)
		lead_mark(r, SWK__TABLE_MEETING, i, INT64_MAX, marks);
}

/* Asks twice: first as the store does when it cuts, then the store itself, whether it has kept the like. */
static void past_ask(room *r, const char *name, int days)
{
	swk__snapshot *snapshot = NULL;
	swk__cut cut = { BEGIN + (DAYS - days) * DAY, INT64_MAX, UINT64_MAX };
	unsigned char *marks = calloc(r->counts[SWK__TABLE_LEAD], 1);
	size_t expected = 0;
	swk__facts facts[2];
	swk__past past;
	if (!marks)
		stop("no memory");
	if (days)
		later_mark(r, cut.now, marks);
	else
		last_mark(r, marks);
	for (size_t i = 0; i < r->counts[SWK__TABLE_LEAD]; i++)
		expected += marks[i];
	need(swk__store_pin_folded(r->store, NULL, NULL, &snapshot, NULL), "no facts");
	if (!days)
		cut = (swk__cut){ BEGIN + 2 * DAYS * DAY, INT64_MAX, snapshot->commit - 1 };
	need(swk__facts_cut(&r->store->history, snapshot, cut, true, NULL, NULL, &past, NULL), "no past");
	for (size_t i = 0; i < SWK__COUNT(facts); i++)
		need(swk__store_facts(r->store, cut, true, NULL, NULL, &facts[i], NULL), "no facts of the past");
	printf("%s %" PRIu64 " %" PRIu64 " %zu %" PRIu64 " %" PRIu64 " %d\n", name, past.lost, past.folded, expected,
	       past.filed, parts_count(past.snapshot, snapshot), facts[0].past == facts[1].past);
	for (size_t i = 0; i < SWK__COUNT(facts); i++)
		swk__facts_close(&facts[i]);
	swk__snapshot_release(past.snapshot);
	swk__snapshot_release(snapshot);
	free(marks);
}

/* A commit as the store makes it, but that what the fold counted is kept. */
static void change_commit(room *r, swk__table table, size_t number, refold_kind kind, tally tallies[4])
{
	swk__history *history = &r->store->history;
	swk__applied applied = { 0 };
	swk__fold fold;
	int64_t stamp = history->published->last_stamp + 1;
	row_put(r, table, number, kind);
	int64_t begin = clock_us();
	need(swk__history_begin(history, history->published, NULL), "no transaction");
	need(swk__history_apply(history, r->batch,
	                        &(swk__intake_wish){ .commit = history->published->commit + 1, .stamp = stamp },
	                        &applied, NULL),
	     "no change");
	swk__history_count(history); /* a store folds what is published */
	swk__fold_init(&fold, history, history->working, &history->touched);
	need(swk__fold_changes(&fold, NULL), "no fold");
	tally_add(&tallies[0], fold.folded);
	tally_add(&tallies[1], fold.filed);
	swk__fold_done(&fold);
	swk__snapshot *before = swk__history_publish(history);
	tally_add(&tallies[3], (uint64_t)(clock_us() - begin));
	tally_add(&tallies[2], parts_count(history->published, before));
	swk__snapshot_release(before);
	swk_batch_clear(r->batch);
	if (applied.accepted != 1)
		stop("a change was none");
}

static void changes_make(room *r, refold_kind kind, size_t count)
{
	swk__table table = changes[kind].table;
	tally tallies[4] = { { 0 } };
	for (size_t i = 0; i < count; i++) /* those of another kind are of other leads */
		change_commit(r, table, (i * CHANGE_COUNT + kind) * 7 % r->counts[table], kind, tallies);
	printf("%s %zu", changes[kind].name, count);
	for (size_t i = 0; i < SWK__COUNT(tallies); i++)
		printf(" %" PRIu64 " %" PRIu64, tallies[i].sum, tallies[i].most);
	putchar('\n');
}

/* Facts of a snapshot that another one has not. */
static uint64_t facts_apart(const swk__snapshot *snapshot, const swk__snapshot *other, swk__table fact)
{
	const swk__table_state *a = &snapshot->tables[fact], *b = &other->tables[fact];
	uint64_t apart = 0, found = 0;
	for (uint32_t key = 1; found < a->live; key++) {
		swk__place one = swk__pages_get(a->current, key), two = swk__pages_get(b->current, key);
		bool same = two != 0;
		if (!one)
			continue;
		for (unsigned f = 0; f < swk__schemas[fact].count && same; f++)
			same = swk__state_get(a, one, f) == swk__state_get(b, two, f);
		found++;
		apart += !same;
	}
	return apart;
}

/* How many facts are others than those that folding everything anew makes. */
static void facts_compare(room *r)
{
	swk__history *history = &r->store->history;
	swk__snapshot *anew = swk__snapshot_copy(history->published);
	uint64_t apart = 0;
	swk__fold fold;
	if (!anew)
		stop("no copy");
	swk__fold_init(&fold, history, anew, NULL);
	need(swk__fold_all(&fold, NULL), "no fold");
	swk__fold_done(&fold);
	for (swk__table fact = SWK__TABLE_COUNT; fact < SWK__STATE_COUNT; fact++)
		apart += facts_apart(history->published, anew, fact) + facts_apart(anew, history->published, fact);
	printf("apart %" PRIu64 " %" PRIu64 "\n", facts_count(anew), apart);
	swk__snapshot_release(anew);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		stop("usage: refold RECORDS CHANGES SEED");
	room r = { .seed = strtoull(argv[3], NULL, 10) };
	size_t records = strtoull(argv[1], NULL, 10), count = strtoull(argv[2], NULL, 10), all = 0;
	for (int table = 0; table < SWK__TABLE_COUNT; table++)
		all += r.counts[table] = records / 1000 * shares[table];
	if (count * CHANGE_COUNT * 7 + CHANGE_COUNT * 7 >= r.counts[SWK__TABLE_LEAD])
		stop("too many changes for so few records");
	need(swk_store_open(NULL, NULL, &r.store, NULL), "no store");
	need(swk_batch_create(r.store, NULL, &r.batch, NULL), "no batch");
	store_fill(&r);
	swk__snapshot *snapshot = NULL;
	need(swk__store_pin_folded(r.store, NULL, NULL, &snapshot, NULL), "no facts");
	printf("store %zu %zu %" PRIu64 " %" PRIu64 "\n", all, r.counts[SWK__TABLE_LEAD], facts_count(snapshot),
	       parts_count(snapshot, NULL));
	swk__snapshot_release(snapshot);
	for (size_t i = 0; i < SWK__COUNT(pasts); i++)
		past_ask(&r, pasts[i].name, pasts[i].days);
	for (refold_kind kind = CHANGE_NONE + 1; kind < CHANGE_COUNT; kind++)
		changes_make(&r, kind, count);
	facts_compare(&r);
	swk_batch_free(r.batch);
	swk_store_close(r.store);
	return 0;
}
