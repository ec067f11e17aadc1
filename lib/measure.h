/* SPDX-License-Identifier: MIT
 *
 * measure: rows sorted into classes, so that counting them all takes one step a row.
 *
 *   the conditions of a source's measures --> facets (an outcome, "is null", "has come") --> a class: one of each
 *   row --> class;   class --> the measures that it counts for, that its values are added to, whose curves it joins
 *
 * Ten counts under conditions on an outcome and a flag are one number a row and one addition; what each measure is
 * comes out of the classes at the end.
 *
 * Invariant: rows of one class count for the same measures. The last class is that of rows that do not count.
 */
#ifndef SWK_MEASURE_H
#define SWK_MEASURE_H

#include "block.h"
#include "money.h"

#define SWK__FACETS_MAX 8
#define SWK__CLASSES_MAX 128
#define SWK__VALUES_MAX 4

typedef enum swk__facet_kind {
	SWK__FACET_CODE,   /* of an ENUM 0 for null, 1 + value otherwise; of a BOOL its value */
	SWK__FACET_GIVEN,  /* not null */
	SWK__FACET_COME,   /* an instant that has come */
	SWK__FACET_BACK,   /* `field` comes before `from` */
	SWK__FACET_LACKING /* an amount that lacks its rate */
} swk__facet_kind;

typedef struct swk__facet {
	swk__facet_kind kind;
	int field, from;
	unsigned radix, stride;
} swk__facet;

typedef enum swk__value_kind {
	SWK__VALUE_FIELD, /* null is 0 */
	SWK__VALUE_SPAN,  /* `field` less `from` */
	SWK__VALUE_AMOUNT /* `field`, of the currency in `from`, at the instant `at` */
} swk__value_kind;

/* What measures add up. */
typedef struct swk__value {
	swk__value_kind kind;
	int field, from, at;
	uint32_t adds[SWK__CLASSES_MAX]; /* bit m: to measure m */
} swk__value;

typedef struct swk__curve {
	const swk__measure *measure;
	unsigned number; /* among the form's curves */
} swk__curve;

/* The classes whose rows a measure counts, or whose values it adds up. */
typedef struct swk__members {
	int value; /* -1: it counts */
	unsigned count;
	unsigned char classes[SWK__CLASSES_MAX];
} swk__members;

/* The measures of a source. */
typedef struct swk__classes {
	const swk__form *form;
	unsigned count; /* without that of the rows that do not count, which is `count` */
	unsigned facet_count, value_count, curve_count;
	swk__facet facets[SWK__FACETS_MAX];
	swk__value values[SWK__VALUES_MAX];
	swk__curve curves[SWK__CURVES_MAX];
	bool given[SWK__VALUES_MAX][SWK__CLASSES_MAX + 1]; /* rows of the class have the value, if it has a coding */
	/* Bit m: a row counts one for measure m; bit measure_count: it lacks its rate. */
	uint32_t counts[SWK__CLASSES_MAX];
	swk__members members[SWK__MEASURES_MAX + 1]; /* the same by measure; the last are those that lack their rate */
} swk__classes;

/* Works the classes of a source out. False when its measures tell more apart than there is room for, which a test of
 * all reports rules out. */
bool swk__classes_make(swk__classes *classes, const swk__form *form, unsigned source);

/* Told of a row of an amount without a rate, which is counted as such. */
typedef int (*swk__lacking)(void *context, uint32_t row, const swk__rate_gap *gap, swk_error *error);

/* A block's rows sorted: the class of each row, and what it adds to each value. */
typedef struct swk__sorted {
	unsigned char classes[SWK__BLOCK_ROWS];
	int64_t values[SWK__VALUES_MAX][SWK__BLOCK_ROWS];
	const uint32_t *raw[SWK__VALUES_MAX]; /* the value is in it, by its coding; NULL: in `values` */
	swk__raw coding[SWK__VALUES_MAX];
	uint32_t rooms[SWK__VALUES_MAX][SWK__BLOCK_ROWS];
} swk__sorted;

int swk__classes_sort(const swk__classes *classes, swk__block *block, const swk__money *money, swk__lacking lacking,
                      void *context, swk__sorted *sorted, swk_error *error);

#endif
