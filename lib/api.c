/* SPDX-License-Identifier: MIT
 *
 * api: every public function that needs a store: check, call, translate. (Those of batches, results and errors stand
 * in their rooms.)
 */
#include "arrow_in.h"
#include "catalog.h"
#include "store.h"

#ifndef SWK_PACKAGE_VERSION
#error "SWK_PACKAGE_VERSION comes from the build"
#endif

int swk_api_version(void)
{
	return SWK_API_VERSION;
}

const char *swk_version(void)
{
	return SWK_PACKAGE_VERSION;
}

/* -------------------------------------------------------------------------------- option structs */

static int null_refused(swk_error *error)
{
	return swk__fail(error, SWK_ERR_USAGE, "a required argument was NULL");
}

/* No struct of any version is larger: a size that is was never set. */
#define OPTIONS_MAX 4096

/* Copies an option struct of the caller's time into `to`, which is zeroed and of this library's size. A struct begins
 * with its size, which never ends within a pointer; what it has beyond ours must be zero. NULL is all defaults. */
static int options_copy(void *to, size_t size, const void *from, swk_error *error)
{
	size_t given;
	if (!from)
		return SWK_OK;
	memcpy(&given, from, sizeof given);
	if (given < sizeof given || given > OPTIONS_MAX || given % sizeof(void *))
		return swk__fail(error, SWK_ERR_USAGE, "the size of an option struct was not set");
	memcpy(to, from, given < size ? given : size);
	for (size_t i = size; i < given; i++)
		if (((const char *)from)[i])
			return swk__fail(error, SWK_ERR_USAGE, "an option struct set what this version does not know");
	return SWK_OK;
}

static int reserved_refused(swk_error *error)
{
	return swk__fail(error, SWK_ERR_USAGE, "an option struct set a reserved field, or a switch to neither 0 nor 1");
}

/* ------------------------------------------------------------------------------------------ store */

int swk_store_open(const char *path, const swk_store_options *options, swk_store **store, swk_error *error)
{
	swk_store_options all = { 0 };
	if (!store)
		return null_refused(error);
	int code = options_copy(&all, sizeof all, options, error);
	if (code == SWK_OK && all.reserved)
		code = reserved_refused(error);
	if (code == SWK_OK && all.allocator &&
	    (!all.allocator->alloc || !all.allocator->resize || !all.allocator->free))
		code = null_refused(error);
	return code == SWK_OK ? swk__store_open(path, &all, NULL, NULL, store, error) : code;
}

void swk_store_close(swk_store *store)
{
	if (store)
		swk__store_close(store);
}

void swk_store_interrupt(swk_store *store)
{
	if (store)
		atomic_fetch_add_explicit(&store->interrupts, 1, memory_order_relaxed);
}

int swk_store_instant_parse(swk_store *store, const char *zone, const char *text, int64_t *instant, swk_error *error)
{
	const swk__zone *found;
	int64_t parsed;
	if (!store || !text || !instant)
		return null_refused(error);
	int code = swk__store_process(store, error);
	if (code == SWK_OK)
		code = swk__store_zone(store, zone, &found, error);
	if (code != SWK_OK)
		return code;
	const char *wrong = swk__instant_parse(swk__slice_of(text), found, &parsed);
	if (wrong)
		return swk__fail_at(error, SWK_ERR_INVALID, NULL, 0, NULL, swk__slice_of(text), wrong);
	*instant = parsed;
	return SWK_OK;
}

/* ------------------------------------------------------------------------------------------ batches */

int swk_batch_create(swk_store *store, const swk_batch_options *options, swk_batch **batch, swk_error *error)
{
	swk_batch_options all = { 0 };
	const swk__zone *zone;
	if (!store || !batch)
		return null_refused(error);
	int code = swk__store_process(store, error);
	if (code == SWK_OK)
		code = options_copy(&all, sizeof all, options, error);
	if (code == SWK_OK && (all.reserved || all.ignore_unknown > 1))
		code = reserved_refused(error);
	if (code == SWK_OK)
		code = swk__store_zone(store, all.zone, &zone, error);
	if (code != SWK_OK)
		return code;
	swk__store_retain(store);
	code = swk__batch_create(&store->mem, &store->zones, zone, swk__slice_of(store->currency), all.ignore_unknown,
	                         swk__store_release, store, batch, error);
	if (code != SWK_OK)
		swk__store_release(store);
	return code;
}

/* What an ingestion is refused for before it begins; *all is the options, complete. */
static int ingest_check(const swk_store *store, const swk_ingest_options *options, const swk_ingest_counts *counts,
                        swk_ingest_options *all, swk_error *error)
{
	int code = swk__store_process(store, error);
	if (code == SWK_OK)
		code = options_copy(all, sizeof *all, options, error);
	if (code != SWK_OK)
		return code;
	if (all->reserved || all->strict > 1 || all->ignore_unknown > 1)
		return reserved_refused(error);
	if (counts && counts->size < sizeof counts->size)
		return swk__fail(error, SWK_ERR_USAGE, "the size of the counts was not set");
	if (all->recorded_at < 0 || all->recorded_at > SWK__INSTANT_MAX)
		return swk__fail(error, SWK_ERR_USAGE, "recorded_at was outside 1970-01-01 to 2200-01-01");
	return SWK_OK;
}

/* Fills the caller's counts, which may be NULL or of another size. */
static void counts_copy(swk_ingest_counts *counts, const swk_ingest_counts *made)
{
	if (!counts)
		return;
	size_t size = counts->size;
	memcpy(counts, made, size < sizeof *made ? size : sizeof *made);
	counts->size = size;
}

int swk_store_ingest_batch(swk_store *store, const swk_batch *batch, const swk_ingest_options *options,
                           swk_ingest_counts *counts, swk_error *error)
{
	swk_ingest_options all = { 0 };
	swk_ingest_counts made = { .size = sizeof made };
	if (!store || !batch)
		return null_refused(error);
	int code = ingest_check(store, options, counts, &all, error);
	if (code != SWK_OK)
		return code;
	if (all.ignore_unknown || all.zone)
		return swk__fail(error, SWK_ERR_USAGE, "a batch has its own zone and ignore_unknown");
	if (batch->owner != store)
		return swk__fail(error, SWK_ERR_USAGE, "the batch was made for another store");
	code = swk__store_ingest_batch(store, batch, &all, &made, error);
	if (code == SWK_OK)
		counts_copy(counts, &made);
	return code;
}

/* -------------------------------------------------------------------------------------------- Arrow */

/* Rows on their way in, as the caller gave them: a stream, or else one array. */
typedef struct arrival {
	struct ArrowArrayStream *stream;
	const struct ArrowSchema *schema;
	const struct ArrowArray *array;
} arrival;

/* What Arrow's rows are read into: a batch that is filled again and again, and a result of rejects if one is wanted. */
static int wish_make(swk_store *store, const char *table, const swk_ingest_options *options, bool rejects,
                     swk__arrow_wish *wish, swk_error *error)
{
	const swk__zone *zone;
	int number = swk__schema_find(swk__slice_of(table));
	if (number < 0)
		return swk__fail_at(error, SWK_ERR_USAGE, NULL, 0, "table", swk__slice_of(table), "is no table");
	int code = swk__store_zone(store, options->zone, &zone, error);
	if (code != SWK_OK)
		return code;
	*wish = (swk__arrow_wish){ .table = (swk__table)number, .ignore_unknown = options->ignore_unknown };
	wish->zone = options->zone ? zone : NULL;
	code = swk__batch_create(&store->mem, &store->zones, zone, swk__slice_of(store->currency), false, NULL, store,
	                         &wish->batch, error);
	if (code == SWK_OK && rejects)
		code = swk__result_create(&store->mem, swk__store_retain, swk__store_release, store, &wish->rejects,
		                          error);
	return code == SWK_OK && rejects ? swk__arrow_rejects(wish->rejects, error) : code;
}

static int arrival_ingest(swk_store *store, const arrival *from, const swk__arrow_wish *wish,
                          const swk_ingest_options *options, swk_ingest_counts *counts, swk_error *error)
{
	swk__arrow_in *in = NULL;
	int code = from->stream ? swk__arrow_in_stream(&store->mem, wish, from->stream, &in, error)
	                        : swk__arrow_in_array(&store->mem, wish, from->schema, from->array, &in, error);
	if (code != SWK_OK)
		return code;
	const swk__feed feed = { swk__arrow_in_next, in, from->stream ? 0 : (uint64_t)from->array->length,
		                 wish->batch };
	code = swk__store_ingest(store, &feed, options, counts, error);
	swk__arrow_in_close(in);
	return code;
}

static int arrow_ingest(swk_store *store, const char *table, const arrival *from, const swk_ingest_options *options,
                        swk_ingest_counts *counts, swk_result **rejects, swk_error *error)
{
	swk_ingest_options all = { 0 };
	swk_ingest_counts made = { .size = sizeof made };
	swk__arrow_wish wish = { 0 };
	int code = ingest_check(store, options, counts, &all, error);
	if (code == SWK_OK)
		code = wish_make(store, table, &all, rejects != NULL, &wish, error);
	if (code == SWK_OK)
		code = arrival_ingest(store, from, &wish, &all, &made, error);
	if (code == SWK_OK)
		counts_copy(counts, &made);
	if (rejects && (code == SWK_OK || code == SWK_ERR_REJECTED))
		*rejects = wish.rejects;
	else
		swk_result_free(wish.rejects);
	swk_batch_free(wish.batch);
	return code;
}

int swk_store_ingest(swk_store *store, const char *table, const struct ArrowSchema *schema,
                     const struct ArrowArray *array, const swk_ingest_options *options, swk_ingest_counts *counts,
                     swk_result **rejects, swk_error *error)
{
	if (!store || !table || !schema || !array)
		return null_refused(error);
	const arrival from = { .schema = schema, .array = array };
	return arrow_ingest(store, table, &from, options, counts, rejects, error);
}

int swk_store_ingest_stream(swk_store *store, const char *table, struct ArrowArrayStream *stream,
                            const swk_ingest_options *options, swk_ingest_counts *counts, swk_result **rejects,
                            swk_error *error)
{
	if (!store || !table || !stream)
		return null_refused(error);
	if (!stream->release || !stream->get_schema || !stream->get_next)
		return swk__fail(error, SWK_ERR_USAGE, "the stream was released");
	const arrival from = { .stream = stream };
	return arrow_ingest(store, table, &from, options, counts, rejects, error);
}

/* ---------------------------------------------------------------------------------------- questions */

int swk_store_report(swk_store *store, const swk_query *query, swk_result **result, swk_error *error)
{
	swk_query all = { 0 };
	if (!store || !query || !result)
		return null_refused(error);
	int code = swk__store_process(store, error);
	if (code == SWK_OK)
		code = options_copy(&all, sizeof all, query, error);
	if (code == SWK_OK && all.reserved)
		code = reserved_refused(error);
	if (code == SWK_OK &&
	    ((all.by_count && !all.by) || (all.filter_count && !all.filters) || (all.option_count && !all.options)))
		code = null_refused(error);
	return code == SWK_OK ? swk__store_report(store, &all, result, error) : code;
}

/* The plan of an export that is asked for. */
static int export_plan(const char *table, const swk_export_options *options, swk__export_plan *plan, swk_error *error)
{
	const uint32_t rows = options->batch_rows ? options->batch_rows : 65536;
	int number = swk__schema_find(swk__slice_of(table));
	if (number < 0)
		return swk__fail_at(error, SWK_ERR_USAGE, NULL, 0, "table", swk__slice_of(table), "is no table");
	if (options->flags & ~(uint32_t)SWK_EXPORT_VERSIONS)
		return swk__fail(error, SWK_ERR_USAGE, "flags were unknown");
	if (options->as_of < 0 || options->as_of > SWK__INSTANT_MAX)
		return swk__fail(error, SWK_ERR_USAGE, "as_of was outside 1970-01-01 to 2200-01-01");
	*plan = (swk__export_plan){ .table = (swk__table)number,
		                    .versions = options->flags & SWK_EXPORT_VERSIONS,
		                    .batch_rows = rows,
		                    .text_bytes = INT32_MAX,
		                    .cut = { .now = INT64_MAX,
		                             .as_of = options->as_of ? options->as_of : INT64_MAX,
		                             .commit = options->at_commit ? options->at_commit : UINT64_MAX } };
	return SWK_OK;
}

int swk_store_export(swk_store *store, const char *table, const swk_export_options *options,
                     struct ArrowArrayStream *stream, swk_error *error)
{
	swk_export_options all = { 0 };
	swk__export_plan plan;
	if (!store || !table || !stream)
		return null_refused(error);
	int code = swk__store_process(store, error);
	if (code == SWK_OK)
		code = options_copy(&all, sizeof all, options, error);
	if (code == SWK_OK)
		code = export_plan(table, &all, &plan, error);
	return code == SWK_OK ? swk__store_export(store, &plan, stream, error) : code;
}

int swk_store_audit(swk_store *store, int64_t now, swk_result **result, swk_error *error)
{
	if (!store || !result)
		return null_refused(error);
	int code = swk__store_process(store, error);
	return code == SWK_OK ? swk__store_audit(store, now, result, error) : code;
}

int swk_store_info(swk_store *store, swk_result **result, swk_error *error)
{
	if (!store || !result)
		return null_refused(error);
	int code = swk__store_process(store, error);
	return code == SWK_OK ? swk__store_info(store, result, error) : code;
}

/* The memory of a catalog, which has no store: freed with the last that holds it. */
typedef struct catalog_memory {
	swk__mem mem;
	_Atomic uint32_t references;
} catalog_memory;

static void catalog_keep(void *owner)
{
	atomic_fetch_add_explicit(&((catalog_memory *)owner)->references, 1, memory_order_relaxed);
}

static void catalog_drop(void *owner)
{
	catalog_memory *memory = owner;
	swk__mem last;
	if (atomic_fetch_sub_explicit(&memory->references, 1, memory_order_acq_rel) > 1)
		return;
	swk__mem_init(&last, NULL, 0);
	swk__free(&last, memory);
}

int swk_catalog(swk_result **result, swk_error *error)
{
	swk__mem first;
	if (!result)
		return null_refused(error);
	swk__mem_init(&first, NULL, 0);
	catalog_memory *memory = swk__alloc(&first, SWK__FAULT_store_create, 1, sizeof *memory);
	if (!memory)
		return swk__fail_memory(error, &first);
	swk__mem_init(&memory->mem, NULL, 0);
	memory->references = 1;
	int code = swk__catalog_make(&memory->mem, catalog_keep, catalog_drop, memory, result, error);
	catalog_drop(memory);
	return code;
}
