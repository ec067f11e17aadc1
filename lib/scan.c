/* SPDX-License-Identifier: MIT */
#include "scan.h"

#include <stdlib.h>

#define CHECK_BLOCKS 16
#define SOON 24 /* rows ahead whose leads are fetched from memory */

/* The values of one filtered dimension as numbers, ascending. */
struct swk__scan_filter {
	unsigned used; /* place among the plan's used dimensions */
	bool late;     /* looked at after the last facts are chosen */
	uint32_t count;
	uint32_t *numbers;
};

/* A fact of which it is asked whether it is the last of its lead (and model). Its place is that of its row among those
 * of the stretch's parts, each of which begins at a multiple of 64. */
typedef struct last_fact {
	int64_t at;
	uint32_t model;
	uint32_t next; /* the lead's next one, of another model, as in `firsts` */
} last_fact;

/* Facts of which only the last of each lead counts. */
struct swk__scan_latest {
	int32_t week;        /* of the first part */
	size_t *begins;      /* places of the parts, and the end */
	size_t places, room; /* of the stretch; how many there is room for */
	last_fact *facts;    /* by place */
	uint64_t *bits;      /* by place: it is the last, so far */
	uint32_t *firsts;    /* by lead: base + place of its first fact; less: none, what is left of stretches before */
	uint32_t base, leads; /* leads: how many there is room for */
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

/* Leaves rows aside that do not pass the filters, `late` ones included or not. */
static void filters_apply(swk__scan *scan, bool late)
{
	swk__block *block = scan->block;
	for (unsigned f = 0; f < scan->plan->filter_count; f++) {
		const struct swk__scan_filter *filter = &scan->filters[f];
		const uint32_t *values = block->values[filter->used];
		for (uint32_t i = 0; i < block->count && (late || !filter->late); i++)
			block->counts[i] = block->counts[i] && filter_has(filter, values[i]);
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

/* Where a row without a rate belongs. */
typedef struct lacking {
	swk__scan *scan;
	const swk__labels *labels;
} lacking;

/* Notes a missing rate that comes before what is noted, where the row's group is wanted. */
static int rate_missing(void *context, uint32_t row, const swk__rate_gap *gap, swk_error *error)
{
	const lacking *of = context;
	swk__scan *scan = of->scan;
	const swk__labels *labels = of->labels;
	swk__slice key;
	if (!scan->wanted || !swk__rate_gap_before(gap, &scan->gap))
		return SWK_OK;
	const uint32_t group = labels->bytes ? swk__groups_of_byte(&scan->groups, labels->bytes[row])
	                                     : labels->numbers[row];
	if (group == UINT32_MAX)
		return swk__fail_memory(error, scan->mem);
	int code = swk__groups_key(&scan->groups, scan->facts, scan->plan->by, group, &key, error);
	if (code == SWK_OK && scan->wanted(scan->wanted_context, key))
		scan->gap = *gap;
	return code;
}

/* What a curve needs of the rows. */
typedef struct observing {
	const unsigned char *come; /* bytes, 0 or 1 */
	swk__instants from, to;
	uint32_t count;
} observing;

/* The spans of rows that have ended, the starts of those that are open. How the instants lie is known to the compiler.
 */
static inline __attribute__((always_inline)) void values_observe(const observing *rows, bool raw, int64_t *values)
{
	const swk__instants from = rows->from, to = rows->to;
	const unsigned char *come = rows->come;
	const uint32_t count = rows->count;
	for (uint32_t i = 0; i < count; i++) {
		const int64_t begin = raw ? swk__raw_get(from.coding, from.raw[i]) : from.cells[i];
		const int64_t end = raw ? swk__raw_get(to.coding, to.raw[i]) : to.cells[i];
		const int64_t span = end > begin ? end - begin : 0;
		values[i] = come[i] ? span : begin;
	}
}

static SWK__WIDE void raw_observe(const observing *rows, int64_t *values)
{
	values_observe(rows, true, values);
}

static SWK__WIDE void cells_observe(const observing *rows, int64_t *values)
{
	values_observe(rows, false, values);
}

/* The lists that the rows belong to, by their groups. */
static SWK__WIDE void lists_observe(const uint32_t *groups, uint32_t lists, uint32_t list, const unsigned char *come,
                                    uint32_t count, uint32_t *of)
{
	for (uint32_t i = 0; i < count; i++)
		of[i] = groups[i] * lists + list + (come[i] ^ 1u);
}

/* Leaves of what was observed last only the rows that count, which mostly are all. */
static void observed_keep(swk__observed *observed, const unsigned char *counts, uint32_t count)
{
	uint32_t *lists = observed->lists + observed->count;
	int64_t *values = observed->values + observed->count;
	const unsigned char *left = memchr(counts, 0, count);
	uint32_t kept = left ? (uint32_t)(left - counts) : count;
	for (uint32_t i = kept; i < count; i++) {
		lists[kept] = lists[i];
		values[kept] = values[i];
		kept += counts[i]; /* nobody can foresee which count */
	}
	observed->count += kept;
}

/* Adds the rows to a curve: the span of those that have ended, the start of those that are open. */
static int curve_observe(swk__scan *scan, const swk__curve *curve, const uint32_t *groups, swk_error *error)
{
	swk__block *block = scan->block;
	swk__observed *observed = &scan->groups.observed;
	const swk__measure *measure = curve->measure;
	unsigned char counts[SWK__BLOCK_ROWS];
	observing rows = { swk__block_come(block, measure->value), { 0 }, { 0 }, block->count };
	if (!swk__groups_expect(&scan->groups, block->count))
		return swk__fail_memory(error, scan->mem);
	lists_observe(groups, scan->groups.lists, curve->number * 2, rows.come, rows.count,
	              observed->lists + observed->count);
	if (swk__block_instants(block, measure->from, &rows.from) &&
	    swk__block_instants(block, measure->value, &rows.to)) {
		raw_observe(&rows, observed->values + observed->count);
	} else {
		rows.from.cells = swk__block_cells(block, measure->from);
		rows.to.cells = swk__block_cells(block, measure->value);
		cells_observe(&rows, observed->values + observed->count);
	}
	swk__block_passing(block, measure->given, counts);
	observed_keep(observed, counts, rows.count);
	return SWK_OK;
}

static int dimensions_fill(swk__scan *scan, swk_error *error)
{
	for (unsigned d = 0; d < scan->plan->used_count; d++) {
		int code = swk__block_dimension(scan->block, d, error);
		if (code != SWK_OK)
			return code;
	}
	return SWK_OK;
}

/* Finds what tells the groups of the block's rows: a byte of each where there is one, else, or where curves ask for
 * them, their numbers, which are put into `numbers`. Filters are applied. */
static int labels_find(swk__scan *scan, unsigned source, uint32_t *numbers, swk__labels *labels, swk_error *error)
{
	swk__block *block = scan->block;
	*labels = (swk__labels){ numbers, NULL };
	int code = scan->groups.direct ? swk__block_bytes(block, &labels->bytes, error) : SWK_OK;
	bool made = true;
	if (code == SWK_OK && !labels->bytes) {
		code = dimensions_fill(scan, error);
		if (code == SWK_OK) {
			filters_apply(scan, true);
			made = swk__groups_number(&scan->groups, block->values, block->count, numbers);
		}
	} else if (code == SWK_OK && scan->classes[source].curve_count) {
		made = swk__groups_number_bytes(&scan->groups, labels->bytes, block->count, numbers);
	}
	return made ? code : swk__fail_memory(error, scan->mem);
}

/* Adds the block's rows to their groups. */
static int block_count(swk__scan *scan, unsigned source, swk_error *error)
{
	const swk__classes *classes = &scan->classes[source];
	uint32_t numbers[SWK__BLOCK_ROWS];
	swk__labels labels;
	lacking of = { scan, &labels };
	int code = labels_find(scan, source, numbers, &labels, error);
	if (code == SWK_OK)
		code = swk__classes_sort(classes, scan->block, scan->money, rate_missing, &of, &scan->sorted, error);
	if (code == SWK_OK && !swk__groups_tally(&scan->groups, classes, scan->block, &scan->sorted, &labels))
		code = swk__fail_memory(error, scan->mem);
	for (unsigned c = 0; c < classes->curve_count && code == SWK_OK; c++)
		code = curve_observe(scan, &classes->curves[c], numbers, error);
	return code;
}

/* ----------------------------------------------------------------------------- only the last of a lead */

/* Room for the leads of the block's rows. */
static SWK__WIDE bool latest_cover(swk__scan *scan, const uint32_t *leads, uint32_t count)
{
	struct swk__scan_latest *latest = scan->latest;
	uint32_t most = swk__facts_table(scan->facts, SWK__TABLE_LEAD)->entities;
	for (uint32_t i = 0; i < count; i++)
		most = leads[i] > most ? leads[i] : most;
	if (most < latest->leads)
		return true;
	uint32_t *firsts = swk__alloc(scan->mem, SWK__FAULT_report_groups, (size_t)most + 1, sizeof *firsts);
	if (!firsts)
		return false;
	if (latest->leads)
		memcpy(firsts, latest->firsts, latest->leads * sizeof *firsts);
	swk__free(scan->mem, latest->firsts);
	latest->firsts = firsts;
	latest->leads = most + 1;
	return true;
}

static swk__slice fact_id(const swk__scan *scan, size_t place)
{
	const struct swk__scan_latest *latest = scan->latest;
	const swk__directory *directory = swk__facts_table(scan->facts, scan->block->source->facts)->directory;
	uint32_t part = 0;
	while (latest->begins[part + 1] <= place)
		part++;
	const swk__columns *columns = swk__directory_part(directory, latest->week + (int32_t)part)->columns;
	return swk__text_get(&scan->facts->history->ids[SWK__TABLE_SCORE],
	                     (uint32_t)swk__columns_get(columns, 0, (uint32_t)(place - latest->begins[part])));
}

static bool fact_later(const swk__scan *scan, size_t a, size_t b)
{
	const last_fact *facts = scan->latest->facts;
	if (facts[a].at != facts[b].at)
		return facts[a].at > facts[b].at;
	return swk__slice_compare(fact_id(scan, a), fact_id(scan, b)) >= 0;
}

/* A fact of a lead that has some already: the one that is greater in (at, id) is the last. */
static void latest_meet(swk__scan *scan, uint32_t lead, size_t place)
{
	struct swk__scan_latest *latest = scan->latest;
	const uint32_t base = latest->base, model = latest->facts[place].model;
	uint32_t *link = &latest->firsts[lead];
	while (*link >= base && latest->facts[*link - base].model != model)
		link = &latest->facts[*link - base].next;
	size_t dropped = place;
	if (*link < base) {
		*link = base + (uint32_t)place;
		return;
	}
	if (fact_later(scan, place, *link - base)) {
		dropped = *link - base;
		latest->facts[place].next = latest->facts[dropped].next;
		*link = base + (uint32_t)place;
	}
	latest->bits[dropped / 64] &= ~(UINT64_C(1) << dropped % 64);
}

/* Eight bytes, each 0 or 1, as bits. */
static uint64_t bits_gather(const unsigned char *bytes)
{
	uint64_t all = 0;
	for (unsigned b = 0; b < 8; b++)
		all |= (uint64_t)bytes[b] << (8 * b);
	return all * UINT64_C(0x0102040810204080) >> 56; /* bit 8 * b is moved to 56 + b, others below or out */
}

/* Notes that all rows of the block that count are the last of their leads, so far. */
static void latest_presume(const swk__block *block, uint64_t *bits)
{
	const uint32_t count = block->count, whole = count / 8 * 8;
	for (uint32_t i = 0; i < whole; i += 8)
		bits[i / 64] |= bits_gather(block->counts + i) << i % 64;
	for (uint32_t i = whole; i < count; i++)
		bits[i / 64] |= (uint64_t)block->counts[i] << i % 64;
}

/* Leaves of the block's rows and those before only the last of each lead. */
static int latest_note(swk__scan *scan, swk_error *error)
{
	struct swk__scan_latest *latest = scan->latest;
	swk__block *block = scan->block;
	const swk__source *source = block->source;
	const bool by_model = scan->plan->by_mask & SWK__HAS(MODEL);
	const uint32_t *leads = swk__block_numbers(block, source->lead), count = block->count;
	const uint32_t *models = by_model ? swk__block_numbers(block, source->own[SWK__DIMENSION_MODEL]) : NULL;
	const int64_t *at = swk__block_cells(block, swk__schemas[source->facts].instant);
	const size_t begin = latest->begins[block->week - latest->week] + block->first;
	if (!latest_cover(scan, leads, count))
		return swk__fail_memory(error, scan->mem);
	latest_presume(block, latest->bits + begin / 64);
	last_fact *facts = latest->facts + begin;
	uint32_t *firsts = latest->firsts;
	const uint32_t base = latest->base, place = base + (uint32_t)begin;
	for (uint32_t i = 0; i < count; i++) {
		if (i + SOON < count)
			__builtin_prefetch(&firsts[leads[i + SOON]], 1);
		if (!block->counts[i])
			continue;
		facts[i] = (last_fact){ at[i], models ? models[i] : 0, 0 };
		if (firsts[leads[i]] < base)
			firsts[leads[i]] = place + i;
		else
			latest_meet(scan, leads[i], begin + i);
	}
	return SWK_OK;
}

/* ------------------------------------------------------------------------------------------ running */

/* The parts of a source that a stretch touches. */
typedef struct stretch_parts {
	const swk__directory *directory;
	int32_t first, last; /* weeks; none: first > last */
} stretch_parts;

static stretch_parts parts_of(const swk__scan *scan, unsigned source)
{
	const swk__stretch *bounds = scan->block->bounds;
	const swk__table facts = scan->plan->form->sources[source].facts;
	stretch_parts parts = { swk__facts_table(scan->facts, facts)->directory, swk__utc_week(bounds->begin),
		                swk__utc_week(bounds->stop - 1) };
	if (!parts.directory)
		return (stretch_parts){ NULL, 1, 0 };
	int32_t end = parts.directory->first + (int32_t)parts.directory->count - 1;
	parts.first = parts.first < parts.directory->first ? parts.directory->first : parts.first;
	parts.last = parts.last > end ? end : parts.last;
	return parts;
}

/* What is done with the rows of a part that count. */
typedef int (*block_act)(swk__scan *scan, unsigned source, swk_error *error);

static int block_note(swk__scan *scan, unsigned source, swk_error *error)
{
	int code = scan->plan->filter_count ? dimensions_fill(scan, error) : SWK_OK;
	(void)source;
	if (code != SWK_OK)
		return code;
	filters_apply(scan, false);
	return latest_note(scan, error);
}

/* The rows of a part whose bit in `live` is set. */
static int part_run(swk__scan *scan, unsigned source, const swk__part *part, int32_t week, const uint64_t *live,
                    block_act act, swk_error *error)
{
	uint32_t run, blocks = 0;
	for (uint32_t row = 0; row < part->rows; row += run) {
		run = swk__columns_together(row);
		run = run < SWK__BLOCK_ROWS ? run : SWK__BLOCK_ROWS;
		run = run < part->rows - row ? run : part->rows - row;
		int code = SWK_OK;
		if (scan->check && blocks++ % CHECK_BLOCKS == 0)
			code = scan->check(scan->check_context, 0, 0, error);
		if (code == SWK_OK && swk__block_take(scan->block, part, week, live, row, run))
			code = act(scan, source, error);
		if (code != SWK_OK)
			return code;
	}
	return SWK_OK;
}

static size_t part_words(const swk__part *part)
{
	return part ? ((size_t)part->rows + 63) / 64 : 0;
}

/* Makes room for so many places and forgets what was there. */
static bool latest_clear(swk__scan *scan, size_t places)
{
	struct swk__scan_latest *latest = scan->latest;
	if (places > latest->room) {
		const size_t room = swk__grown(latest->room, places);
		last_fact *facts = swk__resize(scan->mem, SWK__FAULT_report_groups, latest->facts, room, sizeof *facts);
		if (!facts)
			return false;
		latest->facts = facts;
		uint64_t *bits = swk__resize(scan->mem, SWK__FAULT_report_groups, latest->bits, room / 64 + 1,
		                             sizeof *bits);
		if (!bits)
			return false;
		latest->bits = bits;
		latest->room = room;
	}
	if (latest->base == 0 || latest->base + latest->places + places > UINT32_MAX) {
		if (latest->leads)
			memset(latest->firsts, 0, latest->leads * sizeof *latest->firsts);
		latest->base = 1;
	} else {
		latest->base += (uint32_t)latest->places;
	}
	latest->places = places;
	if (places)
		memset(latest->bits, 0, places / 64 * sizeof *latest->bits);
	return places < UINT32_MAX;
}

/* Gives the rows of the parts their places. */
static bool latest_begin(swk__scan *scan, stretch_parts parts)
{
	struct swk__scan_latest *latest = scan->latest;
	const uint32_t count = (uint32_t)(parts.last - parts.first) + 1;
	size_t places = 0;
	swk__free(scan->mem, latest->begins);
	latest->begins = swk__alloc(scan->mem, SWK__FAULT_report_groups, (size_t)count + 1, sizeof *latest->begins);
	if (!latest->begins)
		return false;
	latest->week = parts.first;
	for (uint32_t p = 0; p < count; p++) {
		latest->begins[p] = places;
		places += part_words(swk__directory_part(parts.directory, parts.first + (int32_t)p)) * 64;
	}
	latest->begins[count] = places;
	return latest_clear(scan, places);
}

/* Runs through all parts; `live` NULL: their live rows, else bits part by part. */
static int parts_run(swk__scan *scan, unsigned source, stretch_parts parts, const uint64_t *live, block_act act,
                     swk_error *error)
{
	int code = SWK_OK;
	for (int32_t week = parts.first; week <= parts.last && code == SWK_OK; week++) {
		const swk__part *part = swk__directory_part(parts.directory, week);
		if (part && part->live)
			code = part_run(scan, source, part, week, live ? live : part->bits, act, error);
		live = live ? live + part_words(part) : NULL;
	}
	return code;
}

static int latest_run(swk__scan *scan, unsigned source, stretch_parts parts, swk_error *error)
{
	if (parts.first > parts.last)
		return SWK_OK;
	if (!latest_begin(scan, parts))
		return swk__fail_memory(error, scan->mem);
	int code = parts_run(scan, source, parts, NULL, block_note, error);
	if (code == SWK_OK)
		code = parts_run(scan, source, parts, scan->latest->bits, block_count, error);
	return code;
}

static int source_run(swk__scan *scan, unsigned source, swk_error *error)
{
	scan->block->source = &scan->plan->form->sources[source];
	scan->block->reads = 0;
	stretch_parts parts = parts_of(scan, source);
	int code = scan->latest ? latest_run(scan, source, parts, error)
	                        : parts_run(scan, source, parts, NULL, block_count, error);
	if (code == SWK_OK && !swk__groups_flush(&scan->groups, &scan->classes[source]))
		code = swk__fail_memory(error, scan->mem);
	return code;
}

int swk__scan_run(swk__scan *scan, int64_t begin, int64_t stop, int64_t end, swk__rollup **rollup, swk__holds *holds,
                  swk_error *error)
{
	swk__stretch bounds = { begin, stop, end, INT64_MIN, INT64_MAX };
	int code = SWK_OK;
	swk__groups_clear(&scan->groups);
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
	for (unsigned source = 0; source < scan->plan->form->source_count; source++) {
		const bool fits = swk__classes_make(&scan->classes[source], scan->plan->form, source);
		if (NEVER(!fits))
			return swk__fail(error, SWK_ERR_USAGE, "a report tells too much apart");
	}
	scan->block = swk__alloc(scan->mem, SWK__FAULT_report_groups, 1, sizeof *scan->block);
	if (!scan->block)
		return swk__fail_memory(error, scan->mem);
	swk__block_init(scan->block, scan->plan, scan->facts, zones);
	if (!scan->plan->report->latest)
		return SWK_OK;
	scan->latest = swk__alloc(scan->mem, SWK__FAULT_report_groups, 1, sizeof *scan->latest);
	return scan->latest ? SWK_OK : swk__fail_memory(error, scan->mem);
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
	swk__block_byte_values(plan, scan->groups.byte_values);
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
	if (scan->latest) {
		swk__free(scan->mem, scan->latest->begins);
		swk__free(scan->mem, scan->latest->facts);
		swk__free(scan->mem, scan->latest->firsts);
		swk__free(scan->mem, scan->latest->bits);
	}
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

/* Widens first and last by the facts of a part; false when it has none. Any fact will do for a part that lies in one
 * week of the calendar. */
static bool part_extent(const swk__plan *plan, const swk__source *source, const swk__part *part, int32_t week,
                        int64_t *first, int64_t *last)
{
	const int32_t begin = swk__week_of_instant(&plan->calendar, swk__utc_week_begin(week));
	const bool one = begin == swk__week_of_instant(&plan->calendar, swk__utc_week_begin(week + 1) - 1);
	bool any = false;
	for (uint32_t row = 0; part && row < part->rows && !(any && one); row++) {
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
	int32_t week = directory ? directory->first : 0, end = directory ? week + (int32_t)directory->count : 0;
	while (week < end && !part_extent(plan, source, swk__directory_part(directory, week), week, first, last))
		week++;
	if (week == end)
		return false;
	while (end > week + 1 &&
	       !part_extent(plan, source, swk__directory_part(directory, end - 1), end - 1, first, last))
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
