/* SPDX-License-Identifier: MIT
 *
 * report: what a report is: constant tables of sources, dimensions, options, measures and columns, nothing else.
 *
 *   facts of sources --conditions--> groups by dimensions --measures--> integers, lists --columns--> figures
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
	SWK__DIMENSION_CHANNEL,
	SWK__DIMENSION_BAND,
	SWK__DIMENSION_MODEL,
	SWK__DIMENSION_PLACE,
	SWK__DIMENSION_TACTIC,
	SWK__DIMENSION_COUNT
} swk__dimension;

#define SWK__HAS(dimension) (1u << SWK__DIMENSION_##dimension)

/* The dimensions of every report. */
#define SWK__COMMON                                                                                                  \
	(SWK__HAS(REP) | SWK__HAS(TEAM) | SWK__HAS(REGION) | SWK__HAS(SOURCE) | SWK__HAS(ORIGIN) | SWK__HAS(ASSET) | \
	 SWK__HAS(SEGMENT))

typedef struct swk__dimension_about {
	const char *name;
	bool number; /* values are numbers least to most, else texts */
	int least, most, step;
	unsigned joins; /* tables (1 << swk__table) that its values are looked up in */
	const char *definition;
} swk__dimension_about;

extern const swk__dimension_about swk__dimensions[SWK__DIMENSION_COUNT];

/* A fact passes when the bit of its value is set: of an enum field (bit: index) or a bool (bit 0 or 1). */
typedef struct swk__condition {
	int field; /* -1: none */
	uint64_t mask;
} swk__condition;

#define SWK__BIT(value) (UINT64_C(1) << (value))
/* clang-format off */
#define SWK__ANY { -1, 0 }
#define SWK__IS(field, value) { (field), SWK__BIT(value) }
#define SWK__IN(field, mask) { (field), (mask) }
/* clang-format on */

/* A kind of fact that a report counts, and where its dimensions are found. */
typedef struct swk__source {
	swk__table facts;
	int lead;        /* the field that names its lead; -1: none. Without one the opportunity's lead is meant */
	int opportunity; /* the field that names the opportunity whose region and source come first; -1: none */
	unsigned char
		own[SWK__DIMENSION_COUNT]; /* the field of a dimension of its own; 0: the lead's (rep: its owner) */
	bool lead_needed;                  /* facts of leads that do not exist are none */
	swk__condition given;              /* which facts */
} swk__source;

typedef enum swk__measure_kind {
	SWK__MEASURE_COUNT, /* facts */
	SWK__MEASURE_SUM,   /* field `value` where it is not null */
	SWK__MEASURE_SPAN,  /* microseconds from field `from` to field `value` where both have come and in this order */
	SWK__MEASURE_SPANS, /* how many those are */
	SWK__MEASURE_BACK,  /* facts whose `value` comes before their `from` */
	SWK__MEASURE_AMOUNT, /* field `value`, of the currency in `from`, at the rates of the instant in `present` */
	SWK__MEASURE_CURVE /* two lists: spans from `from` to `value` (before it: 0), and starts of those still open */
} swk__measure_kind;

typedef struct swk__measure {
	unsigned source; /* of the form */
	swk__measure_kind kind;
	int value, from;
	int present; /* only where this field is not null and, of an instant, has come; -1: always */
	swk__condition given;
} swk__measure;

typedef enum swk__figure {
	SWK__FIGURE_COUNT,       /* measure a */
	SWK__FIGURE_LESS,        /* measure a less measure b */
	SWK__FIGURE_SUM,         /* measure a / scale */
	SWK__FIGURE_RATE,        /* a / b, followed by its bounds */
	SWK__FIGURE_SHARE,       /* a / b without bounds */
	SWK__FIGURE_RATIO,       /* a / b with null bounds: it may exceed 1 */
	SWK__FIGURE_MEAN,        /* a / (b * scale) */
	SWK__FIGURE_CURVE_MEAN,  /* mean of the ended spans of curve a, in units of `scale` microseconds */
	SWK__FIGURE_PERCENTILE,  /* of curve a: the time at which b of 100 have ended, in units of `scale`, with band */
	SWK__FIGURE_WITHIN,      /* of curve a: the share that has ended after `scale` microseconds, with band */
	SWK__FIGURE_NONE,        /* null, followed by null bounds */
	SWK__FIGURE_CURRENCY,    /* the currency of the amounts */
	SWK__FIGURE_AMOUNT,      /* measure a */
	SWK__FIGURE_MEAN_AMOUNT, /* a / b in major units */
	SWK__FIGURE_WEEKLY_INT,  /* made by the form's `finish` out of all rows of a week */
	SWK__FIGURE_WEEKLY_REAL,
	SWK__FIGURE_WEEKLY_AMOUNT,
	SWK__FIGURE_WEEKLY_BOOL
} swk__figure;

typedef struct swk__column {
	const char *name; /* NULL ends the list */
	swk__figure figure;
	unsigned a, b;
	int64_t scale; /* see swk__figure */
	bool alone;    /* without a previous one beside it */
	const char *unit;
	const char *numerator, *denominator; /* rates and means: what a and b count; else NULL */
	const char *definition;
} swk__column;

#define SWK__HOUR (3600 * SWK__US_SECOND)

/* clang-format off */
#define SWK__COLUMNS_END { .name = NULL }
#define SWK__NUMBER(name_, measure_, unit_, definition_) \
	{ .name = name_, .figure = SWK__FIGURE_COUNT, .a = measure_, .unit = unit_, .definition = definition_ }
#define SWK__TOTAL(name_, measure_, scale_, unit_, definition_) \
	{ .name = name_, .figure = SWK__FIGURE_SUM, .a = measure_, .scale = scale_, .unit = unit_, \
	  .definition = definition_ }
#define SWK__QUOTIENT(name_, figure_, a_, b_, numerator_, denominator_, definition_) \
	{ .name = name_, .figure = SWK__FIGURE_##figure_, .a = a_, .b = b_, .unit = "share", \
	  .numerator = numerator_, .denominator = denominator_, .definition = definition_ }
#define SWK__MEAN(name_, figure_, a_, b_, scale_, unit_, numerator_, denominator_, definition_) \
	{ .name = name_, .figure = SWK__FIGURE_##figure_, .a = a_, .b = b_, .scale = scale_, .unit = unit_, \
	  .numerator = numerator_, .denominator = denominator_, .definition = definition_ }
#define SWK__CURVE(name_, figure_, curve_, b_, scale_, unit_, definition_) \
	{ .name = name_, .figure = SWK__FIGURE_##figure_, .a = curve_, .b = b_, .scale = scale_, .unit = unit_, \
	  .definition = definition_ }
#define SWK__FIGURE(name_, figure_, a_, unit_, definition_) \
	{ .name = name_, .figure = SWK__FIGURE_##figure_, .a = a_, .unit = unit_, .definition = definition_ }
/* clang-format on */

#define SWK__MEASURES_MAX 24
#define SWK__SOURCES_MAX 6
#define SWK__CURVES_MAX 2

struct swk__finishing;
struct swk__plan;
struct swk__quotas;
struct swk__rollup;

/* What is counted and shown. A report whose option `basis` changes that has two forms. */
typedef struct swk__form {
	const swk__source *sources;
	unsigned source_count;
	const swk__measure *measures;
	unsigned measure_count;
	const swk__column *columns;
	const swk__column *columns_by; /* more of them when the query groups; NULL: none */
	/* Makes the weekly figures out of all rows of a week (or of the window); NULL: there are none. */
	int (*finish)(struct swk__finishing *finishing, swk_error *error);
	/* Adds groups of a period that have no fact but a quota: replaces *rollup (may be NULL) by one with them. NULL:
	 * the form has no quotas. */
	int (*groups)(struct swk__quotas *quotas, int32_t from, int32_t to, struct swk__rollup **rollup,
	              swk_error *error);
	/* Turns the first and last week with a fact (none: from > to) into those between which an open window lies;
	 * from is INT32_MAX where it has no beginning. NULL: it begins and ends with the facts, and there is none
	 * without. */
	void (*window)(const struct swk__plan *plan, const swk__facts *facts, int32_t *from, int32_t *to);
} swk__form;

/* An option of a report. The first choice is the default. */
typedef enum swk__option_kind {
	SWK__OPTION_CONDITION, /* a condition on a field of the facts of the first source */
	SWK__OPTION_CLOCK,     /* weekday and hour: `report`, or `lead`: the lead's own clock */
	SWK__OPTION_FORM       /* which form of the report */
} swk__option_kind;

typedef struct swk__choice {
	const char *value; /* NULL ends the list */
	uint64_t mask;     /* CONDITION */
} swk__choice;

typedef struct swk__report_option {
	const char *name; /* NULL ends the list */
	swk__option_kind kind;
	int field; /* CONDITION */
	swk__choice choices[5];
	const char *definition;
} swk__report_option;

/* clang-format off */
#define SWK__OPTIONS_END { .name = NULL }
#define SWK__OPTION_OF_CLOCK \
	{ "clock", SWK__OPTION_CLOCK, -1, { { "report", 0 }, { "lead", 0 }, { NULL, 0 } }, \
	  "weekday and hour on the reporting calendar's clock, or on the lead's own where it has a zone" }
/* clang-format on */

typedef struct swk__report {
	const char *name;
	const char *definition;
	unsigned dimensions; /* a bit for each swk__dimension */
	unsigned by;         /* the dimensions of a query that names none */
	bool latest; /* of the first source, only the last fact of each lead (and model, by model) in a period counts */
	const swk__report_option *options;
	const swk__form *forms;
} swk__report;

extern const swk__report swk__report_calls;
extern const swk__report swk__report_conversion;
extern const swk__report swk__report_deals;
extern const swk__report swk__report_first_touch;
extern const swk__report swk__report_meetings;
extern const swk__report swk__report_responses;
extern const swk__report swk__report_scores;
extern const swk__report swk__report_win_rate;

/* All reports, NULL-terminated, in the order of the contract. */
extern const swk__report *const swk__reports[];

/* The report, dimension or option of a name; NULL or -1 when there is none (of this report). */
const swk__report *swk__report_find(swk__slice name);
int swk__report_dimension(const swk__report *report, swk__slice name);
const swk__report_option *swk__report_option_find(const swk__report *report, swk__slice name);

#endif
