/* SPDX-License-Identifier: MIT */
#include "facts.h"

/* -------------------------------------------------------------------------------------------- cuts */

static bool row_in_cut(const swk__columns *columns, uint32_t row, const swk__cut *cut)
{
	unsigned commit = swk__layout_extra(columns->layout, SWK__EXTRA_COMMIT);
	return (uint64_t)swk__columns_get(columns, commit, row) <= cut->commit &&
	       swk__columns_get(columns, SWK__FIELD_RECORDED_AT, row) <= cut->as_of;
}

/* best[entity]: the greatest version of the entity that the cut leaves. */
static void versions_choose(const swk__facts *facts, swk__table table, swk__place *best)
{
	const swk__table_state *state = &facts->snapshot->tables[table];
	for (uint32_t i = 0; state->directory && i < state->directory->count; i++) {
		const swk__part *part = state->directory->parts[i];
		for (uint32_t row = 0; part && row < part->rows; row++) {
			if (!row_in_cut(part->columns, row, &facts->cut))
				continue;
			uint32_t entity = (uint32_t)swk__columns_get(part->columns, SWK__FIELD_ID, row);
			swk__place place = swk__place_make(state->directory->first + (int32_t)i, row);
			if (!best[entity] ||
			    swk__history_compare(facts->history, table, state, place, best[entity]) > 0)
				best[entity] = place;
		}
	}
}

/* A directory over the same columns with nothing live in it. */
static swk__directory *directory_bare(swk__mem *mem, const swk__directory *from)
{
	swk__directory *bare = swk__directory_create(mem, from->first, from->count, 0);
	for (uint32_t i = 0; bare && i < from->count; i++) {
		if (!from->parts[i])
			continue;
		bare->parts[i] = swk__part_create(mem, from->parts[i]->columns, from->parts[i]->rows);
		if (!bare->parts[i]) {
			swk__directory_release(bare);
			return NULL;
		}
	}
	return bare;
}

/* Enters the chosen versions: those that `now` leaves are current, those that are not deleted live. */
static bool versions_enter(const swk__facts *facts, swk__table table, const swk__place *best, swk__table_state *state)
{
	const swk__schema *schema = &swk__schemas[table];
	for (uint32_t entity = 0; entity < state->entities; entity++) {
		if (!best[entity])
			continue;
		swk__part *part = swk__directory_part(state->directory, swk__place_week(best[entity]));
		uint32_t row = swk__place_row(best[entity]);
		if (schema->instant >= 0 &&
		    swk__columns_get(part->columns, (unsigned)schema->instant, row) > facts->cut.now)
			continue;
		if (!swk__pages_set(facts->snapshot->mem, &state->current, entity, best[entity], 1))
			return false;
		swk__part_mark(part, row, swk__columns_get(part->columns, schema->count - 1, row) == 0);
	}
	return true;
}

/* The table as the cut leaves it, by looking at every version: the slow way, for questions about the past. */
static int table_cut(const swk__facts *facts, swk__table table, swk__table_state *cut, swk_error *error)
{
	swk__mem *mem = facts->snapshot->mem;
	const swk__table_state *state = &facts->snapshot->tables[table];
	swk__table_state made = { .entities = state->entities, .latest = state->latest };
	swk__place *best = swk__alloc(mem, SWK__FAULT_facts_view, state->entities, sizeof *best);
	if (best && state->directory)
		made.directory = directory_bare(mem, state->directory);
	bool done = best && (made.directory || !state->directory);
	if (done) {
		versions_choose(facts, table, best);
		done = versions_enter(facts, table, best, &made);
	}
	swk__free(mem, best);
	if (!done) {
		swk__state_release(&made);
		return swk__fail_memory(error, mem);
	}
	*cut = made;
	return SWK_OK;
}

int swk__facts_open(swk__facts *facts, const swk__history *history, swk__snapshot *snapshot, swk__cut cut,
                    unsigned joins, swk_error *error)
{
	bool past = cut.as_of < snapshot->latest_recorded || cut.commit < snapshot->commit;
	*facts = (swk__facts){
		.history = history, .snapshot = snapshot, .cut = cut, .cached = !past, .joins_from = INT64_MIN
	};
	atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++) {
		const swk__table_state *state = &snapshot->tables[t];
		bool joined = joins & (1u << t);
		bool later = joined && swk__schemas[t].instant >= 0 && state->latest > cut.now;
		if (joined && swk__schemas[t].instant >= 0 && state->latest > facts->joins_from)
			facts->joins_from = state->latest;
		if (past || later) {
			int code = table_cut(facts, (swk__table)t, &facts->tables[t], error);
			if (code != SWK_OK) {
				swk__facts_close(facts);
				return code;
			}
			facts->cached = false;
			continue;
		}
		facts->tables[t] = *state;
		swk__state_retain(state);
	}
	return SWK_OK;
}

void swk__facts_close(swk__facts *facts)
{
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++)
		swk__state_release(&facts->tables[t]);
	swk__snapshot_release(facts->snapshot);
	facts->snapshot = NULL;
}

/* ------------------------------------------------------------------------------------------- joins */

swk__place swk__facts_row(const swk__facts *facts, swk__table table, uint32_t entity)
{
	const swk__table_state *state = &facts->tables[table];
	swk__place place = swk__pages_get(state->current, entity);
	if (!place ||
	    !swk__part_live(swk__directory_part(state->directory, swk__place_week(place)), swk__place_row(place)))
		return 0;
	return place;
}

/* The row of the lead that this lead's row merges into, or 0. */
static swk__place lead_next(const swk__facts *facts, swk__place row)
{
	int64_t target = swk__state_get(&facts->tables[SWK__TABLE_LEAD], row, SWK__LEAD_MERGED_INTO);
	return target ? swk__facts_row(facts, SWK__TABLE_LEAD, (uint32_t)target) : 0;
}

swk__place swk__facts_lead(const swk__facts *facts, uint32_t entity)
{
	swk__place slow = swk__facts_row(facts, SWK__TABLE_LEAD, entity), start = slow, fast = slow;
	if (!slow)
		return 0;
	/* Two walkers, one twice as fast (Floyd): they meet only where the chain runs into a cycle. */
	for (;;) {
		swk__place next = lead_next(facts, fast);
		if (!next)
			return fast;
		fast = lead_next(facts, next);
		if (!fast)
			return next;
		slow = lead_next(facts, slow);
		if (slow == fast)
			break;
	}
	/* Its links merge nothing, so the chain ends where it enters the cycle. */
	for (slow = start; slow != fast; slow = lead_next(facts, slow))
		fast = lead_next(facts, fast);
	return slow;
}
