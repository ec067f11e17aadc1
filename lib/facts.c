/* SPDX-License-Identifier: MIT */
#include "facts.h"

#include "cells.h"

#define RUN 256

/* Of a record that has lost its version, until another one is found. */
#define PLACE_NONE UINT64_MAX

/* What a part made by a cut has for a txn lies above all others. */
#define TXN_CUT (UINT64_C(1) << 63)

/* A snapshot while it is cut. */
typedef struct cutting {
	const swk__history *history;
	swk__past *past;
	swk__touched *touched; /* whose facts are to be folded again; NULL: nobody's */
	swk__check check;
	void *check_context;
	int stopped; /* what the check said last */
} cutting;

/* ------------------------------------------------------------------------------------------- records */

static bool cutting_goes_on(cutting *c, swk_error *error)
{
	if (c->check)
		c->stopped = c->check(c->check_context, 0, 0, error);
	return c->stopped == SWK_OK;
}

/* Lets a row be live or not. */
static bool row_set(cutting *c, swk__table table, swk__place place, bool live)
{
	swk__table_state *state = &c->past->snapshot->tables[table];
	swk__part *part = swk__directory_own(c->history->mem, &state->directory, &c->history->layouts[table],
	                                     swk__place_week(place), c->past->txn);
	if (!part)
		return false;
	part->version = c->past->txn;
	state->live -= part->live;
	swk__part_mark(part, swk__place_row(place), live);
	state->live += part->live;
	if (c->touched)
		swk__history_touch(state, table, place, c->touched);
	return true;
}

/* Lets another version of a record be current, or none (0). */
static bool record_set(cutting *c, swk__table table, uint32_t entity, swk__place place)
{
	swk__table_state *state = &c->past->snapshot->tables[table];
	swk__place old = swk__pages_get(state->current, entity);
	uint32_t *slot = swk__pages_own(c->history->mem, &state->current, state->blocks, entity, c->past->txn);
	if (!slot || !row_set(c, table, old, false))
		return false;
	if (place && !row_set(c, table, place, !swk__state_get(state, place, swk__schemas[table].count - 1)))
		return false;
	*slot = place ? swk__columns_handle(swk__state_columns(state, place), swk__place_row(place)) : 0;
	state->epoch = c->past->txn;
	c->past->lost++;
	return true;
}

/* How many rows from `row` on lie together, up to RUN of them. */
static uint32_t run_length(const swk__part *part, uint32_t row)
{
	uint32_t count = swk__columns_together(row);
	count = count < RUN ? count : RUN;
	return count < part->rows - row ? count : part->rows - row;
}

/* ------------------------------------------------------------------------------------------ versions */

bool swk__cut_keeps(const swk__cut *cut, const swk__part *part, uint32_t row)
{
	return swk__part_commit(part, row)->commit <= cut->commit &&
	       swk__columns_get(part->columns, SWK__FIELD_RECORDED_AT, row) <= cut->as_of;
}

/* How many rows of a part came with the commits that a cut leaves: its first ones. */
static uint32_t rows_committed(const swk__part *part, uint64_t commit)
{
	uint32_t run = part->commit_count;
	while (run > 0 && part->commits->runs[run - 1].commit > commit)
		run--;
	return run < part->commit_count ? part->commits->runs[run].row : part->rows;
}

/* Notes the records of a part whose current versions the cut does not leave: (*best)[entity] = PLACE_NONE. */
static bool part_lose(const cutting *c, swk__table table, const swk__part *part, swk__place **best)
{
	const swk__table_state *state = &c->past->snapshot->tables[table];
	const uint32_t committed = rows_committed(part, c->past->cut.commit);
	int64_t recorded[RUN];
	for (uint32_t row = 0, count; row < part->rows; row += count) {
		count = run_length(part, row);
		swk__cells_wide(part->columns, SWK__FIELD_RECORDED_AT, row, count, recorded);
		for (uint32_t i = 0; i < count; i++) {
			if (recorded[i] <= c->past->cut.as_of && row + i < committed)
				continue;
			uint32_t entity = (uint32_t)swk__columns_get(part->columns, SWK__FIELD_ID, row + i);
			if (swk__pages_handle(state->current, entity) != swk__columns_handle(part->columns, row + i))
				continue;
			if (!*best)
				*best = swk__alloc(c->history->mem, SWK__FAULT_facts_view, state->entities,
				                   sizeof **best);
			if (!*best)
				return false;
			(*best)[entity] = PLACE_NONE;
		}
	}
	return true;
}

/* Finds the greatest versions that are left among the rows of a part, of those records. What is live is current, and no
 * version of theirs. */
static void part_choose(const cutting *c, swk__table table, int32_t week, const swk__part *part, swk__place *best)
{
	const swk__table_state *state = &c->past->snapshot->tables[table];
	for (uint32_t row = 0; row < part->rows; row++) {
		if (row % 64 == 0 && part->bits[row / 64] == UINT64_MAX)
			row += 63;
		if (swk__part_live(part, row))
			continue;
		swk__place *chosen = &best[swk__columns_get(part->columns, SWK__FIELD_ID, row)];
		swk__place place = swk__place_make(week, row);
		if (*chosen && swk__cut_keeps(&c->past->cut, part, row) &&
		    (*chosen == PLACE_NONE || swk__history_compare(c->history, table, state, place, *chosen) > 0))
			*chosen = place;
	}
}

static int cutting_failed(const cutting *c, swk_error *error)
{
	return c->stopped != SWK_OK ? c->stopped : swk__fail_memory(error, c->history->mem);
}

/* Lets the versions of a table be current that the cut leaves. */
static bool versions_cut(cutting *c, swk__table table, swk_error *error)
{
	const swk__table_state *state = &c->past->snapshot->tables[table];
	const swk__directory *directory = state->directory;
	swk__place *best = NULL;
	bool good = true;
	for (uint32_t i = 0; good && directory && i < directory->count; i++)
		if (directory->parts[i])
			good = cutting_goes_on(c, error) && part_lose(c, table, directory->parts[i], &best);
	for (uint32_t i = 0; good && best && i < directory->count; i++)
		if (directory->parts[i])
			part_choose(c, table, directory->first + (int32_t)i, directory->parts[i], best);
	for (uint32_t entity = 0; good && best && entity < state->entities; entity++)
		if (best[entity])
			good = record_set(c, table, entity, best[entity] == PLACE_NONE ? 0 : best[entity]);
	swk__free(c->history->mem, best);
	return good;
}

/* ----------------------------------------------------------------------------------------------- now */

/* Visits the live rows of a table whose instant is later than `now`, up to the first that fails. */
static bool rows_later(cutting *c, swk__table table, bool (*visit)(cutting *, swk__table, uint32_t), swk_error *error)
{
	const swk__table_state *state = &c->past->snapshot->tables[table];
	const int64_t now = c->past->cut.now;
	const int32_t first = now < 0 ? 0 : swk__utc_week(now);
	int64_t at[RUN];
	for (int32_t week = first;
	     state->directory && week < state->directory->first + (int32_t)state->directory->count; week++) {
		const swk__part *part = swk__directory_part(state->directory, week);
		if (part && !cutting_goes_on(c, error))
			return false;
		for (uint32_t row = 0, count; part && row < part->rows; row += count) {
			count = run_length(part, row);
			swk__cells_wide(part->columns, (unsigned)swk__schemas[table].instant, row, count, at);
			for (uint32_t i = 0; i < count; i++) {
				if (at[i] <= now || !swk__part_live(part, row + i))
					continue;
				c->past->until = at[i] < c->past->until ? at[i] : c->past->until;
				if (!visit(c, table, (uint32_t)swk__columns_get(part->columns, 0, row + i)))
					return false;
			}
		}
	}
	return true;
}

static bool record_remove(cutting *c, swk__table table, uint32_t entity)
{
	return record_set(c, table, entity, 0);
}

static bool close_touch(cutting *c, swk__table table, uint32_t entity)
{
	(void)table;
	(void)swk__touched_add(c->touched, SWK__TOUCH_DEAL, entity);
	return true;
}

/* Takes away the later records that change what others mean; a deal that closes later is open. All others are left to
 * whoever reads. */
static bool now_cut(cutting *c, swk_error *error)
{
	return rows_later(c, SWK__TABLE_LEAD, record_remove, error) &&
	       rows_later(c, SWK__TABLE_OPPORTUNITY, record_remove, error) &&
	       rows_later(c, SWK__TABLE_STAGE, record_remove, error) &&
	       (!c->touched || rows_later(c, SWK__FACT_CLOSED, close_touch, error));
}

/* -------------------------------------------------------------------------------------------- cutting */

/* Whether there are versions that a cut does not leave. */
static bool versions_past(const swk__snapshot *snapshot, swk__cut cut)
{
	return cut.as_of < snapshot->latest_recorded || cut.commit < snapshot->commit;
}

bool swk__facts_past(const swk__snapshot *snapshot, swk__cut cut)
{
	return versions_past(snapshot, cut) || cut.now < snapshot->settled;
}

bool swk__past_holds(const swk__past *past, const swk__snapshot *snapshot, swk__cut cut)
{
	if (past->cut.now > cut.now || cut.now >= past->until)
		return false;
	return (past->cut.as_of == cut.as_of ||
	        (past->cut.as_of >= snapshot->latest_recorded && cut.as_of >= snapshot->latest_recorded)) &&
	       (past->cut.commit == cut.commit ||
	        (past->cut.commit >= snapshot->commit && cut.commit >= snapshot->commit));
}

static bool records_cut(cutting *c, swk_error *error)
{
	bool good = true;
	for (unsigned t = 0; t < SWK__TABLE_COUNT && good && versions_past(c->past->snapshot, c->past->cut); t++)
		good = versions_cut(c, (swk__table)t, error);
	return good && now_cut(c, error);
}

/* Folds what the cut touched into facts of the past's own. */
static int facts_fold(cutting *c, swk_error *error)
{
	swk__past *past = c->past;
	swk__fold fold;
	for (unsigned t = SWK__TABLE_COUNT; t < SWK__STATE_COUNT; t++)
		if (!swk__state_apart(c->history->mem, &past->snapshot->tables[t]))
			return swk__fail_memory(error, c->history->mem);
	swk__fold_init_cut(&fold, c->history, past->snapshot, c->touched, past->cut.now, past->txn);
	fold.check = c->check;
	fold.check_context = c->check_context;
	int code = swk__fold_changes(&fold, error);
	past->until = fold.until < past->until ? fold.until : past->until;
	past->folded = fold.folded;
	past->filed = fold.filed;
	swk__fold_done(&fold);
	return code;
}

static bool touched_open(swk__touched *touched, const swk__snapshot *snapshot)
{
	bool good = true;
	swk__touched_init(touched, snapshot->mem);
	for (unsigned k = 0; k < SWK__TOUCH_COUNT && good; k++)
		good = swk__touched_reserve(touched, (swk__touch)k, snapshot->tables[swk__touch_tables[k]].entities);
	return good;
}

int swk__facts_cut(swk__history *history, const swk__snapshot *snapshot, swk__cut cut, bool folded, swk__check check,
                   void *check_context, swk__past *past, swk_error *error)
{
	swk__touched touched = { 0 };
	swk__past made = { .snapshot = swk__snapshot_copy(snapshot),
		           .cut = cut,
		           .until = INT64_MAX,
		           .txn = TXN_CUT + 1 + atomic_fetch_add(&history->cuts, 1) };
	cutting c = { .history = history,
		      .past = &made,
		      .touched = folded ? &touched : NULL,
		      .check = check,
		      .check_context = check_context };
	int code = made.snapshot && (!folded || touched_open(&touched, snapshot)) && records_cut(&c, error)
	                   ? SWK_OK
	                   : cutting_failed(&c, error);
	if (code == SWK_OK && folded && !swk__touched_empty(&touched))
		code = facts_fold(&c, error);
	swk__touched_done(&touched);
	for (unsigned t = 0; code == SWK_OK && t < SWK__STATE_COUNT; t++)
		made.bytes += swk__state_bytes(&made.snapshot->tables[t], made.txn);
	if (code == SWK_OK)
		*past = made;
	else
		swk__snapshot_release(made.snapshot);
	return code;
}

int swk__facts_cut_table(const swk__history *history, const swk__snapshot *snapshot, swk__table table, swk__cut cut,
                         swk__check check, void *check_context, swk__table_state *state, swk_error *error)
{
	swk__past made = { .snapshot = swk__snapshot_copy(snapshot), .cut = cut, .txn = TXN_CUT };
	cutting c = { .history = history, .past = &made, .check = check, .check_context = check_context };
	int code = made.snapshot && versions_cut(&c, table, error) ? SWK_OK : cutting_failed(&c, error);
	if (code == SWK_OK) {
		*state = made.snapshot->tables[table];
		swk__state_retain(state);
	}
	swk__snapshot_release(made.snapshot);
	return code;
}

/* -------------------------------------------------------------------------------------------- opening */

void swk__facts_share(swk__facts *facts, const swk__history *history, swk__snapshot *snapshot, swk__cut cut,
                      uint64_t past)
{
	*facts = (swk__facts){ .history = history,
		               .snapshot = snapshot,
		               .tables = snapshot->tables,
		               .cut = cut,
		               .cached = true,
		               .past = past };
	atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
}

int swk__facts_open(swk__facts *facts, swk__history *history, swk__snapshot *snapshot, swk__cut cut, bool folded,
                    swk__check check, void *check_context, swk_error *error)
{
	swk__past past;
	if (!swk__facts_past(snapshot, cut)) {
		swk__facts_share(facts, history, snapshot, cut, 0);
		return SWK_OK;
	}
	int code = swk__facts_cut(history, snapshot, cut, folded, check, check_context, &past, error);
	if (code != SWK_OK)
		return code;
	swk__facts_share(facts, history, past.snapshot, cut, past.txn);
	facts->cached = false;
	swk__snapshot_release(past.snapshot);
	return SWK_OK;
}

void swk__facts_close(swk__facts *facts)
{
	swk__snapshot_release(facts->snapshot);
	facts->snapshot = NULL;
}
