/* SPDX-License-Identifier: MIT
 *
 * flat: a line of JSON that is one object of plain texts, whole numbers, true, false and null, each key once: most
 * lines of records are. They are read where they lie; every other line is jansson's, which alone says what is wrong.
 */
#ifndef SWI_FLAT_H
#define SWI_FLAT_H

#include "support.h"

#include <stdint.h>

#define SWI__FLAT_MEMBERS 32
#define SWI__FLAT_KEY 48

typedef enum swi__flat_kind {
	SWI__FLAT_TEXT,
	SWI__FLAT_INT,
	SWI__FLAT_BOOL,
	SWI__FLAT_NULL
} swi__flat_kind;

typedef struct swi__flat_member {
	swi__flat_kind kind;
	swi__slice text; /* TEXT: as it stands in the line */
	int64_t number;  /* INT; BOOL: 0 or 1 */
} swi__flat_member;

/* Keys stay from line to line: the next one mostly has the same. */
typedef struct swi__flat {
	size_t count;
	swi__flat_member members[SWI__FLAT_MEMBERS];
	char keys[SWI__FLAT_MEMBERS][SWI__FLAT_KEY];
	size_t key_lengths[SWI__FLAT_MEMBERS];
} swi__flat;

/* Reads the line; false when it is not such a line. It is known to be UTF-8 without NUL. */
bool swi__flat_read(swi__flat *flat, swi__slice line);

#endif
