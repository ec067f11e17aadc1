/* SPDX-License-Identifier: MIT
 *
 * Folding everything: passes over columns instead of a walk along the records of each lead.
 *
 *   leads ------------> people: whom each counts for
 *   opportunities ----> facts opened, closed, cohort | first opportunities, wins
 *   messages, calls --> first touches, outreaches | replies: counted, then dealt to people
 *   meetings ---------> those that were held: likewise
 *   people -----------> facts lead, outreach, opportunity, win
 *   scores -----------> facts score
 *
 * It says what fold.c says of each lead; tests compare the two.
 */
#include "calendar.h"
#include "cells.h"
#include "fold.h"

#include <stdlib.h>

#define RUN 256
#define BATCH 2048
#define FEW 16
#define ASK_ROWS 8192 /* or people, of one week at most until somebody asks whether the work goes on */
#define WEEKS (SWK__DATE_MAX / 7 + 2)

/* How far a lead's link was followed. */
typedef enum person_step {
	STEP_NONE,
	STEP_WALKED,
	STEP_DONE
} person_step;

/* A lead, and what is known of it where it counts for itself. */
typedef struct person {
	int64_t created_at, touch_at, opportunity_at, won_at, outreach_at;
	uint32_t root;             /* the lead that it counts for; 0: none */
	uint32_t outreach;         /* the record's number; 0: there is none */
	uint32_t rep, channel;     /* of the outreach */
	swk__table outreach_table; /* a message before a call at the same instant */
	person_step step;          /* of finding the root */
} person;

typedef enum instants_kind {
	REPLIES,
	HELD,
	WINS,
	KINDS
} instants_kind;

/* Instants of people. While they are counted ends[n] is how many person n has; then they lie from ends[n - 1] on and
 * before ends[n], in order. */
typedef struct instants {
	uint32_t *ends;
	int64_t *at;
} instants;

/* Facts of one table on their way to their weeks. */
typedef struct waiting {
	uint32_t count;
	int32_t weeks[BATCH];
	int64_t cells[][BATCH]; /* by field */
} waiting;

static size_t waiting_bytes(swk__table fact)
{
	return sizeof(waiting) + swk__schemas[fact].count * sizeof(int64_t[BATCH]);
}

typedef struct bulk {
	swk__fold *fold;
	uint32_t leads; /* numbers below */
	person *people;
	instants instants[KINDS];
	bool dealing; /* instants are dealt, not counted */
	waiting *facts[SWK__STATE_COUNT];
	uint32_t *sorted;     /* of facts that wait: by week */
	uint32_t *starts;     /* of each week's among them */
	uint64_t done, total; /* rows */
	swk_error *error;
} bulk;

/* ------------------------------------------------------------------------------------------- facts */

/* Writes the facts of a table that wait, week by week. */
static bool facts_flush(bulk *b, swk__table fact)
{
	waiting *w = b->facts[fact];
	swk__fresh fresh = { 0 };
	int32_t low = WEEKS, high = 0;
	for (unsigned f = 0; f < swk__schemas[fact].count; f++)
		fresh.values[f] = w->cells[f];
	for (uint32_t i = 0; i < w->count; i++) {
		low = w->weeks[i] < low ? w->weeks[i] : low;
		high = w->weeks[i] > high ? w->weeks[i] : high;
		b->starts[w->weeks[i] + 1]++;
	}
	for (int32_t week = low; week <= high; week++)
		b->starts[week + 1] += b->starts[week];
	for (uint32_t i = 0; i < w->count; i++)
		b->sorted[b->starts[w->weeks[i]]++] = i;
	bool good = true;
	for (uint32_t first = 0; first < w->count && good; first += fresh.count) {
		const int32_t week = w->weeks[b->sorted[first]];
		fresh.picked = b->sorted + first;
		fresh.count = b->starts[week] - first;
		good = swk__fold_write(b->fold, fact, week, &fresh);
	}
	if (low <= high)
		memset(b->starts + low, 0, ((size_t)(high - low) + 2) * sizeof *b->starts);
	w->count = 0;
	return good;
}

static bool fact_add(bulk *b, swk__table fact, const int64_t *cells)
{
	waiting *w = b->facts[fact];
	for (unsigned f = 0; f < swk__schemas[fact].count; f++)
		w->cells[f][w->count] = cells[f];
	w->weeks[w->count++] = swk__utc_week(cells[swk__schemas[fact].instant]);
	return w->count < BATCH || facts_flush(b, fact);
}

/* ------------------------------------------------------------------------------------------ passes */

/* Lets some rows of a table, which lie together, be visited after the others; not all of them are live. */
typedef bool (*rows_visit)(bulk *b, const swk__part *part, uint32_t row, uint32_t count);

static bool bulk_ask(const bulk *b)
{
	return swk__fold_ask(b->fold, b->done < b->total ? b->done : b->total, b->total, b->error);
}

static bool table_pass(bulk *b, swk__table table, rows_visit visit)
{
	const swk__directory *directory = b->fold->states[table].directory;
	for (uint32_t i = 0; directory && i < directory->count; i++) {
		const swk__part *part = directory->parts[i];
		for (uint32_t row = 0, count; part && row < part->rows; row += count) {
			count = swk__columns_together(row);
			count = count < RUN ? count : RUN;
			count = count < part->rows - row ? count : part->rows - row;
			b->done += count;
			if (!visit(b, part, row, count) || (row / ASK_ROWS < (row + count) / ASK_ROWS && !bulk_ask(b)))
				return false;
		}
		if (part && !bulk_ask(b))
			return false;
	}
	return true;
}

/* Reads the leads that rows name, and asks for their people. */
static const uint32_t *leads_read(const bulk *b, const swk__part *part, unsigned field, uint32_t row, uint32_t count,
                                  uint32_t *room)
{
	const uint32_t *leads = swk__cells_numbers(part->columns, field, row, count, room);
	for (uint32_t i = 0; i < count; i++)
		__builtin_prefetch(&b->people[leads[i]]);
	return leads;
}

/* Whom a lead's records count for; NULL: nobody. */
static person *person_of(const bulk *b, uint32_t lead)
{
	uint32_t root = b->people[lead].root;
	return root ? &b->people[root] : NULL;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a == SWK__NULL || (b != SWK__NULL && b < a) ? b : a;
}

/* ------------------------------------------------------------------------------------------- leads */

static bool leads_take(bulk *b, const swk__part *part, uint32_t row, uint32_t count)
{
	uint32_t numbers[2][RUN];
	int64_t created[RUN];
	const uint32_t *ids = leads_read(b, part, SWK__FIELD_ID, row, count, numbers[0]);
	const uint32_t *merged = swk__cells_numbers(part->columns, SWK__LEAD_MERGED_INTO, row, count, numbers[1]);
	swk__cells_wide(part->columns, SWK__LEAD_CREATED_AT, row, count, created);
	for (uint32_t i = 0; i < count; i++) {
		if (!swk__part_live(part, row + i))
			continue;
		b->people[ids[i]] = (person){
			.created_at = created[i],
			.touch_at = SWK__NULL,
			.opportunity_at = SWK__NULL,
			.won_at = SWK__NULL,
			.outreach_at = SWK__NULL,
			.root = merged[i] ? merged[i] : ids[i],
		};
	}
	return true;
}

/* Walks from a lead along links that nobody has walked, up to the end of its chain, to a lead whose root is known or
 * into a cycle, whose links merge nothing. The root of all that were passed. */
static uint32_t root_find(person *people, uint32_t lead)
{
	while (people[lead].step == STEP_NONE) {
		people[lead].step = STEP_WALKED;
		if (people[lead].root == lead || !people[people[lead].root].root) {
			people[lead].root = lead;
			people[lead].step = STEP_DONE;
		} else {
			lead = people[lead].root;
		}
	}
	for (uint32_t at = lead; people[at].step == STEP_WALKED;) {
		const uint32_t next = people[at].root;
		people[at].root = at;
		people[at].step = STEP_DONE;
		at = next;
	}
	return people[lead].root;
}

/* Lets people know whom they count for, not whom they were merged into: what swk__lead_resolve says of each. */
static void roots_find(bulk *b)
{
	person *people = b->people;
	for (uint32_t lead = 1; lead < b->leads; lead++) {
		if (!people[lead].root || people[lead].step == STEP_DONE)
			continue;
		const uint32_t root = root_find(people, lead);
		for (uint32_t at = lead; people[at].step == STEP_WALKED;) {
			const uint32_t next = people[at].root;
			people[at].root = root;
			people[at].step = STEP_DONE;
			at = next;
		}
	}
}

/* ---------------------------------------------------------------------------------------- instants */

static void instant_add(bulk *b, instants_kind kind, const person *who, int64_t at)
{
	instants *all = &b->instants[kind];
	uint32_t *end = &all->ends[who - b->people];
	if (b->dealing)
		all->at[*end] = at;
	++*end;
}

static int instant_order(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* Makes room for what was counted: from now on ends[n] is where the next instant of person n goes. */
static bool instants_lay(bulk *b)
{
	for (unsigned k = 0; k < KINDS; k++) {
		instants *all = &b->instants[k];
		uint32_t sum = 0;
		for (uint32_t n = 0; n < b->leads; n++) {
			uint32_t count = all->ends[n];
			all->ends[n] = sum;
			sum += count;
		}
		all->at = swk__alloc(b->fold->mem, SWK__FAULT_fold_list, sum, sizeof *all->at);
		if (!all->at)
			return false;
	}
	b->dealing = true;
	return true;
}

/* Most people have few, and these in order but for some. */
static void instants_order(int64_t *at, uint32_t count)
{
	if (count > FEW) {
		qsort(at, count, sizeof *at, instant_order);
		return;
	}
	for (uint32_t i = 1; i < count; i++) {
		const int64_t kept = at[i];
		uint32_t place = i;
		for (; place > 0 && at[place - 1] > kept; place--)
			at[place] = at[place - 1];
		at[place] = kept;
	}
}

static void instants_sort(bulk *b)
{
	for (unsigned k = 0; k < KINDS; k++) {
		const instants *all = &b->instants[k];
		for (uint32_t n = 1; n < b->leads; n++)
			instants_order(all->at + all->ends[n - 1], all->ends[n] - all->ends[n - 1]);
	}
}

/* The first instant of a person that is not before `at`; SWK__NULL when there is none. */
static int64_t instant_from(const bulk *b, instants_kind kind, uint32_t who, int64_t at)
{
	const instants *all = &b->instants[kind];
	uint32_t low = all->ends[who - 1], high = all->ends[who];
	const uint32_t end = high;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (all->at[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low < end ? all->at[low] : SWK__NULL;
}

/* ------------------------------------------------------------------------------------ opportunities */

/* What a won opportunity makes of its lead's cohort. */
static bool cohort_add(bulk *b, const person *who, const swk__deal *deal)
{
	const int64_t cells[] = {
		[SWK__FACT_COHORT_OPPORTUNITY] = deal->opportunity,
		[SWK__FACT_COHORT_AT] = who->created_at,
		[SWK__FACT_COHORT_LEAD] = who->root,
		[SWK__FACT_COHORT_CLOSED_AT] = deal->closed_at,
		[SWK__FACT_COHORT_AMOUNT] = deal->amount,
		[SWK__FACT_COHORT_CURRENCY] = deal->currency,
	};
	return fact_add(b, SWK__FACT_COHORT, cells);
}

static bool deal_take(bulk *b, const swk__deal *deal)
{
	int64_t cells[SWK__FIELDS_MAX];
	person *who = person_of(b, (uint32_t)deal->lead);
	swk__deal_cells(deal, deal->created_at, cells);
	if (!fact_add(b, SWK__FACT_OPENED, cells))
		return false;
	if (who)
		who->opportunity_at = earlier(who->opportunity_at, deal->created_at);
	if (deal->outcome == SWK__OPEN)
		return true;
	swk__deal_cells(deal, deal->closed_at, cells);
	return fact_add(b, SWK__FACT_CLOSED, cells) && (deal->outcome != SWK__WON || !who || cohort_add(b, who, deal));
}

/* Only those with stages are walked to. */
static bool deals_take(bulk *b, const swk__part *part, uint32_t row, uint32_t count)
{
	static const unsigned fields[] = { SWK__FIELD_ID,
		                           SWK__OPPORTUNITY_CREATED_AT,
		                           SWK__OPPORTUNITY_LEAD,
		                           SWK__OPPORTUNITY_REP,
		                           SWK__OPPORTUNITY_AMOUNT,
		                           SWK__OPPORTUNITY_CURRENCY,
		                           SWK__OPPORTUNITY_OUTCOME,
		                           SWK__OPPORTUNITY_CLOSED_AT };
	int64_t cells[SWK__COUNT(fields)][RUN];
	for (size_t f = 0; f < SWK__COUNT(fields); f++)
		swk__cells_wide(part->columns, fields[f], row, count, cells[f]);
	for (uint32_t i = 0; i < count; i++) {
		swk__deal deal = { .opportunity = (uint32_t)cells[0][i],
			           .created_at = cells[1][i],
			           .lead = cells[2][i],
			           .rep = cells[3][i],
			           .amount = cells[4][i],
			           .currency = cells[5][i],
			           .outcome = cells[6][i],
			           .closed_at = cells[7][i] };
		if (swk__part_live(part, row + i) && (!swk__fold_deal(b->fold, &deal) || !deal_take(b, &deal)))
			return false;
	}
	return true;
}

/* Wins as their facts tell them. */
static bool wins_take(bulk *b, const swk__part *part, uint32_t row, uint32_t count)
{
	uint32_t numbers[RUN];
	int64_t closed[RUN];
	const uint32_t *leads = leads_read(b, part, SWK__FACT_COHORT_LEAD, row, count, numbers);
	swk__cells_wide(part->columns, SWK__FACT_COHORT_CLOSED_AT, row, count, closed);
	for (uint32_t i = 0; i < count; i++) {
		person *who = &b->people[leads[i]];
		who->won_at = earlier(who->won_at, closed[i]);
		instant_add(b, WINS, who, closed[i]);
	}
	return true;
}

/* --------------------------------------------------------------------------- messages, calls, meetings */

/* Lets a record be somebody's first touch, and the first outreach if it is one. */
static void touch_take(bulk *b, person *who, swk__table table, const swk__part *part, uint32_t row, int64_t at,
                       bool outreach)
{
	static const struct {
		unsigned rep, channel;
	} fields[] = {
		[SWK__TABLE_MESSAGE] = { SWK__MESSAGE_REP, SWK__MESSAGE_CHANNEL },
		[SWK__TABLE_CALL] = { SWK__CALL_REP, 0 },
	};
	const swk__text *ids = b->fold->history->ids;
	who->touch_at = earlier(who->touch_at, at);
	if (!outreach || (who->outreach && who->outreach_at < at))
		return;
	const uint32_t id = (uint32_t)swk__columns_get(part->columns, SWK__FIELD_ID, row);
	if (who->outreach && who->outreach_at == at) {
		if (who->outreach_table < table)
			return;
		if (who->outreach_table == table &&
		    swk__slice_compare(swk__text_get(&ids[table], who->outreach), swk__text_get(&ids[table], id)) < 0)
			return;
	}
	who->outreach = id;
	who->outreach_at = at;
	who->outreach_table = table;
	who->rep = (uint32_t)swk__columns_get(part->columns, fields[table].rep, row);
	who->channel = table == SWK__TABLE_CALL ? b->fold->history->call_text
	                                        : (uint32_t)swk__columns_get(part->columns, fields[table].channel, row);
}

/* Codes are 0 for null, else 1 more than values. */
#define CODE(value) (1 + (value))

static bool messages_take(bulk *b, const swk__part *part, uint32_t row, uint32_t count)
{
	uint32_t numbers[RUN];
	int64_t at[RUN];
	unsigned char codes[2][RUN];
	const uint32_t *leads = leads_read(b, part, SWK__MESSAGE_LEAD, row, count, numbers);
	swk__cells_wide(part->columns, SWK__MESSAGE_AT, row, count, at);
	const unsigned char *directions = swk__cells_codes(part->columns, SWK__MESSAGE_DIRECTION, row, count, codes[0]);
	const unsigned char *automated = swk__cells_codes(part->columns, SWK__MESSAGE_AUTOMATED, row, count, codes[1]);
	for (uint32_t i = 0; i < count; i++) {
		person *who = swk__part_live(part, row + i) ? person_of(b, leads[i]) : NULL;
		if (!who || automated[i] == CODE(1))
			continue;
		if (directions[i] == CODE(SWK__INBOUND))
			instant_add(b, REPLIES, who, at[i]);
		else if (!b->dealing)
			touch_take(b, who, SWK__TABLE_MESSAGE, part, row + i, at[i], true);
	}
	return true;
}

static bool calls_take(bulk *b, const swk__part *part, uint32_t row, uint32_t count)
{
	uint32_t numbers[RUN];
	int64_t at[RUN];
	unsigned char codes[2][RUN];
	const uint32_t *leads = leads_read(b, part, SWK__CALL_LEAD, row, count, numbers);
	swk__cells_wide(part->columns, SWK__CALL_AT, row, count, at);
	const unsigned char *directions = swk__cells_codes(part->columns, SWK__CALL_DIRECTION, row, count, codes[0]);
	const unsigned char *outcomes = swk__cells_codes(part->columns, SWK__CALL_OUTCOME, row, count, codes[1]);
	for (uint32_t i = 0; i < count; i++) {
		person *who = swk__part_live(part, row + i) ? person_of(b, leads[i]) : NULL;
		const bool inbound = directions[i] == CODE(SWK__INBOUND);
		if (!who)
			continue;
		if (inbound || outcomes[i] == CODE(SWK__CALL_ANSWERED))
			instant_add(b, REPLIES, who, at[i]);
		if (!inbound && !b->dealing)
			touch_take(b, who, SWK__TABLE_CALL, part, row + i, at[i],
			           outcomes[i] == CODE(SWK__CALL_VOICEMAIL));
	}
	return true;
}

static bool meetings_take(bulk *b, const swk__part *part, uint32_t row, uint32_t count)
{
	uint32_t numbers[2][RUN];
	int64_t at[RUN], outcomes[RUN];
	const uint32_t *leads = leads_read(b, part, SWK__MEETING_LEAD, row, count, numbers[0]);
	const uint32_t *opportunities = swk__cells_numbers(part->columns, SWK__MEETING_OPPORTUNITY, row, count,
	                                                   numbers[1]);
	swk__cells_wide(part->columns, SWK__MEETING_AT, row, count, at);
	swk__cells_wide(part->columns, SWK__MEETING_OUTCOME, row, count, outcomes);
	for (uint32_t i = 0; i < count; i++) {
		if (!swk__part_live(part, row + i) || !swk__meeting_held(outcomes[i]))
			continue;
		const person *who = person_of(b, leads[i] ? leads[i] : swk__fold_deal_lead(b->fold, opportunities[i]));
		if (who)
			instant_add(b, HELD, who, at[i]);
	}
	return true;
}

/* ---------------------------------------------------------------------------------- people and scores */

static bool person_add(void *context, swk__table fact, uint32_t lead, const int64_t *cells)
{
	(void)lead;
	return !cells || fact_add(context, fact, cells);
}

static bool people_file(bulk *b)
{
	for (uint32_t lead = 1; lead < b->leads; lead++) {
		const person *who = &b->people[lead];
		if (lead % ASK_ROWS == 0 && !bulk_ask(b))
			return false;
		if (who->root != lead)
			continue;
		const swk__subject subject = {
			.lead = lead,
			.created_at = who->created_at,
			.touch_at = who->touch_at,
			.opportunity_at = who->opportunity_at,
			.won_at = who->won_at,
			.outreach_at = who->outreach ? who->outreach_at : SWK__NULL,
			.reply_at = who->outreach ? instant_from(b, REPLIES, lead, who->outreach_at) : SWK__NULL,
			.rep = who->rep,
			.channel = who->channel,
		};
		b->fold->folded++;
		if (!swk__subject_file(&subject, person_add, b))
			return false;
	}
	return true;
}

static bool scores_take(bulk *b, const swk__part *part, uint32_t row, uint32_t count)
{
	uint32_t numbers[3][RUN];
	int64_t at[RUN], values[RUN], recorded[RUN];
	const uint32_t *leads = leads_read(b, part, SWK__SCORE_LEAD, row, count, numbers[0]);
	const uint32_t *ids = swk__cells_numbers(part->columns, SWK__FIELD_ID, row, count, numbers[1]);
	const uint32_t *models = swk__cells_numbers(part->columns, SWK__SCORE_MODEL, row, count, numbers[2]);
	swk__cells_wide(part->columns, SWK__SCORE_AT, row, count, at);
	swk__cells_wide(part->columns, SWK__SCORE_VALUE, row, count, values);
	swk__cells_wide(part->columns, SWK__FIELD_RECORDED_AT, row, count, recorded);
	for (uint32_t i = 0; i < count; i++) {
		const person *who = swk__part_live(part, row + i) ? person_of(b, leads[i]) : NULL;
		if (!who)
			continue;
		int64_t cells[SWK__FIELDS_MAX];
		const swk__score score = {
			.score = ids[i],
			.at = at[i],
			.value = values[i],
			.model = models[i],
			.recorded_at = swk__part_commit(part, row + i)->stamped ? SWK__NULL : recorded[i],
			.reply_at = instant_from(b, REPLIES, who->root, at[i] + 1),
			.held_at = instant_from(b, HELD, who->root, at[i] + 1),
			.won_at = instant_from(b, WINS, who->root, at[i] + 1),
		};
		swk__score_cells(&score, who->root, who->won_at, cells);
		if (!fact_add(b, SWK__FACT_SCORE, cells))
			return false;
	}
	return true;
}

/* ------------------------------------------------------------------------------------------ everything */

static bool bulk_open(bulk *b, swk__fold *fold, swk_error *error)
{
	swk__mem *mem = fold->mem;
	*b = (bulk){ .fold = fold, .leads = fold->states[SWK__TABLE_LEAD].entities, .error = error };
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++)
		b->total += 2 * fold->states[t].versions; /* as most are visited twice */
	b->people = swk__alloc(mem, SWK__FAULT_fold_list, (size_t)b->leads + 1, sizeof *b->people);
	b->sorted = swk__alloc(mem, SWK__FAULT_fold_list, BATCH, sizeof *b->sorted);
	b->starts = swk__alloc(mem, SWK__FAULT_fold_list, WEEKS + 2, sizeof *b->starts);
	bool good = b->people && b->sorted && b->starts;
	for (unsigned k = 0; k < KINDS && good; k++) {
		b->instants[k].ends = swk__alloc(mem, SWK__FAULT_fold_list, (size_t)b->leads + 1, sizeof(uint32_t));
		good = b->instants[k].ends != NULL;
	}
	for (unsigned t = SWK__TABLE_COUNT; t < SWK__STATE_COUNT && good; t++) {
		b->facts[t] = swk__alloc(mem, SWK__FAULT_fold_list, 1, waiting_bytes((swk__table)t));
		good = b->facts[t] != NULL;
	}
	return good;
}

static void bulk_close(const bulk *b)
{
	swk__mem *mem = b->fold->mem;
	swk__free(mem, b->people);
	swk__free(mem, b->sorted);
	swk__free(mem, b->starts);
	for (unsigned k = 0; k < KINDS; k++) {
		swk__free(mem, b->instants[k].ends);
		swk__free(mem, b->instants[k].at);
	}
	for (unsigned t = 0; t < SWK__STATE_COUNT; t++)
		swk__free(mem, b->facts[t]);
}

/* What tells instants: once to count them, once to deal them. */
static bool instants_pass(bulk *b)
{
	return table_pass(b, SWK__TABLE_MESSAGE, messages_take) && table_pass(b, SWK__TABLE_CALL, calls_take) &&
	       table_pass(b, SWK__TABLE_MEETING, meetings_take) && table_pass(b, SWK__FACT_COHORT, wins_take);
}

static bool bulk_fold(bulk *b)
{
	bool good = table_pass(b, SWK__TABLE_LEAD, leads_take);
	if (good)
		roots_find(b);
	good = good && table_pass(b, SWK__TABLE_OPPORTUNITY, deals_take) && facts_flush(b, SWK__FACT_COHORT) &&
	       instants_pass(b) && instants_lay(b) && instants_pass(b);
	if (good)
		instants_sort(b);
	good = good && people_file(b) && table_pass(b, SWK__TABLE_SCORE, scores_take);
	for (unsigned t = SWK__TABLE_COUNT; t < SWK__STATE_COUNT && good; t++)
		good = facts_flush(b, (swk__table)t);
	return good;
}

int swk__fold_all(swk__fold *fold, swk_error *error)
{
	bulk b;
	for (unsigned t = SWK__TABLE_COUNT; t < SWK__STATE_COUNT; t++)
		swk__state_release(&fold->states[t]);
	int code = bulk_open(&b, fold, error) && bulk_fold(&b) ? SWK_OK : swk__fold_failed(fold, error);
	bulk_close(&b);
	return code;
}

bool swk__fold_all_fits(const swk__fold *fold)
{
	const swk__mem *mem = fold->mem;
	const uint64_t leads = fold->states[SWK__TABLE_LEAD].entities;
	const uint64_t records = fold->states[SWK__TABLE_MESSAGE].live + fold->states[SWK__TABLE_CALL].live +
	                         fold->states[SWK__TABLE_MEETING].live;
	const uint64_t needed = leads * (sizeof(person) + KINDS * sizeof(uint32_t)) + records * sizeof(int64_t) +
	                        SWK__FACT_COUNT * waiting_bytes(SWK__FACT_SCORE);
	const uint64_t used = atomic_load_explicit(&mem->used, memory_order_relaxed);
	return !mem->limit || (used < mem->limit && needed < (mem->limit - used) / 2);
}
