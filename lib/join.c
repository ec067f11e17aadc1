/* SPDX-License-Identifier: MIT */
#include "join.h"

#include "cells.h"

#define RUN 256
#define SPREAD 8  /* numbers a lead, in a week whose leads are looked up at once */
#define SAMPLE 16 /* one row in so many is asked which numbers these are */

void swk__join_init(swk__join *join, const swk__facts *facts, swk__mem *mem)
{
	*join = (swk__join){ .facts = facts, .mem = mem, .many = SWK__JOIN_MANY };
}

void swk__join_done(swk__join *join)
{
	for (size_t f = 0; f < SWK__COUNT(join->fields); f++)
		swk__free(join->mem, join->fields[f].known);
}

static uint32_t lead_value(const swk__facts *facts, unsigned field, uint32_t lead)
{
	swk__place row = lead ? swk__facts_lead(facts, lead) : 0;
	return row ? (uint32_t)swk__state_get(swk__facts_table(facts, SWK__TABLE_LEAD), row, field) + 1 : 0;
}

/* Notes what leads have that are live and merged into no other. */
static void plain_know(const struct swk__join_field *of, const uint32_t *ids, const uint32_t *values, uint32_t count)
{
	const uint32_t low = of->low, size = of->size;
	uint32_t *known = of->known;
	for (uint32_t i = 0; i < count; i++)
		if (ids[i] - low < size)
			known[ids[i] - low] = values[i] + 1;
}

/* Whether no lead of a part has been merged into another, which is told without looking at each. */
static bool none_merged(const swk__part *part)
{
	return part->columns->codings[SWK__LEAD_MERGED_INTO].width == 0;
}

/* The leads of some rows, from a multiple of 64 on: those that are merged into another take the long way. */
static void run_know(const swk__join *join, unsigned field, const swk__part *part, uint32_t row, uint32_t count)
{
	const struct swk__join_field *of = &join->fields[field];
	uint32_t rooms[3][RUN], n;
	const uint32_t *ids = swk__cells_numbers(part->columns, SWK__FIELD_ID, row, count, rooms[0]);
	const uint32_t *merged = swk__cells_numbers(part->columns, SWK__LEAD_MERGED_INTO, row, count, rooms[1]);
	const uint32_t *values = swk__cells_numbers(part->columns, field, row, count, rooms[2]);
	for (uint32_t i = 0; i < count; i += n) {
		n = count - i < 64 ? count - i : 64;
		if (none_merged(part) && part->bits[(row + i) / 64] == UINT64_MAX) {
			plain_know(of, ids + i, values + i, n);
			continue;
		}
		for (uint32_t k = i; k < i + n; k++)
			if (ids[k] - of->low < of->size && swk__part_live(part, row + k))
				of->known[ids[k] - of->low] = merged[k] ? lead_value(join->facts, field, ids[k])
				                                        : values[k] + 1;
	}
}

/* How many rows from `row` on are looked at together. */
static uint32_t run_of(const swk__part *part, uint32_t row)
{
	uint32_t run = swk__columns_together(row);
	run = run < RUN ? run : RUN;
	return run < part->rows - row ? run : part->rows - row;
}

static void part_know(const swk__join *join, unsigned field, const swk__part *part)
{
	uint32_t run;
	for (uint32_t row = 0; row < part->rows; row += run) {
		run = run_of(part, row);
		run_know(join, field, part, row, run);
	}
}

/* Room for what is known of leads from `low` on, nothing yet. Where there is no memory for it, they go on being looked
 * up one by one. */
static bool known_make(swk__join *join, struct swk__join_field *of, uint32_t low, uint32_t size)
{
	if (size >= of->capacity) {
		const size_t capacity = swk__grown(of->capacity, (size_t)size + 1);
		swk__free(join->mem, of->known);
		of->known = swk__alloc(join->mem, SWK__FAULT_report_groups, capacity, sizeof *of->known);
		of->capacity = of->known ? (uint32_t)capacity : 0;
	} else {
		memset(of->known, 0, ((size_t)size + 1) * sizeof *of->known);
	}
	of->of_week = false;
	of->low = low;
	of->size = of->known ? size : 0;
	if (!of->known)
		join->many = UINT32_MAX;
	return of->known;
}

static void all_know(swk__join *join, unsigned field)
{
	const swk__table_state *leads = swk__facts_table(join->facts, SWK__TABLE_LEAD);
	struct swk__join_field *of = &join->fields[field];
	if (!known_make(join, of, 0, leads->entities))
		return;
	for (uint32_t i = 0; leads->directory && i < leads->directory->count; i++)
		if (leads->directory->parts[i])
			part_know(join, field, leads->directory->parts[i]);
	of->complete = true;
}

/* Between which numbers most leads of a part lie, by a sample: those beyond go on being looked up one by one. */
static void part_extent(const swk__part *part, uint32_t *least, uint32_t *most)
{
	uint32_t room[RUN], run;
	*least = UINT32_MAX;
	*most = 0;
	for (uint32_t row = 0; row < part->rows; row += run) {
		run = run_of(part, row);
		const uint32_t *ids = swk__cells_numbers(part->columns, SWK__FIELD_ID, row, run, room);
		for (uint32_t i = 0; i < run; i += SAMPLE) {
			*least = ids[i] < *least ? ids[i] : *least;
			*most = ids[i] > *most ? ids[i] : *most;
		}
	}
	const uint32_t more = (*most - *least) / SAMPLE + SAMPLE;
	*least = *least > more ? *least - more : 0;
	*most = *most < UINT32_MAX - more ? *most + more : UINT32_MAX - 1;
}

void swk__join_week(swk__join *join, unsigned field, int32_t week)
{
	struct swk__join_field *of = &join->fields[field];
	const swk__part *part = swk__directory_part(swk__facts_table(join->facts, SWK__TABLE_LEAD)->directory, week);
	uint32_t least, most;
	if (of->complete || (of->of_week && of->week == week) || !part || !part->rows || join->many == UINT32_MAX)
		return;
	part_extent(part, &least, &most);
	if (most - least >= (uint64_t)part->rows * SPREAD + 2 * SAMPLE ||
	    !known_make(join, of, least, most - least + 1))
		return;
	part_know(join, field, part);
	of->of_week = true;
	of->week = week;
}

static bool rows_live(const swk__part *part, uint32_t row, uint32_t count)
{
	uint64_t dead = 0;
	for (uint32_t i = 0; i < count; i += 64)
		dead |= ~part->bits[(row + i) / 64] & (count - i < 64 ? (UINT64_C(1) << (count - i)) - 1 : UINT64_MAX);
	return !dead;
}

/* Asks for what will be read of the rows that come next. */
static void next_fetch(const swk__part *part, unsigned field, uint32_t row)
{
	if (row >= part->rows)
		return;
	uint32_t count = swk__columns_together(row);
	count = count < SWK__JOIN_BESIDE ? count : SWK__JOIN_BESIDE;
	swk__cells_fetch(part->columns, SWK__FIELD_ID, row, count);
	swk__cells_fetch(part->columns, field, row, count);
}

SWK__WIDE const swk__columns *swk__join_beside(const swk__join *join, unsigned field, int32_t week, uint32_t row,
                                               const uint32_t *leads, uint32_t count)
{
	const swk__part *part = swk__directory_part(swk__facts_table(join->facts, SWK__TABLE_LEAD)->directory, week);
	uint32_t room[SWK__JOIN_BESIDE], others = 0;
	if (!part || part->rows < row + count || !rows_live(part, row, count) || join->many == UINT32_MAX)
		return NULL;
	next_fetch(part, field, row + count);
	const uint32_t *ids = swk__cells_numbers(part->columns, SWK__FIELD_ID, row, count, room);
	for (uint32_t i = 0; i < count; i++)
		others |= ids[i] ^ leads[i];
	if (!none_merged(part)) {
		const uint32_t *merged = swk__cells_numbers(part->columns, SWK__LEAD_MERGED_INTO, row, count, room);
		for (uint32_t i = 0; i < count; i++)
			others |= merged[i];
	}
	return others ? NULL : part->columns;
}

SWK__WIDE void swk__join_leads(swk__join *join, unsigned field, const uint32_t *leads, uint32_t count, uint32_t *values)
{
	const uint32_t entities = swk__facts_table(join->facts, SWK__TABLE_LEAD)->entities;
	struct swk__join_field *of = &join->fields[field];
	const uint32_t none = 0, *known = of->known ? of->known : &none, low = of->low, size = of->size;
	uint32_t unknown = 0;
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t place = leads[i] - low;
		values[i] = known[place < size ? place : size];
		unknown += !values[i];
	}
	if (of->complete || !unknown)
		return;
	of->asked += unknown;
	if (of->asked >= join->many && of->asked > entities / 4)
		all_know(join, field);
	for (uint32_t i = 0; i < count; i++)
		values[i] = values[i] || !leads[i] ? values[i] : lead_value(join->facts, field, leads[i]);
}
