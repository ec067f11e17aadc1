/* SPDX-License-Identifier: MIT */
#include "fold.h"

#include <stdlib.h>

#define CHECK_RECORDS 1024
#define COMPACT_MIN 128 /* rows of a part below which no room is to be won */
#define MOST_MIN 1024   /* touched records from which on all are folded, if they are most */

/* A record in a list: when, which, and where it lies. */
struct swk__fold_item {
	int64_t at;
	uint32_t entity;
	unsigned char rank; /* of what happens at the same instant, the lesser comes first */
	swk__place place;
	const swk__text *ids; /* of the entity */
};

typedef struct swk__fold_item item;

/* ------------------------------------------------------------------------------------------- records */

swk__place swk__row_current(const swk__table_state *states, swk__table table, uint32_t entity)
{
	swk__place place = swk__pages_get(states[table].current, entity);
	if (!place || !swk__part_live(swk__directory_part(states[table].directory, swk__place_week(place)),
	                              swk__place_row(place)))
		return 0;
	return place;
}

/* The row of the lead that this lead's row merges into, or 0. */
static swk__place lead_next(const swk__table_state *states, swk__place row)
{
	int64_t target = swk__state_get(&states[SWK__TABLE_LEAD], row, SWK__LEAD_MERGED_INTO);
	return target ? swk__row_current(states, SWK__TABLE_LEAD, (uint32_t)target) : 0;
}

swk__place swk__lead_resolve(const swk__table_state *states, uint32_t entity)
{
	swk__place slow = swk__row_current(states, SWK__TABLE_LEAD, entity), start = slow, fast = slow;
	if (!slow)
		return 0;
	/* Two walkers, one twice as fast (Floyd): they meet only where the chain runs into a cycle. */
	for (;;) {
		swk__place next = lead_next(states, fast);
		if (!next)
			return fast;
		fast = lead_next(states, next);
		if (!fast)
			return next;
		slow = lead_next(states, slow);
		if (slow == fast)
			break;
	}
	/* Its links merge nothing, so the chain ends where it enters the cycle. */
	for (slow = start; slow != fast; slow = lead_next(states, slow))
		fast = lead_next(states, fast);
	return slow;
}

static int64_t get(const swk__fold *fold, swk__table table, swk__place place, unsigned field)
{
	return swk__state_get(&fold->states[table], place, field);
}

/* Steps through the rows that refer to a record by a link and are current, which live ones are; 0 at the end. `row` is
 * 0 to begin. */
static swk__place linked_next(const swk__fold *fold, swk__link link, uint32_t target, swk__place row)
{
	swk__table table = swk__links[link].table;
	for (;;) {
		row = row ? swk__history_linked(fold->history, fold->states, link, row)
		          : swk__pages_get(fold->links[link], target);
		if (!row)
			return 0;
		if (swk__part_live(swk__directory_part(fold->states[table].directory, swk__place_week(row)),
		                   swk__place_row(row)))
			return row;
	}
}

/* ---------------------------------------------------------------------------------------------- lists */

static bool list_add(swk__fold *fold, swk__fold_list *list, item added)
{
	if (list->count == list->capacity) {
		size_t capacity = swk__grown(list->capacity, list->count + 1);
		item *items = swk__resize(fold->mem, SWK__FAULT_fold_list, list->items, capacity, sizeof *items);
		if (!items)
			return false;
		list->items = items;
		list->capacity = capacity;
	}
	list->items[list->count++] = added;
	return true;
}

/* By instant, then rank, then id. */
static int item_order(const void *a, const void *b)
{
	const item *x = a, *y = b;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return swk__slice_compare(swk__text_get(x->ids, x->entity), swk__text_get(y->ids, y->entity));
}

static void list_sort(swk__fold_list *list)
{
	if (list->count > 1)
		qsort(list->items, list->count, sizeof *list->items, item_order);
}

/* The first instant in a sorted list that is not before `at`; SWK__NULL when there is none. */
static int64_t list_from(const swk__fold_list *list, int64_t at)
{
	size_t low = 0, high = list->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (list->items[middle].at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low < list->count ? list->items[low].at : SWK__NULL;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a == SWK__NULL || (b != SWK__NULL && b < a) ? b : a;
}

static item item_of(const swk__fold *fold, swk__table table, swk__place place, int64_t at, unsigned char rank)
{
	uint32_t entity = (uint32_t)get(fold, table, place, SWK__FIELD_ID);
	return (item){ at, entity, rank, place, &fold->history->ids[table] };
}

/* ------------------------------------------------------------------------------------------- filing */

static swk__part *part_own(swk__fold *fold, swk__table fact, int32_t week)
{
	swk__part *part = swk__directory_own(fold->mem, &fold->states[fact].directory, &fold->history->layouts[fact],
	                                     week, fold->txn);
	if (part)
		part->version = fold->txn;
	return part;
}

static bool fact_same(const swk__fold *fold, swk__table fact, swk__place place, const int64_t *cells)
{
	const swk__columns *columns = swk__state_columns(&fold->states[fact], place);
	for (unsigned f = 0; f < swk__schemas[fact].count; f++)
		if (swk__columns_get(columns, f, swk__place_row(place)) != cells[f])
			return false;
	return true;
}

bool swk__fold_write(swk__fold *fold, swk__table fact, int32_t week, const swk__fresh *fresh)
{
	swk__table_state *state = &fold->states[fact];
	swk__part *part = part_own(fold, fact, week);
	if (!part || (fold->apart && !swk__part_apart(part)) ||
	    !swk__state_reserve(fold->mem, state, part, week, fresh->count) || !swk__part_append(part, fresh))
		return false;
	for (uint32_t k = 0; k < fresh->count; k++) {
		const uint32_t row = part->rows - fresh->count + k;
		const int64_t key = fresh->values[0][fresh->picked ? fresh->picked[k] : k];
		uint32_t *slot = swk__pages_own(fold->mem, &state->current, state->blocks, (uint32_t)key, fold->txn);
		if (!slot)
			return false;
		*slot = swk__columns_handle(part->columns, row);
		swk__part_mark(part, row, true);
	}
	state->live += fresh->count;
	state->versions += fresh->count;
	state->epoch = fold->txn;
	fold->filed += fresh->count;
	return true;
}

static bool fact_write(swk__fold *fold, swk__table fact, const int64_t *cells)
{
	swk__fresh fresh = { .count = 1 };
	for (unsigned f = 0; f < swk__schemas[fact].count; f++)
		fresh.values[f] = &cells[f];
	return swk__fold_write(fold, fact, swk__utc_week(cells[swk__schemas[fact].instant]), &fresh);
}

/* Takes the fact at a place away. */
static bool fact_remove(swk__fold *fold, swk__table fact, uint32_t key, swk__place old)
{
	swk__table_state *state = &fold->states[fact];
	swk__part *part = part_own(fold, fact, swk__place_week(old));
	uint32_t *slot = part ? swk__pages_own(fold->mem, &state->current, state->blocks, key, fold->txn) : NULL;
	if (!slot)
		return false;
	swk__part_mark(part, swk__place_row(old), false);
	*slot = 0;
	state->live--;
	state->epoch = fold->txn;
	return true;
}

/* Lets the fact of a key be these cells, or none (NULL). */
static bool fact_file(void *context, swk__table fact, uint32_t key, const int64_t *cells)
{
	swk__fold *fold = context;
	swk__place old = swk__pages_get(fold->states[fact].current, key);
	if (cells ? old && fact_same(fold, fact, old, cells) : !old)
		return true;
	fold->filed += !cells;
	return (!old || fact_remove(fold, fact, key, old)) && (!cells || fact_write(fold, fact, cells));
}

/* ------------------------------------------------------------------------------------- opportunities */

/* The stage records that decide, in order: (at, open before won or lost, id). */
static bool stages_gather(swk__fold *fold, uint32_t opportunity)
{
	fold->stages.count = 0;
	for (swk__place row = 0; (row = linked_next(fold, SWK__LINK_STAGE_OPPORTUNITY, opportunity, row));) {
		int64_t outcome = get(fold, SWK__TABLE_STAGE, row, SWK__STAGE_OUTCOME);
		int64_t at = get(fold, SWK__TABLE_STAGE, row, SWK__STAGE_AT);
		if (outcome != SWK__NULL &&
		    !list_add(fold, &fold->stages, item_of(fold, SWK__TABLE_STAGE, row, at, outcome != SWK__OPEN)))
			return false;
	}
	list_sort(&fold->stages);
	return true;
}

/* The state that the gathered stages tell: that of the last, closed by the first of the final run of its outcome. */
static void stages_decide(const swk__fold *fold, swk__deal *state)
{
	const item *items = fold->stages.items;
	size_t first = fold->stages.count - 1;
	state->outcome = get(fold, SWK__TABLE_STAGE, items[first].place, SWK__STAGE_OUTCOME);
	state->closed_at = SWK__NULL;
	if (state->outcome == SWK__OPEN)
		return;
	while (first > 0 && get(fold, SWK__TABLE_STAGE, items[first - 1].place, SWK__STAGE_OUTCOME) == state->outcome)
		first--;
	int64_t amount = get(fold, SWK__TABLE_STAGE, items[first].place, SWK__STAGE_AMOUNT);
	int64_t rep = get(fold, SWK__TABLE_STAGE, items[first].place, SWK__STAGE_REP);
	state->closed_at = items[first].at;
	state->amount = amount == SWK__NULL ? state->amount : amount;
	state->rep = rep ? rep : state->rep;
}

bool swk__fold_deal(swk__fold *fold, swk__deal *state)
{
	if (swk__pages_handle(fold->links[SWK__LINK_STAGE_OPPORTUNITY], state->opportunity)) {
		if (!stages_gather(fold, state->opportunity))
			return false;
		if (fold->stages.count)
			stages_decide(fold, state);
	}
	if (state->outcome != SWK__OPEN && state->closed_at > fold->now) {
		state->outcome = SWK__OPEN;
		fold->until = state->closed_at < fold->until ? state->closed_at : fold->until;
	}
	if (state->outcome == SWK__OPEN)
		state->closed_at = SWK__NULL;
	return true;
}

void swk__deal_cells(const swk__deal *state, int64_t at, int64_t *cells)
{
	const int64_t values[] = {
		[SWK__FACT_OPENED_OPPORTUNITY] = state->opportunity,
		[SWK__FACT_OPENED_AT] = at,
		[SWK__FACT_OPENED_LEAD] = state->lead,
		[SWK__FACT_OPENED_REP] = state->rep,
		[SWK__FACT_OPENED_OUTCOME] = state->outcome,
		[SWK__FACT_OPENED_CLOSED_AT] = state->closed_at,
		[SWK__FACT_OPENED_AMOUNT] = state->amount,
		[SWK__FACT_OPENED_CURRENCY] = state->currency,
	};
	memcpy(cells, values, sizeof values);
}

static bool deal_fold(swk__fold *fold, uint32_t opportunity)
{
	swk__place row = swk__row_current(fold->states, SWK__TABLE_OPPORTUNITY, opportunity);
	if (!row)
		return fact_file(fold, SWK__FACT_OPENED, opportunity, NULL) &&
		       fact_file(fold, SWK__FACT_CLOSED, opportunity, NULL);
	swk__deal state = {
		.opportunity = opportunity,
		.created_at = get(fold, SWK__TABLE_OPPORTUNITY, row, SWK__OPPORTUNITY_CREATED_AT),
		.lead = get(fold, SWK__TABLE_OPPORTUNITY, row, SWK__OPPORTUNITY_LEAD),
		.rep = get(fold, SWK__TABLE_OPPORTUNITY, row, SWK__OPPORTUNITY_REP),
		.amount = get(fold, SWK__TABLE_OPPORTUNITY, row, SWK__OPPORTUNITY_AMOUNT),
		.currency = get(fold, SWK__TABLE_OPPORTUNITY, row, SWK__OPPORTUNITY_CURRENCY),
		.outcome = get(fold, SWK__TABLE_OPPORTUNITY, row, SWK__OPPORTUNITY_OUTCOME),
		.closed_at = get(fold, SWK__TABLE_OPPORTUNITY, row, SWK__OPPORTUNITY_CLOSED_AT),
	};
	int64_t opened[SWK__FIELDS_MAX], closed[SWK__FIELDS_MAX];
	if (!swk__fold_deal(fold, &state))
		return false;
	swk__deal_cells(&state, state.created_at, opened);
	swk__deal_cells(&state, state.closed_at, closed);
	return fact_file(fold, SWK__FACT_OPENED, opportunity, opened) &&
	       fact_file(fold, SWK__FACT_CLOSED, opportunity, state.outcome == SWK__OPEN ? NULL : closed);
}

/* --------------------------------------------------------------------------------------------- leads */

/* The lead of which facts are made, and the outreach as it is found. */
typedef struct subject {
	swk__subject about;
	item outreach; /* its place is 0 where there is none */
	swk__table outreach_table;
} subject;

/* The lead itself and all that count for it, in fold->members. */
static bool members_gather(swk__fold *fold, uint32_t lead, swk__place root)
{
	/* All that lead to the end of a chain count for it; who leads into a cycle is to be asked one by one. */
	const bool cycle = lead_next(fold->states, root) != 0;
	fold->members.count = 0;
	if (!list_add(fold, &fold->members, (item){ .entity = lead, .place = root }))
		return false;
	for (size_t i = 0; i < fold->members.count; i++) {
		uint32_t target = fold->members.items[i].entity;
		for (swk__place row = 0; (row = linked_next(fold, SWK__LINK_LEAD_MERGED, target, row));) {
			uint32_t member = (uint32_t)get(fold, SWK__TABLE_LEAD, row, SWK__FIELD_ID);
			if (member != lead && (!cycle || swk__lead_resolve(fold->states, member) == root) &&
			    !list_add(fold, &fold->members, (item){ .entity = member, .place = row }))
				return false;
		}
	}
	return true;
}

static void outreach_consider(subject *person, swk__table table, item candidate)
{
	if (person->outreach.place && item_order(&person->outreach, &candidate) <= 0)
		return;
	person->outreach = candidate;
	person->outreach_table = table;
}

static bool messages_gather(swk__fold *fold, subject *person, uint32_t lead)
{
	for (swk__place row = 0; (row = linked_next(fold, SWK__LINK_MESSAGE_LEAD, lead, row));) {
		item message = item_of(fold, SWK__TABLE_MESSAGE, row,
		                       get(fold, SWK__TABLE_MESSAGE, row, SWK__MESSAGE_AT), 0);
		if (get(fold, SWK__TABLE_MESSAGE, row, SWK__MESSAGE_AUTOMATED))
			continue;
		if (get(fold, SWK__TABLE_MESSAGE, row, SWK__MESSAGE_DIRECTION) == SWK__INBOUND) {
			if (!list_add(fold, &fold->replies, message))
				return false;
			continue;
		}
		person->about.touch_at = earlier(person->about.touch_at, message.at);
		outreach_consider(person, SWK__TABLE_MESSAGE, message);
	}
	return true;
}

static bool calls_gather(swk__fold *fold, subject *person, uint32_t lead)
{
	for (swk__place row = 0; (row = linked_next(fold, SWK__LINK_CALL_LEAD, lead, row));) {
		item call = item_of(fold, SWK__TABLE_CALL, row, get(fold, SWK__TABLE_CALL, row, SWK__CALL_AT), 1);
		int64_t outcome = get(fold, SWK__TABLE_CALL, row, SWK__CALL_OUTCOME);
		bool inbound = get(fold, SWK__TABLE_CALL, row, SWK__CALL_DIRECTION) == SWK__INBOUND;
		if ((inbound || outcome == SWK__CALL_ANSWERED) && !list_add(fold, &fold->replies, call))
			return false;
		if (inbound)
			continue;
		person->about.touch_at = earlier(person->about.touch_at, call.at);
		if (outcome == SWK__CALL_VOICEMAIL)
			outreach_consider(person, SWK__TABLE_CALL, call);
	}
	return true;
}

/* Adds a meeting to those that were held. */
static bool meeting_take(swk__fold *fold, swk__place row)
{
	if (!swk__meeting_held(get(fold, SWK__TABLE_MEETING, row, SWK__MEETING_OUTCOME)))
		return true;
	int64_t at = get(fold, SWK__TABLE_MEETING, row, SWK__MEETING_AT);
	return list_add(fold, &fold->held, item_of(fold, SWK__TABLE_MEETING, row, at, 0));
}

static bool meetings_gather(swk__fold *fold, uint32_t lead)
{
	for (swk__place row = 0; (row = linked_next(fold, SWK__LINK_MEETING_LEAD, lead, row));)
		if (!meeting_take(fold, row))
			return false;
	return true;
}

/* The opportunities of a lead: their creation, their wins, and the meetings that name them alone. */
static bool opportunities_gather(swk__fold *fold, subject *person, uint32_t lead)
{
	for (swk__place row = 0; (row = linked_next(fold, SWK__LINK_OPPORTUNITY_LEAD, lead, row));) {
		item made = item_of(fold, SWK__TABLE_OPPORTUNITY, row,
		                    get(fold, SWK__TABLE_OPPORTUNITY, row, SWK__OPPORTUNITY_CREATED_AT), 0);
		person->about.opportunity_at = earlier(person->about.opportunity_at, made.at);
		swk__place closed = swk__pages_get(fold->states[SWK__FACT_CLOSED].current, made.entity);
		if (closed && get(fold, SWK__FACT_CLOSED, closed, SWK__FACT_CLOSED_OUTCOME) == SWK__WON) {
			made.at = get(fold, SWK__FACT_CLOSED, closed, SWK__FACT_CLOSED_AT);
			made.place = closed;
			if (!list_add(fold, &fold->wins, made))
				return false;
		} else if (!fact_file(fold, SWK__FACT_COHORT, made.entity, NULL)) {
			return false;
		}
		for (swk__place met = 0; (met = linked_next(fold, SWK__LINK_MEETING_OPPORTUNITY, made.entity, met));)
			if (!get(fold, SWK__TABLE_MEETING, met, SWK__MEETING_LEAD) && !meeting_take(fold, met))
				return false;
	}
	return true;
}

static bool scores_gather(swk__fold *fold, uint32_t lead)
{
	for (swk__place row = 0; (row = linked_next(fold, SWK__LINK_SCORE_LEAD, lead, row));) {
		int64_t at = get(fold, SWK__TABLE_SCORE, row, SWK__SCORE_AT);
		if (!list_add(fold, &fold->scores, item_of(fold, SWK__TABLE_SCORE, row, at, 0)))
			return false;
	}
	return true;
}

static bool records_gather(swk__fold *fold, subject *person, swk__place root)
{
	swk__fold_list *lists[] = { &fold->replies, &fold->held, &fold->wins, &fold->scores };
	for (size_t i = 0; i < SWK__COUNT(lists); i++)
		lists[i]->count = 0;
	if (!members_gather(fold, person->about.lead, root))
		return false;
	for (size_t i = 0; i < fold->members.count; i++) {
		uint32_t lead = fold->members.items[i].entity;
		if (!messages_gather(fold, person, lead) || !calls_gather(fold, person, lead) ||
		    !meetings_gather(fold, lead) || !opportunities_gather(fold, person, lead) ||
		    !scores_gather(fold, lead))
			return false;
	}
	for (size_t i = 0; i < SWK__COUNT(lists); i++)
		list_sort(lists[i]);
	person->about.won_at = fold->wins.count ? fold->wins.items[0].at : SWK__NULL;
	return true;
}

/* ------------------------------------------------------------------------------------ facts of a lead */

/* What the outreach that was found says, and the reply to it. */
static void outreach_tell(const swk__fold *fold, subject *person)
{
	const swk__place row = person->outreach.place;
	const bool call = person->outreach_table == SWK__TABLE_CALL;
	swk__subject *about = &person->about;
	about->outreach_at = about->reply_at = SWK__NULL;
	if (!row)
		return;
	about->outreach_at = person->outreach.at;
	about->reply_at = list_from(&fold->replies, person->outreach.at);
	about->rep = call ? get(fold, SWK__TABLE_CALL, row, SWK__CALL_REP)
	                  : get(fold, SWK__TABLE_MESSAGE, row, SWK__MESSAGE_REP);
	about->channel = call ? fold->history->call_text : get(fold, SWK__TABLE_MESSAGE, row, SWK__MESSAGE_CHANNEL);
}

void swk__score_cells(const swk__score *score, uint32_t lead, int64_t won_at, int64_t *cells)
{
	/* It is left out when its lead had won by then, or by when the source says it wrote the score down: once that
	 * first win has come, which takes the place of the first win after the score. */
	const bool won = won_at != SWK__NULL && (won_at <= score->at || score->recorded_at > won_at);
	const int64_t values[] = {
		[SWK__FACT_SCORE_SCORE] = score->score,
		[SWK__FACT_SCORE_AT] = score->at,
		[SWK__FACT_SCORE_LEAD] = lead,
		[SWK__FACT_SCORE_VALUE] = score->value,
		[SWK__FACT_SCORE_MODEL] = score->model,
		[SWK__FACT_SCORE_REPLY_AT] = score->reply_at,
		[SWK__FACT_SCORE_HELD_AT] = score->held_at,
		[SWK__FACT_SCORE_WON_AT] = won ? won_at : score->won_at,
		[SWK__FACT_SCORE_EXCLUDED] = won,
	};
	memcpy(cells, values, sizeof values);
}

static bool scores_file(swk__fold *fold, const subject *person)
{
	for (size_t i = 0; i < fold->scores.count; i++) {
		const item *found = &fold->scores.items[i];
		const bool stamped = swk__state_stamped(&fold->states[SWK__TABLE_SCORE], found->place);
		int64_t cells[SWK__FIELDS_MAX];
		const swk__score score = {
			.score = found->entity,
			.at = found->at,
			.value = get(fold, SWK__TABLE_SCORE, found->place, SWK__SCORE_VALUE),
			.model = get(fold, SWK__TABLE_SCORE, found->place, SWK__SCORE_MODEL),
			.recorded_at = stamped ? SWK__NULL
			                       : get(fold, SWK__TABLE_SCORE, found->place, SWK__FIELD_RECORDED_AT),
			.reply_at = list_from(&fold->replies, found->at + 1),
			.held_at = list_from(&fold->held, found->at + 1),
			.won_at = list_from(&fold->wins, found->at + 1),
		};
		swk__score_cells(&score, person->about.lead, person->about.won_at, cells);
		if (!fact_file(fold, SWK__FACT_SCORE, score.score, cells))
			return false;
	}
	return true;
}

static bool cohort_file(swk__fold *fold, const subject *person)
{
	for (size_t i = 0; i < fold->wins.count; i++) {
		const item *win = &fold->wins.items[i];
		const int64_t cells[] = {
			[SWK__FACT_COHORT_OPPORTUNITY] = win->entity,
			[SWK__FACT_COHORT_AT] = person->about.created_at,
			[SWK__FACT_COHORT_LEAD] = person->about.lead,
			[SWK__FACT_COHORT_CLOSED_AT] = win->at,
			[SWK__FACT_COHORT_AMOUNT] = get(fold, SWK__FACT_CLOSED, win->place, SWK__FACT_CLOSED_AMOUNT),
			[SWK__FACT_COHORT_CURRENCY] = get(fold, SWK__FACT_CLOSED, win->place,
			                                  SWK__FACT_CLOSED_CURRENCY),
		};
		if (!fact_file(fold, SWK__FACT_COHORT, win->entity, cells))
			return false;
	}
	return true;
}

bool swk__subject_file(const swk__subject *about, swk__filing file, void *context)
{
	const int64_t lead[] = {
		[SWK__FACT_LEAD_LEAD] = about->lead,         [SWK__FACT_LEAD_AT] = about->created_at,
		[SWK__FACT_LEAD_TOUCH_AT] = about->touch_at, [SWK__FACT_LEAD_OPPORTUNITY_AT] = about->opportunity_at,
		[SWK__FACT_LEAD_WON_AT] = about->won_at,
	};
	const int64_t opportunity[] = {
		[SWK__FACT_OPPORTUNITY_LEAD] = about->lead, [SWK__FACT_OPPORTUNITY_AT] = about->opportunity_at
	};
	const int64_t win[] = { [SWK__FACT_WIN_LEAD] = about->lead,
		                [SWK__FACT_WIN_AT] = about->won_at,
		                [SWK__FACT_WIN_CREATED_AT] = about->created_at };
	const int64_t outreach[] = {
		[SWK__FACT_OUTREACH_LEAD] = about->lead,         [SWK__FACT_OUTREACH_AT] = about->outreach_at,
		[SWK__FACT_OUTREACH_REP] = about->rep,           [SWK__FACT_OUTREACH_CHANNEL] = about->channel,
		[SWK__FACT_OUTREACH_REPLY_AT] = about->reply_at,
	};
	return file(context, SWK__FACT_LEAD, about->lead, lead) &&
	       file(context, SWK__FACT_OPPORTUNITY, about->lead,
	            about->opportunity_at == SWK__NULL ? NULL : opportunity) &&
	       file(context, SWK__FACT_WIN, about->lead, about->won_at == SWK__NULL ? NULL : win) &&
	       file(context, SWK__FACT_OUTREACH, about->lead, about->outreach_at == SWK__NULL ? NULL : outreach);
}

/* Takes away what was made of a lead that counts nowhere, or for another. */
static bool lead_clear(swk__fold *fold, uint32_t lead)
{
	static const swk__table facts[] = { SWK__FACT_LEAD, SWK__FACT_OUTREACH, SWK__FACT_OPPORTUNITY, SWK__FACT_WIN };
	for (size_t i = 0; i < SWK__COUNT(facts); i++)
		if (!fact_file(fold, facts[i], lead, NULL))
			return false;
	return true;
}

/* Takes away the facts of the records of a lead that does not exist. */
static bool orphans_clear(swk__fold *fold, uint32_t lead)
{
	for (swk__place row = 0; (row = linked_next(fold, SWK__LINK_SCORE_LEAD, lead, row));)
		if (!fact_file(fold, SWK__FACT_SCORE, (uint32_t)get(fold, SWK__TABLE_SCORE, row, SWK__FIELD_ID), NULL))
			return false;
	for (swk__place row = 0; (row = linked_next(fold, SWK__LINK_OPPORTUNITY_LEAD, lead, row));)
		if (!fact_file(fold, SWK__FACT_COHORT, (uint32_t)get(fold, SWK__TABLE_OPPORTUNITY, row, SWK__FIELD_ID),
		               NULL))
			return false;
	return true;
}

static bool lead_fold(swk__fold *fold, uint32_t lead)
{
	swk__place row = swk__row_current(fold->states, SWK__TABLE_LEAD, lead);
	if (!row)
		return lead_clear(fold, lead) && orphans_clear(fold, lead);
	if (swk__lead_resolve(fold->states, lead) != row)
		return lead_clear(fold, lead);
	subject person = { .about = { .lead = lead,
		                      .created_at = get(fold, SWK__TABLE_LEAD, row, SWK__LEAD_CREATED_AT),
		                      .touch_at = SWK__NULL,
		                      .opportunity_at = SWK__NULL } };
	fold->folded++;
	if (!records_gather(fold, &person, row))
		return false;
	outreach_tell(fold, &person);
	return swk__subject_file(&person.about, fact_file, fold) && scores_file(fold, &person) &&
	       cohort_file(fold, &person);
}

/* --------------------------------------------------------------------------------------- what is touched */

bool swk__fold_ask(swk__fold *fold, uint64_t done, uint64_t total, swk_error *error)
{
	if (fold->check)
		fold->stopped = fold->check(fold->check_context, done, total, error);
	return fold->stopped == SWK_OK;
}

/* Asks after every so many records. */
static bool fold_goes_on(swk__fold *fold, uint64_t done, uint64_t total, swk_error *error)
{
	return done % CHECK_RECORDS != 0 || swk__fold_ask(fold, done, total, error);
}

static void lead_touch(const swk__fold *fold, uint32_t lead)
{
	(void)swk__touched_add(fold->touched, SWK__TOUCH_LEAD, lead);
}

uint32_t swk__fold_deal_lead(const swk__fold *fold, uint32_t opportunity)
{
	swk__place row = opportunity ? swk__row_current(fold->states, SWK__TABLE_OPPORTUNITY, opportunity) : 0;
	return row ? (uint32_t)get(fold, SWK__TABLE_OPPORTUNITY, row, SWK__OPPORTUNITY_LEAD) : 0;
}

/* A touched lead may have been, or become, one that others count for, and one that counts for another. */
static bool leads_spread(swk__fold *fold, swk_error *error)
{
	uint64_t done = 0;
	for (uint32_t lead = 0; swk__touched_next(fold->touched, SWK__TOUCH_LEAD, &lead); lead++) {
		if (!fold_goes_on(fold, ++done, 0, error))
			return false;
		swk__place root = swk__lead_resolve(fold->states, lead);
		if (root)
			lead_touch(fold, (uint32_t)get(fold, SWK__TABLE_LEAD, root, SWK__FIELD_ID));
	}
	return true;
}

/* Goes to the leads that lead to a lead, past none twice: who was walked to is a follower now. */
static bool followers_touch(swk__fold *fold, uint32_t lead)
{
	fold->members.count = 0;
	if (!list_add(fold, &fold->members, (item){ .entity = lead }))
		return false;
	for (size_t i = 0; i < fold->members.count; i++) {
		uint32_t target = fold->members.items[i].entity;
		for (swk__place row = 0; (row = linked_next(fold, SWK__LINK_LEAD_MERGED, target, row));) {
			uint32_t follower = (uint32_t)get(fold, SWK__TABLE_LEAD, row, SWK__FIELD_ID);
			lead_touch(fold, follower);
			if (!swk__touched_add(&fold->walked, SWK__TOUCH_FOLLOWERS, follower) &&
			    !list_add(fold, &fold->members, (item){ .entity = follower }))
				return false;
		}
	}
	return true;
}

/* The leads that a lead whose row changed may carry with it: all that lead to it, also past those that were touched
 * for another reason. */
static bool followers_spread(swk__fold *fold, swk_error *error)
{
	uint32_t lead = 0;
	uint64_t done = 0;
	if (!swk__touched_next(fold->touched, SWK__TOUCH_FOLLOWERS, &lead))
		return true;
	if (!swk__touched_cover(&fold->walked, fold->touched))
		return false;
	for (; swk__touched_next(fold->touched, SWK__TOUCH_FOLLOWERS, &lead); lead++)
		if (!fold_goes_on(fold, ++done, 0, error) ||
		    (!swk__touched_add(&fold->walked, SWK__TOUCH_FOLLOWERS, lead) && !followers_touch(fold, lead)))
			return false;
	return true;
}

/* Takes away the fact of a touched record that no lead claims any more. */
static bool stray_clear(swk__fold *fold, swk__table table, unsigned field, swk__table fact, uint32_t entity)
{
	swk__place row = swk__row_current(fold->states, table, entity);
	int64_t lead = row ? get(fold, table, row, field) : 0;
	return (lead && swk__lead_resolve(fold->states, (uint32_t)lead)) || fact_file(fold, fact, entity, NULL);
}

static bool strays_clear(swk__fold *fold, swk_error *error)
{
	uint64_t done = 0;
	for (uint32_t score = 0; swk__touched_next(fold->touched, SWK__TOUCH_SCORE, &score); score++)
		if (!fold_goes_on(fold, ++done, 0, error) ||
		    !stray_clear(fold, SWK__TABLE_SCORE, SWK__SCORE_LEAD, SWK__FACT_SCORE, score))
			return false;
	for (uint32_t won = 0; swk__touched_next(fold->touched, SWK__TOUCH_DEAL, &won); won++)
		if (!fold_goes_on(fold, ++done, 0, error) ||
		    !stray_clear(fold, SWK__TABLE_OPPORTUNITY, SWK__OPPORTUNITY_LEAD, SWK__FACT_COHORT, won))
			return false;
	return true;
}

/* ------------------------------------------------------------------------------------------ running */

void swk__fold_init_cut(swk__fold *fold, const swk__history *history, swk__snapshot *snapshot, swk__touched *touched,
                        int64_t now, uint64_t txn)
{
	*fold = (swk__fold){ .mem = history->mem,
		             .history = history,
		             .states = snapshot->tables,
		             .links = snapshot->links,
		             .now = now,
		             .until = INT64_MAX,
		             .txn = txn,
		             .apart = true,
		             .touched = touched };
	swk__touched_init(&fold->walked, history->mem);
}

void swk__fold_init(swk__fold *fold, swk__history *history, swk__snapshot *snapshot, swk__touched *touched)
{
	swk__fold_init_cut(fold, history, snapshot, touched, INT64_MAX, ++history->fold_txn);
	fold->apart = false;
}

void swk__fold_done(swk__fold *fold)
{
	swk__fold_list *lists[] = { &fold->members, &fold->replies, &fold->held,
		                    &fold->wins,    &fold->scores,  &fold->stages };
	for (size_t i = 0; i < SWK__COUNT(lists); i++)
		swk__free(fold->mem, lists[i]->items);
	swk__touched_done(&fold->walked);
}

int swk__fold_failed(const swk__fold *fold, swk_error *error)
{
	return fold->stopped != SWK_OK ? fold->stopped : swk__fail_memory(error, fold->mem);
}

/* Deals first: what leads won hangs on them. */
static bool touched_fold(swk__fold *fold, swk_error *error)
{
	uint64_t total = swk__touched_count(fold->touched, SWK__TOUCH_DEAL), done = 0;
	for (uint32_t made = 0; swk__touched_next(fold->touched, SWK__TOUCH_DEAL, &made); made++) {
		if (!fold_goes_on(fold, done++, 0, error) || !deal_fold(fold, made))
			return false;
		lead_touch(fold, swk__fold_deal_lead(fold, made));
	}
	if (!leads_spread(fold, error))
		return false;
	total += swk__touched_count(fold->touched, SWK__TOUCH_LEAD);
	for (uint32_t lead = 0; swk__touched_next(fold->touched, SWK__TOUCH_LEAD, &lead); lead++)
		if (!fold_goes_on(fold, done++, total, error) || !lead_fold(fold, lead))
			return false;
	return strays_clear(fold, error);
}

/* --------------------------------------------------------------------------------------- compacting */

/* Puts the facts of a week together without those that were taken away, as if they had been written at once. */
static bool part_compact(swk__fold *fold, swk__table fact, int32_t week)
{
	swk__table_state *state = &fold->states[fact];
	swk__part **place = &state->directory->parts[week - state->directory->first], *part = *place;
	const unsigned fields = swk__schemas[fact].count;
	const uint32_t live = part->live;
	swk__fresh fresh = { .count = 0 };
	int64_t *cells = swk__alloc(fold->mem, SWK__FAULT_fold_list, (size_t)live * fields, sizeof *cells);
	if (!cells)
		return false;
	for (unsigned f = 0; f < fields; f++)
		fresh.values[f] = cells + (size_t)f * live;
	for (uint32_t row = 0; row < part->rows; row++) {
		if (!swk__part_live(part, row))
			continue;
		for (unsigned f = 0; f < fields; f++)
			cells[(size_t)f * live + fresh.count] = swk__columns_get(part->columns, f, row);
		fresh.count++;
	}
	*place = NULL;
	swk__part_release(part);
	state->live -= live;
	state->versions -= live;
	fold->filed -= live;
	bool good = live == 0 || swk__fold_write(fold, fact, week, &fresh);
	swk__free(fold->mem, cells);
	return good;
}

/* A store that is corrected day by day keeps no more facts that were taken away than there are. Each of them is moved
 * for one that was written, at most. */
static bool facts_compact(swk__fold *fold)
{
	for (swk__table fact = SWK__TABLE_COUNT; fact < SWK__STATE_COUNT; fact++) {
		const swk__directory *directory = fold->states[fact].directory;
		for (uint32_t i = 0; directory && i < directory->count; i++) {
			const swk__part *part = directory->parts[i];
			if (part && part->txn == fold->txn && part->rows >= COMPACT_MIN &&
			    part->live < part->rows / 2 && !part_compact(fold, fact, directory->first + (int32_t)i))
				return false;
			directory = fold->states[fact].directory;
		}
	}
	return true;
}

/* How many touched records exist; the facts of others are only taken away. */
static uint64_t touched_live(const swk__fold *fold, swk__touch kind)
{
	uint64_t count = 0;
	for (uint32_t entity = 0; swk__touched_next(fold->touched, kind, &entity); entity++)
		count += swk__row_current(fold->states, swk__touch_tables[kind], entity) != 0;
	return count;
}

/* Whether so much is to be folded that folding everything costs less: a lead takes a third of the instructions then. */
static bool touched_most(const swk__fold *fold)
{
	const swk__table_state *states = fold->states;
	if (swk__touched_count(fold->touched, SWK__TOUCH_LEAD) + swk__touched_count(fold->touched, SWK__TOUCH_DEAL) <
	    MOST_MIN)
		return false;
	return (!states[SWK__FACT_LEAD].live && !states[SWK__FACT_OPENED].live) ||
	       touched_live(fold, SWK__TOUCH_LEAD) + touched_live(fold, SWK__TOUCH_DEAL) >
	               (states[SWK__TABLE_LEAD].live + states[SWK__TABLE_OPPORTUNITY].live) / 2;
}

/* Folds everything. Where memory does not suffice for all facts once more, the facts are as before. */
static int all_fold(swk__fold *fold, swk_error *error)
{
	swk__table_state *facts = fold->states + SWK__TABLE_COUNT, before[SWK__FACT_COUNT];
	const uint64_t folded = fold->folded, filed = fold->filed;
	for (unsigned f = 0; f < SWK__FACT_COUNT; f++) {
		before[f] = facts[f];
		swk__state_retain(&before[f]);
	}
	int code = swk__fold_all(fold, error);
	const bool tight = code == SWK_ERR_MEMORY || code == SWK_ERR_LIMIT;
	for (unsigned f = 0; f < SWK__FACT_COUNT; f++) {
		swk__state_release(tight ? &facts[f] : &before[f]);
		facts[f] = tight ? before[f] : facts[f];
	}
	fold->folded = tight ? folded : fold->folded;
	fold->filed = tight ? filed : fold->filed;
	return code;
}

int swk__fold_changes(swk__fold *fold, swk_error *error)
{
	uint32_t leads = fold->states[SWK__TABLE_LEAD].entities;
	if (touched_most(fold) && swk__fold_all_fits(fold)) {
		swk_error failure = SWK_ERROR_INIT;
		int code = all_fold(fold, &failure);
		if (code == SWK_OK)
			return SWK_OK;
		if (code != SWK_ERR_MEMORY && code != SWK_ERR_LIMIT) {
			swk__error_copy(error, &failure);
			return code;
		}
	}
	if (!swk__touched_reserve(fold->touched, SWK__TOUCH_LEAD, leads) || !followers_spread(fold, error) ||
	    !touched_fold(fold, error) || (!fold->apart && !facts_compact(fold)))
		return swk__fold_failed(fold, error);
	return SWK_OK;
}
