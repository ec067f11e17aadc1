/* SPDX-License-Identifier: MIT
 *
 * batch: rows on their way in, as typed columns per table, and their validation.
 *
 *   swk_batch: tables[t] { rows, columns[f] { int64 values[], or slices into `bytes` } } + order + rejects
 *
 * Invariant: every row of the columns is valid in itself (types, ranges, UTF-8, required fields), defaults are filled
 * in; a refused row left only its error. References are not looked up: a record may arrive before what it refers to.
 */
#ifndef SWK_BATCH_H
#define SWK_BATCH_H

#include "schema.h"
#include "zones.h"

/* The bytes of one text cell: a place in the batch's `bytes`. Length 0 is null. */
typedef struct swk__span {
	uint64_t offset;
	uint32_t length;
} swk__span;

typedef struct swk__batch_column {
	int64_t *values;  /* kinds that are no text; SWK__NULL is null; ENUM: the index */
	swk__span *spans; /* text kinds */
} swk__batch_column;

typedef struct swk__batch_table {
	size_t rows, capacity;
	swk__batch_column columns[SWK__FIELDS_MAX];
} swk__batch_table;

/* Which row of which table came when: stamps are given in this order. */
typedef struct swk__batch_order {
	uint32_t row;
	unsigned char table;
	bool stamped; /* its recorded_at is a stamp that the store once gave */
} swk__batch_order;

typedef struct swk__batch_cell {
	bool set;
	int64_t value;
	swk__span span;
} swk__batch_cell;

struct swk_batch {
	swk__mem *mem;
	swk__zones *zones;
	const swk__zone *zone; /* of local times */
	swk__slice currency;   /* of amounts in rows that name none: the store's base */
	bool ignore_unknown;
	void (*drop)(void *owner);
	void *owner; /* kept alive by the batch (the store) */
	swk__batch_table tables[SWK__TABLE_COUNT];
	swk__buf bytes; /* of all text cells */
	swk__batch_order *order;
	size_t rows, order_capacity;
	swk_error *rejects;
	size_t reject_count, reject_capacity;
	/* the row that is being written */
	bool open, broken; /* broken: memory failed in it */
	int table;
	int64_t number;
	size_t bytes_before;
	swk_error refusal; /* code 0: none so far; broken: the memory's */
	swk__batch_cell cells[SWK__FIELDS_MAX];
	/* what makes rows that look alike cheap: after one field likely comes the one that came after it before (`last`
	 * and the index count from 1, 0 is the row's begin), and a zone is likely the last valid one */
	unsigned last;
	unsigned char guesses[SWK__TABLE_COUNT][SWK__FIELDS_MAX + 1];
	char zone_name[255];
	size_t zone_length;
	/* the rows that are being filled column by column: for each, the number of its reject from 1 on, or 0 */
	uint32_t *refused;
	size_t filled, refused_capacity;
	int64_t first; /* the number of the first of them */
};

/* `drop` (may be NULL) is called with `owner` when the batch is freed; the caller has retained the owner. `currency`,
 * the store's base, is a known one and outlives the batch. */
int swk__batch_create(swk__mem *mem, swk__zones *zones, const swk__zone *zone, swk__slice currency, bool ignore_unknown,
                      void (*drop)(void *), void *owner, swk_batch **batch, swk_error *error);

/* Exchanges the rows of two batches between which none is being written, and the memory for them. */
void swk__batch_swap(swk_batch *a, swk_batch *b);

/* Keeps text bytes for a cell; false when memory failed. */
bool swk__batch_bytes(swk_batch *batch, swk__slice text, swk__span *span);

/* Makes room for `rows` more rows of the table; false when memory failed. */
bool swk__batch_reserve(swk_batch *batch, swk__table table, size_t rows);

/* ------------------------------------------------------------------------------- rows column by column */

/* Rows that are filled at a time: so few that their columns stay in a core's cache until they are stored. */
#define SWK__BATCH_FILL 4096

/* Empties the batch and begins `rows` rows of a table, numbered `first`, `first` + 1, ... in errors. Until
 * swk__batch_filled, every cell of tables[table].columns may be written; they begin as the defaults. */
int swk__batch_fill(swk_batch *batch, swk__table table, size_t rows, int64_t first, swk_error *error);

/* Refuses row `row` of those, unless it was refused before. Fails only where memory does. */
int swk__batch_row_refuse(swk_batch *batch, size_t row, const char *field, swk__slice value, const char *reason,
                          swk_error *error);

/* Ends the filling: checks what must hold of a row's fields together, leaves out the rows that were refused, and puts
 * the rejects into the order of the rows. */
int swk__batch_filled(swk_batch *batch, swk_error *error);

/* A value as the caller gave it. */
typedef enum swk__given_kind {
	SWK__GIVEN_TEXT,     /* swk_batch_text */
	SWK__GIVEN_FORM,     /* swk_batch_parse: the text form of any kind */
	SWK__GIVEN_DECIMAL,  /* a number by its digits */
	SWK__GIVEN_DURATION, /* seconds by their digits */
	SWK__GIVEN_INT,
	SWK__GIVEN_REAL,
	SWK__GIVEN_BOOL,
	SWK__GIVEN_INSTANT,
	SWK__GIVEN_DATE
} swk__given_kind;

typedef struct swk__given {
	swk__given_kind kind;
	swk__slice text;
	int64_t integer;
	double real;
	unsigned precision; /* the bits of a real that came from a shorter type, 24 or 11; 0: all 53 */
} swk__given;

#define SWK__REASON_SIZE 160

/* Puts a value into row `row` of those that are filled, or refuses the row. Fails only where memory does. */
int swk__batch_put(swk_batch *batch, size_t row, unsigned field, const swk__given *given, swk_error *error);

/* What batch_fill shares with the rows that are written one by one: sets a cell of the row at hand, or refuses it
 * (fails where memory does); checks the cells of the row at hand together; keeps its refusal as a reject. */
int swk__batch_cell_set(swk_batch *batch, const swk__field *field, const swk__given *given, swk__batch_cell *cell);
bool swk__batch_ruled(swk__table table); /* whether a row's fields are checked for more than that none is missing */
void swk__batch_row_check(swk_batch *batch);
int swk__batch_reject_keep(swk_batch *batch, swk_error *error);

/* True when a field of this kind takes what was given, whatever its value; else `reason` says why not. */
bool swk__given_fits(const swk__given *given, swk__kind kind, char reason[SWK__REASON_SIZE]);

/* The value for a field whose kind is no text kind and that fits; false with the reason when it is refused. */
bool swk__given_value(const swk__given *given, const swk__field *field, const swk__zone *zone, int64_t *value,
                      char reason[SWK__REASON_SIZE]);

/* How many of a number kind's cells are 1: 1000000 where it is kept in millionths. */
int64_t swk__number_unit(swk__kind kind);

/* True for ASCII without a NUL; false says only that a closer look is due. */
bool swk__text_plain(swk__slice text);

/* The decimals of an AMOUNT as a column holds it: as many as any currency has. */
#define SWK__AMOUNT_PLACES 4

/* An AMOUNT for an error: "-1234.5". */
swk__slice swk__amount_print(int64_t amount, char text[40]);

/* Checks what was given for a field of a text kind, but for whether a zone exists. */
bool swk__given_text(const swk__given *given, const swk__field *field, char reason[SWK__REASON_SIZE]);

/* What was given as a text for an error; into `text` where it was none. */
swk__slice swk__given_print(const swk__given *given, char text[40]);

static inline swk__slice swk__batch_text_at(const swk_batch *batch, swk__span span)
{
	return (swk__slice){ span.length ? batch->bytes.bytes + span.offset : "", span.length };
}

#endif
