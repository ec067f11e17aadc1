/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <inttypes.h>
#include <stdio.h>

#define BATCH_ROWS 50000

/* Values that are listed of those that a map's "else" caught. */
#define CAUGHT_SHOWN 5

/* A name that no table and no field has. */
#define NO_NAME "?"

/* ------------------------------------------------------------------------------------------- commits */

static int run_commit(swi__run *run)
{
	bool strict = run->options->strict;
	run->pending = 0;
	if (strict && run->counts.rejected) {
		swk_batch_clear(run->batch);
		return SWK_OK;
	}
	swk_ingest_options options = { .size = sizeof options,
		                       .strict = strict,
		                       .recorded_at = run->options->recorded_at };
	swk_ingest_counts counts = { .size = sizeof counts };
	int code = swk_store_ingest_batch(run->store, run->batch, &options, &counts, run->error);
	if (code)
		return code;
	run->counts.accepted += counts.accepted;
	run->counts.unchanged += counts.unchanged;
	swk_batch_clear(run->batch);
	return SWK_OK;
}

static bool run_is_full(const swi__run *run)
{
	uint64_t most = run->options->batch_rows ? run->options->batch_rows : BATCH_ROWS;
	bool together = run->options->strict && run->counts.rejected == 0;
	return run->pending >= most && !together;
}

static const swi__field *map_field(const swi__map *map, const char *name)
{
	for (size_t i = 0; i < map->field_count; i++)
		if (!map->fields[i].absent && strcmp(map->fields[i].name, name) == 0)
			return &map->fields[i];
	return NULL;
}

/* The heading of the columns that the field is made of. */
static void column_say(const swi__run *run, const char *name, swi__text *column)
{
	const swi__field *field = run->map ? map_field(run->map, name) : NULL;
	for (size_t i = 0; field && i < field->column_count; i++) {
		if (field->columns[i].index == SWI__NO_COLUMN)
			continue;
		swi__slice heading = (*run->heading)[field->columns[i].index];
		if (column->length)
			swi__text_append(column, " + ", 3);
		swi__text_append(column, heading.bytes, heading.length);
	}
	swi__text_byte(column, '\0');
}

/* A CSV that is no UTF-8 mostly came out of a spreadsheet on Windows. */
static void encoding_hint(const swi__run *run, swk_error *refusal, swi__slice raw)
{
	static const char hint[] = ": is the file windows-1252? its map names the \"encoding\"";
	size_t length = strlen(refusal->reason);
	if (run->heading && run->input.encoding == SWI__ENCODING_UTF8 && strstr(refusal->reason, "UTF-8") &&
	    length + sizeof hint <= sizeof refusal->reason && !swi__utf8_valid(raw, NULL))
		memcpy(refusal->reason + length, hint, sizeof hint);
}

static int run_reject(swi__run *run, swk_error *refusal, swi__slice raw)
{
	swi__text column = { NULL, 0, 0, false };
	run->counts.rejected++;
	if (!run->options->reject)
		return SWK_OK;
	encoding_hint(run, refusal, raw);
	column_say(run, refusal->field, &column);
	if (column.failed) {
		swi__text_done(&column);
		return swi__fail_memory(run->error);
	}
	const swi_rejection rejection = { .size = sizeof rejection,
		                          .error = refusal,
		                          .column = column.bytes,
		                          .raw = raw.bytes,
		                          .raw_length = raw.length };
	int stop = run->options->reject(run->options->reject_context, &rejection);
	swi__text_done(&column);
	return stop ? swi__fail(run->error, SWK_ERR_IO, "the refused rows could not be written down") : SWK_OK;
}

/* What happens to a row that the batch refused, or took. */
static int run_ended(swi__run *run, int code, swk_error *refusal, swi__slice raw)
{
	if (code == SWK_ERR_INVALID)
		code = run_reject(run, refusal, raw);
	else if (code)
		return swi__fail(run->error, code, "%s", refusal->reason);
	if (code)
		return code;
	run->pending++;
	return run_is_full(run) ? run_commit(run) : SWK_OK;
}

int swi__run_end_row(swi__run *run, swi__slice raw)
{
	swk_error refusal = SWK_ERROR_INIT;
	return run_ended(run, swk_batch_end(run->batch, &refusal), &refusal, raw);
}

/* ------------------------------------------------------------------------------------------ refusals */

int swi__run_refuse_field(swi__run *run, const char *field, swi__slice value, const char *reason)
{
	int code = swk_batch_refuse(run->batch, field, value.bytes, value.length, reason);
	return code ? swi__fail(run->error, code, "a row could not be refused: %s", reason) : SWK_OK;
}

/* A row without a table is refused by the batch for that; what is told is the reason why it has none. */
int swi__run_refuse(swi__run *run, const char *table, const char *field, swi__slice value, const char *reason)
{
	swk_error refusal = SWK_ERROR_INIT;
	if (swk_batch_row(run->batch, table, run->input.number))
		return swi__fail_memory(run->error);
	int code = swi__run_refuse_field(run, field, value, reason);
	if (code)
		return code;
	code = swk_batch_end(run->batch, &refusal);
	if (code == SWK_ERR_INVALID && !*table)
		swi__fail_row(&refusal, code, run->input.number, field, value, reason);
	return run_ended(run, code, &refusal, run->input.row);
}

/* -------------------------------------------------------------------------------------------- probes */

/* What a row of `table` with nothing but a `field` has in it. */
typedef enum probe_value {
	PROBE_EMPTY,
	PROBE_DATE, /* the first of all dates */
	PROBE_REAL  /* one */
} probe_value;

/* How the library refuses what was begun on the batch, which is freed. */
static int probe_end(swi__run *run, swk_batch *batch, int code, swk_error *refusal)
{
	if (!code)
		code = swk_batch_end(batch, refusal);
	swk_batch_free(batch);
	return code == SWK_OK || code == SWK_ERR_INVALID ? SWK_OK : swi__fail_memory(run->error);
}

static int probe_set(swk_batch *batch, const char *field, probe_value value)
{
	switch (value) {
	case PROBE_DATE:
		return swk_batch_date(batch, field, 0);
	case PROBE_REAL:
		return swk_batch_real(batch, field, 1);
	default:
		return swk_batch_parse(batch, field, "", 0);
	}
}

/* How the library refuses such a row. */
static int probe(swi__run *run, const char *table, const char *field, probe_value value, swk_error *refusal)
{
	swk_batch *batch = NULL;
	int code = swk_batch_create(run->store, NULL, &batch, run->error);
	if (code)
		return code;
	code = swk_batch_row(batch, table, 1);
	if (!code && field)
		code = probe_set(batch, field, value);
	return probe_end(run, batch, code, refusal);
}

/* A field that takes such a value is not what the row is refused for. */
static int probe_takes(swi__run *run, const char *table, const char *field, probe_value value, bool *takes)
{
	swk_error refusal = SWK_ERROR_INIT;
	int code = probe(run, table, field, value, &refusal);
	if (!code)
		*takes = strcmp(refusal.field, field) != 0;
	return code;
}

/* SWK_ERR_USAGE when (table, field) is refused for the reason for which a name is that nothing has. */
static int probe_alike(swi__run *run, const char *table, const char *field, const char *no_table, const char *no_field)
{
	swk_error asked = SWK_ERROR_INIT, unknown = SWK_ERROR_INIT;
	int code = probe(run, table, field, PROBE_EMPTY, &asked);
	if (!code)
		code = probe(run, no_table, no_field, PROBE_EMPTY, &unknown);
	if (code)
		return code;
	return strcmp(asked.reason, unknown.reason) == 0 ? SWK_ERR_USAGE : SWK_OK;
}

int swi__run_table_known(swi__run *run, const char *table)
{
	int code = probe_alike(run, table, NULL, NO_NAME, NULL);
	if (code == SWK_ERR_USAGE)
		swi__fail(run->error, code, "there is no table \"%s\"", table);
	return code;
}

int swi__run_field_known(swi__run *run, const char *table, const char *field)
{
	int code = probe_alike(run, table, field, table, NO_NAME);
	if (code == SWK_ERR_USAGE)
		swi__fail(run->error, code, "table %s has no field \"%s\"", table, field);
	return code;
}

int swi__run_field_takes(swi__run *run, const char *table, const char *field, const char *text, swk_error *refusal)
{
	const swk_batch_options options = { .size = sizeof options, .zone = run->zone };
	swk_batch *batch = NULL;
	int code = swk_batch_create(run->store, &options, &batch, run->error);
	if (code)
		return code;
	code = swk_batch_row(batch, table, 1);
	if (!code)
		code = swk_batch_parse(batch, field, text, strlen(text));
	code = probe_end(run, batch, code, refusal);
	return code ? code : strcmp(refusal->field, field) == 0 ? SWK_ERR_INVALID : SWK_OK;
}

int swi__run_field_date(swi__run *run, const char *table, const char *field, bool *date)
{
	return probe_takes(run, table, field, PROBE_DATE, date);
}

int swi__run_field_real(swi__run *run, const char *table, const char *field, bool *real)
{
	return probe_takes(run, table, field, PROBE_REAL, real);
}

/* ------------------------------------------------------------------------------------------- the run */

static int run_begin(swi__run *run)
{
	const swi_options *options = run->options;
	if (options->map && options->table)
		return swi__fail(run->error, SWK_ERR_USAGE, "a map and a table were both given");
	if (options->map) {
		int code = swi__maps_parse(options->map, options->map_length, &run->maps, run->error);
		if (code)
			return code;
	}
	run->input.encoding = run->maps ? run->maps->encoding : SWI__ENCODING_UNKNOWN;
	run->zone = options->zone ? options->zone : run->maps ? run->maps->zone : NULL;
	swk_batch_options batch = { .size = sizeof batch,
		                    .zone = run->zone,
		                    .ignore_unknown = options->ignore_unknown };
	int code = swk_batch_create(run->store, &batch, &run->batch, run->error);
	return code ? code : swi__input_begin(&run->input);
}

/* Says what "else" took for what, a line a field. */
static void caught_tell(const swi__run *run)
{
	const char *field, *value;
	json_t *values, *taken;
	json_object_foreach(run->caught, field, values)
	{
		char text[400];
		size_t count = json_object_size(values), shown = 0, length;
		length = (size_t)snprintf(text, sizeof text, "field %.20s: the map does not list %zu value%s:", field,
		                          count, count == 1 ? "" : "s");
		json_object_foreach(values, value, taken)
		{
			if (shown++ < CAUGHT_SHOWN)
				length += (size_t)snprintf(text + length, sizeof text - length,
				                           "%s \"%.40s\", taken for %.12s", shown > 1 ? ";" : "", value,
				                           json_string_value(taken));
		}
		snprintf(text + length, sizeof text - length, "%s", count > CAUGHT_SHOWN ? "; ..." : "");
		run->options->warn(run->options->warn_context, text);
	}
}

static int run_finish(swi__run *run)
{
	int code = run->pending ? run_commit(run) : SWK_OK;
	if (code || !run->options->strict || !run->counts.rejected)
		return code;
	return swi__fail(run->error, SWK_ERR_REJECTED, "%" PRIu64 " rows were refused, so none went in",
	                 run->counts.rejected);
}

static void run_done(swi__run *run)
{
	json_decref(run->caught);
	swi__maps_free(run->maps);
	swk_batch_free(run->batch);
	swi__input_done(&run->input);
}

/* Bytes beyond what is known here must be zero. */
static bool options_usable(const swi_options *options)
{
	const unsigned char *bytes = (const unsigned char *)options;
	for (size_t i = sizeof *options; i < options->size; i++)
		if (bytes[i])
			return false;
	return options->size >= sizeof *options;
}

int swi_import(swk_store *store, swi_read read, void *read_context, const swi_options *options, swi_counts *counts,
               swk_error *error)
{
	static const swi_options defaults = { .size = sizeof defaults };
	if (!options)
		options = &defaults;
	if (!store || !read || !options_usable(options) || (counts && counts->size < sizeof *counts))
		return swi__fail(error, SWK_ERR_USAGE, "an argument was wrong");
	swi__run run = { .store = store,
		         .options = options,
		         .error = error,
		         .input = { .read = read,
		                    .read_context = read_context,
		                    .progress = options->progress,
		                    .progress_context = options->progress_context,
		                    .total = options->source_size,
		                    .error = error } };
	int code = run_begin(&run);
	if (!code)
		code = options->map || options->table ? swi__csv(&run) : swi__jsonl(&run);
	if (!code)
		code = run_finish(&run);
	if (!code || code == SWK_ERR_REJECTED)
		caught_tell(&run);
	if (counts) {
		run.counts.size = counts->size;
		*counts = run.counts;
	}
	run_done(&run);
	return code;
}

int swi_map_check(const char *map, size_t length, swk_error *error)
{
	swi__maps *maps = NULL;
	int code = map ? swi__maps_parse(map, length, &maps, error)
	               : swi__fail(error, SWK_ERR_USAGE, "no map was given");
	swi__maps_free(maps);
	return code;
}
