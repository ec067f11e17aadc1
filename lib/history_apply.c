/* SPDX-License-Identifier: MIT
 *
 * How the rows of a batch become versions: a run of rows of one table at a time, column by column.
 *
 *   texts --> numbers | stamps | handles of current versions, compared | new records, by week | all others, one by one
 */
#include "history.h"

#define CHECK_ROWS 4096
#define RUN_ROWS SWK__JOURNAL_ROWS
_Static_assert(RUN_ROWS == SWK__TEXT_RUN, "texts are numbered by runs");

/* The handle of a record that waits to be stored with others of its run. */
#define PENDING UINT32_MAX

/* The current version of a row's record. */
typedef struct version {
	const swk__part *part;
	uint32_t row;    /* of the run */
	uint32_t number; /* of the part's rows */
	swk__cell_place place;
} version;

/* A run of rows on their way in. */
typedef struct intake {
	swk__history *history;
	uint64_t commit;
	int64_t stamp; /* of the next row without one */
	const swk__named *named;
	swk__table table;
	swk__table_state *state;
	uint32_t count;
	uint32_t ids;         /* numbers of ids of the table that its rows may have: less than this one */
	uint32_t new_ids;     /* from this one on they came with the run */
	uint32_t page_number; /* of the page of current versions that was written last */
	uint32_t *page;       /* its handles; NULL: none */
	const int64_t *values[SWK__CELLS_MAX]; /* by field, texts as numbers */
	bool stamped[RUN_ROWS];                /* now, as it came without recorded_at */
	bool same[RUN_ROWS];                   /* the current version says the same */
	bool stored[RUN_ROWS];
	uint32_t handles[RUN_ROWS]; /* of current versions before the run */
	uint32_t known_count;
	version known[RUN_ROWS]; /* those, by week */
	uint32_t pending_count;
	uint32_t pending[RUN_ROWS];  /* rows of new records, not stored yet */
	uint32_t *slots[RUN_ROWS];   /* where their handles go */
	uint32_t appended[RUN_ROWS]; /* handles of the rows that were appended last, or are being */
	int32_t weeks[RUN_ROWS];     /* of the rows that are being gathered by week */
	int64_t links[SWK__LINKS_MAX][RUN_ROWS];
	swk__journal_run made;  /* what the journal is told of the run */
	swk__journal_rows read; /* numbers of texts, recorded_at, and whether that is a stamp, now or when it was first
	                           stored; all that there is of rows that come out of a journal */
} intake;

static int64_t own_instant(const intake *in, uint32_t row)
{
	int field = swk__schemas[in->table].instant;
	return field < 0 ? 0 : in->values[field][row];
}

static uint32_t entity_of(const intake *in, uint32_t row)
{
	return (uint32_t)in->values[SWK__FIELD_ID][row];
}

/* ---------------------------------------------------------------------------------------- current versions */

/* Puts `count` things into an order in which those of a week follow each other, as they came. */
static void weeks_gather(const int32_t *weeks, uint32_t count, uint32_t *order)
{
	enum {
		LISTS = 128
	};
	uint32_t heads[LISTS], next[RUN_ROWS], gathered = 0;
	bool taken[RUN_ROWS] = { false };
	memset(heads, 0xff, sizeof heads);
	for (uint32_t k = count; k-- > 0;) {
		uint32_t *head = &heads[(uint32_t)weeks[k] % LISTS];
		next[k] = *head;
		*head = k;
	}
	for (uint32_t first = 0; first < count; first++) {
		for (uint32_t k = taken[first] ? UINT32_MAX : first; k != UINT32_MAX; k = next[k]) {
			if (weeks[k] != weeks[first])
				continue;
			taken[k] = true;
			order[gathered++] = k;
		}
	}
}

/* How many of the things from `first` on, in that order, are of one week. */
static uint32_t weeks_together(const int32_t *weeks, const uint32_t *order, uint32_t first, uint32_t count)
{
	uint32_t end = first + 1;
	while (end < count && weeks[order[end]] == weeks[order[first]])
		end++;
	return end - first;
}

/* Finds the current versions of the run's records, in the order of where they lie. Handles are waited for together, as
 * texts are. */
static void versions_find(intake *in)
{
	const swk__pages *current = in->state->current;
	const uint32_t *at[RUN_ROWS];
	swk__place places[RUN_ROWS];
	uint32_t known[RUN_ROWS], order[RUN_ROWS], count = 0;
	for (uint32_t i = 0; i < in->count; i++) {
		const uint32_t entity = entity_of(in, i);
		at[i] = entity < in->new_ids ? swk__pages_at(current, entity) : NULL;
		if (at[i])
			__builtin_prefetch(at[i]);
	}
	for (uint32_t i = 0; i < in->count; i++) {
		in->handles[i] = at[i] ? *at[i] : 0;
		if (!in->handles[i])
			continue;
		places[count] = swk__blocks_get(in->state->blocks, in->handles[i]);
		in->weeks[count] = swk__place_week(places[count]);
		known[count++] = i;
	}
	weeks_gather(in->weeks, count, order);
	for (uint32_t k = 0; k < count; k++) {
		const swk__part *part = swk__directory_part(in->state->directory, in->weeks[order[k]]);
		const uint32_t number = swk__place_row(places[order[k]]);
		in->known[k] = (version){ part, known[order[k]], number, swk__columns_place(part->columns, number) };
	}
	in->known_count = count;
}

/* The number that a text field has in a version. */
static uint32_t version_number(const version *of, unsigned field)
{
	const swk__columns *columns = of->part->columns;
	const unsigned width = columns->codings[field].width;
	const char *cell = swk__cell_at(&of->place, columns->offsets[field], width);
	uint16_t two;
	uint32_t four;
	switch (width) {
	case 0:
		return (uint32_t)columns->codings[field].base;
	case 1:
		return (unsigned char)*cell;
	case 2:
		memcpy(&two, cell, sizeof two);
		return two;
	default:
		memcpy(&four, cell, sizeof four);
		return four;
	}
}

/* The numbers that a text field has in the current versions: likely those of the run's rows. */
static void versions_guess(const intake *in, unsigned field, uint32_t *guesses)
{
	memset(guesses, 0, in->count * sizeof *guesses);
	for (uint32_t k = 0; k < in->known_count; k++) {
		const version *of = &in->known[k];
		guesses[of->row] = version_number(of, field);
	}
}

/* -------------------------------------------------------------------------------------- reading the batch */

/* The texts of some rows of a field. */
static void slices_read(const swk_batch *batch, swk__table table, unsigned field, size_t first, uint32_t count,
                        swk__slice *bytes)
{
	const swk__span *spans = batch->tables[table].columns[field].spans + first;
	for (uint32_t i = 0; i < count; i++)
		bytes[i] = swk__batch_text_at(batch, spans[i]);
}

/* Whether the texts of a field are ids of its own table, and if so the place of the field among such. */
static bool field_named(swk__table table, unsigned field, unsigned *place)
{
	const swk__field *fields = swk__schemas[table].fields;
	*place = field != SWK__FIELD_ID;
	return field == SWK__FIELD_ID || (fields[field].kind == SWK__KIND_REF && fields[field].target == table);
}

int swk__history_name(swk__history *history, const swk_batch *batch, swk__named *named, swk_error *error)
{
	const swk__table table = (swk__table)batch->table;
	swk__text *ids = &history->ids[table];
	swk__slice bytes[RUN_ROWS];
	unsigned place;
	int code = SWK_OK;
	for (size_t first = 0; first < batch->rows && code == SWK_OK; first += RUN_ROWS) {
		const uint32_t count = (uint32_t)(batch->rows - first < RUN_ROWS ? batch->rows - first : RUN_ROWS);
		for (unsigned f = 0; f < swk__schemas[table].count && code == SWK_OK; f++) {
			if (!field_named(table, f, &place))
				continue;
			slices_read(batch, table, f, first, count, bytes);
			swk__text_expect(ids, history->passed, history->expected);
			named->first[place][first / RUN_ROWS] = swk__text_count(ids);
			code = swk__text_intern_run(ids, bytes, count, NULL, named->numbers[place] + first, error);
			named->end[place][first / RUN_ROWS] = swk__text_count(ids);
		}
	}
	return code;
}

/* Takes the numbers that the texts of a field were given ahead. */
static void named_take(intake *in, unsigned field, unsigned place, size_t first)
{
	const uint32_t *numbers = in->named->numbers[place] + first;
	for (uint32_t i = 0; i < in->count; i++)
		in->read.cells[field][i] = numbers[i];
	in->made.first[field] = in->named->first[place][first / RUN_ROWS];
	in->made.end[field] = in->ids = in->named->end[place][first / RUN_ROWS];
}

/* Gives numbers to the texts of a field. */
static int texts_read(intake *in, const swk_batch *batch, unsigned field, size_t first, swk_error *error)
{
	const swk__field *about = &swk__schemas[in->table].fields[field];
	swk__text *texts = (swk__text *)swk__history_texts(in->history, in->table, about);
	swk__slice bytes[RUN_ROWS];
	uint32_t numbers[RUN_ROWS], guesses[RUN_ROWS];
	unsigned place;
	const bool own = field_named(in->table, field, &place);
	in->values[field] = in->read.cells[field];
	if (own && in->named) {
		named_take(in, field, place, first);
		return SWK_OK;
	}
	slices_read(batch, in->table, field, first, in->count, bytes);
	const bool guessed = field != SWK__FIELD_ID && in->known_count;
	if (field == SWK__FIELD_ID)
		swk__text_expect(texts, in->history->passed, in->history->expected);
	if (guessed)
		versions_guess(in, field, guesses);
	in->made.first[field] = swk__text_count(texts);
	int code = swk__text_intern_run(texts, bytes, in->count, guessed ? guesses : NULL, numbers, error);
	in->made.end[field] = swk__text_count(texts);
	if (own)
		in->ids = in->made.end[field];
	for (uint32_t i = 0; i < in->count && code == SWK_OK; i++)
		in->read.cells[field][i] = numbers[i];
	return code;
}

/* Gives stamps to the rows that came without recorded_at. */
static int rows_stamp(intake *in, const swk__batch_order *order, swk_error *error)
{
	swk__snapshot *working = in->history->working;
	const int64_t *recorded = in->values[SWK__FIELD_RECORDED_AT];
	int64_t *told = in->read.cells[SWK__FIELD_RECORDED_AT];
	for (uint32_t i = 0; i < in->count; i++) {
		told[i] = recorded[i];
		in->stamped[i] = recorded[i] == SWK__NULL;
		in->read.stamped[i] = in->stamped[i] || order[i].stamped;
		if (in->read.stamped[i] && !in->stamped[i] && recorded[i] > working->last_stamp)
			working->last_stamp = recorded[i];
		if (!in->stamped[i])
			continue;
		if (working->last_stamp != INT64_MIN && in->stamp <= working->last_stamp)
			in->stamp = working->last_stamp + 1;
		if (in->stamp < 0 || in->stamp > SWK__INSTANT_MAX)
			return swk__fail(error, SWK_ERR_USAGE,
			                 "the stamp of a row was outside 1970-01-01 to 2200-01-01");
		told[i] = working->last_stamp = in->stamp++;
	}
	in->values[SWK__FIELD_RECORDED_AT] = told;
	return SWK_OK;
}

/* Says which table the run is of. */
static void run_begin(intake *in, swk__table table, uint32_t count)
{
	const swk__layout *layout = &in->history->layouts[table];
	in->table = table;
	in->count = count;
	in->state = &in->history->working->tables[table];
	in->page = NULL;
	for (unsigned l = 0; layout->schema->count + l < layout->count; l++)
		in->values[layout->schema->count + l] = in->links[l];
}

/* Reads rows that follow each other in one table of the batch. */
static int run_read(intake *in, const swk_batch *batch, const swk__batch_order *order, uint32_t count, swk_error *error)
{
	const swk__schema *schema = &swk__schemas[order->table];
	int code = SWK_OK;
	run_begin(in, (swk__table)order->table, count);
	for (unsigned f = 0; f < schema->count && code == SWK_OK; f++) {
		if (swk__kind_is_text(schema->fields[f].kind))
			code = texts_read(in, batch, f, order->row, error);
		else
			in->values[f] = batch->tables[in->table].columns[f].values + order->row;
		if (f == SWK__FIELD_ID && code == SWK_OK) {
			in->new_ids = in->made.first[f];
			versions_find(in);
		}
	}
	return code == SWK_OK ? rows_stamp(in, order, error) : code;
}

/* ---------------------------------------------------------------------------------------------- comparing */

#define COMPARE(type)                                                                                \
	for (uint32_t k = 0; k < count; k++) {                                                       \
		type cell;                                                                           \
		memcpy(&cell, swk__cell_at(&of[k].place, offset, sizeof cell), sizeof cell);         \
		same[of[k].row] &= (cell ? base + (int64_t)cell * unit : null) == values[of[k].row]; \
	}

/* Says which rows differ from their versions, which lie in one part, in a field. */
static void field_compare(const version *of, uint32_t count, unsigned field, const int64_t *values, bool *same)
{
	const swk__columns *columns = of->part->columns;
	const swk__coding *coding = &columns->codings[field];
	const unsigned offset = columns->offsets[field];
	const int64_t base = coding->base, unit = coding->unit, null = coding->text ? 0 : SWK__NULL;
	switch (coding->width) {
	case 0:
		for (uint32_t k = 0; k < count; k++)
			same[of[k].row] &= base == values[of[k].row];
		break;
	case 1:
		COMPARE(unsigned char)
		break;
	case 2:
		COMPARE(uint16_t)
		break;
	case 4:
		COMPARE(uint32_t)
		break;
	default:
		for (uint32_t k = 0; k < count; k++) {
			int64_t value;
			memcpy(&value, swk__cell_at(&of[k].place, offset, sizeof value), sizeof value);
			same[of[k].row] &= value == values[of[k].row];
		}
	}
}

/* Compares rows with their versions, which lie in one part, a field of all at a time. */
static void versions_compare(intake *in, const version *of, uint32_t count)
{
	bool timed[RUN_ROWS];
	for (uint32_t k = 0; k < count; k++)
		timed[of[k].row] = true;
	field_compare(of, count, SWK__FIELD_RECORDED_AT, in->values[SWK__FIELD_RECORDED_AT], timed);
	for (unsigned f = SWK__FIELD_FIRST; f < swk__schemas[in->table].count; f++)
		field_compare(of, count, f, in->values[f], in->same);
	for (uint32_t k = 0; k < count; k++) {
		const uint32_t i = of[k].row;
		if (in->same[i] && !in->stamped[i])
			in->same[i] = timed[i] &&
			              swk__part_commit(of[k].part, of[k].number)->stamped == in->read.stamped[i];
	}
}

/* How many of the versions from `first` on lie in one part. */
static uint32_t versions_together(const intake *in, uint32_t first)
{
	uint32_t end = first + 1;
	while (end < in->known_count && in->known[end].part == in->known[first].part)
		end++;
	return end - first;
}

/* Compares rows with the current versions of their records. */
static void rows_compare(intake *in)
{
	for (uint32_t i = 0; i < in->count; i++)
		in->same[i] = in->handles[i] != 0;
	for (uint32_t first = 0, count; first < in->known_count; first += count) {
		count = versions_together(in, first);
		versions_compare(in, &in->known[first], count);
	}
}

/* The version rule between a row of the run and a stored one, from field `from` on; from the first of the table's own
 * on it is not asked who said when. */
static int row_compare(const intake *in, uint32_t row, swk__place stored, unsigned from)
{
	const swk__columns *columns = swk__state_columns(in->state, stored);
	for (unsigned f = from; f < swk__schemas[in->table].count; f++) {
		int64_t cell = swk__columns_get(columns, f, swk__place_row(stored));
		int order = swk__cell_compare(in->history, in->table, f, in->values[f][row], cell);
		if (order != 0)
			return order;
	}
	return from == SWK__FIELD_RECORDED_AT ? swk__state_stamped(in->state, stored) - in->read.stamped[row] : 0;
}

/* A hash of what a row says. */
static uint32_t row_hash(const intake *in, uint32_t row)
{
	const unsigned count = swk__schemas[in->table].count;
	int64_t cells[SWK__FIELDS_MAX + 1];
	for (unsigned f = 0; f < count; f++)
		cells[f] = in->values[f][row];
	cells[count] = in->read.stamped[row];
	return swk__version_hash(in->history, cells, count);
}

/* Whether a row is one of the older versions of its record. */
static bool version_older(const intake *in, uint32_t row)
{
	const uint32_t hash = row_hash(in, row);
	size_t step = 0;
	for (uint32_t handle; (handle = swk__versions_next(&in->history->older[in->table], hash, &step));) {
		swk__place place = swk__blocks_get(in->state->blocks, handle);
		if (swk__state_get(in->state, place, SWK__FIELD_ID) == entity_of(in, row) &&
		    row_compare(in, row, place, SWK__FIELD_RECORDED_AT) == 0)
			return true;
	}
	return false;
}

/* What a row is among the versions of its record. */
typedef enum version_kind {
	VERSION_KNOWN,
	VERSION_OLDER,
	VERSION_CURRENT
} version_kind;

static version_kind version_judge(const intake *in, uint32_t row, swk__place current)
{
	if (in->stamped[row] && row_compare(in, row, current, SWK__FIELD_FIRST) == 0)
		return VERSION_KNOWN;
	int order = row_compare(in, row, current, SWK__FIELD_RECORDED_AT);
	if (order > 0)
		return VERSION_CURRENT;
	return order == 0 || version_older(in, row) ? VERSION_KNOWN : VERSION_OLDER;
}

/* ------------------------------------------------------------------------------------------------ storing */

/* The part of a week as the transaction's own, with a version of its own; NULL when memory failed. */
static swk__part *part_own(const intake *in, int32_t week)
{
	swk__history *history = in->history;
	swk__part *part = swk__directory_own(history->mem, &in->state->directory, &history->layouts[in->table], week,
	                                     history->txn);
	if (part && part->version == 0)
		part->version = ++history->versions;
	return part;
}

/* Puts rows that are being appended at the heads of the lists of what they refer to. */
static bool rows_link(intake *in, const uint32_t *picked, uint32_t count)
{
	swk__history *history = in->history;
	for (unsigned l = 0; l < SWK__LINK_COUNT; l++) {
		const swk__link_about *about = &swk__links[l];
		swk__pages **heads = &history->working->links[l];
		if (about->table != in->table)
			continue;
		const int64_t *targets = in->values[about->field];
		for (uint32_t k = 0; k < count; k++)
			__builtin_prefetch(swk__pages_at(*heads, (uint32_t)targets[picked[k]]));
		for (uint32_t k = 0; k < count; k++) {
			uint32_t i = picked[k], target = (uint32_t)targets[i];
			in->links[about->extra][i] = 0;
			if (!target)
				continue;
			uint32_t *head = swk__pages_own(history->mem, heads, in->state->blocks, target, history->txn);
			if (!head)
				return false;
			in->links[about->extra][i] = *head;
			*head = in->appended[k];
		}
	}
	return true;
}

/* The latest instant of a row that, cut off, would change what other records mean. */
static int64_t row_settled(const intake *in, uint32_t row)
{
	int64_t closed;
	switch (in->table) {
	case SWK__TABLE_LEAD:
	case SWK__TABLE_STAGE:
		return own_instant(in, row);
	case SWK__TABLE_OPPORTUNITY:
		closed = in->values[SWK__OPPORTUNITY_CLOSED_AT][row];
		return in->values[SWK__OPPORTUNITY_OUTCOME][row] != SWK__OPEN && closed > own_instant(in, row)
		               ? closed
		               : own_instant(in, row);
	default:
		return INT64_MIN;
	}
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* What stored rows say of the snapshot. */
static void rows_tell(intake *in, const uint32_t *picked, uint32_t count)
{
	swk__snapshot *working = in->history->working;
	for (uint32_t k = 0; k < count; k++) {
		uint32_t i = picked[k];
		in->state->latest = later(own_instant(in, i), in->state->latest);
		working->latest_recorded = later(in->values[SWK__FIELD_RECORDED_AT][i], working->latest_recorded);
		working->settled = later(row_settled(in, i), working->settled);
		in->stored[i] = true;
	}
	in->state->versions += count;
	working->commit = in->commit;
}

/* Appends rows of one week to their part. */
static swk__part *rows_append(intake *in, int32_t week, const uint32_t *picked, uint32_t count)
{
	swk__part *part = part_own(in, week);
	swk__fresh fresh = { .picked = picked, .count = count };
	memcpy(fresh.values, in->values, sizeof fresh.values);
	if (!part || !swk__state_reserve(in->history->mem, in->state, part, week, count))
		return NULL;
	swk__columns_handles(part->columns, part->rows, count, in->appended);
	if (!rows_link(in, picked, count))
		return NULL;
	for (uint32_t k = 0; k < count; k++)
		if ((k == 0 || in->read.stamped[picked[k]] != in->read.stamped[picked[k - 1]]) &&
		    !swk__part_commits(part, part->rows + k, in->commit, in->read.stamped[picked[k]]))
			return NULL;
	if (!swk__part_append(part, &fresh))
		return NULL;
	rows_tell(in, picked, count);
	return part;
}

/* What a row that becomes current, or ceases to be, touches. A meeting touches its opportunity's lead, which only the
 * fold knows. */
static const struct {
	swk__table table;
	unsigned field;
	swk__touch kind;
} touches[] = {
	{ SWK__TABLE_LEAD, SWK__FIELD_ID, SWK__TOUCH_LEAD },
	{ SWK__TABLE_LEAD, SWK__FIELD_ID, SWK__TOUCH_FOLLOWERS },
	{ SWK__TABLE_LEAD, SWK__LEAD_MERGED_INTO, SWK__TOUCH_LEAD },
	{ SWK__TABLE_MESSAGE, SWK__MESSAGE_LEAD, SWK__TOUCH_LEAD },
	{ SWK__TABLE_CALL, SWK__CALL_LEAD, SWK__TOUCH_LEAD },
	{ SWK__TABLE_OPPORTUNITY, SWK__FIELD_ID, SWK__TOUCH_DEAL },
	{ SWK__TABLE_OPPORTUNITY, SWK__OPPORTUNITY_LEAD, SWK__TOUCH_LEAD },
	{ SWK__TABLE_STAGE, SWK__STAGE_OPPORTUNITY, SWK__TOUCH_DEAL },
	{ SWK__TABLE_SCORE, SWK__FIELD_ID, SWK__TOUCH_SCORE },
	{ SWK__TABLE_SCORE, SWK__SCORE_LEAD, SWK__TOUCH_LEAD },
	{ SWK__TABLE_MEETING, SWK__MEETING_LEAD, SWK__TOUCH_LEAD },
	{ SWK__TABLE_MEETING, SWK__MEETING_OPPORTUNITY, SWK__TOUCH_DEAL },
};

const swk__table swk__touch_tables[SWK__TOUCH_COUNT] = {
	[SWK__TOUCH_LEAD] = SWK__TABLE_LEAD,
	[SWK__TOUCH_FOLLOWERS] = SWK__TABLE_LEAD,
	[SWK__TOUCH_DEAL] = SWK__TABLE_OPPORTUNITY,
	[SWK__TOUCH_SCORE] = SWK__TABLE_SCORE,
};

/* Makes room for all that the run can touch. */
static bool touched_reserve(const intake *in)
{
	for (size_t i = 0; i < SWK__COUNT(touches); i++) {
		const swk__table kind = swk__touch_tables[touches[i].kind];
		/* The ids of the run's own table may be growing, for the rows after it. */
		const uint32_t count = kind == in->table ? in->ids : in->history->ids[kind].count;
		if (touches[i].table == in->table &&
		    !swk__touched_reserve(&in->history->touched, touches[i].kind, count))
			return false;
	}
	return true;
}

static void rows_touch(const intake *in, const uint32_t *picked, uint32_t count)
{
	for (size_t i = 0; i < SWK__COUNT(touches); i++) {
		if (touches[i].table != in->table)
			continue;
		const int64_t *values = in->values[touches[i].field];
		for (uint32_t k = 0; k < count; k++)
			(void)swk__touched_add(&in->history->touched, touches[i].kind, (uint32_t)values[picked[k]]);
	}
}

void swk__history_touch(const swk__table_state *state, swk__table table, swk__place place, swk__touched *touched)
{
	for (size_t i = 0; i < SWK__COUNT(touches); i++)
		if (touches[i].table == table)
			(void)swk__touched_add(touched, touches[i].kind,
			                       (uint32_t)swk__state_get(state, place, touches[i].field));
}

/* Makes rows of a part, from `first` on, the current versions of their records. */
static void rows_enter(intake *in, const uint32_t *picked, uint32_t count, swk__part *part, uint32_t first)
{
	const int64_t *deleted = in->values[swk__schemas[in->table].count - 1];
	for (uint32_t k = 0; k < count; k++) {
		bool live = deleted[picked[k]] == 0;
		swk__part_mark(part, first + k, live);
		in->state->live += live;
	}
	in->state->epoch = in->history->txn;
	rows_touch(in, picked, count);
}

/* Stores the pending rows of one week: those at `places`, which `picked` is filled with. */
static bool week_store(intake *in, int32_t week, const uint32_t *places, uint32_t *picked, uint32_t count)
{
	for (uint32_t k = 0; k < count; k++)
		picked[k] = in->pending[places[k]];
	swk__part *part = rows_append(in, week, picked, count);
	if (!part)
		return false;
	for (uint32_t k = 0; k < count; k++)
		*in->slots[places[k]] = in->appended[k];
	rows_enter(in, picked, count, part, part->rows - count);
	return true;
}

/* Stores the pending rows, week by week. */
static bool pending_store(intake *in)
{
	uint32_t order[RUN_ROWS], picked[RUN_ROWS];
	int32_t *weeks = in->weeks;
	for (uint32_t p = 0; p < in->pending_count; p++)
		weeks[p] = swk__utc_week(own_instant(in, in->pending[p]));
	weeks_gather(weeks, in->pending_count, order);
	for (uint32_t first = 0, count; first < in->pending_count; first += count) {
		count = weeks_together(weeks, order, first, in->pending_count);
		if (!week_store(in, weeks[order[first]], &order[first], picked, count))
			return false;
	}
	in->pending_count = 0;
	return true;
}

/* Where the transaction may set the handle of an entity; NULL when memory failed. Ids of a run often follow each other,
 * and a page stays where it is as long as the transaction lasts. */
static uint32_t *slot_own(intake *in, uint32_t entity)
{
	if (!in->page || in->page_number != entity / SWK__PAGE_HANDLES) {
		uint32_t *slot = swk__pages_own(in->history->mem, &in->state->current, in->state->blocks, entity,
		                                in->history->txn);
		if (!slot)
			return NULL;
		in->page = slot - entity % SWK__PAGE_HANDLES;
		in->page_number = entity / SWK__PAGE_HANDLES;
	}
	return &in->page[entity % SWK__PAGE_HANDLES];
}

/* Lets a row wait whose record has no version yet. */
static void row_pend(intake *in, uint32_t row, uint32_t *slot)
{
	*slot = PENDING;
	in->slots[in->pending_count] = slot;
	in->pending[in->pending_count++] = row;
}

/* Stores a row beside the current version of its record, or in its stead. */
static bool row_store(intake *in, uint32_t row, swk__place current, version_kind kind)
{
	swk__versions *older = &in->history->older[in->table];
	swk__part *part = rows_append(in, swk__utc_week(own_instant(in, row)), &row, 1);
	if (!part)
		return false;
	const uint32_t number = part->rows - 1, handle = in->appended[0];
	if (kind == VERSION_OLDER)
		return swk__versions_add(older, row_hash(in, row), handle);
	uint32_t *slot = slot_own(in, entity_of(in, row));
	swk__part *old = part_own(in, swk__place_week(current));
	if (!slot || !old ||
	    !swk__versions_add(older, swk__history_hash(in->history, in->table, in->state, current), *slot))
		return false;
	*slot = handle;
	in->state->live -= swk__part_live(old, swk__place_row(current));
	swk__part_mark(old, swk__place_row(current), false);
	swk__history_touch(in->state, in->table, current, &in->history->touched);
	rows_enter(in, &row, 1, part, number);
	return true;
}

/* Stores a row unless it is known, or lets it wait. */
static bool row_take(intake *in, uint32_t row)
{
	const uint32_t entity = entity_of(in, row);
	if (!in->handles[row]) {
		uint32_t *slot = slot_own(in, entity);
		if (!slot)
			return false;
		if (*slot == 0) {
			row_pend(in, row, slot);
			return true;
		}
	}
	if (in->pending_count && !pending_store(in))
		return false;
	swk__place current = swk__pages_get(in->state->current, entity);
	version_kind kind = version_judge(in, row, current);
	return kind == VERSION_KNOWN || row_store(in, row, current, kind);
}

/* Stores the rows of a run that are news. */
static bool run_store(intake *in)
{
	bool news = false; /* what was found before may no longer be current */
	memset(in->stored, false, in->count);
	if (!swk__state_begin(in->history->mem, in->state) || !touched_reserve(in))
		return false;
	for (uint32_t i = 0; i < in->count; i++) {
		if (in->same[i] && (!news || swk__pages_handle(in->state->current, entity_of(in, i)) == in->handles[i]))
			continue;
		news = true;
		if (!row_take(in, i))
			return false;
	}
	return pending_store(in);
}

/* ----------------------------------------------------------------------------------------------- applying */

/* How many rows of one table follow each other in the batch from `first` on, up to RUN_ROWS. */
static uint32_t run_length(const swk_batch *batch, size_t first)
{
	size_t count = 1, most = batch->rows - first < RUN_ROWS ? batch->rows - first : RUN_ROWS;
	while (count < most && batch->order[first + count].table == batch->order[first].table)
		count++;
	return (uint32_t)count;
}

/* Tells the journal what was stored of a run. */
static void run_tell(intake *in, const swk__dictionaries *all, swk__buf *journal)
{
	uint32_t picked[RUN_ROWS];
	in->made.table = in->table;
	in->made.picked = picked;
	in->made.count = 0;
	in->made.stamped = in->read.stamped;
	memcpy(in->made.values, in->values, sizeof in->made.values);
	for (uint32_t i = 0; i < in->count; i++) {
		picked[in->made.count] = i;
		in->made.count += in->stored[i];
	}
	if (in->made.count)
		swk__journal_encode(all, &in->made, journal);
}

static int run_apply(intake *in, swk_error *error)
{
	rows_compare(in);
	if (run_store(in))
		return SWK_OK;
	if (in->state->block_count >= SWK__BLOCKS_MAX)
		return swk__fail(error, SWK_ERR_LIMIT, "table %s had as many versions as it can hold",
		                 swk__schemas[in->table].name);
	return swk__fail_memory(error, in->history->mem);
}

static intake *intake_create(swk__history *history, uint64_t commit, int64_t stamp, swk_error *error)
{
	intake *in = swk__alloc(history->mem, SWK__FAULT_history_intake, 1, sizeof *in);
	if (!in) {
		(void)swk__fail_memory(error, history->mem);
		return NULL;
	}
	in->history = history;
	in->commit = commit;
	in->stamp = stamp;
	return in;
}

static void run_count(const intake *in, swk__applied *applied)
{
	uint32_t stored = 0;
	for (uint32_t i = 0; i < in->count; i++)
		stored += in->stored[i];
	applied->accepted += stored;
	applied->unchanged += in->count - stored;
}

int swk__history_apply(swk__history *history, const swk_batch *batch, const swk__intake_wish *wish,
                       swk__applied *applied, swk_error *error)
{
	const swk__dictionaries all = { &history->texts, history->ids };
	size_t checked = 0;
	int code = SWK_OK;
	intake *in = intake_create(history, wish->commit, wish->stamp, error);
	if (!in)
		return swk__mem_code(history->mem);
	in->named = wish->named;
	for (size_t first = 0; first < batch->rows && code == SWK_OK; first += in->count) {
		if (wish->check && first >= checked) {
			code = wish->check(wish->context, first, batch->rows, error);
			checked = first + CHECK_ROWS;
		}
		if (code == SWK_OK)
			code = run_read(in, batch, &batch->order[first], run_length(batch, first), error);
		if (code == SWK_OK)
			code = run_apply(in, error);
		if (code == SWK_OK)
			run_count(in, applied);
		if (code == SWK_OK && wish->journal)
			run_tell(in, &all, wish->journal);
	}
	swk__free(history->mem, in);
	if (code == SWK_OK && wish->journal && wish->journal->failed)
		code = swk__fail_memory(error, wish->journal->mem);
	return code;
}

int swk__history_replay(swk__history *history, swk__slice journal, uint64_t commit, swk__check check, void *context,
                        size_t *taken, swk_error *error)
{
	const swk__dictionaries all = { &history->texts, history->ids };
	swk__reader reader = { .bytes = journal.bytes, .length = journal.length };
	int code = SWK_OK;
	intake *in = intake_create(history, commit, 0, error);
	if (!in)
		return swk__mem_code(history->mem);
	*taken = 0;
	while (reader.at < reader.length && code == SWK_OK) {
		code = swk__journal_decode(&all, &reader, &in->read, error);
		if (code == SWK_ERR_CORRUPT)
			code = swk__fail(error, code, "the journal was corrupt in commit %" PRIu64, commit);
		if (reader.failed)
			break;
		*taken = reader.at;
		if (code == SWK_OK && check)
			code = check(context, reader.at, reader.length, error);
		if (code != SWK_OK)
			break;
		for (unsigned f = 0; f < SWK__FIELDS_MAX; f++)
			in->values[f] = in->read.cells[f];
		run_begin(in, in->read.table, in->read.count);
		in->ids = swk__text_count(&history->ids[in->table]);
		in->new_ids = in->read.new_ids;
		versions_find(in);
		code = run_apply(in, error);
	}
	swk__free(history->mem, in);
	return code;
}

/* How many texts an index takes between two checks. */
#define READY_TEXTS 65536

static int text_ready(swk__text *text, swk__check check, void *context, swk_error *error)
{
	int code = SWK_OK;
	while (code == SWK_OK && !swk__text_whole(text)) {
		code = swk__text_complete(text, READY_TEXTS, error);
		if (code == SWK_OK && check)
			code = check(context, 0, 0, error);
	}
	return code;
}

int swk__history_replayed(swk__history *history, swk__check check, void *context, swk_error *error)
{
	const int code = text_ready(&history->texts, check, context, error);
	return code == SWK_OK ? text_ready(&history->ids[SWK__TABLE_REP], check, context, error) : code;
}

int swk__history_ready(swk__history *history, const swk_batch *batch, swk__check check, void *context, swk_error *error)
{
	int code = SWK_OK;
	for (unsigned t = 0; t < SWK__TABLE_COUNT; t++) {
		const swk__schema *schema = &swk__schemas[t];
		for (unsigned f = 0; f < schema->count && batch->tables[t].rows && code == SWK_OK; f++) {
			const swk__field *field = &schema->fields[f];
			if (swk__kind_is_text(field->kind))
				code = text_ready((swk__text *)swk__history_texts(history, (swk__table)t, field), check,
				                  context, error);
		}
	}
	return code;
}
