/* SPDX-License-Identifier: MIT */
#include "sample.h"

#include "cells.h"
#include "input.h"

#include <stdio.h>

/* How much of a file is looked at. */
#define FILE_MAX 1048576

/* Records by which the layout is found out. */
#define LAYOUT_RECORDS 60

/* ------------------------------------------------------------------------------------ the beginning */

static int file_read(swi__sample *sample, swi_read read, void *read_context, swk_error *error)
{
	char chunk[16384];
	while (sample->file.length < FILE_MAX) {
		int64_t count = read(read_context, chunk, sizeof chunk);
		if (count < 0 || (uint64_t)count > sizeof chunk)
			return swi__fail(error, SWK_ERR_IO, "reading failed");
		if (count == 0)
			break;
		if (!swi__text_append(&sample->file, chunk, (size_t)count))
			return swi__fail_memory(error);
	}
	return SWK_OK;
}

/* A swi_read of what was read before. */
static int64_t memory_read(void *context, char *bytes, size_t size)
{
	swi__slice *rest = context;
	size_t count = rest->length < size ? rest->length : size;
	memcpy(bytes, rest->bytes, count);
	*rest = (swi__slice){ rest->bytes + count, rest->length - count };
	return (int64_t)count;
}

/* Bytes that are no UTF-8 are taken for what spreadsheets on Windows write. */
static void encoding_find(swi__sample *sample)
{
	swi__encoding settled = SWI__ENCODING_UNKNOWN;
	swi__slice file = swi__text_slice(&sample->file);
	size_t mark, bad;
	if (swi__encoding_settle(file, &settled, &mark) || settled != SWI__ENCODING_UTF8)
		return;
	/* A character may be cut where the reading stopped. */
	bool cut = file.length >= FILE_MAX;
	if (!swi__utf8_valid(file, &bad) && !(cut && bad + 4 > file.length) && file.bytes[bad])
		sample->encoding = SWI__ENCODING_WINDOWS_1252;
}

/* In words what the file is if it is no CSV; NULL: nothing speaks against that. */
static const char *no_csv(swi__slice file)
{
	swi__encoding settled = SWI__ENCODING_UNKNOWN;
	size_t mark;
	if (file.length && file.bytes[0] == '{')
		return "looks like JSON lines, which are imported without a map: their keys are the fields";
	if (file.length && file.bytes[0] == '[')
		return SWI__JSON_LIST;
	if (!swi__encoding_refusal(file) && !swi__encoding_settle(file, &settled, &mark) &&
	    settled == SWI__ENCODING_UTF8 && memchr(file.bytes, '\0', file.length))
		return "has bytes of zero in it, so it is no text";
	return NULL;
}

/* Begins to read the beginning, again and again. */
static int input_again(const swi__sample *sample, swi__slice *rest, swi__input *input, swk_error *error)
{
	*rest = swi__text_slice(&sample->file);
	*input = (swi__input){
		.read = memory_read, .read_context = rest, .encoding = sample->encoding, .error = error
	};
	return swi__input_begin(input);
}

/* ----------------------------------------------------------------------------------------- layout */

/* How many cells each of the first records has, at one delimiter. */
typedef struct layout {
	size_t counts[LAYOUT_RECORDS];
	int64_t lines[LAYOUT_RECORDS]; /* on which they begin */
	size_t records;
	size_t usual, fitting; /* the number of cells that most records have, and how many have it */
} layout;

static int layout_take(const swi__sample *sample, char delimiter, layout *found, swk_error *error)
{
	swi__slice rest;
	swi__input input;
	swi__splitter splitter = { .ready = false };
	swi__cells cells = { .count = 0 };
	const char delimiters[] = { delimiter, '\0' };
	int code = input_again(sample, &rest, &input, error);
	if (!code && !swi__splitter_begin(&splitter, delimiter))
		code = swi__fail_memory(error);
	*found = (layout){ .records = 0 };
	while (!code && found->records < LAYOUT_RECORDS) {
		swi__got got = swi__input_record(&input, delimiters);
		if (got == SWI__GOT_FAILED)
			code = input.code;
		if (got != SWI__GOT_ONE)
			break;
		int split = swi__splitter_split(&splitter, input.row, input.quotes, &cells);
		if (split == SWK_ERR_MEMORY)
			code = swi__fail_memory(error);
		if (split || cells.count == 0)
			continue;
		found->lines[found->records] = input.number;
		found->counts[found->records++] = cells.count;
	}
	swi__splitter_done(&splitter);
	swi__cells_done(&cells);
	swi__input_done(&input);
	return code;
}

static void layout_sum(layout *found)
{
	for (size_t i = 0; i < found->records; i++) {
		size_t fitting = 0;
		for (size_t k = 0; k < found->records; k++)
			fitting += found->counts[k] == found->counts[i];
		bool more = fitting > found->fitting || (fitting == found->fitting && found->counts[i] > found->usual);
		if (!more)
			continue;
		found->fitting = fitting;
		found->usual = found->counts[i];
	}
}

/* The line of the first record that is as wide as most. */
static int64_t layout_heading(const layout *found)
{
	size_t at = 0;
	while (at + 1 < found->records && found->counts[at] != found->usual)
		at++;
	return found->lines[at];
}

/* The delimiter at which most records are alike, and wide. */
static int layout_find(swi__sample *sample, swk_error *error)
{
	layout best = { .records = 0 }, found;
	sample->delimiter = ',';
	for (const char *candidate = SWI__DELIMITERS; *candidate; candidate++) {
		int code = layout_take(sample, *candidate, &found, error);
		if (code)
			return code;
		layout_sum(&found);
		bool wide = found.usual > 1 &&
		            (best.usual <= 1 || found.fitting * found.usual > best.fitting * best.usual);
		if (!best.records || wide) {
			best = found;
			sample->delimiter = *candidate;
		}
	}
	if (!best.records)
		return swi__fail(error, SWK_ERR_INVALID, "there is no heading: the file is empty");
	sample->skip = best.counts[0] == best.usual ? 0 : (size_t)layout_heading(&best) - 1;
	return SWK_OK;
}

/* -------------------------------------------------------------------------------------------- rows */

static int take_row(swi__cells *cells, const swi__cells *record, swk_error *error)
{
	for (size_t i = 0; i < record->count; i++)
		swi__cells_add(cells, record->cells[i].bytes, record->cells[i].length);
	return cells->failed ? swi__fail_memory(error) : SWK_OK;
}

/* The place, from 1, of an earlier cell that is the same, which as a column's name it may not be; 0: there is none. */
static size_t stands_before(const swi__cells *record, size_t at)
{
	swi__slice name = record->cells[at];
	for (size_t i = 0; i < at && name.length; i++)
		if (record->cells[i].length == name.length &&
		    memcmp(record->cells[i].bytes, name.bytes, name.length) == 0)
			return i + 1;
	return 0;
}

/* Columns of one name are told apart by their numbers: "Date", "Date (3)". */
static int take_heading(swi__sample *sample, swi__cells *cells, const swi__cells *record, swk_error *error)
{
	char name[160];
	sample->columns = record->count;
	if (sample->columns > SWI__CELLS_MAX)
		return swi__fail(error, SWK_ERR_INVALID, "the heading has more than %d columns", SWI__CELLS_MAX);
	for (size_t i = 0; i < record->count; i++) {
		swi__slice cell = record->cells[i];
		size_t before = stands_before(record, i);
		if (!before) {
			swi__cells_add(cells, cell.bytes, cell.length);
			continue;
		}
		int length = snprintf(name, sizeof name, "%.*s (%zu)", cell.length < 128 ? (int)cell.length : 128,
		                      cell.bytes, i + 1);
		swi__cells_add(cells, name, (size_t)length);
		sample->doubled = sample->doubled ? sample->doubled : before;
	}
	return cells->failed ? swi__fail_memory(error) : SWK_OK;
}

/* Heading and rows, one after the other, into `cells`. */
static int take_records(swi__sample *sample, swi__input *input, swi__splitter *splitter, size_t rows, swi__cells *cells,
                        swk_error *error)
{
	const char delimiters[] = { sample->delimiter, '\0' };
	swi__cells record = { .count = 0 };
	int code = SWK_OK;
	while (!code && sample->rows < rows && swi__input_record(input, delimiters) == SWI__GOT_ONE) {
		int split = swi__splitter_split(splitter, input->row, input->quotes, &record);
		if (split == SWK_ERR_MEMORY)
			code = swi__fail_memory(error);
		else if (!split && record.count && !sample->columns)
			sample->delimiter_named = swi__delimiter_found(input->row) != sample->delimiter;
		if (split || !record.count)
			continue;
		if (!sample->columns) {
			code = take_heading(sample, cells, &record, error);
			sample->heading_end = (size_t)input->line - 1;
		} else if (record.count == sample->columns) {
			code = take_row(cells, &record, error);
			sample->rows++;
		} else {
			sample->odd++;
		}
	}
	swi__cells_done(&record);
	return code;
}

static int take_rows(swi__sample *sample, size_t rows, swi__cells *cells, swk_error *error)
{
	swi__slice rest;
	swi__input input;
	swi__splitter splitter = { .ready = false };
	int code = input_again(sample, &rest, &input, error);
	if (!code && !swi__splitter_begin(&splitter, sample->delimiter))
		code = swi__fail_memory(error);
	for (size_t i = 0; i < sample->skip && !code; i++)
		code = swi__input_skip(&input) ? SWK_OK : input.code;
	if (!code)
		code = take_records(sample, &input, &splitter, rows, cells, error);
	swi__splitter_done(&splitter);
	swi__input_done(&input);
	return code;
}

/* A heading holds no dates, and no numbers where the rows hold them too. */
static bool heading_is_row(const swi__sample *sample)
{
	for (size_t i = 0; i < sample->columns; i++) {
		char text[SWI__FORM_TEXT];
		swi__numbers numbers;
		swi__column_cells rows = swi__sample_column(sample, i), heading = { sample->names + i, 1, 1 };
		if (swi__sniff_date(sample->names[i], text))
			return true;
		swi__sniff_numbers(&heading, false, &numbers);
		if (!numbers.read || !numbers.plain)
			continue;
		swi__sniff_numbers(&rows, false, &numbers);
		if (numbers.read && numbers.read == numbers.filled)
			return true;
	}
	return false;
}

/* The first record becomes a row, and the names numbers. */
static int heading_number(swi__sample *sample, swi__cells *cells, swk_error *error)
{
	swi__cells numbered = { .count = 0 };
	char name[24];
	for (size_t i = 0; i < sample->columns; i++) {
		int length = snprintf(name, sizeof name, "%zu", i + 1);
		swi__cells_add(&numbered, name, (size_t)length);
	}
	for (size_t i = 0; i < cells->count; i++)
		swi__cells_add(&numbered, cells->cells[i].bytes, cells->cells[i].length);
	swi__cells_place(&numbered);
	swi__cells_done(cells);
	*cells = numbered;
	sample->header = false;
	sample->doubled = 0;
	sample->rows++;
	return numbered.failed ? swi__fail_memory(error) : SWK_OK;
}

/* The cells become the sample's. */
static void sample_adopt(swi__sample *sample, swi__cells *cells)
{
	sample->names = cells->cells;
	sample->cells = cells->cells + (cells->cells ? sample->columns : 0);
}

int swi__sample_read(swi__sample *sample, swi_read read, void *read_context, size_t rows, swk_error *error)
{
	swi__cells cells = { .count = 0 };
	*sample = (swi__sample){ .header = true };
	int code = file_read(sample, read, read_context, error);
	if (code)
		return code;
	const char *wrong = no_csv(swi__trim(swi__text_slice(&sample->file)));
	if (wrong)
		return swi__fail(error, SWK_ERR_INVALID, "%s", wrong);
	encoding_find(sample);
	code = layout_find(sample, error);
	if (!code)
		code = take_rows(sample, rows, &cells, error);
	swi__cells_place(&cells);
	sample_adopt(sample, &cells);
	if (!code && heading_is_row(sample))
		code = heading_number(sample, &cells, error);
	sample_adopt(sample, &cells);
	sample->bytes = cells.bytes;
	return code;
}

void swi__sample_done(swi__sample *sample)
{
	swi__free((void *)(uintptr_t)sample->names);
	swi__text_done(&sample->bytes);
	swi__text_done(&sample->file);
}
