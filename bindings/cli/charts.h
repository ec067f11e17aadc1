/* SPDX-License-Identifier: MIT
 *
 * charts: numbers as a few letters: bars, intervals on a scale, sparklines, shades. Pure.
 */
#ifndef CLI_CHARTS_H
#define CLI_CHARTS_H

#include "screen.h"
#include "support.h"

/* A bar of `value` of at most `most`, `width` places long when they are equal; nothing for what is not above 0. */
void chart_bar(swi__text *text, const screen_glyphs *glyphs, double value, double most, size_t width);

/* An interval and its point on a scale from 0 to `most`. */
void chart_interval(swi__text *text, const screen_glyphs *glyphs, const double interval[3], double most, size_t width);

/* One letter a value, from 0 to the greatest; those of `gaps` are not known. */
void chart_spark(swi__text *text, const screen_glyphs *glyphs, const double *values, const bool *gaps, size_t count);

/* Which of `steps` steps a value of 0 to `most` is on. */
size_t chart_step(double value, double most, size_t steps);

#endif
