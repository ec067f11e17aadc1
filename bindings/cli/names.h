/* SPDX-License-Identifier: MIT
 *
 * names: what may be asked for by name, as the catalog lists it.
 */
#ifndef CLI_NAMES_H
#define CLI_NAMES_H

#include "salesweek.h"

/* A name, and for options the values it may have, with bars between them. */
typedef void (*names_take)(void *context, const char *name, const char *values);

/* Hands over the names of a kind: "report" (of all), or "dimension" and "option" of a report. Where memory fails there
 * are none. */
void names_each(const char *report, const char *kind, names_take take, void *context);

#endif
