/* SPDX-License-Identifier: MIT */
#include "block.h"

struct swk__zone_named {
	uint32_t name;
	const swk__zone *zone;
};

/* ---------------------------------------------------------------------------------- choosing the rows */

const int64_t *swk__block_cells(swk__block *block, int field)
{
	if (!((block->gathered >> field) & 1)) {
		swk__columns_gather(block->columns, (unsigned)field, block->rows, block->count, block->cells[field]);
		block->gathered |= 1u << field;
	}
	return block->cells[field];
}

void swk__block_keep(swk__block *block, const unsigned char *flags)
{
	uint32_t kept = 0;
	for (uint32_t i = 0; i < block->count; i++) {
		block->rows[kept] = block->rows[i];
		block->leads[kept] = block->leads[i];
		for (unsigned d = 0; d < block->plan->used_count; d++)
			block->values[d][kept] = block->values[d][i];
		kept += flags[i];
	}
	block->count = kept;
	block->gathered = 0;
}

static void condition_apply(swk__block *block, swk__condition condition)
{
	unsigned char flags[SWK__BLOCK_ROWS];
	if (condition.field < 0)
		return;
	const int64_t *cells = swk__block_cells(block, condition.field);
	for (uint32_t i = 0; i < block->count; i++)
		flags[i] = swk__condition_passes(condition, cells[i]);
	swk__block_keep(block, flags);
}

static void block_begin(swk__block *block, const swk__part *part)
{
	block->columns = part->columns;
	block->gathered = 0;
	block->leads_found = false;
	block->count = 0;
}

void swk__block_take(swk__block *block, const swk__part *part, const uint32_t *rows, uint32_t n)
{
	block_begin(block, part);
	memcpy(block->rows, rows, n * sizeof *rows);
	block->count = n;
}

/* Drops the facts that had not come by the end. */
static void end_apply(swk__block *block, int field)
{
	unsigned char flags[SWK__BLOCK_ROWS];
	const int64_t *at = swk__block_cells(block, field);
	for (uint32_t i = 0; i < block->count; i++)
		flags[i] = swk__stretch_come(block->bounds, at[i]);
	swk__block_keep(block, flags);
}

static void leadless_drop(swk__block *block)
{
	unsigned char flags[SWK__BLOCK_ROWS];
	const swk__place *leads = swk__block_leads(block);
	for (uint32_t i = 0; i < block->count; i++)
		flags[i] = leads[i] != 0;
	swk__block_keep(block, flags);
}

void swk__block_choose(swk__block *block, const swk__part *part, uint32_t row, uint32_t n)
{
	const swk__plan *plan = block->plan;
	const int field = swk__schemas[block->source->facts].instant;
	const swk__stretch *bounds = block->bounds;
	const swk__run at = swk__columns_run(part->columns, (unsigned)field, row);
	block_begin(block, part);
	for (uint32_t i = 0; i < n; i++) {
		int64_t instant = swk__run_get(&at, i);
		if (swk__part_live(part, row + i) && instant >= bounds->begin && instant < bounds->stop)
			block->rows[block->count++] = row + i;
	}
	condition_apply(block, block->source->given);
	for (unsigned c = 0; block->source == plan->form->sources && c < plan->condition_count; c++)
		condition_apply(block, plan->conditions[c]);
	if (block->source->lead_needed)
		leadless_drop(block);
	end_apply(block, field);
}

/* -------------------------------------------------------------------------------------- dimensions */

/* A text field of a record's current row; the empty text where there is none. */
static uint32_t row_text(const swk__block *block, swk__table table, swk__place row, unsigned field)
{
	return row ? (uint32_t)swk__state_get(swk__facts_table(block->facts, table), row, field) : 0;
}

static swk__place opportunity_row(const swk__block *block, int64_t opportunity)
{
	return opportunity ? swk__facts_row(block->facts, SWK__TABLE_OPPORTUNITY, (uint32_t)opportunity) : 0;
}

const swk__place *swk__block_leads(swk__block *block)
{
	const swk__source *source = block->source;
	if (block->leads_found)
		return block->leads;
	const int64_t *leads = swk__block_cells(block, source->lead);
	const int64_t *opportunities = source->opportunity < 0 ? NULL : swk__block_cells(block, source->opportunity);
	for (uint32_t i = 0; i < block->count; i++) {
		int64_t lead = leads[i];
		if (!lead && opportunities)
			lead = row_text(block, SWK__TABLE_OPPORTUNITY, opportunity_row(block, opportunities[i]),
			                SWK__OPPORTUNITY_LEAD);
		block->leads[i] = lead ? swk__facts_lead(block->facts, (uint32_t)lead) : 0;
	}
	block->leads_found = true;
	return block->leads;
}

/* The reps of the facts: their own, or the owners of their leads. */
static void reps_fill(swk__block *block, uint32_t *values)
{
	const unsigned own = block->source->own[SWK__DIMENSION_REP];
	const int64_t *reps = own ? swk__block_cells(block, (int)own) : NULL;
	const swk__place *leads = own ? NULL : swk__block_leads(block);
	for (uint32_t i = 0; i < block->count; i++)
		values[i] = reps ? (uint32_t)reps[i] : row_text(block, SWK__TABLE_LEAD, leads[i], SWK__LEAD_REP);
}

/* A text of the facts' reps, where it is not known already. */
static void rep_texts_fill(swk__block *block, unsigned field, uint32_t *values)
{
	uint32_t reps[SWK__BLOCK_ROWS];
	reps_fill(block, reps);
	for (uint32_t i = 0; i < block->count; i++) {
		swk__place row = reps[i] && !values[i] ? swk__facts_row(block->facts, SWK__TABLE_REP, reps[i]) : 0;
		values[i] = values[i] ? values[i] : row_text(block, SWK__TABLE_REP, row, field);
	}
}

/* A text of the facts' leads, where it is not known already. */
static void lead_texts_fill(swk__block *block, unsigned field, uint32_t *values)
{
	const swk__place *leads = swk__block_leads(block);
	for (uint32_t i = 0; i < block->count; i++)
		values[i] = values[i] ? values[i] : row_text(block, SWK__TABLE_LEAD, leads[i], field);
}

static void opportunity_texts_fill(swk__block *block, unsigned field, uint32_t *values)
{
	if (block->source->opportunity < 0)
		return;
	const int64_t *opportunities = swk__block_cells(block, block->source->opportunity);
	for (uint32_t i = 0; i < block->count; i++)
		values[i] = row_text(block, SWK__TABLE_OPPORTUNITY, opportunity_row(block, opportunities[i]), field);
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

static int clock_fill(swk__block *block, bool hour, uint32_t *values, swk_error *error)
{
	const int64_t *at = swk__block_cells(block, swk__schemas[block->source->facts].instant);
	const swk__place *leads = block->plan->lead_clock ? swk__block_leads(block) : NULL;
	for (uint32_t i = 0; i < block->count; i++) {
		const swk__zone *zone = block->plan->calendar.zone;
		uint32_t name = leads ? row_text(block, SWK__TABLE_LEAD, leads[i], SWK__LEAD_ZONE) : 0;
		int code = name ? zone_find(block, name, &zone, error) : SWK_OK;
		if (code != SWK_OK)
			return code;
		int64_t local = swk__zone_local(zone, at[i]);
		int32_t date = swk__day_of(local);
		values[i] = hour ? (uint32_t)((local - date * SWK__US_DAY) / (3600 * SWK__US_SECOND))
		                 : (uint32_t)swk__date_weekday(date);
	}
	return SWK_OK;
}

/* Tens of the score; 100 belongs to the last. */
static void bands_fill(swk__block *block, uint32_t *values)
{
	const int64_t *scores = swk__block_cells(block, block->source->own[SWK__DIMENSION_BAND]);
	for (uint32_t i = 0; i < block->count; i++) {
		int64_t band = scores[i] / 10000000 * 10;
		values[i] = (uint32_t)(band > 90 ? 90 : band);
	}
}

int swk__block_dimension(swk__block *block, swk__dimension dimension, uint32_t *values, swk_error *error)
{
	static const unsigned lead_fields[SWK__DIMENSION_COUNT] = {
		[SWK__DIMENSION_REGION] = SWK__LEAD_REGION,   [SWK__DIMENSION_SOURCE] = SWK__LEAD_SOURCE,
		[SWK__DIMENSION_ORIGIN] = SWK__LEAD_ORIGIN,   [SWK__DIMENSION_ASSET] = SWK__LEAD_ASSET,
		[SWK__DIMENSION_SEGMENT] = SWK__LEAD_SEGMENT,
	};
	const unsigned own = block->source->own[dimension];
	switch (dimension) {
	case SWK__DIMENSION_REP:
		reps_fill(block, values);
		return SWK_OK;
	case SWK__DIMENSION_WEEKDAY:
	case SWK__DIMENSION_HOUR:
		return clock_fill(block, dimension == SWK__DIMENSION_HOUR, values, error);
	case SWK__DIMENSION_BAND:
		bands_fill(block, values);
		return SWK_OK;
	default:
		break;
	}
	for (uint32_t i = 0; i < block->count; i++)
		values[i] = own ? (uint32_t)swk__block_cells(block, (int)own)[i] : 0;
	if (dimension == SWK__DIMENSION_REGION || dimension == SWK__DIMENSION_SOURCE)
		opportunity_texts_fill(
			block, dimension == SWK__DIMENSION_REGION ? SWK__OPPORTUNITY_REGION : SWK__OPPORTUNITY_SOURCE,
			values);
	if (lead_fields[dimension])
		lead_texts_fill(block, lead_fields[dimension], values);
	if (dimension == SWK__DIMENSION_REGION || dimension == SWK__DIMENSION_TEAM)
		rep_texts_fill(block, dimension == SWK__DIMENSION_REGION ? SWK__REP_REGION : SWK__REP_TEAM, values);
	return SWK_OK;
}

const swk__text *swk__dimension_texts(const swk__facts *facts, swk__dimension dimension)
{
	return dimension == SWK__DIMENSION_REP ? &facts->history->ids[SWK__TABLE_REP] : &facts->history->texts;
}

void swk__block_done(swk__block *block)
{
	swk__free(block->mem, block->named);
}
