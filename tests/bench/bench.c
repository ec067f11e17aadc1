/* SPDX-License-Identifier: MIT
 *
 * One engine, once; tests/bench/bench.py runs the engines in turn and compares them.
 *
 *   bench salesweek|sqlite|limits ROWS ANSWERS      measures as JSON lines on standard output
 *   bench rows ROWS call|correction|lead            the records as CSV on standard output
 */
#include "side.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *const side_questions[SIDE_QUESTIONS] = { "rep", "grid", "window" };

static double clock_read(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

side_time side_now(void)
{
	return (side_time){ clock_read(CLOCK_MONOTONIC), clock_read(CLOCK_PROCESS_CPUTIME_ID) };
}

side_time side_since(side_time begin)
{
	side_time now = side_now();
	return (side_time){ now.wall - begin.wall, now.worked - begin.worked };
}

void side_tell(const side *self, const char *measure, side_time took)
{
	printf("{\"engine\":\"%s\",\"rows\":%zu,\"measure\":\"%s\",\"seconds\":%.9f,\"worked\":%.9f}\n", self->engine,
	       self->rows, measure, took.wall, took.worked);
	fflush(stdout);
}

static int order_times(const void *a, const void *b)
{
	const side_time *x = a, *y = b;
	return (x->wall > y->wall) - (x->wall < y->wall);
}

void side_tell_again(const side *self, const char *question, side_time asks[SIDE_ASKS])
{
	char measure[64];
	qsort(asks, SIDE_ASKS, sizeof *asks, order_times);
	snprintf(measure, sizeof measure, "%s_again", question);
	side_tell(self, measure, asks[SIDE_ASKS / 2]);
}

void side_die(const char *what, const char *why)
{
	fprintf(stderr, "bench: %s: %s\n", what, why);
	exit(1);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(const side *);
	} engines[] = { { "limits", limits_run }, { "salesweek", salesweek_run }, { "sqlite", sqlite_run } };
	unsigned long long rows = argc == 4 ? strtoull(argv[2], NULL, 10) : 0;
	if (rows < 1000 || rows > 100000000)
		side_die("usage", "bench salesweek|sqlite|limits ROWS ANSWERS, or bench rows ROWS TABLE");
	if (strcmp(argv[1], "rows") == 0)
		return rows_write(argv[3], (size_t)rows, stdout) ? 1 : 0;
	side self = { argv[1], (size_t)rows, fopen(argv[3], "w") };
	if (!self.answers)
		side_die(argv[3], "could not be opened");
	for (size_t i = 0; i < sizeof engines / sizeof engines[0]; i++)
		if (strcmp(argv[1], engines[i].name) == 0)
			engines[i].run(&self);
	return fclose(self.answers) ? 1 : 0;
}
