/* SPDX-License-Identifier: MIT
 *
 * What no engine can beat by much: copying bytes, loading from places that do not depend on each other, counting in a
 * bare loop over columns.
 */
#include "bench.h"

#include "store.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static double best(double least, double took)
{
	return least < 0 || took < least ? took : least;
}

static void *room(size_t bytes)
{
	void *memory = malloc(bytes + 1);
	if (memory)
		memset(memory, 1, bytes + 1);
	return memory;
}

double bench_copy(size_t bytes, int tries)
{
	char *from = room(bytes), *to = room(bytes);
	double least = -1;
	for (int i = 0; from && to && i < tries; i++) {
		from[i] = (char)i;
		double begin = now();
		memcpy(to, from, bytes);
		least = best(least, now() - begin);
		if (to[i] != (char)i)
			least = -1;
	}
	free(from);
	free(to);
	return least;
}

double bench_loads(size_t bytes, size_t loads, int tries)
{
	volatile uint64_t sink = 0;
	size_t mask = 1;
	while (mask * 2 * sizeof(uint64_t) <= bytes)
		mask *= 2;
	uint64_t *words = room(mask-- * sizeof *words);
	double least = -1;
	for (int t = 0; words && t < tries; t++) {
		uint64_t x = 1, sum = 0;
		double begin = now();
		for (size_t i = 0; i < loads; i++) {
			x = x * 6364136223846793005u + 1442695040888963407u;
			sum += words[x >> 20 & mask];
		}
		least = best(least, now() - begin);
		sink += sum;
	}
	free(words);
	return least;
}

#define WEEKS 128
#define REPS 256
#define WEEK_US INT64_C(604800000000)

typedef struct counted {
	uint64_t made, answered, positive, talk_s;
} counted;

typedef struct columns {
	int64_t *at;
	int32_t *duration_s;
	unsigned char *rep, *outcome, *positive;
} columns;

static uint64_t columns_count(const columns *from, int64_t count, counted *cells)
{
	for (int64_t i = 0; i < count; i++) {
		counted *cell = &cells[(size_t)(from->at[i] / WEEK_US) * REPS + from->rep[i]];
		uint64_t answered = from->outcome[i] == 1;
		cell->made++;
		cell->answered += answered;
		cell->positive += from->positive[i];
		cell->talk_s += answered * (uint64_t)from->duration_s[i];
	}
	return cells[REPS].made;
}

double bench_count(int64_t calls, int tries)
{
	size_t n = (size_t)calls;
	columns from = { room(n * 8), room(n * 4), room(n), room(n), room(n) };
	counted *cells = calloc((size_t)WEEKS * REPS, sizeof *cells);
	bool made = from.at && from.duration_s && from.rep && from.outcome && from.positive && cells;
	double least = -1;
	for (int64_t i = 0; made && i < calls; i++) {
		uint64_t x = (uint64_t)(i + 1) * 0x9e3779b97f4a7c15u;
		from.at[i] = i * (100 * WEEK_US / calls) + (int64_t)(x % (uint64_t)WEEK_US);
		from.rep[i] = (unsigned char)(x >> 32) % 50;
		from.outcome[i] = (unsigned char)((x >> 40) % 6);
		from.positive[i] = (x >> 50) % 4 == 0;
		from.duration_s[i] = (int32_t)(x >> 48) % 900;
	}
	for (int t = 0; made && t < tries; t++) {
		double begin = now();
		uint64_t any = columns_count(&from, calls, cells);
		least = any ? best(least, now() - begin) : -1;
	}
	free(from.at);
	free(from.duration_s);
	free(from.rep);
	free(from.outcome);
	free(from.positive);
	free(cells);
	return least;
}

void bench_forget(swk_store *store)
{
	swk__cache_clear(store->cache);
}
