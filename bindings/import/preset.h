/* SPDX-License-Identifier: MIT
 *
 * preset: maps of particular CRMs, which ship with the library. presets/NAME.json is their truth; the build makes the
 * table of them.
 */
#ifndef SWI_PRESET_H
#define SWI_PRESET_H

#include <stddef.h>

typedef struct swi__preset {
	const char *name, *table;
	const char *file;   /* what of the CRM is exported: "deals" */
	const char *source; /* what the map was made from */
	int tested;
	const char *map;
} swi__preset;

/* By name, each name's tables together. */
extern const swi__preset swi__presets[];
extern const size_t swi__preset_count;

#endif
