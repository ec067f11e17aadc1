/* SPDX-License-Identifier: MIT */
#include "audit.h"

#include "calendar.h"
#include "fold.h"

/* What the rows of one table add up to. */
typedef struct table_tally {
	swk__table table;
	const swk__schema *schema;
	int64_t newest, latest; /* up to now, and later; SWK__NULL: none */
	int64_t happened, later;
	int64_t dangling[SWK__FIELDS_MAX];
	uint32_t example[SWK__FIELDS_MAX]; /* a number of an id that nothing has */
	int64_t unpriced;                  /* amounts in no currency */
} table_tally;

/* The amount and the currency of a table that has both. */
static void price_fields(swk__table table, unsigned *amount, unsigned *currency)
{
	*amount = table == SWK__TABLE_OPPORTUNITY ? (unsigned)SWK__OPPORTUNITY_AMOUNT : SWK__QUOTA_AMOUNT;
	*currency = table == SWK__TABLE_OPPORTUNITY ? (unsigned)SWK__OPPORTUNITY_CURRENCY : SWK__QUOTA_CURRENCY;
}

static void row_references(table_tally *tally, const swk__snapshot *snapshot, const swk__columns *columns, uint32_t row)
{
	for (unsigned f = 0; f < tally->schema->count; f++) {
		const swk__field *field = &tally->schema->fields[f];
		if (field->kind != SWK__KIND_REF)
			continue;
		uint32_t target = (uint32_t)swk__columns_get(columns, f, row);
		if (!target || swk__row_current(snapshot->tables, field->target, target))
			continue;
		tally->dangling[f]++;
		tally->example[f] = target;
	}
}

/* A deal is newest by its close, which the weekly reports count, if that is over. */
static void close_take(table_tally *tally, int64_t now, const swk__columns *columns, uint32_t row)
{
	if (tally->table != SWK__TABLE_OPPORTUNITY)
		return;
	int64_t at = swk__columns_get(columns, SWK__OPPORTUNITY_CLOSED_AT, row);
	if (at <= now && at > tally->newest)
		tally->newest = at;
}

static void row_take(table_tally *tally, const swk__snapshot *snapshot, int64_t now, const swk__columns *columns,
                     uint32_t row)
{
	unsigned amount, currency;
	int64_t at = SWK__NULL;
	if (tally->schema->instant >= 0)
		at = swk__columns_get(columns, (unsigned)tally->schema->instant, row);
	if (at > now) {
		tally->later++;
		tally->latest = at > tally->latest ? at : tally->latest;
		return;
	}
	tally->happened++;
	tally->newest = at > tally->newest ? at : tally->newest;
	close_take(tally, now, columns, row);
	row_references(tally, snapshot, columns, row);
	if (tally->table != SWK__TABLE_OPPORTUNITY && tally->table != SWK__TABLE_QUOTA)
		return;
	price_fields(tally->table, &amount, &currency);
	tally->unpriced += swk__columns_get(columns, amount, row) != SWK__NULL &&
	                   swk__columns_get(columns, currency, row) == 0;
}

static int table_take(table_tally *tally, const swk__snapshot *snapshot, int64_t now, swk__check check, void *context,
                      swk_error *error)
{
	const swk__directory *directory = snapshot->tables[tally->table].directory;
	int code = SWK_OK;
	for (uint32_t i = 0; directory && i < directory->count && code == SWK_OK; i++) {
		const swk__part *part = directory->parts[i];
		if (!part)
			continue;
		for (uint32_t row = 0; row < part->rows; row++)
			if (swk__part_live(part, row))
				row_take(tally, snapshot, now, part->columns, row);
		code = check(context, i, directory->count, error);
	}
	return code;
}

/* ---------------------------------------------------------------------------------------- findings */

/* A row for a finding that there is; `field` -1: of the table as a whole. */
static int finding_add(swk_result *result, const table_tally *tally, int field, const char *finding, int64_t count,
                       swk__slice value, swk_error *error)
{
	if (!count)
		return SWK_OK;
	const swk__cell cells[] = {
		{ .text = swk__slice_of(tally->schema->name) },
		{ .null = field < 0, .text = swk__slice_of(field < 0 ? NULL : tally->schema->fields[field].name) },
		{ .text = swk__slice_of(finding) },
		{ .integer = count },
		{ .null = !value.bytes, .text = value },
	};
	return swk__result_row(result, cells, error);
}

/* `instant` SWK__NULL: the table has none. */
static int instant_add(swk_result *result, const table_tally *tally, const char *finding, int64_t count,
                       int64_t instant, swk_error *error)
{
	char text[40] = "";
	if (instant != SWK__NULL)
		swk__instant_format(instant, text);
	return finding_add(result, tally, tally->schema->instant, finding, count, swk__slice_of(text[0] ? text : NULL),
	                   error);
}

static int table_tell(const swk__history *history, const table_tally *tally, swk_result *result, swk_error *error)
{
	unsigned amount, currency;
	int code = instant_add(result, tally, "records", tally->happened, tally->newest, error);
	if (code == SWK_OK)
		code = instant_add(result, tally, "later", tally->later, tally->latest, error);
	for (unsigned f = 0; f < tally->schema->count && code == SWK_OK; f++) {
		const swk__field *field = &tally->schema->fields[f];
		if (tally->dangling[f])
			code = finding_add(result, tally, (int)f, "dangling", tally->dangling[f],
			                   swk__text_get(&history->ids[field->target], tally->example[f]), error);
	}
	price_fields(tally->table, &amount, &currency);
	if (code == SWK_OK)
		code = finding_add(result, tally, (int)amount, "no currency", tally->unpriced, (swk__slice){ NULL, 0 },
		                   error);
	return code;
}

int swk__audit_fill(const swk__history *history, const swk__snapshot *snapshot, int64_t now, swk__check check,
                    void *context, swk_result *result, swk_error *error)
{
	static const swk__result_head heads[] = { { "table", SWK_TYPE_TEXT },
		                                  { "field", SWK_TYPE_TEXT },
		                                  { "finding", SWK_TYPE_TEXT },
		                                  { "count", SWK_TYPE_INT },
		                                  { "value", SWK_TYPE_TEXT } };
	int code = swk__result_heads(result, heads, SWK__COUNT(heads), error);
	for (unsigned t = 0; t < SWK__TABLE_COUNT && code == SWK_OK; t++) {
		table_tally tally = {
			.table = (swk__table)t, .schema = &swk__schemas[t], .newest = SWK__NULL, .latest = SWK__NULL
		};
		code = table_take(&tally, snapshot, now, check, context, error);
		if (code == SWK_OK)
			code = table_tell(history, &tally, result, error);
	}
	return code;
}
