/* SPDX-License-Identifier: MIT
 *
 * report: what a report is: constant tables of dimensions, options, measures and columns, nothing else.
 *
 *   facts of a table --conditions--> groups by dimensions --measures--> integers --columns--> figures
 *
 * A new report is one file report_<name>.c with one swk__report, and one row in report.c. The executor (query, scan,
 * answer) and the catalog know reports only through these tables.
 */
#ifndef SWK_REPORT_H
#define SWK_REPORT_H

#include "facts.h"

/* Dimensions in the order of the contract. */
typedef enum swk__dimension {
	SWK__DIMENSION_REP,
	SWK__DIMENSION_TEAM,
	SWK__DIMENSION_REGION,
	SWK__DIMENSION_SOURCE,
	SWK__DIMENSION_ORIGIN,
	SWK__DIMENSION_ASSET,
	SWK__DIMENSION_SEGMENT,
	SWK__DIMENSION_WEEKDAY,
	SWK__DIMENSION_HOUR,
	SWK__DIMENSION_COUNT
} swk__dimension;

typedef struct swk__dimension_about {
	const char *name;
	bool number; /* values are numbers least to most, else texts */
	int least, most;
	unsigned joins; /* tables (1 << swk__table) that its values are looked up in */
	const char *definition;
} swk__dimension_about;

extern const swk__dimension_about swk__dimensions[SWK__DIMENSION_COUNT];

/* A fact passes when the bit of its value is set: of an enum field (bit: index) or a bool (bit 0 or 1). */
typedef struct swk__condition {
	int field; /* -1: none */
	uint64_t mask;
} swk__condition;

#define SWK__ANY      \
	{             \
		-1, 0 \
	}
#define SWK__IS(field, value)                   \
	{                                       \
		(field), UINT64_C(1) << (value) \
	}

/* An option of a report. One with a field is a condition on facts; the one without is the clock of weekday and hour
 * (`report`, or `lead`: the lead's own). The first choice is the default. */
typedef struct swk__choice {
	const char *value; /* NULL ends the list */
	uint64_t mask;
} swk__choice;

typedef struct swk__report_option {
	const char *name; /* NULL ends the list */
	int field;        /* -1: the clock */
	swk__choice choices[5];
	const char *definition;
} swk__report_option;

/* An integer added up over the facts of a group. */
typedef struct swk__measure {
	int value;            /* the field that is summed where it is not null; -1: facts are counted */
	int present;          /* counted only where this field is not null; -1: always */
	swk__condition given; /* of which facts */
} swk__measure;

typedef enum swk__figure {
	SWK__FIGURE_COUNT,       /* measure a */
	SWK__FIGURE_SECONDS,     /* measure a (microseconds) in seconds */
	SWK__FIGURE_RATE,        /* a / b, followed by its bounds */
	SWK__FIGURE_MEAN_SECONDS /* a (microseconds) / b in seconds */
} swk__figure;

typedef struct swk__column {
	const char *name; /* NULL ends the list */
	swk__figure figure;
	unsigned a, b;
	const char *unit;
	const char *numerator, *denominator; /* rates and means: what a and b count; else NULL */
	const char *definition;
} swk__column;

#define SWK__MEASURES_MAX 16

typedef struct swk__report {
	const char *name;
	const char *definition;
	swk__table facts;
	int at, lead, rep;   /* fields of a fact: its instant; the lead and the rep that dimensions ask about */
	unsigned dimensions; /* a bit for each swk__dimension */
	const swk__report_option *options;
	const swk__measure *measures;
	unsigned measure_count;
	const swk__column *columns;
} swk__report;

extern const swk__report swk__report_calls;

/* All reports, NULL-terminated. */
extern const swk__report *const swk__reports[];

/* The report, dimension or option of a name; NULL or -1 when there is none (of this report). */
const swk__report *swk__report_find(swk__slice name);
int swk__report_dimension(const swk__report *report, swk__slice name);
const swk__report_option *swk__report_option_find(const swk__report *report, swk__slice name);

#endif
