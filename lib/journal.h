/* SPDX-License-Identifier: MIT
 *
 * journal: the rows that a commit stored, as bytes and back; runs of rows of one table, field by field.
 *
 *   run:    table | rows | for each text field: new texts | for each field: column | column of stamped flags
 *   texts:  how many are new | 1 + their length if all have the same, or 0 | each: its length after a 0, its bytes
 *   column: width | 0: the value | 1 to 63: unit, base, cells of so many bits | 64: values | 65: the first, each next
 *           one greater by 1
 *
 * Cells are numbers of texts, or values; a cell of w bits is (value - base) / unit, or where some are null 0 for null
 * and 1 more for all others. New texts get the next numbers of their dictionary, so that numbers mean the same when the
 * journal is read from its begin.
 *
 * Invariant: decode(encode(rows)) = rows, with their stamps; bytes that no encode wrote are SWK_ERR_CORRUPT and
 * never a crash. The rows are not validated again: a checksum has vouched for them, and decoding checks only what those
 * rely on who count them. That new texts are new shows when their index is made (swk__text_complete).
 */
#ifndef SWK_JOURNAL_H
#define SWK_JOURNAL_H

#include "columns.h"
#include "text.h"

#define SWK__JOURNAL_ROWS SWK__TEXT_RUN

/* What numbers of texts stand for. */
typedef struct swk__dictionaries {
	swk__text *texts, *ids; /* ids: one a table */
} swk__dictionaries;

/* The dictionary of a text field. */
static inline swk__text *swk__dictionary(const swk__dictionaries *all, swk__table table, const swk__field *field)
{
	switch (field->kind) {
	case SWK__KIND_ID:
		return &all->ids[table];
	case SWK__KIND_REF:
		return &all->ids[field->target];
	default:
		return all->texts;
	}
}

/* Rows on their way into a journal: some of a run of at most SWK__JOURNAL_ROWS. */
typedef struct swk__journal_run {
	swk__table table;
	const uint32_t *picked; /* which rows */
	uint32_t count;
	const int64_t *values[SWK__CELLS_MAX]; /* by field, of the schema's fields at least */
	const bool *stamped;                   /* whether recorded_at is a stamp of the store's */
	uint32_t first[SWK__FIELDS_MAX];       /* text fields: the numbers that the run's texts of this field made */
	uint32_t end[SWK__FIELDS_MAX];
} swk__journal_run;

/* Appends a run; what fails is told by the buffer. */
void swk__journal_encode(const swk__dictionaries *all, const swk__journal_run *run, swk__buf *buf);

/* Rows as they come out. */
typedef struct swk__journal_rows {
	swk__table table;
	uint32_t count;
	uint32_t new_ids; /* from this number on, ids of the table came with the run */
	bool stamped[SWK__JOURNAL_ROWS];
	int64_t cells[SWK__FIELDS_MAX][SWK__JOURNAL_ROWS];
} swk__journal_rows;

/* Reads the next run, whose new texts go into their dictionaries. Where the bytes end before the run does, the reader
 * has failed and nothing was put in. */
int swk__journal_decode(const swk__dictionaries *all, swk__reader *reader, swk__journal_rows *rows, swk_error *error);

#endif
