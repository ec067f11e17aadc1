/* SPDX-License-Identifier: MIT */
#include "cells.h"

#define CACHE_LINE 64

void swk__cells_fetch(const swk__columns *columns, unsigned field, uint32_t row, uint32_t count)
{
	const swk__run run = swk__columns_run(columns, field, row);
	for (size_t at = 0; at < (size_t)count * run.coding.width; at += CACHE_LINE)
		__builtin_prefetch((const char *)run.cells + at);
}

/* Cells of one width, each once by itself so that a compiler can take several at a time. Factors of 32 bits have a
 * product that processors make in one step. */
#define WIDEN(type)                                                            \
	for (uint32_t i = 0; i < count; i++) {                                 \
		const uint32_t cell = ((const type *)run.cells)[i];            \
		const int64_t value = base + (int64_t)((uint64_t)cell * unit); \
		cells[i] = cell ? value : null;                                \
	}

SWK__WIDE void swk__cells_wide(const swk__columns *columns, unsigned field, uint32_t row, uint32_t count,
                               int64_t *cells)
{
	const swk__run run = swk__columns_run(columns, field, row);
	const int64_t null = run.coding.text ? 0 : SWK__NULL, base = run.coding.base;
	const uint32_t unit = run.coding.unit;
	switch (run.coding.width) {
	case 0:
		for (uint32_t i = 0; i < count; i++)
			cells[i] = run.coding.base;
		break;
	case 1:
		WIDEN(unsigned char)
		break;
	case 2:
		WIDEN(uint16_t)
		break;
	case 4:
		WIDEN(uint32_t)
		break;
	default:
		memcpy(cells, run.cells, count * sizeof *cells);
	}
}

#define GIVEN(type, null)                    \
	for (uint32_t i = 0; i < count; i++) \
		given[i] = ((const type *)run.cells)[i] != (null);

SWK__WIDE void swk__cells_given(const swk__columns *columns, unsigned field, uint32_t row, uint32_t count,
                                unsigned char *given)
{
	const swk__run run = swk__columns_run(columns, field, row);
	switch (run.coding.width) {
	case 0:
		memset(given, run.coding.base != SWK__NULL, count);
		break;
	case 1:
		GIVEN(unsigned char, 0)
		break;
	case 2:
		GIVEN(uint16_t, 0)
		break;
	case 4:
		GIVEN(uint32_t, 0)
		break;
	default:
		GIVEN(int64_t, SWK__NULL)
	}
}

const unsigned char *swk__cells_codes(const swk__columns *columns, unsigned field, uint32_t row, uint32_t count,
                                      unsigned char *room)
{
	const swk__run run = swk__columns_run(columns, field, row);
	if (run.coding.width == 1 && run.coding.base == -1 && run.coding.unit == 1)
		return run.cells;
	if (run.coding.width == 0) {
		memset(room, run.coding.base == SWK__NULL ? 0 : (int)run.coding.base + 1, count);
		return room;
	}
	for (uint32_t i = 0; i < count; i++) {
		int64_t value = swk__run_get(&run, i);
		room[i] = (unsigned char)(value == SWK__NULL ? 0 : value + 1);
	}
	return room;
}

const unsigned char *swk__cells_bytes(const swk__columns *columns, unsigned field, uint32_t row)
{
	const swk__run run = swk__columns_run(columns, field, row);
	return run.coding.width == 1 ? run.cells : NULL;
}

#define TAKE(type)                           \
	for (uint32_t i = 0; i < count; i++) \
		room[i] = (uint32_t)((const type *)run.cells)[i];

SWK__WIDE const uint32_t *swk__cells_numbers(const swk__columns *columns, unsigned field, uint32_t row, uint32_t count,
                                             uint32_t *room)
{
	const swk__run run = swk__columns_run(columns, field, row);
	switch (run.coding.width) {
	case 0:
		for (uint32_t i = 0; i < count; i++)
			room[i] = (uint32_t)run.coding.base;
		return room;
	case 1:
		TAKE(unsigned char)
		return room;
	case 2:
		TAKE(uint16_t)
		return room;
	case 4:
		return run.cells;
	default:
		TAKE(int64_t)
		return room;
	}
}

SWK__WIDE const uint32_t *swk__cells_raw(const swk__columns *columns, unsigned field, uint32_t row, uint32_t count,
                                         uint32_t *room, swk__raw *coding)
{
	const swk__run run = swk__columns_run(columns, field, row);
	*coding = (swk__raw){ run.coding.base, run.coding.unit };
	switch (run.coding.width) {
	case 0:
		coding->unit = 0;
		for (uint32_t i = 0; i < count; i++)
			room[i] = run.coding.base != SWK__NULL;
		return room;
	case 1:
		TAKE(unsigned char)
		return room;
	case 2:
		TAKE(uint16_t)
		return room;
	case 4:
		return run.cells;
	default:
		return NULL;
	}
}
