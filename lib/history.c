/* SPDX-License-Identifier: MIT */
#include "history.h"

/* How long a log may stay between transactions. */
#define LOG_KEPT 4096

#define CHECK_ROWS 4096
#define RUN_ROWS SWK__TEXT_RUN

/* A link of a chain that the transaction changed: `older` of the row was `before`. */
struct swk__relink {
	swk__columns *columns;
	unsigned field;
	uint32_t row;
	swk__place before;
};

int swk__history_init(swk__history *history, swk__mem *mem, swk_error *error)
{
	*history = (swk__history){ .mem = mem };
	uint64_t key = swk__random_key();
	for (unsigned t = 0; t < SWK__STATE_COUNT; t++)
		swk__layout_init(&history->layouts[t], &swk__schemas[t], t >= SWK__TABLE_COUNT);
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
	swk__free(history->mem, history->relinks);
	swk__free(history->mem, history->changes);
	swk__text_done(&history->texts);
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++)
		swk__text_done(&history->ids[t]);
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

int swk__history_begin(swk__history *history, swk_error *error)
{
	swk__snapshot *working = swk__alloc(history->mem, SWK__FAULT_history_snapshot, 1, sizeof *working);
	if (!working)
		return swk__fail_memory(error, history->mem);
	const swk__snapshot *published = history->published;
	working->mem = history->mem;
	working->references = 1;
	working->commit = published->commit;
	working->last_stamp = published->last_stamp;
	working->latest_recorded = published->latest_recorded;
	working->settled = published->settled;
	for (unsigned t = 0; t < SWK__STATE_COUNT; t++) {
		working->tables[t] = published->tables[t];
		swk__state_retain(&working->tables[t]);
	}
	for (unsigned l = 0; l < SWK__LINK_COUNT; l++)
		working->links[l] = swk__pages_retain(published->links[l]);
	history->change_count = 0;
	history->marks[0] = swk__text_keep(&history->texts);
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++)
		history->marks[1 + t] = swk__text_keep(&history->ids[t]);
	history->working = working;
	history->txn++;
	return SWK_OK;
}

/* Gives back the logs of a large transaction. */
static void logs_shrink(swk__history *history)
{
	history->relink_count = history->change_count = 0;
	if (history->relink_capacity > LOG_KEPT) {
		swk__free(history->mem, history->relinks);
		history->relinks = NULL;
		history->relink_capacity = 0;
	}
	if (history->change_capacity > LOG_KEPT) {
		swk__free(history->mem, history->changes);
		history->changes = NULL;
		history->change_capacity = 0;
	}
}

swk__snapshot *swk__history_publish(swk__history *history)
{
	swk__snapshot *before = history->published;
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++)
		history->working->tables[t].entities = swk__text_count(&history->ids[t]);
	history->working->texts = swk__text_count(&history->texts);
	history->published = history->working;
	history->working = NULL;
	logs_shrink(history);
	return before;
}

void swk__history_rollback(swk__history *history)
{
	if (!history->working)
		return;
	while (history->relink_count > 0) {
		const struct swk__relink *relink = &history->relinks[--history->relink_count];
		swk__columns_set(relink->columns, relink->field, relink->row, (int64_t)relink->before);
	}
	swk__text_rollback(&history->texts, &history->marks[0]);
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++)
		swk__text_rollback(&history->ids[t], &history->marks[1 + t]);
	swk__snapshot_release(history->working);
	history->working = NULL;
}

/* -------------------------------------------------------------------------------------- comparison */

/* Orders two cells of a field: null first, texts bytewise, numbers by value. */
static int cell_compare(const swk__history *history, swk__table table, unsigned field, int64_t a, int64_t b)
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
		int order = cell_compare(history, table, f, swk__state_get(state, a, f), swk__state_get(state, b, f));
		if (order != 0)
			return order;
	}
	return 0;
}

/* A row on its way in, with texts as numbers. */
typedef struct incoming {
	swk__table table;
	uint32_t entity;
	bool stamped; /* now, as it came without recorded_at */
	bool ours;    /* stamped now or, when the journal is replayed, then */
	int64_t cells[SWK__FIELDS_MAX];
} incoming;

/* The version rule between an incoming row and a stored one, from field `from` on. */
static int incoming_compare(const swk__history *history, const incoming *row, swk__place stored, unsigned from)
{
	const swk__table_state *state = &history->working->tables[row->table];
	const swk__columns *columns = swk__state_columns(state, stored);
	for (unsigned f = from; f < swk__schemas[row->table].count; f++) {
		int64_t cell = swk__columns_get(columns, f, swk__place_row(stored));
		int order = cell_compare(history, row->table, f, row->cells[f], cell);
		if (order != 0)
			return order;
	}
	return 0;
}

/* --------------------------------------------------------------------------------------- ingestion */

/* Gives numbers to the texts of a field in rows of the batch's table. */
static int texts_read(swk__history *history, const swk_batch *batch, swk__table table, unsigned field, size_t first,
                      size_t count, incoming *rows, swk_error *error)
{
	const swk__span *spans = batch->tables[table].columns[field].spans + first;
	swk__text *texts = (swk__text *)swk__history_texts(history, table, &swk__schemas[table].fields[field]);
	swk__slice bytes[RUN_ROWS];
	uint32_t numbers[RUN_ROWS];
	for (size_t i = 0; i < count; i++)
		bytes[i] = swk__batch_text_at(batch, spans[i]);
	int code = swk__text_intern_run(texts, bytes, count, numbers, error);
	for (size_t i = 0; i < count && code == SWK_OK; i++)
		rows[i].cells[field] = numbers[i];
	return code;
}

/* Reads up to RUN_ROWS rows that follow each other in one table of the batch. */
static int incoming_read(swk__history *history, const swk_batch *batch, const swk__batch_order *order, size_t count,
                         incoming *rows, swk_error *error)
{
	const swk__table table = (swk__table)order->table;
	const size_t first = order->row;
	const swk__schema *schema = &swk__schemas[table];
	int code = SWK_OK;
	for (unsigned f = 0; f < schema->count && code == SWK_OK; f++) {
		const swk__batch_column *column = &batch->tables[table].columns[f];
		if (swk__kind_is_text(schema->fields[f].kind))
			code = texts_read(history, batch, table, f, first, count, rows, error);
		else
			for (size_t i = 0; i < count; i++)
				rows[i].cells[f] = column->values[first + i];
	}
	for (size_t i = 0; i < count && code == SWK_OK; i++) {
		rows[i].table = table;
		rows[i].entity = (uint32_t)rows[i].cells[SWK__FIELD_ID];
		rows[i].stamped = rows[i].cells[SWK__FIELD_RECORDED_AT] == SWK__NULL;
		rows[i].ours = rows[i].stamped || order[i].stamped;
	}
	return code;
}

/* Where a row belongs among the versions of its entity: after `newer` (0: it is the current one), before
 * `older` (0: it is the oldest). False when it is there already. */
static bool chain_find(const swk__history *history, const incoming *row, swk__place *newer, swk__place *older)
{
	const swk__table_state *state = &history->working->tables[row->table];
	unsigned link = swk__layout_extra(&history->layouts[row->table], SWK__EXTRA_OLDER);
	swk__place current = swk__pages_get(state->current, row->entity);
	*newer = 0;
	*older = current;
	if (current && row->stamped && incoming_compare(history, row, current, SWK__FIELD_FIRST) == 0)
		return false;
	while (*older) {
		int order = incoming_compare(history, row, *older, SWK__FIELD_RECORDED_AT);
		if (order == 0)
			return false;
		if (order > 0)
			return true;
		*newer = *older;
		*older = (swk__place)swk__state_get(state, *older, link);
	}
	return true;
}

/* Lets the version at `newer` be followed by `place`; remembers what was there. */
static int chain_link(swk__history *history, swk__table table, swk__place newer, swk__place place, swk_error *error)
{
	if (history->relink_count == history->relink_capacity) {
		size_t capacity = swk__grown(history->relink_capacity, history->relink_count + 1);
		struct swk__relink *relinks = swk__resize(history->mem, SWK__FAULT_history_chain, history->relinks,
		                                          capacity, sizeof *relinks);
		if (!relinks)
			return swk__fail_memory(error, history->mem);
		history->relinks = relinks;
		history->relink_capacity = capacity;
	}
	const swk__table_state *state = &history->working->tables[table];
	swk__columns *columns = swk__directory_part(state->directory, swk__place_week(newer))->columns;
	struct swk__relink relink = { columns, swk__layout_extra(&history->layouts[table], SWK__EXTRA_OLDER),
		                      swk__place_row(newer), 0 };
	relink.before = (swk__place)swk__columns_get(columns, relink.field, relink.row);
	history->relinks[history->relink_count++] = relink;
	swk__columns_set(columns, relink.field, relink.row, (int64_t)place);
	return SWK_OK;
}

swk__part *swk__history_part(swk__history *history, swk__table state, int32_t week)
{
	swk__part *part = swk__directory_own(history->mem, &history->working->tables[state].directory,
	                                     &history->layouts[state], week, history->txn);
	if (part && part->version == 0)
		part->version = ++history->versions;
	return part;
}

swk__place swk__history_linked(const swk__history *history, const swk__table_state *states, swk__link link,
                               swk__place row)
{
	const swk__link_about *about = &swk__links[link];
	unsigned field = swk__layout_extra(&history->layouts[about->table], SWK__EXTRA_LINK + about->extra);
	return (swk__place)swk__state_get(&states[about->table], row, field);
}

static int64_t own_instant(const incoming *row)
{
	int field = swk__schemas[row->table].instant;
	return field < 0 ? 0 : row->cells[field];
}

static bool change_add(swk__history *history, swk__change change)
{
	if (history->change_count == history->change_capacity) {
		size_t capacity = swk__grown(history->change_capacity, history->change_count + 1);
		swk__change *changes = swk__resize(history->mem, SWK__FAULT_history_chain, history->changes, capacity,
		                                   sizeof *changes);
		if (!changes)
			return false;
		history->changes = changes;
		history->change_capacity = capacity;
	}
	history->changes[history->change_count++] = change;
	return true;
}

/* Makes the version at `place` the current one of its entity instead of `before`. */
static bool current_set(swk__history *history, const incoming *row, swk__part *part, swk__place place,
                        swk__place before)
{
	swk__table_state *state = &history->working->tables[row->table];
	if (!swk__pages_set(history->mem, &state->current, row->entity, place, history->txn))
		return false;
	if (before) {
		swk__part *old = swk__history_part(history, row->table, swk__place_week(before));
		if (!old)
			return false;
		state->live -= swk__part_live(old, swk__place_row(before));
		swk__part_mark(old, swk__place_row(before), false);
	}
	bool live = row->cells[swk__schemas[row->table].count - 1] == 0;
	swk__part_mark(part, swk__place_row(place), live);
	state->live += live;
	state->epoch = history->txn;
	return change_add(history, (swk__change){ row->table, before, place });
}

/* Puts a row that lies at `place` at the head of the chains of what it refers to. */
static bool row_link(swk__history *history, const incoming *row, swk__columns *columns, swk__place place)
{
	for (unsigned l = 0; l < SWK__LINK_COUNT; l++) {
		const swk__link_about *about = &swk__links[l];
		if (about->table != row->table)
			continue;
		uint32_t target = (uint32_t)row->cells[about->field];
		swk__pages **heads = &history->working->links[l];
		unsigned field = swk__layout_extra(&history->layouts[row->table], SWK__EXTRA_LINK + about->extra);
		swk__columns_set(columns, field, swk__place_row(place),
		                 target ? (int64_t)swk__pages_get(*heads, target) : 0);
		if (target && !swk__pages_set(history->mem, heads, target, place, history->txn))
			return false;
	}
	return true;
}

/* Appends the row's cells to the part of its week. */
static swk__part *row_append(swk__history *history, const incoming *row, uint64_t commit, swk__place older,
                             swk__place *place)
{
	const swk__layout *layout = &history->layouts[row->table];
	uint32_t number;
	int32_t week = swk__utc_week(own_instant(row));
	swk__part *part = swk__history_part(history, row->table, week);
	if (!part || !swk__part_append(part, &number))
		return NULL;
	for (unsigned f = 0; f < swk__schemas[row->table].count; f++)
		swk__columns_set(part->columns, f, number, row->cells[f]);
	swk__columns_set(part->columns, swk__layout_extra(layout, SWK__EXTRA_COMMIT), number, (int64_t)commit);
	swk__columns_set(part->columns, swk__layout_extra(layout, SWK__EXTRA_OLDER), number, (int64_t)older);
	swk__columns_set(part->columns, swk__layout_extra(layout, SWK__EXTRA_STAMPED), number, row->ours);
	*place = swk__place_make(week, number);
	return row_link(history, row, part->columns, *place) ? part : NULL;
}

/* The latest instant of a row that, cut off, would change what other records mean. */
static int64_t row_settled(const incoming *row)
{
	int64_t closed;
	switch (row->table) {
	case SWK__TABLE_LEAD:
	case SWK__TABLE_STAGE:
		return own_instant(row);
	case SWK__TABLE_OPPORTUNITY:
		closed = row->cells[SWK__OPPORTUNITY_CLOSED_AT];
		return row->cells[SWK__OPPORTUNITY_OUTCOME] != SWK__OPEN && closed > own_instant(row)
		               ? closed
		               : own_instant(row);
	default:
		return INT64_MIN;
	}
}

static int row_store(swk__history *history, const incoming *row, uint64_t commit, swk__place newer, swk__place older,
                     swk_error *error)
{
	swk__snapshot *working = history->working;
	swk__table_state *state = &working->tables[row->table];
	swk__place place;
	swk__part *part = row_append(history, row, commit, older, &place);
	if (!part)
		return swk__fail_memory(error, history->mem);
	if (newer) {
		int code = chain_link(history, row->table, newer, place, error);
		if (code != SWK_OK)
			return code;
	} else if (!current_set(history, row, part, place, older)) {
		return swk__fail_memory(error, history->mem);
	}
	state->versions++;
	if (own_instant(row) > state->latest)
		state->latest = own_instant(row);
	if (row->cells[SWK__FIELD_RECORDED_AT] > working->latest_recorded)
		working->latest_recorded = row->cells[SWK__FIELD_RECORDED_AT];
	if (row_settled(row) > working->settled)
		working->settled = row_settled(row);
	working->commit = commit;
	return SWK_OK;
}

/* Gives a row that came without recorded_at its stamp. */
static int row_stamp(swk__snapshot *working, int64_t *stamp, incoming *row, swk_error *error)
{
	if (row->ours && !row->stamped && row->cells[SWK__FIELD_RECORDED_AT] > working->last_stamp)
		working->last_stamp = row->cells[SWK__FIELD_RECORDED_AT];
	if (!row->stamped)
		return SWK_OK;
	if (working->last_stamp != INT64_MIN && *stamp <= working->last_stamp)
		*stamp = working->last_stamp + 1;
	if (*stamp < 0 || *stamp > SWK__INSTANT_MAX)
		return swk__fail(error, SWK_ERR_USAGE, "the stamp of a row was outside 1970-01-01 to 2200-01-01");
	row->cells[SWK__FIELD_RECORDED_AT] = working->last_stamp = (*stamp)++;
	return SWK_OK;
}

/* Applies one row: *stored says whether it was stored. */
static int row_apply(swk__history *history, incoming *row, uint64_t commit, int64_t *stamp, bool *stored,
                     swk_error *error)
{
	swk__place newer, older;
	int code = row_stamp(history->working, stamp, row, error);
	if (code != SWK_OK)
		return code;
	*stored = chain_find(history, row, &newer, &older);
	return *stored ? row_store(history, row, commit, newer, older, error) : SWK_OK;
}

/* How many rows of one table follow each other in the batch from `first` on, up to RUN_ROWS. */
static size_t run_length(const swk_batch *batch, size_t first)
{
	size_t count = 1, most = batch->rows - first < RUN_ROWS ? batch->rows - first : RUN_ROWS;
	while (count < most && batch->order[first + count].table == batch->order[first].table)
		count++;
	return count;
}

int swk__history_apply(swk__history *history, const swk_batch *batch, uint64_t commit, int64_t stamp,
                       unsigned char *stored, int64_t *stamps, swk__applied *applied, swk__check check, void *context,
                       swk_error *error)
{
	incoming rows[RUN_ROWS] = { { 0 } };
	size_t run, checked = 0;
	for (size_t first = 0; first < batch->rows; first += run) {
		const swk__batch_order *order = &batch->order[first];
		int code = SWK_OK;
		run = run_length(batch, first);
		if (check && first >= checked) {
			code = check(context, first, batch->rows, error);
			checked = first + CHECK_ROWS;
		}
		if (code == SWK_OK)
			code = incoming_read(history, batch, order, run, rows, error);
		for (size_t i = 0; i < run && code == SWK_OK; i++) {
			bool store = false;
			code = row_apply(history, &rows[i], commit, &stamp, &store, error);
			applied->accepted += store;
			applied->unchanged += !store;
			if (stored)
				stored[first + i] = store;
			if (stamps)
				stamps[first + i] = rows[i].cells[SWK__FIELD_RECORDED_AT];
		}
		if (code != SWK_OK)
			return code;
	}
	return SWK_OK;
}
