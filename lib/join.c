/* SPDX-License-Identifier: MIT */
#include "join.h"

#include "cells.h"

#define RUN 256

void swk__join_init(swk__join *join, const swk__facts *facts, swk__mem *mem)
{
	*join = (swk__join){ .facts = facts, .mem = mem, .many = SWK__JOIN_MANY };
}

void swk__join_done(swk__join *join)
{
	for (size_t f = 0; f < SWK__COUNT(join->all); f++)
		swk__free(join->mem, join->all[f]);
}

static uint32_t lead_value(const swk__facts *facts, unsigned field, uint32_t lead)
{
	swk__place row = lead ? swk__facts_lead(facts, lead) : 0;
	return row ? (uint32_t)swk__state_get(swk__facts_table(facts, SWK__TABLE_LEAD), row, field) + 1 : 0;
}

/* The leads of some rows: those that are merged into another take the long way. */
static void run_all(const swk__join *join, unsigned field, const swk__part *part, uint32_t row, uint32_t count,
                    uint32_t *all)
{
	uint32_t ids[RUN], merged[RUN], values[RUN];
	swk__cells_numbers(part->columns, SWK__FIELD_ID, row, count, ids);
	swk__cells_numbers(part->columns, SWK__LEAD_MERGED_INTO, row, count, merged);
	swk__cells_numbers(part->columns, field, row, count, values);
	for (uint32_t i = 0; i < count; i++)
		if (swk__part_live(part, row + i))
			all[ids[i]] = merged[i] ? lead_value(join->facts, field, ids[i]) : values[i] + 1;
}

static void part_all(const swk__join *join, unsigned field, const swk__part *part, uint32_t *all)
{
	uint32_t run;
	for (uint32_t row = 0; row < part->rows; row += run) {
		run = swk__columns_together(row);
		run = run < RUN ? run : RUN;
		run = run < part->rows - row ? run : part->rows - row;
		run_all(join, field, part, row, run, all);
	}
}

/* Looks a field up for all leads; where there is no memory for it the short way goes on. */
static void all_make(swk__join *join, unsigned field)
{
	const swk__table_state *leads = swk__facts_table(join->facts, SWK__TABLE_LEAD);
	uint32_t *all = swk__alloc(join->mem, SWK__FAULT_report_groups, (size_t)leads->entities + 1, sizeof *all);
	if (!all) {
		join->many = UINT32_MAX;
		return;
	}
	for (uint32_t i = 0; leads->directory && i < leads->directory->count; i++)
		if (leads->directory->parts[i])
			part_all(join, field, leads->directory->parts[i], all);
	join->all[field] = all;
}

void swk__join_leads(swk__join *join, unsigned field, const uint32_t *leads, uint32_t count, uint32_t *values)
{
	uint32_t entities = swk__facts_table(join->facts, SWK__TABLE_LEAD)->entities;
	join->asked[field] += count;
	if (!join->all[field] && join->asked[field] >= join->many && join->asked[field] > entities / 4)
		all_make(join, field);
	const uint32_t *all = join->all[field];
	for (uint32_t i = 0; i < count; i++)
		values[i] = !all ? lead_value(join->facts, field, leads[i]) : leads[i] < entities ? all[leads[i]] : 0;
}
