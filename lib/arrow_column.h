/* SPDX-License-Identifier: MIT
 *
 * arrow_column: one column of an Arrow array on its way in: what its format says, what can be known to be wrong with
 * it, and its cells as the row writer would be given them.
 *
 *   format --> type;  schema + array --> column --> cell: null, a swk__given, or broken
 *
 * Invariant: nothing of an array is believed before it was checked, and no byte is read that the array does not say it
 * has. Arrays carry no sizes of their buffers (but for those of text views), so that the buffers are as long as
 * lengths and offsets say, and that pointers point somewhere, has to be believed.
 */
#ifndef SWK_ARROW_COLUMN_H
#define SWK_ARROW_COLUMN_H

#include "batch.h"

typedef enum swk__arrow_kind {
	SWK__ARROW_TYPE_NULL,
	SWK__ARROW_TYPE_BOOL,
	SWK__ARROW_TYPE_SIGNED,
	SWK__ARROW_TYPE_UNSIGNED,
	SWK__ARROW_TYPE_FLOAT,
	SWK__ARROW_TYPE_DECIMAL,
	SWK__ARROW_TYPE_TEXT, /* of 4- or 8-byte offsets */
	SWK__ARROW_TYPE_VIEW, /* texts of at most 12 bytes in the cell, others behind it */
	SWK__ARROW_TYPE_DATE, /* days, or of 8 bytes milliseconds */
	SWK__ARROW_TYPE_TIMESTAMP,
	SWK__ARROW_TYPE_DURATION,
} swk__arrow_kind;

typedef struct swk__arrow_type {
	swk__arrow_kind kind;
	unsigned width;     /* bytes of a cell, or of an offset; 0: a bit, or nothing */
	int64_t buffers;    /* how many an array has; a VIEW: at least */
	int64_t per_second; /* TIMESTAMP, DURATION: units in a second */
	int scale;          /* DECIMAL: decimals, may be negative */
	bool zoned;         /* TIMESTAMP: an instant, not a wall clock */
} swk__arrow_type;

/* Reads a format of the Arrow C data interface; false with the reason when it is none, or none that is taken. */
bool swk__arrow_type_parse(const char *format, swk__arrow_type *type, char reason[SWK__REASON_SIZE]);

/* Cells of one type: those of a column, or of its dictionary, or the indices into that. */
typedef struct swk__arrow_cells {
	swk__arrow_type type;
	int64_t offset, length;
	const unsigned char *valid; /* a bit for each that is not null; NULL: none is */
	const unsigned char *cells; /* values, offsets or views */
	const char *bytes;          /* TEXT */
	const char *const *blocks;  /* VIEW: where long texts lie, and how long these are */
	const char *sizes;
	int64_t block_count;
} swk__arrow_cells;

/* What a value of a dictionary came to where it was first met: a value, or a place in the batch's bytes. */
typedef struct swk__arrow_met {
	int64_t value;
	uint32_t length;
	uint32_t chunk; /* in which that was; 0: not yet */
} swk__arrow_met;

typedef struct swk__arrow_column {
	const char *name;
	unsigned field;         /* of the table */
	int64_t place;          /* among the children */
	bool coded;             /* `cells` are indices into `values` */
	swk__arrow_cells cells; /* the column's own, counted from the first row of the record batch */
	swk__arrow_cells values;
	swk__arrow_met *met; /* coded: one for each of `values`; NULL where that would not pay */
} swk__arrow_column;

struct ArrowSchema;
struct ArrowArray;

/* Takes the types of a column from its schema; false with the reason when it is refused. */
bool swk__arrow_column_type(swk__arrow_column *column, const struct ArrowSchema *schema, char reason[SWK__REASON_SIZE]);

/* Looks at rows `first` to `first` + `rows` - 1 of an array; false with the reason when it is malformed. */
bool swk__arrow_column_open(swk__arrow_column *column, const struct ArrowArray *array, int64_t first, int64_t rows,
                            char reason[SWK__REASON_SIZE]);

/* Looks at the base of an array: lengths, buffers, children; false with the reason when it is malformed. */
bool swk__arrow_base_check(const struct ArrowArray *array, int64_t buffers, int64_t children,
                           char reason[SWK__REASON_SIZE]);

/* The bits of an array that say which rows are not null; NULL: none is null. */
const unsigned char *swk__arrow_valid(const struct ArrowArray *array);

static inline bool swk__arrow_bit(const unsigned char *bits, int64_t at)
{
	return bits[at / 8] >> at % 8 & 1;
}

/* Cells are counted by where they stand in their buffers, the array's offset included. */
static inline bool swk__arrow_null(const swk__arrow_cells *cells, int64_t at)
{
	return cells->valid && !swk__arrow_bit(cells->valid, at);
}

/* An integer of 1, 2, 4 or 8 bytes, which need not be aligned. */
static inline int64_t swk__arrow_signed(const unsigned char *cell, unsigned width)
{
	int16_t two;
	int32_t four;
	int64_t eight;
	switch (width) {
	case 1:
		return (signed char)*cell;
	case 2:
		memcpy(&two, cell, sizeof two);
		return two;
	case 4:
		memcpy(&four, cell, sizeof four);
		return four;
	default:
		memcpy(&eight, cell, sizeof eight);
		return eight;
	}
}

/* The text of a view; its bytes are NULL where the view points where nothing is. */
swk__slice swk__arrow_view(const swk__arrow_cells *cells, int64_t at);

/* A cell of TEXT or VIEW. */
static inline swk__slice swk__arrow_text(const swk__arrow_cells *cells, int64_t at)
{
	const unsigned width = cells->type.width;
	if (cells->type.kind == SWK__ARROW_TYPE_VIEW)
		return swk__arrow_view(cells, at);
	int64_t begin = swk__arrow_signed(cells->cells + at * width, width);
	int64_t end = swk__arrow_signed(cells->cells + (at + 1) * width, width);
	return (swk__slice){ end > begin ? cells->bytes + begin : "", (size_t)(end - begin) };
}

/* Where the texts of TEXT cells end. */
static inline int64_t swk__arrow_end(const swk__arrow_cells *cells)
{
	const unsigned width = cells->type.width;
	return swk__arrow_signed(cells->cells + (cells->offset + cells->length) * width, width);
}

/* The index in a coded column; negative where it lies outside the dictionary. */
int64_t swk__arrow_index(const swk__arrow_column *column, int64_t at);

#define SWK__ARROW_PRINT_SIZE 192 /* of the longest decimal */

typedef enum swk__arrow_found {
	SWK__ARROW_FOUND_NULL,
	SWK__ARROW_FOUND_VALUE,
	SWK__ARROW_FOUND_BROKEN
} swk__arrow_found;

/* The cell of a row, as the row writer would be given it. `zone` is that of wall clocks. Digits are written to `text`,
 * which `given` may point to. BROKEN: the array is malformed there, and *wrong says how. */
swk__arrow_found swk__arrow_cell(const swk__arrow_column *column, int64_t row, const swk__zone *zone,
                                 char text[SWK__ARROW_PRINT_SIZE], swk__given *given, const char **wrong);

#endif
