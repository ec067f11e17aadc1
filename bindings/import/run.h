/* SPDX-License-Identifier: MIT
 *
 * run: one import under way. The readers (jsonl, csv) write rows through it; it commits, counts and tells.
 */
#ifndef SWI_RUN_H
#define SWI_RUN_H

#include "input.h"
#include "map.h"

typedef struct swi__run {
	swk_store *store;
	const swi_options *options;
	swi__input input;
	swi__maps *maps;            /* NULL: no map */
	const swi__map *map;        /* the one under which the row is written */
	swi__slice *const *heading; /* the names of the CSV's columns; NULL: no CSV */
	const char *zone;           /* of local times; NULL: the store's */
	swk_batch *batch;
	uint64_t pending; /* rows since the last commit */
	swi_counts counts;
	json_t *caught;   /* by "else": object of field to object of value to what it was taken for; NULL: nothing */
	bool symbol_told; /* that amounts show another currency than the one they are taken for */
	swk_error *error;
} swi__run;

/* Ends the row that was begun on the batch: counts it when refused and tells, commits when the batch is full. */
int swi__run_end_row(swi__run *run, swi__slice raw);

/* A row that is refused whole. `table` may be "" where it is not known; field may be NULL. */
int swi__run_refuse(swi__run *run, const char *table, const char *field, swi__slice value, const char *reason);

/* Adds `field` to what the begun row is refused for; the first reason stays. */
int swi__run_refuse_field(swi__run *run, const char *field, swi__slice value, const char *reason);

/* Asks the library, with rows that are never committed, whether it knows the table, and whether the table has the
 * field: SWK_OK, or SWK_ERR_USAGE when not. */
int swi__run_table_known(swi__run *run, const char *table);
int swi__run_field_known(swi__run *run, const char *table, const char *field);

/* Asks the library likewise whether the field takes the text: SWK_ERR_INVALID when not, with the reason. */
int swi__run_field_takes(swi__run *run, const char *table, const char *field, const char *text, swk_error *refusal);

/* Asks the library likewise whether the field keeps dates, and whether it takes numbers with a fraction. */
int swi__run_field_date(swi__run *run, const char *table, const char *field, bool *date);
int swi__run_field_real(swi__run *run, const char *table, const char *field, bool *real);

int swi__jsonl(swi__run *run);
int swi__csv(swi__run *run);

#endif
