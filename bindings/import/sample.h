/* SPDX-License-Identifier: MIT
 *
 * sample: the heading and the first rows of a CSV file whose layout nobody has told: encoding, delimiter, lines before
 * the heading.
 */
#ifndef SWI_SAMPLE_H
#define SWI_SAMPLE_H

#include "encoding.h"
#include "salesweek_import.h"
#include "sniff.h"

typedef struct swi__sample {
	swi__encoding encoding; /* UNKNOWN: what an import finds out by itself; else a map has to name it */
	char delimiter;
	bool delimiter_named; /* an import would find out another one */
	size_t skip;          /* lines before the heading */
	size_t doubled;       /* the first column whose name a later one had, which was changed, from 1; 0: none */
	size_t heading_end;   /* the line on which the heading ends */
	bool header;          /* false: there is none; the names are numbers */
	const swi__slice *names;
	size_t columns;
	swi__slice *cells; /* row by row */
	size_t rows;
	size_t odd; /* rows among the first that have another number of cells; not in `cells` */
	swi__text file;
	swi__text bytes; /* of names and cells */
} swi__sample;

/* Reads the beginning of a file, and of it at most `rows` rows. SWK_ERR_INVALID: it is no text, or has no rows. */
int swi__sample_read(swi__sample *sample, swi_read read, void *read_context, size_t rows, swk_error *error);
void swi__sample_done(swi__sample *sample);

static inline swi__column_cells swi__sample_column(const swi__sample *sample, size_t column)
{
	return (swi__column_cells){ sample->cells + column, sample->columns, sample->rows };
}

#endif
