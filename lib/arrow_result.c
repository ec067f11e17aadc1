/* SPDX-License-Identifier: MIT
 *
 * arrow_result: a result as an Arrow array or stream. All but texts are the result's own columns; texts are copied, as
 * the result ends each with a NUL and Arrow has none.
 */
#include "arrow_out.h"
#include "calendar.h"
#include "result.h"

#include <stdio.h>
#include <unistd.h>

/* A result with what describes it; one reference on the result is its own. */
typedef struct handover {
	swk_result *result;
	swk__arrow_field *fields;
	swk__buf metadata;
	bool sent; /* of a stream: its one batch */
} handover;

static void result_keep(void *owner)
{
	swk__result_retain(owner);
}

static void result_drop(void *owner)
{
	swk_result_free(owner);
}

static swk__arrow_owner owner_of(const handover *over)
{
	return (swk__arrow_owner){ over->result->mem, result_drop, over->result };
}

static swk__arrow_form form_of(const swk__result_cells *column)
{
	static const swk__arrow_form forms[] = {
		[SWK_TYPE_TEXT] = SWK__ARROW_TEXT, [SWK_TYPE_DATE] = SWK__ARROW_DATE,
		[SWK_TYPE_BOOL] = SWK__ARROW_BOOL, [SWK_TYPE_INT] = SWK__ARROW_INT,
		[SWK_TYPE_REAL] = SWK__ARROW_REAL, [SWK_TYPE_AMOUNT] = SWK__ARROW_DECIMAL,
	};
	return column->repeats ? SWK__ARROW_REPEATS : forms[column->type];
}

/* What the result is about; nothing of one that is about nothing (a catalog, say). */
static void metadata_fill(const swk_result *result, swk__buf *metadata)
{
	char now[40], text[32];
	if (!result->zone)
		return;
	swk__arrow_metadata(metadata, "salesweek.version", swk_version());
	swk__arrow_metadata(metadata, "salesweek.report", result->report);
	swk__arrow_metadata(metadata, "salesweek.zone", result->zone);
	snprintf(text, sizeof text, "%d", result->week_start);
	swk__arrow_metadata(metadata, "salesweek.week_start", text);
	swk__instant_format(result->now, now);
	swk__arrow_metadata(metadata, "salesweek.now", now);
	snprintf(text, sizeof text, "%" PRIu64, result->commit);
	swk__arrow_metadata(metadata, "salesweek.commit", text);
	snprintf(text, sizeof text, "%016" PRIx64, result->fingerprint);
	swk__arrow_metadata(metadata, "salesweek.zone_fingerprint", text);
}

static void handover_end(handover *over)
{
	swk__free(over->result->mem, over->fields);
	swk__buf_done(&over->metadata);
}

static int handover_begin(handover *over, swk_result *result, swk_error *error)
{
	*over = (handover){ .result = result };
	swk__buf_init(&over->metadata, result->mem, INT32_MAX);
	over->fields = swk__alloc(result->mem, SWK__FAULT_arrow_block, result->width, sizeof *over->fields);
	for (size_t i = 0; over->fields && i < result->width; i++)
		over->fields[i] = (swk__arrow_field){ .name = result->columns[i].name,
			                              .form = form_of(&result->columns[i]),
			                              .precision = SWK__ARROW_DIGITS,
			                              .scale = result->digits,
			                              .nullable = true };
	metadata_fill(result, &over->metadata);
	if (over->fields && !over->metadata.failed)
		return SWK_OK;
	handover_end(over);
	return swk__fail_memory(error, result->mem);
}

static int texts_gather(const swk_result *result, size_t column, swk__arrow_gather *gather, swk_error *error)
{
	for (size_t row = 0; row < result->rows; row++) {
		swk__slice text = { NULL, 0 };
		text.bytes = swk_result_text(result, row, column, &text.length);
		if (!swk__arrow_gather_fits(gather, text))
			return swk__fail(error, SWK_ERR_OVERFLOW, "the texts of column %s were more than 2 GiB",
			                 result->columns[column].name);
		if (!(text.bytes ? swk__arrow_gather_add(gather, text) : swk__arrow_gather_null(gather)))
			return swk__fail_memory(error, result->mem);
	}
	return SWK_OK;
}

static int texts_make(const swk_result *result, size_t column, swk__arrow_form form, swk__arrow_out_cells *cells,
                      swk_error *error)
{
	swk__arrow_gather gather;
	swk__arrow_gather_init(&gather, result->mem, form);
	int code = texts_gather(result, column, &gather, error);
	if (code == SWK_OK && !swk__arrow_gather_finish(&gather, cells))
		code = swk__fail_memory(error, result->mem);
	swk__arrow_gather_done(&gather);
	return code;
}

static int cells_make(const handover *over, swk__arrow_out_cells *cells, swk_error *error)
{
	const swk_result *result = over->result;
	int code = SWK_OK;
	for (size_t i = 0; i < result->width && code == SWK_OK; i++) {
		const swk__result_cells *column = &result->columns[i];
		if (column->type == SWK_TYPE_TEXT)
			code = texts_make(result, i, over->fields[i].form, &cells[i], error);
		else
			cells[i].values = column->cells;
		cells[i].nulls = (int64_t)column->nulls;
		cells[i].valid = column->valid;
	}
	return code;
}

static int result_check(const swk_result *result, swk_error *error)
{
	if (result->process != getpid())
		return swk__fail(error, SWK_ERR_FORKED, "the result was made by a parent process");
	return SWK_OK;
}

/* ----------------------------------------------------------------------------------------------- array */

static int array_make(const handover *over, struct ArrowArray *array, swk_error *error)
{
	const swk_result *result = over->result;
	const swk__arrow_owner owner = owner_of(over);
	swk__arrow_out_cells *cells = swk__alloc(result->mem, SWK__FAULT_arrow_block, result->width, sizeof *cells);
	if (!cells)
		return swk__fail_memory(error, result->mem);
	int code = cells_make(over, cells, error);
	if (code == SWK_OK)
		code = swk__arrow_array(&owner, over->fields, cells, result->width, (int64_t)result->rows, array,
		                        error);
	if (code == SWK_OK)
		result_keep(over->result);
	else
		swk__arrow_out_cells_free(result->mem, cells, result->width);
	swk__free(result->mem, cells);
	return code;
}

static int schema_make(const handover *over, struct ArrowSchema *schema, swk_error *error)
{
	const swk__arrow_owner owner = owner_of(over);
	int code = swk__arrow_schema(&owner, over->fields, over->result->width,
	                             (swk__slice){ over->metadata.bytes, over->metadata.length }, schema, error);
	if (code == SWK_OK)
		result_keep(over->result);
	return code;
}

int swk_result_arrow(const swk_result *result, struct ArrowSchema *schema, struct ArrowArray *array, swk_error *error)
{
	struct ArrowArray made;
	handover over;
	if (!result || !schema || !array)
		return swk__fail(error, SWK_ERR_USAGE, "a required argument was NULL");
	int code = result_check(result, error);
	if (code == SWK_OK)
		code = handover_begin(&over, (swk_result *)result, error);
	if (code != SWK_OK)
		return code;
	code = array_make(&over, &made, error);
	if (code == SWK_OK) {
		code = schema_make(&over, schema, error);
		if (code == SWK_OK)
			*array = made;
		else
			made.release(&made);
	}
	handover_end(&over);
	return code;
}

/* ---------------------------------------------------------------------------------------------- stream */

static int stream_next(void *context, swk__arrow_out_cells *cells, int64_t *rows, bool *ended, swk_error *error)
{
	handover *over = context;
	*ended = over->sent;
	if (over->sent)
		return SWK_OK;
	int code = cells_make(over, cells, error);
	over->sent = code == SWK_OK;
	*rows = (int64_t)over->result->rows;
	return code;
}

static void stream_done(void *context)
{
	handover *over = context;
	swk__mem *mem = over->result->mem;
	handover_end(over);
	swk__free(mem, over);
}

int swk_result_stream(const swk_result *result, struct ArrowArrayStream *stream, swk_error *error)
{
	if (!result || !stream)
		return swk__fail(error, SWK_ERR_USAGE, "a required argument was NULL");
	int code = result_check(result, error);
	if (code != SWK_OK)
		return code;
	handover *over = swk__alloc(result->mem, SWK__FAULT_arrow_block, 1, sizeof *over);
	if (!over)
		return swk__fail_memory(error, result->mem);
	code = handover_begin(over, (swk_result *)result, error);
	if (code != SWK_OK) {
		swk__free(result->mem, over);
		return code;
	}
	const swk__arrow_source source = { .owner = owner_of(over),
		                           .fields = over->fields,
		                           .count = result->width,
		                           .metadata = { over->metadata.bytes, over->metadata.length },
		                           .next = stream_next,
		                           .keep = result_keep,
		                           .done = stream_done,
		                           .context = over };
	code = swk__arrow_stream(&source, stream, error);
	if (code == SWK_OK)
		result_keep(over->result);
	else
		stream_done(over);
	return code;
}
