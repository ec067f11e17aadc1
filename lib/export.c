/* SPDX-License-Identifier: MIT */
#include "export.h"

#include <stdio.h>

#define CHECK_ROWS 4096

/* A row of the batch at hand. */
struct picked {
	const swk__part *part;
	swk__place place;
};

struct swk__export {
	swk__mem *mem;
	const swk__history *history;
	swk__export_plan plan;
	swk__table_state state;                       /* retained */
	swk__arrow_field fields[SWK__FIELDS_MAX + 1]; /* the schema's, and `stamped` */
	size_t field_count;
	swk__buf metadata;
	struct picked *picked; /* `capacity` of them */
	uint32_t capacity, count;
	uint32_t part, row; /* where the next batch begins: part of the directory, row in it */
};

/* How the fields of a kind are handed over. A double holds what has at most 15 digits exactly, so that durations,
 * numbers and scores, of at most 10 before and 6 behind the point, come back as they were; the others are exact anyway.
 * Texts of unknown number are written out, those that repeat are not. */
static const struct form {
	swk__arrow_form form;
	unsigned precision, scale;
} forms[] = {
	[SWK__KIND_TEXT] = { SWK__ARROW_REPEATS, 0, 0 },     [SWK__KIND_ID] = { SWK__ARROW_TEXT, 0, 0 },
	[SWK__KIND_REF] = { SWK__ARROW_TEXT, 0, 0 },         [SWK__KIND_ZONE] = { SWK__ARROW_REPEATS, 0, 0 },
	[SWK__KIND_CURRENCY] = { SWK__ARROW_REPEATS, 0, 0 }, [SWK__KIND_ENUM] = { SWK__ARROW_CHOICE, 0, 0 },
	[SWK__KIND_BOOL] = { SWK__ARROW_BOOL, 0, 0 },        [SWK__KIND_INSTANT] = { SWK__ARROW_INSTANT, 0, 0 },
	[SWK__KIND_DURATION] = { SWK__ARROW_REAL, 0, 0 },    [SWK__KIND_NUMBER] = { SWK__ARROW_REAL, 0, 0 },
	[SWK__KIND_SCORE] = { SWK__ARROW_REAL, 0, 0 },       [SWK__KIND_COUNT] = { SWK__ARROW_INT, 0, 0 },
	[SWK__KIND_AMOUNT] = { SWK__ARROW_DECIMAL, 19, 4 },  [SWK__KIND_FACTOR] = { SWK__ARROW_DECIMAL, 19, 12 },
	[SWK__KIND_DATE] = { SWK__ARROW_DATE, 0, 0 },
};

#define MILLION 1e6

/* -------------------------------------------------------------------------------------------- opening */

static void fields_fill(swk__export *export)
{
	const swk__schema *schema = &swk__schemas[export->plan.table];
	for (unsigned f = 0; f < schema->count; f++) {
		const swk__field *field = &schema->fields[f];
		const bool few = field->kind == SWK__KIND_REF && field->target == SWK__TABLE_REP;
		export->fields[f] = (swk__arrow_field){ .name = field->name,
			                                .form = few ? SWK__ARROW_REPEATS : forms[field->kind].form,
			                                .precision = forms[field->kind].precision,
			                                .scale = forms[field->kind].scale,
			                                .nullable = f != SWK__FIELD_RECORDED_AT && !field->required &&
			                                            field->preset == SWK__NULL };
	}
	export->fields[schema->count] = (swk__arrow_field){ .name = swk__stamped.name, .form = SWK__ARROW_BOOL };
	export->field_count = schema->count + 1;
}

static void metadata_fill(swk__export *export, uint64_t commit)
{
	char text[32];
	snprintf(text, sizeof text, "%.*s", (int)export->plan.currency.length, export->plan.currency.bytes);
	swk__buf_init(&export->metadata, export->mem, INT32_MAX);
	swk__arrow_metadata(&export->metadata, "salesweek.version", swk_version());
	swk__arrow_metadata(&export->metadata, "salesweek.table", swk__schemas[export->plan.table].name);
	swk__arrow_metadata(&export->metadata, "salesweek.currency", text);
	snprintf(text, sizeof text, "%" PRIu64, commit < export->plan.cut.commit ? commit : export->plan.cut.commit);
	swk__arrow_metadata(&export->metadata, "salesweek.commit", text);
}

/* The rows that may be exported lie in the state of the snapshot; which of them are current, a cut decides anew. */
static int state_take(swk__export *export, swk__snapshot *snapshot, swk__check check, void *check_context,
                      swk_error *error)
{
	const swk__export_plan *plan = &export->plan;
	bool past = plan->cut.as_of < snapshot->latest_recorded || plan->cut.commit < snapshot->commit;
	if (past && !plan->versions)
		return swk__facts_cut_table(export->history, snapshot, plan->table, plan->cut, check, check_context,
		                            &export->state, error);
	export->state = snapshot->tables[plan->table];
	swk__state_retain(&export->state);
	return SWK_OK;
}

int swk__export_open(const swk__history *history, swk__snapshot *snapshot, const swk__export_plan *plan,
                     swk__check check, void *check_context, swk__export **export, swk_error *error)
{
	swk__mem *mem = history->mem;
	uint64_t versions = snapshot->tables[plan->table].versions;
	swk__export *made = swk__alloc(mem, SWK__FAULT_export_open, 1, sizeof *made);
	if (!made)
		return swk__fail_memory(error, mem);
	made->mem = mem;
	made->history = history;
	made->plan = *plan;
	made->capacity = versions < plan->batch_rows ? (uint32_t)versions : plan->batch_rows;
	fields_fill(made);
	metadata_fill(made, snapshot->commit);
	made->picked = swk__alloc(mem, SWK__FAULT_export_open, made->capacity, sizeof *made->picked);
	int code = made->picked && !made->metadata.failed ? state_take(made, snapshot, check, check_context, error)
	                                                  : swk__fail_memory(error, mem);
	if (code == SWK_OK)
		*export = made;
	else
		swk__export_close(made);
	return code;
}

void swk__export_close(swk__export *export)
{
	swk__state_release(&export->state);
	swk__buf_done(&export->metadata);
	swk__free(export->mem, export->picked);
	swk__free(export->mem, export);
}

const swk__arrow_field *swk__export_fields(const swk__export *export, size_t *count)
{
	*count = export->field_count;
	return export->fields;
}

swk__slice swk__export_metadata(const swk__export *export)
{
	return (swk__slice){ export->metadata.bytes, export->metadata.length };
}

/* ------------------------------------------------------------------------------------------------ rows */

/* Whether a row of a part is exported. */
static bool row_counts(const swk__export *export, const swk__part *part, uint32_t row)
{
	return export->plan.versions ? swk__cut_keeps(&export->plan.cut, part, row) : swk__part_live(part, row);
}

/* Picks the rows of the next batch, from where the last one ended. */
static int rows_pick(swk__export *export, swk__check check, void *check_context, swk_error *error)
{
	const swk__directory *directory = export->state.directory;
	uint32_t seen = 0;
	export->count = 0;
	for (; directory && export->part < directory->count; export->part++, export->row = 0) {
		const swk__part *part = directory->parts[export->part];
		for (; part && export->row < part->rows; export->row++) {
			if (export->count == export->capacity)
				return SWK_OK;
			if (check && seen++ % CHECK_ROWS == 0) {
				int code = check(check_context, 0, 0, error);
				if (code != SWK_OK)
					return code;
			}
			if (!row_counts(export, part, export->row))
				continue;
			swk__place place = swk__place_make(directory->first + (int32_t) export->part, export->row);
			export->picked[export->count++] = (struct picked){ part, place };
		}
	}
	return SWK_OK;
}

/* Leaves the rows from `count` on for the next batch. */
static void rows_leave(swk__export *export, uint32_t count)
{
	if (count == export->count)
		return;
	swk__place place = export->picked[count].place;
	export->part = (uint32_t)(swk__place_week(place) - export->state.directory->first);
	export->row = swk__place_row(place);
	export->count = count;
}

static int64_t cell_at(const swk__export *export, uint32_t i, unsigned field)
{
	const swk__part *part = export->picked[i].part;
	uint32_t row = swk__place_row(export->picked[i].place);
	if (field == swk__schemas[export->plan.table].count)
		return swk__part_commit(part, row)->stamped;
	return swk__columns_get(part->columns, field, row);
}

/* --------------------------------------------------------------------------------------------- columns */

/* Gathers texts until one no longer fits; *count is how many rows did. */
static bool texts_gather(const swk__export *export, unsigned field, swk__arrow_gather *gather, uint32_t *count)
{
	const swk__table table = export->plan.table;
	const swk__text *texts = swk__history_texts(export->history, table, &swk__schemas[table].fields[field]);
	for (uint32_t i = 0; i < *count; i++) {
		swk__slice text = swk__text_get(texts, (uint32_t)cell_at(export, i, field));
		if (!swk__arrow_gather_fits(gather, text)) {
			*count = i;
			return true;
		}
		if (!(text.length ? swk__arrow_gather_add(gather, text) : swk__arrow_gather_null(gather)))
			return false;
	}
	return true;
}

static bool texts_make(const swk__export *export, unsigned field, swk__arrow_out_cells *cells, uint32_t *count)
{
	swk__arrow_gather gather;
	swk__arrow_gather_init(&gather, export->mem, export->fields[field].form);
	gather.bytes.maximum = export->plan.text_bytes;
	bool done = texts_gather(export, field, &gather, count) && swk__arrow_gather_finish(&gather, cells);
	swk__arrow_gather_done(&gather);
	return done;
}

/* The names of an ENUM's values, which its codes count. */
static bool choices_make(const swk__export *export, unsigned field, swk__arrow_out_cells *cells)
{
	const char *const *values = swk__schemas[export->plan.table].fields[field].values;
	swk__arrow_gather gather;
	bool done = true;
	swk__arrow_gather_init(&gather, export->mem, SWK__ARROW_TEXT);
	while (done && *values)
		done = swk__arrow_gather_add(&gather, swk__slice_of(*values++));
	done = done && swk__arrow_gather_finish(&gather, cells);
	swk__arrow_gather_done(&gather);
	return done;
}

/* Stores the cell of row i, which is 0 so far. */
static void value_store(void *values, uint32_t i, swk__arrow_form form, int64_t value)
{
	switch (form) {
	case SWK__ARROW_CHOICE:
		((int8_t *)values)[i] = (int8_t)value;
		break;
	case SWK__ARROW_BOOL:
		swk__bit_set(values, i, value != 0);
		break;
	case SWK__ARROW_DATE:
		((int32_t *)values)[i] = (int32_t)value;
		break;
	case SWK__ARROW_REAL:
		((double *)values)[i] = (double)value / MILLION;
		break;
	case SWK__ARROW_DECIMAL:
		((swk__i128 *)values)[i] = value;
		break;
	default:
		((int64_t *)values)[i] = value;
	}
}

static bool values_make(const swk__export *export, unsigned field, swk__arrow_out_cells *cells)
{
	/* how many bytes eight cells take */
	static const unsigned char sizes[] = {
		[SWK__ARROW_CHOICE] = 8, [SWK__ARROW_BOOL] = 1,  [SWK__ARROW_DATE] = 32,     [SWK__ARROW_INSTANT] = 64,
		[SWK__ARROW_INT] = 64,   [SWK__ARROW_REAL] = 64, [SWK__ARROW_DECIMAL] = 128,
	};
	const swk__arrow_form form = export->fields[field].form;
	void *values = swk__alloc(export->mem, SWK__FAULT_export_batch, (size_t) export->count / 8 + 1, sizes[form]);
	if (!values)
		return false;
	cells->values = cells->made[3] = values;
	for (uint32_t i = 0; i < export->count; i++) {
		int64_t value = cell_at(export, i, field);
		if (value != SWK__NULL)
			value_store(values, i, form, value);
	}
	return true;
}

/* Marks which of the rows have a value. */
static bool valid_make(const swk__export *export, unsigned field, swk__arrow_out_cells *cells)
{
	const int64_t null = swk__kind_is_text(swk__schemas[export->plan.table].fields[field].kind) ? 0 : SWK__NULL;
	void *valid = swk__alloc(export->mem, SWK__FAULT_export_batch, (size_t) export->count / 8 + 1, 1);
	if (!valid)
		return false;
	cells->valid = cells->made[0] = valid;
	for (uint32_t i = 0; i < export->count; i++) {
		bool null_here = cell_at(export, i, field) == null;
		swk__bit_set(valid, i, !null_here);
		cells->nulls += null_here;
	}
	return true;
}

static bool is_text(swk__arrow_form form)
{
	return form == SWK__ARROW_TEXT || form == SWK__ARROW_REPEATS;
}

/* Texts first: they may leave rows for the next batch. */
static bool columns_make(swk__export *export, swk__arrow_out_cells *cells)
{
	const swk__arrow_field *fields = export->fields;
	uint32_t count = export->count;
	bool done = true;
	for (unsigned f = 0; f < export->field_count && done; f++)
		if (is_text(fields[f].form))
			done = texts_make(export, f, &cells[f], &count);
	if (done)
		rows_leave(export, count);
	for (unsigned f = 0; f < export->field_count && done; f++) {
		if (fields[f].form == SWK__ARROW_CHOICE)
			done = choices_make(export, f, &cells[f]);
		if (done && !is_text(fields[f].form))
			done = values_make(export, f, &cells[f]);
		if (done && fields[f].nullable)
			done = valid_make(export, f, &cells[f]);
	}
	return done;
}

int swk__export_next(swk__export *export, swk__arrow_out_cells *cells, int64_t *rows, bool *ended, swk__check check,
                     void *check_context, swk_error *error)
{
	const uint32_t part = export->part, row = export->row;
	int code = rows_pick(export, check, check_context, error);
	*ended = code == SWK_OK && export->count == 0;
	if (code == SWK_OK && !*ended && !columns_make(export, cells))
		code = swk__fail_memory(error, export->mem);
	if (code != SWK_OK) { /* the batch may be asked for again */
		export->part = part;
		export->row = row;
	}
	*rows = export->count;
	return code;
}
