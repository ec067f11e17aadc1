/* SPDX-License-Identifier: MIT
 *
 * export: the records of a table, batch by batch, from one state of it.
 *
 *   snapshot + cut --> state of one table --> rows that count, in the order they lie --> columns as Arrow has them
 *
 * Invariant: what is exported is what the snapshot had when it was opened, whatever a writer does; a batch has a
 * bounded number of rows, and only what a batch takes is held beside the snapshot's own memory. Ingesting all versions
 * of all tables into an empty store makes one that answers as this one does.
 */
#ifndef SWK_EXPORT_H
#define SWK_EXPORT_H

#include "arrow_out.h"
#include "facts.h"

/* What is asked for. */
typedef struct swk__export_plan {
	swk__table table;
	bool versions; /* all of them, deleted ones too; else the current ones that are not deleted */
	uint32_t batch_rows,
		text_bytes;  /* the most of a batch: rows, and bytes of a column's texts (at least 65,535) */
	swk__cut cut;        /* `now` is not looked at */
	swk__slice currency; /* the store's base */
} swk__export_plan;

typedef struct swk__export swk__export;

/* Takes what it needs of the snapshot; `check`, which may be NULL, is asked while that takes long. On success *export
 * is the caller's (swk__export_close). */
int swk__export_open(const swk__history *history, swk__snapshot *snapshot, const swk__export_plan *plan,
                     swk__check check, void *check_context, swk__export **export, swk_error *error);
void swk__export_close(swk__export *export);

/* The columns, and what the whole is about; as long as the export lives. */
const swk__arrow_field *swk__export_fields(const swk__export *export, size_t *count);
swk__slice swk__export_metadata(const swk__export *export);

/* The next batch, as swk__arrow_source wants it. `check` is asked now and then. */
int swk__export_next(swk__export *export, swk__arrow_out_cells *cells, int64_t *rows, bool *ended, swk__check check,
                     void *check_context, swk_error *error);

#endif
