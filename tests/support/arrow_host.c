/* SPDX-License-Identifier: MIT
 *
 * A host in C that ingests an Arrow stream and says how long the call took: what tests/claims/python_ingest.py compares
 * the Python package with, on the same memory in the same process. */
#include "salesweek.h"

#include <time.h>

static double now(clockid_t clock)
{
	struct timespec time;
	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

__attribute__((visibility("default"))) int host_ingest(struct ArrowArrayStream *stream, const char *table,
                                                       uint64_t *accepted, double *seconds, double *processor);

int host_ingest(struct ArrowArrayStream *stream, const char *table, uint64_t *accepted, double *seconds,
                double *processor)
{
	swk_ingest_counts counts = { .size = sizeof counts };
	swk_store *store = NULL;
	int code = swk_store_open(NULL, NULL, &store, NULL);
	if (code != SWK_OK)
		return code;
	double begun = now(CLOCK_MONOTONIC), used = now(CLOCK_PROCESS_CPUTIME_ID);
	code = swk_store_ingest_stream(store, table, stream, NULL, &counts, NULL, NULL);
	*seconds = now(CLOCK_MONOTONIC) - begun;
	*processor = now(CLOCK_PROCESS_CPUTIME_ID) - used;
	*accepted = counts.accepted;
	swk_store_close(store);
	return code;
}
