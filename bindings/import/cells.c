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

int swi__splitter_split(swi__splitter *splitter, swi__slice record, bool quotes, swi__cells *cells)
{
	struct csv_parser *parser = &splitter->parser;
	swi__cells_clear(cells);
	if (!quotes)
		return split_plain(splitter->delimiter, record, cells);
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
