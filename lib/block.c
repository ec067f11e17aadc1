/* SPDX-License-Identifier: MIT */
#include "block.h"

/* Rows of one group are added up in so many lanes: adding one to the same count again and again waits for the one
 * before. */
#define ROW_LANES 8

/* Hours are counted from two days before the part's UTC week, so that no clock shows a lesser one. */
#define HOURS_BEFORE 48

/* The weekday and the hour that a clock shows, by the hours that have gone by then. */
static unsigned char weekday_shown(unsigned hours)
{
	return (unsigned char)((hours / 24 + 7 - HOURS_BEFORE / 24) % 7 + 1);
}

static unsigned char hour_of_day(unsigned hours)
{
	return (unsigned char)(hours % 24);
}

struct swk__zone_named {
	uint32_t name;
	const swk__zone *zone;
};

void swk__block_init(swk__block *block, const swk__plan *plan, const swk__facts *facts, swk__zones *zones)
{
	block->plan = plan;
	block->facts = facts;
	block->zones = zones;
	block->mem = plan->mem;
	swk__join_init(&block->join, facts, plan->mem);
	for (unsigned row = 0; row < SWK__BLOCK_ROWS; row++)
		block->lanes[row] = row % ROW_LANES;
}

void swk__block_done(swk__block *block)
{
	swk__free(block->mem, block->named);
	swk__join_done(&block->join);
}

/* ------------------------------------------------------------------------------------------- fields */

const int64_t *swk__block_cells(swk__block *block, int field)
{
	if (!((block->widened >> field) & 1)) {
		swk__cells_wide(swk__block_read(block, field), (unsigned)field, block->first, block->count,
		                block->cells[field]);
		block->widened |= 1u << field;
	}
	return block->cells[field];
}

/* Takes back what does not hold yet: of a BOOL 2 is true. */
static const unsigned char *codes_once(swk__block *block, const unsigned char *codes, unsigned once,
                                       unsigned char *room)
{
	const unsigned char *come = swk__block_come(block, (int)once);
	const uint32_t count = block->count;
	for (uint32_t i = 0; i < count; i++)
		room[i] = (unsigned char)(1 + ((codes[i] == 2) & come[i]));
	return room;
}

const unsigned char *swk__block_codes(swk__block *block, int field)
{
	if (!((block->coded >> field) & 1)) {
		const unsigned once = swk__schemas[block->source->facts].fields[field].once;
		const unsigned char *codes = swk__cells_codes(swk__block_read(block, field), (unsigned)field,
		                                              block->first, block->count, block->code_rooms[field]);
		block->codes[field] = once ? codes_once(block, codes, once, block->code_rooms[field]) : codes;
		block->coded |= 1u << field;
	}
	return block->codes[field];
}

const uint32_t *swk__block_numbers(swk__block *block, int field)
{
	if (!((block->numbered >> field) & 1)) {
		block->numbers[field] = swk__cells_numbers(swk__block_read(block, field), (unsigned)field, block->first,
		                                           block->count, block->number_rooms[field]);
		block->numbered |= 1u << field;
	}
	return block->numbers[field];
}

bool swk__block_instants(swk__block *block, int field, swk__instants *instants)
{
	*instants = (swk__instants){ .raw = NULL };
	if (!((block->widened >> field) & 1))
		instants->raw = swk__cells_raw(swk__block_read(block, field), (unsigned)field, block->first,
		                               block->count, block->number_rooms[field], &instants->coding);
	return instants->raw;
}

/* ------------------------------------------------------------------------------------ what has come */

/* Whether instants have come. What rows that do not count tell of the bounds narrows them at most. */
static SWK__WIDE void come_fill(swk__block *block, int field, unsigned char *codes)
{
	const int64_t *at = swk__block_cells(block, field);
	swk__stretch *bounds = block->bounds;
	int64_t latest_in = bounds->latest_in, first_out = bounds->first_out, end = bounds->end;
	const uint32_t count = block->count;
	for (uint32_t i = 0; i < count; i++) {
		bool in = at[i] <= end; /* null, too, which is less than any instant */
		codes[i] = in & (at[i] != SWK__NULL);
		latest_in = (in & (at[i] > latest_in)) ? at[i] : latest_in;
		first_out = (!in & (at[i] < first_out)) ? at[i] : first_out;
	}
	bounds->latest_in = latest_in;
	bounds->first_out = first_out;
}

/* The greatest number of a coding that has come. */
static uint32_t raw_limit(swk__raw coding, int64_t end)
{
	if (coding.base > end)
		return 0;
	uint64_t limit = coding.unit ? (uint64_t)(end - coding.base) / (uint64_t)coding.unit : UINT32_MAX;
	return limit < UINT32_MAX ? (uint32_t)limit : UINT32_MAX;
}

/* The same for instants that lie as numbers of a coding. All of them have come, as a rule. */
static SWK__WIDE void come_fill_raw(swk__block *block, const uint32_t *raw, swk__raw coding, unsigned char *codes)
{
	swk__stretch *bounds = block->bounds;
	const uint32_t limit = raw_limit(coding, bounds->end), count = block->count;
	uint32_t most_in = 0, least_out = UINT32_MAX;
	for (uint32_t i = 0; i < count; i++) {
		codes[i] = raw[i] != 0; /* which is null */
		most_in = raw[i] > most_in ? raw[i] : most_in;
	}
	const bool any_out = most_in > limit;
	most_in = any_out ? 0 : most_in;
	for (uint32_t i = 0; i < count && any_out; i++) {
		bool in = raw[i] <= limit;
		codes[i] = in & (raw[i] != 0);
		most_in = (in & (raw[i] > most_in)) ? raw[i] : most_in;
		least_out = (!in & (raw[i] < least_out)) ? raw[i] : least_out;
	}
	int64_t in = most_in ? coding.base + most_in * coding.unit : INT64_MIN;
	int64_t out = any_out ? coding.base + least_out * coding.unit : INT64_MAX;
	bounds->latest_in = in > bounds->latest_in ? in : bounds->latest_in;
	bounds->first_out = out < bounds->first_out ? out : bounds->first_out;
}

/* Whether all facts of the block's week have come, by their own instants. */
static bool week_over(const swk__block *block)
{
	return swk__utc_week_begin(block->week + 1) - 1 <= block->bounds->end;
}

const unsigned char *swk__block_come(swk__block *block, int field)
{
	uint32_t room[SWK__BLOCK_ROWS];
	swk__raw coding;
	unsigned char *codes = block->come[field];
	if ((block->come_known >> field) & 1)
		return codes;
	block->come_known |= 1u << field;
	if (field == swk__schemas[block->source->facts].instant && week_over(block)) {
		memset(codes, 1, block->count);
		return codes;
	}
	const uint32_t *raw = swk__cells_raw(swk__block_read(block, field), (unsigned)field, block->first, block->count,
	                                     room, &coding);
	if (raw)
		come_fill_raw(block, raw, coding, codes);
	else
		come_fill(block, field, codes);
	return codes;
}

/* ---------------------------------------------------------------------------------- choosing the rows */

/* A byte that is written may be part of anything, as far as a compiler knows. So what a loop goes by is kept beside,
 * and it can take several rows at a time. */

/* Eight bits as bytes. */
static void bits_spread(uint64_t bits, unsigned char *bytes)
{
	/* Seven bits at a distance of seven each, so that none is in another's byte. */
	const uint64_t low = (bits & 0x7f) * UINT64_C(0x02040810204081) & UINT64_C(0x0101010101010101);
	for (unsigned b = 0; b < 7; b++)
		bytes[b] = (unsigned char)(low >> (8 * b));
	bytes[7] = (bits >> 7) & 1;
}

/* The bits of the rows as bytes; a block begins at a whole word. */
static void live_apply(swk__block *block, const uint64_t *live)
{
	const uint64_t *words = live + block->first / 64;
	const uint32_t count = block->count;
	uint64_t all = UINT64_MAX;
	for (uint32_t w = 0; w < count / 64; w++)
		all &= words[w];
	const uint32_t alike = all == UINT64_MAX ? count / 64 * 64 : 0;
	memset(block->counts, 1, alike);
	for (uint32_t i = alike; i < count; i += 8)
		bits_spread(words[i / 64] >> i % 64, block->counts + i);
}

/* Drops what lies outside of the stretch. */
static SWK__WIDE void bounds_apply(swk__block *block, int field)
{
	const swk__stretch *bounds = block->bounds;
	const int64_t *at = swk__block_cells(block, field), begin = bounds->begin, stop = bounds->stop;
	const uint32_t count = block->count;
	for (uint32_t i = 0; i < count; i++)
		block->counts[i] &= (at[i] >= begin) & (at[i] < stop);
}

static SWK__WIDE void condition_apply(swk__block *block, swk__condition condition, unsigned char *counts)
{
	if (condition.field < 0)
		return;
	const unsigned char *codes = swk__block_codes(block, condition.field);
	const uint64_t mask = condition.mask << 1; /* null is 0 */
	const uint32_t count = block->count;
	if ((mask & (mask - 1)) == 0) { /* one value, the rule, is quicker compared */
		const unsigned char wanted = mask ? (unsigned char)__builtin_ctzll(mask) : 0xff;
		for (uint32_t i = 0; i < count; i++)
			counts[i] &= codes[i] == wanted;
		return;
	}
	for (uint32_t i = 0; i < count; i++)
		counts[i] &= (unsigned char)(mask >> (codes[i] & 63));
}

void swk__block_passing(swk__block *block, swk__condition condition, unsigned char *passing)
{
	memcpy(passing, block->counts, block->count);
	condition_apply(block, condition, passing);
}

/* Drops the facts that had not come by the end. */
static void end_apply(swk__block *block, int field)
{
	swk__stretch *bounds = block->bounds;
	const int64_t *at = swk__block_cells(block, field);
	for (uint32_t i = 0; i < block->count; i++)
		if (block->counts[i])
			block->counts[i] = swk__stretch_come(bounds, at[i]);
}

/* All facts of a part have come: they hold from the last instant on that one of them may have. */
static void end_pass(swk__stretch *bounds, int64_t part_stop)
{
	int64_t last = (part_stop < bounds->stop ? part_stop : bounds->stop) - 1;
	bounds->latest_in = last > bounds->latest_in ? last : bounds->latest_in;
}

/* The numbers of the leads that the facts name; without one the opportunity's is meant. */
static const uint32_t *leads_fill(swk__block *block)
{
	const swk__source *source = block->source;
	const swk__table_state *opportunities = swk__facts_table(block->facts, SWK__TABLE_OPPORTUNITY);
	if (source->opportunity < 0)
		return swk__block_numbers(block, source->lead);
	if (block->leads_found)
		return block->leads;
	memcpy(block->leads, swk__block_numbers(block, source->lead), block->count * sizeof *block->leads);
	for (uint32_t i = 0; i < block->count; i++) {
		uint32_t named = block->leads[i] ? 0 : swk__block_numbers(block, source->opportunity)[i];
		swk__place row = named ? swk__facts_row(block->facts, SWK__TABLE_OPPORTUNITY, named) : 0;
		if (row)
			block->leads[i] = (uint32_t)swk__state_get(opportunities, row, SWK__OPPORTUNITY_LEAD);
	}
	block->leads_found = true;
	return block->leads;
}

static SWK__WIDE void leadless_drop(swk__block *block)
{
	uint32_t found[SWK__BLOCK_ROWS];
	const uint32_t count = block->count;
	swk__join_leads(&block->join, SWK__LEAD_REP, leads_fill(block), count, found);
	for (uint32_t i = 0; i < count; i++)
		block->counts[i] &= found[i] != 0;
}

static SWK__WIDE bool any_counts(const swk__block *block)
{
	unsigned char any = 0;
	for (uint32_t i = 0; i < block->count; i++)
		any |= block->counts[i];
	return any;
}

/* Fetches from memory what will be read of the rows that come next, if it is what was read of those before. */
static void ahead_fetch(const swk__block *block, uint32_t row)
{
	const swk__columns *columns = block->part->columns;
	if (row >= block->part->rows)
		return;
	uint32_t count = swk__columns_together(row);
	count = count < SWK__BLOCK_ROWS ? count : SWK__BLOCK_ROWS;
	for (uint32_t fields = block->reads; fields; fields &= fields - 1)
		swk__cells_fetch(columns, (unsigned)__builtin_ctz(fields), row, count);
}

bool swk__block_take(swk__block *block, const swk__part *part, int32_t week, const uint64_t *live, uint32_t row,
                     uint32_t n)
{
	const swk__plan *plan = block->plan;
	const int field = swk__schemas[block->source->facts].instant;
	const int64_t begin = swk__utc_week_begin(week), stop = swk__utc_week_begin(week + 1);
	block->part = part;
	block->week = week;
	block->first = row;
	block->count = n;
	block->widened = block->coded = block->numbered = block->come_known = 0;
	block->leads_found = block->hours_found = block->beside_found = false;
	ahead_fetch(block, row + n);
	live_apply(block, live);
	if (begin < block->bounds->begin || stop > block->bounds->stop)
		bounds_apply(block, field);
	condition_apply(block, block->source->given, block->counts);
	for (unsigned c = 0; block->source == plan->form->sources && c < plan->condition_count; c++)
		condition_apply(block, plan->conditions[c], block->counts);
	if (!any_counts(block))
		return false;
	if (block->source->lead_needed)
		leadless_drop(block);
	if (week_over(block))
		end_pass(block->bounds, stop);
	else
		end_apply(block, field);
	return any_counts(block);
}

/* -------------------------------------------------------------------------------------- dimensions */

/* A text field of a record's current row; the empty text where there is none. */
static uint32_t row_text(const swk__block *block, swk__table table, swk__place row, unsigned field)
{
	return row ? (uint32_t)swk__state_get(swk__facts_table(block->facts, table), row, field) : 0;
}

/* The columns of the facts' leads where they lie beside the facts, which those do that are filed by their creation. */
static const swk__columns *beside_find(swk__block *block, unsigned field)
{
	if (block->source->facts != SWK__FACT_LEAD)
		return NULL;
	if (!block->beside_found)
		block->beside = swk__join_beside(&block->join, field, block->week, block->first, leads_fill(block),
		                                 block->count);
	block->beside_found = true;
	return block->beside;
}

/* What a field of the facts' leads has, in `room` where it does not lie as it is. */
static SWK__WIDE const uint32_t *lead_texts(swk__block *block, unsigned field, uint32_t *room)
{
	const uint32_t *leads = leads_fill(block);
	const swk__table facts = block->source->facts; /* those of leads lie in the week in which these were created */
	const swk__columns *beside = beside_find(block, field);
	const uint32_t count = block->count;
	if (beside)
		return swk__cells_numbers(beside, field, block->first, count, room);
	if (facts == SWK__FACT_LEAD || facts == SWK__FACT_COHORT)
		swk__join_week(&block->join, field, block->week);
	swk__join_leads(&block->join, field, leads, count, room);
	for (uint32_t i = 0; i < count; i++)
		room[i] -= room[i] != 0;
	return room;
}

/* The reps of the facts: their own, or the owners of their leads. */
static const uint32_t *reps_find(swk__block *block, uint32_t *room)
{
	const unsigned own = block->source->own[SWK__DIMENSION_REP];
	return own ? swk__block_numbers(block, (int)own) : lead_texts(block, SWK__LEAD_REP, room);
}

/* A text of the facts' reps, where it is not known already. */
static void rep_texts_fill(swk__block *block, unsigned field, uint32_t *values)
{
	uint32_t room[SWK__BLOCK_ROWS];
	const uint32_t *reps = reps_find(block, room);
	for (uint32_t i = 0; i < block->count; i++) {
		swk__place row = reps[i] && !values[i] ? swk__facts_row(block->facts, SWK__TABLE_REP, reps[i]) : 0;
		values[i] = values[i] ? values[i] : row_text(block, SWK__TABLE_REP, row, field);
	}
}

/* A text of the facts' leads, where it is not known already. */
static void lead_texts_fill(swk__block *block, unsigned field, uint32_t *values)
{
	uint32_t room[SWK__BLOCK_ROWS];
	const uint32_t *texts = lead_texts(block, field, room), count = block->count;
	for (uint32_t i = 0; i < count; i++)
		values[i] = values[i] ? values[i] : texts[i];
}

static void opportunity_texts_fill(swk__block *block, unsigned field, uint32_t *values)
{
	const uint32_t *opportunities = swk__block_numbers(block, block->source->opportunity);
	for (uint32_t i = 0; i < block->count; i++) {
		swk__place row = opportunities[i]
		                         ? swk__facts_row(block->facts, SWK__TABLE_OPPORTUNITY, opportunities[i])
		                         : 0;
		values[i] = row_text(block, SWK__TABLE_OPPORTUNITY, row, field);
	}
}

/* The zone of a name that leads have. */
static int zone_find(swk__block *block, uint32_t name, const swk__zone **zone, swk_error *error)
{
	for (uint32_t z = 0; z < block->zone_count; z++) {
		if (block->named[z].name == name) {
			*zone = block->named[z].zone;
			return SWK_OK;
		}
	}
	if (block->zone_count == block->zone_capacity) {
		size_t capacity = swk__grown(block->zone_capacity, block->zone_count + 1);
		struct swk__zone_named *named = swk__resize(block->mem, SWK__FAULT_report_groups, block->named,
		                                            capacity, sizeof *named);
		if (!named)
			return swk__fail_memory(error, block->mem);
		block->named = named;
		block->zone_capacity = (uint32_t)capacity;
	}
	int code = swk__zones_find(block->zones, swk__text_get(&block->facts->history->texts, name), zone, error);
	if (code == SWK_OK)
		block->named[block->zone_count++] = (struct swk__zone_named){ name, *zone };
	return code;
}

#define HOUR_UNITS (3600 * SWK__US_SECOND >> 10) /* an hour in units of 2^10 microseconds, which divide it */

_Static_assert(HOUR_UNITS << 10 == 3600 * SWK__US_SECOND, "an hour is a multiple of 2^10 microseconds");

static unsigned char hour_shown(int64_t begin, int64_t at, int64_t offset)
{
	return (unsigned char)((uint32_t)((uint64_t)(at + offset - begin) >> 10) / (uint32_t)HOUR_UNITS);
}

/* The hours of instants that are whole seconds: `raw` less `less` is how many since `begin`, below 2^20. */
static SWK__WIDE void hours_of_seconds(const uint32_t *raw, uint32_t less, uint32_t count, unsigned char *hours)
{
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t sixteens = (raw[i] - less) >>
		                          4; /* below 2^16, which is what several are divided by at once */
		hours[i] = (unsigned char)(sixteens * 37283u >> 23); /* by 225 */
	}
}

/* The hours that clocks with one offset show. */
static SWK__WIDE void hours_of_offset(swk__block *block, int field, int64_t begin, int64_t offset)
{
	uint32_t room[SWK__BLOCK_ROWS];
	swk__raw coding;
	const uint32_t *raw = swk__cells_raw(swk__block_read(block, field), (unsigned)field, block->first, block->count,
	                                     room, &coding);
	if (raw && coding.unit == SWK__US_SECOND && (coding.base + offset - begin) % SWK__US_SECOND == 0) {
		const int64_t less = (begin - offset - coding.base) / SWK__US_SECOND;
		hours_of_seconds(raw, (uint32_t)less, block->count, block->hours);
		return;
	}
	const int64_t *at = swk__block_cells(block, field);
	const uint32_t count = block->count;
	for (uint32_t i = 0; i < count; i++)
		block->hours[i] = hour_shown(begin, at[i], offset);
}

/* The hours that the clocks show, all by one offset where it holds for the whole week. */
static int hours_fill(swk__block *block, swk_error *error)
{
	const int64_t begin = swk__utc_week_begin(block->week) - HOURS_BEFORE * 3600 * SWK__US_SECOND;
	const int field = swk__schemas[block->source->facts].instant;
	const swk__zone *own = block->plan->calendar.zone;
	const uint32_t *names = NULL;
	uint32_t room[SWK__BLOCK_ROWS];
	if (block->hours_found)
		return SWK_OK;
	block->hours_found = true;
	int64_t offset = swk__zone_offset(own, swk__utc_week_begin(block->week)) * SWK__US_SECOND;
	bool same = swk__zone_until(own, swk__utc_week_begin(block->week)) >= swk__utc_week_begin(block->week + 1);
	if (!block->plan->lead_clock && same) {
		hours_of_offset(block, field, begin, offset);
		return SWK_OK;
	}
	const int64_t *at = swk__block_cells(block, field);
	if (block->plan->lead_clock)
		names = lead_texts(block, SWK__LEAD_ZONE, room);
	for (uint32_t i = 0; i < block->count; i++) {
		const swk__zone *zone = own;
		const uint32_t name = names && block->counts[i] ? names[i] : 0;
		int code = name ? zone_find(block, name, &zone, error) : SWK_OK;
		if (code != SWK_OK)
			return code;
		block->hours[i] = hour_shown(begin, at[i], swk__zone_offset(zone, at[i]) * SWK__US_SECOND);
	}
	return SWK_OK;
}

static int clock_fill(swk__block *block, bool hour, uint32_t *values, swk_error *error)
{
	int code = hours_fill(block, error);
	for (uint32_t i = 0; i < block->count; i++)
		values[i] = hour ? hour_of_day(block->hours[i]) : weekday_shown(block->hours[i]);
	return code;
}

#define POINT 1000000 /* of a score */

/* Tens of whole points; 100 belongs to the last. */
static SWK__WIDE void tens_of_points(const uint32_t *raw, uint32_t base, uint32_t unit, uint32_t count,
                                     unsigned char *tens)
{
	for (uint32_t i = 0; i < count; i++) {
		const uint16_t points = (uint16_t)(raw[i] ? base + raw[i] * unit : 0),
			       ten = (uint16_t)(points * 6554u >> 16); /* by 10, as far as 16,000 */
		tens[i] = (unsigned char)(ten > 9 ? 9 : ten);
	}
}

/* The same of any score. */
static void tens_fill(swk__block *block, unsigned char *tens)
{
	const int field = block->source->own[SWK__DIMENSION_BAND];
	const uint32_t count = block->count;
	uint32_t room[SWK__BLOCK_ROWS];
	swk__raw coding;
	const uint32_t *raw = swk__cells_raw(swk__block_read(block, field), (unsigned)field, block->first, count, room,
	                                     &coding);
	if (raw && coding.base % POINT == 0 && coding.unit % POINT == 0) {
		tens_of_points(raw, (uint32_t)(coding.base / POINT), (uint32_t)(coding.unit / POINT), count, tens);
		return;
	}
	const int64_t *scores = swk__block_cells(block, field);
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t ten = (uint32_t)scores[i] / (10 * POINT);
		tens[i] = (unsigned char)(ten > 9 ? 9 : ten);
	}
}

static unsigned char band_of_ten(unsigned ten)
{
	return (unsigned char)(ten * 10);
}

/* Fields of leads that dimensions are. */
static const unsigned lead_fields[SWK__DIMENSION_COUNT] = {
	[SWK__DIMENSION_REP] = SWK__LEAD_REP,       [SWK__DIMENSION_REGION] = SWK__LEAD_REGION,
	[SWK__DIMENSION_SOURCE] = SWK__LEAD_SOURCE, [SWK__DIMENSION_ORIGIN] = SWK__LEAD_ORIGIN,
	[SWK__DIMENSION_ASSET] = SWK__LEAD_ASSET,   [SWK__DIMENSION_SEGMENT] = SWK__LEAD_SEGMENT,
};

/* Texts that are looked for at the opportunity, then at the lead, then at its rep. */
static void texts_fill(swk__block *block, swk__dimension dimension, uint32_t *values)
{
	memset(values, 0, block->count * sizeof *values);
	if (block->source->opportunity >= 0 &&
	    (dimension == SWK__DIMENSION_REGION || dimension == SWK__DIMENSION_SOURCE))
		opportunity_texts_fill(
			block, dimension == SWK__DIMENSION_REGION ? SWK__OPPORTUNITY_REGION : SWK__OPPORTUNITY_SOURCE,
			values);
	if (lead_fields[dimension])
		lead_texts_fill(block, lead_fields[dimension], values);
	if (dimension == SWK__DIMENSION_REGION || dimension == SWK__DIMENSION_TEAM)
		rep_texts_fill(block, dimension == SWK__DIMENSION_REGION ? SWK__REP_REGION : SWK__REP_TEAM, values);
}

/* Whether a dimension is a field of the facts' leads and nothing else. */
static bool lead_alone(const swk__block *block, swk__dimension dimension)
{
	return lead_fields[dimension] && dimension != SWK__DIMENSION_REGION &&
	       (dimension != SWK__DIMENSION_SOURCE || block->source->opportunity < 0);
}

static void bands_fill(swk__block *block, uint32_t *values)
{
	unsigned char tens[SWK__BLOCK_ROWS];
	tens_fill(block, tens);
	for (uint32_t i = 0; i < block->count; i++)
		values[i] = band_of_ten(tens[i]);
}

int swk__block_dimension(swk__block *block, unsigned used, swk_error *error)
{
	const swk__dimension dimension = block->plan->used[used];
	const unsigned own = block->source->own[dimension];
	uint32_t *room = block->rooms[used];
	block->values[used] = room;
	if (dimension == SWK__DIMENSION_WEEKDAY || dimension == SWK__DIMENSION_HOUR)
		return clock_fill(block, dimension == SWK__DIMENSION_HOUR, room, error);
	if (dimension == SWK__DIMENSION_BAND)
		bands_fill(block, room);
	else if (own)
		block->values[used] = swk__block_numbers(block, (int)own);
	else if (lead_alone(block, dimension))
		block->values[used] = lead_texts(block, lead_fields[dimension], room);
	else
		texts_fill(block, dimension, room);
	return SWK_OK;
}

/* Whether the hour that a row's clock shows tells its group. */
static bool by_clock(const swk__plan *plan)
{
	return !(plan->by_mask & ~(SWK__HAS(WEEKDAY) | SWK__HAS(HOUR)));
}

int swk__block_bytes(swk__block *block, const unsigned char **bytes, swk_error *error)
{
	const swk__plan *plan = block->plan;
	*bytes = plan->filter_count || plan->by_count ? NULL : block->lanes;
	if (plan->filter_count || !plan->by_count)
		return SWK_OK;
	if (by_clock(plan)) {
		*bytes = block->hours;
		return hours_fill(block, error);
	}
	const swk__dimension dimension = plan->by[0];
	if (plan->by_count == 1 && dimension == SWK__DIMENSION_BAND) {
		tens_fill(block, block->tens);
		*bytes = block->tens;
	}
	if (plan->by_count > 1 || swk__dimensions[dimension].number)
		return SWK_OK;
	const unsigned own = block->source->own[dimension];
	const unsigned field = lead_fields[dimension];
	if (own)
		*bytes = swk__cells_bytes(swk__block_read(block, (int)own), own, block->first);
	else if (lead_alone(block, dimension))
		*bytes = beside_find(block, field) ? swk__cells_bytes(block->beside, field, block->first) : NULL;
	return SWK_OK;
}

/* The value of a dimension that a byte tells. */
static unsigned char byte_value(swk__dimension dimension, unsigned byte)
{
	switch (dimension) {
	case SWK__DIMENSION_WEEKDAY:
		return weekday_shown(byte);
	case SWK__DIMENSION_HOUR:
		return hour_of_day(byte);
	case SWK__DIMENSION_BAND:
		return band_of_ten(byte);
	default:
		return (unsigned char)byte;
	}
}

void swk__block_byte_values(const swk__plan *plan, unsigned char values[2][SWK__BLOCK_BYTES])
{
	for (unsigned d = 0; d < plan->by_count && d < 2; d++)
		for (unsigned b = 0; b < SWK__BLOCK_BYTES; b++)
			values[d][b] = byte_value(plan->by[d], b);
}

const swk__text *swk__dimension_texts(const swk__facts *facts, swk__dimension dimension)
{
	return dimension == SWK__DIMENSION_REP ? &facts->history->ids[SWK__TABLE_REP] : &facts->history->texts;
}
