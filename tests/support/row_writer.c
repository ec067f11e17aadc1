/* SPDX-License-Identifier: MIT
 *
 * Writes the rows of an Arrow array with the row writer, as a caller without Arrow would: what the claim
 * arrow_memory.py sets beside the ingestion of the array itself. The array is as the claim makes it: utf8, int64 and
 * bool columns without nulls and offsets.
 */
#include "salesweek.h"

#include <string.h>

/* Sets one cell by the column's format. */
static int cell_write(swk_batch *batch, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t row)
{
	const void *cells = array->buffers[1];
	const int64_t *numbers = cells;
	const int32_t *ends = cells;
	const unsigned char *bits = cells;
	const char *bytes = array->n_buffers > 2 ? array->buffers[2] : NULL;
	switch (schema->format[0]) {
	case 'u':
		return swk_batch_text(batch, schema->name, bytes + ends[row], (size_t)(ends[row + 1] - ends[row]));
	case 't':
		return swk_batch_instant(batch, schema->name, numbers[row]);
	case 'l':
		return swk_batch_int(batch, schema->name, numbers[row]);
	default:
		return swk_batch_bool(batch, schema->name, bits[row / 8] >> row % 8 & 1);
	}
}

/* Writes and commits all rows, `batch_rows` a commit. Returns a swk_code. */
int row_writer_write(swk_store *store, const char *table, const struct ArrowSchema *schema,
                     const struct ArrowArray *array, int64_t batch_rows);

int row_writer_write(swk_store *store, const char *table, const struct ArrowSchema *schema,
                     const struct ArrowArray *array, int64_t batch_rows)
{
	swk_batch *batch = NULL;
	int code = swk_batch_create(store, NULL, &batch, NULL);
	for (int64_t row = 0; row < array->length && code == SWK_OK; row++) {
		swk_batch_row(batch, table, row + 1);
		for (int64_t i = 0; i < schema->n_children; i++)
			cell_write(batch, schema->children[i], array->children[i], row);
		code = swk_batch_end(batch, NULL);
		if (code == SWK_OK && ((row + 1) % batch_rows == 0 || row + 1 == array->length)) {
			code = swk_store_ingest_batch(store, batch, NULL, NULL, NULL);
			swk_batch_clear(batch);
		}
	}
	swk_batch_free(batch);
	return code;
}
