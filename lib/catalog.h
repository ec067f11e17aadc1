/* SPDX-License-Identifier: MIT
 *
 * catalog: the tables of all reports as a result, so that docs, bindings and program never repeat them.
 */
#ifndef SWK_CATALOG_H
#define SWK_CATALOG_H

#include "report.h"
#include "result.h"

/* Columns: report, name, kind (week, dimension, option, count, sum, rate, bound, mean, previous), unit, numerator,
 * denominator, definition. On success *result is the caller's. */
int swk__catalog_make(swk__mem *mem, void (*keep)(void *), void (*drop)(void *), void *owner, swk_result **result,
                      swk_error *error);

#endif
