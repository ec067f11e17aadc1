/* SPDX-License-Identifier: MIT */
#include "history.h"

int swk__history_init(swk__history *history, swk__mem *mem, swk_error *error)
{
	*history = (swk__history){ .mem = mem };
	swk__touched_init(&history->touched, mem);
	uint64_t key = swk__random_key();
	for (unsigned t = 0; t < SWK__STATE_COUNT; t++)
		history->layouts[t] = swk__layout_of((swk__table)t);
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++)
		swk__versions_init(&history->older[t], mem);
	int code = swk__text_init(&history->texts, mem, key, error);
	if (code == SWK_OK)
		code = swk__text_intern(&history->texts, swk__slice_of("call"), &history->call_text, error);
	for (unsigned t = 0; t < SWK__TABLE_COUNT && code == SWK_OK; t++) {
		code = swk__text_init(&history->ids[t], mem, key + t + 1, error);
	}
	if (code == SWK_OK) {
		history->published = swk__alloc(mem, SWK__FAULT_history_snapshot, 1, sizeof *history->published);
		if (!history->published)
			code = swk__fail_memory(error, mem);
	}
	if (code != SWK_OK) {
		swk__history_done(history);
		return code;
	}
	swk__snapshot *empty = history->published;
	empty->mem = mem;
	empty->texts = swk__text_count(&history->texts);
	empty->references = 1;
	empty->last_stamp = empty->latest_recorded = empty->settled = INT64_MIN;
	for (unsigned t = 0; t < SWK__STATE_COUNT; t++)
		empty->tables[t].latest = INT64_MIN;
	return SWK_OK;
}

void swk__history_done(swk__history *history)
{
	if (!history->mem)
		return;
	swk__history_rollback(history);
	swk__snapshot_release(history->published);
	swk__touched_done(&history->touched);
	swk__text_done(&history->texts);
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++) {
		swk__text_done(&history->ids[t]);
		swk__versions_done(&history->older[t]);
	}
	*history = (swk__history){ 0 };
}

void swk__snapshot_release(swk__snapshot *snapshot)
{
	if (!snapshot || atomic_fetch_sub_explicit(&snapshot->references, 1, memory_order_acq_rel) > 1)
		return;
	for (unsigned t = 0; t < SWK__STATE_COUNT; t++)
		swk__state_release(&snapshot->tables[t]);
	for (unsigned l = 0; l < SWK__LINK_COUNT; l++)
		swk__pages_release(snapshot->links[l]);
	swk__free(snapshot->mem, snapshot);
}

/* ------------------------------------------------------------------------------------ transactions */

static void state_assign(swk__table_state *state, const swk__table_state *from)
{
	swk__state_retain(from);
	swk__state_release(state);
	*state = *from;
}

void swk__snapshot_facts(swk__snapshot *snapshot, const swk__snapshot *from)
{
	for (unsigned t = SWK__TABLE_COUNT; t < SWK__STATE_COUNT; t++)
		state_assign(&snapshot->tables[t], &from->tables[t]);
}

void swk__snapshot_assign(swk__snapshot *snapshot, const swk__snapshot *from)
{
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++)
		state_assign(&snapshot->tables[t], &from->tables[t]);
	swk__snapshot_facts(snapshot, from);
	for (unsigned l = 0; l < SWK__LINK_COUNT; l++) {
		swk__pages_release(snapshot->links[l]);
		snapshot->links[l] = swk__pages_retain(from->links[l]);
	}
	snapshot->commit = from->commit;
	snapshot->texts = from->texts;
	snapshot->last_stamp = from->last_stamp;
	snapshot->latest_recorded = from->latest_recorded;
	snapshot->settled = from->settled;
}

swk__snapshot *swk__snapshot_copy(const swk__snapshot *snapshot)
{
	swk__snapshot *copy = swk__alloc(snapshot->mem, SWK__FAULT_history_snapshot, 1, sizeof *copy);
	if (!copy)
		return NULL;
	copy->mem = snapshot->mem;
	copy->references = 1;
	swk__snapshot_assign(copy, snapshot);
	return copy;
}

int swk__history_begin(swk__history *history, const swk__snapshot *from, swk_error *error)
{
	history->working = swk__snapshot_copy(from);
	if (!history->working)
		return swk__fail_memory(error, history->mem);
	swk__touched_clear(&history->touched);
	history->marks[0] = swk__text_keep(&history->texts);
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++)
		history->marks[1 + t] = swk__text_keep(&history->ids[t]);
	history->txn++;
	return SWK_OK;
}

void swk__history_adopt(swk__history *history)
{
	swk__snapshot_facts(history->working, history->published);
}

void swk__history_count(swk__history *history)
{
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++)
		history->working->tables[t].entities = swk__text_count(&history->ids[t]);
}

swk__snapshot *swk__history_publish(swk__history *history)
{
	swk__snapshot *before = history->published;
	swk__history_count(history);
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++)
		swk__versions_keep(&history->older[t]);
	history->working->texts = swk__text_count(&history->texts);
	history->published = history->working;
	history->working = NULL;
	return before;
}

void swk__history_rollback(swk__history *history)
{
	if (!history->working)
		return;
	swk__text_rollback(&history->texts, &history->marks[0]);
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++) {
		swk__text_rollback(&history->ids[t], &history->marks[1 + t]);
		swk__versions_rollback(&history->older[t]);
	}
	swk__snapshot_release(history->working);
	history->working = NULL;
}

/* -------------------------------------------------------------------------------------- comparison */

int swk__cell_compare(const swk__history *history, swk__table table, unsigned field, int64_t a, int64_t b)
{
	const swk__field *about = &swk__schemas[table].fields[field];
	if (a == b)
		return 0;
	if (!swk__kind_is_text(about->kind))
		return a < b ? -1 : 1;
	const swk__text *texts = swk__history_texts(history, table, about);
	return swk__slice_compare(swk__text_get(texts, (uint32_t)a), swk__text_get(texts, (uint32_t)b));
}

int swk__history_compare(const swk__history *history, swk__table table, const swk__table_state *state, swk__place a,
                         swk__place b)
{
	for (unsigned f = SWK__FIELD_RECORDED_AT; f < swk__schemas[table].count; f++) {
		int order = swk__cell_compare(history, table, f, swk__state_get(state, a, f),
		                              swk__state_get(state, b, f));
		if (order != 0)
			return order;
	}
	return swk__state_stamped(state, b) - swk__state_stamped(state, a);
}

uint32_t swk__history_hash(const swk__history *history, swk__table table, const swk__table_state *state,
                           swk__place place)
{
	const unsigned count = swk__schemas[table].count;
	int64_t cells[SWK__FIELDS_MAX + 1];
	for (unsigned f = 0; f < count; f++)
		cells[f] = swk__state_get(state, place, f);
	cells[count] = swk__state_stamped(state, place);
	return swk__version_hash(history, cells, count);
}

swk__place swk__history_linked(const swk__history *history, const swk__table_state *states, swk__link link,
                               swk__place row)
{
	const swk__link_about *about = &swk__links[link];
	const swk__table_state *state = &states[about->table];
	unsigned field = swk__layout_link(&history->layouts[about->table], about->extra);
	int64_t handle = swk__state_get(state, row, field);
	return handle ? swk__blocks_get(state->blocks, (uint32_t)handle) : 0;
}
