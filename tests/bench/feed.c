/* SPDX-License-Identifier: MIT
 *
 * Columns through the row writer: one batch, one commit.
 */
#include "bench.h"

static void cell_write(swk_batch *batch, const char *name, char kind, const void *column, const char *const *texts,
                       int64_t row)
{
	const int64_t *numbers = column;
	const int32_t *dates = column;
	const uint8_t *codes = column;
	if (kind == 't')
		swk_batch_text(batch, name, (const char *)column + row * BENCH_ID, BENCH_ID);
	else if (kind == 'c')
		swk_batch_text(batch, name, texts[codes[row]], strlen(texts[codes[row]]));
	else if (kind == 'b')
		swk_batch_bool(batch, name, codes[row]);
	else if (kind == 'd')
		swk_batch_date(batch, name, dates[row]);
	else if (numbers[row] >= 0 && kind == 'i')
		swk_batch_instant(batch, name, numbers[row]);
	else if (numbers[row] >= 0)
		swk_batch_int(batch, name, numbers[row]);
}

int bench_feed(swk_store *store, const char *table, int64_t rows, const bench_columns *columns,
               swk_ingest_counts *counts, swk_error *error)
{
	swk_batch *batch;
	int code = swk_batch_create(store, NULL, &batch, error);
	for (int64_t row = 0; row < rows && code == SWK_OK; row++) {
		swk_batch_row(batch, table, row + 1);
		for (int c = 0; c < columns->count; c++)
			cell_write(batch, columns->names[c], columns->kinds[c], columns->cells[c], columns->texts[c],
			           row);
		code = swk_batch_end(batch, error);
	}
	if (code == SWK_OK)
		code = swk_store_ingest_batch(store, batch, NULL, counts, error);
	swk_batch_free(batch);
	return code;
}
