/* SPDX-License-Identifier: MIT */
#include "scan.h"

#define BLOCK 512
#define CHECK_BLOCKS 16
#define NO_GROUP UINT32_MAX

/* The values of one filtered dimension as numbers, ascending. */
struct swk__scan_filter {
	unsigned used; /* place among scan->used */
	uint32_t count;
	uint32_t *numbers;
};

/* The memory of the inner loops. */
struct swk__scan_work {
	uint32_t count; /* rows chosen */
	uint32_t rows[BLOCK];
	int64_t at[BLOCK];
	swk__place leads[BLOCK];
	uint32_t values[SWK__DIMENSION_COUNT][BLOCK];
	uint32_t groups[BLOCK];
	uint32_t gathered; /* bit f: cells[f] holds field f of the chosen rows */
	int64_t cells[SWK__FIELDS_MAX][BLOCK];
	/* groups so far: group g has by_count values and measure_count sums */
	uint32_t group_count, group_capacity;
	uint32_t *keys;
	swk__i128 *sums;
	uint32_t *index; /* open addressing: group, or NO_GROUP */
	uint32_t index_mask;
	/* zones of leads by number of their name */
	uint32_t zone_count, zone_capacity;
	struct zone_named {
		uint32_t name;
		const swk__zone *zone;
	} * zones;
};

/* --------------------------------------------------------------------------------- choosing the rows */

static bool passes(swk__condition condition, int64_t value)
{
	return (value >= 0) & (condition.mask >> (value & 63));
}

static bool passes_all(const swk__plan *plan, const swk__columns *columns, uint32_t row)
{
	for (unsigned c = 0; c < plan->condition_count; c++)
		if (!passes(plan->conditions[c], swk__columns_get(columns, (unsigned)plan->conditions[c].field, row)))
			return false;
	return true;
}

/* A field of the chosen rows, read once for all that ask for it. */
static const int64_t *field_cells(const swk__scan *scan, const swk__columns *columns, int field)
{
	struct swk__scan_work *work = scan->work;
	if (!(work->gathered >> field & 1)) {
		swk__columns_gather(columns, (unsigned)field, work->rows, work->count, work->cells[field]);
		work->gathered |= 1u << field;
	}
	return work->cells[field];
}

/* The bounds of a stretch and what is seen of instants on both sides of its end. */
typedef struct stretch {
	int64_t begin, stop, end;
	int64_t latest_in, first_out;
} stretch;

/* Chooses among up to BLOCK rows from `row` on, in one segment, those that are live and begin in the stretch. */
static void rows_live(const swk__scan *scan, const swk__part *part, uint32_t row, uint32_t n, const stretch *bounds)
{
	struct swk__scan_work *work = scan->work;
	uint32_t run, count = 0;
	const int64_t *at = (const int64_t *)(const void *)swk__columns_run(
		part->columns, (unsigned)scan->plan->report->at, row, &run);
	for (uint32_t i = 0; i < n; i++) {
		if (!swk__part_live(part, row + i) || at[i] < bounds->begin || at[i] >= bounds->stop)
			continue;
		work->rows[count] = row + i;
		work->at[count++] = at[i];
	}
	work->count = count;
	work->gathered = 0;
}

/* Keeps the chosen rows that pass a condition. */
static void condition_apply(const swk__scan *scan, const swk__columns *columns, swk__condition condition)
{
	struct swk__scan_work *work = scan->work;
	const int64_t *cells = field_cells(scan, columns, condition.field);
	uint32_t kept = 0;
	for (uint32_t i = 0; i < work->count; i++) {
		work->rows[kept] = work->rows[i];
		work->at[kept] = work->at[i];
		kept += passes(condition, cells[i]);
	}
	work->count = kept;
	work->gathered = 0;
}

/* Chooses the rows of a run that count, and notes what lies on both sides of the end. */
static void rows_choose(const swk__scan *scan, const swk__part *part, uint32_t row, uint32_t n, stretch *bounds)
{
	struct swk__scan_work *work = scan->work;
	rows_live(scan, part, row, n, bounds);
	for (unsigned c = 0; c < scan->plan->condition_count; c++)
		condition_apply(scan, part->columns, scan->plan->conditions[c]);
	uint32_t kept = 0;
	for (uint32_t i = 0; i < work->count; i++) {
		int64_t at = work->at[i];
		if (at > bounds->end) {
			bounds->first_out = at < bounds->first_out ? at : bounds->first_out;
			continue;
		}
		bounds->latest_in = at > bounds->latest_in ? at : bounds->latest_in;
		work->rows[kept] = work->rows[i];
		work->at[kept++] = at;
	}
	work->count = kept;
	work->gathered = 0;
}

/* -------------------------------------------------------------------------------------- dimensions */

static void leads_find(const swk__scan *scan, const swk__columns *columns)
{
	struct swk__scan_work *work = scan->work;
	const int64_t *leads = field_cells(scan, columns, scan->plan->report->lead);
	for (uint32_t i = 0; i < work->count; i++)
		work->leads[i] = leads[i] ? swk__facts_lead(scan->facts, (uint32_t)leads[i]) : 0;
}

/* A text field of the fact's lead; the empty text without one. */
static uint32_t lead_text(const swk__scan *scan, uint32_t i, unsigned field)
{
	swk__place lead = scan->work->leads[i];
	return lead ? (uint32_t)swk__state_get(swk__facts_table(scan->facts, SWK__TABLE_LEAD), lead, field) : 0;
}

/* A text field of a rep. */
static uint32_t rep_text(const swk__scan *scan, int64_t rep, unsigned field)
{
	swk__place row = rep ? swk__facts_row(scan->facts, SWK__TABLE_REP, (uint32_t)rep) : 0;
	return row ? (uint32_t)swk__state_get(swk__facts_table(scan->facts, SWK__TABLE_REP), row, field) : 0;
}

/* The clock on which a fact's weekday and hour are read. */
static int fact_zone(const swk__scan *scan, uint32_t i, const swk__zone **zone, swk_error *error)
{
	struct swk__scan_work *work = scan->work;
	uint32_t name = scan->plan->lead_clock ? lead_text(scan, i, SWK__LEAD_ZONE) : 0;
	*zone = scan->plan->calendar.zone;
	if (!name)
		return SWK_OK;
	for (uint32_t z = 0; z < work->zone_count; z++) {
		if (work->zones[z].name == name) {
			*zone = work->zones[z].zone;
			return SWK_OK;
		}
	}
	if (work->zone_count == work->zone_capacity) {
		size_t capacity = swk__grown(work->zone_capacity, work->zone_count + 1);
		struct zone_named *zones = swk__resize(scan->mem, SWK__FAULT_report_groups, work->zones, capacity,
		                                       sizeof *zones);
		if (!zones)
			return swk__fail_memory(error, scan->mem);
		work->zones = zones;
		work->zone_capacity = (uint32_t)capacity;
	}
	int code = swk__zones_find(scan->zones, swk__text_get(&scan->facts->history->texts, name), zone, error);
	if (code == SWK_OK)
		work->zones[work->zone_count++] = (struct zone_named){ name, *zone };
	return code;
}

static int clock_fill(const swk__scan *scan, bool hour, uint32_t *values, swk_error *error)
{
	const struct swk__scan_work *work = scan->work;
	for (uint32_t i = 0; i < work->count; i++) {
		const swk__zone *zone;
		int code = fact_zone(scan, i, &zone, error);
		if (code != SWK_OK)
			return code;
		int64_t local = swk__zone_local(zone, work->at[i]);
		int64_t date = local / SWK__US_DAY - (local % SWK__US_DAY < 0);
		values[i] = hour ? (uint32_t)((local - date * SWK__US_DAY) / (3600 * SWK__US_SECOND))
		                 : (uint32_t)swk__date_weekday((int32_t)date);
	}
	return SWK_OK;
}

static int dimension_fill(const swk__scan *scan, const swk__columns *columns, swk__dimension dimension,
                          uint32_t *values, swk_error *error)
{
	static const unsigned lead_fields[SWK__DIMENSION_COUNT] = {
		[SWK__DIMENSION_REGION] = SWK__LEAD_REGION,   [SWK__DIMENSION_SOURCE] = SWK__LEAD_SOURCE,
		[SWK__DIMENSION_ORIGIN] = SWK__LEAD_ORIGIN,   [SWK__DIMENSION_ASSET] = SWK__LEAD_ASSET,
		[SWK__DIMENSION_SEGMENT] = SWK__LEAD_SEGMENT,
	};
	const struct swk__scan_work *work = scan->work;
	if (swk__dimensions[dimension].number)
		return clock_fill(scan, dimension == SWK__DIMENSION_HOUR, values, error);
	const int64_t *reps = field_cells(scan, columns, scan->plan->report->rep);
	for (uint32_t i = 0; i < work->count; i++) {
		if (dimension == SWK__DIMENSION_REP)
			values[i] = (uint32_t)reps[i];
		else if (dimension == SWK__DIMENSION_TEAM)
			values[i] = rep_text(scan, reps[i], SWK__REP_TEAM);
		else
			values[i] = lead_text(scan, i, lead_fields[dimension]);
		if (dimension == SWK__DIMENSION_REGION && !values[i])
			values[i] = rep_text(scan, reps[i], SWK__REP_REGION);
	}
	return SWK_OK;
}

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

/* Keeps the chosen rows that pass a filter. */
static void filter_apply(const swk__scan *scan, const struct swk__scan_filter *filter)
{
	struct swk__scan_work *work = scan->work;
	uint32_t kept = 0;
	for (uint32_t i = 0; i < work->count; i++) {
		if (!filter_has(filter, work->values[filter->used][i]))
			continue;
		work->rows[kept] = work->rows[i];
		for (unsigned d = 0; d < scan->used_count; d++)
			work->values[d][kept] = work->values[d][i];
		kept++;
	}
	work->count = kept;
	work->gathered = 0;
}

static const swk__text *dimension_texts(const swk__facts *facts, swk__dimension dimension)
{
	return dimension == SWK__DIMENSION_REP ? &facts->history->ids[SWK__TABLE_REP] : &facts->history->texts;
}

/* The number by which facts know a filter's value; false when no fact can have it. */
static bool value_number(const swk__facts *facts, swk__dimension dimension, swk__slice value, uint32_t *number)
{
	*number = 0;
	if (swk__dimensions[dimension].number)
		*number = (unsigned char)value.bytes[0];
	else if (value.length)
		return swk__text_find_below(dimension_texts(facts, dimension), value,
		                            dimension == SWK__DIMENSION_REP
		                                    ? facts->snapshot->tables[SWK__TABLE_REP].entities
		                                    : facts->snapshot->texts,
		                            number);
	return true;
}

static void numbers_insert(struct swk__scan_filter *filter, uint32_t number)
{
	uint32_t i = filter->count++;
	for (; i > 0 && filter->numbers[i - 1] > number; i--)
		filter->numbers[i] = filter->numbers[i - 1];
	filter->numbers[i] = number;
}

static unsigned dimension_use(swk__scan *scan, swk__dimension dimension)
{
	for (unsigned d = 0; d < scan->used_count; d++)
		if (scan->used[d] == dimension)
			return d;
	scan->used[scan->used_count] = dimension;
	return scan->used_count++;
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
		filter->used = dimension_use(scan, asked->dimension);
		filter->numbers = swk__alloc(scan->mem, SWK__FAULT_report_groups, asked->count,
		                             sizeof *filter->numbers);
		if (!filter->numbers)
			return swk__fail_memory(error, scan->mem);
		for (uint32_t v = 0; v < asked->count; v++) {
			uint32_t number;
			if (value_number(scan->facts, asked->dimension, plan->values[asked->first + v], &number))
				numbers_insert(filter, number);
		}
	}
	return SWK_OK;
}

/* ------------------------------------------------------------------------------------------ groups */

static uint32_t key_hash(const uint32_t *key, unsigned count)
{
	uint64_t hash = 0x9e3779b97f4a7c15u;
	for (unsigned i = 0; i < count; i++) {
		hash = (hash ^ key[i]) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 32;
	}
	return (uint32_t)hash;
}

/* The index slot of a key: that of its group, or the free one where it belongs. */
static uint32_t *index_slot(const struct swk__scan_work *work, const uint32_t *key, unsigned count)
{
	uint32_t at = key_hash(key, count) & work->index_mask;
	for (;; at = (at + 1) & work->index_mask) {
		uint32_t group = work->index[at];
		if (group == NO_GROUP || count == 0 ||
		    memcmp(work->keys + (size_t)group * count, key, count * sizeof *key) == 0)
			return &work->index[at];
	}
}

/* Room for as many groups again, and an index at most half full. */
static bool groups_grow(const swk__scan *scan)
{
	struct swk__scan_work *work = scan->work;
	const swk__plan *plan = scan->plan;
	uint32_t capacity = work->group_capacity ? work->group_capacity * 2 : 64;
	uint32_t *keys = swk__resize(scan->mem, SWK__FAULT_report_groups, work->keys, capacity,
	                             (plan->by_count + 1) * sizeof *keys);
	if (!keys)
		return false;
	work->keys = keys;
	swk__i128 *sums = swk__resize(scan->mem, SWK__FAULT_report_groups, work->sums, capacity,
	                              plan->report->measure_count * sizeof *sums);
	if (!sums)
		return false;
	work->sums = sums;
	uint32_t *index = swk__alloc(scan->mem, SWK__FAULT_report_groups, capacity, 2 * sizeof *index);
	if (!index)
		return false;
	swk__free(scan->mem, work->index);
	work->index = index;
	work->index_mask = capacity * 2 - 1;
	work->group_capacity = capacity;
	memset(index, 0xff, capacity * 2 * sizeof *index);
	for (uint32_t g = 0; g < work->group_count; g++)
		*index_slot(work, work->keys + (size_t)g * plan->by_count, plan->by_count) = g;
	return true;
}

/* The group of a key, a new one if need be; NO_GROUP when memory failed. */
static uint32_t group_of(const swk__scan *scan, const uint32_t *key)
{
	struct swk__scan_work *work = scan->work;
	unsigned count = scan->plan->by_count, measures = scan->plan->report->measure_count;
	if (work->group_count == work->group_capacity && !groups_grow(scan))
		return NO_GROUP;
	uint32_t *slot = index_slot(work, key, count);
	if (*slot == NO_GROUP) {
		uint32_t group = work->group_count++;
		memcpy(work->keys + (size_t)group * count, key, count * sizeof *key);
		memset(work->sums + (size_t)group * measures, 0, measures * sizeof *work->sums);
		*slot = group;
	}
	return *slot;
}

static int groups_find(const swk__scan *scan, swk_error *error)
{
	struct swk__scan_work *work = scan->work;
	for (uint32_t i = 0; i < work->count; i++) {
		uint32_t key[SWK__DIMENSION_COUNT];
		for (unsigned d = 0; d < scan->plan->by_count; d++)
			key[d] = work->values[d][i];
		work->groups[i] = group_of(scan, key);
		if (work->groups[i] == NO_GROUP)
			return swk__fail_memory(error, scan->mem);
	}
	return SWK_OK;
}

/* What each chosen row adds to a measure; without branches, as what a row holds cannot be foreseen. */
static void measure_weigh(const swk__scan *scan, const swk__columns *columns, const swk__measure *measure,
                          int64_t *weights)
{
	const uint32_t count = scan->work->count;
	const int64_t *cells = measure->value < 0 ? NULL : field_cells(scan, columns, measure->value);
	for (uint32_t i = 0; i < count; i++)
		weights[i] = !cells ? 1 : cells[i] == SWK__NULL ? 0 : cells[i];
	if (measure->given.field >= 0) {
		cells = field_cells(scan, columns, measure->given.field);
		for (uint32_t i = 0; i < count; i++)
			weights[i] = passes(measure->given, cells[i]) ? weights[i] : 0;
	}
	if (measure->present >= 0) {
		cells = field_cells(scan, columns, measure->present);
		for (uint32_t i = 0; i < count; i++)
			weights[i] = cells[i] == SWK__NULL ? 0 : weights[i];
	}
}

/* Adds one measure of the chosen rows to their groups. */
static void measure_add(const swk__scan *scan, const swk__columns *columns, unsigned number)
{
	const struct swk__scan_work *work = scan->work;
	unsigned measures = scan->plan->report->measure_count;
	int64_t weights[BLOCK];
	measure_weigh(scan, columns, &scan->plan->report->measures[number], weights);
	for (uint32_t i = 0; i < work->count; i++)
		work->sums[(size_t)work->groups[i] * measures + number] += weights[i];
}

/* ------------------------------------------------------------------------------------------ running */

static int block_run(const swk__scan *scan, const swk__part *part, swk_error *error)
{
	struct swk__scan_work *work = scan->work;
	if (scan->plan->joins & (1u << SWK__TABLE_LEAD))
		leads_find(scan, part->columns);
	for (unsigned d = 0; d < scan->used_count; d++) {
		int code = dimension_fill(scan, part->columns, scan->used[d], work->values[d], error);
		if (code != SWK_OK)
			return code;
	}
	for (unsigned f = 0; f < scan->plan->filter_count; f++)
		filter_apply(scan, &scan->filters[f]);
	int code = groups_find(scan, error);
	for (unsigned m = 0; m < scan->plan->report->measure_count && code == SWK_OK; m++)
		measure_add(scan, part->columns, m);
	return code;
}

static int part_run(const swk__scan *scan, const swk__part *part, stretch *bounds, swk_error *error)
{
	uint32_t run, blocks = 0;
	for (uint32_t row = 0; row < part->rows; row += run) {
		(void)swk__columns_run(part->columns, 0, row, &run);
		run = run < BLOCK ? run : BLOCK;
		run = run < part->rows - row ? run : part->rows - row;
		int code = SWK_OK;
		if (scan->check && blocks++ % CHECK_BLOCKS == 0)
			code = scan->check(scan->check_context, 0, 0, error);
		rows_choose(scan, part, row, run, bounds);
		if (code == SWK_OK && scan->work->count)
			code = block_run(scan, part, error);
		if (code != SWK_OK)
			return code;
	}
	return SWK_OK;
}

/* Writes a group's values as a rollup key. */
static bool key_write(const swk__scan *scan, const uint32_t *values, swk__buf *key)
{
	for (unsigned d = 0; d < scan->plan->by_count; d++) {
		swk__dimension dimension = scan->plan->by[d];
		if (swk__dimensions[dimension].number) {
			swk__buf_byte(key, (unsigned char)(values[d] + 1));
			continue;
		}
		swk__buf_slice(key, swk__text_get(dimension_texts(scan->facts, dimension), values[d]));
		swk__buf_byte(key, 0);
	}
	return !key->failed;
}

static int groups_build(const swk__scan *scan, swk__rollup **rollup, swk_error *error)
{
	const struct swk__scan_work *work = scan->work;
	unsigned measures = scan->plan->report->measure_count;
	swk__rollup_builder builder;
	swk__buf key;
	int code = SWK_OK;
	swk__rollup_builder_init(&builder, scan->mem, measures);
	swk__buf_init(&key, scan->mem, SIZE_MAX);
	for (uint32_t g = 0; g < work->group_count && code == SWK_OK; g++) {
		key.length = 0;
		if (!key_write(scan, work->keys + (size_t)g * scan->plan->by_count, &key))
			code = swk__fail_memory(error, scan->mem);
		else
			code = swk__rollup_builder_add(&builder,
			                               (swk__slice){ key.length ? key.bytes : "", key.length },
			                               work->sums + (size_t)g * measures, error);
	}
	if (code == SWK_OK)
		code = swk__rollup_build(&builder, rollup, error);
	swk__buf_done(&key);
	swk__rollup_builder_done(&builder);
	return code;
}

int swk__scan_run(swk__scan *scan, int64_t begin, int64_t stop, int64_t end, swk__rollup **rollup, swk__holds *holds,
                  swk_error *error)
{
	const swk__table_state *table = swk__facts_table(scan->facts, scan->plan->report->facts);
	stretch bounds = { begin, stop, end, INT64_MIN, INT64_MAX };
	struct swk__scan_work *work = scan->work;
	work->group_count = 0;
	if (work->index)
		memset(work->index, 0xff, ((size_t)work->index_mask + 1) * sizeof *work->index);
	for (int32_t week = swk__utc_week(begin); week <= swk__utc_week(stop - 1); week++) {
		const swk__part *part = swk__directory_part(table->directory, week);
		int code = part && part->live ? part_run(scan, part, &bounds, error) : SWK_OK;
		if (code != SWK_OK)
			return code;
	}
	int code = groups_build(scan, rollup, error);
	if (code == SWK_OK)
		*holds = (swk__holds){ bounds.latest_in, bounds.first_out };
	return code;
}

int swk__scan_open(swk__scan *scan, const swk__plan *plan, const swk__facts *facts, swk__zones *zones, swk__check check,
                   void *context, swk_error *error)
{
	*scan = (swk__scan){
		.plan = plan, .facts = facts, .zones = zones, .mem = plan->mem, .check = check, .check_context = context
	};
	for (unsigned d = 0; d < plan->by_count; d++)
		dimension_use(scan, plan->by[d]);
	int code = filters_open(scan, error);
	if (code == SWK_OK) {
		scan->work = swk__alloc(scan->mem, SWK__FAULT_report_groups, 1, sizeof *scan->work);
		if (!scan->work)
			code = swk__fail_memory(error, scan->mem);
	}
	if (code != SWK_OK)
		swk__scan_close(scan);
	return code;
}

void swk__scan_close(swk__scan *scan)
{
	for (unsigned f = 0; scan->filters && f < scan->plan->filter_count; f++)
		swk__free(scan->mem, scan->filters[f].numbers);
	swk__free(scan->mem, scan->filters);
	if (scan->work) {
		swk__free(scan->mem, scan->work->keys);
		swk__free(scan->mem, scan->work->sums);
		swk__free(scan->mem, scan->work->index);
		swk__free(scan->mem, scan->work->zones);
	}
	swk__free(scan->mem, scan->work);
	scan->filters = NULL;
	scan->work = NULL;
}

/* ------------------------------------------------------------------------------------------ extent */

/* Widens the stretch by the facts of a part; false when it has none. */
static bool part_extent(const swk__plan *plan, const swk__part *part, int64_t *first, int64_t *last)
{
	bool any = false;
	for (uint32_t row = 0; row < part->rows; row++) {
		int64_t at = swk__columns_get(part->columns, (unsigned)plan->report->at, row);
		if (!swk__part_live(part, row) || at > plan->cut.now || !passes_all(plan, part->columns, row))
			continue;
		*first = at < *first ? at : *first;
		*last = at > *last ? at : *last;
		any = true;
	}
	return any;
}

bool swk__scan_extent(const swk__plan *plan, const swk__facts *facts, int64_t *first, int64_t *last)
{
	const swk__directory *directory = swk__facts_table(facts, plan->report->facts)->directory;
	int64_t low = INT64_MAX, high = INT64_MIN;
	uint32_t i = 0, end = directory ? directory->count : 0;
	while (i < end && (!directory->parts[i] || !part_extent(plan, directory->parts[i], &low, &high)))
		i++;
	if (i == end)
		return false;
	while (end > i + 1 &&
	       (!directory->parts[end - 1] || !part_extent(plan, directory->parts[end - 1], &low, &high)))
		end--;
	*first = low;
	*last = high;
	return true;
}
