/* SPDX-License-Identifier: MIT
 *
 * cells: a record of CSV taken apart. Cells are trimmed; they lie in the record, or in `bytes` where quotes were in it.
 */
#ifndef SWI_CELLS_H
#define SWI_CELLS_H

#include "support.h"

#include <csv.h>

/* More columns than that are no table. */
#define SWI__CELLS_MAX 10000

typedef struct swi__cells {
	swi__text bytes;
	swi__slice *cells; /* of `count`; between swi__cells_add and swi__cells_place their bytes are not set */
	size_t count, capacity;
	bool failed; /* memory */
} swi__cells;

void swi__cells_clear(swi__cells *cells); /* keeps the memory */
void swi__cells_done(swi__cells *cells);

/* Adds copies of cells; swi__cells_place, called behind the last one, makes them usable. */
void swi__cells_add(swi__cells *cells, const char *bytes, size_t length);
void swi__cells_place(swi__cells *cells);

/* How a record is quoted. */
typedef enum swi__quotes {
	SWI__QUOTES_NONE,
	SWI__QUOTES_REGULAR, /* each begins a cell, ends one, or is doubled within; no cell has an end of line in it */
	SWI__QUOTES_ANY
} swi__quotes;

/* Takes records apart at one delimiter. What is quoted regularly is taken apart where it lies; libcsv decides on all
 * else. */
typedef struct swi__splitter {
	struct csv_parser parser;
	bool ready;
	char delimiter;
} swi__splitter;

/* Begins, or begins anew with another delimiter. False: memory failed. */
bool swi__splitter_begin(swi__splitter *splitter, char delimiter);
void swi__splitter_done(swi__splitter *splitter);

/* The cells of a record, valid as long as it is and until the next one; an empty record has none. SWK_ERR_INVALID: it
 * is no CSV. SWK_ERR_MEMORY. */
int swi__splitter_split(swi__splitter *splitter, swi__slice record, swi__quotes quotes, swi__cells *cells);

/* What quotes a line has, as a whole record parted by `delimiter`. */
swi__quotes swi__quotes_of(swi__slice line, char delimiter);

/* What may part cells where nobody says so. */
#define SWI__DELIMITERS ",;\t|"

/* Of these the one that stands most often outside quotes; the earlier one of equals. */
char swi__delimiter_found(swi__slice line);

#endif
