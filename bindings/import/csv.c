/* SPDX-License-Identifier: MIT */
#include "cells.h"
#include "field.h"

#include <stdio.h>

#define STRINGIFY_(x) #x
#define STRINGIFY(x) STRINGIFY_(x)

static const swi__slice NO_VALUE = { "", 0 };

typedef struct csv_reader {
	swi__run *run;
	swi__splitter splitter;
	char delimiters[sizeof SWI__DELIMITERS]; /* that may part the heading's cells */
	swi__cells heading, record;
	int64_t heading_line;
	const char **fields; /* without a map: the field of each column, NULL where it is skipped */
	swi__text names;     /* their texts */
	swi__text scratch;
} csv_reader;

/* Takes the input's row apart. SWK_ERR_INVALID: it was no CSV. */
static int reader_split(csv_reader *reader)
{
	const swi__input *input = &reader->run->input;
	int code = swi__splitter_split(&reader->splitter, input->row, input->quotes, &reader->record);
	return code == SWK_ERR_MEMORY ? swi__fail_memory(reader->run->error) : code;
}

static int fail_heading(csv_reader *reader, const char *what)
{
	char reason[512];
	snprintf(reason, sizeof reason, "the heading %s", what);
	return swi__fail_row(reader->run->error, SWK_ERR_INVALID, reader->heading_line, NULL, NO_VALUE, reason);
}

/* Gets the first line that is not empty. SWI__GOT_END: there is none. */
static swi__got heading_get(csv_reader *reader)
{
	swi__got got;
	do
		got = swi__input_record(&reader->run->input, reader->delimiters);
	while (got == SWI__GOT_ONE && swi__trim(reader->run->input.row).length == 0);
	reader->heading_line = reader->run->input.number;
	return got;
}

static int heading_skip(csv_reader *reader)
{
	size_t lines = reader->run->maps ? reader->run->maps->skip : 0;
	for (; lines > 0; lines--)
		if (!swi__input_skip(&reader->run->input))
			return reader->run->input.code;
	return SWK_OK;
}

static int heading_copy(csv_reader *reader)
{
	for (size_t i = 0; i < reader->record.count; i++)
		swi__cells_add(&reader->heading, reader->record.cells[i].bytes, reader->record.cells[i].length);
	swi__cells_place(&reader->heading);
	return reader->heading.failed ? swi__fail_memory(reader->run->error) : SWK_OK;
}

static int heading_number(csv_reader *reader)
{
	char name[24];
	for (size_t i = 0; i < reader->record.count; i++) {
		int length = snprintf(name, sizeof name, "%zu", i + 1);
		swi__cells_add(&reader->heading, name, (size_t)length);
	}
	swi__cells_place(&reader->heading);
	return reader->heading.failed ? swi__fail_memory(reader->run->error) : SWK_OK;
}

static int heading_list(csv_reader *reader, const json_t *names)
{
	size_t at;
	json_t *name;
	json_array_foreach(names, at, name)
		swi__cells_add(&reader->heading, json_string_value(name), json_string_length(name));
	swi__cells_place(&reader->heading);
	return reader->heading.failed ? swi__fail_memory(reader->run->error) : SWK_OK;
}

/* ------------------------------------------------------------------------------------ heading checks */

static int heading_check_twice(csv_reader *reader)
{
	char what[128];
	const swi__cells *heading = &reader->heading;
	for (size_t i = 0; i < heading->count; i++)
		for (size_t k = 0; k < i; k++) {
			swi__slice name = heading->cells[i];
			if (!name.length || name.length != heading->cells[k].length ||
			    memcmp(name.bytes, heading->cells[k].bytes, name.length) != 0)
				continue;
			snprintf(what, sizeof what, "has column \"%.*s\" twice",
			         name.length < 64 ? (int)name.length : 64, name.bytes);
			return fail_heading(reader, what);
		}
	return SWK_OK;
}

/* The columns' names as the library takes them. */
static int heading_names(csv_reader *reader)
{
	const swi__cells *heading = &reader->heading;
	reader->fields = swi__alloc(heading->count, sizeof *reader->fields);
	for (size_t i = 0; i < heading->count; i++) {
		swi__text_append(&reader->names, heading->cells[i].bytes, heading->cells[i].length);
		swi__text_byte(&reader->names, '\0');
	}
	if (!reader->fields || reader->names.failed)
		return swi__fail_memory(reader->run->error);
	const char *name = reader->names.bytes;
	for (size_t i = 0; i < heading->count; i++) {
		reader->fields[i] = heading->cells[i].length == strlen(name) && *name ? name : NULL;
		name += heading->cells[i].length + 1;
	}
	return SWK_OK;
}

static int heading_check_fields(csv_reader *reader)
{
	char what[128];
	swi__run *run = reader->run;
	bool id = false;
	int code = heading_names(reader);
	for (size_t i = 0; i < reader->heading.count && !code; i++) {
		const char *name = reader->fields[i];
		id |= name && strcmp(name, "id") == 0;
		if (run->options->ignore_unknown)
			continue;
		snprintf(what, sizeof what, "has no name for column %zu", i + 1);
		if (!name)
			return fail_heading(reader, what);
		code = swi__run_field_known(run, run->options->table, name);
		snprintf(what, sizeof what,
		         "has column \"%.40s\", which table %.20s has not: it needs a map or a preset", name,
		         run->options->table);
		if (code == SWK_ERR_USAGE)
			return fail_heading(reader, what);
	}
	return code || id ? code : fail_heading(reader, "has no column \"id\"");
}

/* A mistake in the map, not in how the program was called. */
static int map_wrong(swi__run *run, int code)
{
	char reason[256];
	if (code != SWK_ERR_USAGE || !run->error || run->error->size < sizeof *run->error)
		return code == SWK_ERR_USAGE ? SWK_ERR_INVALID : code;
	snprintf(reason, sizeof reason, "%.255s", run->error->reason);
	return swi__fail(run->error, SWK_ERR_INVALID, "the map was wrong: %s", reason);
}

/* A word that the field does not know would be refused in every row. */
static int map_check_word(swi__run *run, const swi__map *map, const char *field, const char *word)
{
	swk_error refusal = SWK_ERROR_INIT;
	int code = word ? swi__run_field_takes(run, map->table, field, word, &refusal) : SWK_OK;
	if (code != SWK_ERR_INVALID)
		return code;
	return swi__fail(run->error, code, "the map was wrong in field %s: \"%.80s\" %s", field, word, refusal.reason);
}

static int map_check_values(swi__run *run, const swi__map *map, const swi__field *field)
{
	const char *from;
	json_t *to;
	int code = SWK_OK;
	if (field->how != SWI__HOW_VALUES || field->prefix)
		return SWK_OK;
	json_object_foreach(field->values, from, to)
	{
		if (!code)
			code = map_check_word(run, map, field->name, json_string_value(to));
	}
	return code ? code : map_check_word(run, map, field->name, json_string_value(field->otherwise));
}

static int map_check_field(swi__run *run, const swi__map *map, swi__field *field)
{
	int code = swi__run_field_known(run, map->table, field->name);
	if (!code)
		code = map_check_values(run, map, field);
	if (!code)
		code = swi__run_field_date(run, map->table, field->name, &field->date);
	if (!code && field->date && field->day_end)
		return swi__fail(run->error, SWK_ERR_INVALID,
		                 "the map was wrong in field %s: \"day\" is for instants, not for dates", field->name);
	return code;
}

static int map_check_fields(swi__run *run, swi__map *map)
{
	int code = swi__run_table_known(run, map->table);
	for (size_t i = 0; i < map->field_count && !code; i++)
		code = map_check_field(run, map, &map->fields[i]);
	for (size_t i = 0; i < map->constant_count && !code; i++) {
		const swi__constant *constant = &map->constants[i];
		code = swi__run_field_known(run, map->table, constant->name);
		if (!code)
			code = map_check_word(run, map, constant->name, constant->text);
	}
	return map_wrong(run, code);
}

/* The store's base currency; "" when it cannot be asked. */
static void store_currency(const swi__run *run, char base[8])
{
	swk_result *result = NULL;
	base[0] = '\0';
	if (swk_store_info(run->store, &result, NULL))
		return;
	for (size_t row = 0; row < swk_result_rows(result); row++)
		if (strcmp(swk_result_text(result, row, 0, NULL), "currency") == 0)
			snprintf(base, 8, "%s", swk_result_text(result, row, 1, NULL));
	swk_result_free(result);
}

static bool map_says(const swi__map *map, const char *name)
{
	for (size_t i = 0; i < map->constant_count; i++)
		if (strcmp(map->constants[i].name, name) == 0)
			return true;
	for (size_t i = 0; i < map->field_count; i++)
		if (!map->fields[i].absent && strcmp(map->fields[i].name, name) == 0)
			return true;
	return false;
}

/* Looks whether amounts show another currency than they are taken for: of deals and quotas, which have one. */
static void map_currency(const swi__run *run, swi__map *map)
{
	bool has = strcmp(map->table, "opportunity") == 0 || strcmp(map->table, "quota") == 0;
	if (!run->options->warn || !has || map_says(map, "currency"))
		return;
	store_currency(run, map->base);
	for (size_t i = 0; i < map->field_count && *map->base; i++) {
		const swi__field *field = &map->fields[i];
		const char *code = field->how == SWI__HOW_NUMBER ? swi__symbol_currency(field->number.symbol) : NULL;
		if (!field->absent && strcmp(field->name, "amount") == 0 && code && strcmp(code, map->base) != 0)
			map->shown = code;
	}
}

static void map_warn(const swi__run *run, const swi__map *map)
{
	char text[160];
	for (size_t i = 0; i < map->field_count && run->options->warn; i++)
		if (map->fields[i].row && !map->fields[i].absent) {
			snprintf(text, sizeof text,
			         "field %.40s is the row's number: right only for a file that never changes",
			         map->fields[i].name);
			run->options->warn(run->options->warn_context, text);
		}
}

static int heading_check(csv_reader *reader)
{
	swi__run *run = reader->run;
	if (reader->heading.count > SWI__CELLS_MAX)
		return fail_heading(reader, "has more than " STRINGIFY(SWI__CELLS_MAX) " columns");
	int code = heading_check_twice(reader);
	if (code)
		return code;
	if (!run->maps)
		return heading_check_fields(reader);
	code = swi__maps_bind(run->maps, reader->heading.cells, reader->heading.count, reader->heading_line,
	                      reader->delimiters[0], run->error);
	for (size_t i = 0; i < run->maps->count && !code; i++) {
		map_warn(run, &run->maps->maps[i]);
		map_currency(run, &run->maps->maps[i]);
	}
	return code;
}

/* Gets the line of the heading and finds out the delimiter from it. */
static int heading_read(csv_reader *reader, bool *empty)
{
	swi__run *run = reader->run;
	char delimiter = run->maps ? run->maps->delimiter : 0;
	if (delimiter)
		reader->delimiters[0] = delimiter;
	else
		memcpy(reader->delimiters, SWI__DELIMITERS, sizeof SWI__DELIMITERS);
	int code = heading_skip(reader);
	if (code)
		return code;
	swi__got got = heading_get(reader);
	*empty = got == SWI__GOT_END;
	if (got == SWI__GOT_FAILED)
		return run->input.code;
	if (got == SWI__GOT_OPEN)
		return fail_heading(reader, "has a quote that is not closed");
	if (got == SWI__GOT_LONG)
		return fail_heading(reader, "is too long");
	if (!delimiter)
		reader->delimiters[0] = swi__delimiter_found(run->input.row);
	reader->delimiters[1] = '\0';
	return swi__splitter_begin(&reader->splitter, reader->delimiters[0]) ? SWK_OK : swi__fail_memory(run->error);
}

/* Without a heading line: the names are the map's, or numbers. */
static int heading_made(csv_reader *reader)
{
	const json_t *names = reader->run->maps->names;
	return names ? heading_list(reader, names) : heading_number(reader);
}

/* Reads the heading. *row is set when the line read is already a row of data. */
static int reader_heading(csv_reader *reader, bool *row)
{
	swi__run *run = reader->run;
	bool heading = !run->maps || run->maps->header, empty;
	int code = heading_read(reader, &empty);
	if (code)
		return code;
	if (empty)
		return heading ? swi__fail(run->error, SWK_ERR_INVALID, "there is no heading: the file is empty")
		               : SWK_OK;
	run->heading = &reader->heading.cells;
	code = reader_split(reader);
	if (code == SWK_ERR_INVALID)
		return fail_heading(reader, "has quotes where none may stand");
	if (!code)
		code = heading ? heading_copy(reader) : heading_made(reader);
	*row = !heading;
	return code ? code : heading_check(reader);
}

/* --------------------------------------------------------------------------------------------- rows */

/* A row that is no row counts once, under the first map's table. */
static int refuse_row(csv_reader *reader, const char *reason)
{
	swi__run *run = reader->run;
	const char *table = run->maps ? run->maps->maps[0].table : run->options->table;
	return swi__run_refuse(run, table, NULL, NO_VALUE, reason);
}

static int begin_row(swi__run *run, const char *table)
{
	int code = swk_batch_row(run->batch, table, run->input.number);
	return code ? swi__fail(run->error, code, "a row could not be begun") : SWK_OK;
}

static int table_row(csv_reader *reader)
{
	swi__run *run = reader->run;
	int code = begin_row(run, run->options->table);
	for (size_t i = 0; i < reader->record.count && !code; i++) {
		swi__slice cell = reader->record.cells[i];
		if (!reader->fields[i])
			continue;
		code = swk_batch_parse(run->batch, reader->fields[i], cell.bytes, cell.length);
		if (code)
			swi__fail(run->error, code, "line %lld could not be kept in memory",
			          (long long)run->input.number);
	}
	return code ? code : swi__run_end_row(run, run->input.row);
}

static int map_rows(csv_reader *reader)
{
	swi__run *run = reader->run;
	bool wanted = false;
	int code = SWK_OK;
	for (size_t i = 0; i < run->maps->count && !code; i++) {
		const swi__map *map = &run->maps->maps[i];
		if (!swi__field_wanted(map, reader->record.cells))
			continue;
		wanted = true;
		run->map = map;
		code = begin_row(run, map->table);
		if (!code)
			code = swi__field_row(run, map, reader->record.cells, &reader->scratch);
		if (!code)
			code = swi__run_end_row(run, run->input.row);
	}
	run->map = NULL;
	run->counts.skipped += !wanted;
	return code;
}

static int record_row(csv_reader *reader)
{
	char reason[96];
	size_t count = reader->record.count, columns = reader->heading.count;
	if (count == 0)
		return SWK_OK;
	if (count != columns) {
		snprintf(reason, sizeof reason, "had %zu cell%s where the heading has %zu", count,
		         count == 1 ? "" : "s", columns);
		return refuse_row(reader, reason);
	}
	return reader->run->maps ? map_rows(reader) : table_row(reader);
}

static int split_row(csv_reader *reader)
{
	int code = reader_split(reader);
	if (code == SWK_ERR_INVALID)
		return refuse_row(reader, "had quotes where none may stand");
	return code ? code : record_row(reader);
}

static int reader_rows(csv_reader *reader)
{
	int code = SWK_OK;
	while (!code) {
		switch (swi__input_record(&reader->run->input, reader->delimiters)) {
		case SWI__GOT_END:
			return SWK_OK;
		case SWI__GOT_FAILED:
			return reader->run->input.code;
		case SWI__GOT_LONG:
			code = refuse_row(reader,
			                  "was longer than " STRINGIFY(SWI_LINE_MAX) " bytes (is a quote not closed?)");
			break;
		case SWI__GOT_OPEN:
			code = refuse_row(reader, "had a quote that was not closed");
			break;
		default:
			code = split_row(reader);
		}
	}
	return code;
}

static int check_targets(swi__run *run)
{
	int code = SWK_OK;
	if (!run->maps)
		return swi__run_table_known(run, run->options->table);
	for (size_t i = 0; i < run->maps->count && !code; i++)
		code = map_check_fields(run, &run->maps->maps[i]);
	return code;
}

int swi__csv(swi__run *run)
{
	csv_reader reader = { .run = run };
	bool row = false;
	int code = check_targets(run);
	if (!code)
		code = reader_heading(&reader, &row);
	if (!code && row)
		code = record_row(&reader);
	if (!code)
		code = reader_rows(&reader);
	swi__splitter_done(&reader.splitter);
	swi__cells_done(&reader.heading);
	swi__cells_done(&reader.record);
	swi__free(reader.fields);
	swi__text_done(&reader.names);
	swi__text_done(&reader.scratch);
	return code;
}
