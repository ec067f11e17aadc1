/* SPDX-License-Identifier: MIT
 *
 * store_export: the records of a table as a stream that keeps the store's memory alive.
 */
#include "store.h"

/* What a stream of the store holds. */
typedef struct outgoing {
	swk_store *store;
	swk__export *export;
} outgoing;

/* Each batch is a call of its own: an interrupt stops the one that is under way. */
static int outgoing_next(void *context, swk__arrow_out_cells *cells, int64_t *rows, bool *ended, swk_error *error)
{
	outgoing *out = context;
	swk__store_call call = swk__store_call_begin(out->store, NULL, NULL);
	return swk__export_next(out->export, cells, rows, ended, swk__store_call_check, &call, error);
}

static void outgoing_done(void *context)
{
	outgoing *out = context;
	swk__mem *mem = &out->store->mem;
	swk__export_close(out->export);
	swk__free(mem, out);
}

static int outgoing_make(swk_store *store, const swk__export_plan *plan, outgoing **made, swk_error *error)
{
	outgoing *out = swk__alloc(&store->mem, SWK__FAULT_export_open, 1, sizeof *out);
	if (!out)
		return swk__fail_memory(error, &store->mem);
	out->store = store;
	swk__store_call call = swk__store_call_begin(store, NULL, NULL);
	swk__snapshot *snapshot = swk__store_snapshot(store);
	int code = swk__export_open(&store->history, snapshot, plan, swk__store_call_check, &call, &out->export, error);
	swk__snapshot_release(snapshot);
	if (code == SWK_OK)
		*made = out;
	else
		swk__free(&store->mem, out);
	return code;
}

int swk__store_export(swk_store *store, const swk__export_plan *plan, struct ArrowArrayStream *stream, swk_error *error)
{
	outgoing *out = NULL;
	swk__export_plan all = *plan;
	all.currency = swk__slice_of(store->currency);
	int code = outgoing_make(store, &all, &out, error);
	if (code != SWK_OK)
		return code;
	swk__arrow_source source = { .owner = { &store->mem, swk__store_release, store },
		                     .metadata = swk__export_metadata(out->export),
		                     .next = outgoing_next,
		                     .keep = swk__store_retain,
		                     .done = outgoing_done,
		                     .context = out };
	source.fields = swk__export_fields(out->export, &source.count);
	code = swk__arrow_stream(&source, stream, error);
	if (code == SWK_OK)
		swk__store_retain(store);
	else
		outgoing_done(out);
	return code;
}
