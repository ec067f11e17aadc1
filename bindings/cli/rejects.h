/* SPDX-License-Identifier: MIT
 *
 * rejects: refused rows told on standard error (the first few) and kept in a CSV file (all).
 */
#ifndef CLI_REJECTS_H
#define CLI_REJECTS_H

#include "salesweek_import.h"

#include <stdio.h>

typedef struct reject_log {
	const char *source; /* the imported file, as messages name it */
	const char *path;   /* NULL: not kept */
	FILE *file;
	uint64_t count;
} reject_log;

/* Creates or empties the file `path` (NULL: none) and writes its heading. It must be neither a file of the store at the
 * path `store` nor the map (NULL: none) nor the imported file, whose descriptor is `input`. EXIT_DONE, or EXIT_ERROR
 * after a line. */
int rejects_open(reject_log *rejects, const char *store, const char *source, const char *path, const char *map,
                 int input);

/* A swi_reject; the context is the rejects. */
int rejects_add(void *context, const swi_rejection *rejection);

/* Says how many were not shown, closes the file: EXIT_DONE, or EXIT_ERROR after a line when it is not whole. */
int rejects_close(reject_log *rejects);

#endif
