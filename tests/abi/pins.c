/* SPDX-License-Identifier: MIT
 *
 * The numbers that compiled programs carry in them. One that changes breaks them: raise SWK_API_VERSION (from 1.0 on
 * never without it). New constants and fields at the end of option structs are added here.
 */
#include "salesweek.h"

#include <stddef.h>

#define PIN(condition) _Static_assert(condition, #condition)

PIN(SWK_API_VERSION == 0);

PIN(SWK_OK == 0);
PIN(SWK_ERR_USAGE == -1);
PIN(SWK_ERR_INVALID == -2);
PIN(SWK_ERR_REJECTED == -3);
PIN(SWK_ERR_MEMORY == -4);
PIN(SWK_ERR_LIMIT == -5);
PIN(SWK_ERR_IO == -6);
PIN(SWK_ERR_CORRUPT == -7);
PIN(SWK_ERR_FORMAT == -8);
PIN(SWK_ERR_LOCKED == -9);
PIN(SWK_ERR_READ_ONLY == -10);
PIN(SWK_ERR_ZONE == -11);
PIN(SWK_ERR_INTERRUPTED == -12);
PIN(SWK_ERR_FORKED == -13);
PIN(SWK_ERR_OVERFLOW == -14);
PIN(SWK_ERR_NOT_FOUND == -15);
PIN(SWK_MONDAY == 1);
PIN(SWK_TUESDAY == 2);
PIN(SWK_WEDNESDAY == 3);
PIN(SWK_THURSDAY == 4);
PIN(SWK_FRIDAY == 5);
PIN(SWK_SATURDAY == 6);
PIN(SWK_SUNDAY == 7);
PIN(SWK_OPEN_CREATE == 1);
PIN(SWK_OPEN_READ_ONLY == 2);
PIN(SWK_EXPORT_VERSIONS == 1);
PIN(SWK_QUERY_TOTAL == 1);
PIN(SWK_QUERY_FILL == 2);
PIN(SWK_QUERY_PREVIOUS == 4);
PIN(SWK_TYPE_TEXT == 1);
PIN(SWK_TYPE_DATE == 2);
PIN(SWK_TYPE_BOOL == 3);
PIN(SWK_TYPE_INT == 4);
PIN(SWK_TYPE_REAL == 5);
PIN(SWK_TYPE_AMOUNT == 6);
PIN(SWK_FORMAT_CSV == 1);
PIN(SWK_FORMAT_JSON == 2);
PIN(SWK_FORMAT_TABLE == 3);

/* Sizes and places, where pointers and size_t have eight bytes. */
#if defined(__LP64__)
#define SIZE(type, bytes) PIN(sizeof(type) == (bytes))
#define PLACE(type, field, bytes) PIN(offsetof(type, field) == (bytes))

/* As their specification has them, without names of types. */
typedef struct ArrowSchema ArrowSchema;
typedef struct ArrowArray ArrowArray;
typedef struct ArrowArrayStream ArrowArrayStream;

SIZE(ArrowSchema, 72);
PLACE(ArrowSchema, format, 0);
PLACE(ArrowSchema, name, 8);
PLACE(ArrowSchema, metadata, 16);
PLACE(ArrowSchema, flags, 24);
PLACE(ArrowSchema, n_children, 32);
PLACE(ArrowSchema, children, 40);
PLACE(ArrowSchema, dictionary, 48);
PLACE(ArrowSchema, release, 56);
PLACE(ArrowSchema, private_data, 64);

SIZE(ArrowArray, 80);
PLACE(ArrowArray, length, 0);
PLACE(ArrowArray, null_count, 8);
PLACE(ArrowArray, offset, 16);
PLACE(ArrowArray, n_buffers, 24);
PLACE(ArrowArray, n_children, 32);
PLACE(ArrowArray, buffers, 40);
PLACE(ArrowArray, children, 48);
PLACE(ArrowArray, dictionary, 56);
PLACE(ArrowArray, release, 64);
PLACE(ArrowArray, private_data, 72);

SIZE(ArrowArrayStream, 40);
PLACE(ArrowArrayStream, get_schema, 0);
PLACE(ArrowArrayStream, get_next, 8);
PLACE(ArrowArrayStream, get_last_error, 16);
PLACE(ArrowArrayStream, release, 24);
PLACE(ArrowArrayStream, private_data, 32);

SIZE(swk_error, 328);
PLACE(swk_error, size, 0);
PLACE(swk_error, code, 8);
PLACE(swk_error, table, 12);
PLACE(swk_error, row, 32);
PLACE(swk_error, field, 40);
PLACE(swk_error, value, 72);
PLACE(swk_error, reason, 168);

SIZE(swk_allocator, 32);
PLACE(swk_allocator, alloc, 0);
PLACE(swk_allocator, resize, 8);
PLACE(swk_allocator, free, 16);
PLACE(swk_allocator, context, 24);

SIZE(swk_store_options, 96);
PLACE(swk_store_options, size, 0);
PLACE(swk_store_options, flags, 8);
PLACE(swk_store_options, week_start, 12);
PLACE(swk_store_options, zone, 16);
PLACE(swk_store_options, currency, 24);
PLACE(swk_store_options, zone_path, 32);
PLACE(swk_store_options, memory_limit, 40);
PLACE(swk_store_options, lock_timeout, 48);
PLACE(swk_store_options, reserved, 52);
PLACE(swk_store_options, allocator, 56);
PLACE(swk_store_options, clock, 64);
PLACE(swk_store_options, clock_context, 72);
PLACE(swk_store_options, progress, 80);
PLACE(swk_store_options, progress_context, 88);

SIZE(swk_batch_options, 24);
PLACE(swk_batch_options, size, 0);
PLACE(swk_batch_options, zone, 8);
PLACE(swk_batch_options, ignore_unknown, 16);
PLACE(swk_batch_options, reserved, 20);

SIZE(swk_ingest_options, 40);
PLACE(swk_ingest_options, size, 0);
PLACE(swk_ingest_options, strict, 8);
PLACE(swk_ingest_options, ignore_unknown, 12);
PLACE(swk_ingest_options, recorded_at, 16);
PLACE(swk_ingest_options, zone, 24);
PLACE(swk_ingest_options, threads, 32);
PLACE(swk_ingest_options, reserved, 36);

SIZE(swk_ingest_counts, 40);
PLACE(swk_ingest_counts, size, 0);
PLACE(swk_ingest_counts, accepted, 8);
PLACE(swk_ingest_counts, unchanged, 16);
PLACE(swk_ingest_counts, rejected, 24);
PLACE(swk_ingest_counts, commit, 32);

SIZE(swk_filter, 16);
PLACE(swk_filter, dimension, 0);
PLACE(swk_filter, value, 8);

SIZE(swk_option, 16);
PLACE(swk_option, name, 0);
PLACE(swk_option, value, 8);

SIZE(swk_export_options, 32);
PLACE(swk_export_options, size, 0);
PLACE(swk_export_options, flags, 8);
PLACE(swk_export_options, batch_rows, 12);
PLACE(swk_export_options, as_of, 16);
PLACE(swk_export_options, at_commit, 24);

SIZE(swk_query, 152);
PLACE(swk_query, size, 0);
PLACE(swk_query, report, 8);
PLACE(swk_query, by, 16);
PLACE(swk_query, by_count, 24);
PLACE(swk_query, filters, 32);
PLACE(swk_query, filter_count, 40);
PLACE(swk_query, options, 48);
PLACE(swk_query, option_count, 56);
PLACE(swk_query, from, 64);
PLACE(swk_query, to, 72);
PLACE(swk_query, flags, 80);
PLACE(swk_query, week_start, 84);
PLACE(swk_query, zone, 88);
PLACE(swk_query, now, 96);
PLACE(swk_query, as_of, 104);
PLACE(swk_query, at_commit, 112);
PLACE(swk_query, currency, 120);
PLACE(swk_query, progress, 128);
PLACE(swk_query, progress_context, 136);
PLACE(swk_query, threads, 144);
PLACE(swk_query, reserved, 148);
#endif

int main(void)
{
	return 0;
}
