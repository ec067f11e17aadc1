/* SPDX-License-Identifier: MIT */
#include "facts.h"

/* -------------------------------------------------------------------------------------------- cuts */

bool swk__cut_keeps(const swk__cut *cut, const swk__part *part, uint32_t row)
{
	return swk__part_commit(part, row)->commit <= cut->commit &&
	       swk__columns_get(part->columns, SWK__FIELD_RECORDED_AT, row) <= cut->as_of;
}

static int facts_check(const swk__facts *facts, swk_error *error)
{
	return facts->check ? facts->check(facts->check_context, 0, 0, error) : SWK_OK;
}

/* best[entity]: the greatest version of the entity that the cut leaves. */
static int versions_choose(const swk__facts *facts, swk__table table, swk__place *best, swk_error *error)
{
	const swk__table_state *state = &facts->snapshot->tables[table];
	int code = SWK_OK;
	for (uint32_t i = 0; code == SWK_OK && state->directory && i < state->directory->count; i++) {
		const swk__part *part = state->directory->parts[i];
		if (part)
			code = facts_check(facts, error);
		for (uint32_t row = 0; part && row < part->rows; row++) {
			if (!swk__cut_keeps(&facts->cut, part, row))
				continue;
			uint32_t entity = (uint32_t)swk__columns_get(part->columns, SWK__FIELD_ID, row);
			swk__place place = swk__place_make(state->directory->first + (int32_t)i, row);
			if (!best[entity] ||
			    swk__history_compare(facts->history, table, state, place, best[entity]) > 0)
				best[entity] = place;
		}
	}
	return code;
}

/* A directory over the same columns with nothing live in it. */
static swk__directory *directory_bare(swk__mem *mem, const swk__directory *from)
{
	swk__directory *bare = swk__directory_create(mem, from->first, from->count, 0);
	for (uint32_t i = 0; bare && i < from->count; i++) {
		if (!from->parts[i])
			continue;
		bare->parts[i] = swk__part_bare(mem, from->parts[i]);
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
		uint32_t *slot = swk__pages_own(facts->snapshot->mem, &state->current, state->blocks, entity, 1);
		if (!slot)
			return false;
		*slot = swk__columns_handle(part->columns, row);
		swk__part_mark(part, row, swk__columns_get(part->columns, schema->count - 1, row) == 0);
	}
	return true;
}

/* The table as the cut leaves it, by looking at every version: the slow way, for questions about the past. */
static int table_cut(const swk__facts *facts, swk__table table, swk__table_state *cut, swk_error *error)
{
	swk__mem *mem = facts->snapshot->mem;
	const swk__table_state *state = &facts->snapshot->tables[table];
	swk__table_state made = { .blocks = swk__blocks_retain(state->blocks),
		                  .block_count = state->block_count,
		                  .entities = state->entities,
		                  .latest = state->latest };
	swk__place *best = swk__alloc(mem, SWK__FAULT_facts_view, state->entities, sizeof *best);
	if (best && state->directory)
		made.directory = directory_bare(mem, state->directory);
	int code = SWK_OK;
	if (!best || (state->directory && !made.directory))
		code = swk__fail_memory(error, mem);
	if (code == SWK_OK)
		code = versions_choose(facts, table, best, error);
	if (code == SWK_OK && !versions_enter(facts, table, best, &made))
		code = swk__fail_memory(error, mem);
	swk__free(mem, best);
	if (code == SWK_OK)
		*cut = made;
	else
		swk__state_release(&made);
	return code;
}

int swk__facts_cut(const swk__history *history, swk__snapshot *snapshot, swk__table table, swk__cut cut,
                   swk__check check, void *check_context, swk__table_state *state, swk_error *error)
{
	const swk__facts facts = {
		.history = history, .snapshot = snapshot, .cut = cut, .check = check, .check_context = check_context
	};
	return table_cut(&facts, table, state, error);
}

/* Cuts the records and folds what is left. */
static int facts_cut(swk__facts *facts, bool past, swk_error *error)
{
	swk__fold fold;
	int code = SWK_OK;
	facts->cached = false;
	for (unsigned t = 0; t < SWK__TABLE_COUNT && code == SWK_OK; t++) {
		const swk__table_state *state = &facts->snapshot->tables[t];
		bool cut = past || (swk__schemas[t].instant >= 0 && state->latest > facts->cut.now);
		if (cut) {
			code = table_cut(facts, (swk__table)t, &facts->tables[t], error);
		} else {
			facts->tables[t] = *state;
			swk__state_retain(state);
		}
	}
	swk__fold_init_cut(&fold, facts->history, facts->tables, facts->snapshot->links, facts->cut.now,
	                   facts->snapshot->mem);
	fold.check = facts->check;
	fold.check_context = facts->check_context;
	if (code == SWK_OK)
		code = swk__fold_all(&fold, error);
	swk__fold_done(&fold);
	return code;
}

/* Whether there are versions that a cut does not leave. */
static bool versions_past(const swk__snapshot *snapshot, swk__cut cut)
{
	return cut.as_of < snapshot->latest_recorded || cut.commit < snapshot->commit;
}

bool swk__facts_past(const swk__snapshot *snapshot, swk__cut cut)
{
	return versions_past(snapshot, cut) || cut.now < snapshot->settled;
}

int swk__facts_open(swk__facts *facts, const swk__history *history, swk__snapshot *snapshot, swk__cut cut,
                    swk__check check, void *check_context, swk_error *error)
{
	*facts = (swk__facts){ .history = history,
		               .snapshot = snapshot,
		               .cut = cut,
		               .cached = true,
		               .check = check,
		               .check_context = check_context };
	atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
	if (swk__facts_past(snapshot, cut)) {
		int code = facts_cut(facts, versions_past(snapshot, cut), error);
		if (code != SWK_OK)
			swk__facts_close(facts);
		return code;
	}
	for (unsigned t = 0; t < SWK__STATE_COUNT; t++) {
		facts->tables[t] = snapshot->tables[t];
		swk__state_retain(&facts->tables[t]);
	}
	return SWK_OK;
}

void swk__facts_close(swk__facts *facts)
{
	for (unsigned t = 0; t < SWK__STATE_COUNT; t++)
		swk__state_release(&facts->tables[t]);
	swk__snapshot_release(facts->snapshot);
	facts->snapshot = NULL;
}
