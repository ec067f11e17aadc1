/* SPDX-License-Identifier: MIT
 *
 * map: how the columns of a CRM's CSV become fields. Parsed once from JSON, bound to a heading once, then read only.
 *
 *   JSON text --parse--> swi__maps { delimiter, header, skip, encoding;
 *                                    map { table, when, constants, field { columns, how } } }
 *             --bind---> column numbers
 *
 * Texts are borrowed from the parsed JSON, which lives as long as the maps.
 */
#ifndef SWI_MAP_H
#define SWI_MAP_H

#include "encoding.h"
#include "number.h"
#include "support.h"

#include <jansson.h>
#include <stdint.h>

typedef struct swi__column {
	const json_t *names; /* a text, or a list of texts: the first that the heading has */
	size_t index;        /* bound; SWI__NO_COLUMN where the heading has none of them */
} swi__column;

#define SWI__NO_COLUMN SIZE_MAX

/* The name by which a column is called before the heading is known. */
const char *swi__column_name(const swi__column *column);

typedef enum swi__how {
	SWI__HOW_PLAIN,    /* as the library reads it */
	SWI__HOW_DATE,     /* by a form */
	SWI__HOW_NUMBER,   /* by an example */
	SWI__HOW_DURATION, /* by a unit */
	SWI__HOW_SPAN,     /* between two instants: columns[0] and columns[1] */
	SWI__HOW_VALUES    /* by a list */
} swi__how;

typedef enum swi__unit {
	SWI__UNIT_HMS, /* h:mm:ss */
	SWI__UNIT_MS,  /* mm:ss */
	SWI__UNIT_SECOND,
	SWI__UNIT_MINUTE,
	SWI__UNIT_MILLISECOND
} swi__unit;

typedef struct swi__field {
	const char *name;
	swi__column *columns;
	size_t column_count;
	const char *join, *prefix;
	bool row;      /* the value is the row's line number */
	bool optional; /* left out where the heading lacks one of its columns */
	bool absent;   /* bound: it is left out */
	bool instead;  /* stands for the field before it, where that lacks a column */
	swi__how how;
	const char **forms; /* DATE, SPAN: tried in this order */
	size_t form_count;
	bool day_end;
	bool inclusive; /* a quota's last day: the field is the day after it */
	bool date;      /* the library keeps a date in this field, no instant; asked of it before the first row */
	swi__number number;
	swi__decimal scale;
	swi__unit unit;
	json_t *values;          /* object: text to text */
	const json_t *otherwise; /* `else`: a text, or NULL where it was not given */
	const json_t *nulls;     /* list of texts, or NULL */
} swi__field;

typedef struct swi__condition {
	swi__column column;
	const json_t *texts; /* list */
	bool in;             /* false: not */
	bool optional;       /* holds where the heading lacks its column */
} swi__condition;

typedef struct swi__constant {
	const char *name, *text; /* text: NULL for null */
} swi__constant;

typedef struct swi__map {
	const char *table, *zone;
	swi__field *fields;
	size_t field_count;
	swi__constant *constants;
	size_t constant_count;
	swi__condition *conditions;
	size_t condition_count;
	swi__column *required; /* columns that the heading must have, though no field may be made of them */
	size_t required_count;
	const json_t *nulls;
	const char *shown; /* the currency that the symbol of amounts shows, where nothing says one and the store's is
	                    * another; else NULL; asked before the first row */
	char base[8];      /* the store's */
} swi__map;

typedef struct swi__maps {
	json_t *root;
	json_t *texts; /* list of the texts made while parsing, kept for the maps */
	swi__map *maps;
	size_t count;
	const char *zone;    /* of all maps; NULL: none named */
	char delimiter;      /* 0: to be found out */
	bool header;         /* the file has a heading line */
	const json_t *names; /* list that stands for the heading, or NULL */
	size_t skip;         /* lines before the heading */
	swi__encoding encoding;
} swi__maps;

/* SWK_OK, or SWK_ERR_INVALID with one line that says what is wrong where. *maps is for swi__maps_free. */
int swi__maps_parse(const char *text, size_t length, swi__maps **maps, swk_error *error);
void swi__maps_free(swi__maps *maps);

/* Finds the columns of the maps among `names`. A missing one is SWK_ERR_INVALID, unless it is optional. `delimiter` is
 * that of the heading, for what is said of a heading that was parted wrongly. */
int swi__maps_bind(swi__maps *maps, const swi__slice *names, size_t count, int64_t line, char delimiter,
                   swk_error *error);

#endif
