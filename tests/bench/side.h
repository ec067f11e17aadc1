/* SPDX-License-Identifier: MIT
 *
 * side: what the engines of the benchmark have in common: a clock, measures told as JSON lines, answers as text lines
 * that the sides must have in common:
 *
 *   QUESTION,KEY,KEY,made,answered,positive,talk_s
 */
#ifndef BENCH_SIDE_H
#define BENCH_SIDE_H

#include "rows.h"

#define SIDE_ASKS 3 /* how often a question is asked again; the median counts */

typedef struct side {
	const char *engine;
	size_t rows;
	FILE *answers;
} side;

/* The questions, by name: "rep" (all weeks by rep), "grid" (weekday and hour, total), "window" (13 weeks by the
 * source of the lead). */
enum {
	SIDE_REP,
	SIDE_GRID,
	SIDE_WINDOW,
	SIDE_QUESTIONS
};

extern const char *const side_questions[SIDE_QUESTIONS];

/* Seconds of the clock on the wall, and those that processors worked for this process. */
typedef struct side_time {
	double wall, worked;
} side_time;

side_time side_now(void);
side_time side_since(side_time begin);

void side_tell(const side *self, const char *measure, side_time took);

/* Tells the median of the asks (which are sorted by this). */
void side_tell_again(const side *self, const char *question, side_time asks[SIDE_ASKS]);

/* Ends the program with a message. */
_Noreturn void side_die(const char *what, const char *why);

/* Each runs its engine once over all measures. */
void salesweek_run(const side *self);
void sqlite_run(const side *self);

/* What the machine can do at best with these rows. */
void limits_run(const side *self);

#endif
