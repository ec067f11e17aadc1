/* SPDX-License-Identifier: MIT
 *
 * arrow_out: columns handed out as the structs of the Arrow C data interface.
 *
 *   fields { name, form } --------------------> ArrowSchema: one block, a reference on it for each struct
 *   fields + cells { buffers } + owner -------> ArrowArray: one block, a reference on it for each struct
 *   source { next batch of cells, owner } ----> ArrowArrayStream
 *
 * Invariant: each struct that is handed out (an array, each of its children, each dictionary) holds a reference of its
 * own on the block, and the block keeps buffers and owner. So children may be moved away, structs be released in any
 * order and by any thread, and the owner's handle be freed first.
 */
#ifndef SWK_ARROW_OUT_H
#define SWK_ARROW_OUT_H

#include "error.h"

/* The digits that a decimal128 may have. */
#define SWK__ARROW_DIGITS 38

/* How a column is handed over. */
typedef enum swk__arrow_form {
	SWK__ARROW_TEXT,    /* utf8 */
	SWK__ARROW_CHOICE,  /* dictionary<int8, utf8> */
	SWK__ARROW_REPEATS, /* dictionary<int32, utf8> */
	SWK__ARROW_BOOL,    /* bool */
	SWK__ARROW_DATE,    /* date32 */
	SWK__ARROW_INSTANT, /* timestamp[us, UTC] */
	SWK__ARROW_INT,     /* int64 */
	SWK__ARROW_REAL,    /* float64 */
	SWK__ARROW_DECIMAL  /* decimal128 */
} swk__arrow_form;

typedef struct swk__arrow_field {
	const char *name; /* lives as long as the owner */
	swk__arrow_form form;
	unsigned precision, scale; /* DECIMAL */
	bool nullable;
} swk__arrow_field;

/* Texts end to end: text i ends where text i + 1 begins, at starts[i + 1]. */
typedef struct swk__arrow_texts {
	int64_t count;
	const int32_t *starts;
	const char *bytes;
} swk__arrow_texts;

/* The cells of a column, as its form lays them out. What stands in `made` goes with the array; the rest is the
 * owner's. */
typedef struct swk__arrow_out_cells {
	int64_t nulls;
	const void *valid;      /* a bit a row; may be NULL when there are no nulls */
	const void *values;     /* dictionaries: int8 or int32; but for TEXT */
	swk__arrow_texts texts; /* TEXT: of the rows; dictionaries: of the values */
	void *made[4];
} swk__arrow_out_cells;

/* Who keeps the memory that structs point to: `drop` is called once with `owner` when the last of them is gone. */
typedef struct swk__arrow_owner {
	swk__mem *mem;
	void (*drop)(void *owner);
	void *owner;
} swk__arrow_owner;

/* Fills *schema with a struct of these fields; `metadata` (swk__arrow_metadata) is copied. On success the owner's
 * reference is the schema's; on failure it is still the caller's, and *schema untouched. */
int swk__arrow_schema(const swk__arrow_owner *owner, const swk__arrow_field *fields, size_t count, swk__slice metadata,
                      struct ArrowSchema *schema, swk_error *error);

/* Fills *array with a struct of `rows` rows; cells[i] belongs to fields[i]. Owner as above, and so is what the cells
 * made. */
int swk__arrow_array(const swk__arrow_owner *owner, const swk__arrow_field *fields, const swk__arrow_out_cells *cells,
                     size_t count, int64_t rows, struct ArrowArray *array, swk_error *error);

/* Frees what cells made that became no array. */
void swk__arrow_out_cells_free(swk__mem *mem, swk__arrow_out_cells *cells, size_t count);

/* Adds a pair to metadata as ArrowSchema has it; an empty buffer is no metadata. `failed` of the buffer tells. */
void swk__arrow_metadata(swk__buf *metadata, const char *key, const char *value);

/* What a stream reads from. */
typedef struct swk__arrow_source {
	swk__arrow_owner owner;
	const swk__arrow_field *fields; /* until `done` */
	size_t count;
	swk__slice metadata; /* until `done` */
	/* Makes the next batch, into cells that are all zero, or sets *ended. What cells made, also on failure, is the
	 * caller's. */
	int (*next)(void *context, swk__arrow_out_cells *cells, int64_t *rows, bool *ended, swk_error *error);
	void (*keep)(void *owner); /* a reference for a schema or an array */
	void (*done)(void *context);
	void *context;
} swk__arrow_source;

/* Fills *stream. On success context and the owner's reference are the stream's; on failure still the caller's. */
int swk__arrow_stream(const swk__arrow_source *source, struct ArrowArrayStream *stream, swk_error *error);

/* ------------------------------------------------------------------------------------ texts to cells */

/* Gathers the texts of a column, row by row: as they come (TEXT) or each different one once (REPEATS). What texts
 * take is at most `bytes.maximum`, 2 GiB, as 32-bit offsets can tell. */
typedef struct swk__arrow_gather {
	swk__mem *mem;
	swk__arrow_form form;
	swk__buf codes, starts, bytes;
	uint32_t count;              /* of texts */
	uint32_t last;               /* REPEATS: the code of the last row that was not null */
	uint32_t *slots, slot_count; /* REPEATS: finds texts; code + 1, or 0 */
	uint64_t key;
} swk__arrow_gather;

void swk__arrow_gather_init(swk__arrow_gather *gather, swk__mem *mem, swk__arrow_form form);
void swk__arrow_gather_done(swk__arrow_gather *gather);

/* Whether one more text may still be added. */
bool swk__arrow_gather_fits(const swk__arrow_gather *gather, swk__slice text);

/* Adds the text of a row that fits; or a row that is null, which the caller marks. False when memory failed. */
bool swk__arrow_gather_add(swk__arrow_gather *gather, swk__slice text);
bool swk__arrow_gather_null(swk__arrow_gather *gather);

/* Moves what was gathered into cells, as made by them; `made[0]` is left to the caller. On success
 * nothing is left to be done. */
bool swk__arrow_gather_finish(swk__arrow_gather *gather, swk__arrow_out_cells *cells);

#endif
