/* SPDX-License-Identifier: MIT
 *
 * field: the cells of a CSV record through a map into the row that was begun on the batch.
 */
#ifndef SWI_FIELD_H
#define SWI_FIELD_H

#include "run.h"

/* Sets every field and constant of the map; what a cell is refused for is told to the batch. `scratch` is for
 * texts in between. */
int swi__field_row(swi__run *run, const swi__map *map, const swi__slice *cells, swi__text *scratch);

/* True when all conditions of the map hold. */
bool swi__field_wanted(const swi__map *map, const swi__slice *cells);

#endif
