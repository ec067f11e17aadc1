/* SPDX-License-Identifier: MIT */
#include "charts.h"

#include <math.h>

static void put(swi__text *text, const char *glyph)
{
	swi__text_append(text, glyph, strlen(glyph));
}

void chart_bar(swi__text *text, const screen_glyphs *glyphs, double value, double most, size_t width)
{
	size_t eighths = 0;
	if (value > 0 && most > 0)
		eighths = (size_t)llround(fmin(value / most, 1) * (double)width * 8);
	for (; eighths >= 8; eighths -= 8)
		put(text, glyphs->bars[8]);
	if (eighths)
		put(text, glyphs->bars[eighths]);
}

void chart_interval(swi__text *text, const screen_glyphs *glyphs, const double interval[3], double most, size_t width)
{
	size_t places[3];
	for (int i = 0; i < 3; i++)
		places[i] = chart_step(interval[i], most, width);
	for (size_t at = 0; at <= places[2]; at++) {
		if (at == places[1])
			put(text, glyphs->point);
		else if (at < places[0])
			put(text, " ");
		else if (at == places[0])
			put(text, glyphs->low);
		else
			put(text, at == places[2] ? glyphs->high : glyphs->line);
	}
}

void chart_spark(swi__text *text, const screen_glyphs *glyphs, const double *values, const bool *gaps, size_t count)
{
	double most = 0;
	for (size_t i = 0; i < count; i++)
		most = gaps[i] ? most : fmax(most, values[i]);
	for (size_t i = 0; i < count; i++)
		put(text,
		    gaps[i] ? glyphs->gap : glyphs->sparks[chart_step(values[i], most, SWI__COUNT(glyphs->sparks))]);
}

size_t chart_step(double value, double most, size_t steps)
{
	if (!(value > 0) || !(most > 0))
		return 0;
	size_t step = (size_t)(value / most * (double)steps);
	return step < steps ? step : steps - 1;
}
