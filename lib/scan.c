/* SPDX-License-Identifier: MIT */
#include "scan.h"

#include <stdlib.h>

#define CHECK_BLOCKS 16

/* The values of one filtered dimension as numbers, ascending. */
struct swk__scan_filter {
	unsigned used; /* place among the plan's used dimensions */
	bool late;     /* looked at after the last facts are chosen */
	uint32_t count;
	uint32_t *numbers;
};

/* The last fact of a lead (and model). */
typedef struct last_fact {
	swk__place lead, place;
	uint32_t model;
	int64_t at;
	swk__slice id;
} last_fact;

/* Facts of which only the last of each lead counts: open addressing by lead and model. */
struct swk__scan_latest {
	uint32_t count, capacity; /* capacity is a power of two, at most half full */
	last_fact *facts;
};

/* ----------------------------------------------------------------------------------------- filters */

static bool filter_has(const struct swk__scan_filter *filter, uint32_t number)
{
	uint32_t low = 0, high = filter->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (filter->numbers[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < filter->count && filter->numbers[low] == number;
}

/* Keeps the rows that pass the filters that are looked at now. */
static void filters_apply(swk__scan *scan, bool late)
{
	unsigned char flags[SWK__BLOCK_ROWS];
	for (unsigned f = 0; f < scan->plan->filter_count; f++) {
		const struct swk__scan_filter *filter = &scan->filters[f];
		if (filter->late != late)
			continue;
		for (uint32_t i = 0; i < scan->block->count; i++)
			flags[i] = filter_has(filter, scan->block->values[filter->used][i]);
		swk__block_keep(scan->block, flags);
	}
}

/* The number by which facts know a filter's value; false when no fact can have it. */
static bool value_number(const swk__facts *facts, swk__dimension dimension, swk__slice value, uint32_t *number)
{
	*number = 0;
	if (swk__dimensions[dimension].number)
		*number = (unsigned char)value.bytes[0];
	else if (value.length)
		return swk__text_find_below(swk__dimension_texts(facts, dimension), value,
		                            dimension == SWK__DIMENSION_REP
		                                    ? facts->snapshot->tables[SWK__TABLE_REP].entities
		                                    : facts->snapshot->texts,
		                            number);
	return true;
}

static int number_order(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static int filters_open(swk__scan *scan, swk_error *error)
{
	const swk__plan *plan = scan->plan;
	scan->filters = swk__alloc(scan->mem, SWK__FAULT_report_groups, plan->filter_count, sizeof *scan->filters);
	if (!scan->filters)
		return swk__fail_memory(error, scan->mem);
	for (unsigned f = 0; f < plan->filter_count; f++) {
		const swk__plan_filter *asked = &plan->filters[f];
		struct swk__scan_filter *filter = &scan->filters[f];
		while (plan->used[filter->used] != asked->dimension)
			filter->used++;
		filter->late = plan->report->latest && asked->dimension == SWK__DIMENSION_BAND;
		filter->numbers = swk__alloc(scan->mem, SWK__FAULT_report_groups, asked->count,
		                             sizeof *filter->numbers);
		if (!filter->numbers)
			return swk__fail_memory(error, scan->mem);
		for (uint32_t v = 0; v < asked->count; v++) {
			uint32_t number;
			if (value_number(scan->facts, asked->dimension, plan->values[asked->first + v], &number))
				filter->numbers[filter->count++] = number;
		}
		if (filter->count > 1)
			qsort(filter->numbers, filter->count, sizeof *filter->numbers, number_order);
	}
	return SWK_OK;
}

/* ----------------------------------------------------------------------------------------- measures */

/* Which rows a measure counts. */
static void measure_flag(swk__scan *scan, const swk__measure *measure, unsigned char *flags)
{
	swk__block *block = scan->block;
	memset(flags, 1, block->count);
	if (measure->given.field >= 0) {
		const int64_t *cells = swk__block_cells(block, measure->given.field);
		for (uint32_t i = 0; i < block->count; i++)
			flags[i] = swk__condition_passes(measure->given, cells[i]);
	}
	if (measure->present >= 0) {
		const int64_t *cells = swk__block_cells(block, measure->present);
		bool instant = swk__schemas[block->source->facts].fields[measure->present].kind == SWK__KIND_INSTANT;
		for (uint32_t i = 0; i < block->count; i++)
			flags[i] = flags[i] &&
			           (instant ? swk__stretch_come(block->bounds, cells[i]) : cells[i] != SWK__NULL);
	}
}

/* What each row adds to a measure of counts or sums of a field. */
static void plain_weigh(swk__scan *scan, const swk__measure *measure, const unsigned char *flags, int64_t *weights)
{
	const swk__block *block = scan->block;
	const int64_t *cells = measure->kind == SWK__MEASURE_SUM ? swk__block_cells(scan->block, measure->value) : NULL;
	for (uint32_t i = 0; i < block->count; i++)
		weights[i] = !flags[i] ? 0 : !cells ? 1 : cells[i] == SWK__NULL ? 0 : cells[i];
}

/* What each row adds to a measure of spans. */
static void span_weigh(swk__scan *scan, const swk__measure *measure, const unsigned char *flags, int64_t *weights)
{
	swk__block *block = scan->block;
	const int64_t *from = swk__block_cells(block, measure->from), *to = swk__block_cells(block, measure->value);
	for (uint32_t i = 0; i < block->count; i++) {
		bool come = flags[i] && swk__stretch_come(block->bounds, to[i]);
		int64_t span = come ? to[i] - from[i] : 0;
		if (measure->kind == SWK__MEASURE_SPAN)
			weights[i] = span > 0 ? span : 0;
		else
			weights[i] = come && (span < 0) == (measure->kind == SWK__MEASURE_BACK);
	}
}

/* A rate is missing for an amount of a group: an error where that group needs it, else one more that lacks its rate. */
static int rate_missing(swk__scan *scan, uint32_t group, int code, swk_error *error)
{
	bool needed = false;
	if (!scan->needed) {
		swk__groups_sums(&scan->groups, group)[scan->plan->form->measure_count]++;
		return SWK_OK;
	}
	int made = swk__groups_keyed(&scan->groups, scan->facts, scan->plan->by, group, *scan->needed, &needed, error);
	return made != SWK_OK ? made : needed ? code : SWK_OK;
}

static int amount_weigh(swk__scan *scan, const swk__measure *measure, const unsigned char *flags,
                        const uint32_t *groups, int64_t *weights, swk_error *error)
{
	swk__block *block = scan->block;
	swk_error own = SWK_ERROR_INIT;
	const int64_t *amounts = swk__block_cells(block, measure->value);
	const int64_t *currencies = swk__block_cells(block, measure->from);
	const int64_t *instants = swk__block_cells(block, measure->present);
	for (uint32_t i = 0; i < block->count; i++) {
		weights[i] = 0;
		int code = !flags[i] || amounts[i] == SWK__NULL
		                   ? SWK_OK
		                   : swk__money_convert(scan->money, amounts[i], (uint32_t)currencies[i], instants[i],
		                                        &weights[i], &own);
		if (code == SWK_ERR_INVALID)
			code = rate_missing(scan, groups[i], code, error);
		if (code != SWK_OK && own.code == code)
			swk__error_copy(error, &own);
		if (code != SWK_OK)
			return code;
	}
	return SWK_OK;
}

/* Adds the rows to a curve: the span of those that have ended, the start of those that are open. */
static int curve_observe(swk__scan *scan, const swk__measure *measure, unsigned curve, const unsigned char *flags,
                         const uint32_t *groups, swk_error *error)
{
	swk__block *block = scan->block;
	const int64_t *from = swk__block_cells(block, measure->from), *to = swk__block_cells(block, measure->value);
	for (uint32_t i = 0; i < block->count; i++) {
		bool ended = flags[i] && swk__stretch_come(block->bounds, to[i]);
		int64_t value = !ended ? from[i] : to[i] > from[i] ? to[i] - from[i] : 0;
		if (flags[i] && !swk__groups_observe(&scan->groups, groups[i], curve * 2 + !ended, value))
			return swk__fail_memory(error, scan->mem);
	}
	return SWK_OK;
}

static int measure_add(swk__scan *scan, unsigned number, unsigned curve, const uint32_t *groups, swk_error *error)
{
	const swk__measure *measure = &scan->plan->form->measures[number];
	unsigned char flags[SWK__BLOCK_ROWS];
	int64_t weights[SWK__BLOCK_ROWS] = { 0 };
	int code = SWK_OK;
	measure_flag(scan, measure, flags);
	switch (measure->kind) {
	case SWK__MEASURE_CURVE:
		return curve_observe(scan, measure, curve, flags, groups, error);
	case SWK__MEASURE_AMOUNT:
		code = amount_weigh(scan, measure, flags, groups, weights, error);
		break;
	case SWK__MEASURE_SPAN:
	case SWK__MEASURE_SPANS:
	case SWK__MEASURE_BACK:
		span_weigh(scan, measure, flags, weights);
		break;
	default:
		plain_weigh(scan, measure, flags, weights);
	}
	for (uint32_t i = 0; i < scan->block->count && code == SWK_OK; i++)
		swk__groups_sums(&scan->groups, groups[i])[number] += weights[i];
	return code;
}

/* ------------------------------------------------------------------------------------------- blocks */

static int groups_find(swk__scan *scan, uint32_t *groups, swk_error *error)
{
	const swk__block *block = scan->block;
	for (uint32_t i = 0; i < block->count; i++) {
		uint32_t key[SWK__DIMENSION_COUNT];
		for (unsigned d = 0; d < scan->plan->by_count; d++)
			key[d] = block->values[d][i];
		groups[i] = swk__groups_find(&scan->groups, key);
		if (groups[i] == UINT32_MAX)
			return swk__fail_memory(error, scan->mem);
	}
	return SWK_OK;
}

/* Adds the block's rows to their groups. */
static int block_count(swk__scan *scan, unsigned source, swk_error *error)
{
	const swk__form *form = scan->plan->form;
	uint32_t groups[SWK__BLOCK_ROWS] = { 0 };
	unsigned curve = 0;
	int code = groups_find(scan, groups, error);
	for (unsigned m = 0; m < form->measure_count && code == SWK_OK; m++) {
		if (form->measures[m].source == source)
			code = measure_add(scan, m, curve, groups, error);
		curve += form->measures[m].kind == SWK__MEASURE_CURVE;
	}
	return code;
}

static int dimensions_fill(swk__scan *scan, swk_error *error)
{
	for (unsigned d = 0; d < scan->plan->used_count; d++) {
		int code = swk__block_dimension(scan->block, scan->plan->used[d], scan->block->values[d], error);
		if (code != SWK_OK)
			return code;
	}
	return SWK_OK;
}

/* ----------------------------------------------------------------------------- only the last of a lead */

static last_fact *latest_slot(const struct swk__scan_latest *latest, swk__place lead, uint32_t model)
{
	uint64_t hash = (lead * 0x9e3779b97f4a7c15u) ^ (model * UINT64_C(0xff51afd7ed558ccd));
	hash ^= hash >> 32;
	for (;; hash++) {
		last_fact *slot = &latest->facts[hash & (latest->capacity - 1)];
		if (!slot->lead || (slot->lead == lead && slot->model == model))
			return slot;
	}
}

static bool latest_grow(swk__scan *scan)
{
	struct swk__scan_latest *latest = scan->latest, grown = { 0, latest->capacity * 2, NULL };
	grown.facts = swk__alloc(scan->mem, SWK__FAULT_report_groups, grown.capacity, sizeof *grown.facts);
	if (!grown.facts)
		return false;
	for (uint32_t i = 0; i < latest->capacity; i++)
		if (latest->facts[i].lead)
			*latest_slot(&grown, latest->facts[i].lead, latest->facts[i].model) = latest->facts[i];
	grown.count = latest->count;
	swk__free(scan->mem, latest->facts);
	*latest = grown;
	return true;
}

/* Remembers the block's rows where they are the last of their lead so far: the greatest (at, id). */
static int latest_note(swk__scan *scan, int32_t week, swk_error *error)
{
	swk__block *block = scan->block;
	const swk__plan *plan = scan->plan;
	const swk__place *leads = swk__block_leads(block);
	const int64_t *at = swk__block_cells(block, swk__schemas[block->source->facts].instant);
	const int64_t *ids = swk__block_cells(block, 0);
	const int64_t *models = swk__block_cells(block, block->source->own[SWK__DIMENSION_MODEL]);
	for (uint32_t i = 0; i < block->count; i++) {
		if (scan->latest->count * 2 >= scan->latest->capacity && !latest_grow(scan))
			return swk__fail_memory(error, scan->mem);
		uint32_t model = plan->by_mask & SWK__HAS(MODEL) ? (uint32_t)models[i] : 0;
		last_fact *slot = latest_slot(scan->latest, leads[i], model);
		swk__slice id = swk__text_get(&scan->facts->history->ids[SWK__TABLE_SCORE], (uint32_t)ids[i]);
		scan->latest->count += !slot->lead;
		if (slot->lead && (slot->at > at[i] || (slot->at == at[i] && swk__slice_compare(slot->id, id) > 0)))
			continue;
		*slot = (last_fact){ leads[i], swk__place_make(week, block->rows[i]), model, at[i], id };
	}
	return SWK_OK;
}

static int place_order(const void *a, const void *b)
{
	swk__place x = ((const last_fact *)a)->place, y = ((const last_fact *)b)->place;
	return (x > y) - (x < y);
}

/* Puts the remembered facts in the order in which they lie. */
static uint32_t latest_sort(struct swk__scan_latest *latest)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < latest->capacity; i++)
		if (latest->facts[i].lead)
			latest->facts[count++] = latest->facts[i];
	if (count > 1)
		qsort(latest->facts, count, sizeof *latest->facts, place_order);
	return count;
}

/* How many of the facts from `first` on lie in one segment, a block at most; their rows. */
static uint32_t latest_run(const last_fact *facts, uint32_t count, uint32_t first, uint32_t *rows)
{
	uint32_t n = 0, at, size;
	int32_t week = swk__place_week(facts[first].place);
	unsigned segment = swk__segment_of(swk__place_row(facts[first].place), &at, &size);
	while (first + n < count && n < SWK__BLOCK_ROWS) {
		swk__place place = facts[first + n].place;
		if (swk__place_week(place) != week || swk__segment_of(swk__place_row(place), &at, &size) != segment)
			break;
		rows[n++] = swk__place_row(place);
	}
	return n;
}

static int latest_count(swk__scan *scan, unsigned source, swk_error *error)
{
	uint32_t rows[SWK__BLOCK_ROWS], run, count = latest_sort(scan->latest);
	const swk__directory *directory = swk__facts_table(scan->facts, scan->block->source->facts)->directory;
	int code = SWK_OK;
	for (uint32_t first = 0; first < count && code == SWK_OK; first += run) {
		const last_fact *facts = scan->latest->facts;
		run = latest_run(facts, count, first, rows);
		swk__block_take(scan->block, swk__directory_part(directory, swk__place_week(facts[first].place)), rows,
		                run);
		code = dimensions_fill(scan, error);
		filters_apply(scan, true);
		if (code == SWK_OK)
			code = block_count(scan, source, error);
	}
	return code;
}

/* ------------------------------------------------------------------------------------------ running */

static int block_run(swk__scan *scan, unsigned source, int32_t week, swk_error *error)
{
	int code = dimensions_fill(scan, error);
	if (code != SWK_OK)
		return code;
	filters_apply(scan, false);
	return scan->latest ? latest_note(scan, week, error) : block_count(scan, source, error);
}

static int part_run(swk__scan *scan, unsigned source, const swk__part *part, int32_t week, swk_error *error)
{
	uint32_t run, blocks = 0;
	for (uint32_t row = 0; row < part->rows; row += run) {
		run = swk__columns_together(row);
		run = run < SWK__BLOCK_ROWS ? run : SWK__BLOCK_ROWS;
		run = run < part->rows - row ? run : part->rows - row;
		int code = SWK_OK;
		if (scan->check && blocks++ % CHECK_BLOCKS == 0)
			code = scan->check(scan->check_context, 0, 0, error);
		swk__block_choose(scan->block, part, row, run);
		if (code == SWK_OK && scan->block->count)
			code = block_run(scan, source, week, error);
		if (code != SWK_OK)
			return code;
	}
	return SWK_OK;
}

static int source_run(swk__scan *scan, unsigned source, swk_error *error)
{
	const swk__stretch *bounds = scan->block->bounds;
	scan->block->source = &scan->plan->form->sources[source];
	const swk__directory *directory = swk__facts_table(scan->facts, scan->block->source->facts)->directory;
	int32_t first = swk__utc_week(bounds->begin), last = swk__utc_week(bounds->stop - 1);
	if (directory && first < directory->first)
		first = directory->first;
	for (int32_t week = first; directory && week <= last && week - directory->first < (int64_t)directory->count;
	     week++) {
		const swk__part *part = directory->parts[week - directory->first];
		int code = part && part->live ? part_run(scan, source, part, week, error) : SWK_OK;
		if (code != SWK_OK)
			return code;
	}
	return scan->latest ? latest_count(scan, source, error) : SWK_OK;
}

int swk__scan_run(swk__scan *scan, int64_t begin, int64_t stop, int64_t end, swk__rollup **rollup, swk__holds *holds,
                  swk_error *error)
{
	swk__stretch bounds = { begin, stop, end, INT64_MIN, INT64_MAX };
	int code = SWK_OK;
	swk__groups_clear(&scan->groups);
	if (scan->latest) {
		scan->latest->count = 0;
		memset(scan->latest->facts, 0, scan->latest->capacity * sizeof *scan->latest->facts);
	}
	scan->block->bounds = &bounds;
	for (unsigned s = 0; s < scan->plan->form->source_count && code == SWK_OK; s++)
		code = source_run(scan, s, error);
	if (code == SWK_OK)
		code = swk__groups_build(&scan->groups, scan->facts, scan->plan->by, rollup, error);
	if (code == SWK_OK)
		*holds = (swk__holds){ bounds.latest_in, bounds.first_out };
	return code;
}

unsigned swk__form_sums(const swk__form *form)
{
	bool amounts = false;
	for (unsigned m = 0; m < form->measure_count; m++)
		amounts |= form->measures[m].kind == SWK__MEASURE_AMOUNT;
	return form->measure_count + amounts;
}

unsigned swk__form_curves(const swk__form *form)
{
	unsigned curves = 0;
	for (unsigned m = 0; m < form->measure_count; m++)
		curves += form->measures[m].kind == SWK__MEASURE_CURVE;
	return curves;
}

static int work_open(swk__scan *scan, swk__zones *zones, swk_error *error)
{
	scan->block = swk__alloc(scan->mem, SWK__FAULT_report_groups, 1, sizeof *scan->block);
	if (!scan->block)
		return swk__fail_memory(error, scan->mem);
	scan->block->plan = scan->plan;
	scan->block->facts = scan->facts;
	scan->block->zones = zones;
	scan->block->mem = scan->mem;
	if (!scan->plan->report->latest)
		return SWK_OK;
	scan->latest = swk__alloc(scan->mem, SWK__FAULT_report_groups, 1, sizeof *scan->latest);
	if (!scan->latest)
		return swk__fail_memory(error, scan->mem);
	scan->latest->capacity = 64;
	scan->latest->facts = swk__alloc(scan->mem, SWK__FAULT_report_groups, 64, sizeof *scan->latest->facts);
	return scan->latest->facts ? SWK_OK : swk__fail_memory(error, scan->mem);
}

int swk__scan_open(swk__scan *scan, const swk__plan *plan, const swk__facts *facts, const swk__money *money,
                   swk__zones *zones, swk__check check, void *context, swk_error *error)
{
	*scan = (swk__scan){ .plan = plan,
		             .facts = facts,
		             .money = money,
		             .mem = plan->mem,
		             .lists = 2 * swk__form_curves(plan->form),
		             .check = check,
		             .check_context = context };
	swk__groups_init(&scan->groups, scan->mem, plan->by_count, swk__form_sums(plan->form), scan->lists);
	int code = filters_open(scan, error);
	if (code == SWK_OK)
		code = work_open(scan, zones, error);
	if (code != SWK_OK)
		swk__scan_close(scan);
	return code;
}

void swk__scan_close(swk__scan *scan)
{
	for (unsigned f = 0; scan->filters && f < scan->plan->filter_count; f++)
		swk__free(scan->mem, scan->filters[f].numbers);
	swk__free(scan->mem, scan->filters);
	if (scan->latest)
		swk__free(scan->mem, scan->latest->facts);
	swk__free(scan->mem, scan->latest);
	if (scan->block)
		swk__block_done(scan->block);
	swk__free(scan->mem, scan->block);
	swk__groups_done(&scan->groups);
	scan->filters = NULL;
	scan->latest = NULL;
	scan->block = NULL;
}

/* ------------------------------------------------------------------------------------------ extent */

static bool fact_counts(const swk__plan *plan, const swk__source *source, const swk__part *part, uint32_t row)
{
	const swk__condition *given = &source->given;
	if (!swk__part_live(part, row) ||
	    (given->field >= 0 &&
	     !swk__condition_passes(*given, swk__columns_get(part->columns, (unsigned)given->field, row))))
		return false;
	for (unsigned c = 0; source == plan->form->sources && c < plan->condition_count; c++) {
		const swk__condition *asked = &plan->conditions[c];
		if (!swk__condition_passes(*asked, swk__columns_get(part->columns, (unsigned)asked->field, row)))
			return false;
	}
	return true;
}

/* Widens first and last by the facts of a part; false when it has none. */
static bool part_extent(const swk__plan *plan, const swk__source *source, const swk__part *part, int64_t *first,
                        int64_t *last)
{
	bool any = false;
	for (uint32_t row = 0; part && row < part->rows; row++) {
		int64_t at = swk__columns_get(part->columns, (unsigned)swk__schemas[source->facts].instant, row);
		if (at > plan->cut.now || !fact_counts(plan, source, part, row))
			continue;
		*first = at < *first ? at : *first;
		*last = at > *last ? at : *last;
		any = true;
	}
	return any;
}

/* The first part with a fact from either end tells. */
static bool source_extent(const swk__plan *plan, const swk__facts *facts, const swk__source *source, int64_t *first,
                          int64_t *last)
{
	const swk__directory *directory = swk__facts_table(facts, source->facts)->directory;
	uint32_t i = 0, end = directory ? directory->count : 0;
	while (i < end && !part_extent(plan, source, directory->parts[i], first, last))
		i++;
	if (i == end)
		return false;
	while (end > i + 1 && !part_extent(plan, source, directory->parts[end - 1], first, last))
		end--;
	return true;
}

bool swk__scan_extent(const swk__plan *plan, const swk__facts *facts, int64_t *first, int64_t *last)
{
	int64_t low = INT64_MAX, high = INT64_MIN;
	bool any = false;
	for (unsigned s = 0; s < plan->form->source_count; s++)
		any |= source_extent(plan, facts, &plan->form->sources[s], &low, &high);
	if (any) {
		*first = low;
		*last = high;
	}
	return any;
}
