/* SPDX-License-Identifier: MIT
 *
 * reps: the names of reps, which reports know by id.
 */
#ifndef CLI_REPS_H
#define CLI_REPS_H

#include "support.h"

typedef struct cli_reps {
	struct rep_name *list;
	size_t count, room;
	swi__text bytes;
} cli_reps;

/* Reads all reps that have a name other than their id. Where it fails there are none: ids do without. */
void reps_read(swk_store *store, cli_reps *reps);
void reps_done(cli_reps *reps);

/* The name of a rep, or NULL. */
const char *reps_name(const cli_reps *reps, const char *id);

/* What to call a rep: its name, with its id where others have the name too, in the `size` bytes of `text`; or its id
 * itself. */
const char *reps_call(const cli_reps *reps, const char *id, char *text, size_t size);

#endif
