/* SPDX-License-Identifier: MIT
 *
 * dateform: texts of dates in a form such as "%d %b, %Y %H:%M" to the texts that the library reads. Pure: zones stay
 * with the library.
 */
#ifndef SWI_DATEFORM_H
#define SWI_DATEFORM_H

#include "support.h"

#include <stdint.h>

/* What a text said. A local time, unless `offset` (a text with an offset or an epoch). */
typedef struct swi__moment {
	int64_t year;
	unsigned month, day;
	bool time; /* false: a date alone */
	unsigned hour, minute, second, microsecond;
	bool offset;
	int32_t offset_minutes; /* east of Greenwich */
} swi__moment;

#define SWI__MOMENT_TEXT 64

/* Returns NULL when the form can be read by, else what is wrong with it (a static text). */
const char *swi__dateform_check(const char *form);

/* Reads the whole text by the form. English names, leading zeros optional. False: it is not so, or no such date. */
bool swi__dateform_parse(const char *form, swi__slice text, swi__moment *moment);

/* "2026-11-02", "2026-11-02T09:30:00.000001", the latter also with "+02:00"; returns the length. */
size_t swi__moment_text(const swi__moment *moment, char text[SWI__MOMENT_TEXT]);

/* The date after, without a time. */
swi__moment swi__moment_next_day(const swi__moment *moment);

#endif
