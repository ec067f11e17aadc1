/* SPDX-License-Identifier: MIT
 *
 * display: what a terminal may get of a text, and how many places it takes there. Pure.
 *
 *   bytes --> character by character: as it is (0, 1 or 2 places), or as a visible escape (\n, \x1b, \u202e)
 *
 * Invariant: what is shown holds no control character, nothing that ends a line, turns the direction of writing or
 * cannot be seen at all, and nothing that is no UTF-8; shown again it stays as it is.
 */
#ifndef SWK_DISPLAY_H
#define SWK_DISPLAY_H

#include "base.h"

typedef struct swk__glyph {
	size_t length;   /* bytes of the text that it stands for */
	size_t places;   /* of what is shown */
	uint32_t point;  /* its number; UINT32_MAX: the byte is of no character */
	char escape[12]; /* what is shown; empty: the bytes themselves */
} swk__glyph;

/* The character at `at` (< text.length). */
swk__glyph swk__display_glyph(swk__slice text, size_t at);

/* How many places the whole text takes. */
size_t swk__display_places(swk__slice text);

#endif
