/* SPDX-License-Identifier: MIT */
#include "batch.h"

#include "calendar.h"
#include "currency.h"

#include <stdio.h>

/* -------------------------------------------------------------------------------------- life of a batch */

int swk__batch_create(swk__mem *mem, swk__zones *zones, const swk__zone *zone, swk__slice currency, bool ignore_unknown,
                      void (*drop)(void *), void *owner, swk_batch **batch, swk_error *error)
{
	swk_batch *made = swk__alloc(mem, SWK__FAULT_batch_create, 1, sizeof *made);
	if (!made)
		return swk__fail_memory(error, mem);
	made->mem = mem;
	made->zones = zones;
	made->zone = zone;
	made->currency = currency;
	made->ignore_unknown = ignore_unknown;
	made->drop = drop;
	made->owner = owner;
	made->refusal.size = sizeof made->refusal;
	swk__buf_init(&made->bytes, mem, SIZE_MAX);
	*batch = made;
	return SWK_OK;
}

void swk_batch_free(swk_batch *batch)
{
	if (!batch)
		return;
	swk__mem *mem = batch->mem;
	void (*drop)(void *) = batch->drop;
	void *owner = batch->owner;
	for (size_t t = 0; t < SWK__TABLE_COUNT; t++)
		for (size_t f = 0; f < SWK__FIELDS_MAX; f++) {
			swk__free(mem, batch->tables[t].columns[f].values);
			swk__free(mem, batch->tables[t].columns[f].spans);
		}
	swk__buf_done(&batch->bytes);
	swk__free(mem, batch->order);
	swk__free(mem, batch->refused);
	swk__free(mem, batch->rejects);
	swk__free(mem, batch);
	/* Last, because `mem` may be the owner's. */
	if (drop)
		drop(owner);
}

void swk_batch_clear(swk_batch *batch)
{
	if (!batch)
		return;
	for (size_t t = 0; t < SWK__TABLE_COUNT; t++)
		batch->tables[t].rows = 0;
	batch->bytes.length = 0;
	batch->bytes.failed = false;
	batch->rows = 0;
	batch->reject_count = 0;
	batch->open = batch->broken = false;
}

#define SWAP(type, a, b)          \
	do {                      \
		type swapped = a; \
		a = b;            \
		b = swapped;      \
	} while (0)

void swk__batch_swap(swk_batch *a, swk_batch *b)
{
	for (size_t t = 0; t < SWK__TABLE_COUNT; t++)
		SWAP(swk__batch_table, a->tables[t], b->tables[t]);
	SWAP(swk__buf, a->bytes, b->bytes);
	SWAP(swk__batch_order *, a->order, b->order);
	SWAP(size_t, a->rows, b->rows);
	SWAP(size_t, a->order_capacity, b->order_capacity);
}

/* ---------------------------------------------------------------------------------------------- rows */

/* Grows one column to `capacity` cells; a column that is larger than its table says does no harm. */
static bool column_grow(swk__mem *mem, swk__batch_column *column, swk__kind kind, size_t capacity)
{
	if (swk__kind_is_text(kind)) {
		void *spans = swk__resize(mem, SWK__FAULT_batch_grow, column->spans, capacity, sizeof *column->spans);
		column->spans = spans ? spans : column->spans;
		return spans != NULL;
	}
	void *values = swk__resize(mem, SWK__FAULT_batch_grow, column->values, capacity, sizeof *column->values);
	column->values = values ? values : column->values;
	return values != NULL;
}

bool swk__batch_reserve(swk_batch *batch, swk__table number, size_t rows)
{
	const swk__schema *schema = &swk__schemas[number];
	swk__batch_table *table = &batch->tables[number];
	if (batch->order_capacity - batch->rows < rows) {
		size_t capacity = swk__grown(batch->order_capacity, batch->rows + rows);
		void *order = swk__resize(batch->mem, SWK__FAULT_batch_grow, batch->order, capacity,
		                          sizeof *batch->order);
		if (!order)
			return false;
		batch->order = order;
		batch->order_capacity = capacity;
	}
	if (table->capacity - table->rows >= rows)
		return true;
	size_t capacity = swk__grown(table->capacity, table->rows + rows);
	for (unsigned i = 0; i < schema->count; i++)
		if (!column_grow(batch->mem, &table->columns[i], schema->fields[i].kind, capacity))
			return false;
	table->capacity = capacity;
	return true;
}

/* Appends the row at hand to its table. */
static int row_append(swk_batch *batch, bool stamped, swk_error *error)
{
	const swk__table number = (swk__table)batch->table;
	const swk__schema *schema = &swk__schemas[number];
	const swk__batch_cell *cells = batch->cells;
	swk__batch_table *table = &batch->tables[number];
	size_t row = table->rows;
	if (row >= UINT32_MAX)
		return swk__fail(error, SWK_ERR_LIMIT, "the batch had %zu rows of table %s, no more fit", row,
		                 schema->name);
	if (!swk__batch_reserve(batch, number, 1))
		return swk__fail_memory(error, batch->mem);
	for (unsigned i = 0; i < schema->count; i++) {
		if (swk__kind_is_text(schema->fields[i].kind))
			table->columns[i].spans[row] = cells[i].span;
		else
			table->columns[i].values[row] = cells[i].value;
	}
	table->rows = row + 1;
	batch->order[batch->rows++] = (swk__batch_order){ (uint32_t)row, (unsigned char)number, stamped };
	return SWK_OK;
}

bool swk__batch_bytes(swk_batch *batch, swk__slice text, swk__span *span)
{
	size_t offset = batch->bytes.length;
	if (!swk__buf_slice(&batch->bytes, text))
		return false;
	*span = (swk__span){ offset, (uint32_t)text.length };
	return true;
}

/* ------------------------------------------------------------------------------------------- refusals */

static void row_refuse(swk_batch *batch, const char *field, swk__slice value, const char *reason)
{
	swk__fail_at(&batch->refusal, SWK_ERR_INVALID, batch->table < 0 ? NULL : swk__schemas[batch->table].name,
	             batch->number, field, value, reason);
}

static int row_break(swk_batch *batch)
{
	batch->broken = true;
	return swk__fail_memory(&batch->refusal, batch->mem);
}

/* --------------------------------------------------------------------------------------- setting fields */

int swk_batch_row(swk_batch *batch, const char *table, int64_t number)
{
	if (!batch || !table || batch->open)
		return SWK_ERR_USAGE;
	bool same = batch->table >= 0 && strcmp(table, swk__schemas[batch->table].name) == 0;
	if (!same)
		batch->table = swk__schema_find(swk__slice_of(table));
	batch->open = true;
	batch->number = number;
	batch->last = 0;
	batch->bytes_before = batch->bytes.length;
	batch->refusal.code = SWK_OK;
	if (batch->table < 0) {
		row_refuse(batch, "table", swk__slice_of(table), "is no table");
		return SWK_OK;
	}
	const swk__schema *schema = &swk__schemas[batch->table];
	for (unsigned i = 0; i <= schema->count; i++)
		batch->cells[i] = (swk__batch_cell){ .value = swk__schema_about(schema, i)->preset };
	return SWK_OK;
}

/* The number of a field that the row may set, or -1. Tries first the one that came after the last one before. */
static int field_find(swk_batch *batch, const char *name)
{
	const swk__schema *schema = &swk__schemas[batch->table];
	unsigned char *guess = &batch->guesses[batch->table][batch->last];
	int field = *guess;
	if (strcmp(name, swk__schema_about(schema, *guess)->name) != 0)
		field = swk__schema_field(schema, swk__slice_of(name));
	if (field >= 0) {
		*guess = (unsigned char)field;
		batch->last = (unsigned)field + 1;
	}
	return field;
}

/* Whether a zone exists: *wrong is why not, NULL when it does. Fails only where memory does. */
static int zone_check(swk_batch *batch, swk__slice name, const char **wrong)
{
	const swk__zone *zone;
	*wrong = NULL;
	if (swk__slice_equal(name, (swk__slice){ batch->zone_name, batch->zone_length }))
		return SWK_OK;
	int code = swk__zones_find(batch->zones, name, &zone, NULL);
	if (code == SWK_ERR_MEMORY || code == SWK_ERR_LIMIT)
		return row_break(batch);
	if (code != SWK_OK) {
		*wrong = code == SWK_ERR_IO ? "is a time zone whose data could not be read"
		                            : "is no time zone in the database";
	} else {
		if (name.length)
			memcpy(batch->zone_name, name.bytes, name.length);
		batch->zone_length = name.length;
	}
	return SWK_OK;
}

static int text_set(swk_batch *batch, const swk__field *field, const swk__given *given, swk__batch_cell *cell)
{
	char reason[SWK__REASON_SIZE];
	const char *wrong = swk__given_text(given, field, reason) ? NULL : reason;
	if (!wrong && field->kind == SWK__KIND_ZONE) {
		int code = zone_check(batch, given->text, &wrong);
		if (code != SWK_OK)
			return code;
	}
	if (wrong)
		row_refuse(batch, field->name, given->text, wrong);
	else if (!swk__batch_bytes(batch, given->text, &cell->span))
		return row_break(batch);
	return SWK_OK;
}

int swk__batch_cell_set(swk_batch *batch, const swk__field *field, const swk__given *given, swk__batch_cell *cell)
{
	char reason[SWK__REASON_SIZE], text[40];
	bool empty = given->kind <= SWK__GIVEN_FORM && given->text.length == 0;
	int64_t value = 0;
	if (cell->set) {
		row_refuse(batch, field->name, swk__given_print(given, text), "was given twice");
		return SWK_OK;
	}
	cell->set = true;
	if (empty)
		return SWK_OK;
	bool good = swk__given_fits(given, field->kind, reason);
	if (good && swk__kind_is_text(field->kind))
		return text_set(batch, field, given, cell);
	if (good && swk__given_value(given, field, batch->zone, &value, reason))
		cell->value = value;
	else
		row_refuse(batch, field->name, swk__given_print(given, text), reason);
	return SWK_OK;
}

static int field_set(swk_batch *batch, const char *name, const swk__given *given)
{
	char text[40];
	if (!batch || !name || !batch->open)
		return SWK_ERR_USAGE;
	if (batch->broken)
		return batch->refusal.code;
	if (batch->refusal.code != SWK_OK)
		return SWK_OK;
	int field = field_find(batch, name);
	if (field >= 0)
		return swk__batch_cell_set(batch, swk__schema_about(&swk__schemas[batch->table], (unsigned)field),
		                           given, &batch->cells[field]);
	if (!batch->ignore_unknown)
		row_refuse(batch, name, swk__given_print(given, text), "is no field of this table");
	return SWK_OK;
}

static int bytes_set(swk_batch *batch, const char *field, swk__given_kind kind, const char *bytes, size_t length)
{
	if (!bytes && length)
		return SWK_ERR_USAGE;
	return field_set(batch, field, &(swk__given){ .kind = kind, .text = { bytes, length } });
}

int swk_batch_text(swk_batch *batch, const char *field, const char *bytes, size_t length)
{
	return bytes_set(batch, field, SWK__GIVEN_TEXT, bytes, length);
}

int swk_batch_parse(swk_batch *batch, const char *field, const char *bytes, size_t length)
{
	return bytes_set(batch, field, SWK__GIVEN_FORM, bytes, length);
}

int swk_batch_int(swk_batch *batch, const char *field, int64_t value)
{
	return field_set(batch, field, &(swk__given){ .kind = SWK__GIVEN_INT, .integer = value });
}

int swk_batch_real(swk_batch *batch, const char *field, double value)
{
	return field_set(batch, field, &(swk__given){ .kind = SWK__GIVEN_REAL, .real = value });
}

int swk_batch_bool(swk_batch *batch, const char *field, int value)
{
	return field_set(batch, field, &(swk__given){ .kind = SWK__GIVEN_BOOL, .integer = value });
}

int swk_batch_instant(swk_batch *batch, const char *field, int64_t value)
{
	return field_set(batch, field, &(swk__given){ .kind = SWK__GIVEN_INSTANT, .integer = value });
}

int swk_batch_date(swk_batch *batch, const char *field, int32_t value)
{
	return field_set(batch, field, &(swk__given){ .kind = SWK__GIVEN_DATE, .integer = value });
}

int swk_batch_refuse(swk_batch *batch, const char *field, const char *value, size_t length, const char *reason)
{
	if (!batch || !reason || !batch->open)
		return SWK_ERR_USAGE;
	if (batch->broken)
		return batch->refusal.code;
	if (batch->refusal.code == SWK_OK)
		row_refuse(batch, field, (swk__slice){ value, value ? length : 0 }, reason);
	return SWK_OK;
}

/* ------------------------------------------------------------------------------------------ ending a row */

static bool cell_null(const swk_batch *batch, unsigned field)
{
	const swk__batch_cell *cell = &batch->cells[field];
	bool text = swk__kind_is_text(swk__schemas[batch->table].fields[field].kind);
	return text ? cell->span.length == 0 : cell->value == SWK__NULL;
}

/* Refuses the row for a field of its own; false, as a rule that is broken says. */
static bool rule_broken(swk_batch *batch, unsigned field, swk__slice value, const char *reason)
{
	row_refuse(batch, swk__schemas[batch->table].fields[field].name, value, reason);
	return false;
}

/* Every required field has a value. */
static bool row_complete(swk_batch *batch)
{
	const swk__schema *schema = &swk__schemas[batch->table];
	for (unsigned i = 0; i < schema->count; i++)
		if (schema->fields[i].required && cell_null(batch, i))
			return rule_broken(batch, i, (swk__slice){ NULL, 0 }, "was missing");
	return true;
}

/* An amount has no digits beyond its currency's. */
static bool row_digits(swk_batch *batch, unsigned amount, unsigned currency)
{
	char text[40], reason[SWK__REASON_SIZE];
	swk__slice code = cell_null(batch, currency) ? batch->currency
	                                             : swk__batch_text_at(batch, batch->cells[currency].span);
	int64_t value = batch->cells[amount].value, unit = 1;
	if (value == SWK__NULL)
		return true;
	for (int digits = swk__currency_digits(code); digits < SWK__AMOUNT_PLACES; digits++)
		unit *= 10;
	if (value % unit == 0)
		return true;
	snprintf(reason, sizeof reason, "had more digits than %.*s has", (int)code.length, code.bytes);
	return rule_broken(batch, amount, swk__amount_print(value, text), reason);
}

static bool opportunity_digits(swk_batch *batch)
{
	return row_digits(batch, SWK__OPPORTUNITY_AMOUNT, SWK__OPPORTUNITY_CURRENCY);
}

static bool opportunity_closed(swk_batch *batch)
{
	int64_t outcome = batch->cells[SWK__OPPORTUNITY_OUTCOME].value;
	if (outcome == SWK__OPEN || !cell_null(batch, SWK__OPPORTUNITY_CLOSED_AT))
		return true;
	return rule_broken(batch, SWK__OPPORTUNITY_CLOSED_AT, (swk__slice){ NULL, 0 },
	                   outcome == SWK__WON ? "was missing where outcome was won"
	                                       : "was missing where outcome was lost");
}

static bool quota_digits(swk_batch *batch)
{
	return row_digits(batch, SWK__QUOTA_AMOUNT, SWK__QUOTA_CURRENCY);
}

static bool quota_days(swk_batch *batch)
{
	char text[16];
	int64_t to = batch->cells[SWK__QUOTA_TO].value;
	if (batch->cells[SWK__QUOTA_FROM].value < to)
		return true;
	swk__date_format((int32_t)to, text);
	return rule_broken(batch, SWK__QUOTA_TO, swk__slice_of(text), "was not after from");
}

static bool quota_owner(swk_batch *batch)
{
	if (cell_null(batch, SWK__QUOTA_REP) || cell_null(batch, SWK__QUOTA_TEAM))
		return true;
	return rule_broken(batch, SWK__QUOTA_TEAM, swk__batch_text_at(batch, batch->cells[SWK__QUOTA_TEAM].span),
	                   "was given beside rep");
}

static bool quota_target(swk_batch *batch)
{
	if (!cell_null(batch, SWK__QUOTA_WON) || !cell_null(batch, SWK__QUOTA_AMOUNT))
		return true;
	return rule_broken(batch, SWK__QUOTA_WON, (swk__slice){ NULL, 0 }, "was missing, and so was amount");
}

/* What must hold of a table's fields together; the first rule that is broken refuses the row. */
#define RULES_MAX 4
static bool (*const row_rules[SWK__TABLE_COUNT][RULES_MAX + 1])(swk_batch *batch) = {
	[SWK__TABLE_OPPORTUNITY] = { opportunity_digits, opportunity_closed },
	[SWK__TABLE_QUOTA] = { quota_days, quota_owner, quota_target, quota_digits },
};

bool swk__batch_ruled(swk__table table)
{
	return row_rules[table][0] != NULL;
}

void swk__batch_row_check(swk_batch *batch)
{
	bool (*const *rule)(swk_batch *) = row_rules[batch->table];
	bool good = row_complete(batch);
	while (good && *rule)
		good = (*rule++)(batch);
}

int swk__batch_reject_keep(swk_batch *batch, swk_error *error)
{
	if (batch->reject_count == batch->reject_capacity) {
		size_t capacity = swk__grown(batch->reject_capacity, batch->reject_count + 1);
		void *rejects = swk__resize(batch->mem, SWK__FAULT_batch_reject, batch->rejects, capacity,
		                            sizeof *batch->rejects);
		if (!rejects)
			return swk__fail_memory(error, batch->mem);
		batch->rejects = rejects;
		batch->reject_capacity = capacity;
	}
	batch->rejects[batch->reject_count++] = batch->refusal;
	return SWK_OK;
}

static int row_reject(swk_batch *batch, swk_error *error)
{
	int code = swk__batch_reject_keep(batch, error);
	if (code != SWK_OK)
		return code;
	batch->bytes.length = batch->bytes_before;
	batch->open = false;
	swk__error_copy(error, &batch->refusal);
	return batch->refusal.code;
}

int swk_batch_end(swk_batch *batch, swk_error *error)
{
	if (!batch)
		return swk__fail(error, SWK_ERR_USAGE, "the batch was NULL");
	if (!batch->open)
		return swk__fail(error, SWK_ERR_USAGE, "no row was begun");
	if (batch->broken) {
		swk__error_copy(error, &batch->refusal);
		return batch->refusal.code;
	}
	if (batch->refusal.code == SWK_OK)
		swk__batch_row_check(batch);
	if (batch->refusal.code != SWK_OK)
		return row_reject(batch, error);
	bool stamped = batch->cells[swk__schemas[batch->table].count].value == 1 &&
	               batch->cells[SWK__FIELD_RECORDED_AT].value != SWK__NULL;
	int code = row_append(batch, stamped, error);
	batch->open = code != SWK_OK;
	return code;
}

/* ---------------------------------------------------------------------------------------- looking at it */

size_t swk_batch_rows(const swk_batch *batch)
{
	return batch ? batch->rows : 0;
}

size_t swk_batch_rejects(const swk_batch *batch)
{
	return batch ? batch->reject_count : 0;
}

int swk_batch_reject(const swk_batch *batch, size_t index, swk_error *error)
{
	if (!batch || !swk__error_usable(error) || index >= batch->reject_count)
		return SWK_ERR_USAGE;
	swk__error_copy(error, &batch->rejects[index]);
	return SWK_OK;
}
