/* SPDX-License-Identifier: MIT
 *
 * What no engine can beat by much: copying the rows' bytes, finding their ids in a bare table, counting them in a bare
 * loop over columns.
 */
#include "side.h"

#include <stdlib.h>
#include <string.h>

#define COPY_BYTES ((size_t)256 << 20)
#define WEEKS 120

/* The columns that the question by rep reads, and nothing else. */
typedef struct columns {
	int64_t *at;
	int32_t *duration_s;
	unsigned char *rep, *outcome, *positive, *counts;
} columns;

typedef struct cell {
	uint64_t made, answered, positive, talk_s;
} cell;

static void *room(size_t count, size_t size)
{
	void *memory = malloc(count * size + 1);
	if (!memory)
		side_die("limits", "no memory");
	memset(memory, 1, count * size + 1);
	return memory;
}

static columns columns_make(const rows_call *calls, size_t count)
{
	columns made = { room(count, sizeof(int64_t)),
		         room(count, sizeof(int32_t)),
		         room(count, 1),
		         room(count, 1),
		         room(count, 1),
		         room(count, 1) };
	for (size_t i = 0; i < count; i++) {
		made.at[i] = calls[i].at;
		made.duration_s[i] = calls[i].duration_s < 0 ? 0 : calls[i].duration_s;
		made.rep[i] = calls[i].rep_number;
		made.outcome[i] = calls[i].outcome;
		made.positive[i] = calls[i].positive;
		made.counts[i] = calls[i].direction && !calls[i].deleted;
	}
	return made;
}

static void columns_free(columns *made)
{
	free(made->at);
	free(made->duration_s);
	free(made->rep);
	free(made->outcome);
	free(made->positive);
	free(made->counts);
}

/* Returns what was made, so that the loop cannot be left out. */
static uint64_t columns_count(const columns *from, size_t count)
{
	static cell cells[WEEKS][ROWS_REPS];
	uint64_t made = 0;
	memset(cells, 0, sizeof cells);
	for (size_t i = 0; i < count; i++) {
		cell *at = &cells[(from->at[i] - ROWS_BEGIN) / ROWS_WEEK_US][from->rep[i]];
		uint64_t counts = from->counts[i], answered = counts & (from->outcome[i] == ROWS_ANSWERED);
		at->made += counts;
		at->answered += answered;
		at->positive += counts & from->positive[i];
		at->talk_s += answered * (uint64_t)from->duration_s[i];
	}
	for (size_t week = 0; week < WEEKS; week++)
		for (size_t rep = 0; rep < ROWS_REPS; rep++)
			made += cells[week][rep].made;
	return made;
}

static void counting_run(const side *self, const rows_call *calls)
{
	side_time asks[SIDE_ASKS];
	columns from = columns_make(calls, self->rows);
	for (int i = 0; i < SIDE_ASKS; i++) {
		side_time begin = side_now();
		if (columns_count(&from, self->rows) == 0)
			side_die("limits", "nothing was counted");
		asks[i] = side_since(begin);
	}
	side_tell_again(self, side_questions[SIDE_REP], asks);
	side_tell(self, side_questions[SIDE_REP], asks[SIDE_ASKS / 2]);
	columns_free(&from);
}

/* Each id into an open table of numbers that is half full; ids are random, so their first bytes are their hash. */
static side_time ids_enter(const rows_call *calls, size_t count, uint32_t *slots, size_t mask)
{
	side_time begin = side_now();
	for (size_t i = 0; i < count; i++) {
		uint64_t head, tail;
		memcpy(&head, calls[i].id, sizeof head);
		memcpy(&tail, calls[i].id + 8, sizeof tail);
		size_t at = (size_t)((head ^ tail) * 0x9e3779b97f4a7c15u >> 20) & mask;
		while (slots[at] && memcmp(calls[slots[at] - 1].id, calls[i].id, ROWS_ID) != 0)
			at = (at + 1) & mask;
		slots[at] = (uint32_t)i + 1;
	}
	return side_since(begin);
}

static void ids_run(const side *self, const rows_call *calls)
{
	size_t size = 1024;
	while (size < self->rows * 2)
		size *= 2;
	uint32_t *slots = room(size, sizeof *slots);
	memset(slots, 0, size * sizeof *slots);
	side_tell(self, "ingest", ids_enter(calls, self->rows, slots, size - 1));
	side_tell(self, "ingest_again", ids_enter(calls, self->rows, slots, size - 1));
	free(slots);
}

static void copying_run(const side *self)
{
	char *from = room(COPY_BYTES, 1), *to = room(COPY_BYTES, 1);
	side_time asks[SIDE_ASKS];
	for (int i = 0; i < SIDE_ASKS; i++) {
		from[i] = (char)i;
		side_time begin = side_now();
		memcpy(to, from, COPY_BYTES);
		asks[i] = side_since(begin);
		if (to[i] != (char)i)
			side_die("limits", "nothing was copied");
	}
	side_tell_again(self, "copy_256_mib", asks);
	free(from);
	free(to);
}

void limits_run(const side *self)
{
	rows_call *calls = rows_calls(self->rows, 0);
	counting_run(self, calls);
	ids_run(self, calls);
	copying_run(self);
	free(calls);
}
