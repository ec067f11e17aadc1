/* SPDX-License-Identifier: MIT
 *
 * Lets instructions.py say what callgrind is to count.
 */
#include "bench.h"

#include <valgrind/callgrind.h>

void bench_count_begin(void)
{
	CALLGRIND_START_INSTRUMENTATION;
	CALLGRIND_ZERO_STATS;
}

void bench_count_end(const char *name)
{
	CALLGRIND_DUMP_STATS_AT(name);
	CALLGRIND_STOP_INSTRUMENTATION;
}
