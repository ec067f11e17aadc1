/* SPDX-License-Identifier: MIT */
#include "cells.h"

/* -------------------------------------------------------------------------------------------- cells */

static bool cells_room(swi__cells *cells)
{
	if (cells->count < cells->capacity)
		return true;
	size_t capacity = cells->capacity ? cells->capacity * 2 : 32;
	swi__slice *grown = swi__resize(cells->cells, capacity, sizeof *grown);
	if (!grown) {
		cells->failed = true;
		return false;
	}
	cells->cells = grown;
	cells->capacity = capacity;
	return true;
}

void swi__cells_add(swi__cells *cells, const char *bytes, size_t length)
{
	if (!cells_room(cells))
		return;
	cells->cells[cells->count++] = (swi__slice){ NULL, length };
	if (!swi__text_append(&cells->bytes, bytes, length))
		cells->failed = true;
}

void swi__cells_place(swi__cells *cells)
{
	size_t at = 0;
	if (cells->failed)
		return;
	for (size_t i = 0; i < cells->count; i++) {
		size_t length = cells->cells[i].length;
		cells->cells[i] = swi__trim((swi__slice){ length ? cells->bytes.bytes + at : "", length });
		at += length;
	}
}

void swi__cells_clear(swi__cells *cells)
{
	swi__text_clear(&cells->bytes);
	cells->count = 0;
	cells->failed = false;
}

void swi__cells_done(swi__cells *cells)
{
	swi__text_done(&cells->bytes);
	swi__free(cells->cells);
	*cells = (swi__cells){ .count = 0 };
}

/* ---------------------------------------------------------------------------------------- splitting */

bool swi__splitter_begin(swi__splitter *splitter, char delimiter)
{
	swi__splitter_done(splitter);
	splitter->delimiter = delimiter;
	splitter->ready = csv_init(&splitter->parser, CSV_STRICT | CSV_STRICT_FINI) == 0;
	if (splitter->ready)
		csv_set_delim(&splitter->parser, (unsigned char)delimiter);
	return splitter->ready;
}

void swi__splitter_done(swi__splitter *splitter)
{
	if (splitter->ready)
		csv_free(&splitter->parser);
	splitter->ready = false;
}

static void take_cell(void *bytes, size_t length, void *context)
{
	swi__cells_add(context, bytes ? bytes : "", length);
}

/* A record without a quote is taken apart where it lies. */
static int split_plain(char delimiter, swi__slice rest, swi__cells *cells)
{
	const char *end = memchr(rest.bytes, delimiter, rest.length);
	if (!end && swi__trim(rest).length == 0)
		return SWK_OK;
	for (;; end = memchr(rest.bytes, delimiter, rest.length)) {
		size_t length = end ? (size_t)(end - rest.bytes) : rest.length;
		if (!cells_room(cells))
			return SWK_ERR_MEMORY;
		cells->cells[cells->count++] = swi__trim((swi__slice){ rest.bytes, length });
		if (!end)
			return SWK_OK;
		rest = (swi__slice){ end + 1, rest.length - length - 1 };
	}
}

/* The place of the next byte that is no space. */
static size_t spaces_end(swi__slice text, size_t at, char delimiter)
{
	while (at < text.length && (text.bytes[at] == ' ' || text.bytes[at] == '\t') && text.bytes[at] != delimiter)
		at++;
	return at;
}

/* The place of the quote that closes the cell opened before `at`, and whether others were doubled; the length when none
 * does. */
static size_t quote_end(swi__slice text, size_t at, bool *doubled)
{
	*doubled = false;
	while (at < text.length) {
		const char *quote = memchr(text.bytes + at, '"', text.length - at);
		if (!quote)
			break;
		at = (size_t)(quote - text.bytes);
		if (at + 1 == text.length || text.bytes[at + 1] != '"')
			return at;
		*doubled = true;
		at += 2;
	}
	return text.length;
}

/* The place of the delimiter behind `at`, or the length. */
static size_t cell_end(swi__slice text, size_t at, char delimiter)
{
	const char *end = memchr(text.bytes + at, delimiter, text.length - at);
	return end ? (size_t)(end - text.bytes) : text.length;
}

swi__quotes swi__quotes_of(swi__slice line, char delimiter)
{
	bool doubled;
	if (!memchr(line.bytes, '"', line.length))
		return SWI__QUOTES_NONE;
	for (size_t at = 0; at < line.length; at++) {
		size_t begin = spaces_end(line, at, delimiter);
		if (begin < line.length && line.bytes[begin] == '"') {
			size_t close = quote_end(line, begin + 1, &doubled);
			if (close == line.length)
				return SWI__QUOTES_ANY;
			at = spaces_end(line, close + 1, delimiter);
			if (at < line.length && line.bytes[at] != delimiter)
				return SWI__QUOTES_ANY;
		} else {
			at = cell_end(line, begin, delimiter);
			if (memchr(line.bytes + begin, '"', at - begin))
				return SWI__QUOTES_ANY;
		}
	}
	return SWI__QUOTES_REGULAR;
}

/* The cell without the doubling, behind the others in `bytes`, which has room for it. */
static swi__slice cell_undoubled(swi__cells *cells, swi__slice text)
{
	char *to = cells->bytes.bytes + cells->bytes.length;
	size_t length = 0;
	for (size_t i = 0; i < text.length; i++) {
		to[length++] = text.bytes[i];
		i += text.bytes[i] == '"';
	}
	cells->bytes.length += length;
	return (swi__slice){ to, length };
}

static int split_regular(char delimiter, swi__slice record, swi__cells *cells)
{
	bool doubled;
	if (!swi__text_reserve(&cells->bytes, record.length))
		return SWK_ERR_MEMORY;
	for (size_t at = 0; at <= record.length; at++) {
		size_t begin = spaces_end(record, at, delimiter), close;
		swi__slice cell;
		if (!cells_room(cells))
			return SWK_ERR_MEMORY;
		if (begin < record.length && record.bytes[begin] == '"') {
			close = quote_end(record, begin + 1, &doubled);
			cell = (swi__slice){ record.bytes + begin + 1, close - begin - 1 };
			cell = doubled ? cell_undoubled(cells, cell) : cell;
			at = spaces_end(record, close + 1, delimiter);
		} else {
			close = cell_end(record, begin, delimiter);
			cell = (swi__slice){ record.bytes + begin, close - begin };
			at = close;
		}
		cells->cells[cells->count++] = swi__trim(cell);
	}
	return SWK_OK;
}

/* libcsv's word. */
static int split_any(swi__splitter *splitter, swi__slice record, swi__cells *cells)
{
	struct csv_parser *parser = &splitter->parser;
	bool whole = csv_parse(parser, record.bytes, record.length, take_cell, NULL, cells) == record.length &&
	             csv_fini(parser, take_cell, NULL, cells) == 0;
	bool memory = csv_error(parser) == CSV_ENOMEM || cells->failed;
	if ((!whole || memory) && !swi__splitter_begin(splitter, splitter->delimiter))
		memory = true;
	if (memory)
		return SWK_ERR_MEMORY;
	swi__cells_place(cells);
	return whole ? SWK_OK : SWK_ERR_INVALID;
}

int swi__splitter_split(swi__splitter *splitter, swi__slice record, swi__quotes quotes, swi__cells *cells)
{
	swi__cells_clear(cells);
	if (quotes == SWI__QUOTES_NONE)
		return split_plain(splitter->delimiter, record, cells);
	return quotes == SWI__QUOTES_REGULAR ? split_regular(splitter->delimiter, record, cells)
	                                     : split_any(splitter, record, cells);
}

char swi__delimiter_found(swi__slice line)
{
	size_t most = 0;
	char found = ',';
	for (const char *candidate = SWI__DELIMITERS; *candidate; candidate++) {
		size_t count = 0;
		bool quoted = false;
		for (size_t i = 0; i < line.length; i++) {
			quoted ^= line.bytes[i] == '"';
			count += !quoted && line.bytes[i] == *candidate;
		}
		if (count > most) {
			most = count;
			found = *candidate;
		}
	}
	return found;
}
